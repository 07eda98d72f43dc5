//! The audit: what the knowledge base says it holds, beside what the state file says.
//!
//! It only mends rows. A document that the state file lost (a backup was restored, the file was damaged) gets its
//! row back, and what becomes of it is decided like for any other. A row whose document is gone over there is
//! forgotten, so that it is sent again. A document whose id is not that of its own fields is nobody's to touch.

use std::collections::HashSet;

use crate::connection::ConnectionId;
use crate::error::Result;
use crate::knowledge_base::{Held, Standing};
use crate::plan::document_id;
use crate::store::connections::{self, ConnectionRow};
use crate::store::documents;
use crate::sync::sides::Sides;
use crate::view::AuditReport;

/// Documents compared at once.
const GROUP: u32 = 500;
/// An audit is repeated after this many milliseconds: a week.
const EVERY: i64 = 7 * 24 * 3_600_000;

/// Whether the rows of a connection have to be compared before the next run.
pub fn is_due(connection: &ConnectionRow, now: i64) -> bool {
    connection.audited_at.is_none_or(|at| now >= at + EVERY || now < at)
}

/// Compares a connection's rows with what the knowledge base holds, and mends the rows.
///
/// # Errors
/// What the knowledge base or the state file says; rows mended before stay mended.
pub async fn audit(sides: Sides<'_>, id: &ConnectionId, now: i64) -> Result<AuditReport> {
    let Sides { store, connection: number, destination, .. } = sides;
    let mut report = AuditReport::default();
    let landed = sides.landed(now);
    let mut after: Option<String> = None;
    loop {
        let page = sides.base.held(id, after.as_ref(), GROUP).await?;
        let end = page.last().map(|held| held.id.clone());
        let known: HashSet<String> = page.iter().map(|held| held.id.clone()).collect();
        report.held += page.len() as u64;
        let (ours, foreign): (Vec<Held>, Vec<Held>) =
            page.into_iter().partition(|held| held.id == document_id(id, &held.key, &held.etag, &held.tag));
        report.foreign += foreign.len() as u64;
        report.adopted += store
            .write(move |db| {
                let mut adopted = 0;
                for held in &ours {
                    adopted += u64::from(documents::adopt(db, number, destination, held, now)?);
                }
                Ok(adopted)
            })
            .await?;
        let (from, to) = (after.clone().unwrap_or_default(), end.clone());
        let rows = store.read(move |db| documents::indexed_ids(db, number, &from, to.as_deref(), landed)).await?;
        let unseen: Vec<String> = rows.into_iter().filter(|row| !known.contains(row)).collect();
        report.missing += forget_absent(sides, unseen).await?;
        match end {
            Some(end) => after = Some(end),
            None => break,
        }
    }
    store.write(move |db| connections::set_audited(db, number, Some(now))).await?;
    Ok(report)
}

/// Forgets the rows of documents that the knowledge base, asked for each, says are not there.
async fn forget_absent(sides: Sides<'_>, ids: Vec<String>) -> Result<u64> {
    let Sides { store, connection, destination, .. } = sides;
    let mut forgotten = 0;
    for group in ids.chunks(GROUP as usize) {
        let standings = sides.ask(group).await?;
        let absent: Vec<String> = group
            .iter()
            .zip(standings)
            .filter(|(_, standing)| *standing == Standing::Absent)
            .map(|(id, _)| id.clone())
            .collect();
        forgotten += absent.len() as u64;
        store
            .write(move |db| absent.iter().try_for_each(|id| documents::forget(db, connection, destination, id, None)))
            .await?;
    }
    Ok(forgotten)
}
