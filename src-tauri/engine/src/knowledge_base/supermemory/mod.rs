//! Supermemory as a knowledge base, hosted or self-hosted, by its documented API.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::{
    Address, Document, DocumentId, HeldPage, KnowledgeBase, Owner, Put, RemoteId, Removal, SearchQuery, SearchReply,
    Standing, TagCount,
};
use crate::connection::ConnectionId;
use crate::error::{Error, ErrorCode, Result};
use crate::scope::Intake;
use crate::secrets::Secret;

/// The client of one Supermemory.
pub struct Supermemory {
    address: Address,
    _key: Option<Secret>,
}

/// What a Supermemory answered to a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// Whose documents it holds.
    pub organisation: Option<String>,
    /// Its plan.
    pub plan: Option<String>,
    /// Whether it has hosted connections.
    pub connectors: bool,
}

/// What it takes, as far as key and size tell.
pub fn intake() -> Intake {
    Intake { size_limit: 50_000_000, takes_extension: |_| true }
}

impl Supermemory {
    /// A client; nothing is asked yet.
    ///
    /// # Errors
    /// `internal` where no HTTP client can be made.
    pub fn new(address: &Address, key: Option<Secret>) -> Result<Self> {
        Ok(Self { address: address.clone(), _key: key })
    }

    /// Asks who it is and what it can do.
    ///
    /// # Errors
    /// What it says.
    pub async fn test(&self) -> Result<Tested> {
        self.missing()
    }

    fn missing<T>(&self) -> Result<T> {
        Err(Error::new(ErrorCode::Internal, format!("{} is not spoken to yet", self.address)))
    }
}

#[async_trait]
impl KnowledgeBase for Supermemory {
    async fn put(&self, _: &Document, _: Bytes) -> Result<Put> {
        self.missing()
    }
    async fn ask(&self, _: &[DocumentId]) -> Result<Vec<Standing>> {
        self.missing()
    }
    async fn remove(&self, _: &[RemoteId]) -> Result<Vec<Removal>> {
        self.missing()
    }
    async fn held(&self, _: &ConnectionId, _: Option<&str>, _: u32) -> Result<HeldPage> {
        self.missing()
    }
    async fn owners(&self, _: &str, _: &str) -> Result<Vec<Owner>> {
        self.missing()
    }
    async fn search(&self, _: &SearchQuery) -> Result<SearchReply> {
        self.missing()
    }
    async fn tags(&self) -> Result<Vec<TagCount>> {
        self.missing()
    }
    async fn organisation(&self) -> Result<Option<String>> {
        self.missing()
    }
    fn intake(&self) -> Intake {
        intake()
    }
    fn lanes(&self) -> usize {
        16
    }
    fn throttled(&self) -> u64 {
        0
    }
    fn landing_window(&self) -> Duration {
        Duration::from_secs(600)
    }
}
