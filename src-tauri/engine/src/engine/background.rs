//! The background loop, and what keeps it from starting a sync: a pause, a network that is not there yet.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{join_all, try_join_all};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, timeout};

use crate::connection::Settings;
use crate::error::{Error, ErrorCode, Result};
use crate::network::Proxy;
use crate::schedule::{self, Pause};
use crate::store::connections::{self, ConnectionRow};
use crate::sync::now;
use crate::view::{ConnectionState, ConnectionView, PauseLength, RunState, RunTrigger, RunView, SyncOptions};

use super::{Engine, lock};

/// How often the schedule looks at the clock. It is the wall clock, so a computer that slept catches up at once.
const TICK: Duration = Duration::from_secs(30);
/// A storage that can be reached at all answers a knock within this time.
const KNOCK: Duration = Duration::from_secs(5);
/// After a wake-up the network may take a while. A run that is due waits for it silently for this long; after that
/// it starts all the same, and says what it finds.
const PATIENCE: i64 = 10 * 60_000;
/// Hour of the morning at which a pause until tomorrow ends.
const MORNING: i8 = 8;

/// Since when runs that are due wait for the network, by connection. An entry stays until the storage is reached.
pub(super) type Waiting = HashMap<String, i64>;

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
                    _ = tick.tick() => {
                        engine.start_what_is_due().await;
                        engine.follow_what_waits().await;
                    }
                }
            }
        });
    }

    /// Looks at the clock once: starts every run that is due and whose storage can be reached, and tells which sign-ins
    /// come to their end. The loop of [`Engine::start_schedule`] does this every half minute.
    pub async fn start_what_is_due(self: &Arc<Self>) {
        // The state file not answering now is no reason to end the loop; the next tick asks again.
        let Ok(views) = self.connection_list().await else { return };
        self.tell_sign_ins(&views);
        let busy = |view: &ConnectionView| matches!(view.state, ConnectionState::Syncing | ConnectionState::Deleting);
        let due = views.into_iter().filter(|view| !busy(view) && schedule::is_due(view.next_due_at, now()));
        join_all(due.map(|view| async move {
            if self.may_start(&view.id).await {
                // Already running by hand is as good.
                let _ = self.start(&view.id, RunTrigger::Schedule, SyncOptions::default()).await;
            }
        }))
        .await;
    }

    /// Whether the storage can be reached, or has been waited for long enough.
    async fn may_start(&self, id: &str) -> bool {
        let Ok(ConnectionRow { connection, .. }) = self.row(id).await else { return false };
        if is_reachable(&connection.settings, &self.network().proxy).await {
            self.network_is_there(id).await;
            return true;
        }
        let now = now();
        let mut is_new = false;
        let is_over = {
            let mut waiting = lock(&self.waiting);
            let since = waiting.entry(id.to_owned()).or_insert_with(|| {
                is_new = true;
                now
            });
            let is_over = now - *since >= PATIENCE;
            if is_over {
                // The run that starts now finds out; the one after it is waited for anew.
                *since = now;
            }
            is_over
        };
        if is_new {
            self.tell_connection(id).await;
        }
        is_over
    }

    async fn network_is_there(&self, id: &str) {
        if lock(&self.waiting).remove(id).is_some() {
            self.tell_connection(id).await;
        }
    }

    /// Whatever a run ended in other than silence, it came from the storage.
    pub(super) async fn note_network(&self, id: &str, run_id: &str) {
        let Ok(run) = self.run_get(run_id.to_owned()).await else { return };
        let says_something = matches!(run.state, RunState::Completed | RunState::PartlyCompleted | RunState::Failed);
        if says_something && !is_unreachable(&run) {
            lock(&self.waiting).remove(id);
        }
    }

    /// Shows a connection as waiting for the network, unless something else says more: what a person did, or a trouble
    /// that no network mends.
    pub(super) fn show_waiting(&self, view: &mut ConnectionView) {
        let gives_way = match view.state {
            ConnectionState::New
            | ConnectionState::UpToDate
            | ConnectionState::PartlyDone
            | ConnectionState::Stopped => true,
            ConnectionState::NeedsYou => view.last_run.as_ref().is_some_and(is_unreachable),
            ConnectionState::Syncing
            | ConnectionState::Offline
            | ConnectionState::Paused
            | ConnectionState::Deleting => false,
        };
        if gives_way && view.next_due_at.is_some() && lock(&self.waiting).contains_key(&view.id) {
            view.state = ConnectionState::Offline;
        }
    }

    /// Pauses a connection, or all of them: what runs is cancelled, and the schedule starts nothing until the pause is
    /// over. A sync that a person starts still runs.
    ///
    /// # Errors
    /// `connection_not_found`; what the state file says.
    pub async fn sync_pause(&self, id: Option<String>, length: PauseLength) -> Result<()> {
        let pause = Pause { until: ends_at(length)? };
        // All at once: what still runs elsewhere must not wait for the end of what runs here.
        try_join_all(self.chosen(id).await?.into_iter().map(|row| async move {
            let id = row.connection.id;
            self.store.write(move |db| connections::set_pause(db, row.number, Some(pause))).await?;
            self.stop_run(&id).await;
            self.tell_connection(&id).await;
            Ok(())
        }))
        .await
        .map(drop)
    }

    /// Lets a connection, or all of them, go on.
    ///
    /// # Errors
    /// `connection_not_found`; what the state file says.
    pub async fn sync_resume(&self, id: Option<String>) -> Result<()> {
        for row in self.chosen(id).await? {
            self.store.write(move |db| connections::set_pause(db, row.number, None)).await?;
            self.tell_connection(&row.connection.id).await;
        }
        Ok(())
    }

    async fn chosen(&self, id: Option<String>) -> Result<Vec<ConnectionRow>> {
        match id {
            Some(id) => Ok(vec![self.row(&id).await?]),
            None => self.store.read(|db| connections::all(db)).await,
        }
    }
}

fn ends_at(length: PauseLength) -> Result<Option<i64>> {
    Ok(match length {
        PauseLength::Hour => Some(now() + 3_600_000),
        PauseLength::Tomorrow => {
            let today = jiff::Zoned::now();
            let morning = today
                .tomorrow()
                .and_then(|day| day.with().hour(MORNING).minute(0).second(0).subsec_nanosecond(0).build());
            Some(morning.map_err(|e| Error::internal("working out tomorrow", e))?.timestamp().as_millisecond())
        }
        PauseLength::UntilResumed => None,
    })
}

fn is_unreachable(run: &RunView) -> bool {
    run.error.as_ref().is_some_and(|error| error.code == ErrorCode::Unreachable)
}

/// Whether somebody opens at the storage's address, or at the proxy's before it. Of settings that lead nowhere, the run
/// itself says what is wrong.
async fn is_reachable(settings: &Settings, proxy: &Proxy) -> bool {
    let Ok(way) = crate::source::way(settings, proxy) else { return true };
    let place = match &way.proxy {
        Some(proxy) => proxy.place(),
        None => (way.plain_host.as_deref().unwrap_or(&way.host), way.port),
    };
    matches!(timeout(KNOCK, TcpStream::connect(place)).await, Ok(Ok(_)))
}
