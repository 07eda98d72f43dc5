//! Connections that the server itself would run, and who asks.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::reply::{Answer, error, item, json_of, ok};
use super::service::{body_of, optional_body_of};
use super::state::{State as Everything, Store, now, time};

const PROVIDERS: [&str; 8] = ["notion", "google-drive", "onedrive", "gmail", "github", "web-crawler", "s3", "granola"];

/// A connection as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredConnection {
    /// The server's id.
    pub id: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// `documentLimit`.
    pub document_limit: u64,
    /// The settings, the secret among them.
    pub metadata: Map<String, Value>,
    /// When it was made, in milliseconds since 1970 UTC.
    pub created: i64,
    /// Its runs, the newest last.
    pub runs: Vec<SyncRun>,
}

/// A run of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncRun {
    /// The server's id.
    pub id: String,
    /// `running`, `completed`, `failed`.
    pub status: String,
    /// `cron`, `manual`, `event`.
    pub trigger: String,
    /// When it began, in milliseconds since 1970 UTC.
    pub started: i64,
    /// When it ended, likewise.
    pub completed: Option<i64>,
    /// Documents.
    pub processed: u64,
    /// Documents that failed.
    pub failed: u64,
    /// What went wrong.
    pub error: Option<String>,
}

/// 404 where there are no connections, 403 where the plan has none.
fn permit(state: &Everything) -> Result<(), Response> {
    if state.quirks.self_hosted {
        return Err(error(404, "Not Found", None));
    }
    if state.quirks.plan_too_low {
        return Err(error(403, "Forbidden", Some("The S3 connector requires the Scale plan or higher")));
    }
    Ok(())
}

fn no_connection() -> Response {
    error(404, "Connection not found", None)
}

/// The only provider here.
fn is_s3(provider: &str) -> Result<(), Response> {
    match provider {
        "s3" => Ok(()),
        known if PROVIDERS.contains(&known) => Err(error(501, "Not implemented", None)),
        _ => Err(error(404, "Provider not found", None)),
    }
}

/// `POST /v3/connections/{provider}`.
pub(super) async fn create(State(store): State<Arc<Store>>, Path(provider): Path<String>, bytes: Bytes) -> Answer {
    let state = &mut *store.state();
    permit(state)?;
    is_s3(&provider)?;
    let body = body_of(state, "connect", &bytes)?;
    let tag = body["containerTag"].as_str().map(|tag| vec![tag.to_owned()]);
    let connection = StoredConnection {
        id: state.next_id("connection"),
        tags: tag.unwrap_or_else(|| tags_of(&body)),
        document_limit: body["documentLimit"].as_u64().unwrap_or(10_000),
        metadata: body["metadata"].as_object().cloned().unwrap_or_default(),
        created: now(),
        runs: Vec::new(),
    };
    let answer = json!({"id": connection.id, "authLink": null, "expiresIn": null});
    state.connections.push(connection);
    ok(&answer)
}

