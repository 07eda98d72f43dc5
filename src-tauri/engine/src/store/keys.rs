//! The ordered walk over everything that is known of a connection's keys: objects and documents, merged.

use rusqlite::types::ValueRef;
use rusqlite::{Connection as Db, Row, params};

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

/// Visits every key in the order of its bytes, on one walk over the objects and one over the documents. It ends early,
/// asked once for each page, when nobody wants it any more.
pub fn each(
    db: &Db,
    connection: i64,
    is_wanted: &dyn Fn() -> bool,
    visit: &mut dyn FnMut(&KeyRow) -> Result<()>,
) -> Result<()> {
    let mut objects = db
        .prepare_cached(
            "SELECT key, etag, size, modified, storage_class FROM objects WHERE connection = ?1 ORDER BY key",
        )
        .map_err(sql_error)?;
    let mut objects = objects.query_map([connection], |row| objects::read(row, 0)).map_err(sql_error)?.peekable();
    let columns = documents::COLUMNS;
    let mut held = db
        .prepare_cached(&format!("SELECT {columns} FROM documents WHERE connection = ?1 ORDER BY key, sequence"))
        .map_err(sql_error)?;
    let mut held = held.query_map([connection], documents::read).map_err(sql_error)?.peekable();
    for visited in 0_u64.. {
        if visited.is_multiple_of(PAGE.into()) && !is_wanted() {
            break;
        }
        let is_unlisted = match (objects.peek(), held.peek()) {
            (Some(Ok(object)), Some(Ok(row))) => row.key < object.key,
            (object, _) => object.is_none(),
        };
        let (object, row) = if is_unlisted { (None, held.next()) } else { (objects.next(), None) };
        let (object, row) = (object.transpose().map_err(sql_error)?, row.transpose().map_err(sql_error)?);
        let key = object.as_ref().map(|object| &object.key).or(row.as_ref().map(|row| &row.key)).cloned();
        let Some(key) = key else { break };
        let mut next = KeyRow { key, object, rows: Vec::from_iter(row) };
        while let Some(row) = held.next_if(|row| row.as_ref().is_ok_and(|row| row.key == next.key)) {
            next.rows.push(row.map_err(sql_error)?);
        }
        visit(&next)?;
    }
    Ok(())
}

/// The same, of keys with documents only: no walk over the objects, which may be very many beside few documents.
pub fn each_held(
    db: &Db,
    connection: i64,
    is_wanted: &dyn Fn() -> bool,
    visit: &mut dyn FnMut(&KeyRow) -> Result<()>,
) -> Result<()> {
    let columns = documents::COLUMNS.split(", ").map(|column| format!("documents.{column}")).collect::<Vec<_>>();
    let (first, columns) = (columns.len(), columns.join(", "));
    let mut held = db
        .prepare_cached(&format!(
            "SELECT {columns}, objects.key, objects.etag, objects.size, objects.modified, objects.storage_class \
             FROM documents LEFT JOIN objects ON objects.connection = documents.connection AND objects.key = documents.key \
             WHERE documents.connection = ?1 ORDER BY documents.key, documents.sequence"
        ))
        .map_err(sql_error)?;
    let read = |row: &Row<'_>| {
        let is_listed = row.get_ref(first)? != ValueRef::Null;
        Ok((documents::read(row)?, is_listed.then(|| objects::read(row, first)).transpose()?))
    };
    let mut held = held.query_map([connection], read).map_err(sql_error)?.peekable();
    for visited in 0_u64.. {
        if visited.is_multiple_of(PAGE.into()) && !is_wanted() {
            break;
        }
        let Some((row, object)) = held.next().transpose().map_err(sql_error)? else { break };
        let mut next = KeyRow { key: row.key.clone(), object, rows: vec![row] };
        while let Some(row) = held.next_if(|row| row.as_ref().is_ok_and(|(row, _)| row.key == next.key)) {
            next.rows.push(row.map_err(sql_error)?.0);
        }
        visit(&next)?;
    }
    Ok(())
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
