//! The state file: one SQLite database, its migrations and every statement. Nothing but SQL and rows.
//!
//! One writer, one reader, each a connection of its own (WAL), both used on blocking threads. Writes are
//! transactions with `synchronous = FULL`: an intent is on disk before its effect. A damaged file is set aside
//! and a new one begun (its rows can be rebuilt); a newer one is refused; before a migration a copy is made. A file is
//! read from end to end when it is opened, unless it is as this app closed it; damage that is met later is found then.
//! The data folder is locked for as long as the store lives: one engine per folder.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection as Db, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};

use crate::error::{Error, ErrorCode, Result};
use crate::laws::{Law, Laws};
use lock::Lock;

pub mod comparison;
pub mod connections;
pub mod documents;
pub mod keys;
pub mod knowledge_bases;
mod lock;
pub mod objects;
pub mod plans;
pub mod preview;
pub mod runs;
pub mod settings;
pub mod stretches;
pub mod trouble;

/// `application_id` of the state file: "S3Cn".
const APPLICATION_ID: i32 = 0x5333_436e;
/// One script per version; `user_version` counts those that were run.
const MIGRATIONS: [&str; 6] = [
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
    include_str!("migrations/6.sql"),
];
const STATE_FILE: &str = "state.db";
/// What SQLite's log has at the end of its name.
const LOG: &str = "-wal";

/// Asked before every commit; an error rolls the transaction back.
type Gate = Arc<dyn Fn() -> Result<()> + Send + Sync>;

/// The open state file.
pub struct Store {
    // Closed first: the connection that is closed last takes the log into the file and away, and only a writer can. An
    // older file that is put back later must not find the log of another one beside it.
    reader: Arc<Mutex<Db>>,
    writer: Arc<Mutex<Db>>,
    gate: Option<Gate>,
    set_aside: Option<PathBuf>,
    lock: Arc<Lock>,
}

impl Store {
    /// Opens the state file of a data folder, which is made if it is missing, and locks the folder.
    ///
    /// # Errors
    /// `data_folder_busy`, `data_folder_unusable`, `state_newer`, `disk_full`.
    pub fn open(folder: &Path) -> Result<Self> {
        Self::open_under(folder, Laws::default())
    }

    /// Opens the state file for a test that decides at each commit whether it happens. Statements then run on the
    /// thread that asks for them, one after the other, so that a test knows the order of all commits.
    ///
    /// # Errors
    /// As [`Store::open`].
    #[cfg(feature = "switchable-laws")]
    pub fn open_gated(
        folder: &Path,
        laws: Laws,
        gate: impl Fn() -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        Ok(Self { gate: Some(Arc::new(gate)), ..Self::open_under(folder, laws)? })
    }

    fn open_under(folder: &Path, laws: Laws) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|e| unusable(folder, &e))?;
        let lock = Lock::take(folder)?;
        let path = folder.join(STATE_FILE);
        let (mut writer, set_aside) = match open_writer(&path, lock.is_as_closed(), laws) {
            Err(e) if e.code == ErrorCode::StateDamaged => {
                let aside = set_aside(&path)?;
                (open_writer(&path, false, laws)?, Some(aside))
            }
            other => (other?, None),
        };
        notice_older_state(&mut writer, lock.newest_run())?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Db::open_with_flags(&path, flags).map_err(sql_error)?;
        reader.busy_timeout(std::time::Duration::from_secs(5)).map_err(sql_error)?;
        Ok(Self {
            writer: Arc::new(Mutex::new(writer)),
            reader: Arc::new(Mutex::new(reader)),
            gate: None,
            set_aside,
            lock: Arc::new(lock),
        })
    }

    /// Where a damaged state file was put when this one was begun.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// Remembers beside the state file that a run of this number has begun: only so can an older copy of the state file
    /// be known for what it is. To be called before the run does anything.
    ///
    /// # Errors
    /// `data_folder_unusable`, `disk_full`.
    pub async fn remember_run(&self, number: i64) -> Result<()> {
        let lock = Arc::clone(&self.lock);
        blocking(move || lock.remember_run(number)).await
    }

    /// Runs statements in one transaction; any error rolls it back.
    ///
    /// # Errors
    /// What the statements return; `disk_full`, `state_damaged`.
    pub async fn write<T, F>(&self, statements: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        let (writer, gate) = (Arc::clone(&self.writer), self.gate.clone());
        self.run(move || {
            let mut db = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql_error)?;
            let value = statements(&transaction)?;
            gate.map_or(Ok(()), |gate| gate())?;
            transaction.commit().map_err(sql_error)?;
            Ok(value)
        })
        .await
    }

    /// Runs reads on one snapshot.
    ///
    /// # Errors
    /// What the statements return; `state_damaged`.
    pub async fn read<T, F>(&self, statements: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        let reader = Arc::clone(&self.reader);
        self.run(move || {
            let mut db = reader.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = db.transaction_with_behavior(TransactionBehavior::Deferred).map_err(sql_error)?;
            statements(&transaction)
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let result = if self.gate.is_some() { work() } else { blocking(work).await };
        if result.as_ref().is_err_and(|error| error.code == ErrorCode::StateDamaged) {
            self.lock.suspect();
        }
        result
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store(..)")
    }
}

/// Runs work where it may block.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(e) => Err(Error::internal("working on the disk", e)),
    }
}

