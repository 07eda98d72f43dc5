//! The way of a request: gates, credentials, faults, the route, and the way back.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::DefaultBodyLimit;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use bytes::Bytes;
use hyper::body::Incoming;
use s3s::{HttpError, HttpResponse};
use serde_json::Value;
use tower_service::Service;

use super::faults::Fault;
use super::log::{Operation, Seen};
use super::reply::{Answer, error};
use super::schema::{complain, complaints};
use super::state::{State, Store};
use super::{connections, documents, files, lists, search};
use crate::loopback::{Respond, broken};

/// More than any request that is answered by a 413 of its own.
const BODY_LIMIT: usize = 128 << 20;

/// Number of a request in the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number(pub(super) u64);

/// The documented routes.
pub(super) fn routes(store: Arc<Store>) -> Router {
    Router::new()
        .route("/", get(async || "Supermemory"))
        .route("/v3/documents", post(documents::add))
        .route("/v3/documents/file", post(files::upload))
        .route("/v3/documents/batch", post(documents::add_batch))
        .route("/v3/documents/list", post(lists::list))
        .route("/v3/documents/bulk", delete(lists::delete_bulk))
        .route("/v3/documents/processing", get(lists::processing))
        .route("/v3/documents/{id}", get(documents::get).patch(documents::update).delete(documents::delete))
        .route("/v3/search", post(search::search))
        .route("/v3/container-tags/list", get(lists::container_tags))
        .route("/v3/session", get(connections::session))
        .route("/v3/connections/list", post(connections::list))
        .route("/v3/connections/{id}", post(connections::create).get(connections::get).delete(connections::delete))
        .route("/v3/connections/{id}/connection", post(connections::by_tag))
        .route("/v3/connections/{id}/import", post(connections::import))
        .route("/v3/connections/{id}/documents", post(connections::documents))
        .route("/v3/connections/{id}/sync-runs", get(connections::sync_runs))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(DefaultBodyLimit::disable())
        .with_state(store)
}

async fn unknown(
    axum::extract::State(store): axum::extract::State<Arc<Store>>,
    method: Method,
    uri: Uri,
) -> Result<Response, Response> {
    store.state().violations.push(format!("there is no {method} {}", uri.path()));
    Err(error(404, "Not Found", None))
}

/// A body that has to be there, held against the schema.
pub(super) fn body_of(state: &mut State, name: &str, bytes: &Bytes) -> Result<Value, Response> {
    let body = serde_json::from_slice(bytes);
    let body = body.map_err(|_| state.refuse(name, &Value::Null, &[complain(&[], "Invalid JSON")]))?;
    let complaints = complaints(name, &body);
    if complaints.is_empty() { Ok(body) } else { Err(state.refuse(name, &body, &complaints)) }
}

/// A body that may be left out.
pub(super) fn optional_body_of(state: &mut State, name: &str, bytes: &Bytes) -> Result<Value, Response> {
    if bytes.is_empty() { body_of(state, name, &Bytes::from_static(b"{}")) } else { body_of(state, name, bytes) }
}

/// One more request is answered at this moment.
struct Busy(Arc<Store>);

impl Busy {
    fn new(store: &Arc<Store>) -> Self {
        let mut state = store.state();
        state.busy += 1;
        state.most_busy = state.most_busy.max(state.busy);
        Self(store.clone())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.state().busy -= 1;
    }
}

/// The routes behind everything that may go wrong.
pub(super) fn respond(store: Arc<Store>) -> Respond {
    let routes = routes(store.clone());
    Arc::new(move |request| {
        let (store, routes) = (store.clone(), routes.clone());
        Box::pin(async move {
            let _busy = Busy::new(&store);
            converse(&store, routes, request).await
        })
    })
}

