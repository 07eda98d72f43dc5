//! The rows that cross a border: what window, API and `s3c` are shown. Plain data, no secret, times in
//! milliseconds since 1970 UTC, sizes in bytes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::connection::{Addressing, Credentials, Destination, OnGone};
use crate::error::{ErrorView, FieldError};
use crate::knowledge_base::TagCount;
use crate::plan::DocumentState;
use crate::schedule::Pause;
use crate::scope::{FilterDraft, SkipReason};
use crate::tag::{OnIllegalTag, OnNoMatch};

mod doctor;
pub use doctor::{Fix, Rung, RungView, TestReport, Verdict};

/// A connection with how it stands.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionView {
    /// Id.
    pub id: String,
    /// Name; unique.
    pub name: String,
    /// Bucket.
    pub bucket: String,
    /// Region.
    pub region: String,
    /// Endpoint; empty for Amazon S3.
    pub endpoint: String,
    /// Prefix; perhaps empty.
    pub prefix: String,
    /// Tag rule; empty for none.
    pub container_tag_regex: String,
    /// Container tags.
    pub container_tags: Vec<String>,
    /// Document limit.
    pub document_limit: u32,
    /// For keys that the rule does not match.
    pub on_no_match: OnNoMatch,
    /// For captured values that are no tag.
    pub on_illegal_tag: OnIllegalTag,
    /// For documents whose object is gone.
    pub on_gone: OnGone,
    /// Include and exclude rules, in order.
    pub filters: Vec<FilterDraft>,
    /// Larger objects are skipped, in bytes; `None`: whatever the destination takes.
    pub max_size: Option<u64>,
    /// File of certificates that are trusted beside the system's; empty for none.
    pub ca_file: String,
    /// The requests are paid by whoever asks.
    pub requester_pays: bool,
    /// How the bucket's name travels.
    pub addressing: Addressing,
    /// It is paused: the schedule leaves it alone.
    pub pause: Option<Pause>,
    /// Minutes between syncs; 0: only by hand.
    pub every_minutes: u32,
    /// Where documents go.
    pub destination: Destination,
    /// Where credentials come from.
    pub credentials: Credentials,
    /// When it was added.
    pub created_at: i64,
    /// How it stands.
    pub state: ConnectionState,
    /// Documents that are held.
    pub documents: u64,
    /// End of the last run that completed.
    pub last_complete_at: Option<i64>,
    /// When the next run is due; `None`: only by hand.
    pub next_due_at: Option<i64>,
    /// The newest run, which may be the running one.
    pub last_run: Option<RunView>,
    /// While it syncs.
    pub progress: Option<RunProgress>,
    /// The last 30 runs, oldest first.
    pub recent_runs: Vec<RunBar>,
}

/// How a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// It never synced.
    New,
    /// A run is open.
    Syncing,
    /// The last run did everything that was planned.
    UpToDate,
    /// The last run left some documents undone; the next one takes them up.
    PartlyDone,
    /// The last run ended in an error that a person has to see; it is in `lastRun.error`.
    NeedsYou,
    /// The last run was cancelled or interrupted.
    Stopped,
    /// It is paused; the schedule leaves it alone.
    Paused,
    /// It is being deleted.
    Deleting,
}

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
    /// Bytes to send.
    pub bytes_planned: u64,
    /// Bytes sent.
    pub bytes: u64,
    /// When it started.
    pub started_at: i64,
    /// When sending began.
    pub sending_since: Option<i64>,
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
    /// Objects that got no document, each for a [`SkipReason`].
    pub skipped: u64,
    /// Removals that were held back because they are unusually many; a sync that confirms this number carries them out.
    pub held_back: u64,
    /// It was a trial: at most this many documents were to be sent.
    pub trial: Option<u32>,
    /// Documents that failed.
    pub failed: u64,
    /// Bytes sent.
    pub bytes: u64,
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
    /// It got no document, for a [`SkipReason`] (in `code`). A run keeps the first thousand of them.
    Skipped,
    /// The knowledge base refused it.
    Refused,
    /// It failed; the next run tries again.
    Failed,
}

/// One line of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
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
}

/// A page of a run's lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunItems {
    /// The lines.
    pub items: Vec<RunItem>,
    /// How many there are in all.
    pub total: u64,
}

/// What a sync does with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PlanAction {
    /// A document is put; the key has none.
    New,
    /// A document is put; the key has one of another version.
    Changed,
    /// A document is put; the key has one under another tag, which goes first.
    Retagged,
    /// Nothing: the document that is wanted is held.
    Unchanged,
    /// No document, for a [`SkipReason`].
    Skipped,
    /// The document goes: its object is gone or out of scope, or has no tag any more.
    Removed,
    /// The object is gone or out of scope; its document stays, as chosen.
    Kept,
}

/// One key of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanItem {
    /// Key.
    pub key: String,
    /// What a sync does with it.
    pub action: PlanAction,
    /// Why it is skipped.
    pub reason: Option<SkipReason>,
    /// A sentence for `reason`, or what the knowledge base said.
    pub sentence: Option<String>,
    /// The tag that it gets, or that its held document has.
    pub tag: Option<String>,
    /// What the rule captured, as [start, end) in UTF-16 units of `key` (what a browser counts).
    pub capture: Option<(u32, u32)>,
    /// Size in bytes; `None` when the object is not in the bucket.
    pub size: Option<u64>,
    /// Last modified.
    pub modified: Option<i64>,
}

