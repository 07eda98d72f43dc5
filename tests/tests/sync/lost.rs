//! The state file lost, or put back from an older copy: the bucket and the library are enough to go on.

use std::path::Path;

use s3_connector_engine::view::{RunState, RunView};
use s3_connector_tests::held::{desired, differences, library};
use s3_connector_tests::scene::{BUCKET, Scene, draft};
use serde_json::json;

fn fields() -> serde_json::Value {
    json!({"containerTagRegex": "users/(?<userId>[^/]+)/", "onGone": "remove"})
}

async fn synced() -> Scene {
    let scene = Scene::new(fields()).await;
    (0..60).for_each(|note| scene.put(&key(note), format!("first words of {note}")));
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent), (RunState::Completed, 60), "{:?}", run.error);
    scene
}

fn key(note: usize) -> String {
    format!("users/u{}/{note:02}.md", note % 4)
}

fn assert_exact(scene: &Scene) {
    let tag = |key: &str| key.split('/').nth(1).map(str::to_owned);
    let wrong = differences(scene.folder.path(), &desired(&scene.server, BUCKET, tag));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn assert_idle(run: &RunView) {
    assert_eq!((run.state, run.sent, run.removed, run.failed), (RunState::Completed, 0, 0, 0), "{:?}", run.error);
}

fn each_state_file(folder: &Path, mut act: impl FnMut(&Path)) {
    ["state.db", "state.db-wal", "state.db-shm"].iter().for_each(|name| act(&folder.join(name)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_added_again_after_its_state_was_lost_takes_its_documents_over_and_sends_nothing() {
    let mut scene = synced().await;
    let (id, before) = (scene.connection.id.clone(), library(scene.folder.path()));
    scene.restart_after(|folder| each_state_file(folder, |file| drop(std::fs::remove_file(file)))).await;
    assert!(scene.engine.connection_list().await.unwrap().is_empty());
    scene.connection = scene.engine.connection_add(draft(&scene.server, fields())).await.unwrap();
    assert_eq!(scene.connection.id, id);
    scene.server.forget_seen();
    assert_idle(&scene.sync().await);
    assert!(!scene.server.operations().contains(&"GetObject".to_owned()), "nothing is read again");
    assert_eq!(library(scene.folder.path()), before);
    assert_exact(&scene);
    scene.put(&key(7), "other words of 7");
    scene.server.delete(BUCKET, &key(8));
    let next = scene.sync().await;
    assert_eq!((next.state, next.sent, next.removed), (RunState::Completed, 1, 1), "{:?}", next.error);
    assert_exact(&scene);
    assert_idle(&scene.sync().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_state_that_was_put_back_is_audited_and_ends_exactly_without_orphans() {
    let mut scene = synced().await;
    let kept = tempfile::tempdir().unwrap();
    let copy = |from: &Path, to: &Path| {
        ["state.db", "state.db-wal", "state.db-shm"].iter().for_each(|name| {
            let _ = std::fs::remove_file(to.join(name));
            let _ = std::fs::copy(from.join(name), to.join(name));
        });
    };
    scene.restart_after(|folder| copy(folder, kept.path())).await;
    // What happens now is not in the copy: new, changed, gone, and changed back to the bytes of before.
    (60..70).for_each(|note| scene.put(&key(note), format!("words of {note}")));
    (0..5).for_each(|note| scene.put(&key(note), format!("other words of {note}")));
    (5..8).for_each(|note| assert!(scene.server.delete(BUCKET, &key(note))));
    assert_eq!(scene.sync().await.state, RunState::Completed);
    (0..3).for_each(|note| scene.put(&key(note), format!("first words of {note}")));
    assert_eq!(scene.sync().await.sent, 3);
    scene.restart_after(|folder| copy(kept.path(), folder)).await;
    let run = scene.sync().await;
    assert_eq!(run.state, RunState::Completed, "{:?}", run.error);
    assert_exact(&scene);
    // The documents that were sent a second time are known by their second remote id.
    (0..3).for_each(|note| scene.put(&key(note), format!("last words of {note}")));
    assert_eq!(scene.sync().await.sent, 3);
    assert_exact(&scene);
    assert_idle(&scene.sync().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_that_was_lost_is_filled_again() {
    let mut scene = synced().await;
    scene
        .restart_after(|folder| {
            ["library.db", "library.db-wal", "library.db-shm"].iter().for_each(|name| {
                let _ = std::fs::remove_file(folder.join(name));
            });
        })
        .await;
    // Without a sign from outside, the audit comes within a week; a person may ask for it at once.
    scene.engine.connection_audit(scene.connection.id.clone()).await.unwrap();
    assert_eq!(scene.sync().await.sent, 60);
    assert_exact(&scene);
    assert_idle(&scene.sync().await);
}
