//! Files: the form with its fields and bytes.

use std::sync::Arc;

use axum::extract::multipart::Field;
use axum::extract::{Extension, Multipart, State};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::reply::Answer;
use super::schema::{complain, complaints};
use super::service::Number;
use super::state::{FileMeta, Store};
use super::write::Fields;

/// What a form brought.
#[derive(Default)]
struct Form {
    fields: Map<String, Value>,
    file: Option<(FileMeta, Bytes)>,
    wrong: Vec<Value>,
}

/// `POST /v3/documents/file`.
pub(super) async fn upload(
    State(store): State<Arc<Store>>,
    Extension(number): Extension<Number>,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Answer {
    let refuse = |why: &str| store.state().refuse("upload", &Value::Null, &[complain(&[], why)]);
    let mut multipart = form.map_err(|error| refuse(&error.body_text()))?;
    let mut form = Form::default();
    while let Some(field) = multipart.next_field().await.map_err(|error| refuse(&error.body_text()))? {
        form.take(field).await.map_err(|error| refuse(&error.body_text()))?;
    }
    let remembered = form.remembered();
    if let Some(seen) = store.state().noted(number.0) {
        seen.body = remembered;
    }
    keep(&store, form)
}

impl Form {
    async fn take(&mut self, field: Field<'_>) -> Result<(), axum::extract::multipart::MultipartError> {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let (file_name, content_type) =
                (field.file_name().map(str::to_owned), field.content_type().map(str::to_owned));
            let bytes = field.bytes().await?;
            let meta = FileMeta {
                name: file_name,
                content_type,
                file_type: None,
                mime_type: None,
                size: bytes.len(),
                sha256: hex::encode(Sha256::digest(&bytes)),
            };
            if self.file.replace((meta, bytes)).is_some() {
                self.wrong.push(complain(&["file"], "More than one file"));
            }
            return Ok(());
        }
        let text = field.text().await?;
        let value = match name.as_str() {
            "metadata" | "filterByMetadata" => serde_json::from_str(&text).unwrap_or_else(|_| {
                self.wrong.push(complain(&[&name], "Invalid JSON"));
                Value::Null
            }),
            "containerTags" if text.starts_with('[') => serde_json::from_str(&text).unwrap_or(Value::Null),
            "containerTags" => json!([text]),
            _ => Value::String(text),
        };
        if self.fields.insert(name.clone(), value).is_some() {
            self.wrong.push(complain(&[&name], "The field is there twice"));
        }
        Ok(())
    }

    /// The fields, and the file without its bytes.
    fn remembered(&self) -> Value {
        let mut fields = self.fields.clone();
        if let Some((file, _)) = &self.file {
            let (name, kind) = (&file.name, &file.content_type);
            fields.insert(
                "file".into(),
                json!({"name": name, "contentType": kind, "size": file.size, "sha256": file.sha256}),
            );
        }
        Value::Object(fields)
    }
}

fn keep(store: &Store, mut form: Form) -> Result<Response, Response> {
    let state = &mut *store.state();
    let body = Value::Object(std::mem::take(&mut form.fields));
    let mut wrong = complaints("upload", &body);
    wrong.append(&mut form.wrong);
    match &form.file {
        None => wrong.push(complain(&["file"], "File is required")),
        Some((file, _)) if file.size == 0 => wrong.push(complain(&["file"], "File is empty")),
        Some((file, _)) if file.name.as_ref().is_none_or(String::is_empty) => {
            wrong.push(complain(&["file"], "File has no name"));
        }
        Some(_) => {}
    }
    let Some((mut meta, bytes)) = form.file.filter(|_| wrong.is_empty()) else {
        return Err(state.refuse("upload", &body, &wrong));
    };
    let limit = state.quirks.file_limit;
    if meta.size > limit {
        return Err(state.too_large("upload", meta.size, limit));
    }
    let fields = Fields::of(&body);
    state.admit(&fields.tags())?;
    (meta.file_type, meta.mime_type) = (fields.file_type.clone(), fields.mime_type.clone());
    let content = String::from_utf8(bytes.to_vec()).unwrap_or_default();
    state.add(fields, content, Some(meta)).answer()
}
