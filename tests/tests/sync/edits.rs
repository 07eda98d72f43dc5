use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{PlanAction, PlanFilter, RunState};
use s3_connector_tests::scene::{Scene, totals};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_previewed_whole_and_the_run_then_does_exactly_that() {
    let scene = Scene::new(json!({"prefix": "users/"})).await;
    for user in ["u1", "u2", "u3"] {
        scene.put(&format!("users/{user}/a.md"), format!("heron of {user}"));
    }
    scene.put("other/b.md", "egret");
    scene.sync().await;
    let id = scene.connection.id.clone();
    let retag = json!({"prefix": "users/", "containerTagRegex": "users/(?<userId>[^/]+)/"});
    let preview = scene.engine.edit_preview(id.clone(), scene.draft(retag.clone()), false).await.unwrap();
    assert_eq!(totals(&preview.summary), [0, 0, 3, 0, 0, 0, 0]);
    let page = scene.engine.preview_page(preview.preview_id, PlanFilter::default()).await.unwrap();
    assert_eq!(page.items[1].tag.as_deref(), Some("u2"));
    assert_eq!(scene.found_under("heron", Some("shared")).await.len(), 3, "looking changes nothing");

    scene.edit(retag).await;
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent), (RunState::Completed, 3));
    assert_eq!(scene.found_under("heron", Some("u2")).await, ["users/u2/a.md"]);
    assert_eq!(scene.found_under("heron", Some("shared")).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wider_prefix_is_listed_for_the_preview_and_the_saved_preview_stays_true() {
    let scene = Scene::new(json!({"prefix": "users/"})).await;
    scene.put("users/a.md", "heron");
    scene.put("aaa/b.md", "egret");
    scene.put("zzz/c.md", "egret");
    scene.sync().await;
    let id = scene.connection.id.clone();
    let wider = scene.engine.edit_preview(id.clone(), scene.draft(json!({})), false).await.unwrap().summary;
    assert_eq!((totals(&wider), wider.listed), ([2, 0, 0, 1, 0, 0, 0], 3));
    let elsewhere = scene.engine.edit_preview(id.clone(), scene.draft(json!({"prefix": "zzz/"})), true).await.unwrap();
    assert_eq!(totals(&elsewhere.summary)[..4], [1, 0, 0, 0]);
    assert_eq!(elsewhere.summary.totals.kept, 1, "what is out of scope now stays, as chosen");
    let same = scene.engine.preview_make(id.clone(), false).await.unwrap();
    assert_eq!((totals(&same), same.listed), ([0, 0, 0, 1, 0, 0, 0], 1), "what was only looked at is not in the plan");
    let nowhere =
        scene.engine.edit_preview(id, scene.draft(json!({"prefix": "users/b", "onGone": "remove"})), false).await;
    assert_eq!(nowhere.unwrap().summary.held_back, 1, "an edit that leaves nothing will ask");
    // The connection itself was not edited: its next run sees what it always saw.
    let run = scene.sync().await;
    assert_eq!((run.state, run.listed, run.sent, run.removed), (RunState::Completed, 1, 0, 0));
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 1, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_cannot_be_saved_cannot_be_previewed_either() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.md", "heron");
    scene.sync().await;
    let id = scene.connection.id.clone();
    for (wrong, field) in [
        (json!({"bucket": "another-bucket"}), "bucket"),
        (json!({"containerTagRegex": "no group"}), "containerTagRegex"),
        (json!({"filters": [{"kind": "include", "glob": "a["}]}), "filters"),
        (json!({"maxSize": 0}), "maxSize"),
        (json!({"caFile": "relative.pem"}), "caFile"),
    ] {
        let refused = scene.engine.edit_preview(id.clone(), scene.draft(wrong), false).await.map(|_| ()).unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidConnection);
        assert_eq!(refused.fields[0].field, field);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_of_a_key_says_why_it_is_in_or_not() {
    let scene = Scene::new(json!({"filters": [{"kind": "exclude", "glob": "secret/**"}]})).await;
    scene.put("in.md", "heron");
    scene.put("gone.md", "heron");
    scene.put("secret/x.md", "heron");
    scene.put("blank.txt", " \n ");
    assert!(scene.why("in.md").await.sentence.contains("never listed"));
    scene.sync().await;
    scene.server.delete("user-files", "gone.md");
    scene.put("new.md", "egret");
    scene.put("in.md", "a changed heron");
    scene.preview().await;
    for (key, action, says) in [
        ("in.md", Some(PlanAction::Changed), "older version is in"),
        ("new.md", Some(PlanAction::New), "The next sync sends it"),
        ("gone.md", Some(PlanAction::Kept), "kept, as chosen"),
        ("secret/x.md", Some(PlanAction::Skipped), "left out by the rules"),
        ("blank.txt", Some(PlanAction::Skipped), "refused it"),
        ("In.md", None, "does not show this key"),
    ] {
        let story = scene.why(key).await;
        assert_eq!(story.plan.as_ref().map(|plan| plan.action), action, "{key}: {story:?}");
        assert!(story.sentence.contains(says), "{key}: {}", story.sentence);
    }
    let story = scene.why("blank.txt").await;
    assert_eq!(story.documents.len(), 1);
    assert!(story.documents[0].refusal.is_some() && story.history.len() == 1, "{story:?}");
}
