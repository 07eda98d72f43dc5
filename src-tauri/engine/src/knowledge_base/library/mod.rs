//! The embedded default knowledge base: one SQLite file with a full-text index, no account, no network.
//!
//! It obeys the laws of [`KnowledgeBase`]. What is taken is searchable at once, so that a put is never merely
//! accepted. Its file holds the text of the documents, not their bytes: a lost library is made again by a sync.
//! Changes go through one connection, and documents that come together share a transaction; searches have connections of
//! their own and wait for nothing. What the window shows of a document (snippets, filters) is here, what a document is, is not.

mod condition;
mod documents;
mod extract;
mod file;
mod rows;
mod search;
mod text;
mod writing;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use rusqlite::Connection;
use tokio::sync::{Mutex, MutexGuard, OwnedSemaphorePermit, Semaphore, oneshot};

pub use self::condition::{Comparison, Condition, DocumentFilter, Field};
pub use self::documents::{DocumentQuery, DocumentSearch};
use self::file::{Readers, failed};
use self::rows::Texts;
use self::writing::{Row, Taker, Waiting, Written};
use super::{
    Document, DocumentId, HeldPage, KnowledgeBase, Owner, Put, RemoteId, Removal, SearchQuery, SearchReply, Standing,
    TagCount,
};
use crate::connection::ConnectionId;
use crate::content::Content;
use crate::error::{Error, ErrorCode, Result};
use crate::object::ObjectKey;
use crate::scope::Intake;
use crate::view::{LibraryHits, LibraryPage};

/// Largest file, in bytes: the documented limit of 50 MB (<https://supermemory.ai/docs/connectors/s3>).
pub const SIZE_LIMIT: u64 = 50_000_000;

/// Documents that are worth having on their way at once: as many share one transaction at most, and one that waits for the
/// disk costs nothing.
const LANES: usize = 64;
/// Documents whose text is read at the same time: that takes processors and, of some files, much memory.
const READING: usize = 8;
/// Text that was read and waits to be written, in KiB: three of the longest.
const WAITING_KIB: usize = 64 * 1024;

/// What the library takes, as far as key and size tell.
pub fn intake() -> Intake {
    Intake { size_limit: SIZE_LIMIT, takes_extension: extract::takes_extension }
}

/// The library over one file. Dropping it closes the file.
#[derive(Clone)]
pub struct Library(Arc<Shared>);

struct Shared {
    /// The one connection that changes anything. Whoever waits for it is next, however fast documents come.
    writer: Mutex<Connection>,
    waiting: Arc<Waiting>,
    reading: Arc<Semaphore>,
    room: Arc<Semaphore>,
    readers: Readers,
    /// Kept beside the file, so that the number costs nothing.
    documents: AtomicU64,
}

impl Library {
    /// Opens the library, made if it is missing. Blocks for as long as the disk takes.
    ///
    /// # Errors
    /// `state_newer`, `library_failed` (not a library, damaged, not writable), `disk_full`.
    pub fn open(path: &Path) -> Result<Self> {
        let writer = file::open_writer(path)?;
        let documents = rows::count(&writer).map_err(|e| failed("read the library", e))?;
        let readers = Readers::new(path);
        Ok(Self(Arc::new(Shared {
            writer: Mutex::new(writer),
            waiting: Arc::default(),
            reading: Arc::new(Semaphore::new(READING)),
            room: Arc::new(Semaphore::new(WAITING_KIB)),
            readers,
            documents: documents.into(),
        })))
    }

    /// How many documents it holds. Costs nothing.
    pub fn document_count(&self) -> u64 {
        self.0.documents.load(Ordering::Relaxed)
    }

    /// A page of what it holds, the newest first unless asked otherwise.
    ///
    /// # Errors
    /// `library_failed`.
    pub async fn page(&self, query: DocumentQuery) -> Result<LibraryPage> {
        self.blocking(move |shared| {
            shared.readers.read(|c| documents::page(c, &query)).map_err(|e| failed("list documents", e))
        })
        .await
    }

    /// Searches among the documents that a filter leaves.
    ///
    /// # Errors
    /// `library_failed`.
    pub async fn search_documents(&self, asked: DocumentSearch) -> Result<LibraryHits> {
        self.blocking(move |shared| {
            shared.readers.read(|c| documents::search(c, &asked)).map_err(|e| failed("search the library", e))
        })
        .await
    }

    /// Runs work that blocks where it may.
    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Shared) -> Result<T> + Send + 'static) -> Result<T> {
        let shared = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&shared)).await.map_err(|e| Error::internal("use the library", e))?
    }
}

/// What was found in a document before anything is written.
enum Read {
    /// It is there already.
    Known(RemoteId),
    Text(Texts),
    Nothing(extract::Refusal),
}

