//! The two sides that a run keeps equal, and what is believed of the far one: only what it answered, and of an
//! absence only what no request under way can still undo.

use crate::error::Result;
use crate::knowledge_base::{DocumentId, KnowledgeBase, Standing};
use crate::laws::{Law, Laws};
use crate::plan::DocumentRow;
use crate::store::Store;

/// Rows here, documents there.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    /// The state file.
    pub store: &'a Store,
    /// The knowledge base.
    pub base: &'a dyn KnowledgeBase,
    /// Number of the connection whose rows these are.
    pub connection: i64,
    /// Name of the knowledge base in the state file.
    pub destination: &'a str,
    /// Which laws hold.
    pub laws: Laws,
}

impl Sides<'_> {
    /// Asks how documents stand.
    ///
    /// # Errors
    /// What the knowledge base says. No answer is not an answer: nothing follows from it.
    pub async fn ask(&self, ids: &[DocumentId]) -> Result<Vec<Standing>> {
        match self.base.ask(ids).await {
            Err(_) if !self.laws.hold(Law::SeenAbsent) => Ok(vec![Standing::Absent; ids.len()]),
            answer => answer,
        }
    }

    /// Whether a received "absent" may be believed for this row, now or after its removal was answered: no put of it
    /// that was never answered can still land.
    pub fn absence_is_proven(&self, row: &DocumentRow, now: i64) -> bool {
        row.unanswered_at.is_none_or(|since| now >= since + self.window()) || !self.laws.hold(Law::Window)
    }

    /// Whether a document that is not shown has vanished: one that was just sent may not be shown yet.
    pub fn has_vanished(&self, row: &DocumentRow, now: i64) -> bool {
        now >= row.changed_at + self.window() || !self.laws.hold(Law::EarlyAbsent)
    }

    /// Puts that were sent before this time and never answered have landed, or never will.
    pub fn landed(&self, now: i64) -> i64 {
        now.saturating_sub(self.window())
    }

    /// How long an unanswered put may still land, in milliseconds.
    fn window(&self) -> i64 {
        i64::try_from(self.base.landing_window().as_millis()).unwrap_or(i64::MAX)
    }
}
