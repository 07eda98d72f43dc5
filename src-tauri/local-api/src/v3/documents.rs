//! `/v3/documents`: the documents of the library.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::knowledge_base::Removal;
use s3_connector_engine::knowledge_base::library::{DocumentFilter, DocumentQuery};
use s3_connector_engine::view::LibraryDocument;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::documents::{self, BUSY, Metadata, NotDeleted, filepath, key_of, kind, metadata, url};
use crate::filters::Filters;
use crate::refusal::{Refusal, Refusals};
use crate::request::{Body, Count, Named, Page};
use crate::times::iso;

/// Documents of a page unless told otherwise, and at most.
const PAGE: (u64, u64) = (10, 1_100);
/// Ids that one request deletes at most.
const BULK: usize = 100;

/// A document, whole.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    #[serde(flatten)]
    listed: ListedDocument,
    /// Its text is in `content`.
    #[schema(required = true)]
    raw: Option<String>,
    /// There are none here.
    #[schema(required = true)]
    og_image: Option<String>,
    /// `s3`.
    source: String,
    /// `done`: there are no memories here.
    dreaming_status: String,
    /// `superrag`: text that is searched, without memories.
    task_type: String,
    /// There is none here; the types of the npm package require it.
    #[schema(required = true)]
    spatial_point: Option<String>,
    /// Always the first: documents never change. The types of the Python package require it.
    latest_revision: u64,
}

/// A document in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedDocument {
    /// The library's id.
    id: String,
    /// The engine's id.
    custom_id: String,
    /// The connection that owns it.
    connection_id: String,
    /// Its container.
    container_tags: Vec<String>,
    /// When the library took it.
    #[schema(format = DateTime)]
    created_at: String,
    /// The same: documents never change.
    #[schema(format = DateTime)]
    updated_at: String,
    /// The key of its object behind a slash.
    filepath: String,
    /// Bucket, key, etag, size, lastModified and connectionId.
    metadata: Metadata,
    /// `done`: what the library holds can be found.
    status: String,
    /// There are none here.
    #[schema(required = true)]
    summary: Option<String>,
    /// Its own title, or the file's name.
    title: String,
    /// `text`, `pdf` or `webpage`.
    #[serde(rename = "type")]
    kind: String,
    /// `s3://bucket/key`.
    url: String,
    /// Its text, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
}

/// A page of documents.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentPage {
    /// The documents.
    memories: Vec<ListedDocument>,
    /// Where it is among the pages.
    pagination: Pagination,
}

/// Where a page is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// From 1.
    current_page: u64,
    /// Entries of a page.
    limit: u64,
    /// Entries of all pages.
    total_items: u64,
    /// Pages.
    total_pages: u64,
}

impl Pagination {
    /// Of a page among so many entries.
    pub fn new(page: Page, total: u64) -> Self {
        Self { current_page: page.number, limit: page.limit, total_items: total, total_pages: page.count(total) }
    }
}

/// Which documents to list.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListDocuments {
    /// Of any of these containers.
    #[serde(alias = "container_tags")]
    container_tags: Option<Vec<String>>,
    /// What their metadata must be.
    filters: Option<Filters>,
    /// Of this path, or under it where it ends in a slash.
    filepath: Option<String>,
    /// Whether the text comes along.
    #[serde(alias = "include_content")]
    include_content: Option<bool>,
    /// At most this many.
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 1_100, default = 10)]
    limit: Option<Count>,
    /// From 1.
    #[schema(value_type = Option<u64>, minimum = 1, default = 1)]
    page: Option<Count>,
    /// Both are the same here.
    #[allow(dead_code, reason = "read, so that other words are refused")]
    sort: Option<Sort>,
    /// The newest first unless told otherwise.
    order: Option<Order>,
}

/// By which time.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::enum_variant_names, reason = "the words of the API")]
pub enum Sort {
    /// When it came.
    CreatedAt,
    /// When it changed, which documents never do.
    UpdatedAt,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The oldest first.
    Asc,
    /// The newest first.
    Desc,
}

/// Which documents to delete: those of these ids, or all of these containers, or of this path, or under it where it ends
/// in a slash.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteDocuments {
    /// Ids or `customId`s.
    #[schema(min_items = 1, max_items = 100)]
    ids: Option<Vec<String>>,
    /// All documents of these containers.
    #[serde(alias = "container_tags")]
    container_tags: Option<Vec<String>>,
    /// Only of this path.
    filepath: Option<String>,
}

/// What was deleted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentsDeleted {
    /// Whether all that was asked for is gone.
    success: bool,
    /// How many.
    deleted_count: u64,
    /// What was not.
    errors: Vec<NotDeleted>,
    /// The containers, where they were named.
    #[serde(skip_serializing_if = "Option::is_none")]
    container_tags: Option<Vec<String>>,
}

