//! Rows of `documents`: what a knowledge base holds or may hold.

use rusqlite::{Connection as Db, OptionalExtension, Row, params};

use super::sql_error;
use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::{DocumentId, Held, RemoteId};
use crate::object::{ETag, ObjectKey};
use crate::plan::{DocumentRow, DocumentState};
use crate::tag::ContainerTag;

pub(super) const COLUMNS: &str = "id, key, etag, tag, sequence, remote_id, state, unanswered_at, error_code, error_detail, \
    content_hash, size, changed_at, retry";

/// What the index `documents_unsettled` is of, word for word: it is used where a statement says all of this, and not where it
/// says less.
const WAITS: &str = "state IN ('intended', 'sent', 'removing')";

/// A row that is about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The engine's id.
    pub id: DocumentId,
    /// Key of the object.
    pub key: ObjectKey,
    /// Version.
    pub etag: ETag,
    /// Container.
    pub tag: ContainerTag,
    /// SHA-256 of the bytes, where they were read.
    pub content_hash: Option<Vec<u8>>,
    /// Size in bytes.
    pub size: u64,
    /// Now.
    pub at: i64,
}

/// Writes an intent. A row of the same id is taken up again (it is one that was intended before); where a put of it was
/// never answered, the time in which one may still land begins anew with this one.
pub fn intend(db: &Db, connection: i64, destination: &str, intent: &Intent) -> Result<()> {
    let Intent { id, key, etag, tag, content_hash, size, at } = intent;
    let mut statement = db
        .prepare_cached(
            "INSERT INTO documents (id, connection, key, etag, tag, destination, state, content_hash, size, changed_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'intended', ?7, ?8, ?9) \
             ON CONFLICT (id) DO UPDATE SET content_hash = excluded.content_hash, size = excluded.size, \
             unanswered_at = CASE WHEN unanswered_at IS NULL THEN NULL ELSE excluded.changed_at END \
             WHERE state = 'intended'",
        )
        .map_err(sql_error)?;
    let made = statement
        .execute(params![
            id,
            connection,
            key.as_str(),
            etag.as_str(),
            tag.as_str(),
            destination,
            content_hash,
            *size as i64,
            at
        ])
        .map_err(sql_error)?;
    if made == 1 { Ok(()) } else { Err(Error::internal("writing an intent", "the row is in use")) }
}

/// What is said of a document that the knowledge base took for one that it has already.
const MERGED: &str = "The knowledge base took it for another document with the same content";

/// The knowledge base took it. An earlier put of it that was never answered may still land all the same, so the row
/// goes on to remember that one. Where it was taken for the document of another row, it counts as refused: with two rows
/// on one document, the removal of one would be that of both.
pub fn set_accepted(db: &Db, id: &str, remote_id: &str, state: DocumentState, at: i64) -> Result<()> {
    let mut statement = db
        .prepare_cached(
            "UPDATE documents SET changed_at = CASE state WHEN ?3 THEN changed_at ELSE ?4 END, state = ?3, remote_id = ?2, \
             error_code = NULL, error_detail = NULL WHERE id = ?1",
        )
        .map_err(sql_error)?;
    match statement.execute(params![id, remote_id, state_name(state), at]) {
        Ok(_) => Ok(()),
        Err(e) if e.sqlite_error().is_some_and(|e| e.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE) => {
            set_rejected(db, id, None, ErrorCode::DocumentRefused, MERGED)
        }
        Err(e) => Err(sql_error(e)),
    }
}

/// The knowledge base refused it, with the reason.
pub fn set_rejected(db: &Db, id: &str, remote_id: Option<&str>, code: ErrorCode, reason: &str) -> Result<()> {
    db.prepare_cached(
        "UPDATE documents SET state = 'rejected', remote_id = coalesce(?2, remote_id), \
         error_code = ?3, error_detail = ?4 WHERE id = ?1",
    )
    .and_then(|mut s| s.execute(params![id, remote_id, code.name(), reason]))
    .map_err(sql_error)?;
    Ok(())
}

