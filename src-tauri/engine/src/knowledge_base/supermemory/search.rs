//! Searching: the documents of connections, by `POST /v3/search`.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client::Client;
use super::content::{self, Told};
use super::lists;
use crate::error::Result;
use crate::knowledge_base::{SearchQuery, SearchReply, SearchResult, SnippetPart};
use crate::plan::document_id;
use crate::tag::ContainerTag;

/// Results where the query names no number.
const DEFAULT_LIMIT: u32 = 20;
/// The API's own limit.
const LARGEST_LIMIT: u32 = 100;
/// What is typed beyond so many characters is not looked at.
const QUERY_LENGTH: usize = 500;
/// Characters of a passage.
const PASSAGE_LENGTH: usize = 400;

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    results: Vec<Found>,
    #[serde(default)]
    total: f64,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    score: f64,
    metadata: Option<Map<String, Value>>,
    #[serde(default)]
    chunks: Vec<Chunk>,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    content: String,
    #[serde(default)]
    score: f64,
}

/// Searches.
pub async fn search(client: &Client, query: &SearchQuery) -> Result<SearchReply> {
    let words: String = query.query.chars().filter(|c| !c.is_control()).take(QUERY_LENGTH).collect();
    let nothing = || Ok(SearchReply { results: Vec::new(), total: 0 });
    let tag = match &query.tag {
        None => None,
        // Nothing can be under a tag that is none.
        Some(tag) => match ContainerTag::parse(tag) {
            None => return nothing(),
            tag => tag,
        },
    };
    if words.trim().is_empty() {
        return nothing();
    }
    // The API has no pages: what was shown before is asked for once more, and left out.
    let limit = if query.limit == 0 { DEFAULT_LIMIT } else { query.limit };
    let (limit, before) = (query.offset.saturating_add(limit).min(LARGEST_LIMIT), query.offset as usize);
    let mut body = json!({ "q": words.trim(), "limit": limit });
    if let Some(tag) = &tag {
        body["containerTags"] = json!([tag]);
    }
    if let Some(connection) = &query.connection_id {
        body["filters"] = lists::filter(content::CONNECTION, connection);
    }
    let reply: Reply = client.read(|| client.request(Method::POST, &["v3", "search"]).json(&body)).await?;
    let found = reply.results.len();
    let wanted: Vec<&str> = words.split_whitespace().collect();
    let result = |found: Found| result(found, tag.as_ref(), query, &wanted);
    let mut results: Vec<SearchResult> = reply.results.into_iter().filter_map(result).collect();
    results.sort_by(|a, b| b.score.total_cmp(&a.score));
    let ours = results.len();
    results.drain(..before.min(ours));
    // What is not ours is not shown, and not counted as far as it was seen.
    let total = (reply.total as u64).max(found as u64) - (found - ours) as u64;
    Ok(SearchReply { results, total })
}

fn result(found: Found, tag: Option<&ContainerTag>, query: &SearchQuery, words: &[&str]) -> Option<SearchResult> {
    let Told { connection, bucket, key, etag, tag: told, size, modified } = content::told(found.metadata.as_ref()?)?;
    // A server may not know filters.
    if query.connection_id.as_ref().is_some_and(|wanted| *wanted != connection) {
        return None;
    }
    // The container that was searched, else the one in which the document was put.
    let tag = tag.cloned().or(told)?;
    let best = found.chunks.into_iter().max_by(|a, b| a.score.total_cmp(&b.score));
    Some(SearchResult {
        document_id: document_id(&connection, &key, &etag, &tag),
        connection_id: connection,
        bucket,
        tag: tag.to_string(),
        key,
        score: found.score,
        snippet: best.map_or_else(Vec::new, |chunk| snippet(&chunk.content, words)),
        size,
        modified,
    })
}

/// A passage with the words that were looked for marked, beginning shortly before the first of them. What was found may
/// have none: the search is by meaning.
fn snippet(content: &str, words: &[&str]) -> Vec<SnippetPart> {
    let line = content.split_whitespace().collect::<Vec<_>>().join(" ");
    let hits = hits(&line, words);
    let before = hits.first().map_or(0, |(start, _)| line[..*start].chars().count().saturating_sub(PASSAGE_LENGTH / 4));
    let start = line.char_indices().nth(before).map_or(0, |(at, _)| at);
    let end = line[start..].char_indices().nth(PASSAGE_LENGTH).map_or(line.len(), |(at, _)| start + at);
    let mut parts = Vec::new();
    let mut push = |text: &str, hit| {
        if !text.is_empty() {
            parts.push(SnippetPart { text: text.to_owned(), hit });
        }
    };
    let mut at = start;
    for (from, to) in hits.into_iter().filter(|(from, to)| *from >= start && *to <= end) {
        push(&line[at..from], false);
        push(&line[from..to], true);
        at = to;
    }
    push(&line[at..end], false);
    parts
}

/// Where these words stand, as whole words whatever their case.
fn hits(line: &str, words: &[&str]) -> Vec<(usize, usize)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let bare = |text: &str| text.trim_matches(|c| !is_part(c)).to_lowercase();
    let words: Vec<String> = words.iter().map(|word| bare(word)).filter(|word| !word.is_empty()).collect();
    let mut hits = Vec::new();
    let mut at = 0;
    for piece in line.split_inclusive(|c: char| !is_part(c)) {
        let word = piece.trim_end_matches(|c| !is_part(c));
        if !word.is_empty() && words.contains(&word.to_lowercase()) {
            hits.push((at, at + word.len()));
        }
        at += piece.len();
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(content: &str, words: &[&str]) -> String {
        let mark = |part: SnippetPart| if part.hit { format!("[{}]", part.text) } else { part.text };
        snippet(content, words).into_iter().map(mark).collect()
    }

    #[test]
    fn the_words_that_were_looked_for_are_marked() {
        assert_eq!(marked("The LIGHTHOUSE,\n and waves", &["lighthouse", "Waves!"]), "The [LIGHTHOUSE], and [waves]");
        assert_eq!(marked("nothing of it", &["lighthouse"]), "nothing of it");
        assert_eq!(marked("", &["a"]), "");
    }

    #[test]
    fn a_long_passage_is_cut_around_the_first_hit() {
        let content = format!("{} höhle {}", "é ".repeat(500), "x ".repeat(500));
        let parts = snippet(&content, &["HÖHLE"]);
        assert_eq!(parts.iter().map(|part| part.text.chars().count()).sum::<usize>(), PASSAGE_LENGTH);
        assert!(parts[0].text.starts_with('é') && parts[1].hit);
    }
}
