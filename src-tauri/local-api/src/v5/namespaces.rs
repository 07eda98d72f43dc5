//! `/namespaces`, and `/ns` as the SDK calls it: the containers of the library.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::knowledge_base::library::{DocumentFilter, DocumentQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::refusal::{Refusal, Refusals};
use crate::request::{Asked, Count, Named, Page};
use crate::times::iso;
use crate::v3::documents::Pagination;

/// Namespaces of a page unless told otherwise, and at most.
const PAGE: (u64, u64) = (50, 100);

/// A container with documents.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Namespace {
    /// The tag.
    id: String,
    /// The tag.
    namespace: String,
    /// Documents that it holds.
    document_count: u64,
    /// There are none here.
    memory_count: u64,
    /// There are none here.
    #[schema(required = true)]
    description: Option<String>,
    /// Times.
    system: NamespaceSystem,
}

/// Times of a container.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceSystem {
    /// When its oldest document came.
    #[schema(format = DateTime)]
    created_at: String,
    /// When its newest document came.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A page of containers.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamespaceList {
    /// The containers, by tag.
    namespaces: Vec<Namespace>,
    /// Where it is among the pages.
    pagination: Pagination,
}

/// A container by itself.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceDetails {
    /// The tag.
    namespace: String,
    /// There is none here.
    #[schema(required = true)]
    supporting_context: Option<String>,
    /// Times.
    system: NamespaceSystem,
}

/// Which page of which containers.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListNamespaces {
    /// From 1.
    #[param(value_type = Option<u64>, minimum = 1)]
    page: Option<Count>,
    /// At most this many.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100)]
    limit: Option<Count>,
    /// Only tags that have this text in them, in capital or small letters.
    q: Option<String>,
}

/// Lists the containers of the library.
#[utoipa::path(get, path = "/namespaces", tag = "namespaces", params(ListNamespaces),
    responses((status = 200, body = NamespaceList), Refusals))]
pub async fn list(
    State(engine): State<Arc<Engine>>,
    Asked(asked): Asked<ListNamespaces>,
) -> Result<Json<NamespaceList>, Refusal> {
    let page = Page::asked(asked.page, asked.limit, PAGE.0, PAGE.1)?;
    let wanted = asked.q.unwrap_or_default().to_lowercase();
    let mut tags = engine.library_tags().await?;
    tags.retain(|tag| tag.tag.to_lowercase().contains(&wanted));
    let pagination = Pagination::new(page, tags.len() as u64);
    let mut namespaces = Vec::new();
    for tag in page.of(tags) {
        // Its last document may have gone in between.
        let Some(system) = times(&engine, &tag.tag).await? else { continue };
        namespaces.push(Namespace {
            id: tag.tag.clone(),
            namespace: tag.tag,
            document_count: tag.count,
            memory_count: 0,
            description: None,
            system,
        });
    }
    Ok(Json(NamespaceList { namespaces, pagination }))
}

/// The same under the name that the SDK calls.
#[utoipa::path(get, path = "/ns", tag = "namespaces", params(ListNamespaces),
    responses((status = 200, body = NamespaceList), Refusals))]
pub async fn list_alias(
    state: State<Arc<Engine>>,
    asked: Asked<ListNamespaces>,
) -> Result<Json<NamespaceList>, Refusal> {
    list(state, asked).await
}

/// Shows a container.
#[utoipa::path(get, path = "/ns/{namespace}", tag = "namespaces", params(("namespace" = String, Path)),
    responses((status = 200, body = NamespaceDetails), Refusals))]
pub async fn show(
    State(engine): State<Arc<Engine>>,
    Named(namespace): Named<String>,
) -> Result<Json<NamespaceDetails>, Refusal> {
    let system = times(&engine, &namespace).await?.ok_or_else(|| Refusal::not_found("Namespace"))?;
    Ok(Json(NamespaceDetails { namespace, supporting_context: None, system }))
}

/// The times of a container; `None` where it has no document.
async fn times(engine: &Engine, tag: &str) -> Result<Option<NamespaceSystem>, Refusal> {
    let mut at = Vec::new();
    for oldest_first in [true, false] {
        let filter = DocumentFilter { tags: vec![tag.to_owned()], ..DocumentFilter::default() };
        let query = DocumentQuery { filter, limit: 1, oldest_first, ..DocumentQuery::default() };
        at.extend(engine.library_page(query).await?.documents.first().map(|document| iso(document.added_at)));
    }
    let [created_at, updated_at] = match <[String; 2]>::try_from(at) {
        Ok(at) => at,
        Err(_) => return Ok(None),
    };
    Ok(Some(NamespaceSystem { created_at, updated_at }))
}
