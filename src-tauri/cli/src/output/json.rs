//! The answers of `--json`, field by field as `docs/s3c.md` promises them. A script reads these, so they are
//! written down here and do not follow the engine's rows by themselves; only whole rows that a person may want in
//! full (connections, test reports, errors) are the engine's own.

use s3_connector_engine::error::ErrorView;
use s3_connector_engine::knowledge_base::SearchResult;
use s3_connector_engine::plan::DocumentState;
use s3_connector_engine::scope::SkipReason;
use s3_connector_engine::view::{
    AppSettings, ConnectionView, DocumentView, HostedConnection, HostedDocument, HostedRun, KeyStory,
    KnowledgeBaseReport, KnowledgeBaseView, PlanAction, PlanItem, PlanTotals, RunState, RunView, TestReport,
};
use serde::Serialize;

/// An error, on standard error.
#[derive(Serialize)]
pub struct ErrorReply<'a> {
    /// The error.
    pub error: &'a ErrorView,
}

/// `connections list`, `pause`, `resume`.
#[derive(Serialize)]
pub struct ConnectionsReply<'a> {
    /// Every connection, by name.
    pub connections: &'a [ConnectionView],
}

/// `connections add`, `edit`.
#[derive(Serialize)]
pub struct ConnectionReply<'a> {
    /// The connection as it is saved now.
    pub connection: &'a ConnectionView,
}

/// `connections delete`.
#[derive(Serialize)]
pub struct DeletedReply<'a> {
    /// What is gone.
    pub deleted: Deleted<'a>,
}

/// A connection that is gone.
#[derive(Serialize)]
pub struct Deleted<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
}

/// `settings show`, `set`.
#[derive(Serialize)]
pub struct SettingsReply<'a> {
    /// What is set now.
    pub settings: &'a AppSettings,
}

/// `diagnostics`.
#[derive(Serialize)]
pub struct DiagnosticsReply<'a> {
    /// The report.
    pub diagnostics: &'a str,
}

/// `knowledge-base set`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KnowledgeBaseReply<'a> {
    /// What is known of it now.
    pub knowledge_base: &'a KnowledgeBaseView,
}

/// `knowledge-base list`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KnowledgeBasesReply<'a> {
    /// Every Supermemory that is known, by address.
    pub knowledge_bases: &'a [KnowledgeBaseView],
}

/// `knowledge-base test`.
#[derive(Serialize)]
pub struct KnowledgeBaseTestReply<'a> {
    /// What it answered.
    pub test: &'a KnowledgeBaseReport,
}

/// `knowledge-base forget`.
#[derive(Serialize)]
pub struct ForgottenReply<'a> {
    /// The address as it was typed.
    pub forgotten: &'a str,
}

/// `hosted create`, `connections hand-over`.
#[derive(Serialize)]
pub struct HostedReply<'a> {
    /// The hosted connection.
    pub hosted: &'a HostedConnection,
}

/// `hosted list`.
#[derive(Serialize)]
pub struct HostedListReply<'a> {
    /// Every hosted connection, oldest first.
    pub hosted: &'a [HostedConnection],
}

/// `hosted show`.
#[derive(Serialize)]
pub struct HostedShowReply<'a> {
    /// The hosted connection.
    pub hosted: &'a HostedConnection,
    /// Its syncs, the newest first.
    pub runs: &'a [HostedRun],
}

/// `hosted import`.
#[derive(Serialize)]
pub struct HostedImportReply<'a> {
    /// Id of the hosted connection for which a sync was asked.
    pub import: &'a str,
}

/// `hosted documents`.
#[derive(Serialize)]
pub struct HostedDocumentsReply<'a> {
    /// The documents.
    pub documents: &'a [HostedDocument],
}

/// `hosted delete`.
#[derive(Serialize)]
pub struct DeletedHostedReply<'a> {
    /// What is gone.
    pub deleted: DeletedHosted<'a>,
}

/// A hosted connection that is gone.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletedHosted<'a> {
    /// Its id.
    pub id: &'a str,
    /// Whether its documents are gone too.
    pub documents_deleted: bool,
}

/// `test`.
#[derive(Serialize)]
pub struct TestReply<'a> {
    /// What the test showed.
    pub test: &'a TestReport,
}

/// `policy`.
#[derive(Serialize)]
pub struct PolicyReply {
    /// The policy itself.
    pub policy: serde_json::Value,
}

