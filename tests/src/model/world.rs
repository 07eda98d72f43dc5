//! The world around a run: a bucket, a knowledge base, a network between them, a clock, and somebody who watches.
//!
//! Every call and every commit of the run is one numbered I/O, at which the script may let anything happen: the reply is
//! lost, the request lands later, the bucket changes, the power fails. Requests of several lanes are under way at once:
//! each is sent, then the others get their turn, then it is answered.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use s3_connector_engine::connection::OnGone;
use s3_connector_engine::error::{Error, ErrorCode, Result};
use s3_connector_engine::laws::Laws;
use s3_connector_engine::plan::DocumentRow;
use s3_connector_engine::sync::progress::Progress;
use tokio_util::sync::CancellationToken;

use super::bucket::{Bucket, Object};
use super::pipeline::{self, Pipeline, Request};
use super::rows::Rows;
use super::script::{At, Change, Fault, Faults, Io, Op, Rule};

/// A request that was not answered lands within this many minutes, or never.
pub const WINDOW: i64 = 10;
/// The first minute of every world, in milliseconds since 1970.
const EPOCH: i64 = 1_700_000_000_000;

/// The connection as a person has set it up.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// The tag rule.
    pub rule: Rule,
    /// Keys that are excluded.
    pub out: HashSet<String>,
    /// The document limit.
    pub limit: u32,
    /// What happens to documents whose object is gone.
    pub gone: OnGone,
}

/// A run as the world sees it.
pub struct Course {
    /// Stops it.
    pub cancel: CancellationToken,
    /// Its counters, which tell how far it is.
    pub progress: Arc<Progress>,
    /// What befalls it, and the yes of a person.
    pub faults: Faults,
    /// Its process has ended in the middle; nothing that it does any more has an effect.
    pub crash: CancellationToken,
    /// What was not forced to disk was lost, too.
    pub cut: bool,
    /// The network is down.
    pub dead: bool,
    /// Requests that are sent and not answered.
    pub under_way: Vec<Request>,
    /// Ids of documents whose puts were sent.
    pub sent: HashSet<String>,
    /// Keys that were in the bucket all the time.
    pub lasting: HashSet<String>,
    /// What its listing has shown.
    pub seen: BTreeMap<String, Object>,
    /// The pages of its listing, in whatever order they came: after which key, and up to which; `None`: nothing follows.
    pub shown: Vec<(String, Option<String>)>,
    /// The rows when it began.
    pub rows: Vec<DocumentRow>,
    /// Documents that were held when its listing ended.
    pub held: usize,
    /// Removals that leave their key without a wanted version.
    pub bare: u64,
    /// Its I/Os so far, by kind.
    pub counted: [u32; Io::ALL.len()],
}

impl Course {
    /// Whether its pages leave no gap from the first key to where nothing follows.
    pub fn is_listed(&self) -> bool {
        let mut pages: Vec<_> = self.shown.iter().collect();
        pages.sort_by(|a, b| a.0.cmp(&b.0));
        let mut end = "";
        for (after, last) in pages {
            match last {
                _ if after.as_str() > end => return false,
                None => return true,
                Some(last) => end = end.max(last),
            }
        }
        false
    }

    fn count(&self, kinds: &[Io]) -> u32 {
        kinds.iter().map(|io| self.counted[*io as usize]).sum()
    }
}

/// Everything, behind the one lock.
pub struct State {
    /// Which laws hold: whether the bucket gives the bytes of the etag that was asked for is the source's.
    pub laws: Laws,
    /// The bucket.
    pub bucket: Bucket,
    /// The knowledge base.
    pub base: Pipeline,
    /// Minutes since the beginning.
    pub now: i64,
    /// The connection.
    pub wishes: Wishes,
    /// Keys that have a searchable document and are wanted: they must not lose it.
    pub owned: HashSet<String>,
    /// The rows on disk, read past the engine.
    pub rows: Rows,
    /// The run under way.
    pub course: Option<Course>,
    /// What went wrong.
    pub wrong: Vec<&'static str>,
    /// Requests that change something.
    pub writes: u32,
    /// Puts of what was there already, or was on its way.
    pub repeats: u32,
    /// Puts that were sent and never answered, as far as the disk knows.
    pub unanswered: u32,
    /// I/Os of the last run.
    pub ios: u32,
    /// Those of them that touched objects or documents.
    pub touched: u32,
    /// The story, where it is to be told.
    pub story: Option<Vec<String>>,
}

