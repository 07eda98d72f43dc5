//! Who may do what, in which form and at what time, and the record of who did.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hyper::StatusCode;
use hyper::header::HeaderValue;
use s3s::access::{S3Access, S3AccessContext};
use s3s::dto::{Timestamp, TimestampFormat};
use s3s::host::{S3Host, VirtualHost};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::store::{Seen, State, Store};

/// How far a request may be from the server's time, as at Amazon.
const LARGEST_SKEW: Duration = Duration::from_secs(15 * 60);

/// Everything but listing and reading is refused to all.
pub(super) struct Rules(pub(super) Arc<Store>);

#[async_trait::async_trait]
impl S3Access for Rules {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let operation = context.s3_op().name().to_owned();
        let access_key = context.credentials().map(|credentials| credentials.access_key.clone());
        let bucket = context.s3_path().get_bucket_name().map(str::to_owned);
        let key = context.s3_path().get_object_key().map(str::to_owned);
        let mut state = self.0.state();
        let place = bucket.as_ref().and_then(|name| state.buckets.get(name));
        let forbidden = place.is_some_and(|bucket| bucket.forbidden);
        let unpaid = place.is_some_and(|bucket| bucket.requester_pays) && !pays(context);
        let allowed = match access_key.as_ref().and_then(|id| state.keys.get(id)) {
            Some((_, rights)) => rights.allow(&operation),
            None => place.is_some_and(|bucket| bucket.public),
        };
        state.seen.push(Seen { operation: operation.clone(), access_key, bucket, key });
        form(&state, context, &operation)?;
        let known = matches!(operation.as_str(), "ListObjectsV2" | "ListObjects" | "GetObject");
        if known && allowed && !forbidden && !unpaid { Ok(()) } else { Err(denied()) }
    }
}

fn denied() -> S3Error {
    s3_error!(AccessDenied, "Access Denied")
}

fn header<'c>(context: &'c S3AccessContext<'_>, name: &str) -> &'c str {
    context.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn pays(context: &S3AccessContext<'_>) -> bool {
    header(context, "x-amz-request-payer") == "requester"
}

/// Refuses requests in a form that this server does not take.
fn form(state: &State, context: &S3AccessContext<'_>, operation: &str) -> S3Result<()> {
    if let Some(domain) = &state.domain
        && state.only_hosts
        && !header(context, "host").ends_with(&format!(".{domain}"))
    {
        let code = S3ErrorCode::Custom("SecondLevelDomainForbidden".into());
        let mut refusal = S3Error::with_message(code, "Please use virtual hosted style to access.");
        refusal.set_status_code(StatusCode::FORBIDDEN);
        return Err(refusal);
    }
    if state.is_old && operation == "ListObjectsV2" {
        return Err(s3_error!(NotImplemented, "list-type is not implemented"));
    }
    if state.refuses_encoding && context.uri().query().is_some_and(|query| query.contains("encoding-type")) {
        return Err(s3_error!(InvalidArgument, "Invalid Encoding Method specified in Request"));
    }
    if let Some(region) = &state.region
        && context.credentials().is_some()
        && !header(context, "authorization").contains(&format!("/{region}/s3/"))
    {
        let message =
            format!("The authorization header is malformed; the region 'auto' is wrong; expecting '{region}'");
        return Err(S3Error::with_message(S3ErrorCode::AuthorizationHeaderMalformed, message));
    }
    if state.clock_ahead != 0 && context.credentials().is_some() {
        let asked = amz_date(header(context, "x-amz-date")).ok_or_else(denied)?;
        let ours = now(state);
        let skew = asked.duration_since(ours).unwrap_or_else(|behind| behind.duration());
        if skew > LARGEST_SKEW {
            let message = "The difference between the request time and the server's time is too large.";
            return Err(s3_error!(RequestTimeTooSkewed, "{message}"));
        }
    }
    Ok(())
}

fn now(state: &State) -> SystemTime {
    let ahead = Duration::from_secs(state.clock_ahead.unsigned_abs());
    if state.clock_ahead < 0 { SystemTime::now() - ahead } else { SystemTime::now() + ahead }
}

/// `20260131T235959Z`.
fn amz_date(text: &str) -> Option<SystemTime> {
    let part = |from: usize, to: usize| text.get(from..to);
    let (date, time) = ((part(0, 4)?, part(4, 6)?, part(6, 8)?), (part(9, 11)?, part(11, 13)?, part(13, 15)?));
    let text = format!("{}-{}-{}T{}:{}:{}Z", date.0, date.1, date.2, time.0, time.1, time.2);
    let stamp = Timestamp::parse(TimestampFormat::DateTime, &text).ok()?;
    let mut seconds = Vec::new();
    stamp.format(TimestampFormat::EpochSeconds, &mut seconds).ok()?;
    let seconds: f64 = String::from_utf8(seconds).ok()?.parse().ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds))
}

/// The date that replies carry, where it is not the real one.
pub(super) fn date(store: &Store) -> Option<HeaderValue> {
    let state = store.state();
    if state.clock_ahead == 0 {
        return None;
    }
    let mut text = Vec::new();
    Timestamp::from(now(&state)).format(TimestampFormat::HttpDate, &mut text).expect("a date");
    Some(HeaderValue::from_bytes(&text).expect("a date is text"))
}

/// Takes the bucket out of a host's name, where buckets are hosts.
pub(super) struct Hosts(pub(super) Arc<Store>);

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let state = self.0.state();
        let bucket = state.domain.as_ref().and_then(|domain| host.strip_suffix(&format!(".{domain}")));
        Ok(match bucket {
            Some(bucket) => VirtualHost::new(host).with_bucket(bucket),
            None => VirtualHost::new(host),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signatures_date_is_read() {
        assert_eq!(amz_date("19700101T000105Z"), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(65)));
        assert_eq!(amz_date("yesterday"), None);
    }
}
