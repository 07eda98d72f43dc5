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
use crate::knowledge_base::KnowledgeBase;
use crate::schedule;
use crate::store::connections::ConnectionRow;
use crate::store::runs;
use crate::sync::progress::Progress;
use crate::sync::{Run, now};
use crate::view::{ConnectionState, ItemOutcome, RunItems, RunProgress, RunState, RunTrigger, RunView};

use super::{Engine, lock, resolve, source};

/// How often progress is told.
const SAMPLE: Duration = Duration::from_millis(200);
/// How often the schedule looks at the clock.
const TICK: Duration = Duration::from_secs(30);
/// Runs that `run_list` gives unless told otherwise.
const DEFAULT_RUNS: u32 = 50;
/// Lines that `run_items` gives at most.
const LARGEST_PAGE: u32 = 10_000;

/// A sync under way, or another use of a connection's listing (`run_id` is then empty).
#[derive(Debug)]
pub(super) struct Running {
    run_id: String,
    cancel: CancellationToken,
    progress: Arc<Progress>,
    ended: watch::Receiver<bool>,
}

impl Running {
    pub(super) fn sample(&self) -> RunProgress {
        self.progress.sample(&self.run_id)
    }
}

/// Keeps a connection to one user at a time; gives it back when dropped, whatever ended the use.
pub(super) struct Claim<E: Deref<Target = Engine>> {
    engine: E,
    id: String,
    ended: watch::Sender<bool>,
}

impl<E: Deref<Target = Engine>> Drop for Claim<E> {
    fn drop(&mut self) {
        lock(&self.engine.running).remove(&self.id);
        self.ended.send_replace(true);
    }
}

