//! The rows of a state file, read past the engine's own connection: what is really on the disk.

use std::path::{Path, PathBuf};

use rusqlite::{Connection as Db, OpenFlags};
use s3_connector_engine::plan::DocumentRow;
use s3_connector_engine::store::documents;

/// More rows than any world has.
const ALL: u32 = 100_000;

/// The rows of one connection.
pub struct Rows {
    path: PathBuf,
    connection: i64,
    db: Option<Db>,
}

impl Rows {
    /// The rows of a connection in this state file.
    pub fn new(path: &Path, connection: i64) -> Self {
        Self { path: path.to_owned(), connection, db: None }
    }

    /// All rows, oldest first.
    pub fn all(&mut self) -> Vec<DocumentRow> {
        let connection = self.connection;
        documents::page(self.db(), connection, 0, ALL).unwrap()
    }

    /// Whether there is a row of this id.
    pub fn is_there(&mut self, id: &str) -> bool {
        let mut statement = self.db().prepare_cached("SELECT 1 FROM documents WHERE id = ?1").unwrap();
        statement.exists([id]).unwrap()
    }

    /// The same rows, for another world.
    pub fn again(&mut self) -> Self {
        Self { path: self.path.clone(), connection: self.connection, db: self.db.take() }
    }

    /// Lets the file go; the next look opens it again.
    pub fn close(&mut self) {
        self.db = None;
    }

    fn db(&mut self) -> &Db {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        self.db.get_or_insert_with(|| Db::open_with_flags(&self.path, flags).unwrap())
    }
}