/// Lists documents.
#[utoipa::path(post, path = "/v3/documents/list", tag = "documents", request_body = Option<ListDocuments>,
    responses((status = 200, body = DocumentPage), Refusals))]
pub async fn list(
    State(engine): State<Arc<Engine>>,
    Body(asked): Body<ListDocuments>,
) -> Result<Json<DocumentPage>, Refusal> {
    let page = Page::asked(asked.page, asked.limit, PAGE.0, PAGE.1)?;
    let filter = filter(asked.container_tags, asked.filepath, asked.filters.as_ref())?;
    let query = DocumentQuery {
        filter,
        offset: page.offset(),
        limit: page.limit,
        oldest_first: asked.order == Some(Order::Asc),
        with_text: asked.include_content.unwrap_or(false),
    };
    let found = engine.library_page(query).await?;
    let memories = found.documents.into_iter().map(listed).collect();
    Ok(Json(DocumentPage { memories, pagination: Pagination::new(page, found.total) }))
}

/// Shows a document with its text.
#[utoipa::path(get, path = "/v3/documents/{document}", tag = "documents",
    params(("document" = String, Path, description = "Id or customId")),
    responses((status = 200, body = Document), Refusals))]
pub async fn show(State(engine): State<Arc<Engine>>, Named(id): Named<String>) -> Result<Json<Document>, Refusal> {
    Ok(Json(Document {
        listed: listed(documents::find(&engine, &id, None).await?),
        raw: None,
        og_image: None,
        source: "s3".into(),
        dreaming_status: "done".into(),
        task_type: "superrag".into(),
        spatial_point: None,
        latest_revision: 1,
    }))
}

/// Deletes a document. Its file stays in the bucket and is not sent again, until it changes or a person asks for it.
#[utoipa::path(delete, path = "/v3/documents/{document}", tag = "documents",
    params(("document" = String, Path, description = "Id or customId")),
    responses((status = 204, description = "It is gone"), Refusals))]
pub async fn delete(State(engine): State<Arc<Engine>>, Named(id): Named<String>) -> Result<StatusCode, Refusal> {
    let document = documents::find(&engine, &id, None).await?;
    match engine.document_delete(&[document]).await?.as_slice() {
        [Removal::Busy] => Err(Refusal::new(StatusCode::CONFLICT, BUSY)),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

/// Deletes several documents.
#[utoipa::path(delete, path = "/v3/documents/bulk", tag = "documents", request_body = DeleteDocuments,
    responses((status = 200, body = DocumentsDeleted), Refusals))]
pub async fn delete_bulk(
    State(engine): State<Arc<Engine>>,
    Body(asked): Body<DeleteDocuments>,
) -> Result<Json<DocumentsDeleted>, Refusal> {
    let tags = asked.container_tags.filter(|tags| !tags.is_empty());
    let filepath = asked.filepath.filter(|path| !path.is_empty());
    let (deleted_count, errors) = match (asked.ids, &tags, &filepath) {
        // Some clients name ids and the containers that they are in.
        (Some(ids), _, _) if (1..=BULK).contains(&ids.len()) => documents::delete_each(&engine, &ids, None).await?,
        (Some(_), _, _) => return Err(Refusal::field("ids", "From 1 to 100 ids are needed")),
        (None, None, None) => {
            let error = "Either 'ids' or 'containerTags' must be provided";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, error));
        }
        (None, _, _) => documents::delete_all(&engine, filter(tags.clone(), filepath, None)?).await?,
    };
    Ok(Json(DocumentsDeleted { success: errors.is_empty(), deleted_count, errors, container_tags: tags }))
}

/// Which documents a request means. Those of any of the named containers: a document here is in one container only, and
/// whether the hosted API means any or all of them is not documented.
pub fn filter(
    tags: Option<Vec<String>>,
    filepath: Option<String>,
    filters: Option<&Filters>,
) -> Result<DocumentFilter, Refusal> {
    let condition = filters.map(Filters::condition).transpose()?;
    let path = filepath.filter(|path| !path.is_empty() && path != "/").map(|path| key_of(&path));
    Ok(DocumentFilter { tags: tags.unwrap_or_default(), document: None, path, condition })
}

fn listed(document: LibraryDocument) -> ListedDocument {
    ListedDocument {
        container_tags: vec![document.tag.clone()],
        created_at: iso(document.added_at),
        updated_at: iso(document.added_at),
        filepath: filepath(&document),
        metadata: metadata(&document),
        status: "done".into(),
        summary: None,
        kind: kind(&document.key).into(),
        url: url(&document),
        id: document.remote_id,
        custom_id: document.id,
        connection_id: document.connection_id,
        title: document.title,
        content: document.text,
    }
}
