use proptest::prelude::*;

use super::*;
use crate::scope::SkipReason;
use crate::tag::TagOf;
use crate::view::PlanAction;

const CONNECTION: &str = "c1";

fn key() -> ObjectKey {
    ObjectKey::new("users/user-123/notes.md")
}

fn tag(text: &str) -> ContainerTag {
    ContainerTag::parse(text).expect("a legal tag")
}

fn object(etag: &str) -> ObjectMeta {
    ObjectMeta { key: key(), etag: ETag::new(etag), size: 4, modified: None, storage_class: None }
}

fn row(etag: &str, tag_text: &str, state: DocumentState, sequence: i64) -> DocumentRow {
    DocumentRow {
        id: document_id(CONNECTION, &key(), &ETag::new(etag), &tag(tag_text)),
        key: key(),
        etag: ETag::new(etag),
        tag: tag(tag_text),
        sequence,
        remote_id: Some(format!("r{sequence}")),
        state,
        changed_at: 0,
        unanswered_at: None,
        error_code: (state == DocumentState::Rejected).then(|| "document_refused".to_owned()),
        error_detail: None,
        content_hash: None,
        size: 4,
        retry: false,
    }
}

struct Case {
    seen: Option<(ObjectMeta, Admission)>,
    tag: Option<ContainerTag>,
    rows: Vec<DocumentRow>,
    ground: Ground,
}

impl Case {
    fn new(etag: Option<&str>, rule_tag: Option<&str>, rows: Vec<DocumentRow>) -> Self {
        Self {
            seen: etag.map(|e| (object(e), Admission::Admitted)),
            tag: rule_tag.map(tag),
            rows,
            ground: Ground { on_gone: OnGone::Keep, complete: true, laws: Laws::default() },
        }
    }

    fn removing_what_is_gone(mut self) -> Self {
        self.ground.on_gone = OnGone::Remove;
        self
    }

    fn decide(&self) -> Decision {
        self.with_facts(|facts| decide(CONNECTION, facts, self.ground))
    }

    fn fate(&self) -> Option<Fate> {
        let decision = self.decide();
        let tag = self.tag.clone().map_or(TagOf::None, TagOf::Tag);
        self.with_facts(|facts| fate(facts, &tag, &decision))
    }

