//! When a request is sent once more, and what replies tell on the way: the server's clock, and that it wants fewer
//! requests.
//!
//! Backoff with jitter and the retry quota are the SDK's. What it leaves out is here: `Retry-After`, 429, and the
//! codes by which compatible services say that a signature is too old. Its own correction of the clock (the `Date` of
//! a refusal becomes the offset of every later signature) does the rest.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextRef,
    BeforeTransmitInterceptorContextMut, InterceptorContext,
};
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_smithy_runtime_api::client::retries::classifiers::{RetryClassifierPriority, RetryReason};
use aws_smithy_types::retry::ErrorKind;

use super::classify;
use crate::error::ErrorCode;

/// The longest that a server may make us wait before the next attempt.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Clocks that differ by less need no correction: S3 allows 15 minutes, the SDK corrects from 4 on.
const CORRECTED_FROM: Duration = Duration::from_secs(4 * 60);

/// What the replies of one source told.
#[derive(Debug)]
pub(super) struct Signals {
    throttled: AtomicU64,
    /// Milliseconds by which the server's clock is ahead of ours.
    skew: AtomicI64,
}

/// No reply has told the time yet.
const UNKNOWN: i64 = i64::MIN;

impl Default for Signals {
    fn default() -> Self {
        Self { throttled: AtomicU64::new(0), skew: AtomicI64::new(UNKNOWN) }
    }
}

impl Signals {
    /// How often the server asked to slow down.
    pub(super) fn throttled(&self) -> u64 {
        self.throttled.load(Relaxed)
    }

    /// Milliseconds by which the server's clock is ahead of ours, if a reply told.
    pub(super) fn skew(&self) -> Option<i64> {
        Some(self.skew.load(Relaxed)).filter(|skew| *skew != UNKNOWN)
    }
}

/// Hears what every reply tells, of each attempt once.
#[derive(Debug)]
pub(super) struct Ear(pub(super) Arc<Signals>);

impl Intercept for Ear {
    fn name(&self) -> &'static str {
        "Ear"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.output_or_error().is_err() && classify::of_reply(context.response()) == ErrorCode::Throttled {
            self.0.throttled.fetch_add(1, Relaxed);
        }
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let now = components.time_source().map_or_else(SystemTime::now, |source| source.now());
        if let Some(ahead) = context.response().headers().get("date").and_then(|date| ahead(date, now)) {
            self.0.skew.store(ahead, Relaxed);
        }
        Ok(())
    }
}

/// Milliseconds by which a date lies after now.
fn ahead(date: &str, now: SystemTime) -> Option<i64> {
    let date = http_date(date)?;
    match date.duration_since(now) {
        Ok(ahead) => i64::try_from(ahead.as_millis()).ok(),
        Err(behind) => i64::try_from(behind.duration().as_millis()).ok().map(|behind| -behind),
    }
}

fn http_date(text: &str) -> Option<SystemTime> {
    SystemTime::try_from(DateTime::from_str(text, DateTimeFormat::HttpDate).ok()?).ok()
}

/// Leaves the SDK's `x-id` out of the query, for servers that sign it in another way.
#[derive(Debug)]
pub(super) struct NamelessOperation;

impl Intercept for NamelessOperation {
    fn name(&self) -> &'static str {
        "NamelessOperation"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let shorter = without_name(request.uri());
        if let Some(uri) = shorter {
            request.set_uri(uri)?;
        }
        Ok(())
    }
}

fn without_name(uri: &str) -> Option<String> {
    let (path, query) = uri.split_once('?')?;
    let kept: Vec<&str> = query.split('&').filter(|part| !part.starts_with("x-id=")).collect();
    let shorter = if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) };
    (shorter != uri).then_some(shorter)
}

/// Has the last word on whether, and after how long, a failed attempt is made again.
#[derive(Debug)]
pub(super) struct Patience;

impl ClassifyRetry for Patience {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        self.classify_retry_v2(context, &RetryAction::NoActionIndicated)
    }

    fn classify_retry_v2(&self, context: &InterceptorContext, previous: &RetryAction) -> RetryAction {
        let Some(response) = context.response().filter(|_| matches!(context.output_or_error(), Some(Err(_)))) else {
            return RetryAction::NoActionIndicated;
        };
        let said = classify::of_reply(response);
        let now = SystemTime::now();
        let header = |name| response.headers().get(name);
        let skew = header("date").and_then(|date| ahead(date, now)).unwrap_or(0);
        let wait = header("retry-after").and_then(|text| wait(text, header("date").and_then(http_date).unwrap_or(now)));
        decide(said, skew, wait, previous)
    }

    fn name(&self) -> &'static str {
        "Patience"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// What an attempt's failure means, given what the SDK makes of it.
