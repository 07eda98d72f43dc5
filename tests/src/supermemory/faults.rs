//! What happens to a request before, or instead of, a good answer.

use std::time::Duration;

use axum::http::header;
use axum::response::Response;

use super::log::Operation;
use super::reply::{error, json_of};
use super::state::State;
use crate::loopback::gate::Hold;

/// Which requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// All of them.
    Any,
    /// Requests of this kind.
    Operation(Operation),
    /// Requests that put documents.
    Write,
    /// Requests that delete documents.
    Delete,
    /// Requests that do neither.
    Read,
    /// Requests that have these bytes in their path or body.
    Having(String),
}

impl On {
    fn is(&self, operation: Operation, path: &str, body: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::Operation(wanted) => *wanted == operation,
            Self::Write => operation.is_write(),
            Self::Delete => operation.is_delete(),
            Self::Read => !operation.is_write() && !operation.is_delete(),
            Self::Having(text) => {
                path.contains(text.as_str()) || body.windows(text.len().max(1)).any(|part| part == text.as_bytes())
            }
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Any answer, of the API or not; nothing is done.
    Reply {
        /// HTTP status.
        status: u16,
        /// Headers.
        headers: Vec<(String, String)>,
        /// Body.
        body: String,
    },
    /// 429; the seconds are `Retry-After`.
    TooManyRequests(Option<u64>),
    /// This status with an error in the form of the API.
    Status(u16),
    /// The connection closes, and nothing is done.
    Hangup,
    /// It is done, and the connection closes without an answer.
    LostReply,
    /// The connection closes, and it is done when the test says [`land`](super::FakeSupermemory::land).
    LandsLate,
    /// It is done, and the connection closes in the middle of the answer.
    CutBody,
    /// It is done, and the answer stops in the middle while the connection stays open.
    StallBody,
    /// It is done, and half of the answer comes with the length of that half.
    HalfBody,
    /// It is done after this long. A server is slow; a test with its own clock uses a gate.
    Delay(Duration),
}

impl Fault {
    /// The answer of a fault that is nothing but one.
    pub(super) fn reply(&self) -> Option<Response> {
        match self {
            Self::Reply { status, headers, body } => {
                let mut reply = Response::builder().status(*status);
                for (name, value) in headers {
                    reply = reply.header(name, value);
                }
                Some(reply.body(body.clone().into()).expect("a status and headers that exist"))
            }
            Self::TooManyRequests(after) => {
                let details = "Rate limit exceeded. Please try again later.";
                let mut reply = error(429, "Too Many Requests", Some(details));
                if let Some(after) = after {
                    reply.headers_mut().insert(header::RETRY_AFTER, (*after).into());
                }
                Some(reply)
            }
            Self::Status(500) => Some(json_of(500, &serde_json::json!({"error": "Internal Server Error"}))),
            Self::Status(status) => Some(error(*status, "The request was refused", Some("a fault of the test"))),
            _ => None,
        }
    }
}

/// A fault and how often it still happens; `None` is for ever.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) left: Option<u32>,
    pub(super) on: On,
    pub(super) fault: Fault,
}

impl State {
    pub(super) fn next_fault(&mut self, operation: Operation, path: &str, body: &[u8]) -> Option<Fault> {
        let fits = |fault: &&mut Planned| fault.left != Some(0) && fault.on.is(operation, path, body);
        let planned = self.faults.iter_mut().find(fits)?;
        planned.left = planned.left.map(|left| left - 1);
        Some(planned.fault.clone())
    }

    pub(super) fn holds(&mut self, operation: Operation, path: &str, body: &[u8]) -> Vec<Hold> {
        self.gates.retain(|(_, gate)| !gate.is_open());
        let fits = self.gates.iter().filter(|(on, _)| on.is(operation, path, body));
        fits.map(|(_, gate)| gate.clone()).collect()
    }
}