/// How many keys a plan has of each action.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanTotals {
    /// New documents.
    pub new: u64,
    /// Changed ones.
    pub changed: u64,
    /// Retagged ones.
    pub retagged: u64,
    /// Unchanged ones.
    pub unchanged: u64,
    /// Skipped objects.
    pub skipped: u64,
    /// Documents to be removed.
    pub removed: u64,
    /// Documents kept although their object is gone.
    pub kept: u64,
}

/// How many keys are skipped for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SkipCount {
    /// The reason.
    pub reason: SkipReason,
    /// Its sentence.
    pub sentence: String,
    /// How many.
    pub count: u64,
}

/// A plan as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanSummary {
    /// Keys by action.
    pub totals: PlanTotals,
    /// Skipped keys by reason, only reasons that occur.
    pub skipped: Vec<SkipCount>,
    /// Containers by number of documents after the sync, the largest 50.
    pub tags: Vec<TagCount>,
    /// How many containers there are.
    pub tag_count: u64,
    /// Bytes to send.
    pub bytes: u64,
    /// Objects that the listing shows.
    pub listed: u64,
    /// Documents held now.
    pub held: u64,
    /// Removals that a sync would hold back until a person confirms this number; 0 when it would hold back none.
    pub held_back: u64,
    /// The document limit.
    pub limit: u32,
    /// When the bucket was listed.
    pub listed_at: i64,
    /// Whether the listing reached its end.
    pub complete: bool,
}

/// Which part of a plan to show.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct PlanFilter {
    /// Only this action.
    #[ts(optional)]
    pub action: Option<PlanAction>,
    /// Only keys or tags that contain this text.
    pub text: String,
    /// From this row on.
    pub offset: u64,
    /// At most this many rows; 0 means 100.
    pub limit: u32,
}

/// A page of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanPage {
    /// The rows, in key order.
    pub items: Vec<PlanItem>,
    /// How many rows the filter leaves.
    pub total: u64,
}

/// The bucket's keys as seen for a draft, kept in memory until the next listing of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DraftListing {
    /// Names it in later calls.
    pub listing_id: String,
    /// How many keys were seen.
    pub keys: u64,
    /// Whether that is all of them; a large bucket is cut off.
    pub complete: bool,
    /// When.
    pub listed_at: i64,
}

/// What a draft's rules would do with the keys of a listing.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DraftPreview {
    /// Wrong tag fields; with any, `summary` and `page` are absent.
    pub field_errors: Vec<FieldError>,
    /// The whole.
    pub summary: Option<PlanSummary>,
    /// A part.
    pub page: Option<PlanPage>,
}

/// The app itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AppStatus {
    /// Version.
    pub version: String,
    /// Where state and library are.
    pub data_dir: String,
    /// SQLite's version.
    pub sqlite_version: String,
    /// Documents in the library.
    pub library_documents: u64,
    /// A damaged state file was set aside under this path when the app started.
    pub state_set_aside: Option<String>,
}

/// What a sync may do beyond the usual.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct SyncOptions {
    /// Removals that a person saw and confirmed; at most this many are carried out although they are unusually many.
    #[ts(optional)]
    pub confirm_removals: Option<u64>,
    /// Sends at most this many documents, of as many containers and file types as there are.
    #[ts(optional)]
    pub trial: Option<u32>,
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

/// What an edit would do, before it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EditPreview {
    /// Names it for `preview_page`.
    pub preview_id: String,
    /// The whole.
    pub summary: PlanSummary,
}

/// A document that is held or may be held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DocumentView {
    /// Key of its object.
    pub key: String,
    /// Version of its object.
    pub etag: String,
    /// Its container.
    pub tag: String,
    /// The engine's id (`customId`).
    pub id: String,
    /// How it stands.
    pub state: DocumentState,
    /// When it came into its state.
    pub changed_at: i64,
    /// Size of its object in bytes.
    pub size: u64,
    /// Why it was refused.
    pub refusal: Option<String>,
}

/// A page of a connection's documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DocumentPage {
    /// The documents, in the order in which their rows were made.
    pub documents: Vec<DocumentView>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<i64>,
}

/// What is known of one key: why it is, or is not, in the knowledge base.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyStory {
    /// The key.
    pub key: String,
    /// The answer, in plain words.
    pub sentence: String,
    /// When the bucket was last listed; `None`: never.
    pub listed_at: Option<i64>,
    /// Whether that listing showed the key.
    pub listed: bool,
    /// What the next sync does with it; `None` where there is nothing to do and nothing to show.
    pub plan: Option<PlanItem>,
    /// Its documents, oldest first.
    pub documents: Vec<DocumentView>,
    /// What became of it in earlier runs, newest first.
    pub history: Vec<KeyEvent>,
}

/// What became of a key in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyEvent {
    /// The run.
    pub run_id: String,
    /// The line.
    pub item: RunItem,
}

/// What an audit found: the state file's rows beside what the knowledge base holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AuditReport {
    /// Documents that the knowledge base holds for the connection.
    pub held: u64,
    /// Of these, documents that the state file did not know and knows now.
    pub adopted: u64,
    /// Rows whose document is not there any more; they are sent again.
    pub missing: u64,
    /// Documents whose id is not what connection, key, etag and tag give. They are left alone.
    pub foreign: u64,
}
