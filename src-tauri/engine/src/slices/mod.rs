//! A listing by several requests at once: the keys are cut into slices, and each is listed from its beginning to its end.
//!
//! A listing goes page by page, and each page tells only where the next one begins: a million keys are a thousand requests
//! one after another. A page may, however, begin after any key (`start-after`,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>), so that the keys can be cut at will.
//!
//! What it promises: every key that a serial listing would show comes exactly once, in parts that tile the keys under the
//! prefix; at the end, and not before, all of them have come ([`tiling`]). Where it is cut decides about speed alone
//! ([`cuts`]). A short listing is serial, as is that of a server that cannot begin after a key. A server that asks for fewer
//! requests gets fewer.
//!
//! Not here: what becomes of the parts ([`crate::sync::listing`], [`crate::engine`]). They come in no order.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::{JoinError, JoinSet};

use crate::error::{Error, ErrorCode, Result};
use crate::object::ObjectMeta;
use crate::source::{Names, ObjectSource, Page};

mod cuts;
mod guesses;
mod slice;
mod tiling;

use slice::From;
use tiling::{Ask, Tiling};

/// Requests at the same time, at most.
pub const STREAMS: usize = 16;
/// After so many pages without a complaint, one more request at the same time.
const CALM: usize = 8;

/// A part of a listing: all objects there are after one key and until another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its keys are greater than this one; empty: it begins at the prefix.
    pub after: String,
    /// And none is greater than this one; `None`: it reaches to the end of the prefix.
    pub until: Option<String>,
    /// Rising.
    pub objects: Vec<ObjectMeta>,
}

enum Answer {
    Page(Result<Page>),
    Names(Result<Names>),
}

/// A listing under way. Dropping it ends its requests.
pub struct Listing {
    source: Arc<dyn ObjectSource>,
    prefix: String,
    tiling: Tiling,
    asked: JoinSet<(Ask, Answer)>,
    ready: VecDeque<Part>,
    most: usize,
    streams: usize,
    throttled: u64,
    calm: usize,
    /// Answers of requests that were made before there were fewer.
    deaf: usize,
}

impl std::fmt::Debug for Listing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Listing({})", self.prefix)
    }
}

impl Listing {
    /// Everything under a prefix, by at most so many requests at once.
    pub fn new(source: Arc<dyn ObjectSource>, prefix: &str, streams: usize) -> Self {
        let can_skip = streams > 1 && source.token_after(prefix).is_some();
        let throttled = source.throttled();
        Self {
            source,
            prefix: prefix.to_owned(),
            tiling: Tiling::new(prefix, can_skip),
            asked: JoinSet::new(),
            ready: VecDeque::new(),
            most: streams,
            streams,
            throttled,
            calm: 0,
            deaf: 0,
        }
    }

    /// The next part; `None`: every key has come. Without `ahead` only what comes first is asked for, because the rest
    /// would have to wait for it.
    ///
    /// # Errors
    /// What the source says; `storage_failed` when a page is out of order. Nothing comes after it.
    pub async fn next(&mut self, ahead: bool) -> Result<Option<Part>> {
        loop {
            // Whoever takes a part is busy with it for a while: first it is asked on behind all that has come, as long as
            // not too much of it lies here.
            while self.ready.len() < self.most
                && let Some(answered) = self.asked.try_join_next()
            {
                self.take(answered)?;
            }
            while self.ready.len() < self.most
                && self.asked.len() < self.streams
                && let Some(ask) = self.tiling.next(ahead)
            {
                self.send(ask);
            }
            if let Some(part) = self.ready.pop_front() {
                return Ok(Some(part));
            }
            // Names may be under way still, that nothing is to be cut by any more.
            if self.tiling.is_complete() {
                return Ok(None);
            }
            let Some(answered) = self.asked.join_next().await else {
                return Err(Error::internal("listing a bucket", "nothing is asked, and something is missing"));
            };
            self.take(answered)?;
        }
    }

    fn send(&mut self, ask: Ask) {
        let (source, prefix) = (Arc::clone(&self.source), self.prefix.clone());
        self.asked.spawn(async move {
            let answer = match &ask {
                Ask::Page { from, .. } => {
                    let token = match from {
                        From::Start => None,
                        From::After(key) => source.token_after(key),
                        From::Token(token) => Some(token.clone()),
                    };
                    Answer::Page(source.list(&prefix, token.as_deref()).await)
                }
                Ask::Names(level) => Answer::Names(source.names(&level.folder, &level.after).await),
            };
            (ask, answer)
        });
    }

    fn take(&mut self, answered: Result<(Ask, Answer), JoinError>) -> Result<()> {
        let (ask, answer) = answered.unwrap_or_else(|gone| std::panic::resume_unwind(gone.into_panic()));
        let parts = self.parts(&ask, answer)?;
        self.ready.extend(parts);
        self.listen();
        Ok(())
    }

    fn parts(&mut self, ask: &Ask, answer: Answer) -> Result<Vec<Part>> {
        match (ask, answer) {
            (Ask::Page { slice, .. }, Answer::Page(Ok(page))) => self.tiling.page(*slice, page),
            // Its own attempts were in vain while others went on beside it: it is asked again, soon with fewer of them.
            (Ask::Page { slice, .. }, Answer::Page(Err(error)))
                if error.code == ErrorCode::Throttled && (self.streams > 1 || !self.asked.is_empty()) =>
            {
                self.tiling.again(*slice);
                self.fewer();
                Ok(Vec::new())
            }
            (Ask::Page { slice, .. }, Answer::Page(Err(error))) => self.tiling.failed(*slice, error),
            (Ask::Names(level), Answer::Names(names)) => {
                // Names only help to cut: without them the listing takes longer.
                self.tiling.names(level, names.unwrap_or_default());
                Ok(Vec::new())
            }
            (Ask::Page { .. }, Answer::Names(_)) | (Ask::Names(_), Answer::Page(_)) => {
                Err(Error::internal("listing a bucket", "an answer to something else"))
            }
        }
    }

    /// What was under way when this was done last is no reason to do it again.
    fn fewer(&mut self) {
        self.calm = 0;
        if self.deaf == 0 {
            (self.streams, self.deaf) = ((self.streams / 2).max(1), self.asked.len());
        }
    }

    /// Fewer requests at once when the server says that there are too many, more again when it has not for a while.
    fn listen(&mut self) {
        self.deaf = self.deaf.saturating_sub(1);
        let throttled = self.source.throttled();
        if throttled > self.throttled {
            self.throttled = throttled;
            self.fewer();
            return;
        }
        self.calm += 1;
        if self.calm >= CALM && self.streams < self.most {
            (self.streams, self.calm) = (self.streams + 1, 0);
        }
    }
}

#[cfg(test)]
mod tests;