/// A put of it was not answered.
pub fn set_unanswered(db: &Db, id: &str, at: i64) -> Result<()> {
    db.prepare_cached("UPDATE documents SET unanswered_at = ?2 WHERE id = ?1")
        .and_then(|mut s| s.execute(params![id, at]))
        .map_err(sql_error)?;
    Ok(())
}

/// Rows that a run left `intended`: when their puts land is not known.
pub fn mark_left_intents(db: &Db, connection: i64, at: i64) -> Result<()> {
    db.execute(
        &format!(
            "UPDATE documents SET unanswered_at = ?2 \
             WHERE connection = ?1 AND {WAITS} AND state = 'intended' AND unanswered_at IS NULL"
        ),
        params![connection, at],
    )
    .map_err(sql_error)?;
    Ok(())
}

/// Marks the beginning of a removal.
pub fn set_removing(db: &Db, id: &str) -> Result<()> {
    db.prepare_cached("UPDATE documents SET state = 'removing' WHERE id = ?1")
        .and_then(|mut s| s.execute([id]))
        .map_err(sql_error)?;
    Ok(())
}

/// Marks the beginning of a removal by a person's hand. Only a document that is held can be removed; says whether it was.
pub fn set_removing_by_hand(db: &Db, id: &str, reason: &str, at: i64) -> Result<bool> {
    let changed = db
        .prepare_cached(
            "UPDATE documents SET state = 'removing', error_code = ?2, error_detail = ?3, retry = 0, changed_at = ?4 \
             WHERE id = ?1 AND state IN ('sent', 'indexed')",
        )
        .and_then(|mut s| s.execute(params![id, ErrorCode::DocumentRemoved.name(), reason, at]))
        .map_err(sql_error)?;
    Ok(changed == 1)
}

/// A removal by a person's hand was answered: what is left is the refusal to send it again.
pub fn set_removed_by_hand(db: &Db, id: &str) -> Result<()> {
    db.prepare_cached(
        "UPDATE documents SET state = 'rejected', remote_id = NULL, unanswered_at = NULL \
         WHERE id = ?1 AND state = 'removing' AND error_code = ?2",
    )
    .and_then(|mut s| s.execute(params![id, ErrorCode::DocumentRemoved.name()]))
    .map_err(sql_error)?;
    Ok(())
}

/// The row of this id.
pub fn by_id(db: &Db, connection: i64, id: &str) -> Result<Option<DocumentRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM documents WHERE connection = ?1 AND id = ?2"))
        .and_then(|mut s| s.query_row(params![connection, id], read).optional())
        .map_err(sql_error)
}

/// Remembers the remote id of a row whose put was never answered.
pub fn set_remote_id(db: &Db, id: &str, remote_id: &str) -> Result<()> {
    // Another row's document is not this one's to remove.
    db.execute("UPDATE OR IGNORE documents SET remote_id = ?2 WHERE id = ?1", params![id, remote_id])
        .map_err(sql_error)?;
    Ok(())
}

/// The same bytes have a new etag: the row follows and keeps its id.
pub fn follow(db: &Db, id: &str, etag: &ETag) -> Result<()> {
    db.execute("UPDATE documents SET etag = ?2 WHERE id = ?1", params![id, etag.as_str()]).map_err(sql_error)?;
    Ok(())
}

/// Forgets a row. Its key's place goes to `heir` in the same transaction, where it has one.
pub fn forget(db: &Db, connection: i64, destination: &str, id: &str, heir: Option<&Intent>) -> Result<()> {
    db.prepare_cached("DELETE FROM documents WHERE id = ?1").and_then(|mut s| s.execute([id])).map_err(sql_error)?;
    match heir {
        Some(intent) => intend(db, connection, destination, intent),
        None => Ok(()),
    }
}

