//! Reads one version of one object, whole or not at all.
//!
//! A body that breaks off is read again from its start, a few times: the SDK retries only until a reply begins. The
//! reply's own etag proves the version, because servers that ignore `If-Match` exist.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_s3::operation::get_object::GetObjectOutput;

use super::Fetched;
use super::classify::{Asked, Failure, classify, readable};
use super::listing::Stamp;
use super::s3::{Route, S3Source};
use crate::content::{Content, Incoming};
use crate::error::{Error, ErrorCode, Result};
use crate::object::{ETag, ObjectKey};

/// How often a body is read from the start when it breaks off.
const BODY_ATTEMPTS: u32 = 3;

impl S3Source {
    /// The bytes of this version, in time. Waiting for our own bandwidth does not count: that is nobody's fault.
    pub(super) async fn fetch_in_time(&self, key: &ObjectKey, etag: &ETag) -> Result<Fetched> {
        let patience = Patience::default();
        let fetching = self.fetch_whole(key, etag, &patience);
        tokio::pin!(fetching);
        let mut left = self.limits.fetch;
        while !left.is_zero() {
            match tokio::time::timeout(left, &mut fetching).await {
                Ok(fetched) => return fetched,
                Err(_) => left = patience.take(),
            }
        }
        let reason = format!("the object did not come within {} seconds", self.limits.fetch.as_secs());
        Err(self.error(Failure::new(ErrorCode::Unreachable, reason), Some(key)))
    }

    async fn fetch_whole(&self, key: &ObjectKey, etag: &ETag, patience: &Patience) -> Result<Fetched> {
        let mut route = self.route();
        let mut attempt = 1;
        loop {
            match self.fetch_once(&route, key, etag, patience).await? {
                Attempt::Done(fetched) => return Ok(fetched),
                Attempt::Refused(failure) => match route.target.to_region(&failure) {
                    Some(detour) => {
                        route = route.to(detour.target);
                        self.keep(route.clone());
                    }
                    None => return Err(self.error(failure, Some(key))),
                },
                Attempt::BrokeOff(_) if attempt < BODY_ATTEMPTS => attempt += 1,
                Attempt::BrokeOff(reason) => {
                    return Err(self.error(Failure::new(ErrorCode::Unreachable, reason), Some(key)));
                }
            }
        }
    }

    async fn fetch_once(&self, route: &Route, key: &ObjectKey, etag: &ETag, patience: &Patience) -> Result<Attempt> {
        let stamp = Stamp::parse(etag);
        let request = route.client.get_object().bucket(&route.target.bucket).key(key.as_str());
        let request = request.set_request_payer(route.target.payer());
        let request = match stamp {
            Some(_) => request,
            None => request.if_match(etag.as_str()),
        };
        let reply = match request.send().await {
            Ok(reply) => reply,
            Err(error) => {
                let failure = classify(&error, Asked::Fetch);
                return match failure.code {
                    ErrorCode::ObjectGone => Ok(Attempt::Done(Fetched::Gone)),
                    ErrorCode::ObjectChanged => Ok(Attempt::Done(Fetched::Changed)),
                    _ => Ok(Attempt::Refused(failure)),
                };
            }
        };
        let promised = self.promised(&reply, key)?;
        // A stamp is compared with the length that came, below.
        if stamp.is_none() && !self.version(&reply, key)?.names_same_version(etag) {
            return Ok(Attempt::Done(Fetched::Changed));
        }
        let modified = reply.last_modified;
        match self.body(reply, promised, key, patience).await? {
            Body::Whole(content) if stamp.is_some_and(|s| !s.matches(modified.as_ref(), content.length())) => {
                Ok(Attempt::Done(Fetched::Changed))
            }
            Body::Whole(content) => Ok(Attempt::Done(Fetched::Whole(content))),
            Body::BrokeOff(reason) => Ok(Attempt::BrokeOff(reason)),
        }
    }

    /// Servers that ignore `If-Match` exist, so the reply's own etag is what proves the version.
    fn version(&self, reply: &GetObjectOutput, key: &ObjectKey) -> Result<ETag> {
        match reply.e_tag() {
            Some(etag) if !etag.is_empty() => Ok(ETag::new(etag)),
            Some(_) | None => Err(self.failed("the reply does not say which version it is", Some(key))),
        }
    }

    /// The length that the reply promises, if it does.
    fn promised(&self, reply: &GetObjectOutput, key: &ObjectKey) -> Result<Option<u64>> {
        let promised = reply.content_length().and_then(|length| u64::try_from(length).ok());
        match promised {
            Some(length) if length > self.limits.bytes => Err(self.too_long(key)),
            promised => Ok(promised),
        }
    }

    fn too_long(&self, key: &ObjectKey) -> Error {
        self.failed(format!("the reply is longer than {} bytes", self.limits.bytes), Some(key))
    }

    async fn body(
        &self,
        mut reply: GetObjectOutput,
        promised: Option<u64>,
        key: &ObjectKey,
        patience: &Patience,
    ) -> Result<Body> {
        let mut incoming = Incoming::new(&self.spool, promised);
        while let Some(chunk) = reply.body.next().await {
            match chunk {
                Ok(chunk) if incoming.length() + chunk.len() as u64 > self.limits.bytes => {
                    return Err(self.too_long(key));
                }
                Ok(chunk) => {
                    incoming.take(&chunk).await?;
                    // What is not taken yet waits at the server.
                    patience.wait(self.network.bandwidth.pass(chunk.len())).await;
                }
                Err(error) => {
                    let got = incoming.length();
                    return Ok(Body::BrokeOff(format!(
                        "the reply broke off after {got} bytes: {}",
                        readable(&error.to_string())
                    )));
                }
            }
        }
        let came = incoming.length();
        match promised {
            Some(promised) if promised != came => {
                Ok(Body::BrokeOff(format!("{came} bytes came of the {promised} that the reply promised")))
            }
            Some(_) | None => Ok(Body::Whole(incoming.whole().await?)),
        }
    }
}

/// How long a read waits for our own bandwidth.
#[derive(Debug, Default)]
struct Patience(Mutex<Waits>);

#[derive(Debug, Default)]
struct Waits {
    /// What was not taken yet.
    over: Duration,
    /// The wait of now.
    since: Option<Instant>,
}

impl Patience {
    async fn wait(&self, waiting: impl Future<Output = ()>) {
        self.waits().since = Some(Instant::now());
        waiting.await;
        let mut waits = self.waits();
        let waited = waits.since.take().map(|since| since.elapsed());
        waits.over += waited.unwrap_or_default();
    }

    /// What was waited since it was asked last, the wait of now included.
    fn take(&self) -> Duration {
        let mut waits = self.waits();
        let now = waits.since.as_mut().map(|since| std::mem::replace(since, Instant::now()).elapsed());
        std::mem::take(&mut waits.over) + now.unwrap_or_default()
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One try at an object.
enum Attempt {
    Done(Fetched),
    /// The request failed.
    Refused(Failure),
    /// Why the body did not come whole.
    BrokeOff(String),
}

enum Body {
    Whole(Content),
    BrokeOff(String),
}
