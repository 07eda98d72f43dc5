//! One document on its way: fetched with `If-Match`, compared, intended, put, written down.

use std::sync::Mutex;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::connection::Settings;
use crate::content::Content;
use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::{Document, KnowledgeBase, Put};
use crate::laws::{Law, Laws};
use crate::object::ObjectMeta;
use crate::plan::{DocumentRow, DocumentState, Wanted, document_id};
use crate::source::{Fetched, ObjectSource};
use crate::store::documents::Intent;
use crate::store::keys::KeyRow;
use crate::sync::Clock;
use crate::sync::judge::Judgement;
use crate::sync::ledger::{Entry, Ledger};
use crate::sync::outcome::Budget;
use crate::sync::pace::Pace;
use crate::sync::progress::{Progress, held};
use crate::view::{ItemOutcome, RunItem};

/// Bytes of objects on their way at once, in KiB, on the disk and in memory: one of the largest files and some small ones.
/// The library reads what lies on the disk into memory, so this bounds both.
const BYTES_IN_FLIGHT_KIB: u32 = 64 * 1024;

/// What all lanes of a run share.
pub struct Lanes<'a> {
    /// Id of the connection.
    pub connection: &'a str,
    /// Its settings.
    pub settings: &'a Settings,
    /// Where objects come from.
    pub source: &'a dyn ObjectSource,
    /// Where documents go.
    pub base: &'a dyn KnowledgeBase,
    /// Where outcomes are written.
    pub ledger: &'a Ledger,
    /// Counters.
    pub progress: &'a Progress,
    /// Stops new documents from starting; puts that are under way finish.
    pub cancel: &'a CancellationToken,
    /// The clock.
    pub clock: &'a Clock,
    /// Which laws hold.
    pub laws: Laws,
    pace: Pace,
    room: Semaphore,
    budget: Mutex<Budget>,
}

impl<'a> Lanes<'a> {
    /// Lanes of a run.
    #[allow(clippy::too_many_arguments, reason = "a plain bundle of what a run already holds")]
    pub fn new(
        connection: &'a str,
        settings: &'a Settings,
        source: &'a dyn ObjectSource,
        base: &'a dyn KnowledgeBase,
        ledger: &'a Ledger,
        progress: &'a Progress,
        cancel: &'a CancellationToken,
        clock: &'a Clock,
        laws: Laws,
        lanes: usize,
    ) -> Self {
        let room = Semaphore::new(BYTES_IN_FLIGHT_KIB as usize);
        let budget = Mutex::default();
        let pace = Pace::new(lanes, source.throttled() + base.throttled());
        Self { connection, settings, source, base, ledger, progress, cancel, clock, laws, pace, room, budget }
    }

