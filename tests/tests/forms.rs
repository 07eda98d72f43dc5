//! Forms that were left half done: found again after a restart, forgotten when they are done with, and never with a secret.

use std::path::Path;
use std::sync::Arc;

use s3_connector_engine::api;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{ErrorCode, ErrorView};
use s3_connector_engine::event::EngineEvent;
use s3_connector_engine::secrets::MemorySecrets;
use s3_connector_tests::memory_s3::MemoryS3;
use s3_connector_tests::scene::{self, Scene};
use serde_json::{Value, json};

async fn open(folder: &Path) -> Arc<Engine> {
    Engine::open(folder, Arc::new(MemorySecrets::default())).await.unwrap()
}

async fn ask(engine: &Arc<Engine>, command: &str, arguments: Value) -> Result<Value, ErrorView> {
    api::call(engine, command, arguments).await
}

fn form(bucket: &str) -> Value {
    json!({"typed": {"provider": "other", "bucket": bucket, "accessKeyId": "AKIAOFTHETEST"}, "step": 1, "reached": 2})
}

async fn kept_bucket(engine: &Arc<Engine>, id: Value) -> Value {
    ask(engine, "form_kept", json!({"id": id})).await.unwrap()["typed"]["bucket"].clone()
}

#[tokio::test]
async fn a_form_is_found_again_after_a_restart_and_forgotten_when_it_is_done_with() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).await;
    assert_eq!(ask(&engine, "form_kept", json!({"id": null})).await.unwrap(), Value::Null);
    for bucket in ["doc", "docs"] {
        ask(&engine, "form_keep", json!({"id": null, "draft": form(bucket)})).await.unwrap();
    }
    engine.shut_down().await;
    drop(engine);
    let engine = open(folder.path()).await;
    let kept = ask(&engine, "form_kept", json!({"id": null})).await.unwrap();
    assert_eq!((&kept["typed"]["bucket"], &kept["step"], &kept["reached"]), (&json!("docs"), &json!(1), &json!(2)));
    ask(&engine, "form_forget", json!({"id": null})).await.unwrap();
    assert_eq!(ask(&engine, "form_kept", json!({"id": null})).await.unwrap(), Value::Null);
}

#[tokio::test]
async fn each_connection_has_a_form_of_its_own_that_goes_with_it() {
    let scene = Scene::new(json!({})).await;
    let id = json!(scene.connection.id);
    ask(&scene.engine, "form_keep", json!({"id": null, "draft": form("new")})).await.unwrap();
    ask(&scene.engine, "form_keep", json!({"id": id, "draft": form("edited")})).await.unwrap();
    assert_eq!(kept_bucket(&scene.engine, json!(null)).await, "new");
    assert_eq!(kept_bucket(&scene.engine, id.clone()).await, "edited");
    scene.engine.connection_delete(scene.connection.id.clone(), false).await.unwrap();
    assert_eq!(ask(&scene.engine, "form_kept", json!({"id": id})).await.unwrap(), Value::Null);
    assert_eq!(kept_bucket(&scene.engine, json!(null)).await, "new");
    let late = ask(&scene.engine, "form_keep", json!({"id": id, "draft": form("late")})).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::ConnectionNotFound);
}

#[tokio::test]
async fn forms_that_wait_are_told_once_each_and_when_they_are_done_with() {
    let scene = Scene::new(json!({})).await;
    let id = scene.connection.id.clone();
    let mut events = scene.engine.events();
    let mut told = || {
        let mut all = Vec::new();
        while let Ok(event) = events.try_recv() {
            if let EngineEvent::Forms { waiting } = event {
                all.push(waiting.into_iter().map(|form| form.connection_id).collect::<Vec<_>>());
            }
        }
        all
    };
    ask(&scene.engine, "form_keep", json!({"id": id, "draft": form("edited")})).await.unwrap();
    for bucket in ["doc", "docs"] {
        ask(&scene.engine, "form_keep", json!({"id": null, "draft": form(bucket)})).await.unwrap();
    }
    assert_eq!(told(), [vec![Some(id.clone())], vec![None, Some(id.clone())]], "not with every letter");
    ask(&scene.engine, "form_forget", json!({"id": null})).await.unwrap();
    assert_eq!(told(), [vec![Some(id.clone())]]);
    scene.engine.connection_delete(id, false).await.unwrap();
    assert_eq!(scene.engine.forms_waiting().await.unwrap(), []);
}

#[tokio::test]
async fn no_secret_reaches_the_data_folder_on_any_way_through_the_form() {
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let folder = tempfile::tempdir().unwrap();
    let server = MemoryS3::start().await;
    let engine = open(folder.path()).await;
    let key = json!({"kind": "access_key", "accessKeyId": "AKIA", "secretAccessKey": SECRET, "sessionToken": SECRET});
    let draft = scene::draft(&server, json!({"credentials": key}));
    engine.connection_test_draft(draft, None).await.unwrap();

    let fields = ["secretAccessKey", "sessionToken", "apiKey"];
    for field in fields {
        let refused = ask(&engine, "form_keep", json!({"draft": {"typed": {field: SECRET}, "step": 0, "reached": 0}}));
        let refused = refused.await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidRequest);
        assert!(!format!("{refused:?}").contains(SECRET));
    }
    let misplaced = json!({"accessKeyId": SECRET, "endpoint": format!("https://me:{SECRET}@s3.example.com"),
        "ownAddress": format!("https://memory.example.com?key={SECRET}"), "bucket": "docs"});
    ask(&engine, "form_keep", json!({"draft": {"typed": misplaced, "step": 1, "reached": 1}})).await.unwrap();
    assert_eq!(kept_bucket(&engine, json!(null)).await, "docs");

    engine.shut_down().await;
    drop(engine);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()), "in {}", path.display());
    }
}

#[tokio::test]
async fn a_form_that_is_longer_than_anybody_types_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).await;
    let long = json!({"typed": {"prefix": "a".repeat(300_000)}, "step": 0, "reached": 0});
    let refused = ask(&engine, "form_keep", json!({"id": null, "draft": long})).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn the_policy_is_there_before_there_is_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).await;
    let draft = json!({"bucket": "docs", "prefix": "users/", "credentials": {"kind": "environment"}});
    let policy = ask(&engine, "draft_policy", json!({"draft": draft})).await.unwrap();
    let policy: Value = serde_json::from_str(policy.as_str().unwrap()).unwrap();
    assert_eq!(policy["Statement"][1]["Resource"], "arn:aws:s3:::docs/users/*");
}
