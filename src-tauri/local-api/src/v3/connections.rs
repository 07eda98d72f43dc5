//! `/v3/connections`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use futures::stream;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Error;
use s3_connector_engine::plan::DocumentState;
use s3_connector_engine::view::{ConnectionView, DocumentView, RunView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::connections::{self, S3, SyncErrorCode, SyncStatus, SyncTrigger};
use crate::create::CreateConnection;
use crate::documents::kind;
use crate::refusal::{Refusal, Refusals};
use crate::request::{Asked, Body, Named};
use crate::times::iso;

/// Syncs that are told, the newest first.
const SYNC_RUNS: u32 = 50;
/// Documents that are read at once.
const PAGE: u32 = 1_000;

/// A connection. Secrets are never part of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// Its id.
    id: String,
    /// `s3`.
    provider: String,
    /// When it was added.
    #[schema(format = DateTime)]
    created_at: String,
    /// At most this many documents.
    #[schema(required = true)]
    document_limit: Option<u32>,
    /// For other providers.
    #[schema(required = true)]
    email: Option<String>,
    /// For other providers.
    #[schema(required = true)]
    expires_at: Option<String>,
    /// Bucket, region, endpoint, prefix and rule.
    metadata: BTreeMap<String, String>,
    /// Its container tags; the first is that of keys that the rule does not match.
    container_tags: Vec<String>,
    /// The newest sync, which may be under way.
    #[schema(required = true)]
    last_sync_run: Option<LastSyncRun>,
}

/// The newest sync of a connection.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastSyncRun {
    /// How it stands.
    status: SyncStatus,
    /// Why it failed.
    #[schema(required = true)]
    error_code: Option<SyncErrorCode>,
    /// The same as a sentence.
    #[schema(required = true)]
    error: Option<String>,
    /// Start.
    #[schema(format = DateTime)]
    started_at: String,
    /// End; null while it is under way.
    #[schema(required = true, format = DateTime)]
    completed_at: Option<String>,
}

/// A sync.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncRun {
    /// Its id.
    id: String,
    /// The connection.
    connection_id: String,
    /// How it stands.
    status: SyncStatus,
    /// Who started it.
    trigger_type: SyncTrigger,
    /// Start.
    #[schema(format = DateTime)]
    started_at: String,
    /// End; null while it is under way.
    #[schema(required = true, format = DateTime)]
    completed_at: Option<String>,
    /// Documents sent or removed.
    items_processed: u64,
    /// Documents that failed.
    items_failed: u64,
    /// Why it failed.
    #[schema(required = true)]
    error: Option<String>,
}

/// A new connection. There is nothing to authorise.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Created {
    /// Its id.
    id: String,
    /// For other providers.
    #[schema(required = true)]
    auth_link: Option<String>,
    /// For other providers.
    #[schema(required = true)]
    expires_in: Option<String>,
}

/// A deleted connection.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deleted {
    /// Its id.
    id: String,
    /// `s3`.
    provider: String,
}

/// A document of a connection.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionDocument {
    /// Its `customId`.
    id: String,
    /// When it came into its state: documents never change.
    #[schema(format = DateTime)]
    created_at: String,
    /// The same.
    #[schema(format = DateTime)]
    updated_at: String,
    /// `queued`, `indexing`, `done` or `failed`.
    status: String,
    /// `text`, `pdf` or `webpage`.
    #[serde(rename = "type")]
    kind: String,
    /// The file's name.
    #[schema(required = true)]
    title: Option<String>,
    /// There are none here; a failed document says why.
    #[schema(required = true)]
    summary: Option<String>,
}

/// Which connections.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Which {
    /// Those that carry all of these tags; all of them where none are named.
    #[serde(alias = "container_tags")]
    container_tags: Option<Vec<String>>,
}

/// Which connections, with at least one tag.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tagged {
    /// Those that carry all of these tags.
    #[serde(alias = "container_tags")]
    #[schema(min_items = 1)]
    container_tags: Vec<String>,
}

impl Tagged {
    fn tags(self) -> Result<Vec<String>, Refusal> {
        if self.container_tags.is_empty() {
            return Err(Refusal::field("containerTags", "At least one container tag is needed"));
        }
        Ok(self.container_tags)
    }
}

/// What becomes of the documents.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct DeleteOptions {
    /// `false` keeps the documents; they are deleted unless told otherwise.
    #[serde(alias = "delete_documents")]
    pub delete_documents: Option<bool>,
}

/// Lists connections.
#[utoipa::path(post, path = "/v3/connections/list", tag = "connections", request_body = Option<Which>,
    responses((status = 200, body = Vec<Connection>), Refusals))]
pub async fn list(
    State(engine): State<Arc<Engine>>,
    Body(which): Body<Which>,
) -> Result<Json<Vec<Connection>>, Refusal> {
    let views = connections::with_tags(&engine, &which.container_tags.unwrap_or_default()).await?;
    Ok(Json(views.into_iter().map(connection).collect()))
}

