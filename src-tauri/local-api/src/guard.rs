//! Who may ask: a program on this computer that knows the token. Not a web page, whatever name it gave this address.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, HOST, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use s3_connector_engine::engine::Engine;
use s3_connector_engine::secrets::Secret;
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use crate::refusal::Refusal;
use crate::server::Token;

/// The largest body. Nothing that is offered needs more: documents are not added here.
pub const BODY_LIMIT: usize = 1_000_000;
/// The longest that an answer takes: what the SDKs wait for.
const TIME_LIMIT: Duration = Duration::from_secs(55);
/// What is answered without a token; neither says anything about anybody's documents.
const OPEN: [&str; 2] = ["/", "/openapi.json"];

/// What the guard has to know.
pub struct Gate {
    /// Where the engine's own token is.
    pub engine: Arc<Engine>,
    /// Which token is the right one.
    pub token: Token,
    /// The port that is listened on.
    pub port: u16,
}

/// Lets a request through, or refuses it. Always in this order, so that a stranger learns nothing.
pub async fn guard(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let answer = async {
        match admit(&gate, request).await {
            Ok(request) => next.run(request).await,
            Err(refusal) => refusal.into_response(),
        }
    };
    let mut response = match tokio::time::timeout(TIME_LIMIT, answer).await {
        Ok(response) => response,
        Err(_) => {
            let details = "What was begun may go on; ask again how it stands.";
            Refusal::with(StatusCode::GATEWAY_TIMEOUT, "It took too long", details).into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn admit(gate: &Gate, request: Request) -> Result<Request, Refusal> {
    let headers = request.headers();
    if !names_us(headers, gate.port) {
        return Err(Refusal::with(
            StatusCode::MISDIRECTED_REQUEST,
            "Misdirected request",
            "The Host header has to be localhost, 127.0.0.1 or [::1] with the port of this server.",
        ));
    }
    // Browsers send it, programs do not. There is no page that may ask.
    if headers.contains_key(ORIGIN) {
        return Err(Refusal::with(StatusCode::FORBIDDEN, "Forbidden", "Web pages may not use this API."));
    }
    if !OPEN.contains(&request.uri().path()) {
        let right = gate.token.secret(&gate.engine).await?;
        if !is_right(headers, &right) {
            let details = "Invalid or missing API key";
            return Err(Refusal::with(StatusCode::UNAUTHORIZED, "Unauthorized", details));
        }
    }
    with_body(request).await
}

/// Whether the Host header is a name of this server. A page whose own name was made to lead here (DNS rebinding) sends
/// that name.
fn names_us(headers: &HeaderMap, port: u16) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Ok(host) = host.to_str() else { return false };
    let (name, given) = match host.rsplit_once(':') {
        Some((name, given)) if !given.ends_with(']') => (name, given.parse().ok()),
        _ => (host, Some(80)),
    };
    given == Some(port) && ["localhost", "127.0.0.1", "[::1]"].iter().any(|us| name.eq_ignore_ascii_case(us))
}

/// Compared in constant time. The CLI of Supermemory sends its key as `x-api-key`.
fn is_right(headers: &HeaderMap, right: &Secret) -> bool {
    let bearer = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes).and_then(|value| {
        let (scheme, token) = value.split_at_checked(7)?;
        scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
    });
    let key = headers.get("x-api-key").map(HeaderValue::as_bytes);
    let right = right.expose_secret().as_bytes();
    let fits = |given: Option<&[u8]>| given.is_some_and(|given| bool::from(given.ct_eq(right)));
    !right.is_empty() && (fits(bearer) || fits(key))
}

/// The request with its body read, so that no route has to say again how much it takes; also those that take none, because
/// a client that is answered before it has sent everything hears nothing.
async fn with_body(request: Request) -> Result<Request, Refusal> {
    let too_large = || {
        let details = format!("A body has at most {BODY_LIMIT} bytes.");
        Refusal::with(StatusCode::PAYLOAD_TOO_LARGE, "Payload too large", details)
    };
    let told = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|length| length > BODY_LIMIT as u64) {
        return Err(too_large());
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY_LIMIT).await.map_err(|_| too_large())?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(host: &str, port: u16) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().expect("a header"));
        names_us(&headers, port)
    }

    #[test]
    fn only_the_names_of_this_computer_with_this_port_are_ours() {
        for host in ["localhost:6768", "127.0.0.1:6768", "[::1]:6768", "LOCALHOST:6768"] {
            assert!(named(host, 6768), "{host}");
        }
        for host in
            ["localhost", "localhost:80", "[::1]", "evil.example:6768", "127.0.0.1.nip.io:6768", "localhost:6768:1", ""]
        {
            assert!(!named(host, 6768), "{host}");
        }
        assert!(named("localhost", 80) && named("[::1]", 80));
        assert!(!names_us(&HeaderMap::new(), 6768));
    }

    #[test]
    fn a_token_is_right_as_a_whole_or_not_at_all() {
        let right = Secret::from("s3l_abc");
        let mut headers = HeaderMap::new();
        assert!(!is_right(&headers, &right));
        for (value, fits) in
            [("Bearer s3l_abc", true), ("bearer s3l_abc", true), ("Bearer s3l_ab", false), ("s3l_abc", false)]
        {
            headers.insert(AUTHORIZATION, value.parse().expect("a header"));
            assert_eq!(is_right(&headers, &right), fits, "{value}");
        }
        headers.insert("x-api-key", "s3l_abc".parse().expect("a header"));
        assert!(is_right(&headers, &right));
        headers.insert(AUTHORIZATION, "Bearer ".parse().expect("a header"));
        headers.insert("x-api-key", "".parse().expect("a header"));
        assert!(!is_right(&headers, &Secret::from("")), "no token opens nothing");
    }
}
