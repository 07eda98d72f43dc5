//! The plan of a run: the two passes over all keys, what of it a person reads later, and which documents a trial takes.
//!
//! A plan follows from rules, objects and documents. One after which nothing was to be done is kept, and stands for as
//! long as all three are as they were: a sync in which nothing has changed decides nothing anew.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Result};
use crate::laws::Law;
use crate::object::ObjectKey;
use crate::store::keys::KeyRow;
use crate::store::{Store, plans};
use crate::sync::judge::{Judgement, Rules};
use crate::sync::survey::{self, Line, Recorded, Sums};
use crate::sync::trial::Sample;
use crate::tag::ContainerTag;
use crate::view::{ItemOutcome, PlanAction, PlanSummary, PlanTotals, RunItem};

/// Skipped objects that a run tells one by one; all of them are counted, and the preview lists them.
const SKIPPED_TOLD: usize = 1_000;

/// What a run is going to do.
#[derive(Debug)]
pub struct Plan {
    /// What follows from rules, objects and documents.
    pub outline: Outline,
    /// The keys that a trial sends; `None`: all of them.
    pub trial: Option<HashSet<ObjectKey>>,
    /// Documents to send.
    pub sends: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Plan {
    fn of(outline: Outline) -> Self {
        let PlanTotals { new, changed, retagged, .. } = outline.summary.totals;
        let (sends, bytes) = (new + changed + retagged, outline.summary.bytes);
        Self { outline, trial: None, sends, bytes }
    }

    /// The same, of which only these documents are sent.
    fn only(self, sample: Vec<(ObjectKey, u64)>) -> Self {
        let (sends, bytes) = (sample.len() as u64, sample.iter().map(|(_, size)| size).sum());
        let trial = Some(sample.into_iter().map(|(key, _)| key).collect());
        Self { trial, sends, bytes, ..self }
    }

    /// Whether a run by it changes nothing.
    pub fn is_idle(&self) -> bool {
        self.sends == 0 && self.outline.sums.held_busy == 0
    }
}

/// A plan without its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// The sums over all keys.
    pub sums: Sums,
    /// What a person reads.
    pub summary: PlanSummary,
    /// The first skipped objects.
    pub skipped: Vec<RunItem>,
}

impl Outline {
    /// The same of another time.
    fn at(mut self, at: i64) -> Self {
        self.summary.listed_at = at;
        self.skipped.iter_mut().for_each(|item| item.at = at);
        self
    }
}

/// Whose plan is made.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Number of the connection.
    pub number: i64,
    /// Its rules.
    pub rules: Arc<Rules>,
    /// Name of the knowledge base.
    pub destination: String,
}

/// Plans a run on the last listing, on one snapshot. A plan that was cancelled is none.
///
/// # Errors
/// What the state file says.
pub async fn plan(
    store: &Store,
    planned: Planned,
    trial: Option<u32>,
    cancel: CancellationToken,
    at: i64,
) -> Result<Option<Plan>> {
    let number = planned.number;
    let rules = planned.rules.text(&planned.destination);
    // Which documents a trial takes is decided key by key.
    if trial.is_none()
        && let Some(outline) = kept(store, &planned, &rules).await?
    {
        let outline = outline.at(at);
        #[cfg(all(feature = "switchable-laws", debug_assertions))]
        compare(store, planned, cancel, &outline).await?;
        return Ok(Some(Plan::of(outline)));
    }
    let Some(plan) = make(store, planned, trial, cancel, at).await? else { return Ok(None) };
    // Any other plan changes what it was made of.
    if plan.is_idle() {
        let text = serde_json::to_string(&plan.outline).map_err(|e| Error::internal("keeping a plan", e))?;
        store.write(move |db| plans::keep(db, number, &rules, &text)).await?;
    }
    Ok(Some(plan))
}

/// The outline that was kept, if it is of these rules.
async fn kept(store: &Store, planned: &Planned, rules: &str) -> Result<Option<Outline>> {
    let number = planned.number;
    let Some((made_by, text)) = store.read(move |db| plans::kept(db, number)).await? else { return Ok(None) };
    let stands = made_by == rules || !planned.rules.laws.hold(Law::KeptPlan);
    // What cannot be read is made anew.
    Ok(serde_json::from_str(&text).ok().filter(|_| stands))
}

/// Tests hold every plan that was kept against one that is made anew.
#[cfg(all(feature = "switchable-laws", debug_assertions))]
async fn compare(store: &Store, planned: Planned, cancel: CancellationToken, kept: &Outline) -> Result<()> {
    let holds = planned.rules.laws.hold(Law::KeptPlan);
    match make(store, planned, None, cancel, kept.summary.listed_at).await? {
        Some(made) if holds && made.outline != *kept => {
            Err(Error::internal("keeping a plan", format!("{kept:?} was kept, {:?} is right", made.outline)))
        }
        _ => Ok(()),
    }
}

async fn make(
    store: &Store,
    Planned { number, rules, .. }: Planned,
    trial: Option<u32>,
    cancel: CancellationToken,
    at: i64,
) -> Result<Option<Plan>> {
    let made = move |db: &rusqlite::Transaction<'_>| {
        // A cancelled walk ends early; what it has seen is not used.
        let is_wanted = || !cancel.is_cancelled();
        let recorded = Recorded { db, connection: number, is_wanted: &is_wanted };
        let mut skipped = Vec::new();
        let mut sample = trial.map(Sample::new);
        let (sums, summary) = survey::survey(&rules, true, at, &recorded, |key, judgement, line| {
            if line.action == PlanAction::Skipped && skipped.len() < SKIPPED_TOLD {
                skipped.push(skipped_item(key, judgement, line, at));
            }
            if let Some(sample) = sample.as_mut().filter(|_| survey::is_sent(line.action)) {
                let (tag, size) = (judgement.tag.tag(), size_of(key));
                let tag = tag.map(ContainerTag::as_str).unwrap_or_default();
                sample.offer(tag, &key.key.extension(), size, || (key.key.clone(), size));
            }
            Ok(())
        })?;
        if cancel.is_cancelled() {
            return Ok(None);
        }
        let plan = Plan::of(Outline { sums, summary, skipped });
        Ok(Some(match sample {
            Some(sample) => plan.only(sample.taken()),
            None => plan,
        }))
    };
    store.read(made).await
}

fn skipped_item(key: &KeyRow, judgement: &Judgement, line: &Line, at: i64) -> RunItem {
    RunItem {
        key: key.key.as_str().to_owned(),
        tag: judgement.tag.tag().map(ToString::to_string).unwrap_or_default(),
        outcome: ItemOutcome::Skipped,
        code: line.reason.map(|reason| reason.name().to_owned()),
        detail: line.reason.map(|reason| reason.sentence().to_owned()),
        size: size_of(key),
        at,
        is_new: None,
    }
}

fn size_of(key: &KeyRow) -> u64 {
    key.object.as_ref().map_or(0, |object| object.size)
}
