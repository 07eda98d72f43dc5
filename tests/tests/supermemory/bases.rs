//! Which Supermemory it is: keys, organisations, and a state file that was lost.

use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::RunState;
use s3_connector_tests::scene::{draft, knowledge_base};
use s3_connector_tests::supermemory::{FakeSupermemory, Quirks};
use serde_json::json;

use super::{RULE, assert_completed, assert_exact, fill, key, scene, settle_all};

#[tokio::test(flavor = "multi_thread")]
async fn a_test_tells_whose_it_is_and_what_it_can_do() {
    let scene = scene(Quirks::default()).await;
    let (url, key) = (scene.supermemory().url(), scene.supermemory().key());
    let test = |key: &str| scene.engine.knowledge_base_test(knowledge_base(&url, key));
    let report = test(key).await.unwrap();
    assert_eq!((report.organisation.as_deref(), report.connectors), (Some("org_of_the_tests"), true));
    assert_eq!(test("wrong").await.unwrap_err().code, ErrorCode::ApiKeyRejected);
    // The saved key, where none is typed.
    assert_eq!(test("").await.unwrap(), report);
    scene.supermemory().set(|quirks| *quirks = Quirks::self_hosted(1));
    let report = test(key).await.unwrap();
    assert_eq!((report.organisation, report.plan, report.connectors), (None, None, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_ones_own_needs_no_key() {
    let server = FakeSupermemory::with(Quirks::self_hosted(1));
    let scene = super::Scene::new(json!({"containerTagRegex": RULE, "destination": server.url()})).await;
    scene.put(&key(1), "words");
    assert_completed(&scene.sync().await, 1);
    assert_eq!(server.document_count(), 1);
    assert!(server.seen().iter().all(|seen| !seen.authorized && seen.status != 401));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_revoked_stops_the_run_and_a_new_one_goes_on() {
    let scene = scene(Quirks::default()).await;
    fill(&scene, 3);
    assert_completed(&scene.sync().await, 3);
    scene.put(&key(1), "other words of 1");
    scene.server.delete("user-files", &key(2));
    let (url, old) = (scene.supermemory().url(), scene.supermemory().key());
    scene.supermemory().revoke(old);
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed), (RunState::Failed, 0));
    assert_eq!(run.error.map(|error| error.code), Some(ErrorCode::ApiKeyRejected));
    scene.supermemory().allow("sm_new_key");
    scene.engine.knowledge_base_set(knowledge_base(&url, "sm_new_key")).await.unwrap();
    assert_completed(&scene.sync().await, 1);
    settle_all(&scene).await;
    assert_exact(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisation_at_the_same_address_stops_the_run_before_it_touches_anything() {
    let scene = scene(Quirks::default()).await;
    fill(&scene, 3);
    assert_completed(&scene.sync().await, 3);
    scene.put(&key(1), "other words of 1");
    scene.server.delete("user-files", &key(2));
    scene.supermemory().set(|quirks| quirks.organisation = "org_of_somebody_else".into());
    scene.supermemory().forget_seen();
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.removed), (RunState::Failed, 0, 0));
    let error = run.error.unwrap();
    assert_eq!((error.code, error.status), (ErrorCode::KnowledgeBaseChanged, 409));
    assert!(scene.supermemory().seen().iter().all(|seen| !seen.operation.is_write() && !seen.operation.is_delete()));
    scene.supermemory().set(|quirks| quirks.organisation = "org_of_the_tests".into());
    assert_completed(&scene.sync().await, 1);
    settle_all(&scene).await;
    assert_exact(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_state_file_is_rebuilt_from_what_is_there_and_nothing_is_sent_again() {
    let mut scene = scene(Quirks::default()).await;
    fill(&scene, 60);
    assert_completed(&scene.sync().await, 60);
    settle_all(&scene).await;
    let id = scene.connection.id.clone();
    scene.lose("state.db").await;
    let fields = json!({"containerTagRegex": RULE, "onGone": "remove", "destination": scene.supermemory().url()});
    scene.connection = scene.engine.connection_add(draft(&scene.server, fields)).await.unwrap();
    scene.supermemory().forget_seen();
    assert_completed(&scene.sync().await, 0);
    assert_eq!(scene.shown().await.documents, 60);
    assert!(scene.supermemory().seen().iter().all(|seen| !seen.operation.is_write()));
    scene.put(&key(7), "other words of 7");
    scene.server.delete("user-files", &key(8));
    assert_completed(&scene.sync().await, 1);
    settle_all(&scene).await;
    assert_exact(&scene);
    assert_eq!(scene.connection.id, id, "the id is part of every document's");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_over_there_is_sent_again_after_an_audit() {
    let mut scene = scene(Quirks::default()).await;
    fill(&scene, 40);
    assert_completed(&scene.sync().await, 40);
    settle_all(&scene).await;
    let lost: Vec<_> = scene.supermemory().documents().into_iter().take(5).map(|document| document.id).collect();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let bulk = client.delete(format!("{}/v3/documents/bulk", scene.supermemory().url()));
    let bulk = bulk.bearer_auth(scene.supermemory().key()).json(&json!({"ids": lost}));
    assert!(bulk.send().await.unwrap().status().is_success());
    // Who has just put a document does not believe at once that it is not there.
    scene.restart().await;
    let report = scene.engine.connection_audit(scene.connection.id.clone()).await.unwrap();
    assert_eq!((report.held, report.missing), (35, 5));
    assert_completed(&scene.sync().await, 5);
    settle_all(&scene).await;
    assert_exact(&scene);
}
