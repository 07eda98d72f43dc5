use s3_connector_engine::scope::SkipReason;
use s3_connector_engine::view::{ItemOutcome, PlanAction, RunState};
use s3_connector_tests::memory_s3::StoredObject;
use s3_connector_tests::scene::{BUCKET, Scene, totals};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn rules_and_size_leave_objects_out_and_each_is_told_with_its_reason() {
    let filters = json!([{"kind": "exclude", "glob": "drafts/**"}, {"kind": "include", "glob": "drafts/final/*.md"}]);
    let scene = Scene::new(json!({"filters": filters, "maxSize": 10, "documentLimit": 2})).await;
    scene.put("a.md", "one");
    scene.put("drafts/b.md", "two");
    scene.put("drafts/final/c.md", "three");
    scene.put("big.md", "far too many words");
    scene.put("empty.md", "");
    scene.put("folder/", "");
    scene.put("photo.png", "x");
    scene.server.put_object(BUCKET, "ice.md", StoredObject::new("cold").in_class("GLACIER"));
    scene.put("z.md", "last");
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.skipped), (RunState::Completed, 2, 7));
    let skipped = scene.engine.run_items(run.id, Some(ItemOutcome::Skipped), 0, 0).await.unwrap().items;
    let told: Vec<_> = skipped.iter().map(|item| (item.key.as_str(), item.code.as_deref().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("big.md", "too_large"),
            ("drafts/b.md", "excluded_by_rule"),
            ("empty.md", "empty"),
            ("folder/", "folder_marker"),
            ("ice.md", "archived"),
            ("photo.png", "unsupported_type"),
            ("z.md", "over_limit"),
        ]
    );
    let counted: u64 = scene.preview().await.skipped.iter().map(|skip| skip.count).sum();
    assert_eq!(counted, run.skipped);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_new_rule_leaves_out_stays_or_goes_as_chosen() {
    for (on_gone, removed) in [("keep", 0), ("remove", 1)] {
        let scene = Scene::new(json!({"onGone": on_gone})).await;
        scene.put("a.md", "heron");
        scene.put("a.tmp.md", "heron");
        scene.sync().await;
        scene.edit(json!({"onGone": on_gone, "filters": [{"kind": "exclude", "glob": "*.tmp.md"}]})).await;
        let run = scene.sync().await;
        assert_eq!((run.state, run.removed), (RunState::Completed, removed), "{on_gone}");
        assert_eq!(scene.documents().await, 2 - removed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_object_keeps_its_document_even_where_what_is_gone_goes() {
    let scene = Scene::new(json!({"onGone": "remove"})).await;
    scene.put("a.md", "heron");
    scene.sync().await;
    let archived = StoredObject::new("heron").in_class("DEEP_ARCHIVE");
    scene.server.put_object(BUCKET, "a.md", archived);
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed), (RunState::Completed, 0));
    assert_eq!(scene.found("heron").await, ["a.md"]);
    // Another version in the archive: what is held stays until the new one can be read.
    scene.server.put_object(BUCKET, "a.md", StoredObject::new("egret").in_class("GLACIER"));
    assert_eq!(scene.sync().await.removed, 0);
    let rows = scene.plan_of("a.md").await;
    assert_eq!((rows.action, rows.reason), (PlanAction::Skipped, Some(SkipReason::Archived)));
    assert_eq!(scene.found("heron").await, ["a.md"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_limit_changes_go_on_and_only_new_keys_wait() {
    let scene = Scene::new(json!({"documentLimit": 3, "onGone": "remove"})).await;
    for key in ["b.md", "c.md", "d.md"] {
        scene.put(key, format!("first {key}"));
    }
    scene.sync().await;
    scene.put("a.md", "new, and first in order");
    scene.put("c.md", "changed heron");
    let run = scene.sync().await;
    assert_eq!((run.sent, run.skipped), (1, 1), "held keys keep their place");
    assert_eq!(scene.found("heron").await, ["c.md"]);
    assert_eq!(scene.why("a.md").await.plan.unwrap().reason, Some(SkipReason::OverLimit));
    // A place that is given up goes to the key that waits, in the same run.
    scene.server.delete(BUCKET, "d.md");
    let run = scene.sync().await;
    assert_eq!((run.removed, run.sent), (1, 1));
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 3, 0, 0, 0]);
}
