//! Rows of `objects`: what the bucket showed. A page of a listing is merged with the stored rows of its key
//! range, so keys that look as they did cost no write.

use rusqlite::{Connection as Db, OptionalExtension, Row, params};

use super::sql_error;
use crate::error::Result;
use crate::object::{ETag, ObjectKey, ObjectMeta};

/// Forgets which keys an earlier listing missed. Called when a listing begins.
pub fn begin_listing(db: &Db, connection: i64) -> Result<()> {
    db.execute("DELETE FROM missing WHERE connection = ?1", [connection]).map_err(sql_error)?;
    Ok(())
}

/// Merges a page that covers the keys after `after` up to its own last key, or to the end when it is the last
/// page. Stored keys of that range that the page does not show are remembered as missing.
///
/// `page` must be strictly rising, and beyond `after`.
pub fn record_page(db: &Db, connection: i64, after: &str, page: &[ObjectMeta], is_last: bool) -> Result<()> {
    let end = if is_last { None } else { page.last().map(|object| object.key.as_str()) };
    if end.is_none() && !is_last {
        return Ok(());
    }
    let stored = range(db, connection, after, end)?;
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

/// Ends a complete listing under `prefix`: the keys that it missed go, and so do keys outside the prefix, which
/// an earlier prefix of the connection left.
pub fn end_complete_listing(db: &Db, connection: i64, prefix: &str) -> Result<()> {
    db.execute(
        "DELETE FROM objects WHERE connection = ?1 AND key IN (SELECT key FROM missing WHERE connection = ?1)",
        [connection],
    )
    .map_err(sql_error)?;
    db.execute(
        "DELETE FROM objects WHERE connection = ?1 AND substr(key, 1, length(?2)) <> ?2",
        params![connection, prefix],
    )
    .map_err(sql_error)?;
    begin_listing(db, connection)
}

/// Objects with `after` < key <= `end`, by key.
pub fn range(db: &Db, connection: i64, after: &str, end: Option<&str>) -> Result<Vec<ObjectMeta>> {
    let mut statement = db
        .prepare_cached(
            "SELECT key, etag, size, modified, storage_class FROM objects \
             WHERE connection = ?1 AND key > ?2 AND (?3 IS NULL OR key <= ?3) ORDER BY key",
        )
        .map_err(sql_error)?;
    let rows = statement.query_map(params![connection, after, end], read).map_err(sql_error)?;
    rows.collect::<std::result::Result<_, _>>().map_err(sql_error)
}

/// The object of this key.
pub fn one(db: &Db, connection: i64, key: &ObjectKey) -> Result<Option<ObjectMeta>> {
    let mut statement = db
        .prepare_cached(
            "SELECT key, etag, size, modified, storage_class FROM objects WHERE connection = ?1 AND key = ?2",
        )
        .map_err(sql_error)?;
    statement.query_row(params![connection, key.as_str()], read).optional().map_err(sql_error)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ObjectMeta> {
    Ok(ObjectMeta {
        key: ObjectKey::new(row.get::<_, String>(0)?),
        etag: ETag::new(row.get::<_, String>(1)?),
        size: row.get::<_, i64>(2)? as u64,
        modified: row.get(3)?,
        storage_class: row.get(4)?,
    })
}
