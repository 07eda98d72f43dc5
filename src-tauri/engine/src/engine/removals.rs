//! Documents that a person removes one by one.
//!
//! A document that was removed by hand must not come back with the next sync, although its bucket still asks for it. So
//! its row stays, as a refusal of a kind of its own: it takes no place under the limit, is sent again when the object
//! changes, and when a person asks for it. The order is that of every removal: marked on disk, removed, written down.
//! What is interrupted between is finished by the next run, with the same end.
//!
//! A run may be under way. Each step is one transaction over rows as they are then, and removing twice is removing once.

use std::collections::BTreeSet;

use crate::connection::Destination;
use crate::error::{ErrorCode, Result};
use crate::knowledge_base::{Held, KnowledgeBase, RemoteId, Removal};
use crate::object::{ETag, ObjectKey};
use crate::plan::DocumentState;
use crate::store::connections::{self, ConnectionRow};
use crate::store::documents;
use crate::sync::now;
use crate::sync::removal::GROUP;
use crate::tag::ContainerTag;
use crate::view::LibraryDocument;

use super::Engine;

impl Engine {
    /// Removes documents from the library, in order; `Busy` where one is just being written. Their files stay in the
    /// bucket, and are not sent again until they change or a person asks for it.
    ///
    /// # Errors
    /// What the library or the state file says. What was removed before stays removed.
    pub async fn document_delete(&self, documents: &[LibraryDocument]) -> Result<Vec<Removal>> {
        let mut answers = Vec::with_capacity(documents.len());
        for group in documents.chunks(GROUP) {
            answers.extend(self.delete_group(group).await?);
        }
        let owners: BTreeSet<&str> = documents.iter().map(|document| document.connection_id.as_str()).collect();
        for owner in owners {
            self.tell_connection(owner).await;
        }
        Ok(answers)
    }

    async fn delete_group(&self, group: &[LibraryDocument]) -> Result<Vec<Removal>> {
        let at = now();
        let documents = group.to_vec();
        let marked: Vec<Removal> =
            self.store.write(move |db| documents.iter().map(|document| mark(db, document, at)).collect()).await?;
        let may_go = |index: &usize| marked[*index] == Removal::Gone;
        let going: Vec<usize> = (0..group.len()).filter(may_go).collect();
        let names: Vec<RemoteId> = going.iter().map(|index| group[*index].remote_id.clone()).collect();
        let mut answers = marked.clone();
        for (index, removal) in going.iter().zip(self.library.remove(&names).await?) {
            answers[*index] = removal;
        }
        let gone: Vec<String> = (0..group.len())
            .filter(|index| answers[*index] == Removal::Gone)
            .map(|index| group[index].id.clone())
            .collect();
        self.store.write(move |db| gone.iter().try_for_each(|id| documents::set_removed_by_hand(db, id))).await?;
        Ok(answers)
    }
}

/// Marks a document's row; `Busy` where it may not be touched now. A document that no connection owns has no row, and
/// nothing would send it again.
fn mark(db: &rusqlite::Connection, document: &LibraryDocument, at: i64) -> Result<Removal> {
    let ConnectionRow { number, deleting, .. } = match connections::by_id(db, &document.connection_id) {
        Ok(row) => row,
        Err(error) if error.code == ErrorCode::ConnectionNotFound => return Ok(Removal::Gone),
        Err(error) => return Err(error),
    };
    if deleting.is_some() {
        return Ok(Removal::Gone);
    }
    if documents::by_id(db, number, &document.id)?.is_none() {
        // Held and not known, after a lost state file: without a row it would be sent again.
        if let Some(held) = held(document) {
            documents::adopt(db, number, Destination::Library.name(), &held, at)?;
        }
    }
    let reason = ErrorCode::DocumentRemoved.text().message;
    if documents::set_removing_by_hand(db, &document.id, reason, at)? {
        return Ok(Removal::Gone);
    }
    let row = documents::by_id(db, number, &document.id)?;
    // A put that is not written down yet would be, after its removal.
    let is_intended = row.is_some_and(|row| row.state == DocumentState::Intended);
    Ok(if is_intended { Removal::Busy } else { Removal::Gone })
}

fn held(document: &LibraryDocument) -> Option<Held> {
    Some(Held {
        id: document.id.clone(),
        remote_id: document.remote_id.clone(),
        key: ObjectKey::new(document.key.as_str()),
        etag: ETag::new(document.etag.as_str()),
        tag: ContainerTag::parse(&document.tag)?,
    })
}
