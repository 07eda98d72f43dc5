//! What a pass found: the sums that a person reads, and in which order the keys are shown.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::listed::Listed;
use super::pass::{NO_TAG, Sources, Tags, Verdict, Worker, source_of};
use crate::knowledge_base::TagCount;
use crate::plan::totals::Places;
use crate::scope::SkipReason;
use crate::sync::judge::Rules;
use crate::sync::survey::{self, Line, Sums};
use crate::sync::trial;
use crate::view::{
    Collision, PlanAction, PlanSummary, PlanTotals, SkipCount, StudioRow, StudioTag, StudioTotals, StudioView,
    TagSource,
};

/// Tags that are named.
const TAGS_SHOWN: usize = 50;
/// Collisions that are named.
const COLLISIONS_SHOWN: usize = 20;

/// All keys of a listing, judged.
#[derive(Debug)]
pub struct Judged {
    /// What the studio shows.
    pub totals: StudioTotals,
    verdicts: Vec<Option<Verdict>>,
    tags: TagNames,
    colliding: HashSet<Box<str>>,
    plan: Plan,
    /// From this position on, new keys have no place under the document limit.
    full_from: Option<u32>,
    limit: u32,
    complete: bool,
    order: Mutex<Option<(StudioView, Arc<Vec<u32>>)>>,
}

/// The sums of a plan.
#[derive(Debug, Default)]
struct Plan {
    sums: Sums,
    totals: PlanTotals,
    skipped: BTreeMap<SkipReason, u64>,
    tags: Vec<TagCount>,
    tag_count: u64,
    bytes: u64,
}

/// Names by number, in one text.
#[derive(Debug, Default)]
struct TagNames {
    text: String,
    ends: Vec<usize>,
}

/// Why a key is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Colliding,
    Illegal,
    NoMatch,
    Matched,
    Skipped,
}

impl Judged {
    /// The same as the plan of a sync says, for a listing of this time.
    pub fn summary(&self, listed_at: i64) -> PlanSummary {
        let Plan { sums, totals, skipped, tags, tag_count, bytes } = &self.plan;
        let skipped = SkipReason::ALL.into_iter().filter_map(|reason| {
            Some(SkipCount { reason, sentence: reason.sentence().into(), count: *skipped.get(&reason)? })
        });
        PlanSummary {
            totals: *totals,
            skipped: skipped.collect(),
            tags: tags.clone(),
            tag_count: *tag_count,
            bytes: *bytes,
            listed: sums.brake.listed,
            held: sums.brake.held,
            held_back: if sums.brake.holds() { sums.brake.bare } else { 0 },
            removals: sums.brake.bare,
            trial: (totals.new + totals.changed + totals.retagged).min(trial::SIZE.into()),
            // Of the keys, which are not here: see [`Self::tokens`].
            tokens: crate::view::TokenEstimate::default(),
            // Nothing is compared with what is only typed.
            fingerprint: String::new(),
            limit: self.limit,
            listed_at,
            complete: self.complete,
        }
    }

    /// Tokens of what would be sent.
    pub fn tokens(&self, listed: &Listed) -> crate::view::TokenEstimate {
        let mut tokens = crate::knowledge_base::Tokens::default();
        for (at, verdict) in self.verdicts.iter().enumerate() {
            let line = verdict.map(|v| self.line(at as u32, v.action, v.reason, v.needs_place));
            let sent = line.filter(|line| survey::is_sent(line.action));
            if let Some((block, place)) = sent.and_then(|_| listed.place(at as u32)) {
                tokens.add(block.key(place), block.size(place));
            }
        }
        tokens.estimate()
    }

    /// A part of the keys, by position, and how many there are in all.
    pub fn positions(&self, view: &StudioView, offset: u64, limit: usize) -> (Vec<u32>, u64) {
        let order = self.order(view);
        (order.iter().skip(offset as usize).take(limit).copied().collect(), order.len() as u64)
    }

