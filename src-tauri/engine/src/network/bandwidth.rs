//! How many bytes a second come from buckets, over all connections together.
//!
//! Every piece of a body is charged as it comes; whoever reads waits until the debt is paid before it takes the next.
//! The server is slowed down by what is not taken: nothing piles up here. A change counts at once, also for those that
//! wait. Listings are not counted: they are small, and a person waits for them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// What may come at once after a silence, in seconds of the rate.
const BURST: f64 = 0.1;

/// A limit that everything that reads from buckets shares. Clones are the same limit.
#[derive(Debug, Clone)]
pub struct Bandwidth(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bucket: Mutex<Bucket>,
    changed: watch::Sender<()>,
    begun: Instant,
}

impl Default for Bandwidth {
    fn default() -> Self {
        Self(Arc::new(Shared { bucket: Mutex::default(), changed: watch::Sender::new(()), begun: Instant::now() }))
    }
}

impl Bandwidth {
    /// From now on this many bytes a second; `None`: as many as come.
    pub fn limit(&self, bytes_per_second: Option<u64>) {
        self.bucket().limit(bytes_per_second, self.0.begun.elapsed());
        self.0.changed.send_replace(());
    }

    /// Charges bytes that came, and waits until they are paid for.
    pub(crate) async fn pass(&self, bytes: usize) {
        let mut changed = self.0.changed.subscribe();
        self.bucket().charge(bytes as u64, self.0.begun.elapsed());
        while let Some(wait) = self.wait() {
            tokio::select! {
                () = sleep(wait) => {}
                // Its sender lives in here.
                _ = changed.changed() => {}
            }
        }
    }

    fn wait(&self) -> Option<Duration> {
        self.bucket().wait(self.0.begun.elapsed())
    }

    fn bucket(&self) -> std::sync::MutexGuard<'_, Bucket> {
        self.0.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The arithmetic. Time is what has passed since some beginning.
#[derive(Debug, Default)]
struct Bucket {
    rate: Option<u64>,
    /// Bytes that may come without waiting; a debt where it is below zero.
    balance: f64,
    at: Duration,
}

impl Bucket {
    fn limit(&mut self, rate: Option<u64>, now: Duration) {
        self.fill(now);
        self.rate = rate.filter(|rate| *rate > 0);
        if self.rate.is_none() {
            self.balance = 0.0;
        }
    }

    fn charge(&mut self, bytes: u64, now: Duration) {
        self.fill(now);
        if self.rate.is_some() {
            self.balance -= bytes as f64;
        }
    }

    /// How long until the debt is paid; `None` where there is none.
    fn wait(&mut self, now: Duration) -> Option<Duration> {
        self.fill(now);
        let rate = self.rate?;
        // Less than a byte is a rounding, not a debt.
        (self.balance <= -1.0).then(|| Duration::from_secs_f64(-self.balance / rate as f64))
    }

    fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at);
        self.at = self.at.max(now);
        if let Some(rate) = self.rate {
            let rate = rate as f64;
            self.balance = (self.balance + passed.as_secs_f64() * rate).min(rate * BURST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limited(rate: u64) -> Bucket {
        let mut bucket = Bucket::default();
        bucket.limit(Some(rate), Duration::ZERO);
        bucket
    }

    #[test]
    fn nothing_waits_without_a_limit() {
        let mut bucket = Bucket::default();
        bucket.charge(u64::MAX, SECOND);
        assert_eq!(bucket.wait(SECOND), None);
    }

    #[test]
    fn what_came_is_paid_for_at_the_rate() {
        let mut bucket = limited(1_000);
        bucket.charge(3_000, Duration::ZERO);
        assert_eq!(bucket.wait(Duration::ZERO), Some(3 * SECOND));
        assert_eq!(bucket.wait(SECOND), Some(2 * SECOND));
        assert_eq!(bucket.wait(3 * SECOND), None);
    }

    #[test]
    fn a_silence_saves_no_more_than_a_moment() {
        let mut bucket = limited(1_000);
        bucket.charge(1_100, 3_600 * SECOND);
        assert_eq!(bucket.wait(3_600 * SECOND), Some(SECOND));
    }

    #[test]
    fn a_change_counts_at_once_for_what_is_owed() {
        let mut bucket = limited(1_000);
        bucket.charge(10_000, Duration::ZERO);
        bucket.limit(Some(10_000), Duration::ZERO);
        assert_eq!(bucket.wait(Duration::ZERO), Some(SECOND));
        bucket.limit(None, Duration::ZERO);
        assert_eq!(bucket.wait(Duration::ZERO), None);
        bucket.limit(Some(1), Duration::ZERO);
        assert_eq!(bucket.wait(Duration::ZERO), None, "what came without a limit is no debt");
    }

    proptest! {
        /// Whoever waits as told never gets more than the rate and one burst, and one piece that is under way.
        #[test]
        fn the_rate_holds_over_any_time(rate in 1_u64..1_000_000, pieces in prop::collection::vec(1_u64..100_000, 1..100)) {
            let (mut bucket, mut now, mut came) = (limited(rate), Duration::ZERO, 0);
            for piece in pieces {
                let allowed = rate as f64 * (now.as_secs_f64() + BURST) + 2.0;
                prop_assert!(came as f64 <= allowed, "{came} came, {allowed} may");
                bucket.charge(piece, now);
                came += piece;
                now += bucket.wait(now).unwrap_or_default();
            }
        }
    }

    #[tokio::test]
    async fn those_that_wait_go_on_when_the_limit_is_lifted() {
        let bandwidth = Bandwidth::default();
        bandwidth.limit(Some(1));
        let waiting = bandwidth.pass(1_000_000);
        tokio::pin!(waiting);
        assert!(waiting.as_mut().now_or_never().is_none(), "eleven days are owed");
        bandwidth.limit(None);
        waiting.await;
    }

    #[tokio::test]
    async fn all_that_read_share_the_limit() {
        let bandwidth = Bandwidth::default();
        bandwidth.limit(Some(1));
        assert!(bandwidth.pass(1_000).now_or_never().is_none());
        assert!(bandwidth.clone().pass(0).now_or_never().is_none(), "what one took, the other waits for");
    }
}
