//! What a write does to a document: the rules that all routes share.

use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::reply::status_word;
use super::state::{FileMeta, State, Status, StoredDocument, now};

/// The tag of documents that name none.
const DEFAULT_TAG: &str = "sm_project_default";

/// The fields of a write, after they were held against the schema.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Fields {
    pub(super) content: Option<String>,
    pub(super) container_tag: Option<String>,
    pub(super) container_tags: Option<Vec<String>>,
    pub(super) custom_id: Option<String>,
    pub(super) metadata: Option<Map<String, Value>>,
    pub(super) task_type: Option<String>,
    pub(super) filepath: Option<String>,
    pub(super) file_type: Option<String>,
    pub(super) mime_type: Option<String>,
}

impl Fields {
    /// Reads fields that the schema has let pass.
    pub(super) fn of(body: &Value) -> Self {
        serde_json::from_value(body.clone()).expect("the schema and the fields agree")
    }

    /// The tags that are named.
    pub(super) fn named_tags(&self) -> Option<Vec<String>> {
        self.container_tag.clone().map(|tag| vec![tag]).or_else(|| self.container_tags.clone())
    }

    /// The tags of a new document.
    pub(super) fn tags(&self) -> Vec<String> {
        self.named_tags().unwrap_or_else(|| vec![DEFAULT_TAG.to_owned()])
    }

    /// The same with what a batch says for all.
    pub(super) fn or(self, shared: &Self) -> Self {
        let tagged = self.named_tags().is_some();
        Self {
            container_tag: if tagged { self.container_tag } else { shared.container_tag.clone() },
            container_tags: if tagged { self.container_tags } else { shared.container_tags.clone() },
            metadata: self.metadata.or_else(|| shared.metadata.clone()),
            task_type: self.task_type.or_else(|| shared.task_type.clone()),
            filepath: self.filepath.or_else(|| shared.filepath.clone()),
            ..self
        }
    }
}

/// What a write is answered with.
pub(super) struct Written {
    pub(super) id: String,
    pub(super) status: String,
}

impl State {
    /// Text by the JSON routes: what is only an address is fetched, and that is remembered.
    pub(super) fn text(&mut self, what: &str, content: &str) -> Result<String, Response> {
        let limit = self.quirks.text_limit;
        if content.len() > limit {
            return Err(self.too_large(what, content.len(), limit));
        }
        if is_url(content) {
            self.hazards.push(format!("{what}: {} was fetched", content.trim()));
            return Ok("What stood at that address".to_owned());
        }
        Ok(visible(content))
    }

    /// Adds a document, or does with the one that has this id under exactly these tags what a second write does.
    pub(super) fn add(&mut self, fields: Fields, content: String, file: Option<FileMeta>) -> Written {
        let tags = fields.tags();
        let known = match &fields.custom_id {
            Some(custom_id) => self.identify(custom_id, &tags),
            None => self.alike(&fields, &content, &tags),
        };
        match known {
            Some(number) => self.add_again(number, fields, content, file),
            None => self.add_new(fields, tags, content, file),
        }
    }

    /// Without an id of the client, what is the same in all is the same.
    fn alike(&self, fields: &Fields, content: &str, tags: &[String]) -> Option<u64> {
        let metadata = fields.metadata.clone().unwrap_or_default();
        let same = |document: &StoredDocument| {
            document.custom_id.is_none()
                && (document.content.as_str(), &document.metadata, document.tags.as_slice())
                    == (content, &metadata, tags)
        };
        self.documents.iter().find(|(_, document)| same(document)).map(|(number, _)| *number)
    }

    fn add_new(&mut self, fields: Fields, tags: Vec<String>, content: String, file: Option<FileMeta>) -> Written {
        self.charge();
        let number = self.keep(StoredDocument {
            id: String::new(),
            custom_id: fields.custom_id,
            tags,
            content,
            file,
            metadata: fields.metadata.unwrap_or_default(),
            filepath: fields.filepath,
            task_type: fields.task_type.unwrap_or_else(|| "memory".to_owned()),
            status: Status::Processing(0),
            connection: None,
            created: now(),
            updated: now(),
            asked: 0,
        });
        let id = self.documents[&number].id.clone();
        self.begin(number);
        Written { id, status: "queued".to_owned() }
    }

    fn add_again(&mut self, number: u64, fields: Fields, content: String, file: Option<FileMeta>) -> Written {
        let document = &self.documents[&number];
        let hash = |file: &Option<FileMeta>| file.as_ref().map(|file| file.sha256.clone());
        let same = document.content == content && hash(&document.file) == hash(&file);
        let (id, status) = (document.id.clone(), document.status);
        if document.is_processing() && self.quirks.drops_writes_while_processing {
            if !same {
                self.hazards.push(format!("new content of {id} was dropped while it was processed"));
            }
            return self.written(number);
        }
        let appended = match status {
            Status::Done if same => {
                self.merge(number, fields.metadata);
                return self.written(number);
            }
            Status::Failed => content,
            // A second add is the next part of a document, so that what was taken out of a file stays in there.
            Status::Done | Status::Processing(_) => {
                self.hazards.push(format!("new content of {id} was added to its old one"));
                format!("{}\n{content}", document.content)
            }
        };
        self.merge(number, fields.metadata);
        self.replace(number, appended, file)
    }

    /// New content in the place of the old one.
    pub(super) fn replace(&mut self, number: u64, content: String, file: Option<FileMeta>) -> Written {
        self.charge();
        let document = self.documents.get_mut(&number).expect("it was just found");
        (document.content, document.file, document.updated) = (content, file, now());
        let id = document.id.clone();
        self.begin(number);
        Written { id, status: "queued".to_owned() }
    }

    /// Metadata is merged, key by key, and nothing is worked on.
    pub(super) fn merge(&mut self, number: u64, metadata: Option<Map<String, Value>>) {
        if let (Some(metadata), Some(document)) = (metadata, self.documents.get_mut(&number)) {
            document.metadata.extend(metadata);
            document.updated = now();
        }
    }

    /// The answer where nothing was done.
    pub(super) fn written(&self, number: u64) -> Written {
        let document = &self.documents[&number];
        Written { id: document.id.clone(), status: status_word(&self.quirks, document).to_owned() }
    }
}

/// Whether a text is nothing but an address.
fn is_url(content: &str) -> bool {
    let content = content.trim();
    let scheme = content.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https")) && !content.contains(char::is_whitespace)
}

/// Text without control characters.
fn visible(content: &str) -> String {
    content.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect()
}
