//! One document: adding, reading, changing and deleting it, and adding many at once.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use bytes::Bytes;
use serde_json::{Value, json};

use super::reply::{Answer, error, no_document, ok, whole};
use super::service::{body_of, optional_body_of};
use super::state::{State as Everything, Store};
use super::write::{Fields, Written};

impl Written {
    pub(super) fn answer(&self) -> Answer {
        ok(&json!({"id": self.id, "status": self.status}))
    }
}

/// `POST /v3/documents`.
pub(super) async fn add(State(store): State<Arc<Store>>, bytes: Bytes) -> Answer {
    let state = &mut *store.state();
    let body = body_of(state, "add", &bytes)?;
    let fields = Fields::of(&body);
    state.admit(&fields.tags())?;
    let content = state.text("add", fields.content.as_deref().unwrap_or_default())?;
    state.add(fields, content, None).answer()
}

/// `GET /v3/documents/{id}`, by either id.
pub(super) async fn get(State(store): State<Arc<Store>>, Path(id): Path<String>) -> Answer {
    let state = &mut *store.state();
    if let Some(number) = state.find(&id) {
        state.look(Some(number));
    }
    // It may just have vanished.
    let found = state.find(&id).and_then(|number| state.documents.get_mut(&number));
    let document = found.ok_or_else(no_document)?;
    if document.asked < state.quirks.invisible_reads {
        document.asked += 1;
        return Err(no_document());
    }
    ok(&whole(&state.quirks, document))
}

/// `PATCH /v3/documents/{id}`: content is replaced, metadata merged.
pub(super) async fn update(State(store): State<Arc<Store>>, Path(id): Path<String>, bytes: Bytes) -> Answer {
    let state = &mut *store.state();
    let body = optional_body_of(state, "update", &bytes)?;
    let fields = Fields::of(&body);
    let number = state.find(&id).ok_or_else(no_document)?;
    let tags = fields.named_tags().unwrap_or_else(|| state.documents[&number].tags.clone());
    state.admit(&tags)?;
    let content = fields.content.as_deref().map(|content| state.text("update", content)).transpose()?;
    let document = &state.documents[&number];
    if document.is_processing() && state.quirks.drops_writes_while_processing {
        if content.as_ref().is_some_and(|content| *content != document.content) {
            state.hazards.push(format!("new content of {} was dropped while it was processed", document.id));
        }
        return state.written(number).answer();
    }
    if let Some(custom_id) = fields.custom_id {
        state.rename(number, custom_id);
    }
    state.merge(number, fields.metadata);
    let document = state.documents.get_mut(&number).ok_or_else(no_document)?;
    document.tags = tags;
    match content {
        Some(content) if content != document.content => state.replace(number, content, None).answer(),
        // A path that comes with content is not looked at.
        Some(_) => state.written(number).answer(),
        None => {
            document.filepath = fields.filepath.or_else(|| document.filepath.take());
            state.written(number).answer()
        }
    }
}

/// `DELETE /v3/documents/{id}`, by either id.
pub(super) async fn delete(State(store): State<Arc<Store>>, Path(id): Path<String>) -> Answer {
    let state = &mut *store.state();
    match state.delete(&id) {
        Deleted::Yes => Ok(StatusCode::NO_CONTENT.into_response()),
        Deleted::Unknown => Err(no_document()),
        Deleted::Processing => Err(error(409, "Document is still processing", None)),
    }
}

/// What became of a deletion.
pub(super) enum Deleted {
    Yes,
    Unknown,
    Processing,
}

impl Everything {
    pub(super) fn delete(&mut self, id: &str) -> Deleted {
        let Some(number) = self.find(id) else { return Deleted::Unknown };
        if self.documents[&number].is_processing() && self.quirks.keeps_what_is_processed {
            return Deleted::Processing;
        }
        self.forget(number);
        Deleted::Yes
    }
}

/// `POST /v3/documents/batch`: what is refused is refused inside a 200.
pub(super) async fn add_batch(State(store): State<Arc<Store>>, bytes: Bytes) -> Answer {
    let state = &mut *store.state();
    let body = body_of(state, "batch", &bytes)?;
    let shared = Fields::of(&body);
    state.admit(&shared.named_tags().unwrap_or_default())?;
    let documents = body["documents"].as_array().cloned().unwrap_or_default();
    let mut results: Vec<Value> = documents.iter().map(|document| add_of_batch(state, document, &shared)).collect();
    let failed = results.iter().filter(|result| result["status"] == "error").count();
    if state.quirks.batch_answers_accepted_first {
        results.sort_by_key(|result| result["status"] == "error");
    }
    ok(&json!({"results": results, "success": documents.len() - failed, "failed": failed}))
}

fn add_of_batch(state: &mut Everything, document: &Value, shared: &Fields) -> Value {
    let fields = match document {
        Value::String(content) => Fields { content: Some(content.clone()), ..Fields::default() },
        document => Fields::of(document),
    };
    let fields = fields.or(shared);
    let refused = |why: &str| json!({"id": "", "status": "error", "error": why, "details": why});
    let content = fields.content.clone().unwrap_or_default();
    if state.quirks.batch_refuses.as_ref().is_some_and(|marker| content.contains(marker)) {
        return refused("Failed to add document");
    }
    if state.admit(&fields.tags()).is_err() {
        return refused("Document token limit reached, or no access to the container tag");
    }
    match state.text("batch", &content) {
        Ok(content) => {
            let written = state.add(fields, content, None);
            let status = if written.status == "done" { "done" } else { "queued" };
            json!({"id": written.id, "status": status})
        }
        Err(_) => refused("Content too large"),
    }
}
