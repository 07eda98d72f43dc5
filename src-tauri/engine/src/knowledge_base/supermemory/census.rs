//! How many documents stand, at a few requests: what is being processed comes as one list, and what was put lately
//! stands on the newest pages of the list of all.
//!
//! After a large sync thousands of rows are asked about in groups, one right after the other. The pages read for one
//! group are therefore kept for the next ones, for a few seconds: until something is put, or somebody asks again about
//! what was still processed. Kept is only what was seen to be there; that something is absent is never concluded from a
//! list (the one of what is processed forgets after four hours, and pages shift), nor in the first minute after a put that
//! was answered: what was just taken may not be shown yet (<https://github.com/supermemoryai/supermemory/issues/508>).

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::client::{Client, REQUESTS, Repeat};
use super::documents::{self, Item};
use super::lists::{self, Page};
use crate::error::Result;
use crate::knowledge_base::{DocumentId, RemoteId, Standing};

/// Up to so many documents are asked about one by one.
const FEW: usize = 20;
/// How long what was read is kept.
const FRESH: Duration = Duration::from_secs(15);
/// How long a document that was taken may not be shown.
const UNSEEN: Duration = Duration::from_secs(60);
/// So many documents are remembered before those that were put long ago are forgotten.
const REMEMBERED: usize = 4_096;

/// What was read lately.
#[derive(Default)]
struct Census {
    since: Option<Instant>,
    seen: HashMap<DocumentId, Standing>,
    /// Those that were told to be processed: whoever asks about one again wants news.
    told: HashSet<DocumentId>,
    /// The next page of the list of all, newest first.
    page: u32,
    /// The list has no further page.
    ended: bool,
}

#[derive(Deserialize)]
struct Processing {
    #[serde(default)]
    documents: Vec<Item>,
}

/// What was read lately, for everybody who asks.
#[derive(Default)]
pub struct SharedCensus {
    census: tokio::sync::Mutex<Census>,
    outdated: AtomicBool,
    lately: Mutex<Lately>,
}

/// What was put lately.
#[derive(Default)]
struct Lately {
    taken: HashMap<DocumentId, (RemoteId, Instant)>,
    /// How many there were after those of long ago were forgotten.
    kept: usize,
}

impl SharedCensus {
    /// A document was taken: it is on none of the pages that were read.
    pub fn put(&self, id: &DocumentId, remote_id: &RemoteId) {
        self.outdated.store(true, Relaxed);
        let mut lately = self.lately();
        lately.taken.insert(id.clone(), (remote_id.clone(), Instant::now()));
        if lately.taken.len() > lately.kept + REMEMBERED {
            lately.taken.retain(|_, (_, at)| at.elapsed() < UNSEEN);
            lately.kept = lately.taken.len();
        }
    }

    /// Documents were removed, or may have been: they are not seen any more.
    pub async fn removed(&self, ids: &[RemoteId]) {
        let removed: HashSet<&RemoteId> = ids.iter().collect();
        self.lately().taken.retain(|_, (remote_id, _)| !removed.contains(remote_id));
        self.census.lock().await.forget(&removed);
    }

    /// What is not shown and was taken a moment ago is being worked on.
    fn believed(&self, id: &DocumentId, standing: Standing) -> Standing {
        if standing != Standing::Absent {
            return standing;
        }
        match self.lately().taken.get(id) {
            Some((remote_id, at)) if at.elapsed() < UNSEEN => Standing::Processing { remote_id: remote_id.clone() },
            Some(_) | None => Standing::Absent,
        }
    }

    fn lately(&self) -> MutexGuard<'_, Lately> {
        self.lately.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How these documents stand, in the order asked.
pub async fn ask(client: &Client, shared: &SharedCensus, ids: &[DocumentId]) -> Result<Vec<Standing>> {
    let standings =
        if ids.len() <= FEW { documents::ask_each(client, ids).await? } else { ask_many(client, shared, ids).await? };
    Ok(ids.iter().zip(standings).map(|(id, standing)| shared.believed(id, standing)).collect())
}

async fn ask_many(client: &Client, shared: &SharedCensus, ids: &[DocumentId]) -> Result<Vec<Standing>> {
    let mut census = shared.census.lock().await;
    if shared.outdated.swap(false, Relaxed) {
        census.since = None;
    }
    let known = census.look_up(client, ids).await?;
    drop(census);
    let unknown: Vec<DocumentId> =
        ids.iter().zip(&known).filter(|(_, s)| s.is_none()).map(|(id, _)| id.clone()).collect();
    let mut asked = documents::ask_each(client, &unknown).await?.into_iter();
    let standings = known.into_iter().map(|standing| standing.or_else(|| asked.next()).unwrap_or(Standing::Absent));
    Ok(standings.collect())
}

impl Census {
    async fn look_up(&mut self, client: &Client, ids: &[DocumentId]) -> Result<Vec<Option<Standing>>> {
        let is_stale = self.since.is_none_or(|since| since.elapsed() > FRESH);
        if is_stale || ids.iter().any(|id| self.told.contains(id)) {
            *self = Self { since: Some(Instant::now()), page: 1, ..Self::default() };
            self.read_processing(client).await?;
        }
        // Pages are worth reading as long as they cost less than asking for each document that is missing.
        let mut pages = self.missing(ids) / 2;
        while pages > 0 && !self.ended && self.missing(ids) > FEW {
            let together = REQUESTS.min(pages);
            self.read_pages(client, together as u32).await?;
            pages -= together;
        }
        let processed = |id: &&DocumentId| matches!(self.seen.get(*id), Some(Standing::Processing { .. }));
        let told: Vec<DocumentId> = ids.iter().filter(processed).cloned().collect();
        self.told.extend(told);
        Ok(ids.iter().map(|id| self.seen.get(id).cloned()).collect())
    }

    fn forget(&mut self, ids: &HashSet<&RemoteId>) {
        self.seen.retain(|_, standing| match standing {
            Standing::Processing { remote_id }
            | Standing::Indexed { remote_id }
            | Standing::Failed { remote_id, .. } => !ids.contains(&*remote_id),
            Standing::Absent => false,
        });
    }

    fn missing(&self, ids: &[DocumentId]) -> usize {
        ids.iter().filter(|id| !self.seen.contains_key(*id)).count()
    }

    async fn read_processing(&mut self, client: &Client) -> Result<()> {
        let request = || client.request(Method::GET, &["v3", "documents", "processing"]);
        let reply = client.answer(Repeat::Safe, request).await?;
        if !reply.is_no_route() {
            self.see(reply.json::<Processing>()?.documents);
        }
        Ok(())
    }

    async fn read_pages(&mut self, client: &Client, count: u32) -> Result<()> {
        let numbers = self.page..self.page + count;
        let read = |number| async move {
            let query = json!({ "limit": lists::PAGE, "page": number, "sort": "createdAt", "order": "desc" });
            lists::page(client, query).await
        };
        let pages: Vec<Page> = stream::iter(numbers).map(read).buffered(REQUESTS).try_collect().await?;
        self.page += count;
        for page in pages {
            self.ended |= page.is_last();
            self.see(page.documents);
        }
        Ok(())
    }

    fn see(&mut self, items: Vec<Item>) {
        for item in items {
            // A list does not say why a document failed; it is asked about by itself.
            let standing = item.standing();
            if matches!(standing, Standing::Failed { .. }) {
                continue;
            }
            // The list of all is read later, and knows better than that of what was being processed.
            if let Some(id) = item.proven_id() {
                self.seen.insert(id, standing);
            }
        }
    }
}