impl Engine {
    /// Starts the background loop that syncs when a connection is due. It ends when the engine is shut down.
    pub fn start_schedule(self: &Arc<Self>) {
        let engine = Arc::clone(self);
        self.tasks.spawn(async move {
            let mut tick = tokio::time::interval(TICK);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    () = engine.closing.cancelled() => return,
                    _ = tick.tick() => engine.start_what_is_due().await,
                }
            }
        });
    }

    async fn start_what_is_due(self: &Arc<Self>) {
        // The state file not answering now is no reason to end the loop; the next tick asks again.
        let Ok(views) = self.connection_list().await else { return };
        for view in views {
            let busy = matches!(view.state, ConnectionState::Syncing | ConnectionState::Deleting);
            if !busy && schedule::is_due(view.next_due_at, now()) {
                // Already running by hand is as good.
                let _ = self.start(&view.id, RunTrigger::Schedule).await;
            }
        }
    }

    /// Starts a sync.
    ///
    /// # Errors
    /// `sync_running`, `connection_not_found`. What the bucket says is in the run.
    pub async fn sync_start(self: &Arc<Self>, id: String) -> Result<RunView> {
        self.start(&id, RunTrigger::Manual).await
    }

    /// Starts a sync of every connection that is not syncing.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn sync_start_all(self: &Arc<Self>) -> Result<Vec<RunView>> {
        let mut started = Vec::new();
        for view in self.connection_list().await? {
            match self.start(&view.id, RunTrigger::Manual).await {
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
        self.store.read(move |db| runs::by_id(db, &id)).await
    }

    /// The newest runs, of one connection or of all; `limit` 0 means 50.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn run_list(&self, connection_id: Option<String>, limit: u32) -> Result<Vec<RunView>> {
        let limit = if limit == 0 { DEFAULT_RUNS } else { limit.min(LARGEST_PAGE) };
        let mut runs = self.store.read(move |db| runs::newest(db, connection_id.as_deref(), limit)).await?;
        let running = lock(&self.running);
        for run in runs.iter_mut().filter(|run| run.state == RunState::Running) {
            if let Some(counts) = running.get(&run.connection_id).map(|r| r.progress.counts()) {
                (run.listed, run.sent, run.removed) = (counts.listed, counts.sent, counts.removed);
                (run.skipped, run.failed, run.bytes) = (counts.skipped, counts.failed, counts.bytes);
            }
        }
        drop(running);
        Ok(runs)
    }

    /// What became of the objects of a run; `limit` 0 means 100.
    ///
    /// # Errors
    /// `invalid_request` for an unknown run.
    pub async fn run_items(
        &self,
        run_id: String,
        outcome: Option<ItemOutcome>,
        offset: u64,
        limit: u32,
    ) -> Result<RunItems> {
        let limit = if limit == 0 { 100 } else { limit.min(LARGEST_PAGE) };
        self.store.read(move |db| runs::items(db, &run_id, outcome, offset, limit)).await
    }

    /// Takes a connection for something other than a run.
    pub(super) fn claim(&self, id: &str) -> Result<Claim<&Self>> {
        let (ended, _) = self.reserve(id, "", &Arc::default(), &CancellationToken::new())?;
        Ok(Claim { engine: self, id: id.to_owned(), ended })
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

    fn reserve(
        &self,
        id: &str,
        run_id: &str,
        progress: &Arc<Progress>,
        cancel: &CancellationToken,
    ) -> Result<(watch::Sender<bool>, watch::Receiver<bool>)> {
        let (sender, ended) = watch::channel(false);
        match lock(&self.running).entry(id.to_owned()) {
            Entry::Occupied(_) => Err(Error::new(ErrorCode::SyncRunning, "one at a time for each connection")),
            Entry::Vacant(place) => {
                let (progress, cancel) = (Arc::clone(progress), cancel.clone());
                place.insert(Running { run_id: run_id.to_owned(), cancel, progress, ended: ended.clone() });
                Ok((sender, ended))
            }
        }
    }

    async fn start(self: &Arc<Self>, id: &str, trigger: RunTrigger) -> Result<RunView> {
        let row = self.row(id).await?;
        if row.deleting.is_some() || self.closing.is_cancelled() {
            return Err(Error::new(ErrorCode::SyncRunning, "the connection is being deleted, or the app is closing"));
        }
        let run_id = uuid::Uuid::now_v7().to_string();
        let started_at = now();
        let progress = Arc::new(Progress::new(started_at));
        let cancel = self.closing.child_token();
        let (sender, ended) = self.reserve(id, &run_id, &progress, &cancel)?;
        let claim = Claim { engine: Arc::clone(self), id: id.to_owned(), ended: sender };
        let (number, new_id) = (row.number, run_id.clone());
        let number = self
            .store
            .write(move |db| {
                // Nobody else has this connection, so an open run is one whose end could not be written.
                runs::close_left_open_of(db, number, started_at)?;
                runs::begin(db, number, &new_id, trigger, started_at)
            })
            .await?;
        let base: Arc<dyn KnowledgeBase> = Arc::clone(&self.library) as _;
        let store = Arc::clone(&self.store);
        let run = Run {
            store,
            base,
            connection: row.clone(),
            id: run_id.clone(),
            number,
            cancel,
            progress,
            confirmed_removals: 0,
        };
        let engine = Arc::clone(self);
        self.tasks.spawn(async move { engine.carry_out(run, row, claim).await });
        let engine = Arc::clone(self);
        let id = id.to_owned();
        self.tasks.spawn(async move { engine.tell_progress(&id, ended).await });
        self.store.read(move |db| runs::by_id(db, &run_id)).await
    }

    async fn carry_out(&self, run: Run, row: ConnectionRow, claim: Claim<Arc<Self>>) {
        let (run_id, id) = (run.id.clone(), row.connection.id.clone());
        let source = async {
            let settings = &row.connection.settings;
            let credentials = resolve(&self.secrets, &row.connection.id, &settings.credentials).await?;
            source(settings, &credentials).await
        };
        // An error here is the state file's: the run's row stays open and is closed when the next one begins.
        let _ = run.go(source).await;
        drop(claim);
        self.tell_connection(&id).await;
        if let Ok(event) = self.run_ended(&id, &run_id).await {
            self.tell(event);
        }
    }

    async fn run_ended(&self, id: &str, run_id: &str) -> Result<EngineEvent> {
        let id = id.to_owned();
        let newest = self.store.read(move |db| runs::newest(db, Some(&id), DEFAULT_RUNS)).await?;
        let index = newest.iter().position(|run| run.id == run_id);
        let index = index.ok_or_else(|| Error::internal("telling a run's end", "it is not among the newest"))?;
        let (run, before) = (newest[index].clone(), &newest[index + 1..]);
        let is_good = |run: &RunView| run.state == RunState::Completed;
        let counts = |run: &&RunView| !matches!(run.state, RunState::Cancelled | RunState::Interrupted);
        let first = is_good(&run) && !before.iter().any(is_good);
        // Before its first run a connection counts as healthy, so a first run that fails is news.
        let turned = before.iter().find(counts).map_or(!is_good(&run), |last| is_good(last) != is_good(&run));
        Ok(EngineEvent::RunEnded { run, first, turned })
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
