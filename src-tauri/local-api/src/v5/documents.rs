//! `/ns/{namespace}/document` and `/ns/{namespace}/list`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::knowledge_base::library::{DocumentFilter, DocumentQuery};
use s3_connector_engine::view::LibraryDocument;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::documents::{self, Metadata, NotDeleted, kind, metadata, url};
use crate::filters::FilterExpression;
use crate::refusal::{Refusal, Refusals};
use crate::request::{Asked, Body, Count, Named, Page};
use crate::times::iso;
use crate::v3::documents::{Order, Pagination, Sort};

/// Documents of a page unless told otherwise, and at most.
const PAGE: (u64, u64) = (50, 100);
/// Ids that one request deletes at most.
const BULK: usize = 100;

/// A document.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamespaceDocument {
    /// The engine's id.
    id: String,
    /// Its own title, or the file's name.
    title: String,
    /// `text`, `pdf` or `webpage`.
    #[serde(rename = "type")]
    kind: String,
    /// There are none here.
    #[schema(required = true)]
    summary: Option<String>,
    /// Its text; in a list where it was asked for.
    #[schema(required = true)]
    content: Option<String>,
    /// Bucket, key, etag, size, lastModified and connectionId.
    metadata: Metadata,
    /// `s3://bucket/key`.
    url: String,
    /// Status and times.
    system: DocumentSystem,
    /// Passages, where they were asked for: the library has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    chunks: Option<Vec<String>>,
    /// Memories, where they were asked for: the library has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    memories: Option<Vec<String>>,
}

/// How a document stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentSystem {
    /// `done`: what the library holds can be found.
    status: String,
    /// `done`: there are no memories here.
    dreaming_status: String,
    /// When the library took it.
    #[schema(format = DateTime)]
    created_at: String,
    /// The same: documents never change.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A page of documents.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamespacePage {
    /// The documents.
    documents: Vec<NamespaceDocument>,
    /// There are none here.
    chunks: Vec<String>,
    /// There are none here.
    memories: Vec<String>,
    /// Where it is among the pages.
    pagination: Pagination,
}

/// What was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedDocuments {
    /// How many.
    count: u64,
    /// What was not.
    errors: Vec<NotDeleted>,
}

/// Which documents to delete.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DeleteIds {
    /// Their ids.
    #[schema(min_items = 1, max_items = 100)]
    ids: Vec<String>,
}

/// What comes along.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Include {
    /// `chunks`, `memories`: empty lists. Several are separated by commas.
    include: Option<String>,
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// From 1.
    #[param(value_type = Option<u64>, minimum = 1)]
    page: Option<Count>,
    /// At most this many.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100)]
    limit: Option<Count>,
    /// Both are the same here.
    #[allow(dead_code, reason = "read, so that other words are refused")]
    sort: Option<Sort>,
    /// The newest first unless told otherwise.
    order: Option<Order>,
}

/// Which documents to list.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ListNamespace {
    /// What their metadata must be.
    filter: Option<FilterExpression>,
    /// What comes along.
    include: Option<ListInclude>,
}

/// What comes along in a list.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ListInclude {
    /// The text.
    content: Option<bool>,
}

/// Shows a document with its text.
#[utoipa::path(get, path = "/ns/{namespace}/document/{document}", tag = "namespaces",
    params(("namespace" = String, Path), ("document" = String, Path), Include),
    responses((status = 200, body = NamespaceDocument), Refusals))]
pub async fn show(
    State(engine): State<Arc<Engine>>,
    Named((namespace, id)): Named<(String, String)>,
    Asked(Include { include }): Asked<Include>,
) -> Result<Json<NamespaceDocument>, Refusal> {
    let mut shown = shown(documents::find(&engine, &id, Some(&namespace)).await?);
    let include = include.unwrap_or_default();
    let wants = |what: &str| include.split(',').any(|word| word.trim() == what);
    shown.chunks = wants("chunks").then(Vec::new);
    shown.memories = wants("memories").then(Vec::new);
    Ok(Json(shown))
}

/// Deletes documents. Their files stay in the bucket and are not sent again, until they change or a person asks for it.
#[utoipa::path(delete, path = "/ns/{namespace}/document", tag = "namespaces",
    params(("namespace" = String, Path)), request_body = DeleteIds,
    responses((status = 200, body = DeletedDocuments), Refusals))]
pub async fn delete(
    State(engine): State<Arc<Engine>>,
    Named(namespace): Named<String>,
    Body(DeleteIds { ids }): Body<DeleteIds>,
) -> Result<Json<DeletedDocuments>, Refusal> {
    if !(1..=BULK).contains(&ids.len()) {
        return Err(Refusal::field("ids", "From 1 to 100 ids are needed"));
    }
    let (count, errors) = documents::delete_each(&engine, &ids, Some(&namespace)).await?;
    Ok(Json(DeletedDocuments { count, errors }))
}

/// What is listed.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "the words of the API, for the OpenAPI document")]
pub enum ListKind {
    /// Documents.
    Documents,
    /// Not offered.
    Chunks,
    /// Not offered.
    Memories,
}

/// Lists the documents of a namespace. The library has neither chunks nor memories to list.
#[utoipa::path(post, path = "/ns/{namespace}/list/{kind}", tag = "namespaces",
    params(("namespace" = String, Path), ("kind" = inline(ListKind), Path), ListQuery),
    request_body = Option<ListNamespace>, responses((status = 200, body = NamespacePage), Refusals))]
pub async fn list(
    State(engine): State<Arc<Engine>>,
    Named((namespace, kind)): Named<(String, String)>,
    Asked(asked): Asked<ListQuery>,
    Body(body): Body<ListNamespace>,
) -> Result<Json<NamespacePage>, Refusal> {
    match kind.as_str() {
        "documents" => {}
        "chunks" | "memories" => {
            return Err(Refusal::not_offered("The library holds documents; it has neither chunks nor memories."));
        }
        _ => return Err(Refusal::not_found("List")),
    }
    let page = Page::asked(asked.page, asked.limit, PAGE.0, PAGE.1)?;
    let condition = body.filter.as_ref().map(FilterExpression::condition).transpose()?;
    let query = DocumentQuery {
        filter: DocumentFilter { tags: vec![namespace], condition, ..DocumentFilter::default() },
        offset: page.offset(),
        limit: page.limit,
        oldest_first: asked.order == Some(Order::Asc),
        with_text: body.include.unwrap_or_default().content.unwrap_or(false),
    };
    let found = engine.library_page(query).await?;
    Ok(Json(NamespacePage {
        documents: found.documents.into_iter().map(shown).collect(),
        chunks: Vec::new(),
        memories: Vec::new(),
        pagination: Pagination::new(page, found.total),
    }))
}

fn shown(document: LibraryDocument) -> NamespaceDocument {
    NamespaceDocument {
        kind: kind(&document.key).into(),
        metadata: metadata(&document),
        url: url(&document),
        system: DocumentSystem {
            status: "done".into(),
            dreaming_status: "done".into(),
            created_at: iso(document.added_at),
            updated_at: iso(document.added_at),
        },
        id: document.id,
        title: document.title,
        summary: None,
        content: document.text,
        chunks: None,
        memories: None,
    }
}
