//! The ordered walk over everything that is known of a connection's keys: objects and documents, merged.

use rusqlite::{Connection as Db, params};

use super::{documents, objects, sql_error};
use crate::error::Result;
use crate::object::{ObjectKey, ObjectMeta};
use crate::plan::DocumentRow;

/// Keys read at once.
pub const PAGE: u32 = 2_000;

/// One key with what the bucket shows and what is held.
#[derive(Debug, Clone)]
pub struct KeyRow {
    /// The key.
    pub key: ObjectKey,
    /// As last listed.
    pub object: Option<ObjectMeta>,
    /// Its documents, oldest first.
    pub rows: Vec<DocumentRow>,
}

/// The next keys after `after`, in the order of their bytes; empty at the end.
pub fn page(db: &Db, connection: i64, after: &str) -> Result<Vec<KeyRow>> {
    let end: Option<String> = db
        .prepare_cached(
            "SELECT max(key) FROM (SELECT key FROM ( \
               SELECT * FROM (SELECT key FROM objects WHERE connection = ?1 AND key > ?2 ORDER BY key LIMIT ?3) \
               UNION \
               SELECT * FROM (SELECT DISTINCT key FROM documents WHERE connection = ?1 AND key > ?2 ORDER BY key LIMIT ?3) \
             ) ORDER BY key LIMIT ?3)",
        )
        .and_then(|mut s| s.query_row(params![connection, after, PAGE], |row| row.get(0)))
        .map_err(sql_error)?;
    let Some(end) = end else { return Ok(Vec::new()) };
    let mut keys: Vec<KeyRow> = Vec::with_capacity(PAGE as usize);
    let mut held = documents::range(db, connection, after, &end)?.into_iter().peekable();
    for object in objects::range(db, connection, after, Some(&end))? {
        while let Some(row) = held.next_if(|row| row.key < object.key) {
            push_row(&mut keys, row);
        }
        keys.push(KeyRow { key: object.key.clone(), object: Some(object), rows: Vec::new() });
        while let Some(row) = held.next_if(|row| keys.last().is_some_and(|last| last.key == row.key)) {
            push_row(&mut keys, row);
        }
    }
    held.for_each(|row| push_row(&mut keys, row));
    Ok(keys)
}

/// One key.
pub fn one(db: &Db, connection: i64, key: &ObjectKey) -> Result<KeyRow> {
    let object = objects::one(db, connection, key)?;
    Ok(KeyRow { key: key.clone(), object, rows: documents::of_key(db, connection, key)? })
}

fn push_row(keys: &mut Vec<KeyRow>, row: DocumentRow) {
    match keys.last_mut() {
        Some(last) if last.key == row.key => last.rows.push(row),
        _ => keys.push(KeyRow { key: row.key.clone(), object: None, rows: vec![row] }),
    }
}
