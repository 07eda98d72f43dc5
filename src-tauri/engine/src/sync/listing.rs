//! The listing of a run: parts of it flow from the bucket into the state file; nothing of them stays in memory. What has
//! come while the last transaction was written goes into the next one.

use std::sync::Arc;

use rusqlite::Transaction;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::error::Result;
use crate::slices::{Listing, Part, STREAMS};
use crate::source::ObjectSource;
use crate::store::stretches::Recording;
use crate::store::{Store, connections, objects, plans};
use crate::sync::Clock;

/// Parts that wait to be written: with those under way, and those that have come and wait here, at most about fifty
/// thousand keys are in memory at once.
const WAITING: usize = STREAMS;

/// What is listed.
#[derive(Debug, Clone, Copy)]
pub enum Under<'a> {
    /// Everything under the connection's prefix; what was recorded outside of it goes.
    Prefix(&'a str),
    /// Everything under the prefix of an edit that is not saved yet; what was recorded outside of it stays.
    DraftPrefix(&'a str),
}

impl<'a> Under<'a> {
    fn prefix(self) -> &'a str {
        match self {
            Self::Prefix(prefix) | Self::DraftPrefix(prefix) => prefix,
        }
    }
}

/// Lists everything under a prefix into the state file. Returns whether the listing is proven complete, which
/// is false only when it was cancelled.
///
/// # Errors
/// What the bucket says; `storage_failed` when a page is not in order. The keys seen so far are recorded, and no
/// key is taken out.
pub async fn list(
    store: &Store,
    source: Arc<dyn ObjectSource>,
    connection: i64,
    under: Under<'_>,
    cancel: &CancellationToken,
    clock: &Clock,
    mut on_part: impl FnMut(usize),
) -> Result<bool> {
    let prefix: Arc<str> = under.prefix().into();
    let listed = Arc::clone(&prefix);
    let mut recording = store.write(move |db| Recording::begin(db, connection, &listed)).await?;
    let mut listing = Listing::new(source, &prefix, STREAMS);
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let reading = async move {
        loop {
            let part = tokio::select! {
                () = cancel.cancelled() => return Ok(false),
                part = listing.next(true) => part?,
            };
            let Some(part) = part else { return Ok(true) };
            on_part(part.objects.len());
            // Nobody listens any more when writing has failed, and that is the error.
            if sender.send(part).await.is_err() {
                return Ok(false);
            }
        }
    };
    let writing = async move {
        let mut parts: Vec<Part> = Vec::new();
        while receiver.recv_many(&mut parts, WAITING).await > 0 {
            let parts = std::mem::take(&mut parts);
            let record = move |db: &Transaction<'_>| {
                parts.into_iter().try_for_each(|part| recording.part(db, part))?;
                Ok(recording)
            };
            recording = store.write(record).await?;
        }
        if recording.is_waiting() { store.write(move |db| recording.rest(db)).await } else { Ok(()) }
    };
    // When reading fails, what has come is still written.
    let (is_complete, written): (Result<bool>, Result<()>) = tokio::join!(reading, writing);
    written?;
    if !is_complete? {
        return Ok(false);
    }
    let (at, outside_goes) = (clock(), matches!(under, Under::Prefix(_)));
    let end = move |db: &Transaction<'_>| {
        objects::end_complete_listing(db, connection)?;
        if outside_goes {
            objects::forget_outside(db, connection, &prefix)?;
            connections::set_listed(db, connection, at, true)?;
            plans::watch(db, connection)?;
        }
        Ok(())
    };
    store.write(end).await?;
    Ok(true)
}
