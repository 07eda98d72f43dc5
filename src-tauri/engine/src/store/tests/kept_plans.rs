//! A kept plan goes with whatever it was made of.

use super::super::documents::Crowded;
use super::super::stretches::Recording;
use super::*;
use crate::error::ErrorCode;

type Change = fn(&Transaction<'_>, i64) -> Result<()>;

const ID: &str = "s3-a-1";

async fn kept(store: &Store, number: i64) -> bool {
    store.read(move |db| plans::kept(db, number)).await.unwrap() == Some(("rules".into(), "{}".into()))
}

/// A connection with two objects and a document, whose plan is kept.
async fn planned(state: DocumentState) -> (tempfile::TempDir, Store, i64) {
    let (folder, store, number) = open().await;
    store.write(|db| connections::insert(db, &connection("two"))).await.unwrap();
    let begin = move |db: &Transaction<'_>| {
        lists(db, number, &["a", "b"])?;
        documents::intend(db, number, "library", &intent("a", "1"))?;
        match state {
            DocumentState::Intended => {}
            DocumentState::Rejected => documents::set_rejected(db, ID, None, ErrorCode::DocumentRefused, "no")?,
            state => documents::set_accepted(db, ID, "r1", state, 1)?,
        }
        plans::watch(db, number)?;
        plans::keep(db, number, "rules", "{}")
    };
    store.write(begin).await.unwrap();
    assert!(kept(&store, number).await);
    (folder, store, number)
}

fn lists(db: &Transaction<'_>, number: i64, keys: &[&str]) -> Result<()> {
    let objects = keys.iter().map(|key| object(key, "1")).collect();
    let mut recording = Recording::begin(db, number, "")?;
    recording.part(db, Part { after: String::new(), until: None, objects })?;
    objects::end_complete_listing(db, number)
}

#[tokio::test]
async fn every_change_of_objects_and_documents_takes_the_plan_away() {
    use DocumentState::{Indexed, Intended, Rejected, Sent};
    let changes: [(&str, DocumentState, Change); 15] = [
        ("a new object", Indexed, |db, n| lists(db, n, &["a", "aa", "b"])),
        ("an object is gone", Indexed, |db, n| lists(db, n, &["a"])),
        ("a narrower prefix", Indexed, |db, n| objects::forget_outside(db, n, "a")),
        ("what was listed is forgotten", Indexed, |db, n| connections::forget_rows(db, n)),
        ("an intent", Indexed, |db, n| documents::intend(db, n, "library", &intent("b", "1"))),
        ("accepted", Intended, |db, _| documents::set_accepted(db, ID, "r1", Sent, 2)),
        ("refused", Sent, |db, _| documents::set_rejected(db, ID, None, ErrorCode::DocumentRefused, "no")),
        ("not answered", Intended, |db, _| documents::set_unanswered(db, ID, 2)),
        ("left by a process", Intended, |db, n| documents::mark_left_intents(db, n, 2)),
        ("a removal begins", Indexed, |db, _| documents::set_removing(db, ID)),
        ("removed by hand", Indexed, |db, _| documents::set_removing_by_hand(db, ID, "by hand", 2).map(drop)),
        ("another etag", Indexed, |db, _| documents::follow(db, ID, &ETag::new("2"))),
        ("forgotten", Indexed, |db, n| documents::forget(db, n, "library", ID, None)),
        ("all forgotten", Indexed, |db, n| documents::forget_all(db, n)),
        ("asked for again", Rejected, |db, n| documents::ask_retry(db, n, &[]).map(drop)),
    ];
    for (what, state, change) in changes {
        let (_folder, store, number) = planned(state).await;
        store.write(move |db| change(db, number)).await.unwrap();
        assert!(!kept(&store, number).await, "{what}");
    }
}

#[tokio::test]
async fn what_changes_nothing_leaves_the_plan_and_so_does_another_connection() {
    let (_folder, store, number) = planned(DocumentState::Indexed).await;
    let nothing = move |db: &Transaction<'_>| {
        lists(db, number, &["a", "b"])?;
        objects::forget_outside(db, number, "")?;
        plans::watch(db, number)?;
        documents::mark_left_intents(db, number, 2)?;
        documents::ask_retry(db, number, &[])?;
        documents::crowded_keys(db, number, Crowded::OrLeaving, "", 10)?;
        let other = connections::by_id(db, "id-two")?.number;
        lists(db, other, &["c"])?;
        documents::intend(db, other, "library", &intent("c", "1"))
    };
    store.write(nothing).await.unwrap();
    assert!(kept(&store, number).await);
}

#[tokio::test]
async fn a_plan_that_was_overtaken_is_not_kept() {
    let (_folder, store, number) = planned(DocumentState::Indexed).await;
    store
        .write(move |db| {
            plans::watch(db, number)?;
            documents::set_removing(db, ID)?;
            plans::keep(db, number, "rules", "{}")
        })
        .await
        .unwrap();
    assert!(!kept(&store, number).await);
}
