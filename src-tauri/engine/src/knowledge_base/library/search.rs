//! From what a person typed to ranked results.

use rusqlite::{Connection, params};

use super::text::{self, HIT_BEGINS, HIT_ENDS};
use crate::knowledge_base::{SearchQuery, SearchReply, SearchResult, SnippetPart};
use crate::object::ObjectKey;

/// Results where the query names no number.
const DEFAULT_LIMIT: u32 = 20;
/// No reply is longer than this: cutting snippets takes time.
const LARGEST_LIMIT: u32 = 200;
/// What is typed beyond so many characters is not looked at.
const QUERY_LENGTH: usize = 500;
/// What is typed beyond so many words is not looked at.
const QUERY_WORDS: usize = 32;
/// Characters of one piece of a snippet.
const PIECE_LENGTH: usize = 400;

/// Searches in one snapshot of the library.
pub fn search(connection: &mut Connection, query: &SearchQuery) -> rusqlite::Result<SearchReply> {
    let Some(expression) = expression(&query.query) else {
        return Ok(SearchReply { results: Vec::new(), total: 0 });
    };
    let snapshot = connection.transaction()?;
    let total = count(&snapshot, query, &expression)?;
    let results = best(&snapshot, query, &expression)?;
    snapshot.commit()?;
    Ok(SearchReply { results, total })
}

/// The MATCH expression of what was typed, or nothing where there is no word in it.
///
/// Every word is a quoted string, so that nothing a person types is an operator: all of them must be there, the last
/// one may still be incomplete once it has two letters. Text between double quotes is looked for as it stands. Strings side by side, not `AND`:
/// a string without any word (to the tokenizer, whose Unicode is older) then has no say instead of matching nothing.
pub fn expression(typed: &str) -> Option<String> {
    terms(typed).map(|terms| terms.join(" "))
}

/// The MATCH expression for any of the words, or nothing where there is none.
pub fn any_word(typed: &str) -> Option<String> {
    terms(typed).map(|terms| terms.join(" OR "))
}

fn terms(typed: &str) -> Option<Vec<String>> {
    let typed = text::stored(&typed.chars().take(QUERY_LENGTH).collect::<String>());
    let pieces: Vec<&str> = typed.split('"').collect();
    let mut terms: Vec<String> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let is_phrase = at % 2 == 1 && at + 1 < pieces.len();
        if is_phrase {
            terms.extend(quoted(piece));
        } else {
            terms.extend(piece.split_whitespace().filter_map(quoted));
        }
    }
    terms.truncate(QUERY_WORDS);
    let last = terms.last_mut()?;
    // Two quotes and one letter: half of all words begin so, and nobody means them.
    let is_letter = last.chars().count() == 3;
    if !is_letter && !typed.trim_end().ends_with('"') {
        last.push('*');
    }
    Some(terms)
}

/// A word or phrase as a string of the query language; it has no double quotes in it.
fn quoted(term: &str) -> Option<String> {
    term.contains(char::is_alphanumeric).then(|| format!("\"{term}\""))
}

/// The best passage of a match, between the marks `?5` and `?6`: from the body; where the hit is in title or path only,
/// from there.
pub const PASSAGE: &str = "CASE WHEN instr(snippet(search, 2, ?5, ?6, '…', 40), ?5) > 0 \
    THEN snippet(search, 2, ?5, ?6, '…', 40) ELSE snippet(search, -1, ?5, ?6, '…', 40) END";

/// The join of both queries: the index first, then the row, which must be in the container and of the connection asked for.
macro_rules! matching {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM search CROSS JOIN documents ON documents.number = search.rowid
              WHERE search MATCH ?1
                AND (?2 IS NULL OR documents.tag = ?2)
                AND (?3 IS NULL OR documents.connection = ?3) ",
            $rest
        )
    };
}

fn count(connection: &Connection, query: &SearchQuery, expression: &str) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(matching!("count(*)", ""))?
        .query_row(params![expression, query.tag, query.connection_id], |row| row.get::<_, i64>(0))
        .map(|n| n as u64)
}

/// The best results with their best passages.
///
/// Ordered by nothing but rank, because the index then sorts by itself and snippets are cut for the rows within the
/// limit only; in one statement, because a word that is still incomplete is costly to look up. A passage is cut from
/// the body; where the hit is in title or path only, from there.
fn best(connection: &Connection, query: &SearchQuery, expression: &str) -> rusqlite::Result<Vec<SearchResult>> {
    let limit = if query.limit == 0 { DEFAULT_LIMIT } else { query.limit.min(LARGEST_LIMIT) };
    let (begins, ends) = (HIT_BEGINS.to_string(), HIT_ENDS.to_string());
    connection
        .prepare_cached(matching!(
            "documents.id, connection, bucket, key, tag, size, modified, search.rank,
             CASE WHEN instr(snippet(search, 2, ?5, ?6, '…', 40), ?5) > 0
                  THEN snippet(search, 2, ?5, ?6, '…', 40) ELSE snippet(search, -1, ?5, ?6, '…', 40) END",
            "ORDER BY search.rank LIMIT ?4 OFFSET ?7"
        ))?
        .query_map(params![expression, query.tag, query.connection_id, limit, begins, ends, query.offset], |row| {
            Ok(SearchResult {
                document_id: row.get(0)?,
                connection_id: row.get(1)?,
                bucket: row.get(2)?,
                key: ObjectKey::new(row.get::<_, String>(3)?),
                tag: row.get(4)?,
                size: row.get::<_, i64>(5)? as u64,
                modified: row.get(6)?,
                // SQLite's rank is better the more negative it is.
                score: -row.get::<_, f64>(7)?,
                snippet: parts(&row.get::<_, String>(8)?),
            })
        })?
        .collect()
}

/// A marked snippet as parts.
pub fn parts(marked: &str) -> Vec<SnippetPart> {
    let mut parts: Vec<SnippetPart> = Vec::new();
    let mut hit = false;
    for piece in marked.split_inclusive([HIT_BEGINS, HIT_ENDS]) {
        let text = text::shown(piece.trim_end_matches([HIT_BEGINS, HIT_ENDS]));
        if !text.is_empty() {
            parts.push(SnippetPart { text: text::shortened(&text, PIECE_LENGTH).into_owned(), hit });
        }
        hit = piece.ends_with(HIT_BEGINS);
    }
    parts
}

#[cfg(test)]
mod tests;
