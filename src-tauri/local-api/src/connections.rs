//! What both generations of the API do with connections: find, create, sync, delete.

use std::collections::BTreeMap;
use std::sync::Arc;

use s3_connector_engine::connection::{ConnectionDraft, Credentials, CredentialsDraft, Destination, SecretNeed};
use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{Error, ErrorCode};
use s3_connector_engine::view::{ConnectionState, ConnectionView, RunState, RunTrigger, RunView, SyncOptions};
use serde::Serialize;
use utoipa::ToSchema;

use crate::refusal::Refusal;

/// The only provider that is offered.
pub const S3: &str = "s3";
/// All that the API knows.
const PROVIDERS: [&str; 8] = ["notion", "google-drive", "onedrive", "gmail", "github", "web-crawler", S3, "granola"];
/// Names that are tried for a new connection.
const NAMES: u32 = 1_000;

/// Whether a word of a path is a provider's name; ids of connections never are.
pub fn is_provider(word: &str) -> bool {
    PROVIDERS.contains(&word)
}

/// Refuses every provider but S3.
pub fn only_s3(provider: &str) -> Result<(), Refusal> {
    match provider {
        S3 => Ok(()),
        known if is_provider(known) => Err(Refusal::not_offered("S3 Connector syncs S3 buckets only.")),
        _ => Err(Refusal::not_found("Provider")),
    }
}

/// Every connection that is not on its way out, the oldest first.
pub async fn all(engine: &Engine) -> Result<Vec<ConnectionView>, Refusal> {
    let mut views = engine.connection_list().await?;
    views.retain(|view| view.state != ConnectionState::Deleting);
    views.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    Ok(views)
}

/// Those that carry all of these tags; all of them where none are named. Whether one tag of several is enough is not
/// documented; so, a request that names more never reaches more.
pub async fn with_tags(engine: &Engine, tags: &[String]) -> Result<Vec<ConnectionView>, Refusal> {
    let mut views = all(engine).await?;
    views.retain(|view| tags.iter().all(|tag| view.container_tags.contains(tag)));
    Ok(views)
}

/// The connection of this id.
pub async fn by_id(engine: &Engine, id: &str) -> Result<ConnectionView, Refusal> {
    let found = all(engine).await?.into_iter().find(|view| view.id == id);
    found.ok_or_else(|| Refusal::not_found("Connection"))
}

/// The settings of a connection that are shown, by their documented names; empty ones are left out. No credentials.
pub fn settings(view: &ConnectionView) -> BTreeMap<String, String> {
    let texts = [
        ("bucket", &view.bucket),
        ("region", &view.region),
        ("endpoint", &view.endpoint),
        ("prefix", &view.prefix),
        ("containerTagRegex", &view.container_tag_regex),
    ];
    let told = texts.into_iter().filter(|(_, text)| !text.is_empty());
    told.map(|(name, text)| (name.to_owned(), text.clone())).collect()
}

/// Creates a connection and returns its id.
///
/// Whether the hosted API tries the bucket at once is not documented; its errors (401 Authentication failed, 403 Access
/// denied, 404 Bucket not found) are. Here the bucket is asked once: that saves a person a connection that cannot work.
/// A storage that does not answer hinders nobody; the first sync says so then.
///
/// The SDKs repeat a request that was not answered. The same settings are the same connection, so a repeat makes no
/// second one; it may bring another secret and another limit.
///
/// A new connection is synced at once: the documentation's example ends here, and "config providers start syncing right
/// away" (<https://supermemory.ai/docs/v5/api-reference/connectors>). What hinders that is told by its runs.
pub async fn create(engine: &Arc<Engine>, draft: ConnectionDraft) -> Result<String, Refusal> {
    draft.validate(SecretNeed::Typed)?;
    if let Err(error) = engine.connection_knock(&draft).await
        && is_final(error.code)
    {
        return Err(error.into());
    }
    if let Some(known) = all(engine).await?.into_iter().find(|view| is_same(view, &draft)) {
        let edit = ConnectionDraft {
            document_limit: draft.document_limit.or(Some(i64::from(known.document_limit))),
            credentials: draft.credentials,
            ..draft_of(&known)?
        };
        return Ok(engine.connection_edit(known.id, edit, None).await?.id);
    }
    let id = add(engine, draft).await?;
    let _ = sync(engine, &id).await;
    Ok(id)
}

/// What trying again later does not mend.
fn is_final(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::AuthenticationFailed
            | ErrorCode::AccessDenied
            | ErrorCode::BucketNotFound
            | ErrorCode::WrongRegion
            | ErrorCode::InvalidConnection
    )
}

fn is_same(view: &ConnectionView, draft: &ConnectionDraft) -> bool {
    let key = |view: &ConnectionView| match &view.credentials {
        Credentials::AccessKey { access_key_id, .. } => Some(access_key_id.clone()),
        Credentials::Environment | Credentials::Profile { .. } | Credentials::Anonymous => None,
    };
    let typed = match &draft.credentials {
        CredentialsDraft::AccessKey { access_key_id, .. } => Some(access_key_id.trim().to_owned()),
        _ => None,
    };
    view.bucket == draft.bucket.trim()
        && view.region == draft.region.trim()
        && view.endpoint == draft.endpoint.trim().trim_end_matches('/')
        && view.prefix == draft.prefix
        && view.container_tag_regex == draft.container_tag_regex
        && view.container_tags == draft.container_tags
        && view.destination == Destination::Library
        && key(view) == typed
}