/// A world. The engine meets it as its bucket, its knowledge base and its disk.
pub struct World {
    state: Mutex<State>,
}

impl World {
    /// An empty world over a state file.
    pub fn new(laws: Laws, rows: Rows) -> Self {
        let state = State::new(laws, rows);
        Self { state: Mutex::new(state) }
    }

    /// Everything, to look at and to change.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time, in milliseconds since 1970.
    pub fn clock(&self) -> i64 {
        EPOCH + self.state().now * 60_000
    }

    /// One call over the network, which carries these requests. Returns what befalls it once it is its turn to be
    /// answered; never returns in a process that has ended.
    pub async fn call(&self, io: Io, about: &str, requests: Vec<Request>) -> Option<Fault> {
        let fault = self.state().step(io, about, &requests);
        tokio::task::yield_now().await;
        if self.state().is_crashed() {
            return std::future::pending().await;
        }
        self.state().answered(&requests);
        fault
    }

    /// Whether a commit happens.
    ///
    /// # Errors
    /// The process has ended, or the disk is full.
    pub fn commit(&self) -> Result<()> {
        let mut state = self.state();
        if state.course.is_none() {
            return Ok(());
        }
        let fault = state.step(Io::Db, "", &[]);
        if state.is_crashed() {
            return Err(Error::internal("committing", "the process has ended"));
        }
        match fault {
            Some(Fault::Down | Fault::Lost | Fault::Late) => Err(Error::new(ErrorCode::DiskFull, "no space left")),
            _ => Ok(()),
        }
    }
}

impl State {
    fn new(laws: Laws, rows: Rows) -> Self {
        let wishes = Wishes { rule: Rule::A, out: HashSet::new(), limit: 2, gone: OnGone::Keep };
        Self {
            laws,
            bucket: Bucket::default(),
            base: Pipeline::default(),
            now: 0,
            wishes,
            owned: HashSet::new(),
            rows,
            course: None,
            wrong: Vec::new(),
            writes: 0,
            repeats: 0,
            unanswered: 0,
            ios: 0,
            touched: 0,
            story: None,
        }
    }

    /// Begins anew, over the same state file.
    pub fn begin(&mut self) {
        let rows = self.rows.again();
        *self = Self::new(self.laws, rows);
    }

    /// Lets something happen between two runs.
    pub fn happen(&mut self, op: &Op) {
        match op {
            Op::Change(change) => self.change(change),
            Op::Fill(count, content) => {
                (1..=*count).for_each(|number| self.change(&Change::Put(format!("k{number}"), *content)));
            }
            Op::Rule(rule) => self.wishes.rule = *rule,
            Op::Out(keys) => self.wishes.out = keys.iter().cloned().collect(),
            Op::Limit(limit) => self.wishes.limit = *limit,
            Op::Gone(gone) => self.wishes.gone = *gone,
            Op::Work => self.work(),
            Op::Land => self.land(i64::MAX),
            Op::Wait => {
                self.land(i64::MAX);
                self.work();
                self.work();
                self.pass(WINDOW + 1);
            }
            Op::Library => self.base.is_library = true,
            Op::Lose | Op::Retry | Op::Run(_) | Op::Settle(_) => {}
        }
        let wishes = &self.wishes;
        self.owned.retain(|key| wishes.rule.tag(key).is_some() && !wishes.out.contains(key));
    }

    /// A run has ended.
    pub fn end(&mut self) {
        let Some(course) = self.course.take() else { return };
        self.ios = course.count(&Io::ALL);
        self.touched = course.count(&[Io::Look, Io::Fetch, Io::Get, Io::Put, Io::Del]);
    }

    /// Lets time pass: what is not answered lands within the window.
    pub fn pass(&mut self, minutes: i64) {
        self.now += minutes;
        self.land(self.now - WINDOW);
    }

