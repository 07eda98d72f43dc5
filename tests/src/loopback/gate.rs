//! Requests that wait until a test lets them go on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// The longest that a test waits for a request to come.
const ARRIVAL_DEADLINE: Duration = Duration::from_secs(30);

/// Holds requests until it is opened. Dropping it opens it.
#[derive(Debug)]
pub struct Gate {
    hold: Hold,
}

/// The server's end of a gate.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    waiting: Arc<watch::Sender<usize>>,
    open: Arc<watch::Sender<bool>>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { hold: Hold { waiting: Arc::new(watch::channel(0).0), open: Arc::new(watch::channel(false).0) } }
    }
}

impl Gate {
    /// The server's end.
    pub(crate) fn hold(&self) -> Hold {
        self.hold.clone()
    }

    /// Waits until this many requests have come to the gate.
    ///
    /// # Panics
    /// After half a minute.
    pub async fn arrived(&self, requests: usize) {
        let mut waiting = self.hold.waiting.subscribe();
        let arrived = waiting.wait_for(|count| *count >= requests);
        let arrived = tokio::time::timeout(ARRIVAL_DEADLINE, arrived).await;
        assert!(arrived.is_ok(), "no {requests} requests came within {ARRIVAL_DEADLINE:?}");
    }

    /// Lets them go on, and all that follow.
    pub fn open(&self) {
        self.hold.open.send_replace(true);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.open();
    }
}

impl Hold {
    /// Waits until the gate is open.
    pub(crate) async fn pass(self) {
        self.waiting.send_modify(|count| *count += 1);
        // The sender lives in `self`, so waiting ends only by opening.
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }

    /// Whether it holds nobody any more.
    pub(crate) fn is_open(&self) -> bool {
        *self.open.borrow()
    }
}