    /// The position of every key with a line in the plan, in key order; with `action`, of that one only.
    pub fn planned(&self, action: Option<PlanAction>) -> impl Iterator<Item = u32> + '_ {
        let verdicts = self.verdicts.iter().enumerate();
        verdicts.filter_map(move |(at, verdict)| {
            let line = self.line(at as u32, (*verdict)?.action, None, verdict.is_some_and(|v| v.needs_place));
            action.is_none_or(|action| action == line.action).then_some(at as u32)
        })
    }

    /// The row at a position, judged by these rules (which may be newer than the rest).
    pub fn row(before: Option<&Self>, listed: &Listed, rules: &Rules, complete: bool, at: u32) -> Option<StudioRow> {
        let (block, place) = listed.place(at)?;
        let key = block.row(place);
        let judgement = rules.judge(&key, complete);
        let fate = judgement.fate?;
        let line = match before {
            Some(judged) => judged.line(at, fate.action, fate.reason, fate.needs_place),
            None => Line { action: fate.action, reason: fate.reason },
        };
        let source = source_of(&rules.tagging.read(key.key.as_str()));
        let item = survey::item(rules, &key, &judgement, &line);
        let is_own = matches!(source, TagSource::Captured | TagSource::Replaced);
        let shares = |judged: &Self| item.tag.as_deref().is_some_and(|tag| judged.colliding.contains(tag));
        let collides = is_own && line.action != PlanAction::Skipped && before.is_some_and(shares);
        Some(StudioRow { at, item, source, collides })
    }

    fn line(&self, at: u32, action: PlanAction, reason: Option<SkipReason>, needs_place: bool) -> Line {
        if needs_place && self.full_from.is_some_and(|full| at >= full) {
            return Line { action: PlanAction::Skipped, reason: Some(SkipReason::OverLimit) };
        }
        Line { action, reason }
    }

    fn order(&self, view: &StudioView) -> Arc<Vec<u32>> {
        let mut kept = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, order)) = kept.as_ref().filter(|(of, _)| of == view) {
            return Arc::clone(order);
        }
        let mut classes: [Vec<u32>; 5] = Default::default();
        let wanted = match view {
            StudioView::Tag { tag } => self.tags.number(tag).or(Some(NO_TAG - 1)),
            StudioView::All | StudioView::NeedsLook | StudioView::Matched | StudioView::NoMatch => None,
        };
        for (at, verdict) in self.verdicts.iter().enumerate() {
            let Some(verdict) = verdict.filter(|v| wanted.is_none_or(|tag| v.tag == tag)) else { continue };
            classes[self.class(&verdict) as usize].push(at as u32);
        }
        let shown = |class: &Class| match view {
            StudioView::All => true,
            StudioView::Tag { .. } => *class != Class::Skipped,
            StudioView::NeedsLook => matches!(class, Class::Colliding | Class::Illegal),
            StudioView::Matched => matches!(class, Class::Colliding | Class::Matched),
            StudioView::NoMatch => *class == Class::NoMatch,
        };
        let all = [Class::Colliding, Class::Illegal, Class::NoMatch, Class::Matched, Class::Skipped];
        let mut order = Vec::new();
        if *view == StudioView::All {
            // Beyond what needs a look, keys stand as they are in the bucket.
            order = [&classes[0][..], &classes[1], &classes[2]].concat();
            order.extend(merged(&classes[3], &classes[4]));
        } else {
            all.iter().filter(|class| shown(class)).for_each(|class| order.extend(&classes[*class as usize]));
        }
        let order = Arc::new(order);
        *kept = Some((view.clone(), Arc::clone(&order)));
        order
    }

    fn class(&self, verdict: &Verdict) -> Class {
        let collides = |tag: u32| self.tags.get(tag).is_some_and(|name| self.colliding.contains(name));
        class_of(verdict, !self.colliding.is_empty() && collides(verdict.tag))
    }
}

/// Two rising lists as one.
fn merged(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut all = [a, b].concat();
    // Two runs, each in order: this is one merge.
    all.sort();
    all
}

fn class_of(verdict: &Verdict, collides: bool) -> Class {
    let by_source = match verdict.source {
        TagSource::Illegal => Class::Illegal,
        TagSource::Nothing | TagSource::Fallback => Class::NoMatch,
        TagSource::Given => Class::Matched,
        TagSource::Captured | TagSource::Replaced if collides => Class::Colliding,
        TagSource::Captured | TagSource::Replaced => Class::Matched,
    };
    match (verdict.action, verdict.reason) {
        (PlanAction::Skipped, Some(SkipReason::IllegalTag | SkipReason::NoTag | SkipReason::OverLimit)) => by_source,
        (PlanAction::Skipped | PlanAction::Kept | PlanAction::Removed, _) => Class::Skipped,
        (PlanAction::New | PlanAction::Changed | PlanAction::Retagged | PlanAction::Unchanged, _) => by_source,
    }
}

