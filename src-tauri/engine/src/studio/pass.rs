//! One pass over all keys, by as many threads as there are processors. Blocks of keys are taken one by one, and before each
//! it is asked whether the answer is still wanted.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::judged::{Judged, Merge};
use super::listed::{Block, Listed};
use crate::plan::{DocumentState, has_place};
use crate::scope::{Admission, SkipReason};
use crate::store::keys::KeyRow;
use crate::sync::judge::Rules;
use crate::sync::survey::{Sums, bare_removals};
use crate::tag::{Reading, TagReader};
use crate::view::{PlanAction, TagSource};

/// More threads than this wait for memory, not for each other.
const MOST_THREADS: usize = 8;
/// Captured values that are remembered of a tag. Two are a collision; a few more are shown.
pub(super) const VALUES_KEPT: usize = 4;

/// What was found of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub action: PlanAction,
    pub reason: Option<SkipReason>,
    pub source: TagSource,
    pub needs_place: bool,
    /// Number of its tag.
    pub tag: u32,
}

/// A key without a tag.
pub(super) const NO_TAG: u32 = u32::MAX;

/// Judges every key; `None` as soon as the answer is not wanted any more. `complete`: the listing reached its end.
pub fn judge_all(
    listed: &Listed,
    rules: &Rules,
    complete: bool,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Option<Judged> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut worker = Worker::new(rules, complete);
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(block) = listed.blocks().get(at) else { return Some(worker) };
            if !is_wanted() {
                return None;
            }
            worker.judge(at, block);
        }
    };
    let processors = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let threads = processors.min(listed.blocks().len()).max(1);
    let workers: Vec<Option<Worker<'_>>> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        let join =
            |other: thread::ScopedJoinHandle<'_, _>| other.join().unwrap_or_else(|p| std::panic::resume_unwind(p));
        std::iter::once(own).chain(others.into_iter().map(join)).collect()
    });
    let mut merge = Merge::default();
    for worker in workers {
        merge.add(worker?);
    }
    Some(merge.finish(listed, rules, complete))
}

/// One thread's share.
pub(super) struct Worker<'a> {
    rules: &'a Rules,
    complete: bool,
    reader: TagReader<'a>,
    pub tags: Tags<'a>,
    /// Verdicts by number of their block; `None`: nothing to show.
    pub blocks: Vec<(usize, Vec<Option<Verdict>>)>,
    pub sums: Sums,
}

impl<'a> Worker<'a> {
    fn new(rules: &'a Rules, complete: bool) -> Self {
        let reader = TagReader::new(&rules.tagging);
        Self { rules, complete, reader, tags: Tags::default(), blocks: Vec::new(), sums: Sums::default() }
    }

    fn judge(&mut self, at: usize, block: &'a Block) {
        let admissions = block.admissions(&self.rules.scope);
        let verdicts = (0..block.len()).map(|place| {
            let key = block.key(place);
            if block.is_held(place) { self.held(key, &block.row(place)) } else { self.bare(key, admissions[place]) }
        });
        let verdicts = verdicts.collect();
        self.blocks.push((at, verdicts));
    }

    /// A key that nothing is held of: what `Rules::judge` says, without making a row of it first.
    fn bare(&mut self, key: &'a str, admission: Admission) -> Option<Verdict> {
        let skipped = |reason, source| Verdict {
            action: PlanAction::Skipped,
            reason: Some(reason),
            source,
            needs_place: false,
            tag: NO_TAG,
        };
        if !key.starts_with(&self.rules.scope.prefix) {
            return None;
        }
        self.sums.brake.listed += 1;
        if let Admission::Refused(reason) = admission {
            return Some(skipped(reason, TagSource::Nothing));
        }
        let reading = self.reader.read(key);
        let source = source_of(&reading);
        Some(match (source, admission) {
            (TagSource::Nothing, _) => skipped(SkipReason::NoTag, source),
            (TagSource::Illegal, _) => skipped(SkipReason::IllegalTag, source),
            (_, Admission::Unreadable(reason)) => skipped(reason, source),
            (_, Admission::Admitted | Admission::Refused(_)) => {
                let tag = self.tags.number(&reading);
                Verdict { action: PlanAction::New, reason: None, source, needs_place: true, tag }
            }
        })
    }

