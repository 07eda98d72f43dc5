//! The audit: what the knowledge base says it holds, beside what the state file says.
//!
//! It only mends rows. A document that the state file lost (a backup was restored, the file was damaged) gets its
//! row back, and what becomes of it is decided like for any other. A row whose document is gone over there is
//! forgotten, so that it is sent again. A document whose id is not that of its own fields is nobody's to touch.
//!
//! A knowledge base lists in an order of its own, and while others write to it a page may shift: a row that was not seen
//! is therefore asked about by itself before it is forgotten.

use crate::connection::ConnectionId;
use crate::error::Result;
use crate::knowledge_base::{Held, Standing};
use crate::plan::document_id;
use crate::store::connections::{self, ConnectionRow};
use crate::store::documents;
use crate::sync::sides::Sides;
use crate::view::AuditReport;

/// Documents compared at once. A Supermemory gives a hundred at a time and is asked about each that is missing.
const GROUP: u32 = 100;
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
    let Sides { store, connection: number, .. } = sides;
    let mut report = AuditReport::default();
    store.write(|db| documents::see_none(db)).await?;
    let mut after: Option<String> = None;
    loop {
        let page = sides.base.held(id, after.as_deref(), GROUP).await?;
        report.held += page.documents.len() as u64 + page.foreign;
        let (ours, foreign): (Vec<Held>, Vec<Held>) =
            page.documents.into_iter().partition(|held| held.id == document_id(id, &held.key, &held.etag, &held.tag));
        report.foreign += foreign.len() as u64 + page.foreign;
        let destination = sides.destination.to_owned();
        report.adopted += store
            .write(move |db| {
                let mut adopted = 0;
                for held in &ours {
                    documents::see(db, &held.id)?;
                    adopted += u64::from(documents::adopt(db, number, &destination, held, now)?);
                }
                Ok(adopted)
            })
            .await?;
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    report.missing = forget_absent(sides, now).await?;
    store.write(move |db| connections::set_audited(db, number, Some(now))).await?;
    Ok(report)
}

/// Forgets the rows of documents that were not seen and that the knowledge base, asked for each, says are not there.
async fn forget_absent(sides: Sides<'_>, now: i64) -> Result<u64> {
    let Sides { store, connection, .. } = sides;
    let landed = sides.landed(now);
    let mut forgotten = 0;
    let mut after = String::new();
    loop {
        let start = after.clone();
        // The writer knows what was seen.
        let unseen = store.write(move |db| documents::unseen(db, connection, &start, landed, GROUP)).await?;
        let Some(last) = unseen.last() else { return Ok(forgotten) };
        after.clone_from(last);
        let standings = sides.ask(&unseen).await?;
        let absent = unseen.into_iter().zip(standings).filter(|(_, standing)| *standing == Standing::Absent);
        let absent: Vec<String> = absent.map(|(id, _)| id).collect();
        forgotten += absent.len() as u64;
        let destination = sides.destination.to_owned();
        store
            .write(move |db| absent.iter().try_for_each(|id| documents::forget(db, connection, &destination, id, None)))
            .await?;
    }
}