fn tags_of(body: &Value) -> Vec<String> {
    let tags = body["containerTags"].as_array().into_iter().flatten();
    tags.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn has_tags(connection: &StoredConnection, tags: &[String]) -> bool {
    tags.iter().all(|tag| connection.tags.contains(tag))
}

/// `POST /v3/connections/list`.
pub(super) async fn list(State(store): State<Arc<Store>>, bytes: Bytes) -> Answer {
    let state = &mut *store.state();
    permit(state)?;
    let tags = tags_of(&optional_body_of(state, "byTags", &bytes)?);
    let found = state.connections.iter().filter(|connection| has_tags(connection, &tags));
    ok(&found.map(|connection| shown(state, connection)).collect())
}

/// A connection as the API shows it.
fn shown(state: &Everything, connection: &StoredConnection) -> Value {
    let mut metadata = connection.metadata.clone();
    if !state.quirks.shows_secrets {
        metadata.remove("secretAccessKey");
    }
    let mut shown = json!({
        "id": connection.id, "provider": "s3", "createdAt": time(connection.created), "metadata": metadata,
        "documentLimit": connection.document_limit, "containerTags": connection.tags,
    });
    if let Some(run) = connection.runs.last() {
        shown["lastSyncRun"] = json!({
            "status": run.status, "errorCode": run.error.as_ref().map(|_| "internal"), "error": run.error,
            "startedAt": time(run.started), "completedAt": run.completed.map(time),
        });
    }
    shown
}

/// `GET /v3/connections/{id}`.
pub(super) async fn get(State(store): State<Arc<Store>>, Path(id): Path<String>) -> Answer {
    let state = store.state();
    permit(&state)?;
    let found = state.connections.iter().find(|connection| connection.id == id);
    ok(&shown(&state, found.ok_or_else(no_connection)?))
}

/// `POST /v3/connections/{provider}/connection`.
pub(super) async fn by_tag(State(store): State<Arc<Store>>, Path(provider): Path<String>, bytes: Bytes) -> Answer {
    let state = &mut *store.state();
    permit(state)?;
    is_s3(&provider)?;
    let tags = tags_of(&body_of(state, "byTagsRequired", &bytes)?);
    let found = state.connections.iter().find(|connection| has_tags(connection, &tags));
    ok(&shown(state, found.ok_or_else(no_connection)?))
}

/// `POST /v3/connections/{provider}/import`: plain text.
pub(super) async fn import(State(store): State<Arc<Store>>, Path(provider): Path<String>, bytes: Bytes) -> Answer {
    let state = &mut *store.state();
    permit(state)?;
    is_s3(&provider)?;
    let tags = tags_of(&optional_body_of(state, "byTags", &bytes)?);
    let mut connections = std::mem::take(&mut state.connections);
    for connection in connections.iter_mut().filter(|connection| has_tags(connection, &tags)) {
        let processed = state.documents.values().filter(|d| d.connection.as_ref() == Some(&connection.id)).count();
        connection.runs.push(SyncRun {
            id: state.next_id("run"),
            status: "completed".into(),
            trigger: "manual".into(),
            started: now(),
            completed: Some(now()),
            processed: processed as u64,
            failed: 0,
            error: None,
        });
    }
    state.connections = connections;
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((StatusCode::ACCEPTED, plain, "Importing connections...").into_response())
}

/// `POST /v3/connections/{provider}/documents`.
pub(super) async fn documents(State(store): State<Arc<Store>>, Path(provider): Path<String>, bytes: Bytes) -> Answer {
    let state = &mut *store.state();
    permit(state)?;
    is_s3(&provider)?;
    let tags = tags_of(&optional_body_of(state, "byTags", &bytes)?);
    let ids: Vec<&String> = state.connections.iter().filter(|c| has_tags(c, &tags)).map(|c| &c.id).collect();
    let found = state.documents.values().filter(|d| d.connection.as_ref().is_some_and(|id| ids.contains(&id)));
    let keys = ["id", "createdAt", "updatedAt", "status", "summary", "title", "type"];
    let rows = found.map(|document| {
        let mut row = item(&state.quirks, document);
        row.retain(|key, _| keys.contains(&key.as_str()));
        Value::Object(row)
    });
    ok(&rows.collect())
}

/// `GET /v3/connections/{id}/sync-runs`, the newest first.
pub(super) async fn sync_runs(State(store): State<Arc<Store>>, Path(id): Path<String>) -> Answer {
    let state = store.state();
    permit(&state)?;
    let connection = state.connections.iter().find(|connection| connection.id == id).ok_or_else(no_connection)?;
    let runs = connection.runs.iter().rev().map(|run| {
        json!({
            "id": run.id, "connectionId": id, "status": run.status, "triggerType": run.trigger,
            "startedAt": time(run.started), "completedAt": run.completed.map(time),
            "itemsProcessed": run.processed, "itemsFailed": run.failed, "error": run.error,
        })
    });
    ok(&runs.collect())
}

/// The query of a deletion.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeleteQuery {
    delete_documents: Option<bool>,
}

/// `DELETE /v3/connections/{id}`, or of a provider with tags: both have one path.
pub(super) async fn delete(
    State(store): State<Arc<Store>>,
    Path(id): Path<String>,
    Query(query): Query<DeleteQuery>,
    bytes: Bytes,
) -> Answer {
    let state = &mut *store.state();
    permit(state)?;
    let position = if PROVIDERS.contains(&id.as_str()) {
        is_s3(&id)?;
        let tags = tags_of(&body_of(state, "byTagsRequired", &bytes)?);
        state.connections.iter().position(|connection| has_tags(connection, &tags))
    } else {
        state.connections.iter().position(|connection| connection.id == id)
    };
    let connection = state.connections.remove(position.ok_or_else(no_connection)?);
    // Documents go with their connection unless it is said that they stay.
    if query.delete_documents != Some(false) {
        let its = state.documents.iter().filter(|(_, d)| d.connection.as_ref() == Some(&connection.id));
        let its: Vec<u64> = its.map(|(number, _)| *number).collect();
        its.into_iter().for_each(|number| drop(state.forget(number)));
    }
    ok(&json!({"id": connection.id, "provider": "s3"}))
}

/// `GET /v3/session`: whose key it is.
pub(super) async fn session(State(store): State<Arc<Store>>) -> Answer {
    let state = store.state();
    if state.quirks.self_hosted {
        return Err(error(404, "Not Found", None));
    }
    let organisation = &state.quirks.organisation;
    let plan = if state.quirks.plan_too_low { "pro" } else { "scale" };
    let user = json!({"id": "user_of_the_tests", "name": "Test", "email": "test@example.com"});
    let organisation = json!({"id": organisation, "name": organisation, "slug": organisation});
    Ok(json_of(200, &json!({"user": user, "org": organisation, "plan": plan})))
}
