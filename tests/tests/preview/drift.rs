use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{RunState, SyncOptions};
use s3_connector_tests::memory_s3::On;
use s3_connector_tests::scene::{BUCKET, Scene, previewed, totals};
use serde_json::json;

async fn filled(count: usize) -> Scene {
    let scene = Scene::new(json!({"onGone": "remove"})).await;
    (0..count).for_each(|i| scene.put(&format!("{i:02}.md"), format!("heron {i}")));
    assert_eq!(scene.sync().await.sent, count as u64);
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_does_what_was_previewed_speaks_of_no_change() {
    let scene = filled(30).await;
    scene.put("new.md", "an egret");
    scene.put("01.md", "a changed heron");
    scene.server.delete(BUCKET, "02.md");
    let summary = scene.preview().await;
    assert_eq!((totals(&summary), summary.removals), ([1, 1, 0, 28, 0, 1, 0], 1));
    let run = scene.sync_from(&summary).await;
    assert_eq!((run.state, run.sent, run.removed, run.drift), (RunState::Completed, 2, 1, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_says_and_keeps_what_changed_since_its_preview_and_goes_on() {
    let mut scene = filled(30).await;
    scene.server.delete(BUCKET, "02.md");
    let summary = scene.preview().await;
    (0..3).for_each(|i| scene.put(&format!("new-{i}.md"), "an egret"));
    scene.put("02.md", "heron 2");
    let run = scene.sync_from(&summary).await;
    assert_eq!((run.state, run.sent, run.removed, run.held_back), (RunState::Completed, 3, 0, 0));
    let drift = run.drift.expect("the bucket is another one");
    assert_eq!((drift.previewed, drift.planned.new, drift.planned.removed), (summary.totals, 3, 0));
    scene.restart().await;
    assert_eq!(scene.shown().await.last_run.unwrap().drift, Some(drift), "it stays with the run");
    assert_eq!(scene.sync().await.drift, None, "a run that was started from no preview has nothing to compare");
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_keys_and_others_are_a_change_too() {
    let scene = filled(3).await;
    scene.put("a.md", "an egret");
    let summary = scene.preview().await;
    scene.server.delete(BUCKET, "a.md");
    scene.put("b.md", "an egret");
    let drift = scene.sync_from(&summary).await.drift.expect("another key");
    assert_eq!(drift.previewed, drift.planned);
    scene.put("b.md", "an egret of today");
    let summary = scene.preview().await;
    scene.put("b.md", "an egret of tomorrow");
    assert!(scene.sync_from(&summary).await.drift.is_some(), "another version");
}

#[tokio::test(flavor = "multi_thread")]
async fn removals_beyond_those_of_the_preview_wait_for_a_yes_while_all_else_goes_on() {
    let scene = filled(30).await;
    (0..2).for_each(|i| assert!(scene.server.delete(BUCKET, &format!("{i:02}.md"))));
    let summary = scene.preview().await;
    assert_eq!((summary.removals, summary.held_back), (2, 0));
    assert!(scene.server.delete(BUCKET, "02.md"));
    scene.put("new.md", "an egret");
    let run = scene.sync_from(&summary).await;
    assert_eq!((run.state, run.sent, run.removed, run.held_back), (RunState::PartlyCompleted, 1, 0, 3));
    let error = run.error.expect("a cause");
    assert_eq!(error.code, ErrorCode::MassRemoval);
    assert!(error.detail.contains("1 more than the preview showed"), "{}", error.detail);

    // Seen, they are few and go.
    let summary = scene.preview().await;
    assert_eq!((totals(&summary), summary.held_back), ([0, 0, 0, 28, 0, 3, 0], 0));
    let run = scene.sync_from(&summary).await;
    assert_eq!((run.state, run.removed, run.drift), (RunState::Completed, 3, None));
    assert_eq!(scene.sync().await.sent, 0);
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 28, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fewer_removals_than_previewed_need_no_yes_and_a_yes_is_stronger_than_the_preview() {
    let scene = filled(30).await;
    (0..3).for_each(|i| assert!(scene.server.delete(BUCKET, &format!("{i:02}.md"))));
    let summary = scene.preview().await;
    scene.put("00.md", "heron 0");
    let run = scene.sync_from(&summary).await;
    assert_eq!((run.state, run.removed, run.held_back), (RunState::Completed, 2, 0));

    let summary = scene.preview().await;
    (5..9).for_each(|i| assert!(scene.server.delete(BUCKET, &format!("{i:02}.md"))));
    let options =
        SyncOptions { confirm_removals: Some(4), previewed: Some(previewed(&summary)), ..SyncOptions::default() };
    let run = scene.sync_with(options).await;
    assert_eq!((run.state, run.removed, run.held_back), (RunState::Completed, 4, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_no_yes_to_what_the_brake_holds_back() {
    let scene = filled(30).await;
    (0..12).for_each(|i| assert!(scene.server.delete(BUCKET, &format!("{i:02}.md"))));
    let summary = scene.preview().await;
    assert_eq!((summary.removals, summary.held_back), (12, 12));
    let run = scene.sync_from(&summary).await;
    assert_eq!((run.removed, run.held_back, run.drift), (0, 12, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_waits_for_nothing_that_is_only_read() {
    let scene = Scene::new(json!({})).await;
    (0..40).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    let summary = scene.preview().await;
    let gate = scene.server.hold(On::Get);
    let options = SyncOptions { previewed: Some(previewed(&summary)), ..SyncOptions::default() };
    let run = scene.engine.sync_start(scene.connection.id.clone(), options).await.unwrap();
    gate.arrived(1).await;
    scene.engine.sync_cancel(scene.connection.id.clone()).await.unwrap();
    // The gate stays shut: a run that waited for an object would not end.
    let run = scene.engine.run_wait(&run.id).await.unwrap();
    assert_eq!((run.state, run.sent), (RunState::Cancelled, 0));
    gate.open();
    assert_eq!(scene.sync_from(&summary).await.sent, 40);
}
