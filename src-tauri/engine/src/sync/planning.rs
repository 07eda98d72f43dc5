//! The plan of a run: the two passes over all keys, what of it a person reads later, and which documents a trial takes.

use std::collections::HashSet;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::error::Result;
use crate::object::ObjectKey;
use crate::store::Store;
use crate::store::keys::KeyRow;
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
    /// The sums over all keys.
    pub sums: Sums,
    /// What a person reads.
    pub summary: PlanSummary,
    /// The first skipped objects.
    pub skipped: Vec<RunItem>,
    /// The keys that a trial sends; `None`: all of them.
    pub trial: Option<HashSet<ObjectKey>>,
    /// Documents to send.
    pub sends: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Plans a run on the last listing, on one snapshot. A plan that was cancelled is none.
///
/// # Errors
/// What the state file says.
pub async fn plan(
    store: &Store,
    number: i64,
    rules: Arc<Rules>,
    trial: Option<u32>,
    cancel: CancellationToken,
    at: i64,
) -> Result<Option<Plan>> {
    let planned = move |db: &rusqlite::Transaction<'_>| {
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
        let PlanTotals { new, changed, retagged, .. } = summary.totals;
        let (mut sends, mut bytes) = (new + changed + retagged, summary.bytes);
        let trial = sample.map(|sample| {
            let taken = sample.taken();
            (sends, bytes) = (taken.len() as u64, taken.iter().map(|(_, size)| size).sum());
            taken.into_iter().map(|(key, _)| key).collect()
        });
        Ok(Some(Plan { sums, summary, skipped, trial, sends, bytes }))
    };
    store.read(planned).await
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
