//! Hosted connections: those that Supermemory's cloud syncs by itself (<https://supermemory.ai/docs/connectors/s3>).
//!
//! They are made by the form in which the settings stand under `metadata`, the only one in the published schema. Whether
//! a server gives the secret back is nowhere said: of what it sends, only what is known not to be a secret is read. There
//! is no way to change a connection, and none to import a single one: an import is of a provider's connections under
//! the same tags.

use jiff::Timestamp;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Supermemory;
use super::client::{Repeat, Reply};
use super::refusal;
use crate::error::{Error, ErrorCode, Result};
use crate::secrets::Secret;
use crate::view::{HostedConnection, HostedDocument, HostedRun, HostedRunState};

const PROVIDER: &str = "s3";

/// A hosted connection that is to be made.
pub struct NewHosted {
    /// Bucket.
    pub bucket: String,
    /// Region; `auto` where the provider has none.
    pub region: String,
    /// Base URL of an S3-compatible service; `None` for Amazon S3.
    pub endpoint: Option<String>,
    /// Only keys that begin with this; perhaps empty.
    pub prefix: String,
    /// The tag rule, with a group that is called `userId`.
    pub container_tag_regex: Option<String>,
    /// The tag of what the rule does not match, or of everything.
    pub container_tag: Option<String>,
    /// At most this many documents.
    pub document_limit: u32,
    /// Access key id.
    pub access_key_id: String,
    /// Secret access key.
    pub secret_access_key: Secret,
}

impl Supermemory {
    /// Makes a hosted connection and returns its id.
    ///
    /// # Errors
    /// `plan_too_low`, `connectors_unavailable`; what the bucket answered to Supermemory, where that was asked.
    pub async fn hosted_create(&self, new: &NewHosted) -> Result<String> {
        #[derive(Deserialize)]
        struct Created {
            id: String,
        }
        let body = body(new);
        let request = || self.client.request(Method::POST, &["v3", "connections", PROVIDER]).json(&body);
        let reply = self.client.answer(Repeat::WhenRefused, request).await?;
        if !reply.is_yes() {
            return Err(without(refused(&reply, Asked::ToCreate), &new.secret_access_key));
        }
        Ok(reply.json::<Created>()?.id)
    }

    /// Every hosted S3 connection, oldest first.
    ///
    /// # Errors
    /// `plan_too_low`, `connectors_unavailable`; what it says.
    pub async fn hosted_list(&self) -> Result<Vec<HostedConnection>> {
        let body = json!({});
        let request = || self.client.request(Method::POST, &["v3", "connections", "list"]).json(&body);
        let reply = self.client.answer(Repeat::Safe, request).await?;
        let all: Vec<Wire> = self.yes(&reply)?.json()?;
        let mut ours: Vec<HostedConnection> =
            all.into_iter().filter(|wire| wire.provider == PROVIDER).map(|wire| wire.shown()).collect();
        ours.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(ours)
    }

    /// One hosted connection.
    ///
    /// # Errors
    /// `hosted_connection_not_found`; as [`Supermemory::hosted_list`].
    pub async fn hosted_get(&self, id: &str) -> Result<HostedConnection> {
        let request = || self.client.request(Method::GET, &["v3", "connections", id]);
        let reply = self.client.answer(Repeat::Safe, request).await?;
        let wire: Wire = self.found(id, &reply).await?.json()?;
        if wire.provider == PROVIDER { Ok(wire.shown()) } else { Err(no_such(id)) }
    }

    /// Its newest syncs, the newest first. A server may not tell: then there are none.
    ///
    /// # Errors
    /// `plan_too_low`; what it says.
    pub async fn hosted_runs(&self, id: &str) -> Result<Vec<HostedRun>> {
        let request = || self.client.request(Method::GET, &["v3", "connections", id, "sync-runs"]);
        let reply = self.client.answer(Repeat::Safe, request).await?;
        if reply.is_no_route() {
            return Ok(Vec::new());
        }
        let mut runs: Vec<HostedRun> =
            self.yes(&reply)?.json::<Vec<WireRun>>()?.into_iter().map(WireRun::shown).collect();
        runs.sort_by_key(|run| std::cmp::Reverse(run.started_at));
        Ok(runs)
    }

    /// Asks for a sync now, of every S3 connection under these tags.
    ///
    /// # Errors
    /// As [`Supermemory::hosted_list`].
    pub async fn hosted_import(&self, tags: &[String]) -> Result<()> {
        let body = by_tags(tags);
        let request = || self.client.request(Method::POST, &["v3", "connections", PROVIDER, "import"]).json(&body);
        // Twice asked for is once synced.
        let reply = self.client.answer(Repeat::Safe, request).await?;
        self.yes(&reply).map(drop)
    }

    /// The documents of every S3 connection under these tags.
    ///
    /// # Errors
    /// As [`Supermemory::hosted_list`].
    pub async fn hosted_documents(&self, tags: &[String]) -> Result<Vec<HostedDocument>> {
        let body = by_tags(tags);
        let request = || self.client.request(Method::POST, &["v3", "connections", PROVIDER, "documents"]).json(&body);
        let reply = self.client.answer(Repeat::Safe, request).await?;
        Ok(self.yes(&reply)?.json::<Vec<WireDocument>>()?.into_iter().map(WireDocument::shown).collect())
    }