/// Adds it under the bucket's name, or the first of "bucket 2", "bucket 3", … that is free: the API has no names.
async fn add(engine: &Engine, draft: ConnectionDraft) -> Result<String, Refusal> {
    let bucket = draft.bucket.trim().to_owned();
    for number in 1..=NAMES {
        let name = if number == 1 { bucket.clone() } else { format!("{bucket} {number}") };
        let named = ConnectionDraft { name, ..draft.clone() };
        match engine.connection_add(named).await {
            Ok(view) => return Ok(view.id),
            Err(error) if error.fields.iter().any(|field| field.field == "name") => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Refusal::from(Error::new(ErrorCode::InvalidRequest, format!("{NAMES} connections have the name “{bucket}”"))))
}

/// The draft that would save a connection as it is.
pub fn draft_of(view: &ConnectionView) -> Result<ConnectionDraft, Refusal> {
    let mut fields = serde_json::to_value(view).map_err(|e| Error::internal("reading a connection", e))?;
    // Whether a token is saved, not the token.
    fields["credentials"]["sessionToken"] = serde_json::Value::Null;
    serde_json::from_value(fields).map_err(|e| Error::internal("reading a connection", e).into())
}

/// Starts a sync; one that is under way is as good. Says whether it was started.
pub async fn sync(engine: &Arc<Engine>, id: &str) -> Result<bool, Refusal> {
    match engine.sync_start(id.to_owned(), SyncOptions::default()).await {
        Ok(_) => Ok(true),
        Err(error) if error.code == ErrorCode::SyncRunning => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Deletes a connection. It goes on where nobody waits for the answer any more.
pub async fn delete(engine: &Arc<Engine>, id: &str, keep_documents: bool) -> Result<(), Refusal> {
    let (engine, id) = (Arc::clone(engine), id.to_owned());
    let deletion = tokio::spawn(async move { engine.connection_delete(id, keep_documents).await });
    match deletion.await.map_err(|e| Error::internal("deleting a connection", e))? {
        Ok(()) => Ok(()),
        // It has begun, is shown to nobody any more, and is finished in the background.
        Err(error) if error.code == ErrorCode::DocumentBusy => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// How a sync stands, in the words of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncStatus {
    /// Under way.
    Running,
    /// Done, perhaps with documents that failed.
    Completed,
    /// It ended before its work was done.
    Failed,
}

/// Why a sync failed, in the words of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncErrorCode {
    /// The storage refuses the key, or there is none.
    AuthExpired,
    /// The storage asks for fewer requests.
    RateLimited,
    /// The storage cannot be reached, fails, or has no such bucket.
    ProviderUnavailable,
    /// Anything else.
    Internal,
}

/// Who started a sync, in the words of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncTrigger {
    /// The schedule.
    Cron,
    /// A person or a program.
    Manual,
}

/// How a run stands.
pub fn status(run: &RunView) -> SyncStatus {
    match run.state {
        RunState::Running => SyncStatus::Running,
        RunState::Completed | RunState::PartlyCompleted => SyncStatus::Completed,
        RunState::Failed | RunState::Cancelled | RunState::Interrupted => SyncStatus::Failed,
    }
}

/// Who started a run.
pub fn trigger(run: &RunView) -> SyncTrigger {
    match run.trigger {
        RunTrigger::Schedule => SyncTrigger::Cron,
        RunTrigger::Manual => SyncTrigger::Manual,
    }
}

/// Why a run failed, as a code.
pub fn error_code(run: &RunView) -> Option<SyncErrorCode> {
    let Some(error) = &run.error else {
        return (status(run) == SyncStatus::Failed).then_some(SyncErrorCode::Internal);
    };
    Some(match error.code {
        ErrorCode::AuthenticationFailed
        | ErrorCode::AccessDenied
        | ErrorCode::CredentialsExpired
        | ErrorCode::CredentialsMissing
        | ErrorCode::SecretMissing => SyncErrorCode::AuthExpired,
        ErrorCode::Throttled => SyncErrorCode::RateLimited,
        ErrorCode::Unreachable
        | ErrorCode::ProxyFailed
        | ErrorCode::StorageFailed
        | ErrorCode::TlsFailed
        | ErrorCode::BucketNotFound
        | ErrorCode::WrongRegion => SyncErrorCode::ProviderUnavailable,
        _ => SyncErrorCode::Internal,
    })
}

/// Why a run failed, as a sentence.
pub fn error_text(run: &RunView) -> Option<String> {
    match (&run.error, run.state) {
        (Some(error), _) => Some(format!("{}. {}.", error.message, error.solution)),
        (None, RunState::Cancelled) => Some("The sync was cancelled.".into()),
        (None, RunState::Interrupted) => Some("The sync was interrupted; the next one goes on.".into()),
        (None, RunState::Failed) => Some("The sync failed.".into()),
        (None, RunState::Running | RunState::Completed | RunState::PartlyCompleted) => None,
    }
}
