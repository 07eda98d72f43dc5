use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{ConnectionState, RunState, SyncOptions};
use s3_connector_tests::memory_s3::{Fault, On, Rights};
use s3_connector_tests::scene::{BUCKET, Scene, totals};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_errors_come_with_their_status_and_solution() {
    let cases = [
        (
            "a wrong secret",
            ErrorCode::AuthenticationFailed,
            401,
            "Authentication failed",
            "Verify access key and secret",
        ),
        (
            "a forbidden bucket",
            ErrorCode::AccessDenied,
            403,
            "Access denied",
            "Check IAM permissions and bucket policy",
        ),
        ("a missing bucket", ErrorCode::BucketNotFound, 404, "Bucket not found", "Verify bucket name and region"),
    ];
    for (what, code, status, message, solution) in cases {
        let scene = Scene::new(json!({})).await;
        match code {
            ErrorCode::AuthenticationFailed => {
                scene.server.allow(scene.server.access_key(), "another secret", Rights::Everything);
            }
            ErrorCode::AccessDenied => scene.server.forbid(BUCKET, true),
            _ => scene.server.delete_bucket(BUCKET),
        }
        let run = scene.sync().await;
        assert_eq!(run.state, RunState::Failed, "{what}");
        let error = run.error.unwrap();
        assert_eq!((error.code, error.status), (code, status), "{what}: {error:?}");
        assert_eq!((error.message.as_str(), error.solution.as_str()), (message, solution), "{what}");
        let report = scene.engine.connection_test(scene.connection.id.clone()).await.unwrap();
        assert_eq!(report.error.map(|e| e.code), Some(code), "{what}");
        let shown = scene.engine.connection_find("files").await.unwrap();
        assert_eq!(shown.state, ConnectionState::NeedsYou, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_list_and_not_read_fails_with_one_cause() {
    let scene = Scene::new(json!({})).await;
    (0..30).for_each(|i| scene.put(&format!("{i:02}.md"), "text"));
    scene.server.allow(scene.server.access_key(), scene.server.secret(), Rights::ListOnly);
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent), (RunState::Failed, 0));
    assert_eq!(run.error.map(|e| e.code), Some(ErrorCode::AccessDenied));
    let reads = scene.server.operations().iter().filter(|o| *o == "GetObject").count();
    assert!(reads <= 20, "{reads} reads for one cause");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_breaks_in_the_middle_takes_nothing_away() {
    let scene = Scene::new(json!({"onGone": "remove"})).await;
    scene.server.page_size(5);
    (0..20).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    scene.sync().await;
    for fault in [Fault::TruncatedWithoutToken, Fault::SameToken, Fault::s3_error(403, "AccessDenied", "no")] {
        scene.server.fail_always(On::List, fault.clone());
        let run = scene.sync().await;
        scene.server.heal();
        assert_eq!((run.state, run.removed), (RunState::Failed, 0), "{fault:?}");
        assert_eq!(scene.documents().await, 20, "{fault:?}");
    }
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 20, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_lies_about_its_end_removes_nothing_and_the_run_says_so() {
    let scene = Scene::new(json!({"onGone": "remove"})).await;
    (0..20).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    scene.sync().await;
    scene.server.page_size(12);
    scene.server.fail_always(On::List, Fault::EndsTooEarly);
    scene.server.forget_seen();
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed, run.failed), (RunState::PartlyCompleted, 0, 3));
    let error = run.error.unwrap();
    assert!(error.detail.contains("the listing left out “12.md”, which is there"), "{error:?}");
    let reads = scene.server.operations().iter().filter(|o| *o == "GetObject").count();
    assert_eq!(reads, 3, "three that are there are enough to doubt the listing");
    assert_eq!(scene.documents().await, 20);
    scene.server.heal();
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 20, 0, 0, 0]);
    assert_eq!(scene.sync().await.state, RunState::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_unreadable_object_leaves_the_rest_whole_and_is_tried_again() {
    let scene = Scene::new(json!({})).await;
    (0..30).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    scene.server.fail_always(On::Key("07.md".into()), Fault::s3_error(403, "AccessDenied", "not this one"));
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.failed), (RunState::PartlyCompleted, 29, 1));
    let failed = scene.engine.run_items(run.id, Some(s3_connector_engine::view::ItemOutcome::Failed), 0, 0).await;
    assert_eq!(failed.unwrap().items[0].key, "07.md");
    scene.server.heal();
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent), (RunState::Completed, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_ends_and_the_next_one_goes_on() {
    let scene = Scene::new(json!({})).await;
    (0..40).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    let gate = scene.server.hold(On::Get);
    let run = scene.engine.sync_start(scene.connection.id.clone(), SyncOptions::default()).await.unwrap();
    gate.arrived(1).await;
    let second = scene.engine.sync_start(scene.connection.id.clone(), SyncOptions::default()).await;
    assert_eq!(second.map(|_| ()).unwrap_err().code, ErrorCode::SyncRunning);
    scene.engine.sync_cancel(scene.connection.id.clone()).await.unwrap();
    gate.open();
    let run = scene.engine.run_wait(&run.id).await.unwrap();
    assert_eq!(run.state, RunState::Cancelled);
    assert!(run.sent < 40, "what was under way finished, the rest did not start");
    let rest = scene.sync().await;
    assert_eq!((rest.state, rest.sent + run.sent), (RunState::Completed, 40));
    assert_eq!(scene.documents().await, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_forgets_nothing() {
    let mut scene = Scene::new(json!({})).await;
    (0..10).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    scene.sync().await;
    scene.restart().await;
    assert_eq!(totals(&scene.preview().await), [0, 0, 0, 10, 0, 0, 0]);
    assert_eq!(scene.found("owl7").await, ["07.md"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_list_and_get_are_ever_asked_of_the_bucket() {
    let scene = Scene::new(json!({"onGone": "remove"})).await;
    (0..20).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    scene.engine.connection_test(scene.connection.id.clone()).await.unwrap();
    scene.sync().await;
    scene.server.delete(BUCKET, "03.md");
    scene.sync().await;
    scene.preview().await;
    let mut operations = scene.server.operations();
    operations.sort();
    operations.dedup();
    assert_eq!(operations, ["GetObject", "ListObjectsV2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_written_to_the_data_folder() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.md", "text");
    scene.sync().await;
    let secret = scene.server.secret().as_bytes();
    for entry in std::fs::read_dir(scene.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(secret.len()).any(|w| w == secret), "{}", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_object_is_never_taken_for_the_whole() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.md", "heron and a long tail of words that must not be lost");
    scene.put("b.md", "egret");
    scene.server.fail_always(On::Key("a.md".into()), Fault::HalfBody);
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.failed), (RunState::PartlyCompleted, 1, 1));
    assert_eq!(scene.found("heron").await, [""; 0]);
    scene.server.heal();
    assert_eq!(scene.sync().await.sent, 1);
    assert_eq!(scene.found("lost").await, ["a.md"]);
}
