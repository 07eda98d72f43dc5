//! How many documents stand, at a few requests: what is being processed comes as one list, and what was put lately
//! stands on the newest pages of the list of all.
//!
//! After a large sync thousands of rows are asked about in groups, one right after the other. The pages read for one
//! group are therefore kept for the next ones, for a few seconds. Kept is only what was seen to be there; that something
//! is absent is never concluded from a list (the one of what is processed forgets after four hours, and pages shift).

use std::collections::HashMap;
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

/// What was read lately.
#[derive(Default)]
pub struct Census {
    since: Option<Instant>,
    seen: HashMap<DocumentId, Standing>,
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

/// How these documents stand, in the order asked.
pub async fn ask(client: &Client, census: &tokio::sync::Mutex<Census>, ids: &[DocumentId]) -> Result<Vec<Standing>> {
    if ids.len() <= FEW {
        return documents::ask_each(client, ids).await;
    }
    let known = census.lock().await.look_up(client, ids).await?;
    let unknown: Vec<DocumentId> =
        ids.iter().zip(&known).filter(|(_, s)| s.is_none()).map(|(id, _)| id.clone()).collect();
    let mut asked = documents::ask_each(client, &unknown).await?.into_iter();
    let standings = known.into_iter().map(|standing| standing.or_else(|| asked.next()).unwrap_or(Standing::Absent));
    Ok(standings.collect())
}

impl Census {
    async fn look_up(&mut self, client: &Client, ids: &[DocumentId]) -> Result<Vec<Option<Standing>>> {
        if self.since.is_none_or(|since| since.elapsed() > FRESH) {
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
        Ok(ids.iter().map(|id| self.seen.get(id).cloned()).collect())
    }

    /// Documents that were removed are not seen any more.
    pub fn forget(&mut self, ids: &[RemoteId]) {
        self.seen.retain(|_, standing| match standing {
            Standing::Processing { remote_id }
            | Standing::Indexed { remote_id }
            | Standing::Failed { remote_id, .. } => !ids.contains(remote_id),
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