    /// Deletes a hosted connection, and its documents or not. What the server does where nobody says so differs from
    /// page to page of its documentation; it is always said.
    ///
    /// # Errors
    /// `hosted_connection_not_found`; as [`Supermemory::hosted_list`].
    pub async fn hosted_delete(&self, id: &str, delete_documents: bool) -> Result<()> {
        // The path is shared with "every connection of a provider": an id is looked up first.
        self.hosted_get(id).await?;
        let request = || {
            let request = self.client.request(Method::DELETE, &["v3", "connections", id]);
            request.query(&[("deleteDocuments", delete_documents)])
        };
        let reply = self.client.answer(Repeat::Safe, request).await?;
        // A repeated deletion finds nothing, because the first one did its work.
        if reply.status == 404 { Ok(()) } else { self.yes(&reply).map(drop) }
    }

    fn yes<'r>(&self, reply: &'r Reply) -> Result<&'r Reply> {
        if reply.is_yes() { Ok(reply) } else { Err(refused(reply, Asked::ToRead)) }
    }

    /// What a route of one connection answered. A 404 speaks of the connection only where there are connections at all.
    async fn found<'r>(&self, id: &str, reply: &'r Reply) -> Result<&'r Reply> {
        if reply.status == 404 {
            self.hosted_list().await?;
            return Err(no_such(id));
        }
        self.yes(reply)
    }
}

/// The body of `POST /v3/connections/s3`.
fn body(new: &NewHosted) -> Value {
    let mut settings = Map::new();
    let mut set = |name: &str, value: &str| drop(settings.insert(name.to_owned(), value.into()));
    set("accessKeyId", &new.access_key_id);
    set("secretAccessKey", new.secret_access_key.expose_secret());
    set("bucket", &new.bucket);
    set("region", &new.region);
    if let Some(endpoint) = &new.endpoint {
        set("endpoint", endpoint);
    }
    if !new.prefix.is_empty() {
        set("prefix", &new.prefix);
    }
    if let Some(rule) = &new.container_tag_regex {
        set("containerTagRegex", rule);
    }
    let mut body = json!({ "documentLimit": new.document_limit, "metadata": settings });
    if let Some(tag) = &new.container_tag {
        body["containerTag"] = tag.as_str().into();
    }
    body
}

fn by_tags(tags: &[String]) -> Value {
    if tags.is_empty() { json!({}) } else { json!({ "containerTags": tags }) }
}

fn no_such(id: &str) -> Error {
    Error::new(ErrorCode::HostedConnectionNotFound, refusal::shortened(id))
}

/// What was asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    ToCreate,
    ToRead,
}

/// Why a route of connections says no. When one is made, Supermemory may try the bucket and pass on what that says: the
/// documented three rows of 401, 403 and 404.
fn refused(reply: &Reply, asked: Asked) -> Error {
    let mut error = reply.refusal();
    let words = reply.words().unwrap_or_default().to_lowercase();
    let says = |word: &str| asked == Asked::ToCreate && words.contains(word);
    error.code = match reply.status {
        401 if says("authentication failed") => ErrorCode::AuthenticationFailed,
        403 if says("access denied") => ErrorCode::AccessDenied,
        404 if says("bucket") => ErrorCode::BucketNotFound,
        // A plan without the provider; version 5 of the API says it with 402.
        403 => ErrorCode::PlanTooLow,
        402 if words.contains("plan") => ErrorCode::PlanTooLow,
        404 | 405 | 501 => ErrorCode::ConnectorsUnavailable,
        400 | 422 => ErrorCode::InvalidConnection,
        _ => error.code,
    };
    error
}

/// The error without the secret, should the server have repeated it.
fn without(mut error: Error, secret: &Secret) -> Error {
    error.detail = error.detail.replace(secret.expose_secret(), "…");
    error
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: String,
    #[serde(default)]
    provider: String,
    created_at: Option<String>,
    document_limit: Option<u64>,
    metadata: Option<Map<String, Value>>,
    container_tags: Option<Vec<String>>,
    container_tag: Option<String>,
    last_sync_run: Option<WireRun>,
}

impl Wire {
    /// Without its secrets: only these settings are read.
    fn shown(self) -> HostedConnection {
        let text = |name: &str| {
            let value = self.metadata.as_ref().and_then(|all| all.get(name)).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        HostedConnection {
            bucket: text("bucket"),
            region: text("region"),
            endpoint: text("endpoint"),
            prefix: text("prefix"),
            container_tag_regex: text("containerTagRegex"),
            access_key_id: text("accessKeyId"),
            container_tags: self.container_tags.unwrap_or_else(|| self.container_tag.into_iter().collect()),
            document_limit: self.document_limit,
            created_at: time(self.created_at.as_deref()),
            last_run: self.last_sync_run.map(WireRun::shown),
            id: self.id,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireRun {
    #[serde(default)]
    status: String,
    trigger_type: Option<String>,
    started_at: Option<String>,
    completed_at: Option<String>,
    items_processed: Option<u64>,
    items_failed: Option<u64>,
    error_code: Option<String>,
    error: Option<String>,
}

impl WireRun {
    fn shown(self) -> HostedRun {
        HostedRun {
            state: match self.status.as_str() {
                "completed" => HostedRunState::Completed,
                "failed" => HostedRunState::Failed,
                _ => HostedRunState::Running,
            },
            trigger: self.trigger_type,
            started_at: time(self.started_at.as_deref()),
            completed_at: time(self.completed_at.as_deref()),
            processed: self.items_processed,
            failed: self.items_failed,
            error: self.error.or(self.error_code).map(|text| refusal::shortened(&text)),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDocument {
    id: String,
    title: Option<String>,
    #[serde(default)]
    status: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    updated_at: Option<String>,
}

impl WireDocument {
    fn shown(self) -> HostedDocument {
        let updated_at = time(self.updated_at.as_deref());
        HostedDocument { id: self.id, title: self.title, status: self.status, kind: self.kind, updated_at }
    }
}

fn time(text: Option<&str>) -> Option<i64> {
    text?.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}
