//! The plan of a run: the two passes over all keys, what of it a person reads later, and which documents a trial takes.

use std::collections::HashSet;
use std::sync::Arc;

use crate::error::Result;
use crate::object::ObjectKey;
use crate::store::Store;
use crate::store::keys::{self, KeyRow};
use crate::sync::judge::{Judgement, Rules};
use crate::sync::survey::{self, Line, Sums};
use crate::view::{ItemOutcome, PlanAction, PlanSummary, RunItem};

/// Skipped objects that a run tells one by one; all of them are counted, and the preview lists them.
const SKIPPED_TOLD: usize = 1_000;

/// What a run is going to do.
#[derive(Debug)]
pub struct Plan {
    /// The sums over all keys.
    pub sums: Sums,
    /// What a person reads.
    pub summary: PlanSummary,
    /// The first skipped objects.
    pub skipped: Vec<RunItem>,
    /// The keys that a trial sends; `None`: all of them.
    pub trial: Option<HashSet<ObjectKey>>,
}

/// Plans a run on the last listing, on one snapshot.
///
/// # Errors
/// What the state file says.
pub async fn plan(
    store: &Store,
    number: i64,
    rules: Arc<Rules>,
    complete: bool,
    trial: Option<u32>,
    at: i64,
) -> Result<Plan> {
    store
        .read(move |db| {
            let mut pages = |after: &str| keys::page(db, number, after);
            let sums = survey::sums(&rules, complete, &mut pages)?;
            let mut skipped = Vec::new();
            let mut sample = trial.map(|size| Sample::new(size as usize));
            let summary = survey::survey(&rules, complete, at, &sums, &mut pages, |key, judgement, line| {
                if line.action == PlanAction::Skipped && skipped.len() < SKIPPED_TOLD {
                    skipped.push(skipped_item(key, judgement, line, at));
                }
                if let (Some(sample), PlanAction::New | PlanAction::Changed | PlanAction::Retagged) =
                    (&mut sample, line.action)
                {
                    sample.offer(key, judgement);
                }
                Ok(())
            })?;
            Ok(Plan { sums, summary, skipped, trial: sample.map(Sample::taken) })
        })
        .await
}

fn skipped_item(key: &KeyRow, judgement: &Judgement, line: &Line, at: i64) -> RunItem {
    RunItem {
        key: key.key.as_str().to_owned(),
        tag: judgement.tag.tag().map(ToString::to_string).unwrap_or_default(),
        outcome: ItemOutcome::Skipped,
        code: line.reason.map(|reason| reason.name().to_owned()),
        detail: line.reason.map(|reason| reason.sentence().to_owned()),
        size: key.object.as_ref().map_or(0, |object| object.size),
        at,
        is_new: None,
    }
}

/// A few keys that stand for the rest: one of each container and file type first, then the first others.
struct Sample {
    size: usize,
    kinds: HashSet<(String, String)>,
    one_of_each: Vec<ObjectKey>,
    others: Vec<ObjectKey>,
}

impl Sample {
    fn new(size: usize) -> Self {
        Self { size, kinds: HashSet::new(), one_of_each: Vec::new(), others: Vec::new() }
    }

    fn offer(&mut self, key: &KeyRow, judgement: &Judgement) {
        let tag = judgement.tag.tag().map(ToString::to_string).unwrap_or_default();
        if self.one_of_each.len() < self.size && self.kinds.insert((tag, key.key.extension())) {
            self.one_of_each.push(key.key.clone());
        } else if self.others.len() < self.size {
            self.others.push(key.key.clone());
        }
    }

    fn taken(self) -> HashSet<ObjectKey> {
        self.one_of_each.into_iter().chain(self.others).take(self.size).collect()
    }
}