/// The rows of one key, oldest first.
pub fn of_key(db: &Db, connection: i64, key: &ObjectKey) -> Result<Vec<DocumentRow>> {
    let mut statement = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM documents WHERE connection = ?1 AND key = ?2 ORDER BY sequence"
        ))
        .map_err(sql_error)?;
    let rows = statement.query_map(params![connection, key.as_str()], read).map_err(sql_error)?;
    rows.collect::<std::result::Result<_, _>>().map_err(sql_error)
}

/// Rows with `after` < key <= `end`, by key, oldest first.
pub fn range(db: &Db, connection: i64, after: &str, end: &str) -> Result<Vec<DocumentRow>> {
    let mut statement = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM documents WHERE connection = ?1 AND key > ?2 AND key <= ?3 ORDER BY key, sequence"
        ))
        .map_err(sql_error)?;
    let rows = statement.query_map(params![connection, after, end], read).map_err(sql_error)?;
    rows.collect::<std::result::Result<_, _>>().map_err(sql_error)
}

/// Rows whose fate over there is open (`intended`, `sent`), oldest first, after a sequence. The index of what waits has
/// each state in this order.
pub fn unsettled(db: &Db, connection: i64, after: i64, limit: u32) -> Result<Vec<DocumentRow>> {
    let of_state = |state: &str| {
        format!(
            "SELECT * FROM (SELECT {COLUMNS} FROM documents WHERE connection = ?1 AND {WAITS} \
             AND state = '{state}' AND sequence > ?2 ORDER BY sequence LIMIT ?3)"
        )
    };
    let (intended, sent) = (of_state("intended"), of_state("sent"));
    let mut statement =
        db.prepare_cached(&format!("{intended} UNION ALL {sent} ORDER BY sequence LIMIT ?3")).map_err(sql_error)?;
    let rows = statement.query_map(params![connection, after, limit], read).map_err(sql_error)?;
    rows.collect::<std::result::Result<_, _>>().map_err(sql_error)
}

/// Forgets every row of a connection whose documents are to stay without an owner.
pub fn forget_all(db: &Db, connection: i64) -> Result<()> {
    db.execute("DELETE FROM documents WHERE connection = ?1", [connection]).map_err(sql_error)?;
    Ok(())
}

/// Where something may have to go although the bucket is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crowded {
    /// Keys with more than one row: an old version may have to go.
    SeveralRows,
    /// These, and keys whose removal has begun.
    OrLeaving,
}

/// Keys of this kind, by key, after a key.
pub fn crowded_keys(db: &Db, connection: i64, kind: Crowded, after: &str, limit: u32) -> Result<Vec<ObjectKey>> {
    let mut statement = db
        .prepare_cached(
            "SELECT key FROM documents WHERE connection = ?1 AND key > ?2 \
             GROUP BY key HAVING count(*) > 1 OR (?3 AND max(state = 'removing')) ORDER BY key LIMIT ?4",
        )
        .map_err(sql_error)?;
    let rows = statement
        .query_map(params![connection, after, kind == Crowded::OrLeaving, limit], |row| {
            Ok(ObjectKey::new(row.get::<_, String>(0)?))
        })
        .map_err(sql_error)?;
    rows.collect::<std::result::Result<_, _>>().map_err(sql_error)
}

/// Asks for refused documents to be sent once more: those of these keys, or all when there are none. Returns how many.
pub fn ask_retry(db: &Db, connection: i64, keys: &[String]) -> Result<u64> {
    let keys = serde_json::to_string(keys).map_err(|e| Error::internal("naming keys", e))?;
    let asked = db
        .execute(
            "UPDATE documents SET retry = 1 WHERE connection = ?1 AND state = 'rejected' \
             AND (?2 = '[]' OR key IN (SELECT value FROM json_each(?2)))",
            params![connection, keys],
        )
        .map_err(sql_error)?;
    Ok(asked as u64)
}

