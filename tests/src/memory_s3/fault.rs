//! Faults and gates: what happens to a request before, or instead of, a good answer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::{Request, header};
use percent_encoding::percent_decode_str;
use s3s::service::S3Service;
use s3s::{Body, HttpError, HttpResponse};
use tokio::sync::watch;

use super::rules;
use super::store::Store;
use crate::loopback::Respond;

/// Which requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// All of them.
    Any,
    /// Listings.
    List,
    /// Reads of objects.
    Get,
    /// Reads of this object.
    Key(String),
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// 503 with S3's request to slow down.
    SlowDown,
    /// 500 in S3's form.
    InternalError,
    /// Any answer, S3 or not.
    Reply {
        /// HTTP status.
        status: u16,
        /// Headers.
        headers: Vec<(String, String)>,
        /// Body.
        body: String,
    },
    /// The connection closes without an answer.
    Hangup,
    /// The connection closes in the middle of the body.
    CutBody,
    /// The body stops in the middle, and the connection stays open.
    StallBody,
    /// Half of the body, with the length of that half: nothing in the reply tells that it is not whole.
    HalfBody,
    /// The answer waits for this long. A server is slow; tests with their own clock use a [`Gate`].
    Delay(Duration),
    /// A page that says that more follows, and not where.
    TruncatedWithoutToken,
    /// A page whose next token is the one that it was asked with.
    SameToken,
    /// A page that is not the last one, and says that it is.
    EndsTooEarly,
}

impl Fault {
    /// An error in S3's form.
    pub fn s3_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{message}</Message>\
             <RequestId>4442587FB7D0A2F9</RequestId></Error>"
        );
        let headers = vec![("content-type".into(), "application/xml".into())];
        Self::Reply { status, headers, body }
    }
}

/// A fault and how often it still happens; `None` is for ever.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) left: Option<u32>,
    pub(super) on: On,
    pub(super) fault: Fault,
}

/// Holds requests until it is opened. Dropping it opens it.
#[derive(Debug)]
pub struct Gate {
    hold: Hold,
}

/// The server's end of a gate.
#[derive(Debug, Clone)]
pub(super) struct Hold {
    on: On,
    waiting: Arc<watch::Sender<usize>>,
    open: Arc<watch::Sender<bool>>,
}

/// The longest that a test waits for a request to come.
const ARRIVAL_DEADLINE: Duration = Duration::from_secs(30);

impl Gate {
    pub(super) fn new(on: On) -> Self {
        Self { hold: Hold { on, waiting: Arc::new(watch::channel(0).0), open: Arc::new(watch::channel(false).0) } }
    }

    pub(super) fn clone_for_server(&self) -> Hold {
        self.hold.clone()
    }

    /// Waits until this many requests have come to the gate.
    ///
    /// # Panics
    /// After half a minute.
    pub async fn arrived(&self, requests: usize) {
        let mut waiting = self.hold.waiting.subscribe();
        let arrived = waiting.wait_for(|count| *count >= requests);
        let arrived = tokio::time::timeout(ARRIVAL_DEADLINE, arrived).await;
        assert!(arrived.is_ok(), "no {requests} requests came within {ARRIVAL_DEADLINE:?}");
    }

    /// Lets them go on, and all that follow.
    pub fn open(&self) {
        self.hold.open.send_replace(true);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.open();
    }
}

impl Hold {
    async fn pass(self) {
        self.waiting.send_modify(|count| *count += 1);
        // The sender lives in `self`, so waiting ends only by opening.
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}

/// What a request asks for, as far as faults need to know.
struct Wanted {
    key: Option<String>,
}

impl Wanted {
    fn of<B>(request: &Request<B>) -> Self {
        let path = request.uri().path().trim_start_matches('/');
        let key = path.split_once('/').map(|(_, key)| key).filter(|key| !key.is_empty());
        Self { key: key.map(|key| percent_decode_str(key).decode_utf8_lossy().into_owned()) }
    }

