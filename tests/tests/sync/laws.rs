use s3_connector_engine::scope::SkipReason;
use s3_connector_engine::view::{PlanAction, RunState};
use s3_connector_tests::scene::{BUCKET, Scene, totals};
use serde_json::json;

const RULE: &str = "users/(?<userId>[^/]+)/";

/// 1,000 small files of ten tenants, in five types.
fn fill(scene: &Scene) {
    for i in 0..1_000 {
        let (tenant, kind) = (i % 10, ["md", "txt", "json", "csv", "html"][i % 5]);
        let text = match kind {
            "json" => format!("{{\"number\": {i}, \"word\": \"zebra{i}q\"}}"),
            "csv" => format!("number,word\n{i},zebra{i}q\n"),
            "html" => format!("<html><body><p>Number {i}: zebra{i}q</p></body></html>"),
            _ => format!("Number {i}: zebra{i}q"),
        };
        scene.put(&format!("users/user-{tenant}/documents/{i:04}.{kind}"), text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_files_arrive_and_a_second_sync_plans_nothing() {
    let scene = Scene::new(json!({"containerTagRegex": RULE})).await;
    fill(&scene);
    scene.put("users/user-1/photo.png", "not text");
    scene.put("users/user-1/", "");
    let preview = scene.preview().await;
    assert_eq!(totals(&preview), [1000, 0, 0, 0, 2, 0, 0]);
    assert_eq!((preview.tag_count, preview.complete, preview.listed), (10, true, 1002));
    let run = scene.sync().await;
    assert_eq!(run.state, RunState::Completed, "{:?}", run.error);
    assert_eq!((run.listed, run.sent, run.skipped, run.failed), (1002, preview.totals.new, preview.totals.skipped, 0));
    assert_eq!(run.bytes, preview.bytes);
    assert_eq!(scene.documents().await, 1000);
    assert_eq!(scene.found("zebra437q").await, ["users/user-7/documents/0437.json"]);

    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 1000, 2, 0, 0]);
    scene.server.forget_seen();
    let again = scene.sync().await;
    assert_eq!((again.state, again.sent, again.removed, again.failed), (RunState::Completed, 0, 0, 0));
    let reads = scene.server.operations().into_iter().filter(|o| o == "GetObject").count();
    assert_eq!(reads, 0, "what is held is not read again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_object_replaces_its_old_text_and_only_it_is_sent() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.md", "the old walrus");
    scene.put("b.md", "the patient heron");
    scene.sync().await;
    scene.put("a.md", "the new narwhal");
    assert_eq!(totals(&scene.preview().await), [0, 1, 0, 1, 0, 0, 0]);
    let run = scene.sync().await;
    assert_eq!((run.sent, run.removed), (1, 0));
    assert_eq!(scene.found("walrus").await, [""; 0]);
    assert_eq!(scene.found("narwhal").await, ["a.md"]);
    assert_eq!(scene.documents().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_under_a_new_etag_send_nothing() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.md", "the same words");
    scene.sync().await;
    let mut touched = s3_connector_tests::memory_s3::StoredObject::new("the same words");
    touched.etag = "another-etag-of-the-same-bytes".into();
    scene.server.put_object(BUCKET, "a.md", touched);
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent), (RunState::Completed, 0));
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 1, 0, 0, 0]);
    // The etag of before comes back: the row still stands for it.
    scene.put("a.md", "the same words");
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 1, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_edit_moves_documents_to_their_new_container_and_leaves_nothing_in_the_old() {
    let scene = Scene::new(json!({"containerTags": ["everyone"]})).await;
    scene.put("users/alice/a.md", "quiet flamingo");
    scene.put("users/bob/b.md", "quiet flamingo");
    scene.sync().await;
    assert_eq!(scene.found_under("flamingo", Some("everyone")).await.len(), 2);
    scene.edit(json!({"containerTagRegex": RULE, "containerTags": []})).await;
    assert_eq!(totals(&scene.preview().await), [0, 0, 2, 0, 0, 0, 0]);
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.removed), (RunState::Completed, 2, 0));
    assert_eq!(scene.found_under("flamingo", Some("everyone")).await, [""; 0]);
    assert_eq!(scene.found_under("flamingo", Some("alice")).await, ["users/alice/a.md"]);
    assert_eq!(scene.documents().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_rule_gives_no_tag_any_more_loses_its_document() {
    let scene = Scene::new(json!({"containerTagRegex": RULE, "onNoMatch": "tag"})).await;
    scene.put("users/alice/a.md", "one");
    scene.put("shared/b.md", "two");
    scene.sync().await;
    scene.edit(json!({"containerTagRegex": RULE, "onNoMatch": "skip"})).await;
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 1, 0, 1, 0]);
    let run = scene.sync().await;
    assert_eq!((run.removed, run.sent), (1, 0));
    assert_eq!(scene.found("two").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_objects_are_kept_by_default_and_removed_when_the_connection_says_so() {
    let scene = Scene::new(json!({})).await;
    (0..20).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    scene.sync().await;
    scene.server.delete(BUCKET, "03.md");
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 19, 0, 0, 1]);
    assert_eq!(scene.sync().await.removed, 0);
    assert_eq!(scene.found("owl3").await.first().map(String::as_str), Some("03.md"));
    scene.edit(json!({"onGone": "remove"})).await;
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 19, 0, 1, 0]);
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed), (RunState::Completed, 1));
    assert_eq!(scene.documents().await, 19);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_bucket_removes_nothing_without_a_yes() {
    let scene = Scene::new(json!({"onGone": "remove"})).await;
    (0..12).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    scene.sync().await;
    (0..12).for_each(|i| assert!(scene.server.delete(BUCKET, &format!("{i:02}.md"))));
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed), (RunState::PartlyCompleted, 0));
    assert_eq!(run.error.map(|e| serde_json::to_value(e.code).unwrap()), Some(json!("mass_removal")));
    assert_eq!(scene.documents().await, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_limit_held_documents_keep_their_place_and_new_ones_wait() {
    let scene = Scene::new(json!({"documentLimit": 2})).await;
    scene.put("m.md", "one");
    scene.put("n.md", "two");
    scene.sync().await;
    scene.put("a.md", "new, and first by name");
    scene.put("n.md", "two, changed");
    assert_eq!(totals(&scene.preview().await), [0, 1, 0, 1, 1, 0, 0]);
    let waiting = scene.plan().await.into_iter().find(|item| item.key == "a.md").unwrap();
    assert_eq!((waiting.action, waiting.reason), (PlanAction::Skipped, Some(SkipReason::OverLimit)));
    let run = scene.sync().await;
    assert_eq!((run.sent, run.skipped), (1, 1));
    assert_eq!(scene.found("changed").await, ["n.md"]);
    assert_eq!(scene.documents().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_readable_text_is_refused_with_its_reason_and_not_sent_again() {
    let scene = Scene::new(json!({})).await;
    scene.put("broken.pdf", "%PDF-1.7 and then nothing that a reader could use");
    scene.put("good.md", "fine");
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.skipped, run.failed), (RunState::Completed, 1, 1, 0));
    let items = scene.engine.run_items(run.id, None, 0, 0).await.unwrap().items;
    let refused = items.iter().find(|item| item.key == "broken.pdf").unwrap();
    assert!(refused.detail.as_ref().is_some_and(|reason| !reason.is_empty()), "{refused:?}");
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 1, 1, 0, 0]);
    assert_eq!(scene.plan().await[0].sentence, refused.detail);
    scene.server.forget_seen();
    scene.sync().await;
    assert!(!scene.server.operations().contains(&"GetObject".to_owned()), "a refusal is remembered");
    scene.put("broken.pdf", "%PDF-1.7 other bytes, as useless");
    assert_eq!(totals(&scene.preview().await), [1, 0, 0, 1, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_connection_removes_its_documents_or_keeps_them_as_chosen() {
    for keep in [false, true] {
        let scene = Scene::new(json!({})).await;
        (0..150).for_each(|i| scene.put(&format!("{i:03}.md"), format!("pelican {i}")));
        scene.sync().await;
        scene.engine.connection_delete(scene.connection.id.clone(), keep).await.unwrap();
        assert!(scene.engine.connection_list().await.unwrap().is_empty());
        assert_eq!(scene.found("pelican").await.len(), if keep { 150 } else { 0 });
    }
}
