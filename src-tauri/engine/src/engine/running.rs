//! Syncs: started by a person or by the schedule, one per connection at a time, watched, cancelled, waited for.

use std::collections::hash_map::Entry;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, ErrorCode, Result};
use crate::event::EngineEvent;
use crate::laws::Laws;
use crate::store::connections::ConnectionRow;
use crate::store::runs;
use crate::sync::progress::Progress;
use crate::sync::{Ends, Run, now};
use crate::view::{RunFilter, RunPage, RunPhase, RunProgress, RunState, RunTrigger, RunView, SyncOptions};

use super::{Engine, lock, resolve, source};

/// How often progress is told.
const SAMPLE: Duration = Duration::from_millis(200);
/// Connections that sync at the same time; the others wait for their turn.
pub(super) const TURNS: usize = 3;
/// Runs that `run_list` gives unless told otherwise.
const DEFAULT_RUNS: u32 = 50;
/// Runs that are given at most.
const LARGEST_PAGE: u32 = 10_000;

/// A sync under way, or another use of a connection (`run_id` is then empty).
#[derive(Debug)]
pub(super) struct Running {
    run_id: String,
    /// A run need not be refused because of it: it stops at once when it is cancelled, and nothing of it is lost.
    gives_way: bool,
    cancel: CancellationToken,
    progress: Arc<Progress>,
    ended: watch::Receiver<bool>,
}

impl Running {
    /// How far it is, where there is something to see.
    pub(super) fn sample(&self) -> Option<RunProgress> {
        let sample = || {
            let progress = self.progress.sample(&self.run_id);
            if self.cancel.is_cancelled() { RunProgress { phase: RunPhase::Stopping, ..progress } } else { progress }
        };
        (!self.gives_way).then(sample)
    }
}

/// Keeps a connection to one user at a time; gives it back when dropped, whatever ended the use.
pub(super) struct Claim<E: Deref<Target = Engine>> {
    engine: E,
    id: String,
    ended: watch::Sender<bool>,
    cancel: CancellationToken,
}

impl<E: Deref<Target = Engine>> Claim<E> {
    /// Somebody else wants the connection, or the app closes.
    pub(super) fn cancelled(&self) -> &CancellationToken {
        &self.cancel
    }
}

impl<E: Deref<Target = Engine>> Drop for Claim<E> {
    fn drop(&mut self) {
        lock(&self.engine.running).remove(&self.id);
        self.ended.send_replace(true);
    }
}

impl Engine {
    /// Starts a sync.
    ///
    /// # Errors
    /// `sync_running`, `connection_not_found`. What the bucket says is in the run.
    pub async fn sync_start(self: &Arc<Self>, id: String, options: SyncOptions) -> Result<RunView> {
        self.start(&id, RunTrigger::Manual, options).await
    }