    fn held(&mut self, key: &'a str, row: &KeyRow) -> Option<Verdict> {
        let judgement = self.rules.judge(row, self.complete);
        let is_held = |state| matches!(state, DocumentState::Sent | DocumentState::Indexed);
        self.sums.brake.listed += u64::from(self.rules.listed(row).is_some());
        self.sums.brake.held += row.rows.iter().filter(|document| is_held(document.state)).count() as u64;
        self.sums.brake.bare += bare_removals(row, &judgement).count() as u64;
        self.sums.places += u64::from(has_place(&row.rows));
        self.sums.leaving += u64::from(judgement.fate.is_some_and(|fate| fate.gives_place));
        let fate = judgement.fate?;
        let reading = self.reader.read(key);
        let has_document = !matches!(fate.action, PlanAction::Skipped | PlanAction::Removed);
        let tag = if has_document { self.tags.number(&reading) } else { NO_TAG };
        let source = source_of(&reading);
        Some(Verdict { action: fate.action, reason: fate.reason, source, needs_place: fate.needs_place, tag })
    }

    /// Keys that the listing passed over; all that is known of them is what is held.
    pub fn judge_strays(rules: &'a Rules, complete: bool, strays: &'a [KeyRow]) -> Self {
        let mut worker = Self::new(rules, complete);
        let verdicts = strays.iter().map(|row| worker.held(row.key.as_str(), row)).collect();
        worker.blocks.push((0, verdicts));
        worker
    }
}

pub(super) fn source_of(reading: &Reading<'_>) -> TagSource {
    match reading {
        Reading::Captured(_) => TagSource::Captured,
        Reading::Replaced(..) => TagSource::Replaced,
        Reading::Given(_) => TagSource::Given,
        Reading::Fallback(_) => TagSource::Fallback,
        Reading::Nothing => TagSource::Nothing,
        Reading::Illegal(_) => TagSource::Illegal,
    }
}

/// The tags that were found, each with a number.
#[derive(Default)]
pub(super) struct Tags<'a> {
    numbers: HashMap<Cow<'a, str>, u32>,
    pub names: Vec<Cow<'a, str>>,
    pub sources: Vec<Sources<'a>>,
    /// The last captured text with its number: neighbours in a listing mostly share their folder.
    last: Option<(&'a str, u32)>,
    default: Option<u32>,
}

/// Where a tag comes from.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources<'a> {
    /// Some keys have it in themselves.
    pub exact: bool,
    /// It is the connection's tag for keys that the rule does not match.
    pub fallback: bool,
    /// What was replaced by it, the first few.
    pub replaced: Vec<&'a str>,
    pub more: bool,
}

impl<'a> Sources<'a> {
    /// More than one: keys that do not belong together would share a container.
    pub fn collide(&self) -> bool {
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

    fn add(&mut self, other: Self) {
        self.exact |= other.exact;
        self.fallback |= other.fallback;
        self.more |= other.more;
        other.replaced.into_iter().for_each(|value| self.replaces(value));
    }
}

impl<'a> Tags<'a> {
    fn number(&mut self, reading: &Reading<'a>) -> u32 {
        match reading {
            Reading::Captured(text) | Reading::Replaced(text, _) => {
                if let Some((_, number)) = self.last.filter(|(last, _)| last == text) {
                    return number;
                }
                let number = match reading {
                    Reading::Replaced(_, tag) => {
                        let number = self.named(Cow::Owned(tag.as_str().to_owned()));
                        self.sources[number as usize].replaces(text);
                        number
                    }
                    _ => {
                        let number = self.named(Cow::Borrowed(*text));
                        self.sources[number as usize].exact = true;
                        number
                    }
                };
                self.last = Some((*text, number));
                number
            }
            Reading::Given(tag) | Reading::Fallback(tag) => match self.default {
                Some(number) => number,
                None => {
                    let number = self.named(Cow::Owned(tag.as_str().to_owned()));
                    self.sources[number as usize].fallback = true;
                    self.default = Some(number);
                    number
                }
            },
            Reading::Nothing | Reading::Illegal(_) => NO_TAG,
        }
    }

    fn named(&mut self, name: Cow<'a, str>) -> u32 {
        match self.numbers.entry(name) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let number = self.names.len() as u32;
                self.names.push(new.key().clone());
                self.sources.push(Sources::default());
                *new.insert(number)
            }
        }
    }

    /// Takes in what another thread found; the answer is the new number of each of its tags.
    pub fn add(&mut self, other: Self) -> Vec<u32> {
        let found = other.names.into_iter().zip(other.sources);
        found
            .map(|(name, sources)| {
                let number = self.named(name);
                self.sources[number as usize].add(sources);
                number
            })
            .collect()
    }
}
