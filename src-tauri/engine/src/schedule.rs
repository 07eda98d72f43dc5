//! When a run is due: pure, on the wall clock, so that a computer that slept catches up when it wakes.

use serde::Serialize;
use ts_rs::TS;

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;
/// After a run that a passing trouble ended (no network, a busy server) the next one comes this much later, in
/// minutes; the more such runs in a row, the later, and never later than the interval says.
const SETBACKS: [i64; 5] = [1, 2, 5, 15, 30];
/// Connections with the same interval are spread over at most this long, so that they do not start together.
const LONGEST_JITTER: i64 = 2 * MINUTE;

/// A pause of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// When it ends by itself, in milliseconds since 1970 UTC; `None`: when a person resumes.
    pub until: Option<i64>,
}

impl Pause {
    /// Whether it holds now.
    pub fn holds(&self, now: i64) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// What decides when the next run of a connection is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    /// Id of the connection; spreads connections over the minutes after they are due.
    pub id: &'a str,
    /// Minutes between syncs; `None`: only by hand.
    pub every_minutes: Option<u32>,
    /// When it was added, in milliseconds since 1970 UTC. Saving a connection uploads nothing by itself.
    pub created_at: i64,
    /// When the last run started.
    pub last_started_at: Option<i64>,
    /// When the last run ended.
    pub last_finished_at: Option<i64>,
    /// How many runs in a row a passing trouble has ended.
    pub setbacks: u32,
    /// The connection's pause.
    pub pause: Option<Pause>,
}

/// When the next run is due, in milliseconds since 1970 UTC; `None` when only a person starts one.
pub fn next_due(facts: &Facts<'_>, now: i64) -> Option<i64> {
    let every = i64::from(facts.every_minutes?) * MINUTE;
    // A clock that was set back must not put the next run off for as long as it was wrong.
    let began = facts.last_started_at.unwrap_or(facts.created_at).min(now);
    let regular = began + every + jitter(facts.id, every);
    let due = match (facts.setbacks, facts.last_finished_at) {
        (0, _) | (_, None) => regular,
        (setbacks, Some(finished)) => {
            let wait = SETBACKS[(setbacks as usize - 1).min(SETBACKS.len() - 1)] * MINUTE;
            regular.min(finished.min(now) + wait)
        }
    };
    match facts.pause.filter(|pause| pause.holds(now)) {
        Some(Pause { until: None }) => None,
        Some(Pause { until: Some(until) }) => Some(due.max(until)),
        None => Some(due),
    }
}

/// Whether a run is due now.
pub fn is_due(next_due_at: Option<i64>, now: i64) -> bool {
    next_due_at.is_some_and(|due| due <= now)
}

/// The same for a connection every time, so that the time that is shown is the time that comes.
fn jitter(id: &str, every: i64) -> i64 {
    // FNV-1a: any spread will do, it only has to be the same tomorrow.
    let hash = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let most = (every / 20).min(LONGEST_JITTER);
    (hash % (most.max(1) as u64)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: i64 = 240 * MINUTE;

    fn facts() -> Facts<'static> {
        Facts {
            id: "c1",
            every_minutes: Some(240),
            created_at: 0,
            last_started_at: Some(1_000),
            last_finished_at: Some(5_000),
            setbacks: 0,
            pause: None,
        }
    }

    #[test]
    fn a_run_is_due_four_hours_after_the_last_one_began_and_not_before() {
        let due = next_due(&facts(), 2_000);
        assert!(!is_due(due, 1_000 + EVERY - 1));
        assert!(is_due(due, 1_000 + EVERY + LONGEST_JITTER));
    }

    #[test]
    fn connections_do_not_all_start_in_the_same_second() {
        let due = |id| next_due(&Facts { id, ..facts() }, 2_000).expect("scheduled");
        let mut times: Vec<i64> = ["a", "b", "c", "d", "e"].into_iter().map(due).collect();
        times.sort_unstable();
        times.dedup();
        assert!(times.len() > 2, "{times:?}");
        let short = Facts { every_minutes: Some(5), ..facts() };
        assert!(next_due(&short, 2_000).expect("scheduled") <= 1_000 + 5 * MINUTE + 15_000);
    }

    #[test]
    fn after_a_long_sleep_one_run_is_due_and_then_none() {
        let woke = 100 * EVERY;
        assert!(is_due(next_due(&facts(), woke), woke));
        let ran = Facts { last_started_at: Some(woke), ..facts() };
        assert!(!is_due(next_due(&ran, woke + 1), woke + 1));
    }

    #[test]
    fn a_passing_trouble_is_tried_again_soon_and_ever_later() {
        let after = |setbacks| next_due(&Facts { setbacks, ..facts() }, 6_000).expect("scheduled") - 5_000;
        assert_eq!([after(1), after(2), after(3)], [MINUTE, 2 * MINUTE, 5 * MINUTE]);
        assert_eq!(after(50), 30 * MINUTE);
        let often = Facts { setbacks: 50, every_minutes: Some(5), ..facts() };
        assert!(
            next_due(&often, 6_000).expect("scheduled") <= 1_000 + 5 * MINUTE + 15_000,
            "the interval is the longest"
        );
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_put_the_next_run_off() {
        let future = Facts { last_started_at: Some(1_000 * EVERY), ..facts() };
        assert!(next_due(&future, 0).expect("scheduled") <= EVERY + LONGEST_JITTER);
    }

    #[test]
    fn a_pause_holds_until_its_end_or_until_a_person_resumes() {
        let paused = |until| Facts { pause: Some(Pause { until }), ..facts() };
        assert_eq!(next_due(&paused(None), 2_000), None);
        assert_eq!(next_due(&paused(Some(9 * EVERY)), 2_000), Some(9 * EVERY));
        assert_eq!(next_due(&paused(Some(1_500)), 2_000), next_due(&facts(), 2_000), "a pause that is over");
    }

    #[test]
    fn by_hand_means_never() {
        assert_eq!(next_due(&Facts { every_minutes: None, ..facts() }, i64::MAX), None);
    }
}
