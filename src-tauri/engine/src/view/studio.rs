//! What the tag studio shows while a rule is typed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::PlanItem;
use crate::error::FieldError;

/// Where a key's tag comes from, or why it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TagSource {
    /// The rule captured it.
    Captured,
    /// The rule captured what is no legal tag; its illegal characters are replaced.
    Replaced,
    /// There is no rule: it is the connection's first tag.
    Given,
    /// The rule does not match: it is the connection's first tag.
    Fallback,
    /// The rule does not match, or there is none, and no tag stands in.
    Nothing,
    /// The rule captured what is no legal tag.
    Illegal,
}

/// A key, judged by a rule that is being typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StudioRow {
    /// Its place in the listing; names it for `studio_rows`.
    pub at: u32,
    /// What a sync does with it.
    pub item: PlanItem,
    /// Where its tag comes from.
    pub source: TagSource,
    /// Its tag is shared by keys of another source, as far as the last totals tell.
    pub collides: bool,
}

/// Rows of the studio.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StudioRows {
    /// Wrong fields; with any, the rows are judged as if there were no tags.
    pub field_errors: Vec<FieldError>,
    /// The rows.
    pub rows: Vec<StudioRow>,
    /// How many there are in all.
    pub total: u64,
}

/// Which keys the studio shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StudioView {
    /// All, those that need a look first.
    All,
    /// Colliding and illegal tags.
    NeedsLook,
    /// Keys whose tag the rule finds.
    Matched,
    /// Keys that the rule does not match.
    NoMatch,
    /// Keys with this tag.
    Tag {
        /// The tag.
        tag: String,
    },
}

/// A container and the keys that it gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StudioTag {
    /// The tag.
    pub tag: String,
    /// Keys.
    pub count: u64,
    /// They are of more than one source.
    pub collides: bool,
}

/// One tag for keys of more than one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Collision {
    /// The tag.
    pub tag: String,
    /// What was captured, the first few.
    pub values: Vec<String>,
    /// There are more of them.
    pub more: bool,
    /// It is also the tag of keys that the rule does not match.
    pub fallback: bool,
    /// Keys with this tag.
    pub count: u64,
}

/// What a rule does with all keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StudioTotals {
    /// Keys.
    pub all: u64,
    /// Keys that have a tag of the rule, or of the connection where there is no rule.
    pub matched: u64,
    /// Keys that the rule does not match.
    pub no_match: u64,
    /// Keys whose captured value is no legal tag.
    pub illegal: u64,
    /// Keys that share a tag with keys of another source.
    pub colliding: u64,
    /// Keys that get no document whatever their tag is: type, size, other rules.
    pub skipped: u64,
    /// Containers by number of keys, the largest 50.
    pub tags: Vec<StudioTag>,
    /// How many containers there are.
    pub tag_count: u64,
    /// Tags that keys of more than one source share, the first 20.
    pub collisions: Vec<Collision>,
    /// How many such tags there are.
    pub collision_count: u64,
}

/// The answer to a question about all keys.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StudioAnswer {
    /// Wrong fields; with any, there are no totals.
    pub field_errors: Vec<FieldError>,
    /// The totals; absent too when a newer question took the place of this one.
    pub totals: Option<StudioTotals>,
    /// How many keys of the listing they are about.
    pub keys: u64,
}

/// Keys of a person's own, judged.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StudioTrial {
    /// Wrong fields; with any, there are no rows.
    pub field_errors: Vec<FieldError>,
    /// A row for each key, in the order in which they were typed.
    pub rows: Vec<StudioRow>,
    /// Tags that keys of more than one source share.
    pub collisions: Vec<Collision>,
}

/// A rule that the shape of the keys suggests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Suggestion {
    /// The rule.
    pub rule: String,
    /// Keys that it matches.
    pub matched: u64,
    /// Tags that it makes.
    pub tags: u64,
}
