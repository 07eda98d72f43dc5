//! Documents and single keys as faces see them.

use serde::Serialize;
use ts_rs::TS;

use super::{PlanItem, RunItem};
use crate::plan::DocumentState;

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
    /// A person removed it: it is not sent again until it changes, or is asked for.
    pub removed_by_hand: bool,
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
    /// The stages that its object passes, in order, and how far it came.
    pub steps: Vec<StoryStep>,
    /// What a person can do for it now.
    pub next: NextAction,
    /// What the next sync does with it; `None` where there is nothing to do and nothing to show.
    pub plan: Option<PlanItem>,
    /// Its documents, oldest first.
    pub documents: Vec<DocumentView>,
    /// What became of it in earlier runs, newest first.
    pub history: Vec<KeyEvent>,
}

/// A stage on the way from an object to a search result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StoryStage {
    /// The bucket's listing shows it.
    Listed,
    /// Type, size and rules let it in.
    Admitted,
    /// It has a container.
    Tagged,
    /// Its document was sent.
    Sent,
    /// Its document can be found.
    Searchable,
}

/// How a stage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Passed.
    Done,
    /// It is here now, and goes on by itself or with the next sync.
    Current,
    /// It stopped here.
    Stopped,
    /// Not reached.
    Ahead,
}

/// One stage of a key's story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StoryStep {
    /// Which.
    pub stage: StoryStage,
    /// How it stands.
    pub state: StepState,
    /// When it came to that, where that is known.
    pub at: Option<i64>,
    /// What is to be told of it.
    pub sentence: String,
}

/// What a person can do for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NextAction {
    /// Nothing: it is where it should be, or stays out by what it is.
    Nothing,
    /// Wait: it goes on by itself.
    Wait,
    /// Sync.
    SyncNow,
    /// Try it again.
    Retry,
    /// Change the tag rule.
    EditTags,
    /// Change which objects are taken.
    EditScope,
    /// Raise the document limit.
    EditLimit,
    /// Look at the plan.
    ReviewPlan,
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
