//! Supermemory in memory, for tests: the documented API over real HTTP, strict in what it takes, with the quirks that its
//! users report as switches.
//!
//! Every request is held against the documented schema (`supermemory/schema.json`). One that does not fit is answered as
//! the server would answer it *and* written down, and so is what no client should do although the server lets it: have
//! an address fetched, write to a document that is still processed, delete a whole tag. Every server looks back
//! when it is dropped: [`FakeSupermemory::assert_clean`].
//!
//! ```no_run
//! # use s3_connector_tests::supermemory::{FakeSupermemory, Fault, On, Pipeline};
//! # async fn example() {
//! let server = FakeSupermemory::start();
//! server.set(|quirks| quirks.pipeline = Pipeline::Held);
//! server.fail(2, On::Write, Fault::TooManyRequests(Some(1)));
//! let (url, key) = (server.url(), server.key());
//! server.work();
//! # }
//! ```

mod connections;
mod documents;
mod faults;
mod files;
mod filters;
mod lists;
mod log;
mod quirks;
mod reply;
mod schema;
mod search;
mod service;
mod state;
mod write;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub use connections::{StoredConnection, SyncRun};
pub use faults::{Fault, On};
pub use log::{Operation, Seen};
pub use quirks::{Pipeline, Quirks};
use serde_json::json;
pub use state::{FileMeta, Status, StoredDocument};
use state::{Store, now};

use crate::loopback::Loopback;
use crate::loopback::gate::Gate;

/// The key that every server takes.
const KEY: &str = "sm_org_of_the_tests_key+of-the-fake-0001";
/// The longest that a server waits for its own port.
const PORT_DEADLINE: Duration = Duration::from_secs(20);

/// The server; it stops when it is dropped. All methods may be called while clients are at work.
#[derive(Debug)]
pub struct FakeSupermemory {
    store: Arc<Store>,
    address: SocketAddr,
    http: Mutex<Option<Loopback>>,
}

impl FakeSupermemory {
    /// Starts an empty server at its best.
    pub fn start() -> Self {
        Self::with(Quirks::default())
    }

    /// Starts an empty server that behaves like this.
    pub fn with(quirks: Quirks) -> Self {
        let store = Arc::new(Store::default());
        store.state().quirks = quirks;
        store.state().keys.insert(KEY.to_owned());
        let http = Loopback::serve(service::respond(store.clone())).expect("a port on loopback");
        Self { store, address: http.address(), http: Mutex::new(Some(http)) }
    }

