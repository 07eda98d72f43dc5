//! Settling: asking the knowledge base how documents stand whose fate is open, and writing down its answers.
//! No answer is not an answer: a row is changed by what was received, never by what was not.

use crate::error::Result;
use crate::knowledge_base::{KnowledgeBase, Standing};
use crate::plan::{DocumentRow, DocumentState};
use crate::store::{Store, documents};

/// Rows asked about at once.
const GROUP: u32 = 100;

/// Asks about every `intended` and `sent` row of a connection.
///
/// # Errors
/// What the knowledge base or the state file says; rows that were answered before stay answered.
pub async fn settle(store: &Store, base: &dyn KnowledgeBase, connection: i64, now: i64) -> Result<()> {
    let mut after = 0;
    loop {
        let rows = store.read(move |db| documents::unsettled(db, connection, after, GROUP)).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.sequence;
        let ids: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
        let standings = base.ask(&ids).await?;
        let window = base.landing_window().as_millis() as i64;
        store
            .write(move |db| {
                for (row, standing) in rows.iter().zip(standings) {
                    write(db, row, standing, window, now)?;
                }
                Ok(())
            })
            .await?;
    }
}

fn write(db: &rusqlite::Connection, row: &DocumentRow, standing: Standing, window: i64, now: i64) -> Result<()> {
    match standing {
        Standing::Processing { remote_id } => {
            documents::set_accepted(db, &row.id, &remote_id, DocumentState::Sent, now)
        }
        Standing::Indexed { remote_id } => {
            documents::set_accepted(db, &row.id, &remote_id, DocumentState::Indexed, now)
        }
        Standing::Failed { remote_id, reason } => documents::set_rejected(db, &row.id, Some(&remote_id), &reason),
        // A document just sent may not be shown yet; after the window it has vanished.
        Standing::Absent if row.state == DocumentState::Sent && now >= row.changed_at + window => {
            documents::set_rejected(db, &row.id, None, "The document was taken and then vanished")
        }
        Standing::Absent => Ok(()),
    }
}

/// Whether a received "absent" may be believed for this row: no put of it can still land.
pub fn absence_is_proven(row: &DocumentRow, base: &dyn KnowledgeBase, now: i64) -> bool {
    row.unanswered_at.is_none_or(|since| now >= since + base.landing_window().as_millis() as i64)
}
