//! What a person is told when they do not look, and when. Pure: how a connection stands comes from its runs, never from
//! what was said last; what was said last only decides whether there is something to say.
//!
//! The rules:
//! - Told are changes: a first sync finished, trouble began or ended, removals are held back. A routine sync is silent.
//! - A connection speaks unasked at most once in four hours. What changes meanwhile is not lost: when they are over, how
//!   it stands *then* is told, if it is not what the person knows already.
//! - A trouble that may pass by itself is none before it has ended two runs in a row.
//! - Who asked for one sync gets an answer, whatever became of it, and an answer is not counted against the four hours.
//!
//! What is told of a sign-in that comes to its end is [`crate::sign_in`]'s.

use serde::{Deserialize, Serialize};

use crate::error::ErrorCode;
use crate::sign_in::{self, KnownSignIn};
use crate::view::{Notifications, RunState, RunView, SignIn};

/// A connection speaks unasked at most once in this time, in milliseconds.
pub const QUIET: i64 = 4 * 60 * 60_000;

/// How a connection stands, as far as it is worth a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It was never in step with its bucket, and nothing is wrong.
    #[default]
    New,
    /// It was in step, and nothing is wrong.
    Well,
    /// A person has to look.
    Trouble,
    /// Removals wait for a person's yes.
    Held,
}

/// What a person knows of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// How it stands, to their knowledge.
    pub standing: Standing,
    /// When it last spoke unasked, in milliseconds since 1970 UTC.
    pub told_at: Option<i64>,
    /// Its sign-in, where one was ever seen.
    #[serde(default)]
    pub sign_in: Option<KnownSignIn>,
}

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// The first sync that did everything.
    FirstSync,
    /// The trouble is over.
    WellAgain,
    /// Trouble.
    NeedsYou,
    /// Removals are held back until a person confirms them.
    HeldBack,
    /// A run ended, and nothing is new: an answer, or what somebody wants to hear of every run.
    RunEnded,
}

/// Something to tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// Of a connection, with the run that it comes from.
    Run {
        /// What.
        news: News,
        /// The run.
        run: Box<RunView>,
    },
    /// A sign-in comes to its end.
    SignIn {
        /// The connection that it was seen at.
        connection_id: String,
        /// Its name.
        connection_name: String,
        /// How many other connections it serves.
        others: u64,
        /// The sign-in.
        sign_in: SignIn,
    },
}

/// Why a connection is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A run ended.
    RunEnded,
    /// A run ended that a person asked for on its own, and they wait for the answer.
    Asked,
    /// Time has passed.
    Later,
}

/// What follows from a look at a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// What is to be told now.
    pub news: Option<News>,
    /// What the person knows then.
    pub known: Known,
    /// When to look again, because there is something to tell that may not be told yet.
    pub again_at: Option<i64>,
}

/// How a connection stands after these runs, the newest first.
pub fn standing(runs: &[RunView]) -> Standing {
    let mut counted = runs.iter().filter(|run| counts(run));
    let was_in_step = if runs.iter().any(is_whole) { Standing::Well } else { Standing::New };
    match (counted.next(), counted.next()) {
        (None, _) => Standing::New,
        (Some(newest), _) if newest.state == RunState::Completed => was_in_step,
        (Some(newest), _) if newest.held_back > 0 => Standing::Held,
        (Some(newest), _) if !may_pass(newest) => Standing::Trouble,
        (Some(_), Some(before)) if before.state != RunState::Completed => Standing::Trouble,
        (Some(_), _) => was_in_step,
    }
}

/// How a connection stands after these runs to a person who knows so much: what follows from the end of a sign-in that
/// they were told of is nothing new to them.
pub fn standing_to(known: Known, runs: &[RunView]) -> Standing {
    let is_explained = newest(runs).is_some_and(|run| sign_in::explains(known.sign_in, run));
    match standing(runs) {
        Standing::Trouble if is_explained => known.standing,
        other => other,
    }
}

/// The newest run that says something.
pub fn newest(runs: &[RunView]) -> Option<&RunView> {
    runs.iter().find(|run| counts(run))
}

/// Whether the newest of these runs is the first that did everything.
pub fn is_first_sync(runs: &[RunView]) -> bool {
    newest(runs).is_some_and(is_whole) && runs.iter().filter(|run| is_whole(run)).count() == 1
}

/// Whether a run says something of its connection: not when it was stopped, or has not ended.
pub fn counts(run: &RunView) -> bool {
    match run.state {
        RunState::Completed | RunState::PartlyCompleted | RunState::Failed => true,
        RunState::Running | RunState::Cancelled | RunState::Interrupted => false,
    }
}

fn is_whole(run: &RunView) -> bool {
    run.state == RunState::Completed && run.trial.is_none()
}

fn may_pass(run: &RunView) -> bool {
    let settles = |code| matches!(code, ErrorCode::ObjectGone | ErrorCode::ObjectChanged | ErrorCode::DocumentBusy);
    run.error.as_ref().is_none_or(|error| error.code.passes() || settles(error.code))
}

/// What to tell of a connection that stands so, to a person who knows so much.
pub fn judge(
    occasion: Occasion,
    wish: Notifications,
    known: Known,
    standing: Standing,
    is_first_sync: bool,
    now: i64,
) -> Judgement {
    let change = change(known.standing, standing, is_first_sync);
    let learnt = Known { standing, ..known };
    let silent = |known| Judgement { news: None, known, again_at: None };
    let tell = |news, known| Judgement { news: Some(news), known, again_at: None };
    match (wish, occasion) {
        (Notifications::None, _) => silent(known),
        (_, Occasion::Asked) => tell(change.unwrap_or(News::RunEnded), learnt),
        (Notifications::EveryRun, Occasion::RunEnded) => tell(change.unwrap_or(News::RunEnded), learnt),
        (Notifications::EveryRun | Notifications::Problems, _) => match (change, quiet_until(known, now)) {
            (None, _) => silent(learnt),
            (Some(_), Some(until)) => Judgement { news: None, known, again_at: Some(until) },
            (Some(news), None) => tell(news, Known { told_at: Some(now), ..learnt }),
        },
    }
}

fn change(known: Standing, standing: Standing, is_first_sync: bool) -> Option<News> {
    match (known, standing) {
        (_, Standing::New) => None,
        (Standing::Well, Standing::Well)
        | (Standing::Trouble, Standing::Trouble)
        | (Standing::Held, Standing::Held) => None,
        (Standing::New | Standing::Trouble | Standing::Held, Standing::Well) if is_first_sync => Some(News::FirstSync),
        // In step since before anybody kept count.
        (Standing::New, Standing::Well) => None,
        (Standing::Trouble | Standing::Held, Standing::Well) => Some(News::WellAgain),
        (_, Standing::Trouble) => Some(News::NeedsYou),
        (_, Standing::Held) => Some(News::HeldBack),
    }
}

/// Until when a connection may not speak unasked. A clock that was set back must not silence it for longer.
pub(crate) fn quiet_until(known: Known, now: i64) -> Option<i64> {
    known.told_at.filter(|told| (*told..*told + QUIET).contains(&now)).map(|told| told + QUIET)
}

#[cfg(test)]
pub(crate) mod tests;
