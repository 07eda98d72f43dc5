//! Servers that ask for fewer requests, and when.

use std::time::{Instant, SystemTime};

use s3s::dto::{Timestamp, TimestampFormat};

use super::*;

fn refusal(status: u16, code: &str, retry_after: Option<&str>) -> Fault {
    let Fault::Reply { status, mut headers, body } = Fault::s3_error(status, code, "Reduce your request rate.") else {
        unreachable!("an error is a reply")
    };
    headers.extend(retry_after.map(|value| ("retry-after".to_owned(), value.to_owned())));
    Fault::Reply { status, headers, body }
}

async fn server() -> (MemoryS3, S3Source) {
    let server = MemoryS3::start().await;
    server.put("user-files", "a.md", "text");
    let source = source_of(&server, "user-files").await;
    (server, source)
}

/// Lists in spite of one refusal, and says how long that took.
async fn listed_after(refusal: Fault) -> Duration {
    let (server, source) = server().await;
    server.fail(1, On::List, refusal);
    let begun = Instant::now();
    assert_eq!(list_all(&source, "").await.len(), 1);
    assert_eq!(source.throttled(), 1);
    begun.elapsed()
}

#[tokio::test]
async fn a_request_is_sent_again_after_the_seconds_that_the_server_asks_for() {
    assert!(listed_after(refusal(503, "SlowDown", Some("2"))).await >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_request_is_sent_again_at_the_date_that_the_server_asks_for() {
    let mut date = Vec::new();
    let then = Timestamp::from(SystemTime::now() + Duration::from_secs(4));
    then.format(TimestampFormat::HttpDate, &mut date).expect("a date");
    let took = listed_after(refusal(429, "TooManyRequests", Some(std::str::from_utf8(&date).expect("text")))).await;
    // Dates have whole seconds, on both sides.
    assert!(took >= Duration::from_secs(2), "{took:?}");
}

#[tokio::test]
async fn a_refusal_that_only_a_status_tells_is_sent_again_too() {
    let reply = Fault::Reply { status: 429, headers: Vec::new(), body: String::new() };
    listed_after(reply).await;
}

#[tokio::test]
async fn a_server_that_goes_on_asking_is_throttled_after_three_attempts() {
    let (server, source) = server().await;
    server.fail_always(On::List, Fault::SlowDown);
    assert_eq!(list_error(&source).await.code, ErrorCode::Throttled);
    assert_eq!(source.throttled(), 3);
}

#[tokio::test]
async fn a_refusal_of_another_kind_is_not_sent_again_for_a_header() {
    let (server, source) = server().await;
    server.fail(1, On::List, refusal(403, "AccessDenied", Some("1")));
    assert_eq!(list_error(&source).await.code, ErrorCode::AccessDenied);
    assert_eq!(source.throttled(), 0);
}

#[tokio::test]
async fn a_server_that_is_busy_for_a_moment_is_asked_again() {
    let (server, source, key, etag) = with_object().await;
    for fault in [Fault::SlowDown, Fault::InternalError, Fault::Hangup] {
        server.fail(2, On::Any, fault.clone());
        assert!(matches!(source.fetch(&key, &etag).await, Ok(Fetched::Whole(_))), "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_that_stays_busy_is_an_error_after_three_attempts() {
    let (server, source, key, etag) = with_object().await;
    for (fault, code) in [
        (Fault::SlowDown, ErrorCode::Throttled),
        (Fault::InternalError, ErrorCode::StorageFailed),
        (Fault::Hangup, ErrorCode::Unreachable),
    ] {
        server.fail(3, On::Any, fault);
        assert_eq!(source.fetch(&key, &etag).await.expect_err("an error").code, code);
        // The fourth request finds the server well again.
        assert!(matches!(source.fetch(&key, &etag).await, Ok(Fetched::Whole(_))));
    }
}
