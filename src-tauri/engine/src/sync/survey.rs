//! The plan as a whole: one ordered pass for the sums, one that shows each key with the document limit applied.
//! The preview and the run use the same passes, so that they say the same.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection as Db;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::knowledge_base::{TagCount, Tokens};
use crate::plan::totals::{Brake, Places};
use crate::plan::{DocumentState, Step, Why, has_place};
use crate::scope::SkipReason;
use crate::store::keys::{self, KeyRow};
use crate::sync::judge::{Judgement, Rules};
use crate::sync::trial;
use crate::tag::TagReader;
use crate::view::{PlanAction, PlanItem, PlanSummary, PlanTotals, SkipCount};

/// Tags that a summary names.
const TAGS_SHOWN: usize = 50;

/// The sums that must be known before anything is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// For the brake.
    pub brake: Brake,
    /// Keys with a place under the limit.
    pub places: u64,
    /// Keys that give theirs up.
    pub leaving: u64,
    /// Keys with documents with which something is to be done.
    pub held_busy: u64,
}

impl Sums {
    /// Adds those of other keys.
    pub fn add(&mut self, other: &Self) {
        self.brake.bare += other.brake.bare;
        self.brake.held += other.brake.held;
        self.brake.listed += other.brake.listed;
        self.places += other.places;
        self.leaving += other.leaving;
        self.held_busy += other.held_busy;
    }
}

/// What a preview says of one key, with the document limit applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What happens.
    pub action: PlanAction,
    /// Why it is skipped.
    pub reason: Option<SkipReason>,
}

/// Is given keys, one after another.
pub type Visit<'a> = dyn FnMut(&KeyRow) -> Result<()> + 'a;

/// The keys that a plan is about, in their order.
pub trait Keys {
    /// Visits those with documents.
    fn held(&self, visit: &mut Visit<'_>) -> Result<()>;
    /// Visits all of them.
    fn all(&self, visit: &mut Visit<'_>) -> Result<()>;
}

/// What is recorded of a connection, for as long as it is wanted.
pub struct Recorded<'a> {
    /// On one snapshot.
    pub db: &'a Db,
    /// Number of the connection.
    pub connection: i64,
    /// Asked now and then; a walk that is not wanted ends early.
    pub is_wanted: &'a dyn Fn() -> bool,
}

impl Keys for Recorded<'_> {
    fn held(&self, visit: &mut Visit<'_>) -> Result<()> {
        keys::each_held(self.db, self.connection, self.is_wanted, visit)
    }

    fn all(&self, visit: &mut Visit<'_>) -> Result<()> {
        keys::each(self.db, self.connection, self.is_wanted, visit)
    }
}

/// Every key with its line, in key order; at the end the sums and what a person reads of them.
///
/// `show` is given each key that a person would see.
pub fn survey(
    rules: &Rules,
    complete: bool,
    listed_at: i64,
    keys: &impl Keys,
    mut show: impl FnMut(&KeyRow, &Judgement, &Line) -> Result<()>,
) -> Result<(Sums, PlanSummary)> {
    let mut sums = held_sums(rules, complete, keys)?;
    let mut places = Places::new(rules.document_limit, sums.places, sums.leaving);
    let mut tally = Tally::default();
    let mut reader = TagReader::new(&rules.tagging);
    keys.all(&mut |key| {
        let judgement = rules.judge_tagged(reader.tag_of(&key.key), key, complete);
        sums.brake.listed += u64::from(rules.listed(key).is_some());
        let Some(fate) = judgement.fate else { return Ok(()) };
        let line = if fate.needs_place && !places.take() {
            Line { action: PlanAction::Skipped, reason: Some(SkipReason::OverLimit) }
        } else {
            Line { action: fate.action, reason: fate.reason }
        };
        tally.count(key, &judgement, &line);
        show(key, &judgement, &line)
    })?;
    Ok((sums, tally.summary(rules.document_limit, &sums.brake, listed_at, complete)))
}

/// What must be known before the first key is shown. What is not held has no place and leaves none.
fn held_sums(rules: &Rules, complete: bool, keys: &impl Keys) -> Result<Sums> {
    let mut sums = Sums::default();
    keys.held(&mut |key| {
        let judgement = rules.judge(key, complete);
        sums.brake.held += key.rows.iter().filter(|row| is_held(row.state)).count() as u64;
        sums.brake.bare += bare_removals(key, &judgement).count() as u64;
        sums.places += u64::from(has_place(&key.rows));
        sums.leaving += u64::from(judgement.fate.is_some_and(|fate| fate.gives_place));
        sums.held_busy += u64::from(!judgement.decision.steps.is_empty());
        Ok(())
    })?;
    Ok(sums)
}

/// The row of a preview.
pub fn item(rules: &Rules, key: &KeyRow, judgement: &Judgement, line: &Line) -> PlanItem {
    PlanItem { capture: rules.capture_in_utf16(&key.key), ..plain_item(key, judgement, line) }
}

