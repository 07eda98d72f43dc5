//! The embedded default knowledge base: one SQLite file with a full-text index, no account, no network.
//!
//! It obeys the laws of [`KnowledgeBase`]. What is taken is searchable at once, so that a put is never merely
//! accepted. Its file holds the text of the documents, not their bytes: a lost library is made again by a sync.
//! Changes go through one connection, one transaction each; searches have connections of their own and wait
//! for nothing. What the window shows of a document (snippets, filters) is here, what a document is, is not.

mod condition;
mod documents;
mod extract;
mod file;
mod rows;
mod search;
mod text;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use rusqlite::Connection;

pub use self::condition::{Comparison, Condition, DocumentFilter, Field};
pub use self::documents::{DocumentQuery, DocumentSearch};
use self::file::{Readers, failed};
use self::rows::Texts;
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

/// Documents whose text is read at the same time; they are written one after the other.
const LANES: usize = 8;

/// What the library takes, as far as key and size tell.
pub fn intake() -> Intake {
    Intake { size_limit: SIZE_LIMIT, takes_extension: extract::takes_extension }
}

/// The library over one file. Dropping it closes the file.
#[derive(Clone)]
pub struct Library(Arc<Shared>);

struct Shared {
    /// The one connection that changes anything.
    writer: Mutex<Connection>,
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
        Ok(Self(Arc::new(Shared { writer: Mutex::new(writer), readers, documents: documents.into() })))
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

impl Shared {
    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A panic leaves no transaction behind: it was rolled back while the stack unwound.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, document: &Document, content: &Bytes, wanted: &AtomicBool) -> Result<Put> {
        let known =
            self.readers.read(|c| rows::remote_id(c, &document.id)).map_err(|e| failed("look up a document", e))?;
        if let Some(remote_id) = known {
            return Ok(Put::Indexed { remote_id });
        }
        let text = match extract::read(&document.key, content)? {
            Ok(text) => text,
            Err(refusal) => {
                return Ok(Put::Refused { code: ErrorCode::DocumentRefused, reason: refusal.sentence().to_owned() });
            }
        };
        let texts = Texts {
            title: text::stored(text.title.as_deref().unwrap_or_else(|| file_name(&document.key))),
            path: text::stored(document.key.as_str()),
            body: text::stored(&text.body),
        };
        self.insert(document, &texts, wanted)
    }

    fn insert(&self, document: &Document, texts: &Texts, wanted: &AtomicBool) -> Result<Put> {
        let mut writer = self.writer();
        if !wanted.load(Ordering::Acquire) {
            return Err(Error::internal("put a document", "nobody waits for the answer any more"));
        }
        if let Some(remote_id) = rows::remote_id(&writer, &document.id).map_err(|e| failed("look up a document", e))? {
            return Ok(Put::Indexed { remote_id });
        }
        let remote_id = uuid::Uuid::now_v7().to_string();
        rows::insert(&mut writer, document, &remote_id, texts).map_err(|e| failed("write a document", e))?;
        self.documents.fetch_add(1, Ordering::Relaxed);
        Ok(Put::Indexed { remote_id })
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

fn file_name(key: &ObjectKey) -> &str {
    key.as_str().rsplit('/').next().unwrap_or_default()
}

/// Says to the blocking half of a put that its caller has gone, so that nothing lands that nobody heard of: this is why
/// the landing window can be zero. Asking takes the writer's lock, and so comes after a put that was already landing.
struct Caller(Arc<AtomicBool>);

impl Drop for Caller {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[async_trait]
impl KnowledgeBase for Library {
    async fn put(&self, document: &Document, content: Content) -> Result<Put> {
        // Its readers want a file whole.
        let content = content.read_all().await?;
        let caller = Caller(Arc::new(AtomicBool::new(true)));
        let (document, wanted) = (document.clone(), Arc::clone(&caller.0));
        self.blocking(move |shared| shared.put(&document, &content, &wanted)).await
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
