//! Where documents go: the trait that every knowledge base obeys, and its laws.
//!
//! The engine asks a knowledge base for five things: take a document, say how documents stand, remove some,
//! list what it holds, search. Everything else (what is desired, when to remove) is the engine's.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::connection::{ConnectionId, Destination};
use crate::content::Content;
use crate::error::{Error, ErrorCode, Result};
use crate::object::{ETag, ObjectKey};
use crate::scope::Intake;
use crate::tag::ContainerTag;

pub mod address;
pub mod library;
pub mod supermemory;

pub use address::Address;
pub use supermemory::Tokens;

/// Id that the engine gives a document (`customId`): `s3-` and 40 hex digits, see [`crate::plan::document_id`].
pub type DocumentId = String;
/// Id that the knowledge base gives it.
pub type RemoteId = String;

/// One version of one object under one tag, with what is worth keeping beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The engine's id.
    pub id: DocumentId,
    /// The connection that owns it.
    pub connection: ConnectionId,
    /// Bucket, for the person who reads a search result.
    pub bucket: String,
    /// Key of the object.
    pub key: ObjectKey,
    /// Version of the object.
    pub etag: ETag,
    /// The container that it goes into.
    pub tag: ContainerTag,
    /// Size of the object, in bytes.
    pub size: u64,
    /// Last modified, in milliseconds since 1970 UTC.
    pub modified: Option<i64>,
}

/// Answer to a put. No answer at all (timeout, reset, 5xx) is an `Err`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// Taken; it will be indexed later.
    Accepted {
        /// Its id over there.
        remote_id: RemoteId,
    },
    /// Taken and searchable.
    Indexed {
        /// Its id over there.
        remote_id: RemoteId,
    },
    /// Refused for good, with the reason in one sentence; nothing of it is there.
    Refused {
        /// Why, for a program.
        code: ErrorCode,
        /// What a person reads.
        reason: String,
    },
    /// An answered "not now" (no credits, too many requests, a key that may not): nothing was taken, and the same put
    /// may be taken later.
    Declined(Error),
}

/// How a document stands over there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is being worked on.
    Processing {
        /// Its id over there.
        remote_id: RemoteId,
    },
    /// It is searchable.
    Indexed {
        /// Its id over there.
        remote_id: RemoteId,
    },
    /// It was taken and then failed; nothing of it can be found.
    Failed {
        /// Its id over there.
        remote_id: RemoteId,
        /// What a person reads.
        reason: String,
    },
    /// It is not there: a received "no", never the lack of an answer.
    Absent,
}

/// Answer to the removal of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// Nothing of it is there any more (also where nothing was).
    Gone,
    /// Not now: it is still processed.
    Busy,
}

/// A document as the knowledge base holds it: what the state file can be rebuilt from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The engine's id.
    pub id: DocumentId,
    /// Its id over there.
    pub remote_id: RemoteId,
    /// Key of the object.
    pub key: ObjectKey,
    /// Version of the object.
    pub etag: ETag,
    /// Its container.
    pub tag: ContainerTag,
}

/// A page of what a knowledge base holds for a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldPage {
    /// Documents, in the knowledge base's own order.
    pub documents: Vec<Held>,
    /// Documents that name the connection and do not say which object they are: nobody's to touch.
    pub foreign: u64,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

/// A connection that documents belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its id.
    pub connection: ConnectionId,
    /// How many documents of the bucket it has under the prefix that was asked about.
    pub documents: u64,
}

/// A search over what is held.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct SearchQuery {
    /// Words to look for; any text is legal.
    pub query: String,
    /// Only this container.
    #[ts(optional)]
    pub tag: Option<String>,
    /// Only this connection.
    #[ts(optional)]
    pub connection_id: Option<ConnectionId>,
    /// At most this many results; 0 means 20.
    pub limit: u32,
    /// Leaves out so many of the best results: they were shown before.
    pub offset: u32,
}

