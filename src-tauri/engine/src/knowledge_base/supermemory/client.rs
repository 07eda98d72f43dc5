//! The HTTP client: who asks, how many requests at once, how long to wait, what is sent once more.
//!
//! Requests are repeated here and nowhere else. What only reads, and deletions by id, come again after no answer, a 5xx
//! or a 429. What writes comes again only after an answered 429: then nothing was taken. After silence it never does,
//! because the first request may still be under way.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use url::{Host, Url};

use super::excerpt::Excerpt;
use super::refusal;
use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::Address;
use crate::network::{Proxy, ProxyAddress};
use crate::secrets::Secret;
use crate::source::retry_after;

/// Requests at once: as many as Supermemory's own sync client makes (<https://github.com/supermemoryai/smfs>).
pub const REQUESTS: usize = 8;
/// Attempts of one request, with the first.
const ATTEMPTS: u32 = 3;
/// The longest that a server may make a request wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Until there is a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection without a request is kept: less than the shortest time after which servers close it (five
/// seconds where they are made with Node). A write that meets the closing is one that nobody knows the fate of.
const IDLE: Duration = Duration::from_secs(4);
/// Until a request is answered whole.
const ANSWER: Duration = Duration::from_secs(60);
/// Bytes a second that a file is given at least.
const SLOWEST: u64 = 100_000;
/// No reply is longer, without its long strings: a page of a hundred documents has some 100 KB.
const LONGEST_REPLY: usize = 16 * 1024 * 1024;
/// And none with them: a document of 50 MB, each byte of which may be written with six.
const LONGEST_RECEIVED: usize = 512 * 1024 * 1024;

/// The HTTP client of one Supermemory.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    key: Option<Secret>,
    /// The proxy that requests go through.
    proxy: Option<ProxyAddress>,
    free: Semaphore,
    throttled: AtomicU64,
}

/// Whether a request may be sent once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It changes nothing, or the same thing twice.
    Safe,
    /// It writes: only where an answer said that nothing was taken.
    WhenRefused,
}

/// An answer, whatever it says.
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    body: Bytes,
    wait: Option<Duration>,
    key: Option<Secret>,
    host: String,
}

/// No answer.
#[derive(Debug)]
pub struct Silence {
    /// What was seen instead.
    pub error: Error,
    /// Not even a connection was made: the request never left.
    pub unsent: bool,
}

impl From<Silence> for Error {
    fn from(silence: Silence) -> Self {
        silence.error
    }
}

impl Client {
    /// A client; nothing is asked yet.
    ///
    /// # Errors
    /// `api_key_rejected` for a key that no header can carry; `internal` where no HTTP client can be made.
    pub fn new(address: &Address, key: Option<Secret>, proxy: &Proxy) -> Result<Self> {
        let base = Url::parse(address.as_str()).map_err(|e| Error::internal("reading an address", e))?;
        let mut headers = HeaderMap::new();
        if let Some(key) = &key {
            let value = HeaderValue::try_from(format!("Bearer {}", key.expose_secret()));
            let mut value =
                value.map_err(|_| Error::new(ErrorCode::ApiKeyRejected, "it has characters that no API key has"))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("s3-connector/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .pool_idle_timeout(IDLE)
            // The key goes to the address that was typed, and a write is not turned into a read on the way.
            .redirect(Policy::none())
            .referer(false);
        let through = match proxy {
            // A proxy's own loopback is another computer's.
            _ if is_loopback(&base) => &Proxy::None,
            proxy => proxy,
        };
        http = match through {
            Proxy::System => http,
            Proxy::None => http.no_proxy(),
            Proxy::Manual(address) => {
                let proxy = reqwest::Proxy::all(address.url()).map_err(|e| Error::internal("setting a proxy", e))?;
                http.proxy(proxy.no_proxy(reqwest::NoProxy::from_string(Proxy::LEFT_OUT)))
            }
        };
        let through = through
            .on_the_way_to(base.scheme() == "https", base.host_str().unwrap_or_default().trim_matches(['[', ']']));
        let http = http.build().map_err(|e| Error::internal("setting up HTTP", e.without_url()))?;
        Ok(Self { http, base, key, proxy: through, free: Semaphore::new(REQUESTS), throttled: AtomicU64::new(0) })
    }

    /// A request to a path of these segments, each of them encoded as one.
    pub fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        self.http.request(method, url)
    }

    /// Sends a request, as often as it may be sent, and returns the last answer.
    pub async fn answer(
        &self,
        repeat: Repeat,
        request: impl Fn() -> RequestBuilder + Send + Sync,
    ) -> Result<Reply, Silence> {
        for attempt in 1.. {
            let outcome = self.once(request()).await;
            let wait = if attempt < ATTEMPTS { wait_before_next(repeat, &outcome, attempt) } else { None };
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return outcome,
            }
        }
        unreachable!("the attempts are counted")
    }

    /// What only reads: the answer's JSON.
    ///
    /// # Errors
    /// What it says instead, or that it says nothing.
    pub async fn read<T: DeserializeOwned>(&self, request: impl Fn() -> RequestBuilder + Send + Sync) -> Result<T> {
        self.answer(Repeat::Safe, request).await?.json()
    }

    /// How often it asked for fewer requests.
    pub fn throttled(&self) -> u64 {
        self.throttled.load(Relaxed)
    }

