use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{ConnectionState, RunState, SyncOptions};
use s3_connector_tests::scene::{BUCKET, Scene, totals};
use serde_json::json;

async fn filled(count: usize) -> Scene {
    let scene = Scene::new(json!({"onGone": "remove"})).await;
    (0..count).for_each(|i| scene.put(&format!("{i:02}.md"), format!("heron {i}")));
    assert_eq!(scene.sync().await.sent, count as u64);
    scene
}

fn confirm(removals: u64) -> SyncOptions {
    SyncOptions { confirm_removals: Some(removals), ..SyncOptions::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_removals_wait_for_a_yes_while_everything_else_goes_on() {
    let scene = filled(30).await;
    (0..12).for_each(|i| assert!(scene.server.delete(BUCKET, &format!("{i:02}.md"))));
    scene.put("new.md", "an egret");
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.removed, run.held_back), (RunState::PartlyCompleted, 1, 0, 12));
    assert_eq!(run.error.map(|error| error.code), Some(ErrorCode::MassRemoval));
    assert_eq!(scene.documents().await, 31);
    assert_eq!(scene.preview().await.held_back, 12);

    // A yes to fewer than there are is no yes.
    assert_eq!(scene.sync_with(confirm(11)).await.removed, 0);
    let run = scene.sync_with(confirm(12)).await;
    assert_eq!((run.state, run.removed, run.held_back), (RunState::Completed, 12, 0));
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 19, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_bucket_removes_nothing_without_a_yes() {
    let scene = filled(3).await;
    (0..3).for_each(|i| assert!(scene.server.delete(BUCKET, &format!("{i:02}.md"))));
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed, run.held_back), (RunState::PartlyCompleted, 0, 3));
    assert_eq!(scene.sync_with(confirm(3)).await.removed, 3);
    assert_eq!(scene.documents().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn few_removals_need_no_yes() {
    let scene = filled(30).await;
    (0..10).for_each(|i| assert!(scene.server.delete(BUCKET, &format!("{i:02}.md"))));
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed), (RunState::Completed, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_given_with_an_edit_is_for_the_next_run_only() {
    let scene = filled(30).await;
    let narrower = json!({"onGone": "remove", "filters": [{"kind": "exclude", "glob": "[01]*.md"}]});
    let preview = scene.engine.edit_preview(scene.connection.id.clone(), scene.draft(narrower.clone()), false).await;
    let summary = preview.unwrap().summary;
    assert_eq!((summary.totals.removed, summary.held_back), (20, 20));
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 30, 0, 0, 0], "nothing was saved by looking");

    let draft = scene.draft(narrower);
    scene.engine.connection_edit(scene.connection.id.clone(), draft, Some(summary.held_back)).await.unwrap();
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed), (RunState::Completed, 20));

    // The next time it has to be asked again.
    (20..30).for_each(|i| assert!(scene.server.delete(BUCKET, &format!("{i:02}.md"))));
    (40..45).for_each(|i| scene.put(&format!("{i}.md"), "egret"));
    let run = scene.sync().await;
    assert_eq!((run.removed, run.held_back), (10, 0), "ten are few");
    scene.edit(json!({"onGone": "remove", "prefix": "nowhere/"})).await;
    let run = scene.sync().await;
    assert_eq!((run.removed, run.held_back), (0, 5), "an empty listing always asks");
    assert_eq!(scene.shown().await.state, ConnectionState::PartlyDone);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_without_a_tag_any_more_goes_although_what_is_gone_is_kept() {
    let scene =
        Scene::new(json!({"containerTagRegex": "^(?<team>[a-z]+)/", "onNoMatch": "skip", "containerTags": []})).await;
    scene.put("red/a.md", "heron");
    scene.put("blue/b.md", "heron");
    scene.sync().await;
    scene.edit(json!({"containerTagRegex": "^(?<team>red)/", "onNoMatch": "skip", "containerTags": []})).await;
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed), (RunState::Completed, 1));
    assert_eq!(scene.found("heron").await, ["red/a.md"]);
}