/// A piece of a snippet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SnippetPart {
    /// Text.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// One search result.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchResult {
    /// The engine's id of the document.
    pub document_id: DocumentId,
    /// The connection that owns it.
    pub connection_id: ConnectionId,
    /// Its bucket.
    pub bucket: String,
    /// Key of the object.
    pub key: ObjectKey,
    /// Its container.
    pub tag: String,
    /// Rank: higher is better; comparable within one reply only.
    pub score: f64,
    /// The best passage.
    pub snippet: Vec<SnippetPart>,
    /// Size of the object, in bytes.
    pub size: u64,
    /// Last modified, in milliseconds since 1970 UTC.
    pub modified: Option<i64>,
}

/// Results, best first.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchReply {
    /// The best ones, at most as many as asked for.
    pub results: Vec<SearchResult>,
    /// How many documents match.
    pub total: u64,
}

/// A container and how many documents it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TagCount {
    /// The tag.
    pub tag: String,
    /// Documents under it.
    pub count: u64,
}

/// What the knowledge base of a destination takes, as far as key and size tell.
pub fn intake(destination: &Destination) -> Intake {
    match destination {
        Destination::Library => library::intake(),
        Destination::Supermemory(_) => supermemory::intake(),
    }
}

/// A knowledge base.
///
/// Laws (the contract suite runs them against every implementation):
/// 1. `put` is idempotent: the same document twice is one document, with the same remote id.
/// 2. An `Ok` answer is true and durable: a crash right after it changes nothing. A refused document leaves nothing behind.
/// 3. There is no half document: after a crash at any point it is whole or absent.
/// 4. `ask` answers for every id, in order; `Absent` is a received "no".
/// 5. Removal is complete: once `Gone`, nothing of the document can be found. Removing what is absent is `Gone`.
/// 6. A search sees one container only, when one is named, and one connection only, when one is named.
/// 7. Documents never change: the same id always means the same bytes under the same tag.
/// 8. An `Err` of `put` means that nobody knows whether the document was taken; an answered "no" is [`Put::Declined`]
///    or [`Put::Refused`]. No put is repeated while an earlier one of the same document may still be under way.
#[async_trait]
pub trait KnowledgeBase: Send + Sync {
    /// Takes a document's bytes (the whole object; at most [`Intake::size_limit`]).
    async fn put(&self, document: &Document, content: Content) -> Result<Put>;
    /// How these documents stand, in the order asked.
    async fn ask(&self, ids: &[DocumentId]) -> Result<Vec<Standing>>;
    /// Removes by remote id, never by the engine's id; answers in order.
    async fn remove(&self, ids: &[RemoteId]) -> Result<Vec<Removal>>;
    /// What it holds for a connection, page by page: `after` is `next` of the page before, `limit` how many documents at
    /// most. What is put or removed meanwhile may be missing or come twice.
    async fn held(&self, connection: &ConnectionId, after: Option<&str>, limit: u32) -> Result<HeldPage>;
    /// The connections that have documents of this bucket with keys under this prefix.
    async fn owners(&self, bucket: &str, prefix: &str) -> Result<Vec<Owner>>;
    /// Searches.
    async fn search(&self, query: &SearchQuery) -> Result<SearchReply>;
    /// Every container with its number of documents, by tag.
    async fn tags(&self) -> Result<Vec<TagCount>>;
    /// Which organisation's documents these are, where the knowledge base tells: the same address with another answer
    /// holds other documents.
    async fn organisation(&self) -> Result<Option<String>>;
    /// What it takes, as far as key and size tell.
    fn intake(&self) -> Intake;
    /// How many documents are worth having on their way to it at once.
    fn lanes(&self) -> usize;
    /// How often it has asked for fewer requests so far.
    fn throttled(&self) -> u64;
    /// How long a put that was never answered may still land.
    fn landing_window(&self) -> Duration;
}
