//! What is held, compared with what a bucket asks for: row by row, in the library's own tables or in the documents of a
//! Supermemory, and in the state file.
//!
//! It reads the files themselves and asks no code of the engine, so that an error in there cannot hide itself. Only for
//! plain text: the words of a document must be the bytes of its object.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use percent_encoding::percent_decode_str;
use rusqlite::{Connection, OpenFlags};

use crate::memory_s3::MemoryS3;
use crate::supermemory::{FakeSupermemory, Status, StoredDocument};

/// Key → its text and its tag.
pub type Desired = BTreeMap<String, (String, String)>;

/// What a bucket asks for, where every object is text and has a tag.
pub fn desired(server: &MemoryS3, bucket: &str, tag: impl Fn(&str) -> Option<String>) -> Desired {
    let objects = server.objects(bucket).into_iter();
    let document = |(key, object): (String, crate::memory_s3::StoredObject)| {
        let text = String::from_utf8_lossy(&object.bytes).into_owned();
        let tag = tag(&key)?;
        Some((key, (text, tag)))
    };
    objects.filter_map(document).collect()
}

/// One document that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The engine's id.
    pub id: String,
    /// The id over there.
    pub remote_id: String,
    /// Key of its object.
    pub key: String,
    /// Its container.
    pub tag: String,
    /// Its words.
    pub text: String,
}

/// Every document of the library in this data folder.
pub fn library(folder: &Path) -> Vec<Document> {
    let db = open(&folder.join("library.db"));
    let sql = "SELECT id, remote_id, key, tag, trim(body, char(10) || ' ') FROM documents JOIN texts USING (number) \
               ORDER BY key, number";
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let (id, remote_id, key) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Document { id, remote_id, key, tag: row.get(3)?, text: row.get(4)? })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Every document of a Supermemory that this program put there; what others put there has no key.
pub fn supermemory(server: &FakeSupermemory) -> Vec<Document> {
    let document = |stored: StoredDocument| {
        let key = stored.metadata.get("key")?.as_str()?;
        let key = match stored.metadata.get("keyEncoding") {
            Some(_) => percent_decode_str(key).decode_utf8_lossy().into_owned(),
            None => key.to_owned(),
        };
        let (id, text) = (stored.custom_id.unwrap_or_default(), stored.content.trim().to_owned());
        // What cannot be found is not held.
        let tag = if stored.status == Status::Done { stored.tags.join(" and ") } else { "nothing yet".to_owned() };
        Some(Document { id, remote_id: stored.id, key, tag, text })
    };
    server.documents().into_iter().filter_map(document).collect()
}

/// Rows of the state file: id, remote id, state.
pub fn rows(folder: &Path) -> Vec<(String, Option<String>, String)> {
    let db = open(&folder.join("state.db"));
    let mut statement = db.prepare("SELECT id, remote_id, state FROM documents").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

/// Everything that differs in the library; empty when held = desired exactly, with no duplicate and no orphan on either
/// side.
pub fn differences(folder: &Path, desired: &Desired) -> Vec<String> {
    differences_of(library(folder), folder, desired)
}

/// The same of any documents.
pub fn differences_of(held: Vec<Document>, folder: &Path, desired: &Desired) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for document in &held {
        if !seen.insert(document.key.as_str()) {
            wrong.push(format!("{} is held twice", document.key));
        }
        match desired.get(&document.key) {
            None => wrong.push(format!("{} is held and not desired", document.key)),
            Some((text, tag)) if (text.trim(), tag) != (document.text.as_str(), &document.tag) => wrong.push(format!(
                "{} is held as “{}” under {}, desired “{text}” under {tag}",
                document.key, document.text, document.tag
            )),
            Some(_) => {}
        }
    }
    wrong.extend(desired.keys().filter(|key| !seen.contains(key.as_str())).map(|key| format!("{key} is not held")));
    wrong.extend(orphans(folder, &held));
    wrong
}

/// Documents without a row of the state file that knows them, and rows without their document.
pub fn orphans(folder: &Path, held: &[Document]) -> Vec<String> {
    let there: BTreeMap<&str, &str> = held.iter().map(|d| (d.id.as_str(), d.remote_id.as_str())).collect();
    let mut known = BTreeSet::new();
    let mut wrong = Vec::new();
    for (id, remote_id, state) in rows(folder) {
        if state != "indexed" {
            wrong.push(format!("row {id} is {state}"));
        }
        if remote_id.is_none() || there.get(id.as_str()).copied() != remote_id.as_deref() {
            wrong.push(format!("row {id} ({remote_id:?}) has no document"));
        }
        known.insert(id);
    }
    wrong.extend(there.keys().filter(|id| !known.contains(**id)).map(|id| format!("document {id} has no row")));
    wrong
}

/// Puts every time that the state file knows of its documents back by so many minutes: what waits for time to pass has waited.
/// Nobody may have the folder open.
pub fn grow_old(folder: &Path, minutes: i64) {
    let sql = "UPDATE documents SET changed_at = changed_at - ?1, unanswered_at = unanswered_at - ?1";
    open(&folder.join("state.db")).execute(sql, [minutes * 60_000]).unwrap();
}

fn open(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}
