//! What a decision means to a person who reads the preview.

use super::{Decision, DocumentRow, DocumentState, KeyFacts, Seen, Step, Why, has_place};
use crate::scope::{Admission, SkipReason};
use crate::tag::TagOf;
use crate::view::PlanAction;

/// The line of one key in a preview, before the document limit is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// What happens.
    pub action: PlanAction,
    /// Why it is skipped.
    pub reason: Option<SkipReason>,
    /// The key needs a place under the document limit that it does not have yet.
    pub needs_place: bool,
    /// The key gives its place up.
    pub gives_place: bool,
}

/// The fate of a key; `None` where there is nothing to show (only the row of an old refusal is left).
pub fn fate(facts: &KeyFacts<'_>, tag: &TagOf, decision: &Decision) -> Option<Fate> {
    let plain = |action| Fate { action, reason: None, needs_place: false, gives_place: false };
    let skipped = |reason| Fate { reason: Some(reason), ..plain(PlanAction::Skipped) };
    if let Some(want) = &decision.want {
        if decision.steps.contains(&Step::Put) {
            let live = |same: bool| facts.rows.iter().any(|row| is_live(row) && (row.tag == want.tag) == same);
            let action = match (live(true), live(false)) {
                (true, _) => PlanAction::Changed,
                (false, true) => PlanAction::Retagged,
                (false, false) => PlanAction::New,
            };
            return Some(Fate { needs_place: !has_place(facts.rows), ..plain(action) });
        }
        let is_refused = |row: &DocumentRow| row.state == DocumentState::Rejected || row.is_leaving_by_hand();
        let refused = decision.stands.is_some_and(|i| is_refused(&facts.rows[i]));
        return Some(if refused { skipped(SkipReason::Refused) } else { plain(PlanAction::Unchanged) });
    }
    let held = facts.rows.iter().any(is_live);
    let going = |row: usize| {
        decision.steps.iter().any(|s| matches!(s, Step::Remove(i, Why::WrongTag | Why::Gone) if *i == row))
    };
    if held {
        let removed = (0..facts.rows.len()).any(going);
        let all_go = facts.rows.iter().enumerate().all(|(i, row)| row.error_code.is_some() || going(i));
        let action = match (removed, facts.seen) {
            (true, _) => PlanAction::Removed,
            // It cannot be read now; what is held stays as it is.
            (false, Seen::Listed(_, Admission::Unreadable(reason))) => return Some(skipped(reason)),
            (false, _) => PlanAction::Kept,
        };
        return Some(Fate { gives_place: removed && all_go, ..plain(action) });
    }
    match (facts.seen, tag) {
        (Seen::Listed(_, Admission::Refused(reason)), _) => Some(skipped(reason)),
        (Seen::Listed(..), TagOf::None) => Some(skipped(SkipReason::NoTag)),
        (Seen::Listed(..), TagOf::Illegal) => Some(skipped(SkipReason::IllegalTag)),
        (Seen::Listed(_, Admission::Unreadable(reason)), _) => Some(skipped(reason)),
        (Seen::Listed(_, Admission::Admitted), TagOf::Tag(_)) | (Seen::Unlisted, _) => None,
    }
}

/// Whether something of it may be found in the knowledge base.
fn is_live(row: &DocumentRow) -> bool {
    matches!(row.state, DocumentState::Sent | DocumentState::Indexed)
}
