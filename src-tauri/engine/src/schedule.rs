//! When a run is due: pure, on the wall clock, so that a computer that slept catches up when it wakes.

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// When the next run is due, in milliseconds since 1970 UTC; `None` when syncing is by hand only.
///
/// It counts from the start of the last run, or from when the connection was added: saving a connection uploads
/// nothing by itself.
pub fn next_due(every_minutes: Option<u32>, last_started_at: Option<i64>, created_at: i64) -> Option<i64> {
    let every = i64::from(every_minutes?) * MINUTE;
    Some(last_started_at.unwrap_or(created_at) + every)
}

/// Whether a run is due now.
pub fn is_due(next_due_at: Option<i64>, now: i64) -> bool {
    next_due_at.is_some_and(|due| due <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_due_four_hours_after_the_last_one_began_and_not_before() {
        let due = next_due(Some(240), Some(1_000), 0);
        assert!(!is_due(due, 1_000 + 240 * MINUTE - 1));
        assert!(is_due(due, 1_000 + 240 * MINUTE));
    }

    #[test]
    fn after_a_long_sleep_one_run_is_due_and_then_none() {
        let woke = 100 * 240 * MINUTE;
        assert!(is_due(next_due(Some(240), Some(0), 0), woke));
        assert!(!is_due(next_due(Some(240), Some(woke), 0), woke + 1));
    }

    #[test]
    fn by_hand_means_never() {
        assert!(!is_due(next_due(None, Some(0), 0), i64::MAX));
    }
}
