//! Every statement of the library but the search. A removal is a transaction of its own; documents come in groups.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::connection::ConnectionId;
use crate::knowledge_base::{Document, Held, Owner, RemoteId, TagCount};
use crate::object::{ETag, ObjectKey};
use crate::tag::ContainerTag;

/// Free pages worth giving back to the disk (of 4 KiB each).
const FREE_PAGES: i64 = 256;

/// The three searchable texts of a document, in their stored form.
pub struct Texts {
    /// The document's own title, or the file's name.
    pub title: String,
    /// The key.
    pub path: String,
    /// All that was read.
    pub body: String,
}

impl Texts {
    /// Bytes of all three.
    pub fn bytes(&self) -> usize {
        self.title.len() + self.path.len() + self.body.len()
    }
}

/// The library's id of a document, if it is there.
pub fn remote_id(connection: &Connection, id: &str) -> rusqlite::Result<Option<RemoteId>> {
    connection
        .prepare_cached("SELECT remote_id FROM documents WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()
}

/// Inserts a document, within a transaction. Whoever calls has made sure that it is not there.
pub fn insert(
    transaction: &Connection,
    document: &Document,
    remote_id: &RemoteId,
    texts: &Texts,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO documents (id, remote_id, connection, bucket, key, etag, tag, size, modified)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            document.id,
            remote_id,
            document.connection,
            document.bucket,
            document.key.as_str(),
            document.etag.as_str(),
            document.tag.as_str(),
            i64::try_from(document.size).unwrap_or(i64::MAX),
            document.modified,
        ])?;
    let number = transaction.last_insert_rowid();
    for into_text_and_index in [
        "INSERT INTO texts (number, title, path, body) VALUES (?1, ?2, ?3, ?4)",
        "INSERT INTO search (rowid, title, path, body) VALUES (?1, ?2, ?3, ?4)",
    ] {
        let values = params![number, texts.title, texts.path, texts.body];
        transaction.prepare_cached(into_text_and_index)?.execute(values)?;
    }
    Ok(())
}

/// Removes documents by the library's id, all or none; says how many there were.
pub fn remove(connection: &mut Connection, ids: &[RemoteId]) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut removed = 0;
    {
        let mut statement = transaction.prepare_cached("DELETE FROM documents WHERE remote_id = ?1")?;
        for id in ids {
            removed += statement.execute([id])? as u64;
        }
    }
    transaction.commit()?;
    Ok(removed)
}

/// Takes what was removed out of the log as well, and gives freed space back. A reader in the middle of a search only
/// puts this off to the next time.
pub fn tidy(connection: &Connection) -> rusqlite::Result<()> {
    if count(connection)? == 0 {
        // Words are gone from the index, its emptied pages are not until a merge; of an empty library there is none.
        connection.execute_batch("INSERT INTO search (search) VALUES ('delete-all')")?;
    }
    let free: i64 = connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
    if free > FREE_PAGES {
        // One row for each page given back: it has to be read to the end.
        let mut statement = connection.prepare_cached("PRAGMA incremental_vacuum")?;
        let mut pages = statement.query([])?;
        while pages.next()?.is_some() {}
    }
    connection.busy_timeout(std::time::Duration::from_millis(100))?;
    let truncated = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    connection.busy_timeout(super::file::BUSY)?;
    truncated
}

/// How many documents there are.
pub fn count(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row("SELECT count(*) FROM documents", [], |row| row.get::<_, i64>(0)).map(|n| n as u64)
}

/// A page of a connection's documents, by id.
pub fn held(connection: &Connection, owner: &ConnectionId, after: &str, limit: u32) -> rusqlite::Result<Vec<Held>> {
    connection
        .prepare_cached(
            "SELECT id, remote_id, key, etag, tag FROM documents
             WHERE connection = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
        )?
        .query_map(params![owner, after, limit], |row| {
            Ok(Held {
                id: row.get(0)?,
                remote_id: row.get(1)?,
                key: ObjectKey::new(row.get::<_, String>(2)?),
                etag: ETag::new(row.get::<_, String>(3)?),
                tag: tag(row, 4)?,
            })
        })?
        .collect()
}

/// The connections with documents of this bucket and prefix.
pub fn owners(connection: &Connection, bucket: &str, prefix: &str) -> rusqlite::Result<Vec<Owner>> {
    connection
        .prepare_cached(
            "SELECT connection, count(*) FROM documents
             WHERE bucket = ?1 AND substr(key, 1, length(?2)) = ?2 GROUP BY connection ORDER BY connection",
        )?
        .query_map([bucket, prefix], |row| {
            Ok(Owner { connection: row.get(0)?, documents: row.get::<_, i64>(1)? as u64 })
        })?
        .collect()
}

fn tag(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<ContainerTag> {
    let text: String = row.get(column)?;
    ContainerTag::parse(&text).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            format!("{text:?} is no container tag").into(),
        )
    })
}

/// Every container with its number of documents, by tag.
pub fn tags(connection: &Connection) -> rusqlite::Result<Vec<TagCount>> {
    connection
        .prepare_cached("SELECT tag, count(*) FROM documents GROUP BY tag ORDER BY tag")?
        .query_map([], |row| Ok(TagCount { tag: row.get(0)?, count: row.get::<_, i64>(1)? as u64 }))?
        .collect()
}