    /// `http://127.0.0.1:<port>`; the same after a restart.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The key that may do everything.
    pub fn key(&self) -> &'static str {
        KEY
    }

    /// Takes this key too.
    pub fn allow(&self, key: &str) {
        self.store.state().keys.insert(key.to_owned());
    }

    /// Takes this key no longer.
    pub fn revoke(&self, key: &str) {
        self.store.state().keys.remove(key);
    }

    /// Changes how it behaves.
    pub fn set(&self, change: impl FnOnce(&mut Quirks)) {
        change(&mut self.store.state().quirks);
    }

    /// How it behaves.
    pub fn quirks(&self) -> Quirks {
        self.store.state().quirks.clone()
    }

    /// The next `times` requests of this kind fail like this. Faults of one kind happen in the order in which they
    /// were set.
    pub fn fail(&self, times: u32, on: On, fault: Fault) {
        self.store.state().faults.push(faults::Planned { left: Some(times), on, fault });
    }

    /// Every request of this kind fails like this, until [`FakeSupermemory::heal`].
    pub fn fail_always(&self, on: On, fault: Fault) {
        self.store.state().faults.push(faults::Planned { left: None, on, fault });
    }

    /// No more faults.
    pub fn heal(&self) {
        self.store.state().faults.clear();
    }

    /// Requests of this kind wait, from now on, until the gate is opened or dropped.
    pub fn hold(&self, on: On) -> Gate {
        let gate = Gate::default();
        self.store.state().gates.push((on, gate.hold()));
        gate
    }

    /// Ends the work on what is worked on (all, or what has a slot); says how many documents that were.
    pub fn work(&self) -> usize {
        self.store.state().work()
    }

    /// Shows every document that there is, also those that were put too lately to be seen.
    pub fn show(&self) {
        self.store.state().documents.values_mut().for_each(|document| document.asked = u32::MAX);
    }

    /// Requests that were cut off on their way arrive now; says how many.
    pub async fn land(&self) -> usize {
        let late = std::mem::take(&mut self.store.state().late);
        let count = late.len();
        for request in late {
            // Their credentials were looked at when they came.
            service::dispatch(&self.store, service::routes(self.store.clone()), request, true).await;
        }
        count
    }

    /// Every connection ends, and nobody listens any more. What is kept stays.
    pub fn stop(&self) {
        let http = self.http.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(http);
        self.store.state().begin_anew();
    }

    /// Listens again, at the same port.
    ///
    /// # Panics
    /// When somebody else has taken the port and keeps it.
    pub fn start_again(&self) {
        let end = Instant::now() + PORT_DEADLINE;
        let http = loop {
            match Loopback::serve_at(self.address, service::respond(self.store.clone())) {
                Ok(http) => break http,
                Err(error) => assert!(Instant::now() < end, "the port is not free again: {error}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        *self.http.lock().unwrap_or_else(PoisonError::into_inner) = Some(http);
    }

    /// Both, one after the other.
    pub fn restart(&self) {
        self.stop();
        self.start_again();
    }

    /// Every document, in the order of their arrival.
    pub fn documents(&self) -> Vec<StoredDocument> {
        self.store.state().documents.values().cloned().collect()
    }

    /// How many documents there are.
    pub fn document_count(&self) -> usize {
        self.store.state().documents.len()
    }

    /// Every connection, in the order of their arrival.
    pub fn connections(&self) -> Vec<StoredConnection> {
        self.store.state().connections.clone()
    }

    /// A run of a connection brings documents, by key and content, as the hosted connector does: under the connection's
    /// first tag, with `s3://bucket/key` as the id.
    ///
    /// # Panics
    /// When there is no such connection.
    pub fn sync_connection(&self, id: &str, objects: &[(&str, &str)], error: Option<&str>) {
        let state = &mut *self.store.state();
        let run = SyncRun {
            id: state.next_id("run"),
            status: if error.is_some() { "failed" } else { "completed" }.to_owned(),
            trigger: "cron".to_owned(),
            started: now(),
            completed: Some(now()),
            processed: objects.len() as u64,
            failed: 0,
            error: error.map(str::to_owned),
        };
        let connection = state.connections.iter_mut().find(|connection| connection.id == id).expect("a connection");
        connection.runs.push(run);
        let (bucket, tags) = (connection.metadata["bucket"].clone(), connection.tags.clone());
        for (key, content) in objects {
            let custom_id = format!("s3://{}/{key}", bucket.as_str().unwrap_or_default());
            let fields = json!({"customId": custom_id, "containerTags": tags, "metadata": {}});
            let written = state.add(write::Fields::of(&fields), (*content).to_owned(), None);
            if let Some(document) = state.find(&written.id).and_then(|number| state.documents.get_mut(&number)) {
                document.connection = Some(id.to_owned());
            }
        }
    }

    /// What was asked, in the order of arrival.
    pub fn seen(&self) -> Vec<Seen> {
        self.store.state().seen.clone()
    }

    /// How many requests of this kind came.
    pub fn count(&self, operation: Operation) -> usize {
        self.store.state().seen.iter().filter(|seen| seen.operation == operation).count()
    }

    /// Forgets what was asked so far.
    pub fn forget_seen(&self) {
        self.store.state().seen.clear();
    }

    /// The most requests that were answered at the same time.
    pub fn most_at_once(&self) -> usize {
        self.store.state().most_busy
    }

    /// What the delay of an answer really was, on average: a clock ticks in milliseconds, and a machine has other work.
    pub fn mean_delay(&self) -> Duration {
        let state = self.store.state();
        state.delayed / state.delays.max(1)
    }

    /// Requests that were not as documented, in words. Taken out: a test that makes some on purpose looks at them here.
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut self.store.state().violations)
    }

    /// What the server let pass and no client should do, in words. Taken out, likewise.
    pub fn take_hazards(&self) -> Vec<String> {
        std::mem::take(&mut self.store.state().hazards)
    }

    /// Nothing was asked that is not as documented, or that no client should do.
    ///
    /// # Panics
    /// When there was.
    pub fn assert_clean(&self) {
        let state = self.store.state();
        assert!(state.violations.is_empty(), "not as documented: {:#?}", state.violations);
        assert!(state.hazards.is_empty(), "let pass, and wrong: {:#?}", state.hazards);
    }
}

impl Drop for FakeSupermemory {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.assert_clean();
        }
    }
}