    async fn once(&self, request: RequestBuilder) -> Result<Reply, Silence> {
        let turn = self.free.acquire().await;
        let _turn = turn.map_err(|e| Silence { error: Error::internal("waiting for a turn", e), unsent: true })?;
        let silence = |e: reqwest::Error| self.silence(e);
        let mut response = request.send().await.map_err(silence)?;
        let status = response.status().as_u16();
        if matches!(status, 429 | 503) {
            self.throttled.fetch_add(1, Relaxed);
        }
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wait = wait.and_then(|text| retry_after(text, SystemTime::now()));
        let mut body = Excerpt::default();
        let mut received = 0;
        while let Some(piece) = response.chunk().await.map_err(silence)? {
            body.take(&piece);
            received += piece.len();
            if body.length() > LONGEST_REPLY || received > LONGEST_RECEIVED {
                let error = Error::new(ErrorCode::KnowledgeBaseFailed, format!("{} answers without end", self.host()));
                return Err(Silence { error, unsent: false });
            }
        }
        Ok(Reply { status, body: body.whole().into(), wait, key: self.key.clone(), host: self.host() })
    }

    /// Why there is no answer. Its text never has the request in it: the cause is told by its kind.
    fn silence(&self, error: reqwest::Error) -> Silence {
        // What was to be sent could not be read.
        if let Some(own) = refusal::own_cause(&error) {
            return Silence { error: own.clone(), unsent: false };
        }
        let host = self.host();
        let failed = |code, what: &str| Error::new(code, format!("{host} {what}"));
        let error_of_tls = refusal::tls_cause(&error);
        let unsent = error.is_connect();
        let error = if let Some(cause) = error_of_tls {
            failed(ErrorCode::TlsFailed, &format!("cannot be trusted: {cause}"))
        } else if let Some(proxy) = self.proxy.as_ref().filter(|_| unsent || error.is_timeout()) {
            failed(ErrorCode::ProxyFailed, &format!("cannot be reached through the proxy {proxy}"))
        } else if unsent {
            failed(ErrorCode::KnowledgeBaseUnreachable, "cannot be reached")
        } else if error.is_timeout() {
            failed(ErrorCode::KnowledgeBaseUnreachable, "does not answer in time")
        } else if error.is_body() || error.is_decode() {
            failed(ErrorCode::KnowledgeBaseFailed, "broke off in the middle of its answer")
        } else {
            failed(ErrorCode::KnowledgeBaseUnreachable, "closed the connection without an answer")
        };
        Silence { error, unsent }
    }

    /// Host and port, for sentences.
    fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

impl Reply {
    /// Whether it says yes.
    pub fn is_yes(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether nothing over there has this path.
    pub fn is_no_route(&self) -> bool {
        matches!(self.status, 404 | 405 | 501)
    }

    /// Its JSON.
    ///
    /// # Errors
    /// What it says instead of yes; `knowledge_base_failed` for what is not the documented JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        if !self.is_yes() {
            return Err(self.refusal());
        }
        // serde's own message may quote what was received, and with it a document.
        serde_json::from_slice(&self.body).map_err(|e| {
            let detail = format!("{} sent what is not documented ({:?} error)", self.host, e.classify());
            Error::new(ErrorCode::KnowledgeBaseFailed, detail)
        })
    }

    /// What it says instead of yes.
    pub fn refusal(&self) -> Error {
        let code = refusal::code(self.status, self.key.is_some());
        let words = self.words().unwrap_or_else(|| "no reason given".into());
        let pause = self.wait.filter(|_| self.status == 429).map(|wait| format!("; asks to wait {} s", wait.as_secs()));
        Error::new(code, format!("{} answered {}: {words}{}", self.host, self.status, pause.unwrap_or_default()))
    }

    /// Its own words, without the key where it repeats that.
    pub fn words(&self) -> Option<String> {
        let words = refusal::words(&self.body)?;
        let key = self.key.as_ref().map(ExposeSecret::expose_secret).filter(|key| !key.is_empty());
        Some(key.map_or(words.clone(), |key| words.replace(key, "…")))
    }
}

/// How long to wait before a request is sent once more; `None`: it is not.
fn wait_before_next(repeat: Repeat, outcome: &Result<Reply, Silence>, attempt: u32) -> Option<Duration> {
    let backoff = Duration::from_millis(500) * 2_u32.pow(attempt - 1);
    let wait = match (repeat, outcome) {
        (_, Ok(reply)) if reply.status == 429 => reply.wait.unwrap_or(backoff),
        (Repeat::Safe, Ok(reply)) if reply.status >= 500 && reply.status != 501 => reply.wait.unwrap_or(backoff),
        // A certificate does not get better by asking twice.
        (Repeat::Safe, Err(silence)) if silence.error.code != ErrorCode::TlsFailed => backoff,
        _ => return None,
    };
    (wait <= LONGEST_WAIT).then(|| jittered(wait))
}

/// Up to a quarter longer, so that requests which were refused together do not come back together.
fn jittered(wait: Duration) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let dice = RandomState::new().hash_one(std::time::Instant::now()) % 1_000;
    wait + wait.mul_f64(dice as f64 / 4_000.0)
}

/// How long a file of this size may take.
pub fn time_for(size: u64) -> Duration {
    ANSWER + Duration::from_secs(size / SLOWEST)
}

/// Whether an address means this computer itself.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
