//! [`S3Source`]: a bucket of Amazon S3 or of a service that speaks like it, through the AWS SDK.
//!
//! The SDK sends keys verbatim, which is why it is used: `a//b`, `..` and `/lead` reach the server as they are.
//! It does not undo `encoding-type=url` ([`super::listing`]), follows no redirect to another region (the error
//! names the region instead), and leaves bodies that break off to us.
//!
//! Not here: which objects are wanted, when to read again after a failed run, and whether keys rise (the
//! engine checks that over all pages).

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::EncodingType;
use bytes::{Bytes, BytesMut};
use secrecy::ExposeSecret;

use super::classify::{Asked, Failure, classify, readable};
use super::client::{self, Target};
use super::listing::{self, Stamp, WholeListing};
use super::{Fetched, ObjectSource, Page, ResolvedCredentials};
use crate::connection::Settings;
use crate::error::{Error, ErrorCode, Result};
use crate::object::{ETag, ObjectKey};
use crate::secrets::Secret;

/// Objects per page: the most that S3 gives.
const PAGE_SIZE: i32 = 1_000;

/// How often a body is read from the start when it breaks off.
const BODY_ATTEMPTS: u32 = 3;

/// How long and how much one request may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until a connection stands.
    pub connect: Duration,
    /// Until the head of an answer is there.
    pub read: Duration,
    /// One attempt; of a read only until its body begins.
    pub attempt: Duration,
    /// All attempts together; of a read only until its body begins.
    pub operation: Duration,
    /// A body may stand still for this long.
    pub stalled: Duration,
    /// A whole read, body and repetitions included.
    pub fetch: Duration,
    /// Until credentials of a profile or of the environment are there.
    pub credentials: Duration,
    /// The most bytes that a read takes in.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(30),
            attempt: Duration::from_secs(60),
            operation: Duration::from_secs(180),
            stalled: Duration::from_secs(30),
            fetch: Duration::from_secs(600),
            credentials: Duration::from_secs(30),
            // The documented 50 MB of a file, and room for how differently "MB" is read.
            bytes: 64 * 1024 * 1024,
        }
    }
}

/// A bucket. Cheap to clone through its client; calls may run at the same time.
pub struct S3Source {
    client: Client,
    target: Target,
    limits: Limits,
    /// Servers repeat tokens in their messages; ours must not get into an error.
    session_token: Option<Secret>,
    /// Where credentials were looked for, when there are none.
    looked_in: String,
}

impl std::fmt::Debug for S3Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "S3Source({})", self.target.place())
    }
}

impl S3Source {
    /// The bucket of these settings. Sends nothing; credentials from a profile or the environment are looked up
    /// at the first request.
    ///
    /// # Errors
    /// `invalid_connection` for a kind of bucket that cannot be synced.
    pub async fn new(settings: &Settings, credentials: &ResolvedCredentials) -> Result<Self> {
        Self::with_limits(settings, credentials, Limits::default()).await
    }

    /// Like [`S3Source::new`], with other limits.
    ///
    /// # Errors
    /// As [`S3Source::new`].
    pub async fn with_limits(settings: &Settings, credentials: &ResolvedCredentials, limits: Limits) -> Result<Self> {
        let target = Target::of(settings)?;
        let client = client::build(&target, credentials, &limits).await;
        let session_token = match credentials {
            ResolvedCredentials::Keys { session_token, .. } => session_token.clone(),
            ResolvedCredentials::Environment | ResolvedCredentials::Profile(_) | ResolvedCredentials::Anonymous => None,
        };
        Ok(Self { client, target, limits, session_token, looked_in: looked_in(credentials) })
    }

    fn error(&self, failure: Failure, key: Option<&ObjectKey>) -> Error {
        let mut reason = failure.reason;
        if let Some(token) = &self.session_token {
            reason = reason.replace(token.expose_secret(), "…");
        }
        if matches!(failure.code, ErrorCode::CredentialsMissing | ErrorCode::CredentialsExpired) {
            reason = format!("{}: {reason}", self.looked_in);
        }
        let place = self.target.place();
        let detail = match key {
            Some(key) => format!("key “{}” in bucket {place}: {reason}", key.as_str().escape_debug()),
            None => format!("bucket {place}: {reason}"),
        };
        Error { region: failure.region, ..Error::new(failure.code, detail) }
    }

    fn failed(&self, reason: impl Into<String>, key: Option<&ObjectKey>) -> Error {
        self.error(Failure { code: ErrorCode::StorageFailed, reason: reason.into(), region: None }, key)
    }

    async fn fetch_whole(&self, key: &ObjectKey, etag: &ETag) -> Result<Fetched> {
        let mut attempt = 1;
        loop {
            match self.fetch_once(key, etag).await? {
                Attempt::Done(fetched) => return Ok(fetched),
                Attempt::BrokeOff(_) if attempt < BODY_ATTEMPTS => attempt += 1,
                Attempt::BrokeOff(reason) => {
                    let failure = Failure { code: ErrorCode::Unreachable, reason, region: None };
                    return Err(self.error(failure, Some(key)));
                }
            }
        }
    }

