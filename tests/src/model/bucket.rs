//! The bucket of a model world: objects of one byte, listed two at a time.

use std::collections::BTreeMap;

use s3_connector_engine::object::{ETag, ObjectKey, ObjectMeta};

use super::script::Change;

/// Keys of one page of a listing.
pub const PAGE: usize = 2;

/// An object: its content and which of the etags of that content it has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Begins with the content, so that anybody can see whose etag it is.
    pub etag: String,
    /// The one character that it consists of.
    pub content: char,
    /// It cannot be read now.
    pub archived: bool,
}

impl Object {
    /// Whether the knowledge base takes it and goes on to index it.
    pub fn is_good(&self) -> bool {
        is_good(self.content)
    }
}

/// Whether the knowledge base indexes such content: `P` fails in the pipeline, `V` vanishes there, `R` is refused.
pub fn is_good(content: char) -> bool {
    !"PVR".contains(content)
}

/// The bucket.
#[derive(Debug, Default)]
pub struct Bucket {
    /// Its objects, by key.
    pub objects: BTreeMap<String, Object>,
}

impl Bucket {
    /// Changes it.
    pub fn change(&mut self, change: &Change) {
        match change {
            Change::Put(key, content) => {
                let object = Object { etag: format!("{content}1"), content: *content, archived: false };
                self.objects.insert(key.clone(), object);
            }
            Change::Touch(key) => {
                if let Some(object) = self.objects.get_mut(key) {
                    let other = if object.etag.ends_with('1') { '2' } else { '1' };
                    object.etag = format!("{}{other}", object.content);
                }
            }
            Change::Archive(key) => {
                if let Some(object) = self.objects.get_mut(key) {
                    object.archived = true;
                }
            }
            Change::Delete(key) => {
                self.objects.remove(key);
            }
        }
    }

    /// The page of a listing that begins after a key, and whether more follow.
    pub fn page(&self, after: &str) -> (Vec<ObjectMeta>, bool) {
        let mut rest = self.objects.iter().filter(|(key, _)| key.as_str() > after);
        let page = rest.by_ref().take(PAGE).map(|(key, object)| meta(key, object)).collect();
        (page, rest.next().is_some())
    }
}

fn meta(key: &str, object: &Object) -> ObjectMeta {
    ObjectMeta {
        key: ObjectKey::new(key),
        etag: ETag::new(&object.etag),
        size: object.content.len_utf8() as u64,
        modified: None,
        storage_class: object.archived.then(|| "GLACIER".to_owned()),
    }
}
