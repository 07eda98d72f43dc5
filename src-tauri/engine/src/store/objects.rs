//! Rows of `objects`: what the bucket showed. A page of a listing is merged with the stored rows of its key
//! range, so keys that look as they did cost no write.

use rusqlite::{Connection as Db, OptionalExtension, Params, Row, params};

use super::{plans, sql_error, stretches};
use crate::error::Result;
use crate::object::{ETag, ObjectKey, ObjectMeta};
use crate::slices::Part;

/// The columns of an object, as [`read`] takes them.
pub(super) const COLUMNS: &str = "key, etag, size, modified, storage_class";

/// Forgets which keys an earlier listing missed. Called when a listing begins.
pub(super) fn begin_listing(db: &Db, connection: i64) -> Result<()> {
    db.execute("DELETE FROM missing WHERE connection = ?1", [connection]).map_err(sql_error)?;
    Ok(())
}

/// Merges a part of the listing of a prefix with the stored keys between its ends. Stored keys that it does not show are
/// remembered as missing. Keys that look as they did cost no write. Returns whether no other keys are stored there now.
pub(super) fn record_part(db: &Db, connection: i64, prefix: &str, part: &Part) -> Result<bool> {
    // Nothing is written while stored keys are being read: what a cursor shows of a table that changes is anybody's guess.
    let (changed, gone) = compare(db, connection, prefix, part)?;
    if !changed.is_empty() {
        plans::forget(db, connection)?;
    }
    let mut upsert = db
        .prepare_cached(
            "INSERT INTO objects (connection, key, etag, size, modified, storage_class) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (connection, key) DO UPDATE SET etag = excluded.etag, size = excluded.size, \
             modified = excluded.modified, storage_class = excluded.storage_class",
        )
        .map_err(sql_error)?;
    for ObjectMeta { key, etag, size, modified, storage_class } in changed {
        let size = *size as i64;
        upsert
            .execute(params![connection, key.as_str(), etag.as_str(), size, modified, storage_class])
            .map_err(sql_error)?;
    }
    let mut missing = db.prepare_cached("INSERT INTO missing (connection, key) VALUES (?1, ?2)").map_err(sql_error)?;
    gone.iter().try_for_each(|key| missing.execute(params![connection, key]).map(drop)).map_err(sql_error)?;
    Ok(gone.is_empty())
}

/// What of a part looks otherwise than it is stored, and the stored keys that it does not show.
fn compare<'p>(
    db: &Db,
    connection: i64,
    prefix: &str,
    Part { after, until, objects }: &'p Part,
) -> Result<(Vec<&'p ObjectMeta>, Vec<String>)> {
    let (begin, start) = if after.is_empty() { ("key >= ?2", prefix) } else { ("key > ?2", after.as_str()) };
    let finish = if until.is_some() { "key <= ?3" } else { "?3 IS NULL" };
    let mut stored = db.prepare_cached(&select(begin, finish)).map_err(sql_error)?;
    let mut stored = stored.query(params![connection, start, until]).map_err(sql_error)?;
    let (mut changed, mut gone) = (Vec::new(), Vec::new());
    let mut shown = objects.iter().peekable();
    // Both rise: one walk over the two of them. Stored keys are compared where they lie, without a copy.
    while let Some(row) = stored.next().map_err(sql_error)? {
        let key = row.get_ref(0).and_then(|key| Ok(key.as_str()?)).map_err(sql_error)?;
        // Keys under one prefix follow one another.
        if !key.starts_with(prefix) {
            break;
        }
        changed.extend(std::iter::from_fn(|| shown.next_if(|object| object.key.as_str() < key)));
        match shown.next_if(|object| object.key.as_str() == key) {
            Some(object) if looks_as(object, row).map_err(sql_error)? => {}
            Some(object) => changed.push(object),
            None => gone.push(key.to_owned()),
        }
    }
    changed.extend(shown);
    Ok((changed, gone))
}

/// Whether an object is what is stored of it.
fn looks_as(object: &ObjectMeta, row: &Row<'_>) -> rusqlite::Result<bool> {
    Ok(row.get_ref(1)?.as_str()? == object.etag.as_str()
        && row.get::<_, i64>(2)? as u64 == object.size
        && row.get::<_, Option<i64>>(3)? == object.modified
        && row.get_ref(4)?.as_str_or_null()? == object.storage_class.as_deref())
}

/// Ends a complete listing: the keys that it missed go.
pub fn end_complete_listing(db: &Db, connection: i64) -> Result<()> {
    delete(db, connection, "key IN (SELECT key FROM missing WHERE connection = ?1)", [connection])?;
    begin_listing(db, connection)
}

/// Forgets keys outside a prefix, which an earlier prefix of the connection, or an edit that was only looked at, left.
pub fn forget_outside(db: &Db, connection: i64, prefix: &str) -> Result<()> {
    if prefix.is_empty() {
        return Ok(());
    }
    // They lie before those under the prefix, or behind them: nearly all that are under it are passed over by the index.
    let (before, behind) = ("key < ?2", "key > ?2 || char(0x10FFFF) AND substr(key, 1, length(?2)) <> ?2");
    [before, behind].into_iter().try_for_each(|outside| delete(db, connection, outside, params![connection, prefix]))
}

/// Deletes these objects of a connection, whose number is the first parameter. A plan does not outlive any of them.
fn delete(db: &Db, connection: i64, which: &str, parameters: impl Params) -> Result<()> {
    let statement = format!("DELETE FROM objects WHERE connection = ?1 AND {which}");
    match db.execute(&statement, parameters).map_err(sql_error)? {
        0 => Ok(()),
        _ => plans::forget(db, connection),
    }
}

/// Forgets everything that was listed.
pub(super) fn forget_all(db: &Db, connection: i64) -> Result<()> {
    delete(db, connection, "TRUE", [connection])?;
    stretches::forget_all(db, connection)
}

/// Objects with `after` < key <= `end`, by key.
pub fn range(db: &Db, connection: i64, after: &str, end: Option<&str>) -> Result<Vec<ObjectMeta>> {
    let mut statement = db
        .prepare_cached(&select("key > ?2", if end.is_some() { "key <= ?3" } else { "?3 IS NULL" }))
        .map_err(sql_error)?;
    let rows = statement.query_map(params![connection, after, end], |row| read(row, 0)).map_err(sql_error)?;
    rows.collect::<std::result::Result<_, _>>().map_err(sql_error)
}

/// Objects by key, between two ends. Each case has a statement of its own, with no condition that may or may not hold: only
/// then are both ends found in the index, and a page costs what it shows and not what the bucket has.
fn select(begin: &str, finish: &str) -> String {
    format!("SELECT {COLUMNS} FROM objects WHERE connection = ?1 AND {begin} AND {finish} ORDER BY key")
}

/// The object of this key.
pub fn one(db: &Db, connection: i64, key: &ObjectKey) -> Result<Option<ObjectMeta>> {
    let mut statement = db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM objects WHERE connection = ?1 AND key = ?2"))
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
