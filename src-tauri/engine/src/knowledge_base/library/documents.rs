//! Reading the library document by document: pages of it, and searches with a filter. What a window shows of a search is
//! in [`search`](super::search).

use rusqlite::{Connection, Row, params_from_iter};

use super::condition::DocumentFilter;
use super::search::{self, PASSAGE};
use super::text;
use crate::object::ETag;
use crate::view::{LibraryDocument, LibraryHit, LibraryHits, LibraryPage};

/// Which part of the library to read.
#[derive(Debug, Clone, Default)]
pub struct DocumentQuery {
    /// Which documents.
    pub filter: DocumentFilter,
    /// So many are left out at the beginning.
    pub offset: u64,
    /// At most this many.
    pub limit: u64,
    /// The oldest first instead of the newest.
    pub oldest_first: bool,
    /// Whether the text comes along.
    pub with_text: bool,
}

/// A search of the library with a filter.
#[derive(Debug, Clone, Default)]
pub struct DocumentSearch {
    /// Words to look for.
    pub query: String,
    /// Among which documents.
    pub filter: DocumentFilter,
    /// At most this many.
    pub limit: u64,
    /// Whether the text comes along.
    pub with_text: bool,
}

const COLUMNS: &str = "documents.id, documents.remote_id, documents.connection, documents.bucket, documents.key, \
    documents.etag, documents.tag, documents.size, documents.modified, texts.title";

/// A page of the library, in the order in which documents came.
pub fn page(connection: &mut Connection, query: &DocumentQuery) -> rusqlite::Result<LibraryPage> {
    let snapshot = connection.transaction()?;
    let mut clause = query.filter.clause();
    let sql = format!("SELECT count(*) FROM documents WHERE {}", clause.sql);
    let total: i64 = snapshot.query_row(&sql, params_from_iter(&clause.values), |row| row.get(0))?;
    let (limit, offset) = (clause.value(query.limit), clause.value(query.offset));
    let sql = format!(
        "SELECT {COLUMNS}, {} FROM documents JOIN texts USING (number) WHERE {} \
         ORDER BY documents.number {} LIMIT {limit} OFFSET {offset}",
        body(query.with_text),
        clause.sql,
        if query.oldest_first { "ASC" } else { "DESC" },
    );
    let documents = snapshot
        .prepare(&sql)?
        .query_map(params_from_iter(&clause.values), document)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    snapshot.commit()?;
    Ok(LibraryPage { documents, total: total as u64 })
}

/// Searches. Where no document has all the words, those that have any of them are found: whoever asks a program asks in
/// whole sentences.
pub fn search(connection: &mut Connection, asked: &DocumentSearch) -> rusqlite::Result<LibraryHits> {
    let snapshot = connection.transaction()?;
    let mut found = LibraryHits { hits: Vec::new(), total: 0 };
    for expression in [search::expression(&asked.query), search::any_word(&asked.query)].into_iter().flatten() {
        found = hits(&snapshot, asked, &expression)?;
        if found.total > 0 {
            break;
        }
    }
    snapshot.commit()?;
    Ok(found)
}

fn hits(connection: &Connection, asked: &DocumentSearch, expression: &str) -> rusqlite::Result<LibraryHits> {
    const FROM: &str = "FROM search CROSS JOIN documents ON documents.number = search.rowid \
        CROSS JOIN texts ON texts.number = search.rowid";
    let mut clause = asked.filter.clause();
    let matches = clause.value(expression);
    let count = format!("SELECT count(*) {FROM} WHERE search MATCH {matches} AND {}", clause.sql);
    let total: i64 = connection.query_row(&count, params_from_iter(&clause.values), |row| row.get(0))?;
    let limit = clause.value(asked.limit);
    let (begins, ends) = (clause.value(mark(text::HIT_BEGINS).as_str()), clause.value(mark(text::HIT_ENDS).as_str()));
    let passage = PASSAGE.replace("?5", &begins).replace("?6", &ends);
    let sql = format!(
        "SELECT {COLUMNS}, {}, search.rank, {passage} {FROM} WHERE search MATCH {matches} AND {} \
         ORDER BY search.rank LIMIT {limit}",
        body(asked.with_text),
        clause.sql,
    );
    let hits = connection
        .prepare(&sql)?
        .query_map(params_from_iter(&clause.values), hit)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(LibraryHits { hits, total: total as u64 })
}

fn mark(character: char) -> String {
    character.to_string()
}

fn body(wanted: bool) -> &'static str {
    if wanted { "texts.body" } else { "NULL" }
}

fn hit(row: &Row<'_>) -> rusqlite::Result<LibraryHit> {
    let rank: f64 = row.get(11)?;
    let parts = search::parts(&row.get::<_, String>(12)?);
    // SQLite's rank is better the more negative it is.
    let weight = (-rank).max(0.0);
    Ok(LibraryHit {
        document: document(row)?,
        score: weight / (1.0 + weight),
        passage: parts.into_iter().map(|part| part.text).collect(),
    })
}

fn document(row: &Row<'_>) -> rusqlite::Result<LibraryDocument> {
    let remote_id: String = row.get(1)?;
    Ok(LibraryDocument {
        id: row.get(0)?,
        added_at: added_at(&remote_id),
        remote_id,
        connection_id: row.get(2)?,
        bucket: row.get(3)?,
        key: row.get(4)?,
        etag: ETag::new(row.get::<_, String>(5)?).unquoted(),
        tag: row.get(6)?,
        size: row.get::<_, i64>(7)? as u64,
        modified: row.get(8)?,
        title: text::plain(&row.get::<_, String>(9)?),
        text: row.get::<_, Option<String>>(10)?.as_deref().map(text::plain),
    })
}

/// The library's ids are ordered by time and tell it.
fn added_at(remote_id: &str) -> i64 {
    let time = uuid::Uuid::parse_str(remote_id).ok().and_then(|id| id.get_timestamp());
    let (seconds, nanoseconds) = time.map_or((0, 0), |time| time.to_unix());
    i64::try_from(seconds).unwrap_or(0) * 1_000 + i64::from(nanoseconds / 1_000_000)
}
