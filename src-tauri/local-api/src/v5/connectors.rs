//! `/connectors` and `/ns/{namespace}/connectors`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use s3_connector_engine::connection::ConnectionDraft;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::view::{ConnectionView, ItemOutcome, RunItem, RunView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::connections::{self, S3, SyncErrorCode, SyncStatus, SyncTrigger};
use crate::create::{S3Settings, draft};
use crate::refusal::{Refusal, Refusals};
use crate::request::{Asked, Body, Count, Named, Page, whole};
use crate::times::iso;
use crate::v3::connections::DeleteOptions;
use crate::v3::documents::Pagination;

/// Connectors of a page unless told otherwise, and at most.
const PAGE: (u64, u64) = (50, 100);
/// Syncs that are told, the newest first.
const SYNCS: u32 = 20;
/// Failures that are told of each sync.
const FAILURES: u32 = 20;

/// A connector: a connection in the words of v5. Credentials are never part of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Connector {
    /// Its id.
    id: String,
    /// `s3`.
    provider: String,
    /// Its first container tag.
    #[schema(required = true)]
    namespace: Option<String>,
    /// For other providers.
    #[schema(required = true)]
    account: Option<String>,
    /// What it can.
    capabilities: Capabilities,
    /// Bucket, region, endpoint, prefix and rule.
    config: BTreeMap<String, String>,
    /// For other providers.
    #[schema(required = true)]
    selection: Option<String>,
    /// At most this many documents.
    document_limit: u32,
    /// Documents that are held.
    document_count: u64,
    /// The newest sync, which may be under way.
    #[schema(required = true)]
    latest_run: Option<ConnectorRun>,
    /// Status and times.
    system: ConnectorSystem,
    /// The newest syncs, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    syncs: Option<Vec<ConnectorSync>>,
}

/// What a connector can.
#[derive(Debug, Serialize, ToSchema)]
pub struct Capabilities {
    /// There is nothing to choose.
    selectable: bool,
    /// It asks the bucket, and is not told.
    webhooks: bool,
}

/// The newest sync.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorRun {
    /// Why it failed.
    #[schema(required = true)]
    error_code: Option<SyncErrorCode>,
    /// The same as a sentence.
    #[schema(required = true)]
    error: Option<String>,
    /// Status and times.
    system: RunSystem,
}

/// How a sync stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunSystem {
    /// How.
    status: SyncStatus,
    /// Start.
    #[schema(format = DateTime)]
    started_at: String,
    /// End; null while it is under way.
    #[schema(required = true, format = DateTime)]
    completed_at: Option<String>,
}

/// How a connector stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorSystem {
    /// `active`.
    status: String,
    /// When it was added.
    #[schema(format = DateTime)]
    created_at: String,
    /// End of the last sync that did everything.
    #[schema(required = true, format = DateTime)]
    last_successful_sync_at: Option<String>,
}

/// A sync.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorSync {
    /// Its id.
    id: String,
    /// Who started it.
    trigger: SyncTrigger,
    /// Documents sent or removed.
    items_processed: u64,
    /// Documents that failed.
    items_failed: u64,
    /// The first documents that failed.
    failures: Vec<SyncFailure>,
    /// Why it failed.
    #[schema(required = true)]
    error: Option<String>,
    /// The same as a code.
    #[schema(required = true)]
    error_code: Option<SyncErrorCode>,
    /// Status and times.
    system: RunSystem,
}

/// A document that failed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncFailure {
    /// The key: there is no document.
    document_id: String,
    /// The key.
    title: String,
    /// Why, as a code.
    error_code: String,
    /// Why, as a sentence.
    error_message: String,
    /// When.
    #[schema(format = DateTime)]
    failed_at: String,
}

/// A page of connectors.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectorPage {
    /// The connectors.
    connectors: Vec<Connector>,
    /// Where it is among the pages.
    pagination: Pagination,
}

/// A new connector.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectorCreated {
    /// Its id.
    id: String,
    /// For other providers.
    #[schema(required = true)]
    authorization: Option<String>,
}

/// A sync that was started.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncStarted {
    /// Id of the connector.
    id: String,
    /// `queued`.
    status: String,
}

/// A deleted connector.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectorDeleted {
    /// Its id.
    id: String,
    /// Always true.
    deleted: bool,
}