/// Lists all connections.
#[utoipa::path(get, path = "/v3/connections", tag = "connections",
    responses((status = 200, body = Vec<Connection>), Refusals))]
pub async fn list_all(State(engine): State<Arc<Engine>>) -> Result<Json<Vec<Connection>>, Refusal> {
    Ok(Json(connections::all(&engine).await?.into_iter().map(connection).collect()))
}

/// Shows a connection.
#[utoipa::path(get, path = "/v3/connections/{connection}", tag = "connections",
    params(("connection" = String, Path, description = "Id of the connection")),
    responses((status = 200, body = Connection), Refusals))]
pub async fn show(State(engine): State<Arc<Engine>>, Named(id): Named<String>) -> Result<Json<Connection>, Refusal> {
    Ok(Json(connection(connections::by_id(&engine, &id).await?)))
}

/// Creates a connection of a provider: `s3` in the place of the id.
#[utoipa::path(post, path = "/v3/connections/{connection}", tag = "connections",
    params(("connection" = String, Path, description = "Provider: s3")), request_body = CreateConnection,
    responses((status = 200, body = Created), Refusals))]
pub async fn create(
    State(engine): State<Arc<Engine>>,
    Named(provider): Named<String>,
    request: Request,
) -> Result<Json<Created>, Refusal> {
    connections::only_s3(&provider)?;
    let body: CreateConnection = Body::of(request).await?;
    let id = connections::create(&engine, body.draft()?).await?;
    Ok(Json(Created { id, auth_link: None, expires_in: None }))
}

/// Deletes a connection, by its id; or every connection of a provider that carries all of the tags in the body, with
/// their documents.
#[utoipa::path(delete, path = "/v3/connections/{connection}", tag = "connections",
    params(("connection" = String, Path, description = "Id of the connection, or provider: s3"), DeleteOptions),
    request_body = Option<Tagged>, responses((status = 200, body = Deleted), Refusals))]
pub async fn delete(
    State(engine): State<Arc<Engine>>,
    Named(named): Named<String>,
    Asked(options): Asked<DeleteOptions>,
    request: Request,
) -> Result<Json<Deleted>, Refusal> {
    // Both routes have one form: the word is a provider where it is one of their names.
    if !connections::is_provider(&named) {
        let id = connections::by_id(&engine, &named).await?.id;
        connections::delete(&engine, &id, options.delete_documents == Some(false)).await?;
        return Ok(Json(Deleted { id, provider: S3.into() }));
    }
    connections::only_s3(&named)?;
    let tagged: Tagged = Body::of(request).await?;
    let views = connections::with_tags(&engine, &tagged.tags()?).await?;
    let Some(first) = views.first().map(|view| view.id.clone()) else {
        return Err(Refusal::not_found("Connection"));
    };
    for view in views {
        connections::delete(&engine, &view.id, false).await?;
    }
    Ok(Json(Deleted { id: first, provider: S3.into() }))
}

/// Shows the connection with these tags; the oldest where there are several.
#[utoipa::path(post, path = "/v3/connections/{provider}/connection", tag = "connections",
    params(("provider" = String, Path, description = "s3")), request_body = Tagged,
    responses((status = 200, body = Connection), Refusals))]
pub async fn show_by_tag(
    State(engine): State<Arc<Engine>>,
    Named(provider): Named<String>,
    request: Request,
) -> Result<Json<Connection>, Refusal> {
    connections::only_s3(&provider)?;
    let tagged: Tagged = Body::of(request).await?;
    let views = connections::with_tags(&engine, &tagged.tags()?).await?;
    let first = views.into_iter().next().ok_or_else(|| Refusal::not_found("Connection"))?;
    Ok(Json(connection(first)))
}

/// Starts a sync of every connection with these tags; one that is under way is as good. Where there is none, nothing is
/// started and the answer is the same: its errors are not documented.
#[utoipa::path(post, path = "/v3/connections/{provider}/import", tag = "connections",
    params(("provider" = String, Path, description = "s3")), request_body = Option<Which>,
    responses((status = 202, body = String, content_type = "text/plain"), Refusals))]
pub async fn import(
    State(engine): State<Arc<Engine>>,
    Named(provider): Named<String>,
    request: Request,
) -> Result<impl IntoResponse, Refusal> {
    connections::only_s3(&provider)?;
    let which: Which = Body::of(request).await?;
    for view in connections::with_tags(&engine, &which.container_tags.unwrap_or_default()).await? {
        connections::sync(&engine, &view.id).await?;
    }
    Ok((StatusCode::ACCEPTED, "Importing connections..."))
}