/// Totals of `preview`.
#[derive(Serialize)]
pub struct Totals {
    new: u64,
    changed: u64,
    retagged: u64,
    unchanged: u64,
    skipped: u64,
    removed: u64,
}

impl From<PlanTotals> for Totals {
    fn from(totals: PlanTotals) -> Self {
        // Every field is named, so that a new one has to be decided on here. What is kept is no work of a sync.
        let PlanTotals { new, changed, retagged, unchanged, skipped, removed, kept: _ } = totals;
        Self { new, changed, retagged, unchanged, skipped, removed }
    }
}

/// One item of `preview`.
#[derive(Serialize)]
pub struct Item<'a> {
    key: &'a str,
    action: PlanAction,
    reason: Option<SkipReason>,
    tag: Option<&'a str>,
    size: Option<u64>,
}

impl<'a> From<&'a PlanItem> for Item<'a> {
    fn from(item: &'a PlanItem) -> Self {
        Self { key: &item.key, action: item.action, reason: item.reason, tag: item.tag.as_deref(), size: item.size }
    }
}

/// `sync`, `retry`.
#[derive(Serialize)]
pub struct RunReply<'a> {
    run: Run<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    id: &'a str,
    state: RunState,
    listed: u64,
    sent: u64,
    removed: u64,
    skipped: u64,
    failed: u64,
    bytes: u64,
    #[serde(skip_serializing_if = "is_none_held_back")]
    held_back: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    trial: Option<u32>,
}

fn is_none_held_back(held_back: &u64) -> bool {
    *held_back == 0
}

impl<'a> From<&'a RunView> for RunReply<'a> {
    fn from(run: &'a RunView) -> Self {
        let RunView { id, state, listed, sent, removed, skipped, failed, bytes, held_back, trial, .. } = run;
        Self {
            run: Run {
                id,
                state: *state,
                listed: *listed,
                sent: *sent,
                removed: *removed,
                skipped: *skipped,
                failed: *failed,
                bytes: *bytes,
                held_back: *held_back,
                trial: *trial,
            },
        }
    }
}

/// `runs`.
#[derive(Serialize)]
pub struct RunsReply<'a> {
    /// The newest first.
    pub runs: &'a [RunView],
}

/// A line of `watch`.
#[derive(Serialize)]
pub struct WatchLine<'a> {
    /// What happened.
    pub event: WatchEvent,
    /// The run as it stands then.
    pub run: &'a RunView,
}

/// What `watch` tells of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchEvent {
    /// It started.
    Started,
    /// It ended.
    Ended,
}

/// `why`.
#[derive(Serialize)]
pub struct WhyReply<'a> {
    /// What is known of the key.
    pub why: &'a KeyStory,
}

/// One document of `documents`.
#[derive(Serialize)]
pub struct Document<'a> {
    key: &'a str,
    etag: &'a str,
    tag: &'a str,
    id: &'a str,
    state: DocumentState,
}

impl<'a> From<&'a DocumentView> for Document<'a> {
    fn from(document: &'a DocumentView) -> Self {
        let DocumentView { key, etag, tag, id, state, .. } = document;
        Self { key, etag, tag, id, state: *state }
    }
}

/// `search`.
#[derive(Serialize)]
pub struct SearchReply<'a> {
    /// Best first.
    pub results: Vec<Found<'a>>,
}

/// Answer to `serve`.
#[derive(Serialize)]
pub struct ListeningReply<'a> {
    /// Where.
    pub listening: &'a str,
}

/// Answer to `token`.
#[derive(Serialize)]
pub struct TokenReply<'a> {
    /// It.
    pub token: &'a str,
}

/// One result of `search`.
#[derive(Serialize)]
pub struct Found<'a> {
    key: &'a str,
    connection: &'a str,
    tag: &'a str,
    score: f64,
    snippet: String,
}

impl<'a> Found<'a> {
    /// The result, with its connection's name.
    pub fn new(result: &'a SearchResult, connection: &'a str) -> Self {
        Self {
            key: result.key.as_str(),
            connection,
            tag: &result.tag,
            score: result.score,
            snippet: snippet_text(result),
        }
    }
}

/// The best passage as one text, without the marks of what was looked for.
pub fn snippet_text(result: &SearchResult) -> String {
    result.snippet.iter().map(|part| part.text.as_str()).collect()
}

#[cfg(test)]
mod tests;
