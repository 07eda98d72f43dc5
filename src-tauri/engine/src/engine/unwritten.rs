//! Ends of runs that the state file did not take, because its disk is full or its folder gone. They are known for as long
//! as the process lives, so that no run seems to go on for ever; the next start closes the row as interrupted.

use std::collections::HashMap;

use crate::error::{Error, ErrorView};
use crate::store::runs::RunCounts;
use crate::sync::now;
use crate::view::{ConnectionState, ConnectionView, RunState, RunView};

use super::{Engine, lock};

/// By connection: only its newest run can be one.
pub(super) type Unwritten = HashMap<String, End>;

/// How a run ended that could not be written down.
#[derive(Debug)]
pub(super) struct End {
    run_id: String,
    at: i64,
    counts: RunCounts,
    error: ErrorView,
}

impl Engine {
    pub(super) fn remember_end(&self, connection: &str, run_id: &str, counts: RunCounts, error: &Error) {
        let end = End { run_id: run_id.to_owned(), at: now(), counts, error: error.view() };
        lock(&self.unwritten).insert(connection.to_owned(), end);
    }

    /// Ends a run's row as it is shown, where its end is known here only.
    pub(super) fn end_unwritten(&self, run: &mut RunView) {
        let unwritten = lock(&self.unwritten);
        let end = unwritten.get(&run.connection_id).filter(|end| end.run_id == run.id);
        if let Some(End { at, counts, error, .. }) = end.filter(|_| run.state == RunState::Running) {
            run.state = RunState::Failed;
            run.finished_at = Some(*at);
            run.error = Some(error.clone());
            counts.show(run);
        }
    }

    /// The same for a connection whose newest run it is.
    pub(super) fn show_unwritten(&self, view: &mut ConnectionView) {
        let Some(run) = &mut view.last_run else { return };
        let was = run.state;
        self.end_unwritten(run);
        if was == run.state {
            return;
        }
        if view.state == ConnectionState::Syncing {
            view.state = ConnectionState::NeedsYou;
        }
        if let Some(bar) = view.recent_runs.last_mut() {
            bar.state = run.state;
        }
    }
}
