//! Many documents: the list, those in progress, deleting many, and the container tags.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::documents::Deleted;
use super::filters;
use super::reply::{Answer, error, item, ok};
use super::service::{body_of, optional_body_of};
use super::state::{State as Everything, Store, StoredDocument, time};

/// Entries of a page where the request names no number.
const PAGE: usize = 10;

/// `POST /v3/documents/list`.
pub(super) async fn list(State(store): State<Arc<Store>>, bytes: Bytes) -> Answer {
    let state = &mut *store.state();
    let body = optional_body_of(state, "list", &bytes)?;
    state.look(None);
    let (limit, page) = (number(&body["limit"]).unwrap_or(PAGE), number(&body["page"]).unwrap_or(1));
    let mut found: Vec<(u64, &StoredDocument)> = state
        .documents
        .iter()
        .filter(|(_, document)| is_asked_for(document, &body) && filters::hold(&body["filters"], document))
        .map(|(number, document)| (*number, document))
        .collect();
    let by_change = body["sort"] == "updatedAt";
    found.sort_by_key(|(number, document)| (if by_change { document.updated } else { document.created }, *number));
    if body["order"] != "asc" {
        found.reverse();
    }
    let shown = found.iter().skip((page - 1) * limit).take(limit).map(|(_, document)| {
        let mut item = item(&state.quirks, document);
        if body["includeContent"] == true {
            item.insert("content".into(), json!(document.content));
        }
        Value::Object(item)
    });
    let memories: Vec<Value> = shown.collect();
    let (total, pages) = (found.len(), found.len().div_ceil(limit));
    let pagination = json!({"currentPage": page, "limit": limit, "totalItems": total, "totalPages": pages});
    ok(&json!({"memories": memories, "pagination": pagination}))
}

/// A number, or a text that is one.
fn number(value: &Value) -> Option<usize> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    usize::try_from(number).ok()
}

/// Whether tags and path are those that are asked for: every named tag has to be there.
pub(super) fn is_asked_for(document: &StoredDocument, body: &Value) -> bool {
    let tags = body["containerTags"].as_array().map_or(&[][..], Vec::as_slice);
    let tag = body["containerTag"].as_str();
    let tagged = |tag: &str| document.tags.iter().any(|own| own == tag);
    let path = body["filepath"].as_str();
    tags.iter().filter_map(Value::as_str).chain(tag).all(tagged) && path.is_none_or(|path| is_under(document, path))
}

/// A path names one document, or with a slash at its end all below it.
fn is_under(document: &StoredDocument, path: &str) -> bool {
    let own = document.filepath.as_deref().unwrap_or_default();
    if path.ends_with('/') { own.starts_with(path) } else { own == path }
}

/// The query of `GET /v3/documents/processing`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ProcessingQuery {
    container_tag: Option<String>,
}

/// `GET /v3/documents/processing`: all at once, without pages.
pub(super) async fn processing(State(store): State<Arc<Store>>, Query(query): Query<ProcessingQuery>) -> Answer {
    let state = &mut *store.state();
    state.look(None);
    let shown = |document: &&StoredDocument| {
        !state.quirks.forgets_what_is_processed && query.container_tag.iter().all(|tag| document.tags.contains(tag))
    };
    let numbers = state.processing();
    let documents: Vec<Value> = numbers
        .iter()
        .map(|number| &state.documents[number])
        .filter(shown)
        .map(|document| Value::Object(item(&state.quirks, document)))
        .collect();
    ok(&json!({"totalCount": documents.len(), "documents": documents}))
}

/// `DELETE /v3/documents/bulk`.
pub(super) async fn delete_bulk(State(store): State<Arc<Store>>, bytes: Bytes) -> Answer {
    let state = &mut *store.state();
    let body = body_of(state, "deleteBulk", &bytes)?;
    let ids = match (body["ids"].as_array(), body["containerTags"].is_array()) {
        (Some(ids), _) => ids.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        (None, true) => state.whole_tag(&body),
        (None, false) => {
            let why = "Either 'ids' or 'containerTags' must be provided";
            state.violations.push(format!("deleteBulk: {why}"));
            return Err(error(400, why, None));
        }
    };
    // One at least goes, or nothing would ever.
    let left_out = ids.len().saturating_sub(state.quirks.bulk_leaves).max(1);
    let (mut deleted, mut errors) = (0, Vec::new());
    for (index, id) in ids.iter().enumerate() {
        if index >= left_out {
            if state.quirks.bulk_tells {
                errors.push(json!({"id": id, "error": "Failed to delete document"}));
            }
            continue;
        }
        match state.delete(id) {
            Deleted::Yes => deleted += 1,
            Deleted::Unknown => errors.push(json!({"id": id, "error": "Document not found"})),
            Deleted::Processing => errors.push(json!({"id": id, "error": "Document is still processing"})),
        }
    }
    let mut answer = json!({"success": errors.is_empty(), "deletedCount": deleted});
    if !errors.is_empty() {
        answer["errors"] = json!(errors);
    }
    if body["containerTags"].is_array() {
        answer["containerTags"] = body["containerTags"].clone();
    }
    ok(&answer)
}

impl Everything {
    /// Everything under tags and path, whoever put it there: nothing that a client of several should ask for.
    fn whole_tag(&mut self, body: &Value) -> Vec<String> {
        if body["filepath"].is_null() {
            self.hazards.push(format!("everything under {} was deleted", body["containerTags"]));
        }
        self.documents.values().filter(|document| is_asked_for(document, body)).map(|d| d.id.clone()).collect()
    }
}

/// `GET /v3/container-tags/list`.
pub(super) async fn container_tags(State(store): State<Arc<Store>>) -> Answer {
    let state = store.state();
    let mut tags: BTreeMap<&str, (u64, i64, i64)> = BTreeMap::new();
    for document in state.documents.values() {
        for tag in &document.tags {
            let (count, first, last) = tags.entry(tag).or_insert((0, document.created, document.updated));
            (*count, *first, *last) = (*count + 1, (*first).min(document.created), (*last).max(document.updated));
        }
    }
    let tags = tags.into_iter().map(|(tag, (count, first, last))| {
        json!({
            "id": tag, "name": tag, "containerTag": tag, "description": null, "documentCount": count, "memoryCount": 0,
            "createdAt": time(first), "updatedAt": time(last), "lastActivityAt": time(last), "isNova": false,
        })
    });
    ok(&tags.collect())
}
