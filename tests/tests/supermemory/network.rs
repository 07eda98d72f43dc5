//! Everything that can go wrong between engine and Supermemory, at writes, deletions and reads, for a moment and for good:
//! nothing is lost, no second document comes of it, and after healing what is desired is held.

use s3_connector_engine::view::{RunState, RunView};
use s3_connector_tests::scene::Scene;
use s3_connector_tests::supermemory::{Fault, On, Quirks};

use super::{assert_completed, assert_exact, fill, key, scene, settle_all};

const NOTES: usize = 40;
/// Of these change, and as many come new: more than the ten failures in a row that stop a run.
const CHANGES: usize = 12;
const GONE: usize = 3;

/// A scene in step, and then a bucket that moved on.
async fn moved_on() -> Scene {
    let scene = scene(Quirks::default()).await;
    fill(&scene, NOTES);
    assert_completed(&scene.sync().await, NOTES as u64);
    settle_all(&scene).await;
    (0..CHANGES).for_each(|note| scene.put(&key(note), format!("other words of {note}")));
    (NOTES..NOTES + CHANGES).for_each(|note| scene.put(&key(note), format!("new words of {note}")));
    (0..GONE).for_each(|note| assert!(scene.server.delete("user-files", &key(NOTES - 1 - note))));
    scene
}

/// Whatever happened: what is held is a document of its key, and no key lost its last one but those that are gone.
fn nothing_is_lost(scene: &Scene, what: &str) {
    let held = scene.held();
    for note in 0..NOTES - GONE {
        let words = [format!("first words of {note}"), format!("other words of {note}")];
        let of_key: Vec<_> = held.iter().filter(|document| document.key == key(note)).collect();
        assert!(!of_key.is_empty(), "{what}: {} is lost", key(note));
        assert!(of_key.iter().all(|document| words.contains(&document.text)), "{what}: {of_key:?}");
    }
}

/// Which ends are fine: for a moment it may mend itself, for good it cannot be done.
fn may_end(run: &RunView, times: Option<u32>) -> bool {
    match run.state {
        RunState::Completed => run.error.is_none(),
        RunState::PartlyCompleted | RunState::Failed => {
            let code = run.error.as_ref().map(|error| error.code.name()).unwrap_or_default();
            code.starts_with("knowledge_base_") || (times.is_none() && code == "too_many_failures")
        }
        _ => false,
    }
}

async fn one(fault: Fault, on: On, times: Option<u32>) {
    let what = format!("{fault:?} at {on:?}, {times:?} times");
    let mut scene = moved_on().await;
    match times {
        Some(times) => scene.supermemory().fail(times, on, fault),
        None => scene.supermemory().fail_always(on, fault),
    }
    let run = scene.sync().await;
    nothing_is_lost(&scene, &what);
    assert!(may_end(&run, times), "{what}: {:?} {:?}", run.state, run.error);
    scene.supermemory().heal();
    scene.supermemory().land().await;
    nothing_is_lost(&scene, &what);
    for _ in 0..2 {
        let healed = scene.sync().await;
        assert_eq!((healed.state, &healed.error), (RunState::Completed, &None), "{what}");
        scene.later(11).await;
    }
    let wrong = scene.differences(super::tag_of);
    assert!(wrong.is_empty(), "{what}: {wrong:#?}");
    assert_exact(&scene);
    assert_completed(&scene.sync().await, 0);
}

fn faults() -> Vec<Fault> {
    let html = Fault::Reply { status: 200, headers: Vec::new(), body: "<html>Please log in</html>".into() };
    vec![
        Fault::Status(500),
        Fault::Status(503),
        Fault::TooManyRequests(Some(1)),
        Fault::Hangup,
        Fault::LostReply,
        Fault::LandsLate,
        Fault::CutBody,
        Fault::HalfBody,
        html,
    ]
}

async fn every(on: On, times: Option<u32>) {
    futures::future::join_all(faults().into_iter().map(|fault| one(fault, on.clone(), times))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_meet_trouble_twice_harm_nothing() {
    every(On::Write, Some(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_always_meet_trouble_harm_nothing() {
    every(On::Write, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deletions_that_meet_trouble_twice_harm_nothing() {
    every(On::Delete, Some(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deletions_that_always_meet_trouble_harm_nothing() {
    every(On::Delete, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_that_meet_trouble_twice_harm_nothing() {
    every(On::Read, Some(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_that_always_meet_trouble_harm_nothing() {
    every(On::Read, None).await;
}
