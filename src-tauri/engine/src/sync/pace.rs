//! How many documents are on their way at once: some at first, more as long as neither the storage nor the knowledge base
//! minds, up to as many as there are lanes; fewer while one of them asks for fewer requests.
//!
//! One more after each run of documents without such a word, halved at a word, never under one. The requests
//! themselves wait and are sent again in [`crate::source`]; this only keeps them from coming so fast.

use std::sync::{Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{Error, Result};

/// Documents on their way at first: a server that is new to us is not tried with all that we have.
const FIRST: usize = 16;
/// Documents in a row without a word of the storage before one more is on its way.
const CALM: usize = 10;

/// The pace of one run.
#[derive(Debug)]
pub struct Pace {
    lanes: usize,
    free: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Documents that may be on their way at once.
    width: usize,
    /// Turns that are over the width and end for good when they are given back.
    surplus: usize,
    /// Documents that ended since the storage asked for fewer requests, or the width changed.
    calm: usize,
    /// What of the storage's words was heeded.
    heard: u64,
}

/// Leave to have one document on its way. Given back when dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    pace: &'a Pace,
    permit: Option<SemaphorePermit<'a>>,
}

impl Pace {
    /// The pace of a run with so many lanes. `heard`: how often the storage has asked for fewer requests so far.
    pub fn new(lanes: usize, heard: u64) -> Self {
        let lanes = lanes.max(1);
        let width = lanes.min(FIRST);
        // Whatever was before counts as calm: the first word is heeded.
        let state = State { width, surplus: 0, calm: 1, heard };
        Self { lanes, free: Semaphore::new(width), state: Mutex::new(state) }
    }

    /// Waits until one more document may be on its way.
    ///
    /// # Errors
    /// Never: the semaphore is not closed.
    pub async fn turn(&self) -> Result<Turn<'_>> {
        let permit = self.free.acquire().await.map_err(|e| Error::internal("waiting for a turn", e))?;
        Ok(Turn { pace: self, permit: Some(permit) })
    }

    /// A read ended; `throttled`: how often the storage has asked for fewer requests so far.
    pub fn heed(&self, throttled: u64) {
        let mut state = self.state();
        if throttled > state.heard {
            state.heard = throttled;
            // Those that were on their way together are refused together: that is one word, not eight.
            if state.calm > 0 {
                let narrower = (state.width / 2).max(1);
                state.surplus += state.width - narrower;
                state.width = narrower;
            }
            state.calm = 0;
            return;
        }
        state.calm += 1;
        if state.calm >= CALM && state.width < self.lanes {
            state.width += 1;
            state.calm = 1;
            match state.surplus.checked_sub(1) {
                Some(less) => state.surplus = less,
                None => self.free.add_permits(1),
            }
        }
    }

    #[cfg(test)]
    fn width(&self) -> usize {
        self.state().width
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let Some(permit) = self.permit.take() else { return };
        let mut state = self.pace.state();
        if state.surplus > 0 {
            state.surplus -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    fn calm(pace: &Pace, documents: usize, throttled: u64) {
        for _ in 0..documents {
            pace.heed(throttled);
        }
    }

    #[test]
    fn it_is_halved_at_a_word_and_grows_one_by_one_after_calm() {
        let pace = Pace::new(8, 0);
        pace.heed(1);
        assert_eq!(pace.width(), 4);
        calm(&pace, CALM, 1);
        assert_eq!(pace.width(), 5);
        calm(&pace, 100 * CALM, 1);
        assert_eq!(pace.width(), 8);
    }

    #[test]
    fn it_begins_with_some_and_grows_to_all_lanes_while_nobody_minds() {
        let pace = Pace::new(64, 0);
        assert_eq!(pace.width(), FIRST);
        let turn = || pace.turn().now_or_never().map(|turn| turn.expect("a turn"));
        let mut held: Vec<_> = std::iter::from_fn(turn).collect();
        assert_eq!(held.len(), FIRST);
        calm(&pace, CALM, 0);
        held.extend(std::iter::from_fn(turn));
        assert_eq!(held.len(), FIRST + 1);
        calm(&pace, 64 * CALM, 0);
        held.extend(std::iter::from_fn(turn));
        assert_eq!((held.len(), pace.width()), (64, 64));
    }

    #[test]
    fn a_word_at_the_very_beginning_is_heeded() {
        let pace = Pace::new(64, 0);
        pace.heed(1);
        assert_eq!(pace.width(), FIRST / 2);
    }

    #[test]
    fn it_is_never_under_one_nor_over_the_lanes() {
        let pace = Pace::new(8, 0);
        for throttled in 1..100 {
            pace.heed(throttled);
            calm(&pace, 1, throttled);
        }
        assert_eq!(pace.width(), 1);
        let pace = Pace::new(8, 0);
        calm(&pace, 1_000, 0);
        assert_eq!(pace.width(), 8);
    }

    #[test]
    fn requests_that_are_refused_together_are_one_word() {
        let pace = Pace::new(8, 0);
        for throttled in 1..=8 {
            pace.heed(throttled);
        }
        assert_eq!(pace.width(), 4);
    }

    #[test]
    fn what_was_said_before_the_run_does_not_count() {
        let pace = Pace::new(8, 5);
        pace.heed(5);
        assert_eq!(pace.width(), 8);
    }

    #[test]
    fn turns_follow_the_width_as_they_are_given_back() {
        let pace = Pace::new(4, 0);
        let turn = || pace.turn().now_or_never().map(|turn| turn.expect("a turn"));
        let mut held: Vec<_> = std::iter::from_fn(turn).collect();
        assert_eq!(held.len(), 4);
        pace.heed(1);
        held.pop();
        assert!(turn().is_none(), "three are on their way, two may be");
        held.pop();
        assert!(turn().is_none(), "two are on their way");
        held.pop();
        held.extend(turn());
        assert_eq!(held.len(), 2);
        calm(&pace, 2 * CALM, 1);
        held.extend(std::iter::from_fn(turn));
        assert_eq!(held.len(), 4, "all lanes again");
    }

    #[test]
    fn growing_before_the_surplus_is_given_back_makes_no_turn_too_many() {
        let pace = Pace::new(4, 0);
        let turn = || pace.turn().now_or_never().map(|turn| turn.expect("a turn"));
        let held: Vec<_> = std::iter::from_fn(turn).collect();
        pace.heed(1);
        calm(&pace, 3 * CALM, 1);
        drop(held);
        assert_eq!(std::iter::from_fn(turn).collect::<Vec<_>>().len(), 4);
    }
}