    /// Sends the wanted document of a key.
    ///
    /// # Errors
    /// Only what stops the run; the failure of one document is counted and written down.
    pub async fn send(&self, key: &KeyRow, judgement: &Judgement) -> Result<()> {
        let (Some(object), Some(want)) = (&key.object, &judgement.decision.want) else { return Ok(()) };
        let _turn = self.pace.turn().await?;
        if self.cancel.is_cancelled() {
            return Ok(());
        }
        let id = document_id(self.connection, &key.key, &want.etag, &want.tag);
        // What is left of it has to go first and was not answered: it is put by a later run.
        let left = |state| matches!(state, DocumentState::Removing | DocumentState::Rejected);
        if key.rows.iter().any(|row| row.id == id && left(row.state)) {
            self.progress.add_settled();
            return Ok(());
        }
        let kib = u32::try_from(object.size / 1024 + 1).unwrap_or(u32::MAX).min(BYTES_IN_FLIGHT_KIB);
        let _room = self.room.acquire_many(kib).await.map_err(|e| Error::internal("waiting for room", e))?;
        // What is only read can be let go of at any moment; nothing has begun over there.
        let fetched = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Ok(()),
            fetched = self.source.fetch(&key.key, &want.etag) => fetched,
        };
        self.heed();
        let content = match fetched {
            Ok(Fetched::Whole(content)) => content,
            Ok(Fetched::Changed | Fetched::Gone) => {
                // The bucket moved on since it was listed; the next run decides.
                self.progress.add_settled();
                return Ok(());
            }
            Err(error) => return self.failed(object, want, error).await,
        };
        if content.length() != object.size {
            let detail = format!("“{}” has {} bytes, {} came", key.key, object.size, content.length());
            return self.failed(object, want, Error::new(ErrorCode::StorageFailed, detail)).await;
        }
        match twin(&key.rows, judgement, want, content.hash()) {
            Some(twin) => {
                self.ledger.enter(Entry::Follow(twin.id.clone(), want.etag.clone())).await?;
                self.progress.add_settled();
                Ok(())
            }
            None => self.put(object, want, id, content, is_new(&key.rows)).await,
        }
    }

    async fn put(
        &self,
        object: &ObjectMeta,
        want: &Wanted,
        id: String,
        content: Content,
        is_new: Option<bool>,
    ) -> Result<()> {
        let (key, etag, tag) = (object.key.clone(), want.etag.clone(), want.tag.clone());
        let intent = Intent {
            id: id.clone(),
            key: key.clone(),
            etag: etag.clone(),
            tag: tag.clone(),
            content_hash: Some(content.hash().to_vec()),
            size: object.size,
            at: (self.clock)(),
        };
        if self.laws.hold(Law::IntentPut) {
            self.ledger.intend(intent).await?;
        }
        let document = Document {
            id: id.clone(),
            connection: self.connection.to_owned(),
            bucket: self.settings.bucket.clone(),
            key,
            etag,
            tag,
            size: object.size,
            modified: object.modified,
        };
        let now = (self.clock)();
        let answer = self.base.put(&document, content).await;
        self.heed();
        let (entry, outcome, detail) = match answer {
            Ok(Put::Indexed { remote_id }) => {
                (Entry::Accepted(id, remote_id, DocumentState::Indexed, now), ItemOutcome::Sent, None)
            }
            Ok(Put::Accepted { remote_id }) => {
                (Entry::Accepted(id, remote_id, DocumentState::Sent, now), ItemOutcome::Sent, None)
            }
            Ok(Put::Refused { code, reason }) => {
                (Entry::Rejected(id, code, reason.clone()), ItemOutcome::Refused, Some(reason))
            }
            // An answer: nothing was taken, so there is nothing to wait for. The intent stays, and is taken up again.
            Ok(Put::Declined(error)) => return self.failed(object, want, error).await,
            Err(error) => {
                self.ledger.enter(Entry::Unanswered(id, now)).await?;
                return self.failed(object, want, error).await;
            }
        };
        self.ledger.enter(entry).await?;
        match outcome {
            ItemOutcome::Refused => self.progress.add_refused(),
            _ => self.progress.add_sent(object.size),
        }
        held(&self.budget).passed();
        let is_new = is_new.filter(|_| outcome == ItemOutcome::Sent);
        self.line(object, want, RunItem { outcome, detail, is_new, ..self.blank() }).await
    }

    fn heed(&self) {
        self.pace.heed(self.source.throttled() + self.base.throttled());
    }

    async fn failed(&self, object: &ObjectMeta, want: &Wanted, error: Error) -> Result<()> {
        self.progress.add_failed(&error);
        let stop = held(&self.budget).failed(&error);
        let (code, detail) = (Some(error.code.name()), Some(error.detail));
        self.line(object, want, RunItem { outcome: ItemOutcome::Failed, code, detail, ..self.blank() }).await?;
        stop.map_or(Ok(()), Err)
    }

    /// Writes down what became of an object; `told` says all but which object it is.
    async fn line(&self, object: &ObjectMeta, want: &Wanted, told: RunItem) -> Result<()> {
        let (key, tag) = (object.key.as_str().to_owned(), want.tag.to_string());
        let item = RunItem { key, tag, size: object.size, ..told };
        self.ledger.enter(Entry::Item(self.progress.next_line(), item)).await
    }

    fn blank(&self) -> RunItem {
        let (key, tag, at) = (String::new(), String::new(), (self.clock)());
        RunItem { key, tag, outcome: ItemOutcome::Sent, code: None, detail: None, size: 0, at, is_new: None }
    }
}

/// Whether a key has no document yet, as far as its rows tell: one that was begun before may be the first, or may have
/// taken the place of one that has just been removed.
fn is_new(rows: &[DocumentRow]) -> Option<bool> {
    use DocumentState::{Indexed, Intended, Removing, Sent};
    let has = |states: &[DocumentState]| rows.iter().any(|row| states.contains(&row.state));
    match (has(&[Sent, Indexed, Removing]), has(&[Intended])) {
        (true, _) => Some(false),
        (false, true) => None,
        (false, false) => Some(true),
    }
}

/// A row of this key and tag that has the same bytes under another etag. Not where the wanted row itself is
/// intended: it may have landed, and is settled as itself.
fn twin<'r>(rows: &'r [DocumentRow], judgement: &Judgement, want: &Wanted, hash: &[u8]) -> Option<&'r DocumentRow> {
    if judgement.decision.stands.is_some() {
        return None;
    }
    let settled = |row: &&DocumentRow| {
        matches!(row.state, DocumentState::Sent | DocumentState::Indexed | DocumentState::Rejected)
    };
    let same = |row: &&DocumentRow| row.tag == want.tag && !row.retry && row.content_hash.as_deref() == Some(hash);
    rows.iter().filter(settled).find(same)
}
