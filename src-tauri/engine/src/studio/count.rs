//! What keys are counted as: in the studio, and in the plan of a sync.

use std::collections::BTreeMap;

use super::pass::Verdict;
use crate::scope::SkipReason;
use crate::view::{PlanAction, PlanTotals, StudioTotals, TagSource};

/// Why a key is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Colliding,
    Illegal,
    NoMatch,
    Matched,
    Skipped,
}

/// The class of a key; `collides`: its tag is that of keys of another source too.
pub(super) fn class_of(verdict: &Verdict, collides: bool) -> Class {
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

/// Keys that were counted, without their tags.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub studio: StudioTotals,
    pub totals: PlanTotals,
    pub skipped: BTreeMap<SkipReason, u64>,
    pub bytes: u64,
}

impl Count {
    /// Counts the keys from a position on. From `full_from` on, new keys have no place.
    pub fn block(
        &mut self,
        verdicts: &[Option<Verdict>],
        start: u32,
        full_from: Option<u32>,
        size: impl Fn(usize) -> u64,
    ) {
        for (place, verdict) in verdicts.iter().enumerate() {
            let Some(verdict) = verdict else { continue };
            self.class(class_of(verdict, false));
            if verdict.needs_place && full_from.is_some_and(|full| start + place as u32 >= full) {
                self.plan(PlanAction::Skipped, Some(SkipReason::OverLimit), 0);
            } else {
                self.plan(verdict.action, verdict.reason, size(place));
            }
        }
    }

    /// Keys that collide are known later, and are matched all the same.
    fn class(&mut self, class: Class) {
        let StudioTotals { all, matched, no_match, illegal, skipped, .. } = &mut self.studio;
        *all += 1;
        let total = match class {
            Class::Colliding | Class::Matched => matched,
            Class::NoMatch => no_match,
            Class::Illegal => illegal,
            Class::Skipped => skipped,
        };
        *total += 1;
    }

    /// Counts a line of the plan.
    pub fn plan(&mut self, action: PlanAction, reason: Option<SkipReason>, size: u64) {
        let PlanTotals { new, changed, retagged, unchanged, skipped, removed, kept } = &mut self.totals;
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
        self.bytes += if sends { size } else { 0 };
        if let Some(reason) = reason {
            *self.skipped.entry(reason).or_default() += 1;
        }
    }

    /// Adds what another thread counted.
    pub fn add(&mut self, other: &Self) {
        let (ours, theirs) = (&mut self.studio, &other.studio);
        ours.all += theirs.all;
        ours.matched += theirs.matched;
        ours.no_match += theirs.no_match;
        ours.illegal += theirs.illegal;
        ours.skipped += theirs.skipped;
        let (ours, theirs) = (&mut self.totals, &other.totals);
        ours.new += theirs.new;
        ours.changed += theirs.changed;
        ours.retagged += theirs.retagged;
        ours.unchanged += theirs.unchanged;
        ours.skipped += theirs.skipped;
        ours.removed += theirs.removed;
        ours.kept += theirs.kept;
        self.bytes += other.bytes;
        other.skipped.iter().for_each(|(reason, count)| *self.skipped.entry(*reason).or_default() += count);
    }
}