/// Takes up a document that the knowledge base holds and the state file does not know, or knows under the remote id of an
/// earlier document of the same fields. How it stands is asked later. Returns whether a row changed.
pub fn adopt(db: &Db, connection: i64, destination: &str, held: &Held, at: i64) -> Result<bool> {
    let made = db
        .prepare_cached(
            "INSERT INTO documents (id, connection, key, etag, tag, destination, remote_id, state, size, changed_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'sent', 0, ?8) ON CONFLICT DO NOTHING",
        )
        .and_then(|mut s| {
            let (key, etag, tag) = (held.key.as_str(), held.etag.as_str(), held.tag.as_str());
            s.execute(params![held.id, connection, key, etag, tag, destination, held.remote_id, at])
        })
        .map_err(sql_error)?;
    if made == 1 {
        return Ok(true);
    }
    // A row of a state file that was put back may name a document that was removed and put anew since then. Left so, the
    // removal of the old one would be answered, and the new one would have no row.
    let mended = db
        .prepare_cached(
            "UPDATE OR IGNORE documents SET remote_id = ?2, error_code = NULL, error_detail = NULL, \
             state = CASE state WHEN 'rejected' THEN 'sent' ELSE state END, changed_at = ?3 \
             WHERE id = ?1 AND remote_id <> ?2",
        )
        .and_then(|mut s| s.execute(params![held.id, held.remote_id, at]))
        .map_err(sql_error)?;
    Ok(mended == 1)
}

/// Forgets which documents an audit saw: another one begins.
pub fn see_none(db: &Db) -> Result<()> {
    db.execute("DELETE FROM seen", []).map_err(sql_error)?;
    Ok(())
}

/// An audit saw this document.
pub fn see(db: &Db, id: &str) -> Result<()> {
    db.prepare_cached("INSERT INTO seen (id) VALUES (?1) ON CONFLICT DO NOTHING")
        .and_then(|mut s| s.execute([id]))
        .map_err(sql_error)?;
    Ok(())
}

/// Ids after one, by id, of indexed rows that the audit has not seen; without those of which a put that was sent later than
/// `landed` was never answered.
pub fn unseen(db: &Db, connection: i64, after: &str, landed: i64, limit: u32) -> Result<Vec<DocumentId>> {
    let mut statement = db
        .prepare_cached(
            "SELECT id FROM documents WHERE connection = ?1 AND id > ?2 AND state = 'indexed' \
             AND coalesce(unanswered_at, ?3) <= ?3 AND id NOT IN (SELECT id FROM seen) ORDER BY id LIMIT ?4",
        )
        .map_err(sql_error)?;
    let rows = statement.query_map(params![connection, after, landed, limit], |row| row.get(0)).map_err(sql_error)?;
    rows.collect::<std::result::Result<_, _>>().map_err(sql_error)
}

/// Rows after a sequence, oldest first.
pub fn page(db: &Db, connection: i64, after: i64, limit: u32) -> Result<Vec<DocumentRow>> {
    let mut statement = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM documents WHERE connection = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3"
        ))
        .map_err(sql_error)?;
    let rows = statement.query_map(params![connection, after, limit], read).map_err(sql_error)?;
    rows.collect::<std::result::Result<_, _>>().map_err(sql_error)
}

/// What is held, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Documents that are there or on their way (`sent`, `indexed`).
    pub held: u64,
    /// Rows that wait for the knowledge base (`sent`, `removing`).
    pub waiting: u64,
}

/// Counts a connection's rows, without looking at them: of all by their keys, those are taken away that are not held, of
/// which there is an index.
pub fn counts(db: &Db, connection: i64) -> Result<Counts> {
    let mut statement = db
        .prepare_cached(&format!(
            "SELECT (SELECT count(*) FROM documents WHERE connection = ?1) \
             - (SELECT count(*) FROM documents WHERE connection = ?1 AND state = 'rejected') \
             - count(*) FILTER (WHERE state IN ('intended', 'removing')), \
             count(*) FILTER (WHERE state IN ('sent', 'removing')) \
             FROM documents WHERE connection = ?1 AND {WAITS}"
        ))
        .map_err(sql_error)?;
    statement.query_row([connection], |row| Ok(Counts { held: row.get(0)?, waiting: row.get(1)? })).map_err(sql_error)
}