impl Shared {
    /// To be called where it may block. A transaction that a panic broke off was rolled back while the stack unwound.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.blocking_lock()
    }

    fn read(&self, document: &Document, content: &Bytes) -> Result<Read> {
        let known =
            self.readers.read(|c| rows::remote_id(c, &document.id)).map_err(|e| failed("look up a document", e))?;
        if let Some(remote_id) = known {
            return Ok(Read::Known(remote_id));
        }
        let text = match extract::read(&document.key, content)? {
            Ok(text) => text,
            Err(refusal) => return Ok(Read::Nothing(refusal)),
        };
        Ok(Read::Text(Texts {
            title: text::stored(text.title.as_deref().unwrap_or_else(|| file_name(&document.key))),
            path: text::stored(document.key.as_str()),
            body: text::stored(&text.body),
        }))
    }

    /// Writes whatever waits, until nothing does. Each one is answered when it is on disk, and the writer is free again.
    fn write(&self, mut taker: Taker) {
        while let Some(group) = taker.next() {
            let mut writer = self.writer();
            let written = writing::write(&mut writer, &group);
            let new = written.iter().filter(|written| matches!(written, Ok(Written::New(_)))).count();
            self.documents.fetch_add(new as u64, Ordering::Relaxed);
            drop(writer);
            for (row, written) in group.into_iter().zip(written) {
                let answer = match written {
                    Ok(Written::New(remote_id) | Written::Known(remote_id)) => Ok(remote_id),
                    Ok(Written::Left) => continue,
                    Err(error) => Err(error),
                };
                // Whoever goes just now asks later, behind this transaction.
                let _ = row.answer.send(answer);
            }
        }
    }

    fn remove(&self, ids: &[RemoteId]) -> Result<Vec<Removal>> {
        let mut writer = self.writer();
        let removed = rows::remove(&mut writer, ids).map_err(|e| failed("remove documents", e))?;
        if removed > 0 {
            self.documents.fetch_sub(removed, Ordering::Relaxed);
            rows::tidy(&writer).map_err(|e| failed("tidy up the library", e))?;
        }
        Ok(vec![Removal::Gone; ids.len()])
    }
}

async fn permit(of: &Arc<Semaphore>, amount: usize) -> Result<OwnedSemaphorePermit> {
    let amount = u32::try_from(amount).unwrap_or(u32::MAX);
    Arc::clone(of).acquire_many_owned(amount).await.map_err(|e| Error::internal("put a document", e))
}

fn file_name(key: &ObjectKey) -> &str {
    key.as_str().rsplit('/').next().unwrap_or_default()
}

#[async_trait]
impl KnowledgeBase for Library {
    /// Whoever does not wait any more is left out of the transaction that its document would have been in, as far as that
    /// has not begun; and asking waits for the writer, and so comes behind what has. This is why the landing window can be
    /// zero.
    async fn put(&self, document: &Document, content: Content) -> Result<Put> {
        let (document, turn) = (document.clone(), permit(&self.0.reading, 1).await?);
        // Its readers want a file whole; so many of them at once, and no more.
        let content = content.read_all().await?;
        let reading = move |shared: &Shared| Ok((shared.read(&document, &content)?, document, turn));
        let (read, document, turn) = self.blocking(reading).await?;
        let texts = match read {
            Read::Text(texts) => texts,
            Read::Known(remote_id) => return Ok(Put::Indexed { remote_id }),
            Read::Nothing(refusal) => {
                return Ok(Put::Refused { code: ErrorCode::DocumentRefused, reason: refusal.sentence().to_owned() });
            }
        };
        let room = permit(&self.0.room, (texts.bytes() / 1024 + 1).min(WAITING_KIB)).await?;
        // Only now may the next document be read: text that has no room yet is bounded, too.
        drop(turn);
        let (answer, told) = oneshot::channel();
        let row = Row { document, texts, answer, _room: room };
        if let Some(taker) = self.0.waiting.enter(row) {
            let shared = Arc::clone(&self.0);
            drop(tokio::task::spawn_blocking(move || shared.write(taker)));
        }
        let remote_id = told.await.map_err(|_| Error::internal("put a document", "the writer has stopped"))??;
        Ok(Put::Indexed { remote_id })
    }

    async fn ask(&self, ids: &[DocumentId]) -> Result<Vec<Standing>> {
        let ids = ids.to_vec();
        self.blocking(move |shared| {
            let writer = shared.writer();
            let standing = |id: &DocumentId| {
                Ok(match rows::remote_id(&writer, id)? {
                    Some(remote_id) => Standing::Indexed { remote_id },
                    None => Standing::Absent,
                })
            };
            ids.iter().map(standing).collect::<rusqlite::Result<_>>().map_err(|e| failed("look up documents", e))
        })
        .await
    }

    async fn remove(&self, ids: &[RemoteId]) -> Result<Vec<Removal>> {
        let ids = ids.to_vec();
        self.blocking(move |shared| shared.remove(&ids)).await
    }

    async fn held(&self, connection: &ConnectionId, after: Option<&str>, limit: u32) -> Result<HeldPage> {
        let (connection, after) = (connection.clone(), after.unwrap_or_default().to_owned());
        self.blocking(move |shared| {
            let held = rows::held(&shared.writer(), &connection, &after, limit);
            let documents = held.map_err(|e| failed("list documents", e))?;
            let next = documents.last().filter(|_| documents.len() == limit as usize).map(|last| last.id.clone());
            Ok(HeldPage { documents, foreign: 0, next })
        })
        .await
    }

    async fn owners(&self, bucket: &str, prefix: &str) -> Result<Vec<Owner>> {
        let (bucket, prefix) = (bucket.to_owned(), prefix.to_owned());
        self.blocking(move |shared| {
            let owners = shared.readers.read(|c| rows::owners(c, &bucket, &prefix));
            owners.map_err(|e| failed("list the owners of documents", e))
        })
        .await
    }

    async fn search(&self, query: &SearchQuery) -> Result<SearchReply> {
        let query = query.clone();
        self.blocking(move |shared| {
            shared.readers.read(|c| search::search(c, &query)).map_err(|e| failed("search the library", e))
        })
        .await
    }

    async fn tags(&self) -> Result<Vec<TagCount>> {
        self.blocking(|shared| shared.readers.read(|c| rows::tags(c)).map_err(|e| failed("list the containers", e)))
            .await
    }

    fn intake(&self) -> Intake {
        intake()
    }

    async fn organisation(&self) -> Result<Option<String>> {
        Ok(None)
    }

    fn lanes(&self) -> usize {
        LANES
    }

    fn throttled(&self) -> u64 {
        0
    }

    fn landing_window(&self) -> Duration {
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod together;
