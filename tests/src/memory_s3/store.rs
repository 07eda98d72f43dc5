//! What the server knows: buckets, access keys, faults, and what was asked.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;

use super::fault::{Fault, On, Planned};
use crate::loopback::gate::Hold;

/// An object as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its etag, without quotes.
    pub etag: String,
    /// When it was written.
    pub modified: SystemTime,
    /// Its storage class; `None` is the standard one. `GLACIER` and `DEEP_ARCHIVE` cannot be read.
    pub storage_class: Option<String>,
}

impl StoredObject {
    /// An object of the standard class, written now. Its etag depends on the bytes alone.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let etag = format!("{:016x}{:016x}", hasher.finish(), bytes.len());
        Self { bytes, etag, modified: SystemTime::now(), storage_class: None }
    }

    /// The same in another storage class.
    pub fn in_class(self, class: &str) -> Self {
        Self { storage_class: Some(class.to_owned()), ..self }
    }
}

/// What an access key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// List and get.
    Everything,
    /// List, not get.
    ListOnly,
    /// Get, not list.
    GetOnly,
    /// The key is known and may do nothing.
    Nothing,
}

impl Rights {
    pub(super) fn allow(self, operation: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::ListOnly => matches!(operation, "ListObjectsV2" | "ListObjects"),
            Self::GetOnly => operation == "GetObject",
            Self::Nothing => false,
        }
    }
}

/// One request that reached the server with a good signature, or without any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// S3's name of the operation.
    pub operation: String,
    /// The access key id; `None` without a signature.
    pub access_key: Option<String>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The key.
    pub key: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Bucket {
    pub(super) objects: BTreeMap<String, StoredObject>,
    pub(super) forbidden: bool,
    pub(super) public: bool,
    pub(super) requester_pays: bool,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) buckets: BTreeMap<String, Bucket>,
    /// Access key id → secret and rights.
    pub(super) keys: HashMap<String, (String, Rights)>,
    pub(super) page_size: usize,
    pub(super) encodes_keys: bool,
    /// `encoding-type` is an error.
    pub(super) refuses_encoding: bool,
    /// `ListObjectsV2` is not known.
    pub(super) is_old: bool,
    /// Buckets are hosts under this name …
    pub(super) domain: Option<String>,
    /// … and refused in a path.
    pub(super) only_hosts: bool,
    /// Requests signed for another region are refused with this one.
    pub(super) region: Option<String>,
    /// Seconds by which the server's clock is ahead; with it, requests from another time are refused.
    pub(super) clock_ahead: i64,
    pub(super) faults: Vec<Planned>,
    pub(super) gates: Vec<(On, Hold)>,
    pub(super) seen: Vec<Seen>,
}

/// The state behind its lock.
#[derive(Debug)]
pub(super) struct Store(Mutex<State>);

impl Default for Store {
    fn default() -> Self {
        Self(Mutex::new(State {
            buckets: BTreeMap::new(),
            keys: HashMap::new(),
            page_size: 1_000,
            encodes_keys: true,
            refuses_encoding: false,
            is_old: false,
            domain: None,
            only_hosts: false,
            region: None,
            clock_ahead: 0,
            faults: Vec::new(),
            gates: Vec::new(),
            seen: Vec::new(),
        }))
    }
}

impl Store {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add_fault(&self, left: Option<u32>, on: On, fault: Fault) {
        self.state().faults.push(Planned { left, on, fault });
    }
}