/// What to create.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateConnector {
    /// `s3`.
    provider: String,
    /// The settings.
    config: Option<S3Settings>,
    /// At most this many documents, 1 to 10,000.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 10_000)]
    document_limit: Option<i64>,
}

/// What to change.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateConnector {
    /// At most this many documents, 1 to 10,000.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 10_000)]
    document_limit: Option<i64>,
}

/// Which page of which connectors.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListConnectors {
    /// Only of this provider.
    provider: Option<String>,
    /// From 1.
    #[param(value_type = Option<u64>, minimum = 1)]
    page: Option<Count>,
    /// At most this many.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100)]
    limit: Option<Count>,
}

/// What comes along.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Include {
    /// `syncs`: the newest syncs. Several are separated by commas.
    include: Option<String>,
}

/// Lists the connectors of all namespaces.
#[utoipa::path(get, path = "/connectors", tag = "connectors", params(ListConnectors),
    responses((status = 200, body = ConnectorPage), Refusals))]
pub async fn list_all(
    State(engine): State<Arc<Engine>>,
    Asked(asked): Asked<ListConnectors>,
) -> Result<Json<ConnectorPage>, Refusal> {
    page_of(connections::all(&engine).await?, asked)
}

/// Lists the connectors of a namespace.
#[utoipa::path(get, path = "/ns/{namespace}/connectors", tag = "connectors",
    params(("namespace" = String, Path), ListConnectors),
    responses((status = 200, body = ConnectorPage), Refusals))]
pub async fn list(
    State(engine): State<Arc<Engine>>,
    Named(namespace): Named<String>,
    Asked(asked): Asked<ListConnectors>,
) -> Result<Json<ConnectorPage>, Refusal> {
    page_of(connections::with_tags(&engine, &[namespace]).await?, asked)
}

/// Creates a connector.
#[utoipa::path(post, path = "/ns/{namespace}/connectors", tag = "connectors",
    params(("namespace" = String, Path)), request_body = CreateConnector,
    responses((status = 201, body = ConnectorCreated), Refusals))]
pub async fn create(
    State(engine): State<Arc<Engine>>,
    Named(namespace): Named<String>,
    Body(body): Body<CreateConnector>,
) -> Result<(StatusCode, Json<ConnectorCreated>), Refusal> {
    connections::only_s3(&body.provider)?;
    let draft = draft(body.config.unwrap_or_default(), vec![namespace], body.document_limit)?;
    let id = connections::create(&engine, draft).await?;
    Ok((StatusCode::CREATED, Json(ConnectorCreated { id, authorization: None })))
}

/// Shows a connector.
#[utoipa::path(get, path = "/ns/{namespace}/connectors/{connector}", tag = "connectors",
    params(("namespace" = String, Path), ("connector" = String, Path), Include),
    responses((status = 200, body = Connector), Refusals))]
pub async fn show(
    State(engine): State<Arc<Engine>>,
    Named((namespace, id)): Named<(String, String)>,
    Asked(Include { include }): Asked<Include>,
) -> Result<Json<Connector>, Refusal> {
    let mut connector = connector(find(&engine, &namespace, &id).await?);
    if include.unwrap_or_default().split(',').any(|what| what.trim() == "syncs") {
        let mut syncs = Vec::new();
        for run in engine.run_list(Some(id), SYNCS).await? {
            let items = engine.run_items(run.id.clone(), Some(ItemOutcome::Failed), 0, FAILURES).await?;
            syncs.push(sync_of(&run, items.items));
        }
        connector.syncs = Some(syncs);
    }
    Ok(Json(connector))
}

/// Changes the document limit of a connector.
#[utoipa::path(patch, path = "/ns/{namespace}/connectors/{connector}", tag = "connectors",
    params(("namespace" = String, Path), ("connector" = String, Path)), request_body = Option<UpdateConnector>,
    responses((status = 200, body = Connector), Refusals))]
pub async fn update(
    State(engine): State<Arc<Engine>>,
    Named((namespace, id)): Named<(String, String)>,
    Body(asked): Body<UpdateConnector>,
) -> Result<Json<Connector>, Refusal> {
    let view = find(&engine, &namespace, &id).await?;
    let Some(limit) = asked.document_limit else { return Ok(Json(connector(view))) };
    if !(1..=10_000).contains(&limit) {
        return Err(Refusal::field("documentLimit", "The limit is a whole number from 1 to 10,000."));
    }
    let edit = ConnectionDraft { document_limit: Some(limit), ..connections::draft_of(&view)? };
    Ok(Json(connector(engine.connection_edit(id, edit, None).await?)))
}

