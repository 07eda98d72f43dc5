//! Searching: whoever has all the words, once for each document.

use std::sync::Arc;

use axum::extract::State;
use bytes::Bytes;
use serde_json::{Value, json};

use super::filters;
use super::lists::is_asked_for;
use super::reply::{Answer, item, ok};
use super::service::body_of;
use super::state::{Status, Store, StoredDocument};

/// Characters of a chunk.
const CHUNK: usize = 400;

/// `POST /v3/search`.
pub(super) async fn search(State(store): State<Arc<Store>>, bytes: Bytes) -> Answer {
    let state = &mut *store.state();
    let body = body_of(state, "search", &bytes)?;
    let query = body["q"].as_str().unwrap_or_default().to_lowercase();
    let words: Vec<&str> = query.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let limit = body["limit"].as_u64().unwrap_or(10) as usize;
    let id = body["docId"].as_str();
    let named =
        |document: &StoredDocument| id.is_none_or(|id| document.id == id || document.custom_id.as_deref() == Some(id));
    let mut found: Vec<(f64, &StoredDocument)> = state
        .documents
        .values()
        .filter(|document| document.status == Status::Done && named(document))
        .filter(|document| is_asked_for(document, &body) && filters::hold(&body["filters"], document))
        .filter_map(|document| Some((score(&document.content.to_lowercase(), &words)?, document)))
        .collect();
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let results: Vec<Value> = found
        .iter()
        .take(limit)
        .map(|(score, document)| result(&state.quirks, *score, document, &words, &body))
        .collect();
    ok(&json!({"total": results.len(), "results": results, "timing": 1}))
}

/// How dense the words stand; none where one is missing.
fn score(text: &str, words: &[&str]) -> Option<f64> {
    let counts: Vec<usize> = words.iter().map(|word| text.matches(word).count()).collect();
    if counts.is_empty() || counts.contains(&0) {
        return None;
    }
    let hits: usize = counts.iter().sum();
    Some(hits as f64 / (hits as f64 + text.len() as f64 / 100.0))
}

fn result(quirks: &super::Quirks, score: f64, document: &StoredDocument, words: &[&str], body: &Value) -> Value {
    let shown = item(quirks, document);
    let mut result = json!({
        "documentId": document.id, "title": null, "type": shown["type"], "score": score, "metadata": document.metadata,
        "createdAt": shown["createdAt"], "updatedAt": shown["updatedAt"],
        "chunks": [{"content": chunk(&document.content, words), "isRelevant": true, "score": score}],
    });
    if body["includeFullDocs"] == true {
        result["content"] = json!(document.content);
    }
    if body["includeSummary"] == true {
        result["summary"] = Value::Null;
    }
    result
}

/// A passage around the first word.
fn chunk(content: &str, words: &[&str]) -> String {
    let before = words.first().and_then(|word| content.to_lowercase().split_once(word).map(|(b, _)| b.chars().count()));
    content.chars().skip(before.unwrap_or(0).saturating_sub(CHUNK / 2)).take(CHUNK).collect()
}