    fn is(&self, on: &On) -> bool {
        match on {
            On::Any => true,
            On::List => self.key.is_none(),
            On::Get => self.key.is_some(),
            On::Key(key) => self.key.as_ref() == Some(key),
        }
    }
}

impl Store {
    fn next_fault(&self, wanted: &Wanted) -> Option<Fault> {
        let mut state = self.state();
        let planned = state.faults.iter_mut().find(|fault| fault.left != Some(0) && wanted.is(&fault.on))?;
        planned.left = planned.left.map(|left| left - 1);
        Some(planned.fault.clone())
    }

    fn holds(&self, wanted: &Wanted) -> Vec<Hold> {
        let mut state = self.state();
        state.gates.retain(|gate| !*gate.open.borrow());
        state.gates.iter().filter(|gate| wanted.is(&gate.on)).cloned().collect()
    }
}

/// The service, with its faults and gates before it.
pub(super) fn faulty(store: Arc<Store>, service: S3Service) -> Respond {
    Arc::new(move |request| {
        let (store, service) = (store.clone(), service.clone());
        Box::pin(async move {
            let wanted = Wanted::of(&request);
            for hold in store.holds(&wanted) {
                hold.pass().await;
            }
            let mut response = match store.next_fault(&wanted) {
                Some(fault) => fail(fault, service, request).await?,
                None => service.call(request.map(Body::from)).await?,
            };
            if let Some(date) = rules::date(&store) {
                response.headers_mut().entry(header::DATE).or_insert(date);
            }
            Ok(response)
        })
    })
}

async fn fail(fault: Fault, service: S3Service, mut request: Request<Incoming>) -> Result<HttpResponse, HttpError> {
    match fault {
        Fault::SlowDown => Ok(reply(Fault::s3_error(503, "SlowDown", "Please reduce your request rate."))),
        Fault::InternalError => {
            Ok(reply(Fault::s3_error(500, "InternalError", "We encountered an internal error. Please try again.")))
        }
        Fault::Reply { .. } => Ok(reply(fault)),
        Fault::Hangup => Err(HttpError::new(Box::new(io::Error::from(io::ErrorKind::ConnectionReset)))),
        Fault::CutBody => {
            cut(service.call(request.map(Body::from)).await?, |body| Body::http_body(Cut::new(body))).await
        }
        Fault::StallBody => {
            cut(service.call(request.map(Body::from)).await?, |body| Body::http_body(Cut::stalled(body))).await
        }
        Fault::HalfBody => cut(service.call(request.map(Body::from)).await?, |body| Body::from(half(&body))).await,
        Fault::Delay(time) => {
            tokio::time::sleep(time).await;
            service.call(request.map(Body::from)).await
        }
        Fault::TruncatedWithoutToken | Fault::SameToken | Fault::EndsTooEarly => {
            request.extensions_mut().insert(fault);
            service.call(request.map(Body::from)).await
        }
    }
}

fn reply(fault: Fault) -> HttpResponse {
    let Fault::Reply { status, headers, body } = fault else { unreachable!("only replies are sent") };
    let mut response = hyper::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).expect("a status and headers that exist")
}

/// Takes the whole body of an answer and puts another one in its place.
async fn cut(response: HttpResponse, body: impl FnOnce(Bytes) -> Body) -> Result<HttpResponse, HttpError> {
    let (mut head, old) = response.into_parts();
    let whole: Vec<Bytes> = old.try_collect().await.map_err(HttpError::new)?;
    let new = body(Bytes::from(whole.concat()));
    // The length is that of the new body, or what `Cut` promises.
    head.headers.remove(header::CONTENT_LENGTH);
    Ok(HttpResponse::from_parts(head, new))
}

fn half(whole: &Bytes) -> Bytes {
    whole.slice(..whole.len() / 2)
}

/// A body that promises everything, gives half of it, and then fails or says nothing more.
struct Cut {
    half: Option<Bytes>,
    promised: u64,
    flushed: bool,
    fails: bool,
}

impl Cut {
    fn new(whole: Bytes) -> Self {
        Self { half: Some(half(&whole)), promised: whole.len() as u64, flushed: false, fails: true }
    }

    fn stalled(whole: Bytes) -> Self {
        Self { fails: false, ..Self::new(whole) }
    }
}

impl hyper::body::Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        // The server writes what it has before it asks again: the half is on its way when the connection ends.
        if !self.flushed {
            self.flushed = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // Without a waker it stays pending until the client has had enough.
        if self.fails { Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))) } else { Poll::Pending }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