    async fn fetch_once(&self, key: &ObjectKey, etag: &ETag) -> Result<Attempt> {
        let stamp = Stamp::parse(etag);
        let request = self.client.get_object().bucket(&self.target.bucket).key(key.as_str());
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
                    _ => Err(self.error(failure, Some(key))),
                };
            }
        };
        let promised = self.promised(&reply, key)?;
        // A stamp is compared with the length that came, below.
        if stamp.is_none() && !self.version(&reply, key)?.names_same_version(etag) {
            return Ok(Attempt::Done(Fetched::Changed));
        }
        let modified = reply.last_modified;
        match self.body(reply, promised, key).await? {
            Body::Whole(bytes) if stamp.is_some_and(|s| !s.matches(modified.as_ref(), bytes.len() as u64)) => {
                Ok(Attempt::Done(Fetched::Changed))
            }
            Body::Whole(bytes) => Ok(Attempt::Done(Fetched::Bytes(bytes))),
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

    async fn body(&self, mut reply: GetObjectOutput, promised: Option<u64>, key: &ObjectKey) -> Result<Body> {
        let mut bytes = BytesMut::with_capacity(promised.and_then(|n| usize::try_from(n).ok()).unwrap_or(0));
        while let Some(chunk) = reply.body.next().await {
            match chunk {
                Ok(chunk) if bytes.len() as u64 + chunk.len() as u64 > self.limits.bytes => {
                    return Err(self.too_long(key));
                }
                Ok(chunk) => bytes.extend_from_slice(&chunk),
                Err(error) => {
                    let got = bytes.len();
                    return Ok(Body::BrokeOff(format!(
                        "the reply broke off after {got} bytes: {}",
                        readable(&error.to_string())
                    )));
                }
            }
        }
        match promised {
            Some(promised) if promised != bytes.len() as u64 => {
                Ok(Body::BrokeOff(format!("{} bytes came of the {promised} that the reply promised", bytes.len())))
            }
            Some(_) | None => Ok(Body::Whole(bytes.freeze())),
        }
    }
}

/// Names the place where a person sets credentials up, and for a profile the command that signs in again.
fn looked_in(credentials: &ResolvedCredentials) -> String {
    match credentials {
        ResolvedCredentials::Keys { .. } => "the connection's access key".into(),
        ResolvedCredentials::Environment => {
            "environment variables, the default AWS profile, container and instance role".into()
        }
        ResolvedCredentials::Profile(name) => {
            format!("AWS profile “{name}” (with SSO: `aws sso login --profile {name}`)")
        }
        ResolvedCredentials::Anonymous => "no signature".into(),
    }
}

/// One try at an object.
enum Attempt {
    Done(Fetched),
    /// Why the body did not come whole.
    BrokeOff(String),
}

enum Body {
    Whole(Bytes),
    BrokeOff(String),
}

#[async_trait]
impl ObjectSource for S3Source {
    /// Keys under another prefix than asked for are refused as `storage_failed`, as is an answer that does not
    /// say how the listing goes on.
    async fn list(&self, prefix: &str, token: Option<&str>) -> Result<Page> {
        let request = self.client.list_objects_v2().bucket(&self.target.bucket).max_keys(PAGE_SIZE);
        let request = request.encoding_type(EncodingType::Url).set_continuation_token(token.map(str::to_owned));
        let request = if prefix.is_empty() { request } else { request.prefix(prefix) };
        let request = request.customize().interceptor(WholeListing);
        let answer = request.send().await.map_err(|error| self.error(classify(&error, Asked::List), None))?;
        listing::page(answer, prefix, token).map_err(|wrong| self.failed(wrong, None))
    }

    async fn fetch(&self, key: &ObjectKey, etag: &ETag) -> Result<Fetched> {
        match tokio::time::timeout(self.limits.fetch, self.fetch_whole(key, etag)).await {
            Ok(fetched) => fetched,
            Err(_) => {
                let reason = format!("the object did not come within {} seconds", self.limits.fetch.as_secs());
                Err(self.error(Failure { code: ErrorCode::Unreachable, reason, region: None }, Some(key)))
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::connection::{ConnectionDraft, SecretNeed};

    pub(in crate::source) fn settings() -> Settings {
        let draft: ConnectionDraft = serde_json::from_value(serde_json::json!({
            "bucket": "user-files", "region": "eu-west-1", "containerTags": ["t"],
            "credentials": {"kind": "anonymous"}
        }))
        .expect("a draft");
        draft.validate(SecretNeed::Typed).expect("valid").0
    }

    fn keys(token: &str) -> ResolvedCredentials {
        ResolvedCredentials::Keys {
            access_key_id: "AKIAEXAMPLE".into(),
            secret: "s3cr3t-value".into(),
            session_token: Some(token.into()),
        }
    }

    #[test]
    fn no_secret_is_in_the_debug_text_of_credentials() {
        let text = format!("{:?}", keys("t0k3n-value"));
        assert_eq!(text, "Keys(AKIAEXAMPLE, ..)");
    }

    #[tokio::test]
    async fn a_session_token_that_the_server_repeats_is_not_in_the_error() {
        let source = S3Source::new(&settings(), &keys("t0k3n-value")).await.expect("a source");
        let failure = Failure {
            code: ErrorCode::AuthenticationFailed,
            reason: "InvalidToken – the token t0k3n-value is malformed".into(),
            region: None,
        };
        let error = source.error(failure, Some(&ObjectKey::new("a\nb")));
        assert_eq!(
            error.detail,
            "key “a\\nb” in bucket “user-files” at Amazon S3 (eu-west-1): InvalidToken – the token … is malformed"
        );
        assert!(!format!("{source:?} {error:?}").contains("t0k3n-value"));
    }
}
