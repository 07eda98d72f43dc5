//! The one writer of a run's outcomes. Lanes hand their entries over a channel; whatever has gathered is
//! written in one transaction (group commit), so that a thousand intents cost ten commits instead of a
//! thousand. An intent is acknowledged once it is on disk, and only then may its put begin.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::{DocumentId, RemoteId};
use crate::object::ETag;
use crate::plan::DocumentState;
use crate::store::documents::Intent;
use crate::store::{Store, documents, runs};
use crate::view::RunItem;

/// Entries written in one transaction at most: as many as a run tells lines of skipped objects.
const GROUP: usize = 1_000;

/// One thing that happened, or is about to.
#[derive(Debug)]
pub enum Entry {
    /// A put is about to begin; the sender is told when that is on disk.
    Intend(Intent, oneshot::Sender<()>),
    /// The knowledge base took a document.
    Accepted(DocumentId, RemoteId, DocumentState, i64),
    /// It refused one, for this reason.
    Rejected(DocumentId, ErrorCode, String),
    /// It did not answer.
    Unanswered(DocumentId, i64),
    /// A row follows to a new etag of the same bytes.
    Follow(DocumentId, ETag),
    /// Nothing; the sender is told when everything before it is on disk.
    Mark(oneshot::Sender<()>),
    /// A line of the run.
    Item(u64, RunItem),
}

/// Whose rows are written.
#[derive(Debug, Clone)]
pub struct Owner {
    /// Number of the connection.
    pub connection: i64,
    /// Number of the run.
    pub run: i64,
    /// Name of the knowledge base.
    pub destination: String,
}

/// The open ledger of a run.
#[derive(Debug)]
pub struct Ledger {
    entries: mpsc::Sender<Entry>,
    writer: JoinHandle<Result<()>>,
}

impl Ledger {
    /// Opens a ledger. It must be closed: only that tells whether everything was written.
    pub fn open(store: Arc<Store>, owner: Owner) -> Self {
        let (entries, received) = mpsc::channel(GROUP);
        Self { entries, writer: tokio::spawn(write_all(store, owner, received)) }
    }

    /// Hands over an entry.
    ///
    /// # Errors
    /// The writer has stopped; [`Ledger::close`] tells why.
    pub async fn enter(&self, entry: Entry) -> Result<()> {
        self.entries.send(entry).await.map_err(|_| stopped())
    }

    /// Writes an intent and waits until it is on disk.
    ///
    /// # Errors
    /// The writer has stopped; [`Ledger::close`] tells why.
    pub async fn intend(&self, intent: Intent) -> Result<()> {
        let (on_disk, told) = oneshot::channel();
        self.enter(Entry::Intend(intent, on_disk)).await?;
        told.await.map_err(|_| stopped())
    }

    /// Waits until everything that was handed over so far is on disk: only then do the rows tell what happened.
    ///
    /// # Errors
    /// The writer has stopped; [`Ledger::close`] tells why.
    pub async fn flush(&self) -> Result<()> {
        let (on_disk, told) = oneshot::channel();
        self.enter(Entry::Mark(on_disk)).await?;
        told.await.map_err(|_| stopped())
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// What stopped the writer.
    pub async fn close(self) -> Result<()> {
        drop(self.entries);
        self.writer.await.map_err(|e| Error::internal("writing outcomes", e))?
    }
}

fn stopped() -> Error {
    Error::internal("writing outcomes", "the writer has stopped")
}

async fn write_all(store: Arc<Store>, owner: Owner, mut received: mpsc::Receiver<Entry>) -> Result<()> {
    let mut group = Vec::with_capacity(GROUP);
    while received.recv_many(&mut group, GROUP).await > 0 {
        let (entries, owner) = (std::mem::take(&mut group), owner.clone());
        let on_disk = store
            .write(move |db| {
                let mut acknowledgements = Vec::new();
                for entry in entries {
                    acknowledgements.extend(write_one(db, &owner, entry)?);
                }
                Ok(acknowledgements)
            })
            .await?;
        for acknowledgement in on_disk {
            // A lane that was dropped does not wait any more.
            let _ = acknowledgement.send(());
        }
    }
    Ok(())
}

fn write_one(db: &rusqlite::Connection, owner: &Owner, entry: Entry) -> Result<Option<oneshot::Sender<()>>> {
    match entry {
        Entry::Intend(intent, on_disk) => {
            documents::intend(db, owner.connection, &owner.destination, &intent)?;
            return Ok(Some(on_disk));
        }
        Entry::Mark(on_disk) => return Ok(Some(on_disk)),
        Entry::Accepted(id, remote_id, state, at) => documents::set_accepted(db, &id, &remote_id, state, at)?,
        Entry::Rejected(id, code, reason) => documents::set_rejected(db, &id, None, code, &reason)?,
        Entry::Unanswered(id, at) => documents::set_unanswered(db, &id, at)?,
        Entry::Follow(id, etag) => documents::follow(db, &id, &etag)?,
        Entry::Item(number, item) => runs::add_item(db, owner.run, number, &item)?,
    }
    Ok(None)
}
