//! The tags that a pass found, perhaps as many as there are keys. Neighbours in a listing mostly share their tag, so what is
//! kept of them is one stretch. Stretches are dealt to shards by what their tag is; a shard has all keys of its tags, fits
//! into the processor's cache, and is counted by one thread without waiting for another.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};

use super::count::{Class, class_of};
use super::pass::{Verdict, share};
use crate::knowledge_base::TagCount;
use crate::tag::{ContainerTag, Reading};
use crate::view::{Collision, StudioTag, TagSource};

/// Tags that are named.
const TAGS_SHOWN: usize = 50;
/// Collisions that are named.
const COLLISIONS_SHOWN: usize = 20;
/// Captured values that are remembered of a tag. Two are a collision; a few more are shown.
const VALUES_KEPT: usize = 4;

const SHARD_BITS: u32 = 6;
const SHARDS: usize = 1 << SHARD_BITS;
/// A key without a tag.
const NO_TAG: u32 = u32::MAX;
/// The position of keys that the listing passed over.
pub(super) const NOWHERE: u32 = u32::MAX;

/// Keys in a row with one verdict and one tag.
struct Stretch<'a> {
    /// Position of the first.
    at: u32,
    keys: u32,
    hash: u32,
    verdict: Verdict,
    /// What was captured, or the connection's tag.
    text: &'a str,
}

/// The stretches that one thread found.
pub(super) struct Found<'a> {
    hasher: &'a RandomState,
    shards: Vec<Vec<Stretch<'a>>>,
    /// Where the last stretch is.
    last: usize,
}

impl<'a> Found<'a> {
    /// Nothing so far. All threads are given the same hasher.
    pub fn new(hasher: &'a RandomState) -> Self {
        Self { hasher, shards: (0..SHARDS).map(|_| Vec::new()).collect(), last: 0 }
    }

    /// Adds the key of a position. The positions of one thread rise.
    pub fn add(&mut self, at: u32, verdict: Verdict, reading: &Reading<'a>) {
        let (text, tag): (&'a str, &str) = match reading {
            Reading::Captured(text) => (text, text),
            Reading::Replaced(text, tag) => (text, tag.as_str()),
            Reading::Given(tag) | Reading::Fallback(tag) => (tag.as_str(), tag.as_str()),
            Reading::Nothing | Reading::Illegal(_) => return,
        };
        let goes_on = |last: &&mut Stretch<'_>| {
            at != NOWHERE && last.at + last.keys == at && last.verdict == verdict && last.text == text
        };
        if let Some(last) = self.shards[self.last].last_mut().filter(goes_on) {
            last.keys += 1;
            return;
        }
        let hash = self.hasher.hash_one(tag);
        self.last = (hash >> (u64::BITS - SHARD_BITS)) as usize;
        self.shards[self.last].push(Stretch { at, keys: 1, hash: hash as u32, verdict, text });
    }
}

/// The tag of every key.
#[derive(Debug)]
pub(super) struct Tags {
    /// Numbers by position: which tag of which shard.
    numbers: Vec<u32>,
    shards: Vec<Names>,
}

/// The tags of a shard by number: their names, one behind the other, where each ends, and whether it collides.
#[derive(Debug, Default)]
struct Names {
    text: String,
    ends: Vec<u32>,
    collides: Vec<bool>,
}

impl Names {
    fn get(&self, tag: usize) -> &str {
        let start = tag.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[tag] as usize]
    }
}

impl Tags {
    /// Whether the tag of a key is that of keys of another source too.
    pub fn collides(&self, at: u32) -> bool {
        let number = self.numbers[at as usize];
        number != NO_TAG && self.shards[number as usize % SHARDS].collides[number as usize / SHARDS]
    }

    /// Whether a key has this tag: a question for many keys. No key has one that nobody has.
    pub fn has<'s>(&'s self, name: &str) -> impl Fn(u32) -> bool + use<'s> {
        let number = self.shards.iter().enumerate().find_map(|(shard, names)| {
            let tag = (0..names.ends.len()).find(|tag| names.get(*tag) == name)?;
            Some(number(shard, tag))
        });
        move |at| number == Some(self.numbers[at as usize])
    }

    /// The tags of more than one source.
    pub fn colliding(&self) -> impl Iterator<Item = &str> {
        let of_shard = |names: &'_ Names| (0..names.ends.len()).filter(|tag| names.collides[*tag]).collect::<Vec<_>>();
        self.shards.iter().flat_map(move |names| of_shard(names).into_iter().map(|tag| names.get(tag)))
    }
}

fn number(shard: usize, tag: usize) -> u32 {
    (tag * SHARDS + shard) as u32
}

