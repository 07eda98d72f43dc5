//! What happened between two runs of a connection.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the runs have changed for one key, taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It has a document now and had none before.
    Added,
    /// It has another document than before.
    Changed,
    /// It had a document and has none now.
    Removed,
    /// Nothing was changed, and what was tried last failed or was refused.
    Failed,
}

/// Keys by what changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChangeCounts {
    /// Added.
    pub added: u64,
    /// Changed.
    pub changed: u64,
    /// Removed.
    pub removed: u64,
    /// Failed.
    pub failed: u64,
}

/// What the runs after one run, up to and including another, have changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Names it for `compare_page`.
    pub comparison_id: String,
    /// The run that is compared with; what it did itself is not told.
    pub from: String,
    /// The last run that counts.
    pub to: String,
    /// How many runs count.
    pub runs: u64,
    /// Of these, runs whose lines are not kept any more: what they did is missing here.
    pub runs_without_lines: u64,
    /// Keys by what changed.
    pub counts: ChangeCounts,
}

/// Which part of a comparison to show.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct CompareFilter {
    /// Only this change.
    #[ts(optional)]
    pub change: Option<Change>,
    /// Only keys or tags that contain this text.
    pub text: String,
    /// From this row on.
    pub offset: u64,
    /// At most this many rows; 0 means 100.
    pub limit: u32,
}

/// One key of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CompareItem {
    /// Key.
    pub key: String,
    /// What changed.
    pub change: Change,
    /// The tag of its newest line.
    pub tag: String,
    /// When its newest line was written.
    pub at: i64,
    /// What was said when it last failed or was refused; `None` where that is not its newest line.
    pub failure: Option<String>,
    /// It failed or was refused before already.
    pub failed_before: bool,
}

/// A page of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ComparePage {
    /// The rows, in key order.
    pub items: Vec<CompareItem>,
    /// How many rows the filter leaves.
    pub total: u64,
}
