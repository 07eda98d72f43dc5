//! Runs as faces see them, and what a face may ask of one.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PlanSummary, PlanTotals};
use crate::error::ErrorView;

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunPhase {
    /// Other connections are syncing; it waits for its turn.
    Waiting,
    /// Comparing what the state file says is held with what the knowledge base holds.
    Auditing,
    /// Reading the listing; there is no total yet.
    Listing,
    /// Working out what is to be done.
    Deciding,
    /// Removing what must go first.
    Removing,
    /// Reading objects and putting documents.
    Sending,
    /// Asking how documents stand, removing superseded versions.
    Settling,
    /// Cancelled: what is under way is finished, and nothing more begins.
    Stopping,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunProgress {
    /// The run.
    pub run_id: String,
    /// What it is doing.
    pub phase: RunPhase,
    /// Objects listed so far.
    pub listed: u64,
    /// Documents to send.
    pub planned: u64,
    /// Documents done: sent, refused or failed.
    pub done: u64,
    /// Keys whose documents go without a successor.
    pub removing: u64,
    /// Those that are gone by now.
    pub removed: u64,
    /// Bytes to send.
    pub bytes_planned: u64,
    /// Bytes sent.
    pub bytes: u64,
    /// When it started.
    pub started_at: i64,
    /// When sending began.
    pub sending_since: Option<i64>,
    /// What has changed since the preview that it was started from.
    pub drift: Option<PlanDrift>,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Under way.
    Running,
    /// Everything that was planned was done.
    Completed,
    /// Some documents failed; the next run takes them up.
    PartlyCompleted,
    /// It ended in an error before its work was done.
    Failed,
    /// A person cancelled it.
    Cancelled,
    /// The app ended while it ran.
    Interrupted,
}

/// Who started a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunTrigger {
    /// A person: window, tray or `s3c`.
    Manual,
    /// The schedule.
    Schedule,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// Id.
    pub id: String,
    /// Its connection.
    pub connection_id: String,
    /// Name of the connection.
    pub connection_name: String,
    /// Who started it.
    pub trigger: RunTrigger,
    /// How it stands.
    pub state: RunState,
    /// Start.
    pub started_at: i64,
    /// End.
    pub finished_at: Option<i64>,
    /// Objects listed.
    pub listed: u64,
    /// Documents sent.
    pub sent: u64,
    /// Documents removed because their object is gone, out of scope, or tagged otherwise without a successor.
    pub removed: u64,
    /// Objects that got no document, each for a [`SkipReason`](crate::scope::SkipReason).
    pub skipped: u64,
    /// Removals that were held back because they are unusually many; a sync that confirms this number carries them out.
    pub held_back: u64,
    /// It was a trial: at most this many documents were to be sent.
    pub trial: Option<u32>,
    /// Documents that failed.
    pub failed: u64,
    /// Bytes sent.
    pub bytes: u64,
    /// What had changed since the preview that it was started from; `None`: nothing, or it was started from none.
    pub drift: Option<PlanDrift>,
    /// What ended it.
    pub error: Option<ErrorView>,
}

/// A run in one bar of the small chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunBar {
    /// How it ended.
    pub state: RunState,
    /// When it started.
    pub started_at: i64,
    /// Documents sent.
    pub sent: u64,
    /// Documents removed.
    pub removed: u64,
    /// Documents failed.
    pub failed: u64,
}

/// What became of one object in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ItemOutcome {
    /// Its document was sent.
    Sent,
    /// Its document was removed.
    Removed,
    /// It got no document, for a [`SkipReason`](crate::scope::SkipReason) (in `code`). A run keeps the first thousand of them.
    Skipped,
    /// The knowledge base refused it.
    Refused,
    /// It failed; the next run tries again.
    Failed,
}

/// One line of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunItem {
    /// Key.
    pub key: String,
    /// Tag.
    pub tag: String,
    /// What became of it.
    pub outcome: ItemOutcome,
    /// Code of the failure, where there is one.
    pub code: Option<String>,
    /// What a person reads: the reason of a refusal, the detail of a failure.
    pub detail: Option<String>,
    /// Size in bytes.
    pub size: u64,
    /// When.
    pub at: i64,
    /// For a document that was sent: whether its key had none before. `None`: not known.
    pub is_new: Option<bool>,
}

/// Which lines of a run to show.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct LineFilter {
    /// Only this outcome.
    #[ts(optional)]
    pub outcome: Option<ItemOutcome>,
    /// Only keys, tags and reasons that contain this text.
    pub text: String,
    /// From this line on.
    pub offset: u64,
    /// At most this many lines; 0 means 100.
    pub limit: u32,
}

/// Lines by what became of the object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LineCounts {
    /// Sent.
    pub sent: u64,
    /// Removed.
    pub removed: u64,
    /// Skipped, as far as the run keeps them.
    pub skipped: u64,
    /// Refused.
    pub refused: u64,
    /// Failed.
    pub failed: u64,
}

/// A page of a run's lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunItems {
    /// The lines.
    pub items: Vec<RunItem>,
    /// How many there are in all.
    pub total: u64,
    /// How many there are of each outcome, whichever is asked for.
    pub counts: LineCounts,
    /// The run is old, and its lines are not kept any more.
    pub gone: bool,
}

/// Which runs to show.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct RunFilter {
    /// Only those of this connection.
    #[ts(optional)]
    pub connection_id: Option<String>,
    /// Only those that failed, were broken off, or left something undone.
    pub trouble: bool,
    /// From this run on, the newest first.
    pub offset: u64,
    /// At most this many; 0 means 50.
    pub limit: u32,
}

/// A page of the run history.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunPage {
    /// The runs, the newest first.
    pub items: Vec<RunView>,
    /// How many there are in all.
    pub total: u64,
}

/// A preview as a person saw it: what a sync that is started from it is compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Previewed {
    /// Its keys by action.
    pub totals: PlanTotals,
    /// Its removals. A sync that finds more holds all of them back until it is confirmed.
    pub removals: u64,
    /// Stands for its keys.
    pub fingerprint: String,
}

impl Previewed {
    /// What a plan does otherwise than was seen, where it does.
    pub fn drift(&self, plan: &PlanSummary) -> Option<PlanDrift> {
        let is_as_seen = self.totals == plan.totals && self.fingerprint == plan.fingerprint;
        (!is_as_seen).then_some(PlanDrift { previewed: self.totals, planned: plan.totals })
    }
}

/// What has changed between a preview and the run that was started from it. The totals may be equal: then as many keys
/// are concerned, and others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanDrift {
    /// As a person saw it.
    pub previewed: PlanTotals,
    /// As the run found it.
    pub planned: PlanTotals,
}

/// What a sync may do beyond the usual.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct SyncOptions {
    /// Removals that a person saw and confirmed; at most this many are carried out although they are unusually many.
    #[ts(optional)]
    pub confirm_removals: Option<u64>,
    /// Sends at most this many documents, of as many containers, file types and sizes as there are.
    #[ts(optional)]
    pub trial: Option<u32>,
    /// The preview that it is started from: the run says what has changed since.
    #[ts(optional)]
    pub previewed: Option<Previewed>,
}

/// How long a pause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PauseLength {
    /// An hour.
    Hour,
    /// Until the next morning at 8, in this computer's time zone.
    Tomorrow,
    /// Until a person resumes.
    UntilResumed,
}