impl TagNames {
    fn new(names: &[impl AsRef<str>]) -> Self {
        let mut all = Self::default();
        for name in names {
            all.text.push_str(name.as_ref());
            all.ends.push(all.text.len());
        }
        all
    }

    fn get(&self, number: u32) -> Option<&str> {
        let end = *self.ends.get(number as usize)?;
        let start = (number as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start..end])
    }

    fn number(&self, name: &str) -> Option<u32> {
        (0..self.ends.len() as u32).find(|number| self.get(*number) == Some(name))
    }
}

/// Puts the shares of the threads together.
#[derive(Default)]
pub(super) struct Merge<'a> {
    tags: Tags<'a>,
    blocks: Vec<(usize, Vec<Option<Verdict>>)>,
    sums: Sums,
}

impl<'a> Merge<'a> {
    pub fn add(&mut self, worker: Worker<'a>) {
        let Sums { brake, places, leaving } = worker.sums;
        self.sums.brake.listed += brake.listed;
        self.sums.brake.held += brake.held;
        self.sums.brake.bare += brake.bare;
        self.sums.places += places;
        self.sums.leaving += leaving;
        let first = self.tags.names.is_empty();
        if first {
            self.tags = worker.tags;
            self.blocks.extend(worker.blocks);
            return;
        }
        let numbers = self.tags.add(worker.tags);
        for (at, mut verdicts) in worker.blocks {
            for verdict in verdicts.iter_mut().flatten().filter(|verdict| verdict.tag != NO_TAG) {
                verdict.tag = numbers[verdict.tag as usize];
            }
            self.blocks.push((at, verdicts));
        }
    }

    pub fn finish(mut self, listed: &'a Listed, rules: &'a Rules, complete: bool) -> Judged {
        self.blocks.sort_unstable_by_key(|(at, _)| *at);
        let mut verdicts: Vec<Option<Verdict>> = Vec::with_capacity(listed.len());
        self.blocks.drain(..).for_each(|(_, block)| verdicts.extend(block));
        self.add(Worker::judge_strays(rules, complete, listed.strays()));
        let strays: Vec<Verdict> = self.blocks.drain(..).flat_map(|(_, block)| block).flatten().collect();
        let collides: Vec<bool> = self.tags.sources.iter().map(Sources::collide).collect();

        let mut count = Count::new(self.tags.names.len(), self.sums, rules.document_limit);
        let sizes = listed.blocks().iter().flat_map(|block| (0..block.len()).map(|place| block.size(place)));
        for (at, (verdict, size)) in verdicts.iter().zip(sizes).enumerate() {
            if let Some(verdict) = verdict {
                count.key(at as u32, verdict, size, verdict.tag != NO_TAG && collides[verdict.tag as usize]);
            }
        }
        strays.iter().for_each(|verdict| count.plan(verdict.action, verdict.reason, verdict.tag, 0));
        count.finish(self.tags, &collides, verdicts, rules.document_limit, complete)
    }
}

/// Counts keys in their order.
struct Count {
    places: Places,
    full_from: Option<u32>,
    studio: StudioTotals,
    by_tag: Vec<u64>,
    plan: Plan,
    documents_by_tag: Vec<u64>,
}

impl Count {
    fn new(tags: usize, sums: Sums, limit: u32) -> Self {
        Self {
            places: Places::new(limit, sums.places, sums.leaving),
            full_from: None,
            studio: StudioTotals::default(),
            by_tag: vec![0; tags],
            plan: Plan { sums, ..Plan::default() },
            documents_by_tag: vec![0; tags],
        }
    }

