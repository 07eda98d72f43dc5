//! Where the keys of a draft come from, part by part: the bucket itself, or the last listing in the state file. Both bring
//! the documents along that an edited connection holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::DocumentRow;
use crate::slices::{self, Listing, STREAMS};
use crate::source::ObjectSource;
use crate::store::keys::{self, KeyRow};
use crate::store::{Store, documents};
use crate::studio::Block;

use super::drafts::DRAFT_KEYS;

/// Keys on their way.
pub(super) struct Feed {
    store: Arc<Store>,
    /// The connection that is edited.
    number: Option<i64>,
    prefix: String,
    from: From,
}

enum From {
    Bucket(Box<Ahead>),
    /// After this key.
    Records(String),
}

/// Parts of a listing come in no order. Those that came too early wait, in the little room that keys of a draft take; when
/// there are as many of them as a draft keeps, only what is next is asked for.
struct Ahead {
    listing: Listing,
    waiting: BTreeMap<String, (Option<String>, Part)>,
    keys: usize,
    /// Where the next part begins; `None`: nothing follows.
    next: Option<String>,
}

/// The next keys.
pub(super) struct Part {
    /// Those that the listing shows.
    pub block: Block,
    /// Those that documents are held of although it does not show them.
    pub strays: Vec<KeyRow>,
    /// Nothing follows.
    pub is_last: bool,
}

impl Feed {
    /// What the state file says that the bucket showed.
    pub fn records(store: &Arc<Store>, number: i64, prefix: String) -> Self {
        Self { store: Arc::clone(store), number: Some(number), prefix, from: From::Records(String::new()) }
    }

    /// What the bucket shows now.
    pub fn bucket(store: &Arc<Store>, number: Option<i64>, prefix: String, source: Arc<dyn ObjectSource>) -> Self {
        let listing = Listing::new(source, &prefix, STREAMS);
        let ahead = Ahead { listing, waiting: BTreeMap::new(), keys: 0, next: Some(String::new()) };
        let from = From::Bucket(Box::new(ahead));
        Self { store: Arc::clone(store), number, prefix, from }
    }

    /// The next keys.
    ///
    /// # Errors
    /// What the bucket or the state file says.
    pub async fn next(&mut self) -> Result<Part> {
        let ahead = match &mut self.from {
            From::Bucket(ahead) => ahead,
            From::Records(after) => {
                let (number, begin) = (self.number.unwrap_or_default(), after.clone());
                let rows = self.store.read(move |db| keys::page(db, number, &begin)).await?;
                let is_last = rows.len() < keys::PAGE as usize;
                if let Some(last) = rows.last() {
                    *after = last.key.as_str().to_owned();
                }
                return Ok(parted(&self.prefix, rows, is_last));
            }
        };
        loop {
            let due = ahead.next.as_ref().and_then(|next| ahead.waiting.remove(next));
            if let Some((next, part)) = due {
                ahead.next = next;
                return Ok(part);
            }
            let Some(part) = ahead.listing.next(ahead.keys < DRAFT_KEYS).await? else {
                return Err(Error::internal("listing a bucket", "its parts leave a gap"));
            };
            let slices::Part { after, until, objects } = part;
            ahead.keys += objects.len();
            let held = held(&self.store, self.number, &after, until.as_deref()).await?;
            let rows = keys::merged(objects.into_iter().map(Ok), held.into_iter().map(Ok)).collect::<Result<_>>()?;
            let part = parted(&self.prefix, rows, until.is_none());
            ahead.waiting.insert(after, (until, part));
        }
    }
}

/// Documents of the keys between two.
async fn held(store: &Store, number: Option<i64>, after: &str, until: Option<&str>) -> Result<Vec<DocumentRow>> {
    let Some(number) = number else { return Ok(Vec::new()) };
    // Behind the last key there is, as far as any key can be.
    let end = until.map_or_else(|| char::MAX.to_string().repeat(257), str::to_owned);
    let after = after.to_owned();
    store.read(move |db| documents::range(db, number, &after, &end)).await
}

fn parted(prefix: &str, rows: Vec<KeyRow>, is_last: bool) -> Part {
    let mut listed = Vec::with_capacity(rows.len());
    let mut strays = Vec::new();
    for KeyRow { key, object, mut rows } in rows {
        rows.iter_mut().for_each(slim);
        match object {
            Some(object) if key.as_str().starts_with(prefix) => listed.push((object, rows)),
            object if !rows.is_empty() => strays.push(KeyRow { key, object, rows }),
            _ => {}
        }
    }
    Part { block: Block::new(listed), strays, is_last }
}

/// Takes away what decides nothing, because there may be very many.
fn slim(row: &mut DocumentRow) {
    row.content_hash = None;
    row.remote_id = None;
}
