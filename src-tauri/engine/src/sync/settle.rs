//! Settling: asking the knowledge base how documents stand whose fate is open, and writing down its answers.
//! No answer is not an answer: a row is changed by what was received, never by what was not.

use crate::error::{ErrorCode, Result};
use crate::knowledge_base::Standing;
use crate::plan::{DocumentRow, DocumentState};
use crate::store::documents;
use crate::sync::sides::Sides;

/// Rows asked about at once.
const GROUP: u32 = 100;

/// Asks about every `intended` and `sent` row of a connection. Returns whether there was one.
///
/// # Errors
/// What the knowledge base or the state file says; rows that were answered before stay answered.
pub async fn settle(sides: Sides<'_>, now: i64) -> Result<bool> {
    let connection = sides.connection;
    let (mut after, mut has_asked) = (0, false);
    loop {
        let rows = sides.store.read(move |db| documents::unsettled(db, connection, after, GROUP)).await?;
        let Some(last) = rows.last() else { return Ok(has_asked) };
        (after, has_asked) = (last.sequence, true);
        let ids: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
        let standings = sides.ask(&ids).await?;
        let answers: Vec<_> = rows
            .into_iter()
            .zip(standings)
            .filter(|(row, standing)| *standing != Standing::Absent || is_refusal(sides, row, now))
            .collect();
        sides
            .store
            .write(move |db| answers.into_iter().try_for_each(|(row, standing)| write(db, &row, standing, now)))
            .await?;
    }
}

/// Whether a received "absent" says something new of this row: a document that was taken has vanished. That an
/// intended one is not there says nothing, it is put again.
fn is_refusal(sides: Sides<'_>, row: &DocumentRow, now: i64) -> bool {
    row.state == DocumentState::Sent && sides.has_vanished(row, now)
}

fn write(db: &rusqlite::Connection, row: &DocumentRow, standing: Standing, now: i64) -> Result<()> {
    match standing {
        Standing::Processing { remote_id } => {
            documents::set_accepted(db, &row.id, &remote_id, DocumentState::Sent, now)
        }
        Standing::Indexed { remote_id } => {
            documents::set_accepted(db, &row.id, &remote_id, DocumentState::Indexed, now)
        }
        Standing::Failed { remote_id, reason } => {
            documents::set_rejected(db, &row.id, Some(&remote_id), ErrorCode::DocumentRefused, &reason)
        }
        Standing::Absent => {
            let reason = "The document was taken and then vanished";
            documents::set_rejected(db, &row.id, None, ErrorCode::DocumentRefused, reason)
        }
    }
}
