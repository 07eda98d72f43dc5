//! What both generations of the API say of a document of the library, and how documents are deleted.

use std::collections::BTreeMap;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::knowledge_base::Removal;
use s3_connector_engine::knowledge_base::library::{DocumentFilter, DocumentQuery};
use s3_connector_engine::view::LibraryDocument;
use serde::Serialize;
use utoipa::ToSchema;

use crate::refusal::Refusal;
use crate::times::iso;

/// Documents that one request deletes by a filter, page by page.
const PAGE: u64 = 100;
/// Names of the metadata, as they are returned and filtered by.
pub const METADATA: [&str; 6] = ["bucket", "key", "etag", "size", "lastModified", "connectionId"];

/// A value of the metadata.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum MetadataValue {
    /// Text.
    Text(String),
    /// A number.
    Number(u64),
}

/// What is known of a document's object.
pub type Metadata = BTreeMap<String, MetadataValue>;

/// Its metadata.
pub fn metadata(document: &LibraryDocument) -> Metadata {
    let [bucket, key, etag, size, modified, connection] = METADATA.map(str::to_owned);
    let text = |text: &str| MetadataValue::Text(text.to_owned());
    let mut metadata = Metadata::from([
        (bucket, text(&document.bucket)),
        (key, text(&document.key)),
        (etag, text(&document.etag)),
        (size, MetadataValue::Number(document.size)),
        (connection, text(&document.connection_id)),
    ]);
    if let Some(at) = document.modified {
        metadata.insert(modified, MetadataValue::Text(iso(at)));
    }
    metadata
}

/// Its type in the words of the API, which has none for most files.
pub fn kind(key: &str) -> &'static str {
    match key.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).as_deref() {
        Some("pdf") => "pdf",
        Some("htm" | "html" | "xhtml") => "webpage",
        _ => "text",
    }
}

/// Where it came from.
pub fn url(document: &LibraryDocument) -> String {
    format!("s3://{}/{}", document.bucket, document.key)
}

/// Its key as a path.
pub fn filepath(document: &LibraryDocument) -> String {
    format!("/{}", document.key)
}

/// The key, or the beginning of keys, that a path means.
pub fn key_of(filepath: &str) -> String {
    filepath.strip_prefix('/').unwrap_or(filepath).to_owned()
}

/// The document of an id, the library's or the `customId`, perhaps in a container.
pub async fn find(engine: &Engine, id: &str, tag: Option<&str>) -> Result<LibraryDocument, Refusal> {
    let tags = tag.map(str::to_owned).into_iter().collect();
    let filter = DocumentFilter { tags, document: Some(id.to_owned()), ..DocumentFilter::default() };
    engine.library_document(filter).await?.ok_or_else(|| Refusal::not_found("Document"))
}

/// A document that was not deleted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NotDeleted {
    /// The id as it was asked for.
    pub id: String,
    /// Why.
    pub error: String,
}

/// Said of a document that is just being written.
pub const BUSY: &str = "Document is still processing";

/// Deletes the documents of these ids; returns how many, and what was not deleted.
pub async fn delete_each(
    engine: &Engine,
    ids: &[String],
    tag: Option<&str>,
) -> Result<(u64, Vec<NotDeleted>), Refusal> {
    let mut not_deleted = Vec::new();
    let mut found: Vec<(String, LibraryDocument)> = Vec::new();
    for id in ids {
        match find(engine, id, tag).await {
            // The same one under both of its ids is one.
            Ok(document) if found.iter().any(|(_, known)| known.id == document.id) => {}
            Ok(document) => found.push((id.clone(), document)),
            Err(refusal) if refusal.is_not_found() => {
                not_deleted.push(NotDeleted { id: id.clone(), error: "Document not found".into() });
            }
            Err(refusal) => return Err(refusal),
        }
    }
    let (asked, documents): (Vec<String>, Vec<LibraryDocument>) = found.into_iter().unzip();
    let answers = engine.document_delete(&documents).await?;
    let mut count = 0;
    for (id, removal) in asked.into_iter().zip(answers) {
        match removal {
            Removal::Gone => count += 1,
            Removal::Busy => not_deleted.push(NotDeleted { id, error: BUSY.into() }),
        }
    }
    Ok((count, not_deleted))
}

/// Deletes all documents that a filter leaves; returns how many, and what was not deleted.
pub async fn delete_all(engine: &Engine, filter: DocumentFilter) -> Result<(u64, Vec<NotDeleted>), Refusal> {
    let (mut count, mut not_deleted) = (0, Vec::new());
    loop {
        // What was not deleted is still there, at the beginning: the oldest come first.
        let query = DocumentQuery {
            filter: filter.clone(),
            offset: not_deleted.len() as u64,
            limit: PAGE,
            oldest_first: true,
            with_text: false,
        };
        let documents = engine.library_page(query).await?.documents;
        if documents.is_empty() {
            return Ok((count, not_deleted));
        }
        for (document, removal) in documents.iter().zip(engine.document_delete(&documents).await?) {
            match removal {
                Removal::Gone => count += 1,
                Removal::Busy => not_deleted.push(NotDeleted { id: document.remote_id.clone(), error: BUSY.into() }),
            }
        }
    }
}
