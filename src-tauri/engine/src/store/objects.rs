//! Rows of `objects`: what the bucket showed. A page of a listing is merged with the stored rows of its key
//! range, so keys that look as they did cost no write.

use std::ops::Bound;

use rusqlite::{Connection as Db, OptionalExtension, Row, params};

use super::sql_error;
use crate::error::Result;
use crate::object::{ETag, ObjectKey, ObjectMeta};

/// Forgets which keys an earlier listing missed. Called when a listing begins.
pub fn begin_listing(db: &Db, connection: i64) -> Result<()> {
    db.execute("DELETE FROM missing WHERE connection = ?1", [connection]).map_err(sql_error)?;
    Ok(())
}

/// The part of a listing that a page covers.
#[derive(Debug, Clone)]
pub struct Span {
    /// What is listed: keys under this prefix.
    pub prefix: String,
    /// The last key of the page before; empty for the first page.
    pub after: String,
    /// It reaches to the end of the prefix; otherwise to its own last key.
    pub is_last: bool,
}

/// Merges a page with the stored keys of its span. Stored keys of the span that the page does not show are
/// remembered as missing.
///
/// `page` must be strictly rising, beyond `after` and under the prefix.
pub fn record_page(db: &Db, connection: i64, span: &Span, page: &[ObjectMeta]) -> Result<()> {
    let end = if span.is_last { None } else { page.last().map(|object| object.key.as_str()) };
    if end.is_none() && !span.is_last {
        return Ok(());
    }
    let stored = stored_under(db, connection, span, end)?;
    let mut upsert = db
        .prepare_cached(
            "INSERT INTO objects (connection, key, etag, size, modified, storage_class) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (connection, key) DO UPDATE SET etag = excluded.etag, size = excluded.size, \
             modified = excluded.modified, storage_class = excluded.storage_class",
        )
        .map_err(sql_error)?;
    let mut missing = db.prepare_cached("INSERT INTO missing (connection, key) VALUES (?1, ?2)").map_err(sql_error)?;
    let mut stored = stored.into_iter().peekable();
    for object in page {
        while let Some(gone) = stored.next_if(|s| s.key < object.key) {
            missing.execute(params![connection, gone.key.as_str()]).map_err(sql_error)?;
        }
        if stored.next_if(|s| s.key == object.key).is_some_and(|s| s == *object) {
            continue;
        }
        let ObjectMeta { key, etag, size, modified, storage_class } = object;
        upsert
            .execute(params![connection, key.as_str(), etag.as_str(), *size as i64, modified, storage_class])
            .map_err(sql_error)?;
    }
    for gone in stored {
        missing.execute(params![connection, gone.key.as_str()]).map_err(sql_error)?;
    }
    Ok(())
}

/// Ends a complete listing: the keys that it missed go.
pub fn end_complete_listing(db: &Db, connection: i64) -> Result<()> {
    db.execute(
        "DELETE FROM objects WHERE connection = ?1 AND key IN (SELECT key FROM missing WHERE connection = ?1)",
        [connection],
    )
    .map_err(sql_error)?;
    begin_listing(db, connection)
}

/// Forgets keys outside a prefix, which an earlier prefix of the connection, or an edit that was only looked at, left.
pub fn forget_outside(db: &Db, connection: i64, prefix: &str) -> Result<()> {
    db.execute(
        "DELETE FROM objects WHERE connection = ?1 AND substr(key, 1, length(?2)) <> ?2",
        params![connection, prefix],
    )
    .map_err(sql_error)?;
    Ok(())
}

/// Stored objects of a span. Keys under one prefix follow one another, so the walk ends at the first one beyond it.
fn stored_under(db: &Db, connection: i64, span: &Span, end: Option<&str>) -> Result<Vec<ObjectMeta>> {
    let Span { prefix, after, .. } = span;
    let from = if after.is_empty() { Bound::Included(prefix.as_str()) } else { Bound::Excluded(after.as_str()) };
    let under = |object: &ObjectMeta| object.key.as_str().starts_with(prefix.as_str());
    walk(db, connection, from, end, under)
}

/// Objects with `after` < key <= `end`, by key.
pub fn range(db: &Db, connection: i64, after: &str, end: Option<&str>) -> Result<Vec<ObjectMeta>> {
    walk(db, connection, Bound::Excluded(after), end, |_| true)
}

/// Objects by key, for as long as they are wanted. Each case has a statement of its own, with no condition that may or
/// may not hold: only then are both ends found in the index, and a page costs what it shows and not what the bucket has.
fn walk(
    db: &Db,
    connection: i64,
    from: Bound<&str>,
    end: Option<&str>,
    wanted: impl Fn(&ObjectMeta) -> bool,
) -> Result<Vec<ObjectMeta>> {
    let (begin, start) = match from {
        Bound::Included(key) => ("key >= ?2", key),
        Bound::Excluded(key) => ("key > ?2", key),
        Bound::Unbounded => ("key >= ?2", ""),
    };
    let finish = if end.is_some() { "key <= ?3" } else { "?3 IS NULL" };
    let mut statement = db
        .prepare_cached(&format!(
            "SELECT key, etag, size, modified, storage_class FROM objects \
             WHERE connection = ?1 AND {begin} AND {finish} ORDER BY key"
        ))
        .map_err(sql_error)?;
    let rows = statement.query_map(params![connection, start, end], |row| read(row, 0)).map_err(sql_error)?;
    rows.take_while(|object| object.as_ref().map_or(true, &wanted))
        .collect::<std::result::Result<_, _>>()
        .map_err(sql_error)
}

/// The object of this key.
pub fn one(db: &Db, connection: i64, key: &ObjectKey) -> Result<Option<ObjectMeta>> {
    let mut statement = db
        .prepare_cached(
            "SELECT key, etag, size, modified, storage_class FROM objects WHERE connection = ?1 AND key = ?2",
        )
        .map_err(sql_error)?;
    statement.query_row(params![connection, key.as_str()], |row| read(row, 0)).optional().map_err(sql_error)
}

/// Reads an object from the columns of a row that begin at `first`.
pub(super) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<ObjectMeta> {
    Ok(ObjectMeta {
        key: ObjectKey::new(row.get::<_, String>(first)?),
        etag: ETag::new(row.get::<_, String>(first + 1)?),
        size: row.get::<_, i64>(first + 2)? as u64,
        modified: row.get(first + 3)?,
        storage_class: row.get(first + 4)?,
    })
}
