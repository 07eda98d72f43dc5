//! The library's file: how it is opened, made, and known to be ours.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::{Error, ErrorCode, Result};

/// `S3CL`: SQLite files with this mark are libraries.
const APPLICATION_ID: i32 = 0x5333_434C;
/// The version of the schema that this program writes.
const VERSION: i32 = 2;
/// What makes a file of version 1 one of version 2; why is in the schema.
const FROM_1: &str = "DROP TRIGGER texts_enter_index;
    INSERT INTO search (search, rank) VALUES ('automerge', 16);
    INSERT INTO search (search, rank) VALUES ('crisismerge', 32);";
/// How long a statement waits for another program that has the file open, for example a backup.
pub const BUSY: Duration = Duration::from_secs(10);
/// So many readers are kept open between searches.
const IDLE_READERS: usize = 4;
/// Pages of the log before they are moved into the file.
const LOG_PAGES: i32 = 4_000;
/// Statements that a connection keeps compiled.
const STATEMENTS: usize = 32;

/// Opens the file for writing; makes it where there is none.
pub fn open_writer(path: &Path) -> Result<Connection> {
    let mut connection = Connection::open(path).map_err(|e| failed("open the library", e))?;
    tune(&connection).map_err(|e| failed("open the library", e))?;
    let version = recognise(&connection)?;
    prepare(&mut connection, version).map_err(|e| failed("prepare the library", e))?;
    Ok(connection)
}

fn tune(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "foreign_keys", true)?;
    // Text never goes to temporary files beside the library.
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// The version of the file, 0 for an empty one; refuses what is not a library, and newer ones.
fn recognise(connection: &Connection) -> Result<i32> {
    let number =
        |sql| connection.query_row(sql, [], |row| row.get::<_, i32>(0)).map_err(|e| failed("read the library", e));
    let (application_id, version) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    match (application_id, version, tables) {
        (0, 0, 0) => Ok(0),
        (APPLICATION_ID, version, _) if version > VERSION => Err(Error::new(
            ErrorCode::StateNewer,
            format!("the library has version {version}, this program reads up to {VERSION}"),
        )),
        (APPLICATION_ID, version, _) => Ok(version),
        _ => Err(Error::new(ErrorCode::LibraryFailed, "the file at the library's place is something else")),
    }
}

fn prepare(connection: &mut Connection, version: i32) -> rusqlite::Result<()> {
    if version == 0 {
        // Only effective before the first table: a library that shrinks gives its space back.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // An answer is durable: the log reaches the disk with every commit.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // macOS takes less for that than it is, unless told.
    connection.pragma_update(None, "fullfsync", true)?;
    // Pages that change again soon are worth keeping in the log; 16 MiB of it, a removal empties it whatever its size.
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.pragma_update(None, "secure_delete", true)?;
    if version < VERSION {
        let script = if version == 0 { include_str!("schema.sql") } else { FROM_1 };
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(script)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Connections that only read, so that a search never waits for a write (nor for another search).
pub struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Readers of the library at `path`, which is there already.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Mutex::new(Vec::new()) }
    }

    /// Reads with a connection of one's own.
    pub fn read<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.open()?,
        };
        let answer = work(&mut connection);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        answer
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(
            &self.path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        tune(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }
}

/// A failure of the file while something was done.
pub fn failed(doing: &str, cause: rusqlite::Error) -> Error {
    let code = match cause.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => ErrorCode::DiskFull,
        _ => ErrorCode::LibraryFailed,
    };
    Error::new(code, format!("cannot {doing}: {cause}"))
}
