//! Hosted connections as faces see them. They have no field for a secret.

use serde::Serialize;
use ts_rs::TS;

/// A connection that Supermemory's cloud syncs by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HostedConnection {
    /// Its id over there.
    pub id: String,
    /// Bucket; empty where the server does not tell, as for all settings below.
    pub bucket: String,
    /// Region.
    pub region: String,
    /// Endpoint; empty for Amazon S3.
    pub endpoint: String,
    /// Prefix.
    pub prefix: String,
    /// Tag rule; empty for none.
    pub container_tag_regex: String,
    /// Access key id.
    pub access_key_id: String,
    /// Container tags.
    pub container_tags: Vec<String>,
    /// Document limit, where it tells.
    pub document_limit: Option<u64>,
    /// When it was made.
    pub created_at: Option<i64>,
    /// Its newest sync, where it tells.
    pub last_run: Option<HostedRun>,
}

/// How a sync of a hosted connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HostedRunState {
    /// It runs, or the server says something that is not documented.
    Running,
    /// It ended.
    Completed,
    /// It failed.
    Failed,
}

/// A sync of a hosted connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HostedRun {
    /// How it stands.
    pub state: HostedRunState,
    /// What started it, in the server's word: `cron`, `manual`, `event`.
    pub trigger: Option<String>,
    /// When it began.
    pub started_at: Option<i64>,
    /// When it ended.
    pub completed_at: Option<i64>,
    /// Documents, where it tells.
    pub processed: Option<u64>,
    /// Documents that failed, where it tells.
    pub failed: Option<u64>,
    /// What went wrong.
    pub error: Option<String>,
}

/// A hosted connection with its newest syncs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HostedDetails {
    /// The connection.
    pub connection: HostedConnection,
    /// Its syncs, the newest first.
    pub runs: Vec<HostedRun>,
}

/// A document of a hosted connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HostedDocument {
    /// Its id over there.
    pub id: String,
    /// Title, where it has one.
    pub title: Option<String>,
    /// How it stands, in the server's word: `queued`, `done`, `failed`, …
    pub status: String,
    /// What kind of document it is, in the server's word.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// When it last changed.
    pub updated_at: Option<i64>,
}
