//! What the engine sees of a world: a source of objects and a knowledge base.

use std::time::Duration;

use async_trait::async_trait;
use s3_connector_engine::connection::ConnectionId;
use s3_connector_engine::content::Content;
use s3_connector_engine::error::{Error, ErrorCode, Result};
use s3_connector_engine::knowledge_base::{
    Document, DocumentId, Held, HeldPage, KnowledgeBase, Owner, Put, RemoteId, Removal, SearchQuery, SearchReply,
    Standing, TagCount,
};
use s3_connector_engine::laws::Law;
use s3_connector_engine::object::{ETag, ObjectKey};
use s3_connector_engine::scope::Intake;
use s3_connector_engine::source::{Fetched, ObjectSource, Page};
use s3_connector_engine::tag::ContainerTag;
use s3_connector_engine::view::RunPhase;

use super::bucket::Object;
use super::pipeline::{self, Doc, Request};
use super::script::{Fault, Io};
use super::world::{State, WINDOW, World};

/// Whether a request that befell this is not carried out, or its reply does not arrive.
fn is_unanswered(fault: Option<&Fault>) -> bool {
    matches!(fault, Some(Fault::Lost | Fault::Late | Fault::Down))
}

fn no_answer<T>() -> Result<T> {
    Err(Error::new(ErrorCode::Unreachable, "no answer"))
}

#[async_trait]
impl ObjectSource for World {
    async fn list(&self, _: &str, token: Option<&str>) -> Result<Page> {
        let fault = self.call(Io::List, "", Vec::new()).await;
        if is_unanswered(fault.as_ref()) {
            return no_answer();
        }
        let mut state = self.state();
        let (objects, more) = state.bucket.page(token.unwrap_or_default());
        let ends = !more || fault == Some(Fault::Lie);
        let last = objects.last().map(|object| object.key.as_str().to_owned()).unwrap_or_default();
        state.showed(token.unwrap_or_default(), &last, ends);
        Ok(Page { objects, next: (!ends).then_some(last) })
    }

    fn token_after(&self, key: &str) -> Option<String> {
        Some(key.to_owned())
    }

    async fn fetch(&self, key: &ObjectKey, etag: &ETag) -> Result<Fetched> {
        let is_look = self.state().phase() == Some(RunPhase::Removing);
        let io = if is_look { Io::Look } else { Io::Fetch };
        if io == Io::Fetch {
            self.state().judge_read(key.as_str(), etag.as_str());
        }
        let fault = self.call(io, &format!(" {key} {}", etag.as_str()), Vec::new()).await;
        if is_unanswered(fault.as_ref()) {
            return no_answer();
        }
        let state = self.state();
        let Some(Object { content, archived, etag: now }) = state.bucket.objects.get(key.as_str()) else {
            return Ok(Fetched::Gone);
        };
        if *archived {
            return Err(Error::new(ErrorCode::ObjectArchived, key.as_str()));
        }
        if now != etag.as_str() && state.laws.hold(Law::IfMatch) {
            return Ok(Fetched::Changed);
        }
        Ok(Fetched::Whole(Content::of(content.to_string())))
    }
}

#[async_trait]
impl KnowledgeBase for World {
    async fn put(&self, document: &Document, content: Content) -> Result<Put> {
        let content = content.read_all().await?;
        let Document { id, key, etag, tag, .. } = document;
        let doc = Doc {
            id: id.clone(),
            key: key.as_str().to_owned(),
            etag: etag.as_str().to_owned(),
            tag: tag.to_string(),
            content: content.first().copied().unwrap_or_default().into(),
            progress: pipeline::Progress::Processing,
            born: self.state().now,
        };
        let about = format!(" {key} {} under {tag}", etag.as_str());
        match self.change(Io::Put, &about, vec![Request::Put(doc)], |state, request| state.arrive(request)).await?.pop()
        {
            Some(Some(remote_id)) if self.state().base.is_library => Ok(Put::Indexed { remote_id }),
            Some(Some(remote_id)) => Ok(Put::Accepted { remote_id }),
            _ => Ok(Put::Refused { code: ErrorCode::DocumentRefused, reason: "Not a document".into() }),
        }
    }