/// Turns an SQLite error into one that a person can act on.
pub(crate) fn sql_error(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as Sql;
    let code = match error.sqlite_error_code() {
        Some(Sql::DiskFull) => ErrorCode::DiskFull,
        Some(Sql::DatabaseCorrupt | Sql::NotADatabase) => ErrorCode::StateDamaged,
        Some(Sql::ReadOnly | Sql::CannotOpen | Sql::PermissionDenied | Sql::SystemIoFailure) => {
            ErrorCode::DataFolderUnusable
        }
        _ => ErrorCode::Internal,
    };
    Error::new(code, error.to_string())
}

/// Turns an error of a file in a folder into one that a person can act on.
pub(crate) fn unusable(folder: &Path, error: &std::io::Error) -> Error {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    let code = match error.kind() {
        StorageFull | QuotaExceeded => ErrorCode::DiskFull,
        _ => ErrorCode::DataFolderUnusable,
    };
    Error::new(code, format!("{}: {error}", folder.display()))
}

/// Asks for an audit of everything when the state file is older than the newest run that began on this folder: a backup
/// was put back, or the file is a new one. What happened since is known to the knowledge bases only. Numbers of runs go
/// on behind the newest one, so that another old copy is noticed too.
fn notice_older_state(db: &mut Db, newest_run: i64) -> Result<()> {
    let known: Option<i64> = db
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'runs'", [], |row| row.get(0))
        .optional()
        .map_err(sql_error)?;
    if known.unwrap_or(0) >= newest_run {
        return Ok(());
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql_error)?;
    connections::forget_audits(&transaction)?;
    let statement = match known {
        Some(_) => "UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'runs'",
        None => "INSERT INTO sqlite_sequence (name, seq) VALUES ('runs', ?1)",
    };
    transaction.execute(statement, [newest_run]).map_err(sql_error)?;
    transaction.commit().map_err(sql_error)
}

/// Opens the file, and reads it from end to end unless that is known to be in vain: a large one would take longer than
/// what is asked of it.
fn open_writer(path: &Path, is_as_closed: bool, laws: Laws) -> Result<Db> {
    let mut db = Db::open(path).map_err(sql_error)?;
    db.busy_timeout(std::time::Duration::from_secs(5)).map_err(sql_error)?;
    db.set_prepared_statement_cache_capacity(64);
    db.pragma_update(None, "journal_mode", "WAL").map_err(sql_error)?;
    let synchronous = if laws.hold(Law::FullSync) { "FULL" } else { "NORMAL" };
    db.pragma_update(None, "synchronous", synchronous).map_err(sql_error)?;
    db.pragma_update(None, "fullfsync", true).map_err(sql_error)?;
    db.pragma_update(None, "foreign_keys", true).map_err(sql_error)?;
    db.pragma_update(None, "temp_store", "FILE").map_err(sql_error)?;
    if !is_as_closed {
        let health: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(sql_error)?;
        if health != "ok" {
            return Err(Error::new(ErrorCode::StateDamaged, health));
        }
    }
    migrate(&mut db, path)?;
    // Listing leaves its missing keys here, an audit what it saw; both are private to the writer.
    db.execute_batch(
        "CREATE TEMP TABLE missing (connection INTEGER NOT NULL, key TEXT NOT NULL); \
         CREATE TEMP TABLE seen (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    )
    .map_err(sql_error)?;
    Ok(db)
}

/// Brings the file to this version's schema, in one transaction, with a copy made before.
fn migrate(db: &mut Db, path: &Path) -> Result<()> {
    let version: usize = db.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(sql_error)?;
    if version > MIGRATIONS.len() {
        let known = MIGRATIONS.len();
        return Err(Error::new(ErrorCode::StateNewer, format!("its version is {version}, this app knows {known}")));
    }
    if version == MIGRATIONS.len() {
        return Ok(());
    }
    if version > 0 {
        back_up(db, path, &path.with_extension(format!("before-{}.db", MIGRATIONS.len())))?;
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql_error)?;
    for script in &MIGRATIONS[version..] {
        transaction.execute_batch(script).map_err(sql_error)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(sql_error)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len()).map_err(sql_error)?;
    transaction.commit().map_err(sql_error)
}

/// Makes a whole copy or none. One that an interrupted migration left is made again: the file has not changed since.
fn back_up(db: &Db, path: &Path, copy: &Path) -> Result<()> {
    let part = copy.with_extension("part");
    match std::fs::remove_file(&part) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(unusable(path, &e)),
        _ => {}
    }
    db.execute("VACUUM INTO ?1", [part.display().to_string()]).map_err(sql_error)?;
    std::fs::rename(&part, copy).map_err(|e| unusable(path, &e))
}

/// A file that SQLite keeps beside the state file.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

/// Renames a damaged file (and its log) so that nothing of it is lost.
fn set_aside(path: &Path) -> Result<PathBuf> {
    let stamp = jiff::Timestamp::now().as_millisecond();
    let aside = path.with_extension(format!("damaged-{stamp}.db"));
    let rename = |from: &Path, to: &Path| std::fs::rename(from, to).map_err(|e| unusable(path, &e));
    for suffix in [LOG, "-shm"] {
        let from = beside(path, suffix);
        if from.exists() {
            rename(&from, &beside(&aside, suffix))?;
        }
    }
    rename(path, &aside)?;
    Ok(aside)
}

#[cfg(test)]
mod tests;
