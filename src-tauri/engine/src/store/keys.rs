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
    let objects = objects::range(db, connection, after, Some(&end))?;
    merged(objects.into_iter().map(Ok), documents::range(db, connection, after, &end)?.into_iter().map(Ok)).collect()
}

/// Objects and documents, both in the order of their keys, as keys with what is known of each.
pub fn merged(
    objects: impl Iterator<Item = Result<ObjectMeta>>,
    held: impl Iterator<Item = Result<DocumentRow>>,
) -> impl Iterator<Item = Result<KeyRow>> {
    let (mut objects, mut held) = (objects.peekable(), held.peekable());
    std::iter::from_fn(move || {
        let is_unlisted = match (objects.peek(), held.peek()) {
            (Some(Ok(object)), Some(Ok(row))) => row.key < object.key,
            (object, _) => object.is_none(),
        };
        let next = if is_unlisted {
            held.next()?.map(|row| KeyRow { key: row.key.clone(), object: None, rows: vec![row] })
        } else {
            objects.next()?.map(|object| KeyRow { key: object.key.clone(), object: Some(object), rows: Vec::new() })
        };
        Some(next.and_then(|mut next| {
            while let Some(row) = held.next_if(|row| row.as_ref().is_ok_and(|row| row.key == next.key)) {
                next.rows.push(row?);
            }
            Ok(next)
        }))
    })
}

/// Visits every key in the order of its bytes, on one walk over the objects and one over the documents. It ends early,
/// asked once for each page, when nobody wants it any more.
pub fn each(
    db: &Db,
    connection: i64,
    is_wanted: &dyn Fn() -> bool,
    visit: &mut dyn FnMut(&KeyRow) -> Result<()>,
) -> Result<()> {
    let columns = objects::COLUMNS;
    let mut objects = db
        .prepare_cached(&format!("SELECT {columns} FROM objects WHERE connection = ?1 ORDER BY key"))
        .map_err(sql_error)?;
    let objects = objects.query_map([connection], |row| objects::read(row, 0)).map_err(sql_error)?;
    let columns = documents::COLUMNS;
    let mut held = db
        .prepare_cached(&format!("SELECT {columns} FROM documents WHERE connection = ?1 ORDER BY key, sequence"))
        .map_err(sql_error)?;
    let held = held.query_map([connection], documents::read).map_err(sql_error)?;
    let keys = merged(objects.map(|object| object.map_err(sql_error)), held.map(|row| row.map_err(sql_error)));
    for (visited, key) in keys.enumerate() {
        if visited.is_multiple_of(PAGE as usize) && !is_wanted() {
            break;
        }
        visit(&key?)?;
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
    let mut after = ObjectKey::new("");
    while is_wanted() {
        let page = held_page(db, connection, after.as_str())?;
        page.iter().try_for_each(&mut *visit)?;
        match page.into_iter().last() {
            Some(last) => after = last.key,
            None => break,
        }
    }
    Ok(())
}

/// The next keys with documents after `after`, in the order of their bytes; empty at the end.
pub fn held_page(db: &Db, connection: i64, after: &str) -> Result<Vec<KeyRow>> {
    let end: Option<String> = db
        .prepare_cached(
            "SELECT max(key) FROM \
             (SELECT DISTINCT key FROM documents WHERE connection = ?1 AND key > ?2 ORDER BY key LIMIT ?3)",
        )
        .and_then(|mut s| s.query_row(params![connection, after, PAGE], |row| row.get(0)))
        .map_err(sql_error)?;
    let Some(end) = end else { return Ok(Vec::new()) };
    let of = |table: &str, columns: &str| {
        columns.split(", ").map(|column| format!("{table}.{column}")).collect::<Vec<_>>().join(", ")
    };
    let first = documents::COLUMNS.split(", ").count();
    let mut held = db
        .prepare_cached(&format!(
            "SELECT {}, {} \
             FROM documents LEFT JOIN objects ON objects.connection = documents.connection AND objects.key = documents.key \
             WHERE documents.connection = ?1 AND documents.key > ?2 AND documents.key <= ?3 \
             ORDER BY documents.key, documents.sequence",
            of("documents", documents::COLUMNS),
            of("objects", objects::COLUMNS),
        ))
        .map_err(sql_error)?;
    let read = |row: &Row<'_>| {
        let is_listed = row.get_ref(first)? != ValueRef::Null;
        Ok((documents::read(row)?, is_listed.then(|| objects::read(row, first)).transpose()?))
    };
    let mut page: Vec<KeyRow> = Vec::new();
    for row in held.query_map(params![connection, after, end], read).map_err(sql_error)? {
        let (row, object) = row.map_err(sql_error)?;
        match page.last_mut().filter(|last| last.key == row.key) {
            Some(last) => last.rows.push(row),
            None => page.push(KeyRow { key: row.key.clone(), object, rows: vec![row] }),
        }
    }
    Ok(page)
}

/// One key.
pub fn one(db: &Db, connection: i64, key: &ObjectKey) -> Result<KeyRow> {
    let object = objects::one(db, connection, key)?;
    Ok(KeyRow { key: key.clone(), object, rows: documents::of_key(db, connection, key)? })
}
