use std::collections::BTreeSet;

use s3_connector_engine::view::{PlanFilter, RunState, SyncOptions};
use s3_connector_tests::scene::{Scene, previewed};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_sends_exactly_the_documents_that_the_preview_shows_for_it() {
    let scene = Scene::new(json!({"containerTagRegex": "^(?<team>[a-z]+)/"})).await;
    for i in 0..30 {
        scene.put(&format!("aaa/{i:02}.md"), format!("heron {i}"));
    }
    scene.put("aaa/medium.md", format!("heron {}", "and reeds ".repeat(1_200)));
    scene.put("aaa/other.html", "<p>heron</p>");
    scene.put("bbb/large.txt", format!("heron {}", "and reeds ".repeat(110_000)));
    scene.put("ccc/y.txt", "heron c");
    let summary = scene.preview().await;
    assert_eq!((summary.totals.new, summary.trial), (34, 10));

    let filter = PlanFilter { trial: true, ..PlanFilter::default() };
    let shown = scene.engine.preview_page(scene.connection.id.clone(), filter).await.unwrap();
    assert_eq!(shown.total, 10);
    let shown: BTreeSet<String> = shown.items.into_iter().map(|item| item.key).collect();
    for one in ["aaa/medium.md", "aaa/other.html", "bbb/large.txt", "ccc/y.txt"] {
        assert!(shown.contains(one), "{one} is the only one of its kind: {shown:?}");
    }

    let options = SyncOptions { trial: Some(10), previewed: Some(previewed(&summary)), ..SyncOptions::default() };
    let run = scene.sync_with(options).await;
    assert_eq!((run.state, run.sent, run.drift), (RunState::Completed, 10, None));
    assert_eq!(BTreeSet::from_iter(scene.found("heron").await), shown);
    assert_eq!(scene.preview().await.trial, 10, "of those that are left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_keeps_to_the_document_limit() {
    let scene = Scene::new(json!({"documentLimit": 3})).await;
    (0..8).for_each(|i| scene.put(&format!("{i:02}.md"), format!("heron {i}")));
    let summary = scene.preview().await;
    assert_eq!((summary.totals.new, summary.totals.skipped, summary.trial), (3, 5, 3));
    let run = scene.sync_with(SyncOptions { trial: Some(10), ..SyncOptions::default() }).await;
    assert_eq!((run.state, run.sent), (RunState::Completed, 3));
}
