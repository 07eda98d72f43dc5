//! Where the keys of a draft come from, part by part: the bucket itself, or the last listing in the state file. Both bring
//! the documents along that an edited connection holds.

use std::sync::Arc;

use crate::error::Result;
use crate::object::ObjectMeta;
use crate::plan::DocumentRow;
use crate::source::ObjectSource;
use crate::store::keys::{self, KeyRow};
use crate::store::{Store, documents};
use crate::studio::Block;
use crate::sync::listing::check_order;

/// Keys on their way.
pub(super) struct Feed {
    store: Arc<Store>,
    /// The connection that is edited.
    number: Option<i64>,
    prefix: String,
    /// The last key so far.
    after: String,
    from: From,
}

enum From {
    Bucket { source: Arc<dyn ObjectSource>, token: Option<String> },
    Records,
}

/// The next keys.
pub(super) struct Part {
    /// Those that the listing shows.
    pub block: Block,
    /// Those that documents are held of although it does not show them.
    pub strays: Vec<KeyRow>,
    /// Nothing follows.
    pub is_last: bool,
}

impl Feed {
    /// What the state file says that the bucket showed.
    pub fn records(store: &Arc<Store>, number: i64, prefix: String) -> Self {
        Self { store: Arc::clone(store), number: Some(number), prefix, after: String::new(), from: From::Records }
    }

    /// What the bucket shows now.
    pub fn bucket(store: &Arc<Store>, number: Option<i64>, prefix: String, source: Arc<dyn ObjectSource>) -> Self {
        let from = From::Bucket { source, token: None };
        Self { store: Arc::clone(store), number, prefix, after: String::new(), from }
    }

    /// The next keys.
    ///
    /// # Errors
    /// What the bucket or the state file says.
    pub async fn next(&mut self) -> Result<Part> {
        let (rows, is_last) = match &mut self.from {
            From::Records => {
                let (number, after) = (self.number.unwrap_or_default(), self.after.clone());
                let rows = self.store.read(move |db| keys::page(db, number, &after)).await?;
                let is_last = rows.len() < keys::PAGE as usize;
                (rows, is_last)
            }
            From::Bucket { source, token } => {
                let page = source.list(&self.prefix, token.as_deref()).await?;
                check_order(&self.after, &page.objects, &self.prefix)?;
                let is_last = page.next.is_none();
                *token = page.next;
                let held = self.held(page.objects.last(), is_last).await?;
                (joined(page.objects, held), is_last)
            }
        };
        if let Some(last) = rows.last() {
            self.after = last.key.as_str().to_owned();
        }
        Ok(self.part(rows, is_last))
    }

    /// Documents of the keys of a page, and of those between them.
    async fn held(&self, last: Option<&ObjectMeta>, is_last: bool) -> Result<Vec<DocumentRow>> {
        let Some(number) = self.number else { return Ok(Vec::new()) };
        let end = match last {
            // Behind the last key there is, as far as any key can be.
            _ if is_last => char::MAX.to_string().repeat(257),
            Some(last) => last.key.as_str().to_owned(),
            None => return Ok(Vec::new()),
        };
        let after = self.after.clone();
        self.store.read(move |db| documents::range(db, number, &after, &end)).await
    }

    fn part(&self, rows: Vec<KeyRow>, is_last: bool) -> Part {
        let mut listed = Vec::with_capacity(rows.len());
        let mut strays = Vec::new();
        for KeyRow { key, object, mut rows } in rows {
            rows.iter_mut().for_each(slim);
            match object {
                Some(object) if key.as_str().starts_with(&self.prefix) => listed.push((object, rows)),
                object if !rows.is_empty() => strays.push(KeyRow { key, object, rows }),
                _ => {}
            }
        }
        Part { block: Block::new(listed), strays, is_last }
    }
}

/// Takes away what decides nothing, because there may be very many.
fn slim(row: &mut DocumentRow) {
    row.content_hash = None;
    row.remote_id = None;
}

/// Objects and documents, both by key, as one list.
fn joined(objects: Vec<ObjectMeta>, held: Vec<DocumentRow>) -> Vec<KeyRow> {
    let mut held = held.into_iter().peekable();
    let mut keys: Vec<KeyRow> = Vec::with_capacity(objects.len());
    let stray = |keys: &mut Vec<KeyRow>, row: DocumentRow| match keys.last_mut() {
        Some(last) if last.key == row.key => last.rows.push(row),
        _ => keys.push(KeyRow { key: row.key.clone(), object: None, rows: vec![row] }),
    };
    for object in objects {
        while let Some(row) = held.next_if(|row| row.key < object.key) {
            stray(&mut keys, row);
        }
        let mut rows = Vec::new();
        while let Some(row) = held.next_if(|row| row.key == object.key) {
            rows.push(row);
        }
        keys.push(KeyRow { key: object.key.clone(), object: Some(object), rows });
    }
    held.for_each(|row| stray(&mut keys, row));
    keys
}