/// Deletes a connector.
#[utoipa::path(delete, path = "/ns/{namespace}/connectors/{connector}", tag = "connectors",
    params(("namespace" = String, Path), ("connector" = String, Path), DeleteOptions),
    responses((status = 200, body = ConnectorDeleted), Refusals))]
pub async fn delete(
    State(engine): State<Arc<Engine>>,
    Named((namespace, id)): Named<(String, String)>,
    Asked(options): Asked<DeleteOptions>,
) -> Result<Json<ConnectorDeleted>, Refusal> {
    let id = find(&engine, &namespace, &id).await?.id;
    connections::delete(&engine, &id, options.delete_documents == Some(false)).await?;
    Ok(Json(ConnectorDeleted { id, deleted: true }))
}

/// Starts a sync; refused while one is under way.
#[utoipa::path(post, path = "/ns/{namespace}/connectors/{connector}/sync", tag = "connectors",
    params(("namespace" = String, Path), ("connector" = String, Path)),
    responses((status = 202, body = SyncStarted), Refusals))]
pub async fn sync(
    State(engine): State<Arc<Engine>>,
    Named((namespace, id)): Named<(String, String)>,
) -> Result<(StatusCode, Json<SyncStarted>), Refusal> {
    let id = find(&engine, &namespace, &id).await?.id;
    match connections::sync(&engine, &id).await? {
        true => Ok((StatusCode::ACCEPTED, Json(SyncStarted { id, status: "queued".into() }))),
        false => Err(Refusal::new(StatusCode::CONFLICT, "A sync of this connector is already running")),
    }
}

async fn find(engine: &Engine, namespace: &str, id: &str) -> Result<ConnectionView, Refusal> {
    let view = connections::by_id(engine, id).await?;
    match view.container_tags.iter().any(|tag| tag == namespace) {
        true => Ok(view),
        false => Err(Refusal::not_found("Connection")),
    }
}

fn page_of(mut views: Vec<ConnectionView>, asked: ListConnectors) -> Result<Json<ConnectorPage>, Refusal> {
    let page = Page::asked(asked.page, asked.limit, PAGE.0, PAGE.1)?;
    if asked.provider.is_some_and(|provider| provider != S3) {
        views.clear();
    }
    let pagination = Pagination::new(page, views.len() as u64);
    Ok(Json(ConnectorPage { connectors: page.of(views).into_iter().map(connector).collect(), pagination }))
}

fn connector(view: ConnectionView) -> Connector {
    Connector {
        config: connections::settings(&view),
        id: view.id,
        provider: S3.into(),
        namespace: view.container_tags.into_iter().next(),
        account: None,
        capabilities: Capabilities { selectable: false, webhooks: false },
        selection: None,
        document_limit: view.document_limit,
        document_count: view.documents,
        latest_run: view.last_run.as_ref().map(|run| ConnectorRun {
            error_code: connections::error_code(run),
            error: connections::error_text(run),
            system: run_system(run),
        }),
        system: ConnectorSystem {
            status: "active".into(),
            created_at: iso(view.created_at),
            last_successful_sync_at: view.last_complete_at.map(iso),
        },
        syncs: None,
    }
}

fn run_system(run: &RunView) -> RunSystem {
    RunSystem {
        status: connections::status(run),
        started_at: iso(run.started_at),
        completed_at: run.finished_at.map(iso),
    }
}

fn sync_of(run: &RunView, failed: Vec<RunItem>) -> ConnectorSync {
    let failure = |item: RunItem| SyncFailure {
        document_id: item.key.clone(),
        title: item.key,
        error_code: item.code.unwrap_or_else(|| "internal".into()),
        error_message: item.detail.unwrap_or_default(),
        failed_at: iso(item.at),
    };
    ConnectorSync {
        id: run.id.clone(),
        trigger: connections::trigger(run),
        items_processed: run.sent + run.removed,
        items_failed: run.failed,
        failures: failed.into_iter().map(failure).collect(),
        error: connections::error_text(run),
        error_code: connections::error_code(run),
        system: run_system(run),
    }
}
