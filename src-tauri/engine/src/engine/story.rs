//! The story of one key: the stages that its object passes on the way to a search result, how far it came, and what to do
//! next. Decides nothing: what will happen is the plan's.

use crate::plan::{DocumentRow, DocumentState};
use crate::scope::SkipReason;
use crate::store::keys::KeyRow;
use crate::view::{ItemOutcome, KeyEvent, NextAction, PlanAction, PlanItem, StepState, StoryStage, StoryStep};

/// What is known of a key.
pub struct Facts<'a> {
    /// The object and its documents.
    pub found: &'a KeyRow,
    /// Whether the listing showed it under the connection's prefix.
    pub listed: bool,
    /// What the next sync does with it.
    pub plan: Option<&'a PlanItem>,
    /// When the bucket was last listed.
    pub listed_at: Option<i64>,
    /// What became of it before, newest first.
    pub history: &'a [KeyEvent],
}

impl Facts<'_> {
    fn reason(&self) -> Option<SkipReason> {
        self.plan.and_then(|plan| plan.reason)
    }

    /// The document that is searchable now.
    fn live(&self) -> Option<&DocumentRow> {
        self.found.rows.iter().rev().find(|row| row.state == DocumentState::Indexed)
    }

    /// The newest document, whatever its state.
    fn newest(&self) -> Option<&DocumentRow> {
        self.found.rows.last()
    }

    /// The newest line, where it tells of a failure.
    fn failure(&self) -> Option<&KeyEvent> {
        self.history.first().filter(|event| event.item.outcome == ItemOutcome::Failed)
    }

    fn is_on_its_way(&self) -> bool {
        self.found.rows.iter().any(|row| matches!(row.state, DocumentState::Sent | DocumentState::Intended))
    }
}

/// The stages in order. After one that stopped it the others are still ahead.
pub fn steps(facts: &Facts<'_>) -> Vec<StoryStep> {
    let mut steps = vec![listed(facts), admitted(facts), tagged(facts), sent(facts), searchable(facts)];
    let stopped = steps.iter().position(|step| step.state == StepState::Stopped);
    // An earlier version may be through although the newest one was stopped: what was done stays done.
    if let Some(stopped) = stopped {
        for step in &mut steps[stopped + 1..] {
            if step.state == StepState::Current {
                step.state = StepState::Ahead;
            }
        }
    }
    steps
}

fn step(stage: StoryStage, state: StepState, at: Option<i64>, sentence: impl Into<String>) -> StoryStep {
    StoryStep { stage, state, at, sentence: sentence.into() }
}

fn listed(facts: &Facts<'_>) -> StoryStep {
    use StepState::{Ahead, Done, Stopped};
    let (state, sentence) = match (facts.listed_at, facts.listed) {
        (None, _) => (Ahead, "The bucket was never listed"),
        (Some(_), true) => (Done, "The bucket shows it"),
        (Some(_), false) => (Stopped, "The bucket does not show it under the prefix"),
    };
    step(StoryStage::Listed, state, facts.listed_at, sentence)
}

fn admitted(facts: &Facts<'_>) -> StoryStep {
    use StepState::{Ahead, Done, Stopped};
    let (state, sentence) = match facts.reason() {
        _ if !facts.listed => (Ahead, "No rule was asked".to_owned()),
        Some(
            reason @ (SkipReason::FolderMarker
            | SkipReason::Empty
            | SkipReason::TooLarge
            | SkipReason::UnsupportedType
            | SkipReason::Archived
            | SkipReason::ExcludedByRule),
        ) => (Stopped, reason.sentence().to_owned()),
        Some(SkipReason::NoTag | SkipReason::IllegalTag | SkipReason::OverLimit | SkipReason::Refused) | None => {
            (Done, "Type, size and rules let it in".to_owned())
        }
    };
    step(StoryStage::Admitted, state, None, sentence)
}

fn tagged(facts: &Facts<'_>) -> StoryStep {
    use StepState::{Ahead, Done, Stopped};
    let (state, sentence) = match (facts.reason(), facts.plan) {
        (Some(reason @ (SkipReason::NoTag | SkipReason::IllegalTag)), _) => (Stopped, reason.sentence().to_owned()),
        (_, Some(PlanItem { tag: Some(tag), capture: Some(_), .. })) => (Done, format!("The rule gives it {tag}")),
        (_, Some(PlanItem { tag: Some(tag), .. })) => (Done, format!("It goes into {tag}")),
        _ => (Ahead, "It has no tag yet".to_owned()),
    };
    step(StoryStage::Tagged, state, None, sentence)
}

fn sent(facts: &Facts<'_>) -> StoryStep {
    use StepState::{Ahead, Current, Done, Stopped};
    let stage = StoryStage::Sent;
    if facts.reason() == Some(SkipReason::OverLimit) {
        return step(stage, Stopped, None, "The document limit is reached; it waits for a free place");
    }
    let wants_more = matches!(
        facts.plan.map(|plan| plan.action),
        Some(PlanAction::New | PlanAction::Changed | PlanAction::Retagged)
    );
    if let Some(event) = facts.failure().filter(|_| wants_more) {
        let said = event.item.detail.as_deref().unwrap_or("no reason was given");
        return step(stage, Stopped, Some(event.item.at), format!("The last attempt failed: {said}"));
    }
    match facts.newest() {
        Some(row) if row.state == DocumentState::Intended => {
            step(stage, Current, Some(row.changed_at), "It was begun, and not answered yet")
        }
        Some(row) if row.state == DocumentState::Removing => {
            step(stage, Current, Some(row.changed_at), "Its document is being removed")
        }
        Some(row) if !wants_more => step(stage, Done, Some(row.changed_at), "It was sent"),
        Some(_) => step(stage, Current, None, "The next sync sends its new version"),
        None if wants_more => step(stage, Current, None, "The next sync sends it"),
        None => step(stage, Ahead, None, "It was not sent"),
    }
}

