//! What the server knows: documents, connections, what is to go wrong, and what was asked.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::connections::StoredConnection;
use super::faults::{On, Planned};
use super::log::Seen;
use super::quirks::{Pipeline, Quirks};
use crate::loopback::gate::Hold;

/// How a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It was taken, and so much was done about it.
    Processing(u32),
    /// It can be searched.
    Done,
    /// It was taken and then failed.
    Failed,
}

/// What a file brought beside its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMeta {
    /// `filename` of the form.
    pub name: Option<String>,
    /// `Content-Type` of the part.
    pub content_type: Option<String>,
    /// `fileType` of the form.
    pub file_type: Option<String>,
    /// `mimeType` of the form.
    pub mime_type: Option<String>,
    /// Size in bytes.
    pub size: usize,
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
}

/// A document as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredDocument {
    /// The server's id.
    pub id: String,
    /// The client's id.
    pub custom_id: Option<String>,
    /// Its tags; the order counts.
    pub tags: Vec<String>,
    /// Its text: what was sent, or what a file holds where that is UTF-8.
    pub content: String,
    /// What came by the file route.
    pub file: Option<FileMeta>,
    /// Its metadata.
    pub metadata: Map<String, Value>,
    /// Its path.
    pub filepath: Option<String>,
    /// `memory` or `superrag`.
    pub task_type: String,
    /// How it stands.
    pub status: Status,
    /// The hosted connection that brought it.
    pub connection: Option<String>,
    /// When it came, in milliseconds since 1970 UTC.
    pub created: i64,
    /// When it was last written, likewise.
    pub updated: i64,
    /// How often it was asked for before it could be seen.
    pub(super) asked: u32,
}

impl StoredDocument {
    /// Whether it is worked on.
    pub fn is_processing(&self) -> bool {
        matches!(self.status, Status::Processing(_))
    }
}

/// Everything, behind one lock.
#[derive(Debug, Default)]
pub(super) struct Store {
    state: Mutex<State>,
}

impl Store {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A handler that panicked has failed its test already.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) quirks: Quirks,
    pub(super) keys: BTreeSet<String>,
    /// By the number of their arrival.
    pub(super) documents: BTreeMap<u64, StoredDocument>,
    ids: HashMap<String, u64>,
    /// By the client's id; one for each set of tags.
    custom_ids: HashMap<String, BTreeSet<u64>>,
    processing: BTreeSet<u64>,
    pub(super) connections: Vec<StoredConnection>,
    pub(super) faults: Vec<Planned>,
    pub(super) gates: Vec<(On, Hold)>,
    /// Requests whose client has given up, and which are still on their way.
    pub(super) late: Vec<axum::http::Request<Bytes>>,
    pub(super) seen: Vec<Seen>,
    pub(super) violations: Vec<String>,
    pub(super) hazards: Vec<String>,
    pub(super) busy: usize,
    pub(super) most_busy: usize,
    last_number: u64,
}

impl State {
    /// Number and document behind the server's id, or else the client's: of several with that id one of them.
    pub(super) fn find(&self, id: &str) -> Option<u64> {
        let custom = || self.custom_ids.get(id).and_then(|numbers| numbers.first().copied());
        self.ids.get(id).copied().or_else(custom)
    }

    /// The document that a write with this id under exactly these tags is about.
    pub(super) fn identify(&self, custom_id: &str, tags: &[String]) -> Option<u64> {
        let mut numbers = self.custom_ids.get(custom_id)?.iter();
        numbers.find(|number| self.documents[number].tags == tags).copied()
    }

    /// Keeps a new document, and gives it an id.
    pub(super) fn keep(&mut self, mut document: StoredDocument) -> u64 {
        self.last_number += 1;
        let number = self.last_number;
        document.id = identifier("document", number);
        self.ids.insert(document.id.clone(), number);
        if let Some(custom_id) = &document.custom_id {
            self.custom_ids.entry(custom_id.clone()).or_default().insert(number);
        }
        self.documents.insert(number, document);
        number
    }

