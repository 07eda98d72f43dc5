//! How far a run is: counters that the run turns and that the engine samples.

use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::store::runs::RunCounts;
use crate::view::{PlanDrift, RunPhase, RunProgress};

/// Counters of a run. Turning one costs nothing; a sample is a plain row.
#[derive(Debug, Default)]
pub struct Progress {
    phase: AtomicU8,
    started_at: i64,
    sending_since: AtomicI64,
    planned: AtomicU64,
    bytes_planned: AtomicU64,
    done: AtomicU64,
    removing: AtomicU64,
    listed: AtomicU64,
    sent: AtomicU64,
    removed: AtomicU64,
    skipped: AtomicU64,
    failed: AtomicU64,
    bytes: AtomicU64,
    held_back: AtomicU64,
    lines: AtomicU64,
    first_failure: Mutex<Option<Error>>,
    drift: Mutex<Option<PlanDrift>>,
}

const PHASES: [RunPhase; 8] = [
    RunPhase::Waiting,
    RunPhase::Auditing,
    RunPhase::Listing,
    RunPhase::Deciding,
    RunPhase::Removing,
    RunPhase::Sending,
    RunPhase::Settling,
    RunPhase::Stopping,
];

impl Progress {
    /// A run that starts now.
    pub fn new(started_at: i64) -> Self {
        Self { started_at, ..Self::default() }
    }

    /// Enters a phase.
    pub fn enter(&self, phase: RunPhase, now: i64) {
        let index = PHASES.iter().position(|p| *p == phase).unwrap_or_default();
        self.phase.store(index as u8, Relaxed);
        if phase == RunPhase::Sending {
            self.sending_since.store(now, Relaxed);
        }
    }

    /// More objects were listed.
    pub fn add_listed(&self, count: u64) {
        self.listed.fetch_add(count, Relaxed);
    }

    /// The plan is known: documents to send with their bytes, keys that are skipped, keys that lose their documents.
    pub fn set_plan(&self, planned: u64, bytes: u64, skipped: u64, removing: u64) {
        self.planned.store(planned, Relaxed);
        self.bytes_planned.store(bytes, Relaxed);
        self.skipped.store(skipped, Relaxed);
        self.removing.store(removing, Relaxed);
    }

    /// The plan is not the one that was seen before.
    pub fn set_drift(&self, drift: PlanDrift) {
        *held(&self.drift) = Some(drift);
    }

    /// A document was sent.
    pub fn add_sent(&self, bytes: u64) {
        self.sent.fetch_add(1, Relaxed);
        self.bytes.fetch_add(bytes, Relaxed);
        self.done.fetch_add(1, Relaxed);
    }

    /// A planned document needs nothing after all, or waits for the next run.
    pub fn add_settled(&self) {
        self.done.fetch_add(1, Relaxed);
    }

    /// The knowledge base refused a document.
    pub fn add_refused(&self) {
        self.skipped.fetch_add(1, Relaxed);
        self.done.fetch_add(1, Relaxed);
    }

    /// A document failed.
    pub fn add_failed(&self, error: &Error) {
        self.failed.fetch_add(1, Relaxed);
        self.done.fetch_add(1, Relaxed);
        held(&self.first_failure).get_or_insert_with(|| error.clone());
    }

    /// A key lost its documents.
    pub fn add_removed(&self) {
        self.removed.fetch_add(1, Relaxed);
    }

    /// Removals are held back.
    pub fn set_held_back(&self, count: u64) {
        self.held_back.store(count, Relaxed);
    }

    /// The number of the run's next line.
    pub fn next_line(&self) -> u64 {
        self.lines.fetch_add(1, Relaxed)
    }

    /// What failed first.
    pub fn first_failure(&self) -> Option<Error> {
        held(&self.first_failure).clone()
    }

    /// The counters.
    pub fn counts(&self) -> RunCounts {
        RunCounts {
            listed: self.listed.load(Relaxed),
            sent: self.sent.load(Relaxed),
            removed: self.removed.load(Relaxed),
            skipped: self.skipped.load(Relaxed),
            failed: self.failed.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            held_back: self.held_back.load(Relaxed),
            lines: self.lines.load(Relaxed),
        }
    }

    /// The row that a face draws.
    pub fn sample(&self, run_id: &str) -> RunProgress {
        let since = self.sending_since.load(Relaxed);
        RunProgress {
            run_id: run_id.to_owned(),
            phase: PHASES[usize::from(self.phase.load(Relaxed)).min(PHASES.len() - 1)],
            listed: self.listed.load(Relaxed),
            planned: self.planned.load(Relaxed),
            done: self.done.load(Relaxed),
            removing: self.removing.load(Relaxed),
            removed: self.removed.load(Relaxed),
            bytes_planned: self.bytes_planned.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            started_at: self.started_at,
            sending_since: (since > 0).then_some(since),
            drift: *held(&self.drift),
        }
    }
}

/// A lock that a panic elsewhere does not take away: what is behind it is whole between statements.
pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
