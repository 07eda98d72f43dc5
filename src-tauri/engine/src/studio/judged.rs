//! What a pass found: the sums that a person reads, and in which order the keys are shown.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::count::{Class, Count, class_of};
use super::listed::Listed;
use super::pass::{Verdict, source_of};
use super::tags::{Ranking, Tags};
use crate::knowledge_base::TagCount;
use crate::scope::SkipReason;
use crate::sync::judge::Rules;
use crate::sync::survey::{self, Line, Sums};
use crate::sync::trial;
use crate::view::{PlanAction, PlanSummary, SkipCount, StudioRow, StudioTotals, StudioView, TagSource};

/// All keys of a listing, judged.
#[derive(Debug)]
pub struct Judged {
    /// What the studio shows.
    pub totals: StudioTotals,
    verdicts: Vec<Option<Verdict>>,
    tags: Tags,
    /// The tags of more than one source.
    shared: HashSet<Box<str>>,
    plan: Plan,
    planned: Vec<TagCount>,
    planned_count: u64,
    order: Mutex<Option<(StudioView, Arc<Vec<u32>>)>>,
}

/// What a sync would do with them.
#[derive(Debug)]
pub(super) struct Plan {
    pub sums: Sums,
    /// From this position on, new keys have no place under the document limit.
    pub full_from: Option<u32>,
    pub limit: u32,
    pub complete: bool,
    pub count: Count,
}

impl Judged {
    pub(super) fn new(verdicts: Vec<Option<Verdict>>, tags: Tags, ranking: Ranking, mut plan: Plan) -> Self {
        let Ranking { tags: largest, tag_count, collisions, collision_count, colliding, planned, planned_count } =
            ranking;
        let totals = StudioTotals {
            colliding,
            tags: largest,
            tag_count,
            collisions,
            collision_count,
            ..std::mem::take(&mut plan.count.studio)
        };
        let shared = tags.colliding().map(Box::from).collect();
        Self { totals, verdicts, tags, shared, plan, planned, planned_count, order: Mutex::new(None) }
    }

    /// The same as the plan of a sync says, for a listing of this time.
    pub fn summary(&self, listed_at: i64) -> PlanSummary {
        let Plan { sums, limit, complete, count, .. } = &self.plan;
        let totals = count.totals;
        let skipped = SkipReason::ALL.into_iter().filter_map(|reason| {
            Some(SkipCount { reason, sentence: reason.sentence().into(), count: *count.skipped.get(&reason)? })
        });
        PlanSummary {
            totals,
            skipped: skipped.collect(),
            tags: self.planned.clone(),
            tag_count: self.planned_count,
            bytes: count.bytes,
            listed: sums.brake.listed,
            held: sums.brake.held,
            held_back: if sums.brake.holds() { sums.brake.bare } else { 0 },
            removals: sums.brake.bare,
            trial: (totals.new + totals.changed + totals.retagged).min(trial::SIZE.into()),
            // Of the keys, which are not here: see [`Self::tokens`].
            tokens: crate::view::TokenEstimate::default(),
            // Nothing is compared with what is only typed.
            fingerprint: String::new(),
            limit: *limit,
            listed_at,
            complete: *complete,
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
        let shares = |judged: &Self| item.tag.as_deref().is_some_and(|tag| judged.shared.contains(tag));
        let collides = is_own && line.action != PlanAction::Skipped && before.is_some_and(shares);
        Some(StudioRow { at, item, source, collides })
    }

    fn line(&self, at: u32, action: PlanAction, reason: Option<SkipReason>, needs_place: bool) -> Line {
        if needs_place && self.plan.full_from.is_some_and(|full| at >= full) {
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
        let has_tag = match view {
            StudioView::Tag { tag } => Some(self.tags.has(tag)),
            StudioView::All | StudioView::NeedsLook | StudioView::Matched | StudioView::NoMatch => None,
        };
        for (at, verdict) in self.verdicts.iter().enumerate() {
            let at = at as u32;
            let is_wanted = |_: &Verdict| has_tag.as_ref().is_none_or(|has_tag| has_tag(at));
            let Some(verdict) = verdict.filter(is_wanted) else { continue };
            let collides = !self.shared.is_empty() && self.tags.collides(at);
            classes[class_of(&verdict, collides) as usize].push(at);
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
}

/// Two rising lists as one.
fn merged(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut all = [a, b].concat();
    // Two runs, each in order: this is one merge.
    all.sort();
    all
}