    async fn ask(&self, ids: &[DocumentId]) -> Result<Vec<Standing>> {
        let fault = self.call(Io::Get, "", Vec::new()).await;
        if is_unanswered(fault.as_ref()) {
            return no_answer();
        }
        let state = self.state();
        let shown_until = if fault == Some(Fault::Blind) { state.now - WINDOW } else { state.now };
        Ok(ids.iter().map(|id| state.base.standing(id, shown_until)).collect())
    }

    async fn remove(&self, ids: &[RemoteId]) -> Result<Vec<Removal>> {
        let requests = ids.iter().map(|id| Request::Remove(id.clone())).collect();
        let about = self.state().names(ids);
        self.change(Io::Del, &about, requests, |state, request| match request {
            Request::Remove(name) => state.base.remove(&name),
            Request::Put(_) => Removal::Gone,
        })
        .await
    }

    async fn held(&self, _: &ConnectionId, after: Option<&str>, limit: u32) -> Result<HeldPage> {
        if is_unanswered(self.call(Io::Get, " held", Vec::new()).await.as_ref()) {
            return no_answer();
        }
        let state = self.state();
        // In the order in which they came, as a knowledge base of the far side lists.
        let first = after.map_or(0, |after| after.parse::<u64>().unwrap() + 1);
        let page: Vec<_> = state.base.docs.range(first..).take(limit as usize).collect();
        let next = page.last().filter(|_| page.len() == limit as usize).map(|(number, _)| number.to_string());
        let documents = page.into_iter().map(|(number, doc)| held(*number, doc)).collect();
        Ok(HeldPage { documents, foreign: 0, next })
    }

    async fn owners(&self, _: &str, _: &str) -> Result<Vec<Owner>> {
        Ok(Vec::new())
    }

    async fn search(&self, _: &SearchQuery) -> Result<SearchReply> {
        Ok(SearchReply { results: Vec::new(), total: 0 })
    }

    async fn tags(&self) -> Result<Vec<TagCount>> {
        Ok(Vec::new())
    }

    fn intake(&self) -> Intake {
        Intake { size_limit: 1, takes_extension: |_| true }
    }

    async fn organisation(&self) -> Result<Option<String>> {
        Ok(None)
    }

    fn lanes(&self) -> usize {
        super::LANES
    }

    fn throttled(&self) -> u64 {
        0
    }

    fn landing_window(&self) -> Duration {
        let minutes = if self.state().base.is_library { 0 } else { WINDOW.unsigned_abs() };
        Duration::from_secs(60 * minutes)
    }
}

impl World {
    /// A call that changes something over there: carried out or not, now or later, answered or not.
    async fn change<T>(
        &self,
        io: Io,
        about: &str,
        requests: Vec<Request>,
        carry_out: impl Fn(&mut State, Request) -> T,
    ) -> Result<Vec<T>> {
        let fault = self.call(io, about, requests.clone()).await;
        let mut state = self.state();
        match fault {
            Some(Fault::Down) => return no_answer(),
            Some(Fault::Late) if !state.base.is_library => {
                let now = state.now;
                state.base.late.extend(requests.into_iter().map(|request| (request, now)));
                return no_answer();
            }
            _ => {}
        }
        let answers = requests.into_iter().map(|request| carry_out(&mut state, request)).collect();
        if is_unanswered(fault.as_ref()) { no_answer() } else { Ok(answers) }
    }
}

impl State {
    fn arrive(&mut self, request: Request) -> Option<String> {
        match request {
            Request::Put(doc) => self.put(doc),
            Request::Remove(_) => None,
        }
    }

    fn phase(&self) -> Option<RunPhase> {
        self.course.as_ref().map(|course| course.progress.sample("").phase)
    }

    /// Documents by name, for the story.
    fn names(&self, ids: &[RemoteId]) -> String {
        let name = |id: &RemoteId| {
            let doc = self.base.find(id).map(|(_, doc)| format!("{} {} under {}", doc.key, doc.etag, doc.tag));
            doc.unwrap_or_else(|| format!("{id} (not there)"))
        };
        if self.story.is_none() {
            String::new()
        } else {
            format!(" {}", ids.iter().map(name).collect::<Vec<_>>().join(", "))
        }
    }
}

fn held(number: u64, doc: &Doc) -> Held {
    Held {
        id: doc.id.clone(),
        remote_id: pipeline::remote_id(number),
        key: ObjectKey::new(&doc.key),
        etag: ETag::new(&doc.etag),
        tag: ContainerTag::parse(&doc.tag).unwrap(),
    }
}
