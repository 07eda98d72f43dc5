//! The rows that cross a border: what window, API and `s3c` are shown. Plain data, no secret, times in
//! milliseconds since 1970 UTC, sizes in bytes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::connection::{Addressing, Credentials, Destination, OnGone};
use crate::error::{ErrorView, FieldError};
use crate::knowledge_base::TagCount;
use crate::schedule::Pause;
use crate::scope::{FilterDraft, SkipReason};
use crate::tag::{OnIllegalTag, OnNoMatch};

mod comparison;
mod diagnostics;
mod doctor;
mod document;
mod form;
mod hosted;
mod knowledge_base;
mod library;
mod local_api;
mod profile;
mod run;
mod saved_file;
mod settings;
mod sign_in;
mod studio;
mod trouble;

pub use comparison::{Change, ChangeCounts, CompareFilter, CompareItem, ComparePage, Comparison};
pub use diagnostics::Diagnostics;
pub use doctor::{Fix, Rung, RungView, TestReport, Verdict};
pub use document::{
    AuditReport, DocumentPage, DocumentView, KeyEvent, KeyStory, NextAction, StepState, StoryStage, StoryStep,
};
pub use form::{FormDraft, FormText, WaitingForm};
pub use hosted::{HostedConnection, HostedDetails, HostedDocument, HostedRun, HostedRunState};
pub use knowledge_base::{KnowledgeBaseDraft, KnowledgeBaseReport, KnowledgeBaseView};
pub use library::{LibraryDocument, LibraryHit, LibraryHits, LibraryPage, ObjectLink, TagPage};
pub use local_api::{LocalApiSettings, LocalApiState, LocalApiView};
pub use profile::{AwsProfile, AwsProfiles, ProfileKind};
pub use run::{
    ItemOutcome, LineCounts, LineFilter, PauseLength, PlanDrift, Previewed, RunBar, RunFilter, RunItem, RunItems,
    RunPage, RunPhase, RunProgress, RunState, RunTrigger, RunView, SyncOptions,
};
pub use saved_file::SavedFile;
pub use settings::{AppSettings, MOST_TRANSFERS, Notifications, ProxyChoice};
pub use sign_in::{SignIn, SignInAgain, SignInStage};
pub use studio::{
    Collision, StudioAnswer, StudioRow, StudioRows, StudioTag, StudioTotals, StudioTrial, StudioView, Suggestion,
    TagSource,
};
pub use trouble::{TroubleCause, TroubleFix, TroubleKind, TroubleView};

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
    /// Where documents go: `library`, or the address of a Supermemory.
    #[ts(type = "string")]
    pub destination: Destination,
    /// Where credentials come from.
    pub credentials: Credentials,
    /// When it was added.
    pub created_at: i64,
    /// How it stands.
    pub state: ConnectionState,
    /// Documents that are held.
    pub documents: u64,
    /// Those that the knowledge base has taken and is not done with: still processed, or busy when they were to go. They
    /// are followed without a sync.
    pub waiting: u64,
    /// End of the last run that completed.
    pub last_complete_at: Option<i64>,
    /// When the next run is due; `None`: only by hand.
    pub next_due_at: Option<i64>,
    /// When its credentials end; `None` where that is not known, and where it is paused.
    pub sign_in: Option<SignIn>,
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
    /// A run is due and waits for the network: its storage cannot be reached.
    Offline,
    /// It is paused; the schedule leaves it alone.
    Paused,
    /// It is being deleted.
    Deleting,
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

impl PlanAction {
    /// The stable name used in JSON and CSV.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Retagged => "retagged",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Removed => "removed",
            Self::Kept => "kept",
        }
    }
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
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
    /// Tokens that a Supermemory may count for it.
    pub tokens: TokenEstimate,
    /// Objects that the listing shows.
    pub listed: u64,
    /// Documents held now.
    pub held: u64,
    /// Removals that a sync would hold back until a person confirms this number; 0 when it would hold back none.
    pub held_back: u64,
    /// Documents that go without a successor: what the brake counts, and what a yes is to.
    pub removals: u64,
    /// Documents that a trial would send.
    pub trial: u64,
    /// Stands for what would be sent and removed, key by key: equal for equal plans.
    pub fingerprint: String,
    /// The document limit.
    pub limit: u32,
    /// When the bucket was listed.
    pub listed_at: i64,
    /// Whether the listing reached its end.
    pub complete: bool,
}

/// Tokens of documents to send, as far as their sizes tell. Only Supermemory itself knows them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TokenEstimate {
    /// About so many for what is text: a token for every 4 bytes.
    pub text: u64,
    /// Documents whose size says nothing: PDFs, pictures, sound, film, office files.
    pub untold: u64,
}

/// What the rows of a plan are put in order by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PlanOrder {
    /// The bytes of the key: the order of the bucket.
    #[default]
    Key,
    /// Size; what has none comes last.
    Size,
    /// Last modified; what has no time comes last.
    Modified,
    /// Tag; what has none comes last.
    Tag,
    /// What happens, in the order of [`PlanAction`], and why.
    Action,
}

/// Which part of a plan to show, and in which order. The preview of a draft knows `action`, `text` and the part; it is in
/// key order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct PlanFilter {
    /// Only this action.
    #[ts(optional)]
    pub action: Option<PlanAction>,
    /// Only keys or tags that contain this text.
    pub text: String,
    /// Only what is skipped for this reason.
    #[ts(optional)]
    pub reason: Option<SkipReason>,
    /// Only keys of exactly this tag.
    #[ts(optional)]
    pub tag: Option<String>,
    /// Only what a trial would send.
    #[ts(as = "Option<bool>", optional)]
    pub trial: bool,
    /// Put in order by this.
    #[ts(as = "Option<PlanOrder>", optional)]
    pub order: PlanOrder,
    /// The other way round.
    #[ts(as = "Option<bool>", optional)]
    pub descending: bool,
    /// From this row on.
    pub offset: u64,
    /// At most this many rows; 0 means 100.
    pub limit: u32,
}

/// A page of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanPage {
    /// The rows, in the order that was asked for.
    pub items: Vec<PlanItem>,
    /// How many rows the filter leaves.
    pub total: u64,
}

/// The bucket's keys as seen for a draft, kept in memory until the next listing of a draft, or until the form is left.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DraftListing {
    /// Names it in later calls.
    pub listing_id: String,
    /// How many keys were seen so far.
    pub keys: u64,
    /// Whether that is all of them.
    pub complete: bool,
    /// More are on their way. What neither is complete nor goes on was cut off: it is very large, or `error` says why.
    pub under_way: bool,
    /// When.
    pub listed_at: i64,
    /// What ended it.
    pub error: Option<ErrorView>,
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
    /// How many keys of the listing each include or exclude rule decides about, in the order of the rules: those that it
    /// matches and no later one does.
    pub rule_hits: Vec<u64>,
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
    /// Bytes that the data folder takes.
    pub data_bytes: u64,
    /// A damaged state file was set aside under this path when the app started.
    pub state_set_aside: Option<String>,
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
