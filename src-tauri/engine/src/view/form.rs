//! The form of a connection as it was left: kept so that a closed window costs nobody what was typed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::connection::{Addressing, OnGone};
use crate::scope::FilterDraft;
use crate::tag::{OnIllegalTag, OnNoMatch};

/// What was typed, letter by letter. There is no field for a secret, so none can be kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FormText {
    /// The chosen provider.
    pub provider: String,
    /// Account of a provider that has it in its address.
    pub account_id: String,
    /// Base URL.
    pub endpoint: String,
    /// Region.
    pub region: String,
    /// Bucket.
    pub bucket: String,
    /// The kind of credentials.
    pub credentials: String,
    /// Access key, by its id alone.
    pub access_key_id: String,
    /// Name of an AWS profile.
    pub profile: String,
    /// Prefix.
    pub prefix: String,
    /// Document limit.
    pub document_limit: String,
    /// Container tags.
    pub container_tags: String,
    /// Tag rule.
    pub container_tag_regex: String,
    /// For keys that the rule does not match.
    pub on_no_match: OnNoMatch,
    /// For captured values that are no tag.
    pub on_illegal_tag: OnIllegalTag,
    /// For documents whose object is gone.
    pub on_gone: OnGone,
    /// Include and exclude rules.
    pub filters: Vec<FilterDraft>,
    /// Largest size.
    pub max_size: String,
    /// File with certificates.
    pub ca_file: String,
    /// Whether whoever asks pays.
    pub requester_pays: bool,
    /// How the bucket's name travels.
    pub addressing: Addressing,
    /// Minutes between syncs.
    pub every_minutes: u32,
    /// Name.
    pub name: String,
    /// The kind of destination.
    pub destination: String,
    /// Address of a Supermemory of one's own.
    pub own_address: String,
    /// Address of the Supermemory whose cloud is to run it.
    pub cloud_address: String,
}

/// A form that was left before it was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WaitingForm {
    /// The connection that it edits; absent: it adds one.
    pub connection_id: Option<String>,
}

/// A form as it was left.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FormDraft {
    /// What was typed.
    pub typed: FormText,
    /// The step that was shown.
    pub step: u32,
    /// The farthest step that was reached.
    pub reached: u32,
}
