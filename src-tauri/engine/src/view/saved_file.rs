//! A file that a person keeps, as faces tell of it.

use serde::Serialize;
use ts_rs::TS;

/// A file that was written for a person to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedFile {
    /// Where it is.
    pub path: String,
    /// Its name.
    pub name: String,
}
