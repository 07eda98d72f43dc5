//! [`S3Source`]: a bucket of Amazon S3 or of a service that speaks like it, through the AWS SDK.
//!
//! The SDK sends keys verbatim, which is why it is used: `a//b`, `..` and `/lead` reach the server as they are.
//! It does not undo `encoding-type=url` ([`super::listing`]), follows no redirect to another region (the error
//! names the region instead), and leaves bodies that break off to us ([`super::fetch`]).
//!
//! Where requests go, and in which form, may turn out to be otherwise than begun ([`super::target`]): the source keeps
//! the form that works for as long as it lives.
//!
//! Not here: which objects are wanted, when to read again after a failed run, and whether keys rise (the
//! engine checks that over all pages).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::list_objects_v2::builders::ListObjectsV2FluentBuilder;
use secrecy::ExposeSecret;

use super::classify::{Asked, Cause, Failure, classify};
use super::client;
use super::http;
use super::listing::{self, Token, WholeListing};
use super::providers::ListVersion;
use super::quick::QuickListing;
use super::retry::Signals;
use super::target::{Target, Way};
use super::{Fetched, Names, ObjectSource, Page, ResolvedCredentials};
use crate::connection::Settings;
use crate::error::{Error, ErrorCode, Result};
use crate::network::Network;
use crate::object::{ETag, ObjectKey};
use crate::secrets::Secret;

/// Objects per page: the most that S3 gives.
const PAGE_SIZE: i32 = 1_000;

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

/// A place, and the client that goes there.
#[derive(Clone)]
pub(super) struct Route {
    pub(super) client: Client,
    pub(super) target: Target,
}

impl Route {
    pub(super) fn to(&self, target: Target) -> Self {
        Self { client: client::redirected(&self.client, &target), target }
    }

    /// A page of the newer listing, wherever it begins.
    fn list_v2(&self, prefix: &str) -> ListObjectsV2FluentBuilder {
        let Self { client, target } = self;
        let request = client.list_objects_v2().bucket(&target.bucket).max_keys(PAGE_SIZE);
        let request = request.set_prefix(under(prefix)).set_encoding_type(target.encoding());
        request.set_request_payer(target.payer())
    }
}

/// An empty prefix is none.
fn under(prefix: &str) -> Option<String> {
    (!prefix.is_empty()).then(|| prefix.to_owned())
}

/// A bucket. Calls may run at the same time.
pub struct S3Source {
    route: Mutex<Route>,
    pub(super) limits: Limits,
    pub(super) network: Network,
    /// Where large objects lie while they are on their way.
    pub(super) spool: PathBuf,
    signals: Arc<Signals>,
    /// Servers repeat tokens in their messages; ours must not get into an error.
    session_token: Option<Secret>,
    /// Where credentials were looked for, when there are none.
    looked_in: String,
}

impl std::fmt::Debug for S3Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "S3Source({})", self.route().target.place())
    }
}

/// A listing that failed, as the doctor reads it.
#[derive(Debug)]
pub(crate) struct Finding {
    /// What a run would say.
    pub(crate) error: Error,
    /// What may be done about it.
    pub(crate) cause: Cause,
}

impl S3Source {
    /// The bucket of these settings. Sends nothing; credentials from a profile or the environment are looked up
    /// at the first request.
    ///
    /// # Errors
    /// `invalid_connection` for a kind of bucket that cannot be synced, and for a file with certificates that cannot
    /// be used.
    pub async fn new(settings: &Settings, credentials: &ResolvedCredentials) -> Result<Self> {
        Self::over(&Network::default(), settings, credentials, Limits::default()).await
    }

    /// Like [`S3Source::new`], by another way out and with other limits.
    ///
    /// # Errors
    /// As [`S3Source::new`].
    pub async fn over(
        network: &Network,
        settings: &Settings,
        credentials: &ResolvedCredentials,
        limits: Limits,
    ) -> Result<Self> {
        let target = Target::of(settings)?;
        let signals = Arc::new(Signals::default());
        let (ca_file, proxy) = (settings.ca_file.clone(), network.proxy.clone());
        let http = crate::store::blocking(move || http::http_client(ca_file.as_deref(), &proxy)).await?;
        let client = client::build(&target, credentials, &limits, http, Arc::clone(&signals)).await;
        let session_token = match credentials {
            ResolvedCredentials::Keys { session_token, .. } => session_token.clone(),
            ResolvedCredentials::Environment | ResolvedCredentials::Profile(_) | ResolvedCredentials::Anonymous => None,
        };
        let route = Mutex::new(Route { client, target });
        let network = network.clone();
        let (spool, looked_in) = (std::env::temp_dir(), looked_in(credentials));
        Ok(Self { route, limits, network, spool, signals, session_token, looked_in })
    }

