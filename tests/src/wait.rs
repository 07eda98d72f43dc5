//! Waiting with a deadline, for what no event announces.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep};

const PAUSE: Duration = Duration::from_millis(50);

/// Asks again until there is an answer.
///
/// # Panics
/// When the deadline has passed: with what was waited for.
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    what: impl Display,
    deadline: Duration,
    mut ask: impl FnMut() -> F,
) -> T {
    let end = Instant::now() + deadline;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < end, "waited {} s in vain for {what}", deadline.as_secs());
        sleep(PAUSE).await;
    }
}
