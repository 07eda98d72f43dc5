//! The clock of what a knowledge base is not done with. A document that was taken is not searchable yet, and an old version
//! stays until the new one is: a connection with such documents is looked after until none is left, without a listing and
//! without waiting for the next sync.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{ErrorCode, Result};
use crate::laws::Laws;
use crate::store::documents;
use crate::sync::afterwards::afterwards;
use crate::sync::judge::Rules;
use crate::sync::now;
use crate::sync::sides::Sides;
use crate::view::{ConnectionState, ConnectionView};

use super::{Engine, lock};

/// Seconds until each look, counted from the one before; the last repeats.
const STEPS: [u64; 5] = [10, 60, 120, 300, 900];

/// Connections that are looked after, by id.
pub(super) type Followed = HashSet<String>;

impl Engine {
    /// Looks after every connection with documents that wait, and goes on with deletions that had to wait.
    pub(super) async fn follow_what_waits(self: &Arc<Self>) {
        // The state file not answering now is no reason to end the loop; the next tick asks again.
        let Ok(views) = self.connection_list().await else { return };
        // A deletion may have been broken off before it marked anything.
        let waits = |view: &&ConnectionView| view.waiting > 0 || view.state == ConnectionState::Deleting;
        for view in views.iter().filter(waits) {
            self.follow(&view.id);
        }
    }

    /// Looks after a connection until nothing of it waits any more.
    pub(super) fn follow(self: &Arc<Self>, id: &str) {
        if !lock(&self.followed).insert(id.to_owned()) {
            return;
        }
        let (engine, id) = (Arc::clone(self), id.to_owned());
        self.tasks.spawn(async move {
            for step in STEPS.iter().chain(std::iter::repeat(&STEPS[STEPS.len() - 1])) {
                tokio::select! {
                    () = engine.closing.cancelled() => break,
                    () = tokio::time::sleep(Duration::from_secs(*step)) => {}
                }
                match engine.settle(&id).await {
                    Ok(0) => break,
                    Err(error) if error.code == ErrorCode::ConnectionNotFound => break,
                    // Busy, or not to be reached now: the next look tells.
                    Ok(_) | Err(_) => {}
                }
            }
            lock(&engine.followed).remove(&id);
        });
    }

    /// Looks once at the documents of a connection that wait for the knowledge base, and returns how many still do. The
    /// engine does this by itself, after a while.
    ///
    /// # Errors
    /// `sync_running`; what the knowledge base says.
    pub async fn settle(&self, id: &str) -> Result<u64> {
        let row = self.row(id).await?;
        let number = row.number;
        if row.deleting.is_some() {
            return self.finish_deletion(id).await.map(|()| 0);
        }
        let claim = self.claim_briefly(id)?;
        let settings = &row.connection.settings;
        let base = self.base(&settings.destination).await?;
        let destination = settings.destination.name();
        let sides =
            Sides { store: &self.store, base: base.as_ref(), connection: number, destination, laws: Laws::default() };
        let rules = Rules::new(id, settings, base.intake());
        let settled = afterwards(sides, &rules, claim.cancelled(), now()).await;
        let waiting = self.store.read(move |db| Ok(documents::counts(db, number)?.waiting)).await?;
        drop(claim);
        self.tell_connection(id).await;
        settled.map(|()| waiting)
    }
}
