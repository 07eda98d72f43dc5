//! The background loop, and what keeps it from starting a sync: a pause, a network that is not there yet.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{join_all, try_join_all};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, timeout};

use crate::connection::Settings;
use crate::error::{Error, Result};
use crate::network::Proxy;
use crate::schedule::{self, Pause};
use crate::store::connections::{self, ConnectionRow};
use crate::sync::now;
use crate::view::{ConnectionState, ConnectionView, PauseLength, RunTrigger, SyncOptions};

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

/// Since when runs that are due wait for the network, by connection.
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

    /// Looks at the clock once: starts every run that is due and whose storage can be reached. The loop of
    /// [`Engine::start_schedule`] does this every half minute.
    pub async fn start_what_is_due(self: &Arc<Self>) {
        // The state file not answering now is no reason to end the loop; the next tick asks again.
        let Ok(views) = self.connection_list().await else { return };
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
            lock(&self.waiting).remove(id);
            return true;
        }
        let now = now();
        let since = *lock(&self.waiting).entry(id.to_owned()).or_insert(now);
        let is_over = now - since >= PATIENCE;
        if is_over {
            lock(&self.waiting).remove(id);
        }
        is_over
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
