//! How a run ends, decided in one place, and the error budget that ends it early.

use std::collections::VecDeque;

use crate::error::{Error, ErrorCode, Result, Stops};
use crate::store::runs::RunCounts;
use crate::view::RunState;

/// Failures in a row that stop a run.
const ROW: u32 = 10;
/// The window in which failures are counted …
const WINDOW: usize = 100;
/// … and the share of it that stops a run.
const SHARE: f64 = 0.15;

/// What a run found and what it held back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Documents that were held when the run planned.
    pub held: u64,
    /// Removals that were held back.
    pub held_back: u64,
    /// Removals of the preview that the run was started from.
    pub shown: Option<u64>,
}

impl Standing {
    /// What is said of the removals that were held back.
    fn held_back_detail(&self) -> String {
        let beyond = match self.shown {
            Some(shown) if shown < self.held_back => {
                format!(", {} more than the preview showed", self.held_back - shown)
            }
            Some(_) | None => String::new(),
        };
        let documents = if self.held_back == 1 { "document" } else { "documents" };
        format!("{} {documents} would be removed{beyond}; nothing was removed, all else was done", self.held_back)
    }
}

/// How a run ended, and with which error.
pub fn outcome(
    result: Result<()>,
    cancelled: bool,
    counts: &RunCounts,
    first_failure: Option<Error>,
    standing: Standing,
) -> (RunState, Option<Error>) {
    match result {
        Err(error) => return (RunState::Failed, Some(error)),
        Ok(()) if cancelled => return (RunState::Cancelled, None),
        Ok(()) => {}
    }
    match first_failure {
        // Nothing arrived: to the person this is a failed sync, and its cause is the answer.
        Some(error) if counts.sent == 0 && standing.held == 0 => (RunState::Failed, Some(error)),
        Some(error) => (RunState::PartlyCompleted, Some(error)),
        None if standing.held_back > 0 => {
            (RunState::PartlyCompleted, Some(Error::new(ErrorCode::MassRemoval, standing.held_back_detail())))
        }
        None => (RunState::Completed, None),
    }
}

/// Stops a run with one clear cause instead of ten thousand failures.
#[derive(Debug, Default)]
pub struct Budget {
    in_a_row: u32,
    window: VecDeque<bool>,
    codes: Vec<ErrorCode>,
}

impl Budget {
    /// A document arrived (or was refused, which is an answer).
    pub fn passed(&mut self) {
        self.in_a_row = 0;
        self.push(false);
    }

    /// A document failed. Returns the error that stops the run, if this is one failure too many.
    pub fn failed(&mut self, error: &Error) -> Option<Error> {
        if error.code.stops() == Stops::Run {
            return Some(error.clone());
        }
        self.in_a_row += 1;
        self.push(true);
        if !self.codes.contains(&error.code) {
            self.codes.push(error.code);
        }
        let failures = self.window.iter().filter(|failed| **failed).count();
        let many = self.window.len() == WINDOW && failures as f64 > SHARE * WINDOW as f64;
        if self.in_a_row < ROW && !many {
            return None;
        }
        // One cause is told as itself, with its own solution.
        let code = if self.codes.len() == 1 { error.code } else { ErrorCode::TooManyFailures };
        let what = if self.in_a_row >= ROW {
            format!("{ROW} documents in a row failed")
        } else {
            "too many documents failed".into()
        };
        Some(Error { code, detail: format!("{what}; the last: {}", error.detail), ..error.clone() })
    }

    fn push(&mut self, failed: bool) {
        if self.window.len() == WINDOW {
            self.window.pop_front();
        }
        self.window.push_back(failed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied() -> Error {
        Error::new(ErrorCode::AccessDenied, "a.md")
    }

    #[test]
    fn ten_failures_in_a_row_stop_a_run_with_their_own_cause() {
        let mut budget = Budget::default();
        assert!((0..9).all(|_| budget.failed(&denied()).is_none()));
        budget.passed();
        assert!((0..9).all(|_| budget.failed(&denied()).is_none()));
        assert_eq!(budget.failed(&denied()).expect("stops").code, ErrorCode::AccessDenied);
    }

    #[test]
    fn different_causes_are_told_as_too_many_failures() {
        let mut budget = Budget::default();
        let _ = budget.failed(&Error::new(ErrorCode::Unreachable, "b.md"));
        let last = (0..9).filter_map(|_| budget.failed(&denied())).next_back();
        assert_eq!(last.expect("stops").code, ErrorCode::TooManyFailures);
    }

    #[test]
    fn a_large_share_of_a_window_stops_a_run() {
        let mut budget = Budget::default();
        let stopped = (0..200).find(|i| {
            if i % 5 == 0 {
                budget.failed(&denied()).is_some()
            } else {
                budget.passed();
                false
            }
        });
        assert!(stopped.is_some_and(|i| (99..=110).contains(&i)), "{stopped:?}");
    }

    #[test]
    fn what_every_request_would_meet_stops_at_once() {
        let error = Error::new(ErrorCode::AuthenticationFailed, "");
        assert!(Budget::default().failed(&error).is_some());
    }

    #[test]
    fn the_outcome_tells_error_cancel_partial_and_whole_apart() {
        let counts = |sent, failed| RunCounts { sent, failed, ..RunCounts::default() };
        let state = |result, cancelled, counts: RunCounts, failure, held_back| {
            outcome(result, cancelled, &counts, failure, Standing { held_back, ..Standing::default() }).0
        };
        assert_eq!(state(Err(denied()), true, counts(1, 0), None, 0), RunState::Failed);
        assert_eq!(state(Ok(()), true, counts(1, 0), None, 0), RunState::Cancelled);
        assert_eq!(state(Ok(()), false, counts(1, 1), Some(denied()), 0), RunState::PartlyCompleted);
        assert_eq!(state(Ok(()), false, counts(0, 1), Some(denied()), 0), RunState::Failed);
        let held = Standing { held: 29, ..Standing::default() };
        assert_eq!(outcome(Ok(()), false, &counts(0, 1), Some(denied()), held).0, RunState::PartlyCompleted);
        assert_eq!(state(Ok(()), false, counts(1, 0), None, 11), RunState::PartlyCompleted);
        assert_eq!(state(Ok(()), false, counts(0, 0), None, 0), RunState::Completed);
    }
}