/// The largest tags, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    pub tags: Vec<StudioTag>,
    pub tag_count: u64,
    pub collisions: Vec<Collision>,
    pub collision_count: u64,
    /// Keys of colliding tags.
    pub colliding: u64,
    /// The same by documents, as the plan of a sync says.
    pub planned: Vec<TagCount>,
    pub planned_count: u64,
}

impl Ranking {
    fn add(&mut self, other: Self) {
        let Self { tags, tag_count, collisions, collision_count, colliding, planned, planned_count } = other;
        self.tags.extend(tags);
        self.tag_count += tag_count;
        self.collisions.extend(collisions);
        self.collision_count += collision_count;
        self.colliding += colliding;
        self.planned.extend(planned);
        self.planned_count += planned_count;
    }

    fn finish(&mut self) {
        keep_largest(&mut self.tags, TAGS_SHOWN, |tag| (tag.count, &tag.tag));
        keep_largest(&mut self.collisions, COLLISIONS_SHOWN, |tag| (tag.count, &tag.tag));
        keep_largest(&mut self.planned, TAGS_SHOWN, |tag| (tag.count, &tag.tag));
    }
}

fn keep_largest<T>(all: &mut Vec<T>, most: usize, of: impl Fn(&T) -> (u64, &String)) {
    all.sort_by(|a, b| {
        let ((a, name), (b, other)) = (of(a), of(b));
        b.cmp(&a).then_with(|| name.cmp(other))
    });
    all.truncate(most);
}

/// Puts together what the threads found, of this many keys; `None` as soon as it is not wanted any more. From `full_from`
/// on, new keys have no place and so no document.
pub(super) fn gather(
    found: &[&Found<'_>],
    keys: usize,
    full_from: Option<u32>,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Option<(Tags, Ranking)> {
    let numbers: Vec<AtomicU32> = std::iter::repeat_with(|| AtomicU32::new(NO_TAG)).take(keys).collect();
    let count = |done: &mut Vec<(usize, Names, Ranking)>, at: usize| {
        let stretches = || found.iter().flat_map(|found| &found.shards[at]);
        let mut shard = Shard::new(stretches().count());
        for stretch in stretches() {
            let tag = shard.add(stretch, full_from);
            let first = stretch.at as usize;
            // Keys that the listing passed over are shown nowhere.
            let shown = numbers.get(first..first + stretch.keys as usize).unwrap_or_default();
            shown.iter().for_each(|key| key.store(number(at, tag), Ordering::Relaxed));
        }
        done.push((at, shard.names(), shard.ranking()));
    };
    let mut ranking = Ranking::default();
    let mut shards: Vec<Names> = (0..SHARDS).map(|_| Names::default()).collect();
    for (at, names, part) in share(SHARDS, is_wanted, Vec::new, count)?.into_iter().flatten() {
        shards[at] = names;
        ranking.add(part);
    }
    ranking.finish();
    let numbers = numbers.into_iter().map(AtomicU32::into_inner).collect();
    Some((Tags { numbers, shards }, ranking))
}

/// The tags of one shard.
struct Shard<'a> {
    tags: Vec<Tag<'a>>,
    /// Where each tag is found by its hash, with room for twice as many as there can be.
    slots: Vec<u32>,
}

/// A tag, and where it comes from.
struct Tag<'a> {
    hash: u32,
    name: Cow<'a, str>,
    /// Some keys have it in themselves.
    exact: bool,
    /// It is the connection's tag for keys that the rule does not match.
    fallback: bool,
    /// What was replaced by it, the first few.
    replaced: Vec<&'a str>,
    more: bool,
    /// Keys that the studio counts; of these, keys whose tag the rule found.
    keys: u64,
    matched: u64,
    documents: u64,
}

impl<'a> Shard<'a> {
    fn new(stretches: usize) -> Self {
        Self { tags: Vec::with_capacity(stretches), slots: vec![NO_TAG; (2 * stretches).next_power_of_two()] }
    }

