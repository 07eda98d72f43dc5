//! The knowledge base of a model world: documents that are taken first and processed later, with the manners of the
//! hosted one (<https://supermemory.ai/docs/api-reference/ingest/add-document>). What is processed is busy and cannot
//! be removed; a write to it is dropped; the same bytes again are no change; what failed is processed anew. Or one like
//! the library of this computer, which has no pipeline.

use std::collections::BTreeMap;

use s3_connector_engine::knowledge_base::{DocumentId, Removal, Standing};

use super::bucket::is_good;

/// How far a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It is being worked on.
    Processing,
    /// It is searchable.
    Done,
    /// It failed; nothing of it can be found.
    Failed,
}

/// A document over there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doc {
    /// The engine's id.
    pub id: DocumentId,
    /// Key of the object.
    pub key: String,
    /// Version as which it was put first.
    pub etag: String,
    /// Container.
    pub tag: String,
    /// Its one character.
    pub content: char,
    /// How far it is.
    pub progress: Progress,
    /// When the request that made it was sent, in minutes.
    pub born: i64,
}

/// A request that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// A document is put.
    Put(Doc),
    /// A document is removed, by whichever name.
    Remove(String),
}

/// The knowledge base.
#[derive(Debug, Default)]
pub struct Pipeline {
    /// Its documents, by the number of their remote id.
    pub docs: BTreeMap<u64, Doc>,
    /// Requests that nobody waits for any more and that land later, with the minute at which they were sent.
    pub late: Vec<(Request, i64)>,
    /// What is taken is searchable at once.
    pub is_library: bool,
    last: u64,
}

/// The remote id of a number.
pub fn remote_id(number: u64) -> String {
    format!("r{number}")
}

impl Pipeline {
    /// The document of a name: a remote id or an id of the engine.
    pub fn find(&self, name: &str) -> Option<(u64, &Doc)> {
        let named = |(number, doc): &(&u64, &Doc)| remote_id(**number) == name || doc.id == name;
        self.docs.iter().find(named).map(|(number, doc)| (*number, doc))
    }

    /// Takes a document; `None` where it is refused.
    pub fn put(&mut self, doc: Doc) -> Option<String> {
        if doc.content == 'R' || self.is_library && !is_good(doc.content) {
            return None;
        }
        let Some((number, known)) = self.find(&doc.id) else {
            self.last += 1;
            let progress = if self.is_library { Progress::Done } else { Progress::Processing };
            self.docs.insert(self.last, Doc { progress, ..doc });
            return Some(remote_id(self.last));
        };
        let anew = match known.progress {
            Progress::Processing => false,
            Progress::Failed => true,
            Progress::Done => known.content != doc.content,
        };
        if anew && let Some(known) = self.docs.get_mut(&number) {
            (known.progress, known.content) = (Progress::Processing, doc.content);
        }
        Some(remote_id(number))
    }

    /// Removes a document.
    pub fn remove(&mut self, name: &str) -> Removal {
        match self.find(name) {
            Some((_, doc)) if doc.progress == Progress::Processing => Removal::Busy,
            Some((number, _)) => {
                self.docs.remove(&number);
                Removal::Gone
            }
            None => Removal::Gone,
        }
    }

    /// How a document stands. `shown_until`: documents born after that minute are not shown yet.
    pub fn standing(&self, id: &str, shown_until: i64) -> Standing {
        match self.find(id).filter(|(_, doc)| doc.born <= shown_until || self.is_library) {
            None => Standing::Absent,
            Some((number, doc)) => {
                let remote_id = remote_id(number);
                match doc.progress {
                    Progress::Processing => Standing::Processing { remote_id },
                    Progress::Done => Standing::Indexed { remote_id },
                    Progress::Failed => Standing::Failed { remote_id, reason: "No text was found".into() },
                }
            }
        }
    }

    /// Works on everything that was taken.
    pub fn work(&mut self) {
        self.docs.retain(|_, doc| doc.content != 'V' || doc.progress == Progress::Done);
        for doc in self.docs.values_mut().filter(|doc| doc.progress == Progress::Processing) {
            doc.progress = if doc.content == 'P' { Progress::Failed } else { Progress::Done };
        }
    }
}