    fn key(&mut self, at: u32, verdict: &Verdict, size: u64, collides: bool) {
        let class = class_of(verdict, collides);
        let StudioTotals { all, matched, no_match, illegal, colliding, skipped, .. } = &mut self.studio;
        *all += 1;
        match class {
            Class::Colliding => {
                *colliding += 1;
                *matched += 1;
            }
            Class::Matched => *matched += 1,
            Class::NoMatch => *no_match += 1,
            Class::Illegal => *illegal += 1,
            Class::Skipped => *skipped += 1,
        }
        if class != Class::Skipped && verdict.tag != NO_TAG {
            self.by_tag[verdict.tag as usize] += 1;
        }
        if verdict.needs_place && !self.places.take() {
            self.full_from.get_or_insert(at);
            self.plan(PlanAction::Skipped, Some(SkipReason::OverLimit), NO_TAG, 0);
        } else {
            self.plan(verdict.action, verdict.reason, verdict.tag, size);
        }
    }

    fn plan(&mut self, action: PlanAction, reason: Option<SkipReason>, tag: u32, size: u64) {
        let PlanTotals { new, changed, retagged, unchanged, skipped, removed, kept } = &mut self.plan.totals;
        let (total, sends) = match action {
            PlanAction::New => (new, true),
            PlanAction::Changed => (changed, true),
            PlanAction::Retagged => (retagged, true),
            PlanAction::Unchanged => (unchanged, false),
            PlanAction::Skipped => (skipped, false),
            PlanAction::Removed => (removed, false),
            PlanAction::Kept => (kept, false),
        };
        *total += 1;
        self.plan.bytes += if sends { size } else { 0 };
        if tag != NO_TAG {
            self.documents_by_tag[tag as usize] += 1;
        }
        if let Some(reason) = reason {
            *self.plan.skipped.entry(reason).or_default() += 1;
        }
    }

    fn finish(
        self,
        tags: Tags<'_>,
        collides: &[bool],
        verdicts: Vec<Option<Verdict>>,
        limit: u32,
        complete: bool,
    ) -> Judged {
        let Self { mut studio, by_tag, mut plan, documents_by_tag, full_from, .. } = self;
        let name = |tag: &u32| tags.names[*tag as usize].clone().into_owned();
        let (largest, count) = largest(&by_tag, &tags, |_| true, TAGS_SHOWN);
        studio.tag_count = count;
        let shown =
            |tag: &u32| StudioTag { tag: name(tag), count: by_tag[*tag as usize], collides: collides[*tag as usize] };
        studio.tags = largest.iter().map(shown).collect();
        let (worst, count) = self::largest(&by_tag, &tags, |tag| collides[tag], COLLISIONS_SHOWN);
        studio.collision_count = count;
        studio.collisions = worst
            .iter()
            .map(|tag| {
                let Sources { exact, fallback, replaced, more } = &tags.sources[*tag as usize];
                let own = exact.then(|| name(tag));
                let values = replaced.iter().map(|value| (*value).to_owned()).chain(own).collect();
                Collision { tag: name(tag), values, more: *more, fallback: *fallback, count: by_tag[*tag as usize] }
            })
            .collect();
        let (largest, count) = self::largest(&documents_by_tag, &tags, |_| true, TAGS_SHOWN);
        plan.tag_count = count;
        plan.tags =
            largest.iter().map(|tag| TagCount { tag: name(tag), count: documents_by_tag[*tag as usize] }).collect();
        let colliding = tags.names.iter().zip(collides).filter(|(_, collides)| **collides);
        Judged {
            totals: studio,
            colliding: colliding.map(|(name, _)| Box::from(name.as_ref())).collect(),
            tags: TagNames::new(&tags.names),
            verdicts,
            plan,
            full_from,
            limit,
            complete,
            order: Mutex::new(None),
        }
    }
}

/// The tags with the most keys, and how many have any.
fn largest(counts: &[u64], tags: &Tags<'_>, wanted: impl Fn(usize) -> bool, shown: usize) -> (Vec<u32>, u64) {
    let used = (0..counts.len()).filter(|tag| counts[*tag] > 0 && wanted(*tag));
    let mut used: Vec<u32> = used.map(|tag| tag as u32).collect();
    let count = used.len() as u64;
    let by_size = |a: &u32, b: &u32| {
        let (a, b) = (*a as usize, *b as usize);
        counts[b].cmp(&counts[a]).then_with(|| tags.names[a].cmp(&tags.names[b]))
    };
    if used.len() > shown {
        used.select_nth_unstable_by(shown, by_size);
        used.truncate(shown);
    }
    used.sort_unstable_by(by_size);
    (used, count)
}