    /// Takes a stretch in, and says which tag it is of.
    fn add(&mut self, stretch: &Stretch<'a>, full_from: Option<u32>) -> usize {
        let Stretch { at, keys, hash, verdict, text } = *stretch;
        let name = match verdict.source {
            TagSource::Replaced => ContainerTag::replace_illegal(text).map(|tag| Cow::Owned(tag.as_str().to_owned())),
            _ => None,
        };
        let number = self.number(hash, name.unwrap_or(Cow::Borrowed(text)));
        let tag = &mut self.tags[number];
        match verdict.source {
            TagSource::Replaced => tag.replaces(text),
            TagSource::Captured => tag.exact = true,
            TagSource::Given | TagSource::Fallback | TagSource::Nothing | TagSource::Illegal => tag.fallback = true,
        }
        let with_place = match full_from {
            Some(full) if verdict.needs_place && at != NOWHERE => keys.min(full.saturating_sub(at)),
            _ => keys,
        };
        tag.documents += u64::from(with_place);
        if class_of(&verdict, false) != Class::Skipped {
            tag.keys += u64::from(keys);
            let is_own = matches!(verdict.source, TagSource::Captured | TagSource::Replaced);
            tag.matched += if is_own { u64::from(keys) } else { 0 };
        }
        number
    }

    fn number(&mut self, hash: u32, name: Cow<'a, str>) -> usize {
        let mut slot = hash as usize;
        loop {
            slot &= self.slots.len() - 1;
            let number = self.slots[slot];
            match self.tags.get(number as usize) {
                None => break,
                Some(tag) if tag.hash == hash && tag.name == name => return number as usize,
                Some(_) => slot += 1,
            }
        }
        self.slots[slot] = self.tags.len() as u32;
        self.tags.push(Tag::new(hash, name));
        self.tags.len() - 1
    }

    fn names(&self) -> Names {
        let mut names = Names::default();
        for tag in &self.tags {
            names.text.push_str(&tag.name);
            names.ends.push(names.text.len() as u32);
            names.collides.push(tag.collides());
        }
        names
    }

    fn ranking(&self) -> Ranking {
        let (tags, tag_count) = self.largest(|tag| tag.keys, TAGS_SHOWN);
        let shared = |tag: &Tag<'_>| if tag.collides() { tag.keys } else { 0 };
        let (collisions, collision_count) = self.largest(shared, COLLISIONS_SHOWN);
        let (planned, planned_count) = self.largest(|tag| tag.documents, TAGS_SHOWN);
        let matched = self.tags.iter().filter(|tag| tag.collides()).map(|tag| tag.matched);
        let shown = |tag: &Tag<'_>| StudioTag { tag: tag.text(), count: tag.keys, collides: tag.collides() };
        Ranking {
            tags: tags.into_iter().map(shown).collect(),
            tag_count,
            collisions: collisions.into_iter().map(Tag::collision).collect(),
            collision_count,
            colliding: matched.sum(),
            planned: planned.into_iter().map(|tag| TagCount { tag: tag.text(), count: tag.documents }).collect(),
            planned_count,
        }
    }

    /// The tags with the most, and how many have any. Of a million that have one each, nearly all are left out by one
    /// comparison.
    fn largest(&self, size: impl Fn(&Tag<'_>) -> u64, most: usize) -> (Vec<&Tag<'a>>, u64) {
        let order = |a: &Tag<'_>, b: &Tag<'_>| size(b).cmp(&size(a)).then_with(|| a.name.cmp(&b.name));
        let mut count = 0;
        let mut kept: Vec<&Tag<'_>> = Vec::with_capacity(most + 1);
        for tag in self.tags.iter().filter(|tag| size(tag) > 0) {
            count += 1;
            let is_beaten = |last: &&Tag<'_>| order(last, tag).is_lt();
            if kept.len() == most && kept.last().is_some_and(is_beaten) {
                continue;
            }
            kept.insert(kept.partition_point(|other| order(other, tag).is_lt()), tag);
            kept.truncate(most);
        }
        (kept, count)
    }
}

impl<'a> Tag<'a> {
    fn new(hash: u32, name: Cow<'a, str>) -> Self {
        let (exact, fallback, replaced, more) = (false, false, Vec::new(), false);
        Self { hash, name, exact, fallback, replaced, more, keys: 0, matched: 0, documents: 0 }
    }

    /// More than one source: keys that do not belong together would share a container.
    fn collides(&self) -> bool {
        usize::from(self.exact) + usize::from(self.fallback) + self.replaced.len() > 1
    }

    fn replaces(&mut self, value: &'a str) {
        if self.replaced.contains(&value) {
            return;
        }
        if self.replaced.len() < VALUES_KEPT {
            self.replaced.push(value);
        } else {
            self.more = true;
        }
    }

    fn text(&self) -> String {
        self.name.clone().into_owned()
    }

    fn collision(&self) -> Collision {
        let mut values: Vec<String> = self.replaced.iter().map(|value| (*value).to_owned()).collect();
        // Which thread found which first says nothing.
        values.sort_unstable();
        values.extend(self.exact.then(|| self.text()));
        Collision { tag: self.text(), values, more: self.more, fallback: self.fallback, count: self.keys }
    }
}