fn searchable(facts: &Facts<'_>) -> StoryStep {
    use StepState::{Ahead, Current, Done, Stopped};
    let stage = StoryStage::Searchable;
    match (facts.newest(), facts.live()) {
        (Some(row), _) if row.state == DocumentState::Rejected => {
            let said = row.error_detail.as_deref().unwrap_or("no reason was given");
            let what = if row.was_removed_by_hand() { "Removed by hand" } else { "The knowledge base refused it" };
            step(stage, Stopped, Some(row.changed_at), format!("{what}: {}", said.trim_end_matches('.')))
        }
        (Some(row), Some(live)) if row.id != live.id => {
            step(stage, Done, Some(live.changed_at), "An older version can be found until the new one is in")
        }
        (Some(row), None) if row.state == DocumentState::Sent => {
            step(stage, Current, Some(row.changed_at), "The knowledge base is reading it")
        }
        (_, Some(live)) => step(stage, Done, Some(live.changed_at), format!("It can be found under {}", live.tag)),
        (_, None) => step(stage, Ahead, None, "It cannot be found yet"),
    }
}

/// What a person can do for it now.
pub fn next(facts: &Facts<'_>) -> NextAction {
    if facts.listed_at.is_none() {
        return NextAction::SyncNow;
    }
    let Some(plan) = facts.plan else { return NextAction::Nothing };
    match plan.action {
        PlanAction::New | PlanAction::Changed | PlanAction::Retagged if facts.failure().is_some() => NextAction::Retry,
        PlanAction::New | PlanAction::Changed | PlanAction::Retagged => NextAction::SyncNow,
        PlanAction::Unchanged if facts.is_on_its_way() => NextAction::Wait,
        PlanAction::Unchanged | PlanAction::Kept => NextAction::Nothing,
        PlanAction::Removed => NextAction::ReviewPlan,
        PlanAction::Skipped => match plan.reason {
            Some(SkipReason::NoTag | SkipReason::IllegalTag) => NextAction::EditTags,
            Some(SkipReason::OverLimit) => NextAction::EditLimit,
            Some(SkipReason::ExcludedByRule | SkipReason::TooLarge) => NextAction::EditScope,
            Some(SkipReason::Refused) => NextAction::Retry,
            Some(SkipReason::FolderMarker | SkipReason::Empty | SkipReason::UnsupportedType | SkipReason::Archived)
            | None => NextAction::Nothing,
        },
    }
}

/// The answer to "why is this key (not) in?", in plain words.
pub fn sentence(facts: &Facts<'_>) -> String {
    let live = facts.live();
    let in_tag = |row: &DocumentRow| format!("It is in the knowledge base, under the tag {}", row.tag);
    let Some(plan) = facts.plan else {
        return match (facts.listed_at, live) {
            (None, _) => "The bucket was never listed. Sync, or make a preview, and ask again.".into(),
            (_, Some(row)) => format!("{}.", in_tag(row)),
            (Some(_), None) => {
                "The bucket does not show this key under the prefix. Check its spelling: capital letters, spaces and slashes count.".into()
            }
        };
    };
    match plan.action {
        PlanAction::Unchanged if facts.is_on_its_way() => {
            "It was sent, and the knowledge base is still reading it.".into()
        }
        PlanAction::Unchanged => match live {
            Some(row) => format!("{}, in the version that the bucket shows.", in_tag(row)),
            None => "It was sent.".into(),
        },
        PlanAction::New => match facts.failure().and_then(|event| event.item.detail.as_deref()) {
            Some(detail) => format!("It is not in yet: the last attempt failed ({detail}). The next sync tries again."),
            None => "It is not in yet. The next sync sends it.".into(),
        },
        PlanAction::Changed => "An older version is in. The bucket has a newer one, which the next sync sends.".into(),
        PlanAction::Retagged => "It is in under another tag than its rule gives now. The next sync moves it.".into(),
        PlanAction::Removed => "It is in, and the next sync removes it.".into(),
        PlanAction::Kept => {
            "It is in. The bucket does not have it any more, or it is out of scope; such documents are kept, as chosen."
                .into()
        }
        PlanAction::Skipped if facts.newest().is_some_and(DocumentRow::was_removed_by_hand) => {
            "It was removed by hand. It is sent again when it changes, or when you ask for it.".into()
        }
        PlanAction::Skipped => skipped(plan, live.is_some()),
    }
}

fn skipped(plan: &PlanItem, has_older: bool) -> String {
    let why = match plan.reason {
        Some(SkipReason::Refused) => {
            let said = plan.sentence.as_deref().unwrap_or("no reason was given");
            format!("The knowledge base refused it: {said}. It is sent again when it changes, or when you ask for it")
        }
        Some(SkipReason::OverLimit) => {
            "The document limit is reached, and keys are taken in order; it waits for a free place".into()
        }
        Some(reason) => format!("It is left out: {}", reason.sentence().to_lowercase()),
        None => "It is left out".into(),
    };
    let older = if has_older { " An older version stays in." } else { "" };
    format!("{}.{older}", why.trim_end_matches('.'))
}
