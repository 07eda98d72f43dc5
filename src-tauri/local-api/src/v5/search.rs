//! `/ns/{namespace}/search`.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::knowledge_base::library::{DocumentFilter, DocumentSearch};
use s3_connector_engine::view::{LibraryDocument, LibraryHit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::documents::{Metadata, kind, metadata};
use crate::filters::FilterExpression;
use crate::refusal::{Refusal, Refusals};
use crate::request::{Body, Count, Named, Page};
use crate::times::iso;
use crate::v3::search::{RESULTS, milliseconds, threshold};

/// A search in a namespace.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceSearch {
    /// Words to look for.
    #[schema(min_length = 1)]
    query: String,
    /// What the metadata must be.
    filter: Option<FilterExpression>,
    /// `hybrid` and `chunks` find passages; there are no memories to find.
    search_mode: Option<SearchMode>,
    /// At most this many.
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 100, default = 10)]
    limit: Option<Count>,
    /// Results with a lower score are left out.
    #[schema(minimum = 0, maximum = 1)]
    threshold: Option<f64>,
    /// What comes along.
    include: Option<SearchInclude>,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SearchMode {
    /// Passages and memories.
    Hybrid,
    /// Memories.
    Memories,
    /// Passages.
    Chunks,
}

/// What comes along in a search.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct SearchInclude {
    /// The document of each passage.
    documents: Option<bool>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceSearchReply {
    /// The best ones first.
    results: Vec<Passage>,
    /// Milliseconds that the search took.
    search_time: u64,
}

/// A passage.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passage {
    /// Id of its document.
    id: String,
    /// Its text.
    chunk: String,
    /// Bucket, key, etag, size, lastModified and connectionId.
    metadata: Metadata,
    /// From 0 to 1; comparable within one reply only.
    similarity: f64,
    /// Always true.
    is_latest: bool,
    /// Always false.
    is_inference: bool,
    /// Times.
    system: PassageSystem,
    /// What was asked for besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    included: Option<Included>,
}

/// Times of a passage.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PassageSystem {
    /// When the library took its document.
    #[schema(format = DateTime)]
    created_at: String,
    /// The same: documents never change.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// What comes along with a passage.
#[derive(Debug, Serialize, ToSchema)]
pub struct Included {
    /// Its document.
    document: IncludedDocument,
}

/// The document of a passage.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncludedDocument {
    /// The engine's id.
    id: String,
    /// Its own title, or the file's name.
    title: String,
    /// `text`, `pdf` or `webpage`.
    #[serde(rename = "type")]
    kind: String,
    /// Bucket, key, etag, size, lastModified and connectionId.
    metadata: Metadata,
    /// There are none here.
    #[schema(required = true)]
    summary: Option<String>,
    /// Times.
    system: PassageSystem,
}

/// Searches a namespace by words: documents with all of them, or where there are none, with any of them.
#[utoipa::path(post, path = "/ns/{namespace}/search", tag = "namespaces",
    params(("namespace" = String, Path)), request_body = NamespaceSearch,
    responses((status = 200, body = NamespaceSearchReply), Refusals))]
pub async fn search(
    State(engine): State<Arc<Engine>>,
    Named(namespace): Named<String>,
    Body(asked): Body<NamespaceSearch>,
) -> Result<Json<NamespaceSearchReply>, Refusal> {
    let started = Instant::now();
    if asked.query.is_empty() {
        return Err(Refusal::field("query", "A query has at least one character"));
    }
    let threshold = threshold("threshold", asked.threshold)?;
    let limit = Page::asked(None, asked.limit, RESULTS.0, RESULTS.1)?.limit;
    let condition = asked.filter.as_ref().map(FilterExpression::condition).transpose()?;
    let filter = DocumentFilter { tags: vec![namespace], condition, ..DocumentFilter::default() };
    let search = DocumentSearch { query: asked.query, filter, limit, with_text: false };
    let mut hits = engine.library_hits(search).await?.hits;
    hits.retain(|hit| hit.score >= threshold && asked.search_mode != Some(SearchMode::Memories));
    let with_documents = asked.include.unwrap_or_default().documents.unwrap_or(false);
    let results = hits.into_iter().map(|hit| passage(hit, with_documents)).collect();
    Ok(Json(NamespaceSearchReply { results, search_time: milliseconds(started) }))
}

fn passage(hit: LibraryHit, with_document: bool) -> Passage {
    let LibraryHit { document, score, passage } = hit;
    Passage {
        metadata: metadata(&document),
        system: times(&document),
        included: with_document.then(|| Included {
            document: IncludedDocument {
                id: document.id.clone(),
                title: document.title.clone(),
                kind: kind(&document.key).into(),
                metadata: metadata(&document),
                summary: None,
                system: times(&document),
            },
        }),
        id: document.id,
        chunk: passage,
        similarity: score,
        is_latest: true,
        is_inference: false,
    }
}

fn times(document: &LibraryDocument) -> PassageSystem {
    PassageSystem { created_at: iso(document.added_at), updated_at: iso(document.added_at) }
}
