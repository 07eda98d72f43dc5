//! One pass over all keys, by as many threads as there are processors. Blocks of keys are taken one by one, and before each
//! it is asked whether the answer is still wanted.

use std::hash::RandomState;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::count::Count;
use super::judged::{Judged, Plan};
use super::listed::{Block, Listed};
use super::tags::{self, Found, NOWHERE};
use crate::plan::totals::Places;
use crate::plan::{DocumentState, has_place};
use crate::scope::{Admission, SkipReason};
use crate::store::keys::KeyRow;
use crate::sync::judge::Rules;
use crate::sync::survey::{Sums, bare_removals};
use crate::tag::{Reading, TagReader};
use crate::view::{PlanAction, TagSource};

/// More threads than this wait for memory, not for each other.
const MOST_THREADS: usize = 8;

/// What was found of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub action: PlanAction,
    pub reason: Option<SkipReason>,
    pub source: TagSource,
    pub needs_place: bool,
}

/// Judges every key; `None` as soon as the answer is not wanted any more. `complete`: the listing reached its end.
///
/// Keys first, block by block. Then it is known where the places end; then what was found is counted, and the tags, which
/// may be as many as the keys, shard by shard.
pub fn judge_all(
    listed: &Listed,
    rules: &Rules,
    complete: bool,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Option<Judged> {
    let (blocks, hasher) = (listed.blocks(), RandomState::new());
    let begin = || Worker::new(rules, complete, &hasher);
    let workers = share(blocks.len(), is_wanted, begin, |worker, at| worker.judge(at, listed.start(at), &blocks[at]))?;
    let mut strays = begin();
    strays.judge_strays(listed.strays());

    let mut sums = Sums::default();
    let mut parts: Vec<&[Option<Verdict>]> = vec![&[]; blocks.len()];
    for worker in workers.iter().chain([&strays]) {
        sums.add(&worker.sums);
        worker.blocks.iter().for_each(|(at, verdicts)| parts[*at] = verdicts);
    }
    let verdicts = parts.concat();
    let free = Places::new(rules.document_limit, sums.places, sums.leaving).free();
    let mut needing = verdicts.iter().enumerate().filter(|(_, verdict)| verdict.is_some_and(|v| v.needs_place));
    let full_from = needing.nth(free as usize).map(|(at, _)| at as u32);

    let counting = |count: &mut Count, at: usize| {
        let (start, block) = (listed.start(at), &blocks[at]);
        let judged = &verdicts[start as usize..][..block.len()];
        count.block(judged, start, full_from, |place| block.size(place));
    };
    let mut count = Count::default();
    share(blocks.len(), is_wanted, Count::default, counting)?.iter().for_each(|part| count.add(part));
    strays.strays.iter().for_each(|verdict| count.plan(verdict.action, verdict.reason, 0));

    let found: Vec<&Found<'_>> = workers.iter().chain([&strays]).map(|worker| &worker.found).collect();
    let (tags, ranking) = tags::gather(&found, listed.len(), full_from, is_wanted)?;
    let plan = Plan { sums, full_from, limit: rules.document_limit, complete, count };
    Some(Judged::new(verdicts, tags, ranking, plan))
}

/// Has every item taken by one of the threads, each with a state of its own; `None` as soon as the answer is not wanted
/// any more.
pub(super) fn share<S: Send>(
    items: usize,
    is_wanted: &(dyn Fn() -> bool + Sync),
    begin: impl Fn() -> S + Sync,
    take: impl Fn(&mut S, usize) + Sync,
) -> Option<Vec<S>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut state = begin();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= items {
                return Some(state);
            }
            if !is_wanted() {
                return None;
            }
            take(&mut state, at);
        }
    };
    let processors = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let threads = processors.min(items).max(1);
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        let join =
            |other: thread::ScopedJoinHandle<'_, _>| other.join().unwrap_or_else(|p| std::panic::resume_unwind(p));
        std::iter::once(own).chain(others.into_iter().map(join)).collect()
    })
}

/// One thread's share of the keys.
struct Worker<'a> {
    rules: &'a Rules,
    complete: bool,
    reader: TagReader<'a>,
    found: Found<'a>,
    /// Verdicts by number of their block; `None`: nothing to show.
    blocks: Vec<(usize, Vec<Option<Verdict>>)>,
    strays: Vec<Verdict>,
    sums: Sums,
}

impl<'a> Worker<'a> {
    fn new(rules: &'a Rules, complete: bool, hasher: &'a RandomState) -> Self {
        let (reader, found) = (TagReader::new(&rules.tagging), Found::new(hasher));
        Self { rules, complete, reader, found, blocks: Vec::new(), strays: Vec::new(), sums: Sums::default() }
    }

    fn judge(&mut self, number: usize, start: u32, block: &'a Block) {
        let admissions = block.admissions(&self.rules.scope);
        let verdicts = (0..block.len()).map(|place| {
            let (key, at) = (block.key(place), start + place as u32);
            if block.is_held(place) {
                self.held(key, &block.row(place), at)
            } else {
                self.bare(key, admissions[place], at)
            }
        });
        let verdicts = verdicts.collect();
        self.blocks.push((number, verdicts));
    }

    /// A key that nothing is held of: what `Rules::judge` says, without making a row of it first.
    fn bare(&mut self, key: &'a str, admission: Admission, at: u32) -> Option<Verdict> {
        let skipped =
            |reason, source| Verdict { action: PlanAction::Skipped, reason: Some(reason), source, needs_place: false };
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
                let verdict = Verdict { action: PlanAction::New, reason: None, source, needs_place: true };
                self.found.add(at, verdict, &reading);
                verdict
            }
        })
    }

    fn held(&mut self, key: &'a str, row: &KeyRow, at: u32) -> Option<Verdict> {
        let judgement = self.rules.judge(row, self.complete);
        let is_held = |state| matches!(state, DocumentState::Sent | DocumentState::Indexed);
        self.sums.brake.listed += u64::from(self.rules.listed(row).is_some());
        self.sums.brake.held += row.rows.iter().filter(|document| is_held(document.state)).count() as u64;
        self.sums.brake.bare += bare_removals(row, &judgement).count() as u64;
        self.sums.places += u64::from(has_place(&row.rows));
        self.sums.leaving += u64::from(judgement.fate.is_some_and(|fate| fate.gives_place));
        let fate = judgement.fate?;
        let reading = self.reader.read(key);
        let source = source_of(&reading);
        let verdict = Verdict { action: fate.action, reason: fate.reason, source, needs_place: fate.needs_place };
        if !matches!(fate.action, PlanAction::Skipped | PlanAction::Removed) {
            self.found.add(at, verdict, &reading);
        }
        Some(verdict)
    }

    /// Keys that the listing passed over; all that is known of them is what is held.
    fn judge_strays(&mut self, strays: &'a [KeyRow]) {
        self.strays = strays.iter().filter_map(|row| self.held(row.key.as_str(), row, NOWHERE)).collect();
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