    fn change(&mut self, change: &Change) {
        self.bucket.change(change);
        match change {
            Change::Put(_, content) if super::bucket::is_good(*content) => {}
            Change::Touch(_) => {}
            Change::Put(key, _) | Change::Archive(key) | Change::Delete(key) => {
                self.owned.remove(key);
            }
        }
        if let (Change::Delete(key), Some(course)) = (change, &mut self.course) {
            course.lasting.remove(key);
        }
    }

    fn work(&mut self) {
        self.base.work();
        let done = self.base.docs.values().filter(|doc| doc.progress == pipeline::Progress::Done);
        let kept = done.filter(|doc| {
            let object = self.bucket.objects.get(&doc.key);
            let wanted = object.is_some_and(|object| !object.archived && object.is_good());
            wanted && !self.wishes.out.contains(&doc.key) && self.wishes.rule.tag(&doc.key) == Some(&doc.tag)
        });
        self.owned.extend(kept.map(|doc| doc.key.clone()));
    }

    /// Late requests that were sent until a minute land.
    fn land(&mut self, until: i64) {
        let (landing, later) = std::mem::take(&mut self.base.late).into_iter().partition(|(_, sent)| *sent <= until);
        self.base.late = later;
        let landing: Vec<(Request, i64)> = landing;
        for (request, _) in landing {
            match request {
                Request::Put(doc) => {
                    self.put(doc);
                }
                Request::Remove(name) => {
                    self.base.remove(&name);
                }
            }
        }
    }

    /// A put arrives.
    pub fn put(&mut self, doc: pipeline::Doc) -> Option<String> {
        let id = doc.id.clone();
        let answer = self.base.put(doc);
        if answer.is_some() && !self.rows.is_there(&id) {
            self.wrong.push("a document without a row");
        }
        answer
    }

    fn is_crashed(&self) -> bool {
        self.course.as_ref().is_none_or(|course| course.crash.is_cancelled())
    }

    /// Counts an I/O, lets happen what the script says, and judges what is sent.
    fn step(&mut self, io: Io, about: &str, requests: &[Request]) -> Option<Fault> {
        let course = self.course.as_mut().filter(|course| !course.crash.is_cancelled())?;
        course.counted[io as usize] += 1;
        let (number, all) = (course.counted[io as usize], course.counted.iter().sum());
        let here = |at: &At| *at == At::Any(all) || *at == At::Kind(io, number);
        let fault = course.faults.hits.iter().find(|(at, _)| here(at)).map(|(_, fault)| fault.clone());
        if let Some(story) = &mut self.story {
            let told = fault.as_ref().map(|fault| format!("  <- {fault}")).unwrap_or_default();
            story.push(format!("  {all:>3} {}{told}", format!("{}{about}", At::Kind(io, number)).trim_end()));
        }
        match &fault {
            Some(Fault::Cancel) => course.cancel.cancel(),
            Some(Fault::Dead) => course.dead = true,
            Some(Fault::Crash | Fault::Cut | Fault::CrashLate) => {
                course.crash.cancel();
                course.cut = fault == Some(Fault::Cut);
            }
            Some(Fault::Land) => self.land(i64::MAX),
            Some(Fault::Work) => self.work(),
            Some(Fault::Change(change)) => self.change(change),
            Some(Fault::Lost | Fault::Late | Fault::Down | Fault::Lie | Fault::Blind) | None => {}
        }
        if matches!(fault, Some(Fault::Crash | Fault::Cut)) {
            return fault;
        }
        requests.iter().for_each(|request| self.judge(request));
        let is_dead = self.course.as_ref().is_some_and(|course| course.dead);
        let course = self.course.as_mut()?;
        course.under_way.extend(requests.iter().cloned());
        if fault == Some(Fault::CrashLate) {
            let now = self.now;
            self.base.late.extend(std::mem::take(&mut course.under_way).into_iter().map(|request| (request, now)));
            if self.base.is_library {
                self.land(i64::MAX);
            }
        }
        if is_dead { Some(Fault::Down) } else { fault }
    }

    fn answered(&mut self, requests: &[Request]) {
        if let Some(course) = &mut self.course {
            course.under_way.retain(|request| !requests.contains(request));
        }
    }
}