    /// Starts a sync of every connection that is not syncing.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn sync_start_all(self: &Arc<Self>) -> Result<Vec<RunView>> {
        let mut started = Vec::new();
        for view in self.connection_list().await? {
            match self.start(&view.id, RunTrigger::Manual, SyncOptions::default()).await {
                Ok(run) => started.push(run),
                Err(error) if error.code == ErrorCode::SyncRunning => {}
                Err(error) => return Err(error),
            }
        }
        Ok(started)
    }

    /// Cancels a sync; puts that are under way finish.
    ///
    /// # Errors
    /// Never: a connection that does not sync is already as asked.
    pub async fn sync_cancel(&self, id: String) -> Result<()> {
        if let Some(running) = lock(&self.running).get(&id) {
            running.cancel.cancel();
        }
        Ok(())
    }

    /// Waits until the run has ended.
    ///
    /// # Errors
    /// `invalid_request` for an unknown run.
    pub async fn run_wait(&self, run_id: &str) -> Result<RunView> {
        let ended = lock(&self.running).values().find(|r| r.run_id == run_id).map(|r| r.ended.clone());
        if let Some(mut ended) = ended {
            // A sender that is gone has ended too.
            let _ = ended.wait_for(|ended| *ended).await;
        }
        let id = run_id.to_owned();
        let mut run = self.store.read(move |db| runs::by_id(db, &id)).await?;
        self.end_unwritten(&mut run);
        Ok(run)
    }

    /// The newest runs, of one connection or of all; `limit` 0 means 50.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn run_list(&self, connection_id: Option<String>, limit: u32) -> Result<Vec<RunView>> {
        let limit = if limit == 0 { DEFAULT_RUNS } else { limit.min(LARGEST_PAGE) };
        let mut runs = self.store.read(move |db| runs::newest(db, connection_id.as_deref(), limit)).await?;
        runs.iter_mut().filter(|run| run.state == RunState::Running).for_each(|run| self.add_counts(run));
        Ok(runs)
    }

    /// A page of the run history, newest first.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn run_page(&self, filter: RunFilter) -> Result<RunPage> {
        let limit = if filter.limit == 0 { DEFAULT_RUNS } else { filter.limit.min(LARGEST_PAGE) };
        let mut page = self.store.read(move |db| runs::page(db, &filter, limit)).await?;
        page.items.iter_mut().filter(|run| run.state == RunState::Running).for_each(|run| self.add_counts(run));
        Ok(page)
    }

    /// One run, with what it has counted so far.
    ///
    /// # Errors
    /// `invalid_request` for an unknown run.
    pub async fn run_get(&self, run_id: String) -> Result<RunView> {
        let mut run = self.store.read(move |db| runs::by_id(db, &run_id)).await?;
        self.add_counts(&mut run);
        Ok(run)
    }

    fn add_counts(&self, run: &mut RunView) {
        self.end_unwritten(run);
        let counts = match lock(&self.running).get(&run.connection_id) {
            Some(running) if running.run_id == run.id => running.progress.counts(),
            Some(_) | None => return,
        };
        counts.show(run);
    }

    /// Takes a connection for something other than a run.
    pub(super) async fn claim(&self, id: &str) -> Result<Claim<&Self>> {
        self.make_way(id).await;
        self.claim_as(id, false)
    }

    /// Takes a connection for something that gives way to a run.
    pub(super) fn claim_briefly(&self, id: &str) -> Result<Claim<&Self>> {
        self.claim_as(id, true)
    }

    fn claim_as(&self, id: &str, gives_way: bool) -> Result<Claim<&Self>> {
        let cancel = self.closing.child_token();
        let (sender, ended) = watch::channel(false);
        let run_id = String::new();
        let (progress, token) = (Arc::default(), cancel.clone());
        self.reserve(id, Running { run_id, gives_way, cancel: token, progress, ended })?;
        Ok(Claim { engine: self, id: id.to_owned(), ended: sender, cancel })
    }

    /// Ends a use of the connection that gives way to a run.
    pub(super) async fn make_way(&self, id: &str) {
        if lock(&self.running).get(id).is_some_and(|running| running.gives_way) {
            self.stop_run(id).await;
        }
    }

    /// Cancels the run of a connection and waits until it has ended.
    pub(super) async fn stop_run(&self, id: &str) {
        let ended = lock(&self.running).get(id).map(|running| {
            running.cancel.cancel();
            running.ended.clone()
        });
        if let Some(mut ended) = ended {
            let _ = ended.wait_for(|ended| *ended).await;
        }
    }

    fn reserve(&self, id: &str, running: Running) -> Result<()> {
        match lock(&self.running).entry(id.to_owned()) {
            Entry::Occupied(_) => Err(Error::new(ErrorCode::SyncRunning, "one at a time for each connection")),
            Entry::Vacant(place) => {
                place.insert(running);
                Ok(())
            }
        }
    }

    pub(super) async fn start(
        self: &Arc<Self>,
        id: &str,
        trigger: RunTrigger,
        options: SyncOptions,
    ) -> Result<RunView> {
        let row = self.row(id).await?;
        if row.deleting.is_some() || self.closing.is_cancelled() {
            return Err(Error::new(ErrorCode::SyncRunning, "the connection is being deleted, or the app is closing"));
        }
        let trial = options.trial.filter(|trial| *trial > 0);
        let run_id = uuid::Uuid::now_v7().to_string();
        let started_at = now();
        let progress = Arc::new(Progress::new(started_at));
        let cancel = self.closing.child_token();
        self.make_way(id).await;
        let (sender, ended) = watch::channel(false);
        let running = Running {
            run_id: run_id.clone(),
            gives_way: false,
            cancel: cancel.clone(),
            progress: Arc::clone(&progress),
            ended: ended.clone(),
        };
        self.reserve(id, running)?;
        let claim = Claim { engine: Arc::clone(self), id: id.to_owned(), ended: sender, cancel: cancel.clone() };
        let (number, new_id) = (row.number, run_id.clone());
        let number = self
            .store
            .write(move |db| {
                // Nobody else has this connection, so an open run is one whose end could not be written.
                runs::close_left_open_of(db, number, started_at)?;
                runs::begin(db, number, &new_id, trigger, trial, started_at)
            })
            .await?;
        self.store.remember_run(number).await?;
        let store = Arc::clone(&self.store);
        let run = Run {
            store,
            connection: row.clone(),
            id: run_id.clone(),
            number,
            cancel,
            progress,
            confirmed_removals: options.confirm_removals.unwrap_or(0),
            trial,
            transfers: self.transfers(),
            previewed: options.previewed,
            clock: Arc::new(now),
            laws: Laws::default(),
        };
        let engine = Arc::clone(self);
        self.tasks.spawn(async move { engine.carry_out(run, row, claim).await });
        let engine = Arc::clone(self);
        let id = id.to_owned();
        self.tasks.spawn(async move { engine.tell_progress(&id, ended).await });
        self.store.read(move |db| runs::by_id(db, &run_id)).await
    }

    /// Waits for a turn, then carries the run out.
    async fn carry_out(self: &Arc<Self>, run: Run, row: ConnectionRow, claim: Claim<Arc<Self>>) {
        let _turn = tokio::select! {
            turn = self.turns.acquire() => Some(turn),
            // A run that is cancelled while it waits finds that out by itself.
            () = run.cancel.cancelled() => None,
        };
        let (run_id, id) = (run.id.clone(), row.connection.id.clone());
        let progress = Arc::clone(&run.progress);
        let ends = async {
            let settings = &row.connection.settings;
            let base = self.base(&settings.destination).await?;
            let credentials = resolve(&self.secrets, &row.connection.id, &settings.credentials).await?;
            Ok(Ends { source: source(&self.data_dir, &self.network(), settings, &credentials).await?, base })
        };
        // An error here is the state file's: the run's row stays open and is closed when the next one begins.
        if let Err(error) = run.go(ends).await {
            self.remember_end(&id, &run_id, progress.counts(), &error);
        }
        drop(claim);
        self.note_network(&id, &run_id).await;
        if self.tell_connection(&id).await.is_some_and(|view| view.waiting > 0) {
            self.follow(&id);
        }
        if let Ok(run) = self.run_get(run_id).await {
            self.tell(EngineEvent::RunEnded { run });
        }
    }

    /// Tells how a run gets on, at most five times a second, and only when something moved. The row is read once;
    /// only its progress is new.
    async fn tell_progress(&self, id: &str, mut ended: watch::Receiver<bool>) {
        let Ok(mut view) = self.show(id).await else { return };
        let mut tick = tokio::time::interval(SAMPLE);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut told = None;
        loop {
            tokio::select! {
                _ = ended.wait_for(|ended| *ended) => return,
                _ = tick.tick() => {}
            }
            self.add_progress(&mut view);
            if view.progress.is_some() && view.progress != told {
                told = view.progress.clone();
                self.tell(EngineEvent::Connection { connection: view.clone() });
            }
        }
    }
}