/// Lists the documents of every connection with these tags, also those that are on their way or were refused.
#[utoipa::path(post, path = "/v3/connections/{provider}/documents", tag = "connections",
    params(("provider" = String, Path, description = "s3")), request_body = Option<Which>,
    responses((status = 200, body = Vec<ConnectionDocument>), Refusals))]
pub async fn documents(
    State(engine): State<Arc<Engine>>,
    Named(provider): Named<String>,
    request: Request,
) -> Result<impl IntoResponse, Refusal> {
    connections::only_s3(&provider)?;
    let which: Which = Body::of(request).await?;
    let views = connections::with_tags(&engine, &which.container_tags.unwrap_or_default()).await?;
    let walk = Walk { engine, waiting: views.into_iter().map(|view| view.id).collect(), after: None, told: false };
    let body = axum::body::Body::from_stream(stream::try_unfold(Some(walk), Walk::step));
    Ok(([(CONTENT_TYPE, "application/json")], body))
}

/// Reads the documents of connections page by page while they are sent: there may be a million, and a list has no pages in
/// this API.
struct Walk {
    engine: Arc<Engine>,
    waiting: VecDeque<String>,
    after: Option<i64>,
    told: bool,
}

impl Walk {
    /// The next piece of the array. An error in the midst of it cuts the answer off, so that nobody takes it for whole.
    async fn step(walk: Option<Self>) -> Result<Option<(Bytes, Option<Self>)>, Error> {
        let Some(mut walk) = walk else { return Ok(None) };
        let mut text = String::new();
        let is_first = !std::mem::replace(&mut walk.told, true);
        let Some(id) = walk.waiting.front().cloned() else {
            return Ok(Some((if is_first { "[]" } else { "]" }.into(), None)));
        };
        let page = walk.engine.document_list(id, walk.after, PAGE).await?;
        let mut separator = if is_first { "[" } else { "," };
        for document in page.documents.into_iter().filter_map(connection_document) {
            let document = serde_json::to_string(&document).map_err(|e| Error::internal("writing a document", e))?;
            text.push_str(std::mem::replace(&mut separator, ","));
            text.push_str(&document);
        }
        // Nothing of this page is told: the array still begins, or goes on, with the next one.
        walk.told = !(is_first && text.is_empty());
        walk.after = page.next;
        if walk.after.is_none() {
            walk.waiting.pop_front();
        }
        Ok(Some((text.into(), Some(walk))))
    }
}

/// Lists the syncs of a connection, the newest first.
#[utoipa::path(get, path = "/v3/connections/{connection}/sync-runs", tag = "connections",
    params(("connection" = String, Path, description = "Id of the connection")),
    responses((status = 200, body = Vec<SyncRun>), Refusals))]
pub async fn sync_runs(
    State(engine): State<Arc<Engine>>,
    Named(id): Named<String>,
) -> Result<Json<Vec<SyncRun>>, Refusal> {
    let id = connections::by_id(&engine, &id).await?.id;
    let runs = engine.run_list(Some(id), SYNC_RUNS).await?;
    Ok(Json(runs.iter().map(sync_run).collect()))
}

fn connection(view: ConnectionView) -> Connection {
    Connection {
        metadata: connections::settings(&view),
        id: view.id,
        provider: S3.into(),
        created_at: iso(view.created_at),
        document_limit: Some(view.document_limit),
        email: None,
        expires_at: None,
        container_tags: view.container_tags,
        last_sync_run: view.last_run.as_ref().map(|run| LastSyncRun {
            status: connections::status(run),
            error_code: connections::error_code(run),
            error: connections::error_text(run),
            started_at: iso(run.started_at),
            completed_at: run.finished_at.map(iso),
        }),
    }
}

fn sync_run(run: &RunView) -> SyncRun {
    SyncRun {
        id: run.id.clone(),
        connection_id: run.connection_id.clone(),
        status: connections::status(run),
        trigger_type: connections::trigger(run),
        started_at: iso(run.started_at),
        completed_at: run.finished_at.map(iso),
        items_processed: run.sent + run.removed,
        items_failed: run.failed,
        error: connections::error_text(run),
    }
}

/// What is on its way out is not told; a document that a person removed is not one that failed.
fn connection_document(document: DocumentView) -> Option<ConnectionDocument> {
    let status = match document.state {
        DocumentState::Intended => "queued",
        DocumentState::Sent => "indexing",
        DocumentState::Indexed => "done",
        DocumentState::Rejected if document.removed_by_hand => return None,
        DocumentState::Rejected => "failed",
        DocumentState::Removing => return None,
    };
    let name = document.key.rsplit('/').next().unwrap_or_default().to_owned();
    Some(ConnectionDocument {
        id: document.id,
        created_at: iso(document.changed_at),
        updated_at: iso(document.changed_at),
        status: status.into(),
        kind: kind(&document.key).into(),
        title: Some(name),
        summary: document.refusal,
    })
}