    /// Large objects lie in this folder while they are on their way, and not in the system's temporary one, which may be
    /// in memory.
    #[must_use]
    pub fn spooling_in(mut self, folder: &Path) -> Self {
        self.spool = folder.to_owned();
        self
    }

    /// Milliseconds by which the server's clock is ahead of this computer's, once a reply has told it. Requests are
    /// signed with the server's time.
    pub fn clock_skew(&self) -> Option<i64> {
        self.signals.skew()
    }

    /// Where requests go: for whoever wants to walk the way there step by step.
    pub(crate) fn way(&self) -> Way {
        self.route().target.way(&self.network.proxy)
    }

    /// The first page, or why there is none.
    pub(crate) async fn examine(&self, prefix: &str) -> std::result::Result<Page, Finding> {
        self.page(prefix, None).await.map_err(|failure| {
            let cause = failure.cause;
            Finding { error: self.error(failure, None), cause }
        })
    }

    pub(super) fn route(&self) -> Route {
        self.route.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on requests go this way.
    pub(super) fn keep(&self, route: Route) {
        *self.route.lock().unwrap_or_else(PoisonError::into_inner) = route;
    }

    /// The page that begins at `token`, in whichever form the server gives it.
    async fn page(&self, prefix: &str, token: Option<&str>) -> Result<Page, Failure> {
        let wrong = || Failure::new(ErrorCode::InvalidRequest, "the listing cannot go on there");
        let token = token.map(|text| Token::parse(text).ok_or_else(wrong)).transpose()?;
        let begun = self.route();
        let mut route = begun.clone();
        // What was said before another form was tried, and whether that was a guess.
        let mut before: Option<(Failure, bool)> = None;
        loop {
            let failure = match self.page_by(&route, prefix, token.as_ref(), before.is_some()).await {
                Ok(page) => {
                    self.keep(route);
                    return Ok(page);
                }
                Err(failure) => failure,
            };
            if let Some(detour) = route.target.detour(&failure, token.is_none()) {
                if failure.region.is_none() {
                    before.get_or_insert((failure, detour.is_guess));
                }
                route = route.to(detour.target);
                continue;
            }
            return Err(match before {
                // The other form was no better.
                Some((before, is_guess)) if is_guess || failure.cause != Cause::Other => {
                    self.keep(begun.to(begun.target.settled(&route.target)));
                    before
                }
                // It got farther, and what is said there counts.
                Some(_) | None => {
                    self.keep(route);
                    failure
                }
            });
        }
    }

    /// One page in one form. A guess gets one attempt.
    async fn page_by(
        &self,
        route: &Route,
        prefix: &str,
        token: Option<&Token>,
        is_guess: bool,
    ) -> Result<Page, Failure> {
        let Route { client, target } = route;
        let mut attempts = aws_sdk_s3::config::Builder::new();
        if is_guess {
            attempts = attempts.retry_config(client::attempts(1));
        }
        let failed = |wrong| Failure::new(ErrorCode::StorageFailed, wrong);
        let (after, at) = match token {
            Some(Token::After(key)) => (Some(key.as_str()), None),
            Some(Token::At(at)) => (None, Some(at.as_str())),
            None => (None, None),
        };
        if target.version == ListVersion::One && at.is_none() {
            let request = client.list_objects().bucket(&target.bucket).max_keys(PAGE_SIZE);
            let request = request.set_prefix(under(prefix)).set_encoding_type(target.encoding());
            let request = request.set_request_payer(target.payer());
            let request = request.set_marker(after.map(str::to_owned)).customize().interceptor(WholeListing);
            let answer = request.config_override(attempts).send().await;
            let answer = answer.map_err(|error| classify(&error, Asked::List))?;
            return listing::old_page(&answer, prefix, after).map_err(failed);
        }
        let request = route.list_v2(prefix).set_start_after(after.map(str::to_owned));
        let request = request.set_continuation_token(at.map(str::to_owned));
        let (prefix, at) = (prefix.to_owned(), at.map(str::to_owned));
        let quick = QuickListing::new(move |answer| listing::page(answer, &prefix, at.as_deref()));
        let request = request.customize().interceptor(quick.clone()).interceptor(WholeListing);
        let answer = request.config_override(attempts).send().await;
        let answer = answer.map_err(|error| classify(&error, Asked::List))?;
        quick.made_of(&answer).map_err(failed)
    }

    /// One page of what lies right in a folder, in the form that listings have by now.
    async fn names_by(&self, route: &Route, folder: &str, after: &str) -> Result<Names, Failure> {
        let request = route.list_v2(folder).delimiter("/").start_after(after);
        let quick = QuickListing::new(listing::names);
        let answer = request.customize().interceptor(quick.clone()).interceptor(WholeListing).send().await;
        let answer = answer.map_err(|error| classify(&error, Asked::List))?;
        quick.made_of(&answer).map_err(|wrong| Failure::new(ErrorCode::StorageFailed, wrong))
    }

    pub(super) fn error(&self, failure: Failure, key: Option<&ObjectKey>) -> Error {
        let mut reason = failure.reason;
        if let Some(token) = &self.session_token {
            reason = reason.replace(token.expose_secret(), "…");
        }
        if matches!(failure.code, ErrorCode::CredentialsMissing | ErrorCode::CredentialsExpired) {
            reason = format!("{}: {reason}", self.looked_in);
        }
        if failure.cause == Cause::AsksPayer {
            reason = format!("{reason} (readers of this bucket pay for it: turn on “requester pays”)");
        }
        let mut code = failure.code;
        let proxy = self.way().proxy;
        // Nobody can tell from here whether it is the proxy or what lies behind it.
        if let Some(proxy) = proxy.filter(|_| failure.cause == Cause::NoAnswer || code == ErrorCode::ProxyFailed) {
            (code, reason) = (ErrorCode::ProxyFailed, format!("through the proxy {proxy}: {reason}"));
        }
        let place = self.route().target.place();
        let detail = match key {
            Some(key) => format!("key “{}” in bucket {place}: {reason}", key.as_str().escape_debug()),
            None => format!("bucket {place}: {reason}"),
        };
        Error { region: failure.region, ..Error::new(code, detail) }
    }

    pub(super) fn failed(&self, reason: impl Into<String>, key: Option<&ObjectKey>) -> Error {
        self.error(Failure::new(ErrorCode::StorageFailed, reason), key)
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

#[async_trait]
impl ObjectSource for S3Source {
    /// Keys under another prefix than asked for are refused as `storage_failed`, as is an answer that does not
    /// say how the listing goes on.
    async fn list(&self, prefix: &str, token: Option<&str>) -> Result<Page> {
        self.page(prefix, token).await.map_err(|failure| self.error(failure, None))
    }

    fn token_after(&self, key: &str) -> Option<String> {
        Some(Token::After(key.to_owned()).text())
    }

    /// The older listing is not asked: few services have only that, and they are cut without names.
    async fn names(&self, folder: &str, after: &str) -> Result<Names> {
        let route = self.route();
        if route.target.version == ListVersion::One {
            return Ok(Names::default());
        }
        self.names_by(&route, folder, after).await.map_err(|failure| self.error(failure, None))
    }

    async fn fetch(&self, key: &ObjectKey, etag: &ETag) -> Result<Fetched> {
        self.fetch_in_time(key, etag).await
    }

    fn throttled(&self) -> u64 {
        self.signals.throttled()
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
        let failure =
            Failure::new(ErrorCode::AuthenticationFailed, "InvalidToken – the token t0k3n-value is malformed");
        let error = source.error(failure, Some(&ObjectKey::new("a\nb")));
        assert_eq!(
            error.detail,
            "key “a\\nb” in bucket “user-files” at Amazon S3 (eu-west-1): InvalidToken – the token … is malformed"
        );
        assert!(!format!("{source:?} {error:?}").contains("t0k3n-value"));
    }
}
