//! Answers in the forms of the API.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::quirks::Quirks;
use super::state::{State, Status, StoredDocument, time};

/// Stages of a document in progress, in order.
const STAGES: [&str; 5] = ["queued", "extracting", "chunking", "embedding", "indexing"];

/// What a handler gives: an answer, or a refusal.
pub(super) type Answer = Result<Response, Response>;

/// JSON with a status.
pub(super) fn json_of(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// JSON that says yes.
pub(super) fn ok(body: &Value) -> Answer {
    Ok(json_of(200, body))
}

/// The documented form of an error.
pub(super) fn error(status: u16, error: &str, details: Option<&str>) -> Response {
    let mut body = json!({"error": error});
    if let Some(details) = details {
        body["details"] = json!(details);
    }
    json_of(status, &body)
}

/// 404 of a document.
pub(super) fn no_document() -> Response {
    error(404, "Document not found", None)
}

impl State {
    /// Refuses a request that is not as documented, and remembers it.
    pub(super) fn refuse(&mut self, what: &str, input: &Value, complaints: &[Value]) -> Response {
        let list = Value::from(complaints).to_string();
        self.violations.push(format!("{what}: {list}"));
        if self.quirks.flat_complaints {
            return error(400, "Invalid request", Some(&list));
        }
        json_of(400, &json!({"success": false, "data": input, "error": complaints}))
    }

    /// Refuses what is too large, and remembers it: the limits are known.
    pub(super) fn too_large(&mut self, what: &str, size: usize, limit: usize) -> Response {
        self.violations.push(format!("{what}: {size} bytes, {limit} are the limit"));
        error(self.quirks.too_large, "Content too large", Some(&format!("at most {limit} bytes")))
    }

    /// 402 without credits, 403 for a tag that is not for this key.
    pub(super) fn admit(&self, tags: &[String]) -> Result<(), Response> {
        if let Some(tag) = tags.iter().find(|tag| self.quirks.forbidden_tags.contains(*tag)) {
            return Err(error(403, "Forbidden", Some(&format!("This key has no access to the container tag {tag}"))));
        }
        if self.quirks.credits == Some(0) {
            return Err(error(402, "Payment Required", Some("Document token limit reached")));
        }
        Ok(())
    }

    /// Takes the price of a document.
    pub(super) fn charge(&mut self) {
        self.quirks.credits = self.quirks.credits.map(|left| left.saturating_sub(1));
    }
}

/// The word for how a document stands.
pub(super) fn status_word<'a>(quirks: &'a Quirks, document: &StoredDocument) -> &'a str {
    match (document.status, &quirks.progress_word) {
        (Status::Done, _) => "done",
        (Status::Failed, _) => "failed",
        (Status::Processing(_), Some(word)) => word,
        (Status::Processing(looks), None) => STAGES[(looks as usize).min(STAGES.len() - 1)],
    }
}

/// A document as lists show it: every documented key, null where there is nothing.
pub(super) fn item(quirks: &Quirks, document: &StoredDocument) -> Map<String, Value> {
    let item = json!({
        "id": document.id,
        "customId": document.custom_id,
        "connectionId": document.connection,
        "containerTags": document.tags,
        "createdAt": time(document.created),
        "updatedAt": time(document.updated),
        "filepath": document.filepath,
        "metadata": document.metadata,
        "status": status_word(quirks, document),
        "summary": null,
        "title": null,
        "type": kind(document),
        "url": null,
    });
    match item {
        Value::Object(item) => item,
        _ => unreachable!("it is an object"),
    }
}

/// A document as a read of it shows it.
pub(super) fn whole(quirks: &Quirks, document: &StoredDocument) -> Value {
    let mut whole = item(quirks, document);
    let more = json!({
        "content": document.content,
        "dreamingStatus": if document.is_processing() { "dreaming" } else { "done" },
        "ogImage": null,
        "raw": null,
        "source": "api",
        "taskType": document.task_type,
    });
    whole.extend(more.as_object().cloned().unwrap_or_default());
    if document.status == Status::Failed
        && let Some((field, reason)) = &quirks.failure
    {
        whole.insert((*field).to_owned(), json!(reason));
    }
    Value::Object(whole)
}

/// The type of a document, in the words of the API.
fn kind(document: &StoredDocument) -> &str {
    let Some(file) = &document.file else { return "text" };
    let mime = file.mime_type.as_ref().or(file.content_type.as_ref()).map_or("", String::as_str);
    match (file.file_type.as_deref(), mime.split('/').next()) {
        (Some(kind), _) => kind,
        (None, Some(kind @ ("image" | "video" | "audio"))) => kind,
        (None, _) if mime == "application/pdf" => "pdf",
        _ => "text",
    }
}