async fn converse(store: &Arc<Store>, routes: Router, request: Request<Incoming>) -> Result<HttpResponse, HttpError> {
    let (parts, body) = request.into_parts();
    // A client that goes away while it sends has asked for nothing.
    let body = to_bytes(Body::new(body), BODY_LIMIT).await.map_err(|_| broken::hangup())?;
    let operation = Operation::of(parts.method.as_str(), parts.uri.path());
    let (number, authorized) = note(store, &parts, operation, &body);
    let (holds, delay) = {
        let mut state = store.state();
        (state.holds(operation, parts.uri.path(), &body), state.quirks.delay)
    };
    for hold in holds {
        hold.pass().await;
    }
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let fault = store.state().next_fault(operation, parts.uri.path(), &body);
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(Number(number));
    let answer = match fault.as_ref() {
        Some(Fault::Hangup) => return Err(broken::hangup()),
        Some(Fault::LandsLate) => {
            store.state().late.push(request);
            return Err(broken::hangup());
        }
        Some(fault) if let Some(reply) = fault.reply() => reply,
        Some(Fault::Delay(time)) => {
            tokio::time::sleep(*time).await;
            dispatch(store, routes, request, authorized).await
        }
        _ => dispatch(store, routes, request, authorized).await,
    };
    if let Some(seen) = store.state().noted(number) {
        seen.status = answer.status().as_u16();
    }
    let answer = plain(answer).await?;
    match fault {
        Some(Fault::LostReply) => Err(broken::hangup()),
        Some(Fault::CutBody) => broken::cut(answer).await,
        Some(Fault::StallBody) => broken::stall(answer).await,
        Some(Fault::HalfBody) => broken::halve(answer).await,
        _ => Ok(answer),
    }
}

async fn plain(answer: Response) -> Result<HttpResponse, HttpError> {
    let (head, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|error| HttpError::new(Box::new(error)))?;
    Ok(HttpResponse::from_parts(head, s3s::Body::from(body)))
}

/// Writes a request down; says under which number, and whether its key is one.
fn note(store: &Store, parts: &Parts, operation: Operation, body: &Bytes) -> (u64, bool) {
    let mut state = store.state();
    let authorized = key(&parts.headers).map(|key| state.keys.contains(key));
    let secret = |name: &header::HeaderName| *name == header::AUTHORIZATION || name.as_str() == "x-api-key";
    let headers = parts.headers.iter().filter(|(name, _)| !secret(name));
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = headers.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let remembered =
        if state.quirks.remembers_bodies { serde_json::from_slice(body).unwrap_or_default() } else { Value::Null };
    let number = state.note(Seen {
        operation,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers,
        authorized: authorized == Some(true),
        body: remembered,
        status: 0,
        number: 0,
    });
    // A self-hosted server lets those in who come from its own computer and name no key.
    let welcome = authorized.unwrap_or(state.quirks.self_hosted) || parts.uri.path() == "/";
    (number, welcome)
}

fn key(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.map(|value| value.strip_prefix("Bearer ").unwrap_or_default());
    bearer.or_else(|| headers.get("x-api-key").and_then(|value| value.to_str().ok()))
}

/// Credentials, form of the body, route.
pub(super) async fn dispatch(store: &Store, mut routes: Router, request: Request<Bytes>, authorized: bool) -> Response {
    if !authorized {
        return error(401, "Unauthorized", Some("Invalid or missing API key"));
    }
    if let Err(refusal) = form(store, &request) {
        return refusal;
    }
    match routes.call(request.map(Body::from)).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

/// A body is JSON, or the form of the file route.
fn form(store: &Store, request: &Request<Bytes>) -> Answer {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wanted = if request.uri().path() == "/v3/documents/file" { "multipart/form-data" } else { "application/json" };
    if request.body().is_empty() || kind.split(';').next().map(str::trim) == Some(wanted) {
        return Ok(StatusCode::OK.into_response());
    }
    let complaint = complain(&[], &format!("Content-Type must be {wanted}"));
    Err(store.state().refuse(request.uri().path(), &Value::Null, &[complaint]))
}
