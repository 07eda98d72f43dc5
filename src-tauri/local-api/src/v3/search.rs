//! `/v3/search`: searches the library.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::knowledge_base::library::{DocumentFilter, DocumentSearch};
use s3_connector_engine::view::LibraryHit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::documents::filter;
use crate::documents::{Metadata, kind, metadata};
use crate::filters::Filters;
use crate::refusal::{Refusal, Refusals};
use crate::request::{Body, Count, Page};
use crate::times::iso;

/// Results unless told otherwise, and at most.
pub const RESULTS: (u64, u64) = (10, 100);

/// A search.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Search {
    /// Words to look for.
    #[schema(min_length = 1)]
    q: String,
    /// In this container.
    #[serde(alias = "container_tag")]
    container_tag: Option<String>,
    /// In any of these containers.
    #[serde(alias = "container_tags")]
    container_tags: Option<Vec<String>>,
    /// In this document.
    #[serde(alias = "doc_id")]
    doc_id: Option<String>,
    /// What the metadata must be.
    filters: Option<Filters>,
    /// In the document of this path, or in those under it where it ends in a slash.
    filepath: Option<String>,
    /// At most this many.
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 100, default = 10)]
    limit: Option<Count>,
    /// Passages with a lower score are left out.
    #[serde(alias = "chunk_threshold")]
    #[schema(minimum = 0, maximum = 1, default = 0)]
    chunk_threshold: Option<f64>,
    /// Whether the text comes along.
    #[serde(alias = "include_full_docs")]
    include_full_docs: Option<bool>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchReply {
    /// The best ones first.
    results: Vec<SearchResult>,
    /// Milliseconds that the search took.
    timing: u64,
    /// How many results there are.
    total: u64,
}

/// A document that was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchResult {
    /// The library's id.
    document_id: String,
    /// Its own title, or the file's name.
    title: String,
    /// `text`, `pdf` or `webpage`.
    #[serde(rename = "type")]
    kind: String,
    /// From 0 to 1; comparable within one reply only.
    score: f64,
    /// When the library took it.
    #[schema(format = DateTime)]
    created_at: String,
    /// The same: documents never change.
    #[schema(format = DateTime)]
    updated_at: String,
    /// Bucket, key, etag, size, lastModified and connectionId.
    metadata: Metadata,
    /// Its best passage.
    chunks: Vec<Chunk>,
    /// Its text, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
}

/// A passage.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Chunk {
    /// Its text.
    content: String,
    /// Always true: others are not returned.
    is_relevant: bool,
    /// From 0 to 1.
    score: f64,
    /// Its place among the passages of its document: the only one that is returned. The types of the Python package
    /// require it.
    position: u64,
}

/// Searches by words: documents with all of them, or where there are none, with any of them.
#[utoipa::path(post, path = "/v3/search", tag = "search", request_body = Search,
    responses((status = 200, body = SearchReply), Refusals))]
pub async fn search(
    State(engine): State<Arc<Engine>>,
    Body(asked): Body<Search>,
) -> Result<Json<SearchReply>, Refusal> {
    let started = Instant::now();
    if asked.q.is_empty() {
        return Err(Refusal::field("q", "A query has at least one character"));
    }
    let threshold = threshold("chunkThreshold", asked.chunk_threshold)?;
    let limit = Page::asked(None, asked.limit, RESULTS.0, RESULTS.1)?.limit;
    let tags = asked.container_tag.map(|tag| vec![tag]).or(asked.container_tags);
    let filter = DocumentFilter { document: asked.doc_id, ..filter(tags, asked.filepath, asked.filters.as_ref())? };
    let search = DocumentSearch { query: asked.q, filter, limit, with_text: asked.include_full_docs.unwrap_or(false) };
    let hits = engine.library_hits(search).await?.hits;
    let results: Vec<SearchResult> = hits.into_iter().filter(|hit| hit.score >= threshold).map(result).collect();
    let total = results.len() as u64;
    Ok(Json(SearchReply { results, timing: milliseconds(started), total }))
}

/// A threshold between 0 and 1.
pub fn threshold(name: &str, asked: Option<f64>) -> Result<f64, Refusal> {
    let threshold = asked.unwrap_or(0.0);
    match (0.0..=1.0).contains(&threshold) {
        true => Ok(threshold),
        false => Err(Refusal::field(name, "A threshold is a number from 0 to 1")),
    }
}

/// How long it took.
pub fn milliseconds(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn result(hit: LibraryHit) -> SearchResult {
    let LibraryHit { document, score, passage } = hit;
    SearchResult {
        kind: kind(&document.key).into(),
        created_at: iso(document.added_at),
        updated_at: iso(document.added_at),
        metadata: metadata(&document),
        document_id: document.remote_id,
        title: document.title,
        score,
        chunks: vec![Chunk { content: passage, is_relevant: true, score, position: 0 }],
        content: document.text,
    }
}