    fn with_facts<T>(&self, look: impl FnOnce(&KeyFacts<'_>) -> T) -> T {
        let key = key();
        let seen = match &self.seen {
            Some((object, admission)) => Seen::Listed(object, *admission),
            None => Seen::Unlisted,
        };
        look(&KeyFacts { key: &key, seen, tag: self.tag.as_ref(), rows: &self.rows })
    }
}

use DocumentState::{Indexed, Intended, Rejected, Removing, Sent};

#[test]
fn a_new_object_is_put() {
    let case = Case::new(Some("a"), Some("t"), vec![]);
    assert_eq!(case.decide().steps, [Step::Put]);
    assert_eq!(case.fate().map(|f| (f.action, f.needs_place)), Some((PlanAction::New, true)));
}

#[test]
fn what_is_held_as_wanted_needs_nothing() {
    for state in [Sent, Indexed] {
        let case = Case::new(Some("\"a\""), Some("t"), vec![row("a", "t", state, 1)]);
        assert_eq!(case.decide().steps, []);
        assert_eq!(case.fate().map(|f| f.action), Some(PlanAction::Unchanged));
    }
}

#[test]
fn an_intended_row_is_put_again() {
    let case = Case::new(Some("a"), Some("t"), vec![row("a", "t", Intended, 1)]);
    assert_eq!(case.decide().steps, [Step::Put]);
    assert_eq!(case.fate().map(|f| (f.action, f.needs_place)), Some((PlanAction::New, false)));
}

#[test]
fn the_old_version_stays_until_the_new_one_is_searchable() {
    let old = row("a", "t", Indexed, 1);
    let before = Case::new(Some("b"), Some("t"), vec![old.clone()]);
    assert_eq!(before.decide().steps, [Step::Put]);
    assert_eq!(before.fate().map(|f| f.action), Some(PlanAction::Changed));
    let sent = Case::new(Some("b"), Some("t"), vec![old.clone(), row("b", "t", Sent, 2)]);
    assert_eq!(sent.decide().steps, []);
    let refused = Case::new(Some("b"), Some("t"), vec![old.clone(), row("b", "t", Rejected, 2)]);
    assert_eq!(refused.decide().steps, []);
    let indexed = Case::new(Some("b"), Some("t"), vec![old, row("b", "t", Indexed, 2)]);
    assert_eq!(indexed.decide().steps, [Step::Remove(0, Why::Superseded)]);
}

#[test]
fn of_two_searchable_versions_only_the_newer_stays_while_the_wanted_one_is_refused() {
    let rows = vec![row("a", "t", Indexed, 1), row("b", "t", Indexed, 2), row("c", "t", Rejected, 3)];
    assert_eq!(Case::new(Some("c"), Some("t"), rows).decide().steps, [Step::Remove(0, Why::Superseded)]);
}

#[test]
fn a_wrong_tag_goes_at_once_whatever_its_successor() {
    let rows = || vec![row("a", "old", Indexed, 1)];
    let retag = Case::new(Some("a"), Some("new"), rows());
    assert_eq!(retag.decide().steps, [Step::Put, Step::Remove(0, Why::WrongTag)]);
    assert_eq!(retag.fate().map(|f| (f.action, f.needs_place)), Some((PlanAction::Retagged, false)));
    let unlisted = Case::new(None, Some("new"), rows());
    assert_eq!(unlisted.decide().steps, [Step::Remove(0, Why::WrongTag)]);
    let no_tag = Case::new(Some("a"), None, rows());
    assert_eq!(no_tag.decide().steps, [Step::Remove(0, Why::WrongTag)]);
    assert_eq!(no_tag.fate().map(|f| (f.action, f.gives_place)), Some((PlanAction::Removed, true)));
}

#[test]
fn a_begun_removal_is_finished_and_then_put_again() {
    let case = Case::new(Some("a"), Some("t"), vec![row("a", "t", Removing, 1)]);
    assert_eq!(case.decide().steps, [Step::Put, Step::Finish(0)]);
}

#[test]
fn gone_documents_are_kept_unless_the_connection_says_otherwise_and_the_listing_is_complete() {
    let case = || Case::new(None, Some("t"), vec![row("a", "t", Indexed, 1)]);
    assert_eq!(case().decide().steps, []);
    assert_eq!(case().fate().map(|f| f.action), Some(PlanAction::Kept));
    let remove = case().removing_what_is_gone();
    assert_eq!(remove.decide().steps, [Step::Remove(0, Why::Gone)]);
    assert_eq!(remove.fate().map(|f| f.action), Some(PlanAction::Removed));
    let mut incomplete = case().removing_what_is_gone();
    incomplete.ground.complete = false;
    assert_eq!(incomplete.decide().steps, []);
}

#[test]
fn an_archived_object_is_no_reason_to_remove() {
    let mut case = Case::new(Some("a"), Some("t"), vec![row("a", "t", Indexed, 1)]).removing_what_is_gone();
    case.seen = Some((object("a"), Admission::Unreadable(SkipReason::Archived)));
    assert_eq!(case.decide().steps, []);
    assert_eq!(case.fate().map(|f| f.action), Some(PlanAction::Unchanged));
    case.seen = Some((object("b"), Admission::Unreadable(SkipReason::Archived)));
    assert_eq!(case.decide().steps, []);
    assert_eq!(case.fate().and_then(|f| f.reason), Some(SkipReason::Archived));
}

#[test]
fn a_refused_document_is_not_sent_again_and_takes_no_place() {
    let case = Case::new(Some("a"), Some("t"), vec![row("a", "t", Rejected, 1)]);
    assert_eq!(case.decide().steps, []);
    assert_eq!(case.fate().and_then(|f| f.reason), Some(SkipReason::Refused));
    assert!(!has_place(&case.rows));
}

#[test]
fn a_row_that_followed_to_another_etag_still_stands_for_its_first_one() {
    let mut followed = row("a", "t", Indexed, 1);
    followed.etag = ETag::new("a2");
    assert_eq!(Case::new(Some("a"), Some("t"), vec![followed]).decide().steps, []);
}

#[test]
fn ids_differ_when_bytes_move_from_one_field_to_the_next() {
    let id = |key: &str, etag: &str, tag_text: &str| {
        document_id(CONNECTION, &ObjectKey::new(key), &ETag::new(etag), &tag(tag_text))
    };
    assert_ne!(id("ab", "c", "t"), id("a", "bc", "t"));
    assert_ne!(id("a", "bt", "t"), id("a", "b", "tt"));
    assert_eq!(id("a", "\"b\"", "t"), id("a", "b", "t"));
    assert_eq!(id("a", "b", "t").len(), 43);
}

fn any_rows() -> impl Strategy<Value = Vec<DocumentRow>> {
    let state = prop_oneof![Just(Intended), Just(Sent), Just(Indexed), Just(Rejected), Just(Removing)];
    proptest::collection::btree_map(("[abc]", "[tu]"), state, 0..5).prop_map(|rows| {
        rows.into_iter().enumerate().map(|(i, ((etag, tag), state))| row(&etag, &tag, state, i as i64)).collect()
    })
}

proptest! {
    #[test]
    fn the_laws_of_one_key_hold(rows in any_rows(), etag in proptest::option::of("[abc]"), rule in proptest::option::of("[tu]"), remove: bool, complete: bool) {
        let mut case = Case::new(etag.as_deref(), rule.as_deref(), rows);
        case.ground = Ground { on_gone: if remove { OnGone::Remove } else { OnGone::Keep }, complete, laws: Laws::default() };
        let decision = case.decide();
        for (i, row) in case.rows.iter().enumerate() {
            let steps: Vec<&Step> = decision.steps.iter().filter(|s| matches!(s, Step::Finish(r) | Step::Resolve(r) | Step::Remove(r, _) if *r == i)).collect();
            prop_assert!(steps.len() <= 1, "one step a row");
            match row.state {
                Removing => prop_assert_eq!(steps, [&Step::Finish(i)], "a removal once begun is finished"),
                Sent => prop_assert!(steps.is_empty(), "nothing is deleted while it processes"),
                Indexed if Some(&row.tag) != case.tag.as_ref() => prop_assert_eq!(steps, [&Step::Remove(i, Why::WrongTag)], "isolation first"),
                Indexed => if let Some(Step::Remove(_, why)) = steps.first() {
                    let another = case.rows.iter().enumerate().any(|(j, r)| j != i && r.state == Indexed && r.tag == row.tag
                        && !decision.steps.iter().any(|s| matches!(s, Step::Remove(k, _) if *k == j)));
                    let leaves = remove && complete && case.seen.is_none();
                    prop_assert!(another || leaves && *why == Why::Gone, "a version stays unless its object is gone");
                },
                Intended | Rejected => {}
            }
        }
        if decision.steps.contains(&Step::Put) {
            prop_assert!(case.seen.is_some() && case.tag.is_some(), "only what is listed and tagged is put");
        }
    }
}

fn removed_by_hand(etag: &str, tag: &str, state: DocumentState, sequence: i64) -> DocumentRow {
    DocumentRow { error_code: Some("document_removed".to_owned()), ..row(etag, tag, state, sequence) }
}

#[test]
fn what_a_person_removed_is_finished_and_not_put_again() {
    let leaving = Case::new(Some("v1"), Some("t"), vec![removed_by_hand("v1", "t", DocumentState::Removing, 1)]);
    assert_eq!(leaving.decide().steps, [Step::Finish(0)]);
    assert_eq!(leaving.fate().map(|fate| fate.reason), Some(Some(SkipReason::Refused)));
    let gone = Case::new(Some("v1"), Some("t"), vec![removed_by_hand("v1", "t", DocumentState::Rejected, 1)]);
    assert_eq!(gone.decide().steps, []);
    assert_eq!(gone.fate().map(|fate| fate.reason), Some(Some(SkipReason::Refused)));
}

#[test]
fn what_a_person_removed_is_put_when_it_changes_or_is_asked_for() {
    let changed = Case::new(Some("v2"), Some("t"), vec![removed_by_hand("v1", "t", DocumentState::Rejected, 1)]);
    assert_eq!(changed.decide().steps, [Step::Put, Step::Remove(0, Why::Refused)]);
    for state in [DocumentState::Rejected, DocumentState::Removing] {
        let asked = DocumentRow { retry: true, ..removed_by_hand("v1", "t", state, 1) };
        assert!(Case::new(Some("v1"), Some("t"), vec![asked]).decide().steps.contains(&Step::Put), "{state:?}");
    }
}
