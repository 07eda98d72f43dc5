//! The keys of a listing in as little memory as they need: blocks of text with a few numbers for each key. A block never
//! changes, so a listing that still grows can be read while it does.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use crate::object::{ETag, ObjectKey, ObjectMeta};
use crate::plan::DocumentRow;
use crate::scope::{Admission, Scope};
use crate::store::keys::KeyRow;

/// Stands for "not told" among the times.
const NO_TIME: i64 = i64::MIN;

/// Some keys in a row, as one page of a listing showed them.
#[derive(Debug, Default)]
pub struct Block {
    /// The keys, one behind the other, and where each ends.
    text: String,
    ends: Vec<u32>,
    sizes: Vec<u64>,
    modified: Vec<i64>,
    archived: Vec<bool>,
    /// Keys that documents are held of, by their place in the block.
    held: Vec<Held>,
    /// What the last scope that was asked about said: it changes seldom, the rule with every character.
    scoped: Mutex<Option<(u64, Scoped)>>,
}

/// What a scope says of the keys of a block.
#[derive(Debug, Clone)]
struct Scoped {
    /// Of every key.
    admissions: Arc<[Admission]>,
    /// How many keys each include or exclude rule decides about, in the order of the rules.
    rule_hits: Arc<[u64]>,
}

/// What is held of one key. The version is only needed where there is something to compare it with.
#[derive(Debug)]
struct Held {
    place: u32,
    etag: ETag,
    rows: Vec<DocumentRow>,
}

impl Block {
    /// A block of these keys, with the documents that are held of them.
    pub fn new(keys: impl IntoIterator<Item = (ObjectMeta, Vec<DocumentRow>)>) -> Self {
        let mut block = Self::default();
        for (object, rows) in keys {
            if !rows.is_empty() {
                block.held.push(Held { place: block.ends.len() as u32, etag: object.etag.clone(), rows });
            }
            block.text.push_str(object.key.as_str());
            block.ends.push(block.text.len() as u32);
            block.sizes.push(object.size);
            block.modified.push(object.modified.unwrap_or(NO_TIME));
            block.archived.push(object.is_archived());
        }
        block
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The key at a place.
    pub fn key(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[place] as usize]
    }

    /// The size of the object at a place, in bytes.
    pub fn size(&self, place: usize) -> u64 {
        self.sizes[place]
    }

    /// Whether documents are held of the key at a place.
    pub fn is_held(&self, place: usize) -> bool {
        self.held.binary_search_by_key(&(place as u32), |held| held.place).is_ok()
    }

    /// The key at a place, whole.
    pub fn row(&self, place: usize) -> KeyRow {
        let key = ObjectKey::new(self.key(place));
        let held = self.held.binary_search_by_key(&(place as u32), |held| held.place).map(|at| &self.held[at]);
        let (etag, rows) = match held {
            Ok(held) => (held.etag.clone(), held.rows.clone()),
            Err(_) => (ETag::new(""), Vec::new()),
        };
        let object = ObjectMeta {
            key: key.clone(),
            etag,
            size: self.sizes[place],
            modified: Some(self.modified[place]).filter(|time| *time != NO_TIME),
            storage_class: self.archived[place].then(|| "GLACIER".to_owned()),
        };
        KeyRow { key, object: Some(object), rows }
    }

    /// What a scope says of every key.
    pub fn admissions(&self, scope: &Scope) -> Arc<[Admission]> {
        self.scoped(scope).admissions
    }

    fn scoped(&self, scope: &Scope) -> Scoped {
        let print = fingerprint(scope);
        let mut kept = self.scoped.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = kept.as_ref().filter(|(of, _)| *of == print) {
            return known.clone();
        }
        let mut rule_hits = vec![0; scope.filters.len()];
        let admit = |place| {
            let key = self.key(place);
            let deciding = scope.deciding(key);
            if let Some(rule) = deciding {
                rule_hits[rule] += 1;
            }
            scope.admit_decided(deciding, key, self.sizes[place], self.archived[place])
        };
        let admissions = (0..self.len()).map(admit).collect();
        let scoped = Scoped { admissions, rule_hits: rule_hits.into() };
        *kept = Some((print, scoped.clone()));
        scoped
    }
}

fn fingerprint(scope: &Scope) -> u64 {
    let mut hasher = DefaultHasher::new();
    scope.prefix.hash(&mut hasher);
    for filter in &scope.filters {
        let draft = filter.draft();
        (draft.kind as u8, &draft.glob).hash(&mut hasher);
    }
    (scope.max_size, scope.intake.size_limit, scope.intake.takes_extension as usize).hash(&mut hasher);
    hasher.finish()
}

/// The keys that a listing has shown so far, in their order. Cheap to copy: the blocks are shared.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    blocks: Vec<Arc<Block>>,
    /// Where each block begins.
    starts: Vec<u32>,
    keys: u32,
    /// Keys that documents are held of although the listing did not show them where they belong.
    strays: Arc<Vec<KeyRow>>,
}

impl Listed {
    /// Adds the next keys.
    pub fn push(&mut self, block: Block) {
        if block.is_empty() {
            return;
        }
        self.starts.push(self.keys);
        self.keys += block.len() as u32;
        self.blocks.push(Arc::new(block));
    }

    /// Adds keys that the listing passed over.
    pub fn push_strays(&mut self, strays: impl IntoIterator<Item = KeyRow>) {
        let mut strays = strays.into_iter().peekable();
        if strays.peek().is_some() {
            Arc::make_mut(&mut self.strays).extend(strays);
        }
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys == 0
    }

    /// The blocks.
    pub fn blocks(&self) -> &[Arc<Block>] {
        &self.blocks
    }

    /// The position of the first key of a block.
    pub fn start(&self, block: usize) -> u32 {
        self.starts[block]
    }

    /// Keys that were passed over.
    pub fn strays(&self) -> &[KeyRow] {
        &self.strays
    }

    /// How many keys each include or exclude rule of a scope decides about, in the order of the rules. Blocks that were
    /// just asked about their admissions know it.
    pub fn rule_hits(&self, scope: &Scope) -> Vec<u64> {
        let mut all = vec![0; scope.filters.len()];
        for block in &self.blocks {
            all.iter_mut().zip(block.scoped(scope).rule_hits.iter()).for_each(|(all, hits)| *all += hits);
        }
        all
    }

    /// The last key.
    pub fn last_key(&self) -> Option<&str> {
        self.blocks.last().map(|block| block.key(block.len() - 1))
    }

    /// The block of a position and the place in it; `None` beyond the end.
    pub fn place(&self, position: u32) -> Option<(&Block, usize)> {
        if position >= self.keys {
            return None;
        }
        let block = self.starts.partition_point(|start| *start <= position) - 1;
        Some((&self.blocks[block], (position - self.starts[block]) as usize))
    }

    /// At most this many keys from all over the listing.
    pub fn sample(&self, size: usize) -> Vec<&str> {
        let taken = self.len().min(size);
        let position = |at: usize| (at as u64 * u64::from(self.keys) / taken as u64) as u32;
        (0..taken).filter_map(|at| self.place(position(at))).map(|(block, place)| block.key(place)).collect()
    }
}