/// Keys that have a place under the document limit.
pub fn places(db: &Db, connection: i64) -> Result<u64> {
    let counted = "SELECT count(DISTINCT key) FROM documents WHERE connection = ?1 AND error_code IS NULL";
    let mut statement = db.prepare_cached(counted).map_err(sql_error)?;
    statement.query_row([connection], |row| row.get(0)).map_err(sql_error)
}

/// How many documents are in each state, only states that occur.
pub fn by_state(db: &Db, connection: i64) -> Result<Vec<(DocumentState, u64)>> {
    let mut statement = db
        .prepare_cached("SELECT state, count(*) FROM documents WHERE connection = ?1 GROUP BY state ORDER BY state")
        .map_err(sql_error)?;
    let rows =
        statement.query_map([connection], |row| Ok((row.get::<_, String>(0)?, row.get(1)?))).map_err(sql_error)?;
    let counted: Vec<(String, u64)> = rows.collect::<rusqlite::Result<_>>().map_err(sql_error)?;
    Ok(counted.into_iter().filter_map(|(state, count)| Some((state_of(&state)?, count))).collect())
}

/// How many documents have each error, only errors that occur.
pub fn by_error(db: &Db, connection: i64) -> Result<Vec<(ErrorCode, u64)>> {
    let mut statement = db
        .prepare_cached(
            "SELECT error_code, count(*) FROM documents WHERE connection = ?1 AND error_code IS NOT NULL \
             GROUP BY error_code ORDER BY error_code",
        )
        .map_err(sql_error)?;
    let rows =
        statement.query_map([connection], |row| Ok((row.get::<_, String>(0)?, row.get(1)?))).map_err(sql_error)?;
    let counted: Vec<(String, u64)> = rows.collect::<rusqlite::Result<_>>().map_err(sql_error)?;
    Ok(counted.into_iter().map(|(code, count)| (ErrorCode::from_name(&code), count)).collect())
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<DocumentRow> {
    let tag: String = row.get(3)?;
    let damaged = |what: &str| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, format!("documents.{what}").into())
    };
    let state: String = row.get(6)?;
    let remote_id: Option<RemoteId> = row.get(5)?;
    Ok(DocumentRow {
        id: row.get(0)?,
        key: ObjectKey::new(row.get::<_, String>(1)?),
        etag: ETag::new(row.get::<_, String>(2)?),
        tag: ContainerTag::parse(&tag).ok_or_else(|| damaged("tag"))?,
        sequence: row.get(4)?,
        remote_id,
        state: state_of(&state).ok_or_else(|| damaged("state"))?,
        unanswered_at: row.get(7)?,
        error_code: row.get(8)?,
        error_detail: row.get(9)?,
        content_hash: row.get(10)?,
        size: row.get::<_, i64>(11)? as u64,
        changed_at: row.get(12)?,
        retry: row.get(13)?,
    })
}

const STATES: [(DocumentState, &str); 5] = [
    (DocumentState::Intended, "intended"),
    (DocumentState::Sent, "sent"),
    (DocumentState::Indexed, "indexed"),
    (DocumentState::Rejected, "rejected"),
    (DocumentState::Removing, "removing"),
];

fn state_name(state: DocumentState) -> &'static str {
    STATES.iter().find(|(s, _)| *s == state).map_or("intended", |(_, name)| name)
}

fn state_of(name: &str) -> Option<DocumentState> {
    STATES.iter().find(|(_, n)| *n == name).map(|(state, _)| *state)
}