    /// Another id, made the same way.
    pub(super) fn next_id(&mut self, kind: &str) -> String {
        self.last_number += 1;
        identifier(kind, self.last_number)
    }

    /// Changes the client's id of a document.
    pub(super) fn rename(&mut self, number: u64, custom_id: String) {
        let Some(document) = self.documents.get_mut(&number) else { return };
        let old = document.custom_id.replace(custom_id.clone());
        if let Some(numbers) = old.and_then(|old| self.custom_ids.get_mut(&old)) {
            numbers.remove(&number);
        }
        self.custom_ids.entry(custom_id).or_default().insert(number);
    }

    /// Takes a document out.
    pub(super) fn forget(&mut self, number: u64) -> Option<StoredDocument> {
        let document = self.documents.remove(&number)?;
        self.ids.remove(&document.id);
        self.processing.remove(&number);
        if let Some(custom_id) = &document.custom_id
            && let Some(numbers) = self.custom_ids.get_mut(custom_id)
        {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.custom_ids.remove(custom_id);
            }
        }
        Some(document)
    }

    /// A document has new content: it goes through the pipeline.
    pub(super) fn begin(&mut self, number: u64) {
        if let Some(document) = self.documents.get_mut(&number) {
            document.status = Status::Processing(0);
            self.processing.insert(number);
            if self.quirks.pipeline == Pipeline::Instant {
                self.finish(number);
            }
        }
    }

    /// The pipeline is through with a document.
    fn finish(&mut self, number: u64) {
        let Some(document) = self.documents.get_mut(&number) else { return };
        let has = |marker: &Option<String>| marker.as_ref().is_some_and(|marker| document.content.contains(marker));
        let (fails, vanishes) = (has(&self.quirks.fails_on), has(&self.quirks.vanishes_on));
        document.status = if fails { Status::Failed } else { Status::Done };
        self.processing.remove(&number);
        if vanishes {
            self.forget(number);
        }
    }

    /// What is in progress, the oldest first.
    pub(super) fn processing(&self) -> Vec<u64> {
        self.processing.iter().copied().collect()
    }

    /// What is worked on: the oldest that have a slot.
    fn worked_on(&self) -> Vec<u64> {
        self.processing.iter().take(self.quirks.slots.unwrap_or(usize::MAX)).copied().collect()
    }

    /// Somebody looks at one document, or at all: the time that passes between looks.
    pub(super) fn look(&mut self, number: Option<u64>) {
        let Pipeline::Polls(polls) = self.quirks.pipeline else { return };
        for worked_on in self.worked_on() {
            if number.is_some_and(|number| number != worked_on) {
                continue;
            }
            match self.documents.get_mut(&worked_on).map(|document| &mut document.status) {
                Some(Status::Processing(seen)) if *seen < polls => *seen += 1,
                _ => self.finish(worked_on),
            }
        }
    }

    /// Ends the work on everything that has a slot; says how much that was.
    pub(super) fn work(&mut self) -> usize {
        let ready = self.worked_on();
        ready.iter().for_each(|number| self.finish(*number));
        ready.len()
    }

    /// A restart begins anew with what was in progress.
    pub(super) fn begin_anew(&mut self) {
        for number in self.processing() {
            if let Some(document) = self.documents.get_mut(&number) {
                document.status = Status::Processing(0);
            }
        }
    }
}

/// Milliseconds since 1970 UTC.
pub(super) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// A time as the API writes it.
pub(super) fn time(milliseconds: i64) -> String {
    let time = Timestamp::from_millisecond(milliseconds).expect("a time of this century");
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// 22 characters that look like those of the server, and differ for each number.
fn identifier(kind: &str, number: u64) -> String {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let hash = Sha256::digest(format!("{kind} {number}"));
    hash.iter().take(22).map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
}
