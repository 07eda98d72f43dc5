//! Supermemory as a knowledge base, hosted or self-hosted, by its documented API
//! (<https://supermemory.ai/docs/api-reference>).
//!
//! What it does not promise is not relied on: identity is proven by a document's own metadata and tag, never by position
//! or `customId` alone; an old 404 says "not there", and a lost answer says nothing. A document goes by one request of its
//! own, so that every answer belongs to one document for sure.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::{
    Address, Document, DocumentId, HeldPage, KnowledgeBase, Owner, Put, RemoteId, Removal, SearchQuery, SearchReply,
    Standing, TagCount,
};
use crate::connection::ConnectionId;
use crate::content::Content;
use crate::error::Result;
use crate::network::Proxy;
use crate::scope::Intake;
use crate::secrets::Secret;

mod census;
mod client;
mod content;
mod documents;
mod excerpt;
mod hosted;
mod lists;
mod refusal;
mod search;
mod tokens;
mod types;

use census::SharedCensus;
pub use client::REQUESTS;
use client::{Client, Repeat};
pub use hosted::NewHosted;
pub use tokens::Tokens;

/// Documents on their way at once: more than there are requests at once, so that fetching the next objects and writing
/// down the last ones leaves no request waiting for its turn unused.
const LANES: usize = 24;
/// How long a put without an answer may still land.
const LANDING_WINDOW: Duration = Duration::from_secs(600);

/// The client of one Supermemory.
pub struct Supermemory {
    address: Address,
    client: Client,
    census: SharedCensus,
}

impl std::fmt::Debug for Supermemory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Supermemory({})", self.address)
    }
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
    Intake { size_limit: content::LARGEST_FILE, takes_extension: types::takes_extension }
}

/// What `GET /v3/session` tells. It is not part of the published API; every client of Supermemory's own checks keys
/// with it.
#[derive(Default, Deserialize)]
struct Session {
    org: Option<Organisation>,
    plan: Option<String>,
}

#[derive(Deserialize)]
struct Organisation {
    id: String,
}

impl Supermemory {
    /// A client; nothing is asked yet.
    ///
    /// # Errors
    /// `api_key_rejected` for a key that cannot be one; `internal` where no HTTP client can be made.
    pub fn new(address: &Address, key: Option<Secret>) -> Result<Self> {
        Self::through(&Proxy::default(), address, key)
    }

    /// The same, through another proxy than the system's.
    ///
    /// # Errors
    /// As [`Supermemory::new`].
    pub fn through(proxy: &Proxy, address: &Address, key: Option<Secret>) -> Result<Self> {
        let client = Client::new(address, key, proxy)?;
        Ok(Self { address: address.clone(), client, census: Default::default() })
    }

    /// Asks who it is and what it can do.
    ///
    /// # Errors
    /// What it says.
    pub async fn test(&self) -> Result<Tested> {
        let session = self.session().await?;
        // A server without sessions checks the key here.
        lists::page(&self.client, json!({ "limit": 1, "page": 1 })).await?;
        let request = || self.client.request(Method::POST, &["v3", "connections", "list"]).json(&json!({}));
        let reply = self.client.answer(Repeat::Safe, request).await?;
        let connectors = match reply.status {
            // It has them where the plan, or the key, does not allow them: making one then says what is missing.
            200..=299 | 403 => true,
            404 | 405 | 501 => false,
            _ => return Err(reply.refusal()),
        };
        Ok(Tested { organisation: session.org.map(|org| org.id), plan: session.plan, connectors })
    }

    async fn session(&self) -> Result<Session> {
        let request = || self.client.request(Method::GET, &["v3", "session"]);
        let reply = self.client.answer(Repeat::Safe, request).await?;
        // A self-hosted server may have no such route, and a key for single containers may not ask.
        if reply.is_no_route() || reply.status == 403 { Ok(Session::default()) } else { reply.json() }
    }
}

#[async_trait]
impl KnowledgeBase for Supermemory {
    async fn put(&self, document: &Document, content: Content) -> Result<Put> {
        let answer = documents::put(&self.client, document, content).await;
        match &answer {
            Ok(Put::Accepted { remote_id }) => self.census.put(&document.id, Some(remote_id)),
            Ok(Put::Indexed { .. }) => self.census.put(&document.id, None),
            Ok(Put::Refused { .. } | Put::Declined(_)) | Err(_) => {}
        }
        answer
    }

    async fn ask(&self, ids: &[DocumentId]) -> Result<Vec<Standing>> {
        census::ask(&self.client, &self.census, ids).await
    }

    async fn remove(&self, ids: &[RemoteId]) -> Result<Vec<Removal>> {
        let answer = documents::remove(&self.client, ids).await;
        // Whatever the answer: some of them may be gone.
        self.census.removed(ids).await;
        answer
    }

    async fn held(&self, connection: &ConnectionId, after: Option<&str>, limit: u32) -> Result<HeldPage> {
        lists::held(&self.client, connection, after, limit).await
    }

    async fn owners(&self, bucket: &str, prefix: &str) -> Result<Vec<Owner>> {
        lists::owners(&self.client, bucket, prefix).await
    }

    async fn search(&self, query: &SearchQuery) -> Result<SearchReply> {
        search::search(&self.client, query).await
    }

    async fn tags(&self) -> Result<Vec<TagCount>> {
        lists::tags(&self.client).await
    }

    async fn organisation(&self) -> Result<Option<String>> {
        Ok(self.session().await?.org.map(|org| org.id))
    }

    fn intake(&self) -> Intake {
        intake()
    }

    fn lanes(&self) -> usize {
        LANES
    }

    fn throttled(&self) -> u64 {
        self.client.throttled()
    }

    fn landing_window(&self) -> Duration {
        LANDING_WINDOW
    }
}