/// The same without what the rule captured, which is worked out where the row is shown.
pub fn plain_item(key: &KeyRow, judgement: &Judgement, line: &Line) -> PlanItem {
    let refusal = || key.rows.iter().rev().find_map(|row| row.error_detail.clone());
    let sentence = match line.reason {
        Some(SkipReason::Refused) => refusal().or_else(|| Some(SkipReason::Refused.sentence().to_owned())),
        Some(reason) => Some(reason.sentence().to_owned()),
        None => None,
    };
    let held_tag = || key.rows.iter().rev().find(|row| is_held(row.state)).map(|row| row.tag.to_string());
    PlanItem {
        key: key.key.as_str().to_owned(),
        action: line.action,
        reason: line.reason,
        sentence,
        tag: judgement.tag.tag().map(ToString::to_string).or_else(held_tag),
        capture: None,
        size: key.object.as_ref().map(|object| object.size),
        modified: key.object.as_ref().and_then(|object| object.modified),
    }
}

/// Rows whose removal leaves their key without a wanted version: what the brake counts.
pub fn bare_removals<'a>(key: &'a KeyRow, judgement: &'a Judgement) -> impl Iterator<Item = usize> + 'a {
    let bare = judgement.decision.want.is_none();
    judgement.decision.steps.iter().filter_map(move |step| match step {
        Step::Remove(i, Why::WrongTag | Why::Gone) if bare && is_held(key.rows[*i].state) => Some(*i),
        _ => None,
    })
}

/// Whether a key's document is sent.
pub fn is_sent(action: PlanAction) -> bool {
    matches!(action, PlanAction::New | PlanAction::Changed | PlanAction::Retagged)
}

fn is_held(state: DocumentState) -> bool {
    matches!(state, DocumentState::Sent | DocumentState::Indexed)
}

#[derive(Default)]
struct Tally {
    totals: PlanTotals,
    skipped: BTreeMap<SkipReason, u64>,
    tags: HashMap<String, u64>,
    bytes: u64,
    tokens: Tokens,
    fingerprint: Sha256,
}

impl Tally {
    fn count(&mut self, key: &KeyRow, judgement: &Judgement, line: &Line) {
        let PlanTotals { new, changed, retagged, unchanged, skipped, removed, kept } = &mut self.totals;
        let (total, sends, holds) = match line.action {
            PlanAction::New => (new, true, true),
            PlanAction::Changed => (changed, true, true),
            PlanAction::Retagged => (retagged, true, true),
            PlanAction::Unchanged => (unchanged, false, true),
            PlanAction::Skipped => (skipped, false, false),
            PlanAction::Removed => (removed, false, false),
            PlanAction::Kept => (kept, false, true),
        };
        *total += 1;
        if sends || line.action == PlanAction::Removed {
            self.mark(key, judgement, line.action);
        }
        if sends {
            let size = key.object.as_ref().map_or(0, |object| object.size);
            self.bytes += size;
            self.tokens.add(key.key.as_str(), size);
        }
        if let (true, Some(tag)) = (holds, judgement.tag.tag()) {
            match self.tags.get_mut(tag.as_str()) {
                Some(count) => *count += 1,
                None => {
                    self.tags.insert(tag.to_string(), 1);
                }
            }
        }
        if let Some(reason) = line.reason {
            *self.skipped.entry(reason).or_default() += 1;
        }
    }

    /// What happens to a key becomes part of the fingerprint. Each field ends in a byte that no text has.
    fn mark(&mut self, key: &KeyRow, judgement: &Judgement, action: PlanAction) {
        self.fingerprint.update([action as u8]);
        self.fingerprint.update(key.key.as_str());
        self.fingerprint.update([0xff]);
        if let Some(want) = &judgement.decision.want {
            self.fingerprint.update(want.etag.as_str());
            self.fingerprint.update([0xff]);
            self.fingerprint.update(want.tag.as_str());
        }
        self.fingerprint.update([0xff]);
    }

    fn summary(self, limit: u32, brake: &Brake, listed_at: i64, complete: bool) -> PlanSummary {
        let tag_count = self.tags.len() as u64;
        let mut tags: Vec<TagCount> = self.tags.into_iter().map(|(tag, count)| TagCount { tag, count }).collect();
        tags.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.tag.cmp(&b.tag)));
        tags.truncate(TAGS_SHOWN);
        let count = |reason: SkipReason| self.skipped.get(&reason).copied();
        let skipped = SkipReason::ALL
            .into_iter()
            .filter_map(|reason| Some(SkipCount { reason, sentence: reason.sentence().into(), count: count(reason)? }))
            .collect();
        let totals = self.totals;
        PlanSummary {
            totals,
            skipped,
            tags,
            tag_count,
            bytes: self.bytes,
            tokens: self.tokens.estimate(),
            listed: brake.listed,
            held: brake.held,
            held_back: if brake.holds() { brake.bare } else { 0 },
            removals: brake.bare,
            trial: (totals.new + totals.changed + totals.retagged).min(trial::SIZE.into()),
            fingerprint: hex::encode(self.fingerprint.finalize()),
            limit,
            listed_at,
            complete,
        }
    }
}