fn decide(said: ErrorCode, skew: i64, wait: Option<Duration>, previous: &RetryAction) -> RetryAction {
    let kind = match (said, previous) {
        (ErrorCode::Throttled, _) => ErrorKind::ThrottlingError,
        // The reply's date corrects the next signature.
        (ErrorCode::ClockSkewed, _) if Duration::from_millis(skew.unsigned_abs()) > CORRECTED_FROM => {
            ErrorKind::ServerError
        }
        (_, RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. })) => *kind,
        _ => return RetryAction::NoActionIndicated,
    };
    match wait {
        Some(wait) => RetryAction::retryable_error_with_explicit_delay(kind, spread(wait.min(LONGEST_WAIT))),
        None if *previous == RetryAction::retryable_error(kind) => RetryAction::NoActionIndicated,
        None => RetryAction::retryable_error(kind),
    }
}

/// `Retry-After` in either form: seconds, or a date, which is compared with the server's own clock
/// (<https://www.rfc-editor.org/rfc/rfc9110#name-retry-after>).
pub(crate) fn wait(text: &str, server_now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(http_date(text)?.duration_since(server_now).unwrap_or_default()),
    }
}

/// Up to a tenth longer, so that requests which were refused together do not come back together.
fn spread(wait: Duration) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    static SALT: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    let dice = SALT.hash_one(std::time::Instant::now()) % 100;
    (wait + wait.mul_f64(dice as f64 / 1_000.0)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// 784111777 seconds since 1970.
    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn delay(action: &RetryAction) -> Option<Duration> {
        match action {
            RetryAction::RetryIndicated(RetryReason::RetryableError { retry_after, .. }) => *retry_after,
            _ => None,
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(wait(" 7 ", at(0)), Some(Duration::from_secs(7)));
        assert_eq!(wait(DATE, at(784_111_770)), Some(Duration::from_secs(7)));
        assert_eq!(wait(DATE, at(784_111_790)), Some(Duration::ZERO));
        assert_eq!(wait("soon", at(0)), None);
    }

    #[test]
    fn the_servers_clock_is_ahead_or_behind() {
        assert_eq!(ahead(DATE, at(784_111_777 - 90)), Some(90_000));
        assert_eq!(ahead(DATE, at(784_111_777 + 90)), Some(-90_000));
        assert_eq!(ahead("yesterday", at(0)), None);
    }

    #[test]
    fn a_throttled_request_waits_as_long_as_the_server_asks_within_bounds() {
        let previous = RetryAction::NoActionIndicated;
        let asked = decide(ErrorCode::Throttled, 0, Some(Duration::from_secs(3)), &previous);
        assert!((Duration::from_secs(3)..Duration::from_millis(3_400)).contains(&delay(&asked).expect("a delay")));
        let too_long = decide(ErrorCode::Throttled, 0, Some(Duration::from_secs(3_600)), &previous);
        assert_eq!(delay(&too_long), Some(LONGEST_WAIT));
        assert_eq!(decide(ErrorCode::Throttled, 0, None, &previous), RetryAction::throttling_error());
    }

    #[test]
    fn what_the_sdk_does_not_send_again_is_not_made_so_by_a_header() {
        let wait = Some(Duration::from_secs(1));
        let denied = decide(ErrorCode::AccessDenied, 0, wait, &RetryAction::NoActionIndicated);
        assert_eq!(denied, RetryAction::NoActionIndicated);
        let failed = decide(ErrorCode::StorageFailed, 0, wait, &RetryAction::transient_error());
        assert!(delay(&failed).is_some());
        let failed = decide(ErrorCode::StorageFailed, 0, None, &RetryAction::transient_error());
        assert_eq!(failed, RetryAction::NoActionIndicated, "the SDK's own word stands");
    }

    #[test]
    fn a_refusal_for_the_clock_is_sent_again_only_where_the_clocks_differ() {
        let none = RetryAction::NoActionIndicated;
        assert_eq!(decide(ErrorCode::ClockSkewed, 1_200_000, None, &none), RetryAction::server_error());
        assert_eq!(decide(ErrorCode::ClockSkewed, -1_200_000, None, &none), RetryAction::server_error());
        assert_eq!(decide(ErrorCode::ClockSkewed, 2_000, None, &none), none);
    }

    #[test]
    fn the_name_of_the_operation_is_left_out_of_the_query() {
        assert_eq!(without_name("https://h/b/k?x-id=GetObject").as_deref(), Some("https://h/b/k"));
        assert_eq!(without_name("https://h/b?a=1&x-id=GetObject&b").as_deref(), Some("https://h/b?a=1&b"));
        assert_eq!(without_name("https://h/b/k"), None);
        assert_eq!(without_name("https://h/b?list-type=2"), None);
    }
}
