//! The diagnostics file as faces show it.

use serde::Serialize;
use ts_rs::TS;

/// A report for somebody who helps, without names, buckets, addresses, keys and secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostics {
    /// Names it when it is saved.
    pub id: String,
    /// All of it.
    pub text: String,
}
