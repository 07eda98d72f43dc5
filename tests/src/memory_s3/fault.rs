//! Faults and gates: what happens to a request before, or instead of, a good answer.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Request, header};
use percent_encoding::percent_decode_str;
use s3s::service::S3Service;
use s3s::{Body, HttpError, HttpResponse};

use super::rules;
use super::store::Store;
use crate::loopback::gate::Hold;
use crate::loopback::{Respond, broken};

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
        state.gates.retain(|(_, gate)| !gate.is_open());
        state.gates.iter().filter(|(on, _)| wanted.is(on)).map(|(_, gate)| gate.clone()).collect()
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
        Fault::Hangup => Err(broken::hangup()),
        Fault::CutBody => broken::cut(service.call(request.map(Body::from)).await?).await,
        Fault::StallBody => broken::stall(service.call(request.map(Body::from)).await?).await,
        Fault::HalfBody => broken::halve(service.call(request.map(Body::from)).await?).await,
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
