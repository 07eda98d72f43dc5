//! Why a file is, or is not, in: the stages that it passed, and what to do next.

use s3_connector_engine::view::NextAction::{self, EditLimit, EditScope, EditTags, Nothing, Retry, SyncNow};
use s3_connector_engine::view::StepState::{self, Ahead, Current, Done, Stopped};
use s3_connector_tests::memory_s3::{Fault, On};
use s3_connector_tests::scene::Scene;
use serde_json::json;

/// How far a key came: listed, admitted, tagged, sent, searchable; and what to do next.
async fn story(scene: &Scene, key: &str) -> ([StepState; 5], NextAction) {
    let story = scene.why(key).await;
    let states: Vec<_> = story.steps.iter().map(|step| step.state).collect();
    (states.try_into().unwrap(), story.next)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_tells_how_far_a_file_came_and_what_to_do() {
    let scene = Scene::new(json!({
        "containerTagRegex": "^(?<team>[a-z]+)/", "onNoMatch": "skip", "documentLimit": 4,
        "filters": [{"kind": "exclude", "glob": "aaa/drafts/**"}],
    }))
    .await;
    assert_eq!(story(&scene, "aaa/1.md").await, ([Ahead, Ahead, Ahead, Ahead, Ahead], SyncNow));
    for key in ["aaa/1.md", "aaa/2.md", "aaa/bad.md", "aaa/blank.txt", "aaa/drafts/x.md", "7/x.md"] {
        scene.put(key, if key.contains("blank") { " " } else { "heron" });
    }
    scene.server.fail_always(On::Key("aaa/bad.md".into()), Fault::s3_error(403, "AccessDenied", "no"));
    scene.preview().await;
    assert_eq!(story(&scene, "aaa/1.md").await, ([Done, Done, Done, Current, Ahead], SyncNow));
    scene.sync().await;
    scene.put("zzz/late.md", "heron");
    scene.put("zzz/later.md", "heron");
    scene.sync().await;
    scene.preview().await;

    assert_eq!(story(&scene, "aaa/1.md").await, ([Done, Done, Done, Done, Done], Nothing));
    assert_eq!(story(&scene, "aaa/bad.md").await, ([Done, Done, Done, Stopped, Ahead], Retry));
    assert_eq!(story(&scene, "aaa/blank.txt").await, ([Done, Done, Done, Done, Stopped], Retry));
    assert_eq!(story(&scene, "aaa/drafts/x.md").await, ([Done, Stopped, Done, Ahead, Ahead], EditScope));
    assert_eq!(story(&scene, "7/x.md").await, ([Done, Done, Stopped, Ahead, Ahead], EditTags));
    assert_eq!(story(&scene, "aaa/none.md").await, ([Stopped, Ahead, Ahead, Ahead, Ahead], Nothing));
    let over = story(&scene, "zzz/later.md").await;
    assert_eq!(over, ([Done, Done, Done, Stopped, Ahead], EditLimit));

    let told = scene.why("aaa/bad.md").await;
    assert!(told.steps[3].sentence.starts_with("The last attempt failed: "), "{:?}", told.steps[3]);
    assert!(told.steps[3].at.is_some() && told.steps[0].at == told.listed_at);
    assert_eq!(scene.why("aaa/1.md").await.steps[2].sentence, "The rule gives it aaa");
}
