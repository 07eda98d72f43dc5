//! Documents of the library as faces see them, and links to the objects behind them.

use serde::Serialize;
use ts_rs::TS;

use crate::knowledge_base::TagCount;

/// A link that reads one object.
#[derive(Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ObjectLink {
    /// The address. Whoever has it may read the object until it expires.
    pub url: String,
    /// When it expires; `None` for an object that anybody may read.
    pub expires_at: Option<i64>,
}

impl std::fmt::Debug for ObjectLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectLink").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Containers that a text leaves, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TagPage {
    /// The largest of them.
    pub tags: Vec<TagCount>,
    /// How many the text leaves.
    pub total: u64,
    /// Documents in all containers, whatever the text.
    pub documents: u64,
    /// Containers in all, whatever the text.
    pub containers: u64,
}

/// A document that the library holds. Documents never change, so it has one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryDocument {
    /// The engine's id (`customId`).
    pub id: String,
    /// The library's own id.
    pub remote_id: String,
    /// The connection that owns it.
    pub connection_id: String,
    /// Bucket of its object.
    pub bucket: String,
    /// Key of its object.
    pub key: String,
    /// Version of its object, without quotes.
    pub etag: String,
    /// Its container.
    pub tag: String,
    /// Size of its object in bytes.
    pub size: u64,
    /// When its object was last modified, where the bucket told.
    pub modified: Option<i64>,
    /// When the library took it.
    pub added_at: i64,
    /// Its own title, or the file's name.
    pub title: String,
    /// Its text, where it was asked for.
    pub text: Option<String>,
}

/// A page of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryPage {
    /// The documents.
    pub documents: Vec<LibraryDocument>,
    /// How many the filter leaves.
    pub total: u64,
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryHit {
    /// It.
    pub document: LibraryDocument,
    /// From 0 to 1, higher is better; comparable within one reply only.
    pub score: f64,
    /// Its best passage.
    pub passage: String,
}

/// What was found, best first.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryHits {
    /// The best ones.
    pub hits: Vec<LibraryHit>,
    /// How many documents match.
    pub total: u64,
}
