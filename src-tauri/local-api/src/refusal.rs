//! Every answer that is no success, in the two shapes of the API: `{"error": …, "details": …}`, and for a body that does
//! not fit `{"success": false, "data": …, "error": [{"path": […], "message": …}]}`.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use s3_connector_engine::error::{Error, ErrorCode, ErrorView};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

/// Something that is not done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorReply {
    /// What happened.
    pub error: String,
    /// The facts, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

/// A body that does not fit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ValidationReply {
    /// Always false.
    pub success: bool,
    /// The hosted API repeats the input here. It may have a secret anywhere, so here it is always null.
    #[schema(required = true)]
    pub data: Option<String>,
    /// What does not fit.
    pub error: Vec<Issue>,
}

/// One thing that does not fit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Issue {
    /// Where.
    pub path: Vec<PathItem>,
    /// Why.
    pub message: String,
}

/// A step on the way to a value.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum PathItem {
    /// A field.
    Name(String),
    /// A place in an array, from 0.
    Index(usize),
}

/// Either shape of a bad request.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum BadRequest {
    /// Fields do not fit.
    Validation(ValidationReply),
    /// The request as a whole does not.
    Plain(ErrorReply),
}

/// What any route may answer instead of its success.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "the shape of the answers, for the OpenAPI document")]
pub enum Refusals {
    /// The request does not fit.
    #[response(status = 400)]
    BadRequest(BadRequest),
    /// No token, or not the right one; or the storage refused the key.
    #[response(status = 401)]
    Unauthorized(ErrorReply),
    /// From a web page; or the storage denies access.
    #[response(status = 403)]
    Forbidden(ErrorReply),
    /// There is no such thing.
    #[response(status = 404)]
    NotFound(ErrorReply),
    /// Not now.
    #[response(status = 409)]
    Conflict(ErrorReply),
    /// The body is too large.
    #[response(status = 413)]
    TooLarge(ErrorReply),
    /// The Host header names somebody else.
    #[response(status = 421)]
    Misdirected(ErrorReply),
    /// Something is wrong inside.
    #[response(status = 500)]
    Internal(ErrorReply),
    /// S3 Connector does not offer it.
    #[response(status = 501)]
    NotOffered(ErrorReply),
    /// The keychain or the storage cannot be reached.
    #[response(status = 503)]
    Unavailable(ErrorReply),
    /// It took too long.
    #[response(status = 504)]
    TooLong(ErrorReply),
    /// The disk is full.
    #[response(status = 507)]
    DiskFull(ErrorReply),
}

/// A request that is not done.
#[derive(Debug, Clone)]
pub struct Refusal {
    status: StatusCode,
    body: Box<BadRequest>,
}

impl Refusal {
    /// With this status and sentence.
    pub fn new(status: StatusCode, error: &str) -> Self {
        let reply = ErrorReply { error: error.to_owned(), details: None };
        Self { status, body: Box::new(BadRequest::Plain(reply)) }
    }

    /// With the facts, and what to do.
    pub fn with(status: StatusCode, error: &str, details: impl Into<String>) -> Self {
        let reply = ErrorReply { error: error.to_owned(), details: Some(details.into()) };
        Self { status, body: Box::new(BadRequest::Plain(reply)) }
    }

    /// 404.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, &format!("{what} not found"))
    }

    /// Whether it is a 404.
    pub fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// 501.
    pub fn not_offered(what: &str) -> Self {
        Self::with(StatusCode::NOT_IMPLEMENTED, "Not implemented", what)
    }

    /// 400 with what does not fit.
    pub fn invalid(issues: Vec<Issue>) -> Self {
        let reply = ValidationReply { success: false, data: None, error: issues };
        Self { status: StatusCode::BAD_REQUEST, body: Box::new(BadRequest::Validation(reply)) }
    }

    /// 400 for one field.
    pub fn field(name: &str, message: &str) -> Self {
        Self::invalid(vec![Issue { path: vec![PathItem::Name(name.to_owned())], message: message.to_owned() }])
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::from(error.view())
    }
}

impl From<ErrorView> for Refusal {
    fn from(error: ErrorView) -> Self {
        if error.code == ErrorCode::InvalidConnection && !error.fields.is_empty() {
            let issue = |field: s3_connector_engine::error::FieldError| Issue {
                path: vec![PathItem::Name(field.field)],
                message: field.message,
            };
            return Self::invalid(error.fields.into_iter().map(issue).collect());
        }
        let details = match error.detail.is_empty() {
            true => format!("{}.", error.solution),
            false => format!("{}. ({})", error.solution, error.detail),
        };
        Self::with(documented(error.status), &error.message, details)
    }
}

/// The nearest status that the API's document has.
fn documented(status: u16) -> StatusCode {
    match status {
        400 | 401 | 403 | 404 | 409 | 413 | 500 | 503 | 507 => {
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        }
        // A keychain that is locked, a storage that fails or cannot be trusted: it is not there now.
        423 | 429 | 495 | 502 => StatusCode::SERVICE_UNAVAILABLE,
        status if status < 500 => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        // The SDKs repeat these three times unless told that it is of no use.
        let is_of_no_use = [StatusCode::CONFLICT, StatusCode::NOT_IMPLEMENTED, StatusCode::GATEWAY_TIMEOUT];
        if is_of_no_use.contains(&self.status) {
            let name = HeaderName::from_static("x-should-retry");
            response.headers_mut().insert(name, HeaderValue::from_static("false"));
        }
        response
    }
}
