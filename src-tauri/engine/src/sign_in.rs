//! When the end of a sign-in is worth a word. Pure: the end is given, and so is the time.
//!
//! Nobody is told what they cannot use, nor every day what they know:
//! - A sign-in that renews itself for weeks is told of three days before it does so no more.
//! - A session of hours ends every day. It is told of in its last hour, and only where the next sync comes too late.
//! - Each end is told once, to all connections of a sign-in together, and the trouble that follows is not told again.
//! - Who was told and let such a session end all the same is not told ahead the next time: they sign in when they need
//!   it. Who signs in again before the end is.

use serde::{Deserialize, Serialize};

use crate::error::ErrorCode;
use crate::notice::{Known, quiet_until};
use crate::view::{Notifications, RunView, SignIn, SignInAgain, SignInStage};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// How long before the end one is told whose sign-in has renewed itself until then.
const DAYS_BEFORE: i64 = 3 * 24 * HOUR;
/// How long before the end a session of hours is told of.
const HOUR_BEFORE: i64 = HOUR;
/// How old what was read may grow, and how old near the end, when a person may just be signing in.
const FRESH: i64 = 5 * MINUTE;
const FRESH_NEAR_THE_END: i64 = 5_000;

/// When credentials end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInEnd {
    /// When, in milliseconds since 1970 UTC.
    pub ends_at: i64,
    /// They are renewed without anybody until then.
    pub renews_itself: bool,
    /// How a person signs in again.
    pub again: SignInAgain,
}

/// What a person knows of the sign-in of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownSignIn {
    /// When the one ends that was seen last.
    pub ends_at: i64,
    /// When it was seen first.
    pub since: i64,
    /// The last end that was told.
    pub told: Option<i64>,
    /// They let one end that was told.
    pub lets_end: bool,
}

/// What follows from a look at the sign-in of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// Whether its end is to be told now.
    pub tells: bool,
    /// What the person knows then.
    pub known: Known,
    /// When to look again, because there is something to tell that may not be told yet.
    pub again_at: Option<i64>,
}

/// Whether what was read then of this end is new enough now. A clock that was set back makes it old.
pub fn is_fresh(end: Option<&SignInEnd>, read_at: i64, now: i64) -> bool {
    let is_near = end.is_some_and(|end| now >= end.ends_at - HOUR_BEFORE);
    let lasts = if is_near { FRESH_NEAR_THE_END } else { FRESH };
    (read_at..read_at + lasts).contains(&now)
}

/// The end of its sign-in as a connection shows it, which has its next sync then. One that rests (is paused, or on its way
/// out) shows none.
pub fn shown(end: &SignInEnd, rests: bool, next_due_at: Option<i64>, now: i64) -> Option<SignIn> {
    let SignInEnd { ends_at, renews_itself, again } = end.clone();
    (!rests).then_some(SignIn { ends_at, renews_itself, again, stage: stage(end, next_due_at, now) })
}

fn stage(end: &SignInEnd, next_due_at: Option<i64>, now: i64) -> SignInStage {
    let left = end.ends_at - now;
    let is_soon = match end.renews_itself {
        true => left <= DAYS_BEFORE,
        false => left <= HOUR_BEFORE && next_due_at.is_some_and(|due| due >= end.ends_at),
    };
    match left {
        ..=0 => SignInStage::Ended,
        _ if is_soon => SignInStage::Soon,
        _ => SignInStage::Lasts,
    }
}

/// What to tell of a sign-in to a person who knows so much. `newest` is the newest run that says something.
pub fn judge(
    wish: Notifications,
    known: Known,
    sign_in: Option<&SignIn>,
    newest: Option<&RunView>,
    now: i64,
) -> Judgement {
    let Some(sign_in) = sign_in else { return Judgement { tells: false, known, again_at: None } };
    let seen = seen(known.sign_in, sign_in.ends_at, now);
    let learnt = Known { sign_in: Some(seen), ..known };
    let is_wanted = match wish {
        Notifications::None => false,
        Notifications::Problems | Notifications::EveryRun => true,
    };
    let is_news = sign_in.stage == SignInStage::Soon
        && seen.told != Some(seen.ends_at)
        && (sign_in.renews_itself || !seen.lets_end)
        && !newest.is_some_and(failed_for_it);
    match quiet_until(known, now) {
        _ if !(is_wanted && is_news) => Judgement { tells: false, known: learnt, again_at: None },
        // Once it has ended there is a trouble to tell instead.
        Some(until) => {
            Judgement { tells: false, known: learnt, again_at: Some(until).filter(|until| *until < sign_in.ends_at) }
        }
        None => Judgement { tells: true, known: told(learnt, sign_in, now), again_at: None },
    }
}

/// What a person knows who was told of the end of this sign-in: a word about each connection that it serves.
pub fn told(known: Known, sign_in: &SignIn, now: i64) -> Known {
    let seen = seen(known.sign_in, sign_in.ends_at, now);
    Known { told_at: Some(now), sign_in: Some(KnownSignIn { told: Some(seen.ends_at), ..seen }), ..known }
}

fn seen(known: Option<KnownSignIn>, ends_at: i64, now: i64) -> KnownSignIn {
    match known {
        None => KnownSignIn { ends_at, since: now, told: None, lets_end: false },
        Some(same) if same.ends_at == ends_at => same,
        Some(before) => {
            let has_ended = now >= before.ends_at;
            let lets_end = has_ended && (before.lets_end || before.told == Some(before.ends_at));
            KnownSignIn { ends_at, since: now, lets_end, ..before }
        }
    }
}

/// Whether this run failed because a sign-in had ended whose end was told.
pub fn explains(known: Option<KnownSignIn>, run: &RunView) -> bool {
    known.is_some_and(|known| {
        let ended = known.told.is_some_and(|end| run.finished_at.unwrap_or(run.started_at) >= end);
        let was_before_the_next = known.told == Some(known.ends_at) || run.started_at < known.since;
        failed_for_it(run) && ended && was_before_the_next
    })
}

fn failed_for_it(run: &RunView) -> bool {
    let is_of_credentials = |code| matches!(code, ErrorCode::CredentialsExpired | ErrorCode::CredentialsMissing);
    run.error.as_ref().is_some_and(|error| is_of_credentials(error.code))
}

#[cfg(test)]
mod tests;
