//! Connections by the API: both forms of creating one, finding, syncing, and what the storage says.

use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{RunState, RunTrigger};
use s3_connector_tests::local_api::settings;
use s3_connector_tests::memory_s3::{MemoryS3, On, Rights};
use s3_connector_tests::scene::BUCKET;
use serde_json::{Value, json};

use super::{each, empty, ended};

const RULE: &str = "users/(?<userId>[^/]+)/";

#[tokio::test]
async fn the_documented_quick_setup_runs_to_a_document_under_its_dynamic_tag() {
    let (scene, api) = empty().await;
    scene.put("users/user-123/documents/notes.md", "# Pelican\n\nThe pelican eats fish.\n");
    let body = json!({
        "containerTag": "user-files", "documentLimit": 500,
        "metadata": settings(&scene.server, json!({"prefix": "users/", "containerTagRegex": RULE})),
    });
    let created = api.post("/v3/connections/s3", body).await.good();
    let id = created["id"].as_str().unwrap();
    assert_eq!(created, json!({"id": id, "authLink": null, "expiresIn": null}));
    let first = ended(&scene, id).await;
    assert_eq!((first.state, first.sent), (RunState::Completed, 1), "creating it began a sync");

    let import = api.post("/v3/connections/s3/import", json!({"containerTags": ["user-files"]})).await;
    assert_eq!((import.status, import.text.as_str()), (202, "Importing connections..."));
    let run = ended(&scene, id).await;
    assert_eq!((run.state, run.trigger, run.sent), (RunState::Completed, RunTrigger::Manual, 0));

    let documents = api.post("/v3/connections/s3/documents", json!({"containerTags": ["user-files"]})).await.good();
    assert_eq!((each(&documents, "status"), each(&documents, "title")), (vec!["done"], vec!["notes.md"]));
    let listed = api.post("/v3/documents/list", json!({"containerTags": ["user-123"]})).await.good();
    assert_eq!(listed["memories"][0]["containerTags"], json!(["user-123"]));
    assert_eq!(listed["memories"][0]["customId"], documents[0]["id"]);
}

#[tokio::test]
async fn the_older_forms_create_the_same_connection_and_a_repeat_makes_no_second_one() {
    let (scene, api) = empty().await;
    let mut old = settings(&scene.server, json!({"prefix": "users/", "containerTagRegex": RULE}));
    old["containerTags"] = json!(["user-files"]);
    old["documentLimit"] = json!(500);
    let snake = json!({
        "access_key_id": scene.server.access_key(), "secret_access_key": scene.server.secret(), "bucket": BUCKET,
        "region": "us-east-1", "endpoint": scene.server.endpoint(), "prefix": "users/", "container_tag_regex": RULE,
        "container_tags": ["user-files"], "document_limit": 500,
    });
    let new = json!({
        "containerTag": "user-files", "documentLimit": 500,
        "metadata": settings(&scene.server, json!({"prefix": "users/", "containerTagRegex": RULE})),
    });
    let mut ids = Vec::new();
    for body in [old, snake, new] {
        ids.push(api.post("/v3/connections/s3", body).await.good()["id"].clone());
    }
    assert_eq!(ids, vec![ids[0].clone(); 3]);
    let listed = api.get("/v3/connections").await.good();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let connection = &listed[0];
    assert_eq!(
        connection["metadata"],
        json!({
            "bucket": BUCKET, "region": "us-east-1", "endpoint": scene.server.endpoint(), "prefix": "users/",
            "containerTagRegex": RULE,
        })
    );
    assert_eq!((&connection["documentLimit"], &connection["provider"]), (&json!(500), &json!("s3")));
    assert_eq!(connection["containerTags"], json!(["user-files"]));
    ended(&scene, ids[0].as_str().unwrap()).await;
    let runs = api.get(&format!("/v3/connections/{}/sync-runs", ids[0].as_str().unwrap())).await.good();
    assert_eq!(each(&runs, "status"), ["completed"], "the first one alone began a sync");
}

#[tokio::test]
async fn a_repeat_brings_a_new_secret_and_leaves_what_a_person_set_beside() {
    let (scene, api) = empty().await;
    scene.put("a.md", "pelican");
    let body = json!({"containerTag": "t", "metadata": settings(&scene.server, json!({}))});
    let id = api.post("/v3/connections/s3", body.clone()).await.good()["id"].as_str().unwrap().to_owned();
    ended(&scene, &id).await;
    let mut draft = serde_json::to_value(scene.engine.connection_find(&id).await.unwrap()).unwrap();
    draft["onGone"] = json!("remove");
    draft["name"] = json!("Mine");
    draft["credentials"]["sessionToken"] = json!(null);
    scene.engine.connection_edit(id.clone(), serde_json::from_value(draft).unwrap(), None).await.unwrap();

    scene.server.allow(scene.server.access_key(), "another/secret", Rights::Everything);
    let mut renewed = body;
    renewed["metadata"]["secretAccessKey"] = json!("another/secret");
    assert_eq!(api.post("/v3/connections/s3", renewed).await.good()["id"], json!(id));
    let view = scene.engine.connection_find("Mine").await.unwrap();
    assert_eq!((serde_json::to_value(view.on_gone).unwrap(), view.document_limit), (json!("remove"), 10_000));
    api.post("/v3/connections/s3/import", json!({})).await;
    assert_eq!(ended(&scene, &id).await.state, RunState::Completed);
}

#[tokio::test]
async fn a_second_connection_to_a_bucket_gets_a_name_of_its_own() {
    let (scene, api) = empty().await;
    for tag in ["one", "two", "three"] {
        let body = json!({"containerTag": tag, "metadata": settings(&scene.server, json!({}))});
        api.post("/v3/connections/s3", body).await.good();
    }
    let names: Vec<String> = scene.engine.connection_list().await.unwrap().into_iter().map(|view| view.name).collect();
    assert_eq!(names, [BUCKET.to_owned(), format!("{BUCKET} 2"), format!("{BUCKET} 3")]);
}

#[tokio::test]
async fn creating_answers_the_documented_errors_and_saves_nothing_then() {
    let (scene, api) = empty().await;
    scene.server.bucket("closed");
    scene.server.forbid("closed", true);
    let create = async |more: Value| {
        let body = json!({"containerTag": "t", "metadata": settings(&scene.server, more)});
        api.post("/v3/connections/s3", body).await
    };
    let refused = [
        (json!({"secretAccessKey": "wrong"}), 401, "Authentication failed"),
        (json!({"accessKeyId": "AKIANOBODY"}), 401, "Authentication failed"),
        (json!({"bucket": "closed"}), 403, "Access denied"),
        (json!({"bucket": "not-there"}), 404, "Bucket not found"),
    ];
    for (more, status, error) in refused {
        assert_eq!(create(more).await.with(status)["error"], error);
    }
    for (more, field) in [
        (json!({"bucket": "a/b"}), "bucket"),
        (json!({"secretAccessKey": null}), "secretAccessKey"),
        (json!({"region": ""}), "region"),
        (json!({"containerTagRegex": "users/(.*)/"}), "containerTagRegex"),
        (json!({"endpoint": "nowhere"}), "endpoint"),
    ] {
        let refusal = create(more).await.with(400);
        assert_eq!(refusal["error"][0]["path"], json!([field]), "{refusal}");
    }
    for body in [json!({}), json!({"documentLimit": 0}), json!({"documentLimit": 10_001})] {
        assert_eq!(api.post("/v3/connections/s3", body).await.status, 400);
    }
    assert_eq!(api.send(api.request("POST", "/v3/connections/s3")).await.status, 400);
    assert!(scene.engine.connection_list().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_storage_that_does_not_answer_does_not_hinder_a_connection() {
    let (scene, api) = empty().await;
    let away = json!({"endpoint": "http://127.0.0.1:9"});
    let body = json!({"containerTag": "t", "metadata": settings(&scene.server, away)});
    let id = api.post("/v3/connections/s3", body).await.good()["id"].as_str().unwrap().to_owned();
    api.post("/v3/connections/s3/import", json!({})).await;
    assert_eq!(ended(&scene, &id).await.error.unwrap().code, ErrorCode::Unreachable);
    let shown = api.get(&format!("/v3/connections/{id}")).await.good();
    let run = &shown["lastSyncRun"];
    assert_eq!((&run["status"], &run["errorCode"]), (&json!("failed"), &json!("provider_unavailable")));
    assert!(run["error"].as_str().unwrap().starts_with("The storage cannot be reached"), "{run}");
}

#[tokio::test]
async fn a_connection_is_found_by_all_the_tags_that_are_named() {
    let (scene, api) = empty().await;
    for tags in [json!(["a", "b"]), json!(["b", "c"])] {
        let mut body = settings(&scene.server, json!({}));
        body["containerTags"] = tags;
        api.post("/v3/connections/s3", body).await.good();
    }
    let found = async |tags: Value| {
        let listed = api.post("/v3/connections/list", json!({"containerTags": tags})).await.good();
        listed.as_array().unwrap().iter().map(|c| c["containerTags"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(found(json!(["b"])).await, [json!(["a", "b"]), json!(["b", "c"])]);
    assert_eq!(found(json!(["b", "c"])).await, [json!(["b", "c"])]);
    assert!(found(json!(["a", "c"])).await.is_empty() && found(json!(["d"])).await.is_empty());
    assert_eq!(api.send(api.request("POST", "/v3/connections/list")).await.good().as_array().unwrap().len(), 2);
    let shown = api.post("/v3/connections/s3/connection", json!({"containerTags": ["b"]})).await.good();
    assert_eq!(shown["containerTags"], json!(["a", "b"]));
    let missing = api.post("/v3/connections/s3/connection", json!({"containerTags": ["d"]})).await;
    assert_eq!(missing.with(404), json!({"error": "Connection not found"}));
    assert_eq!(api.post("/v3/connections/s3/connection", json!({"containerTags": []})).await.status, 400);
    assert_eq!(api.get("/v3/connections/none").await.with(404), json!({"error": "Connection not found"}));
}

#[tokio::test]
async fn an_import_while_a_sync_is_under_way_is_as_good_and_its_runs_are_told() {
    let (scene, api) = empty().await;
    scene.put("a.md", "pelican");
    scene.put("b.md", "heron");
    let body = json!({"containerTag": "t", "metadata": settings(&scene.server, json!({}))});
    let id = api.post("/v3/connections/s3", body).await.good()["id"].as_str().unwrap().to_owned();
    let gate = scene.server.hold(On::Get);
    for _ in 0..2 {
        assert_eq!(api.send(api.request("POST", "/v3/connections/s3/import")).await.status, 202);
    }
    let path = format!("/v3/connections/{id}/sync-runs");
    let runs = api.get(&path).await.good();
    assert_eq!((each(&runs, "status"), &runs[0]["completedAt"]), (vec!["running"], &json!(null)));
    drop(gate);
    ended(&scene, &id).await;
    let run = &api.get(&path).await.good()[0];
    assert_eq!(
        (&run["status"], &run["triggerType"], &run["itemsProcessed"], &run["itemsFailed"], &run["error"]),
        (&json!("completed"), &json!("manual"), &json!(2), &json!(0), &json!(null))
    );
    assert_eq!(run["connectionId"], json!(id));
    let shown = api.get(&format!("/v3/connections/{id}")).await.good();
    assert_eq!(shown["lastSyncRun"]["status"], "completed");
    assert_eq!(api.get("/v3/connections/none/sync-runs").await.status, 404);
}

#[tokio::test]
async fn what_was_refused_is_among_the_documents_with_its_reason() {
    let (scene, api) = empty().await;
    scene.put("broken.pdf", "%PDF-1.7 and no more");
    scene.put("a.md", "pelican");
    let body = json!({"containerTag": "t", "metadata": settings(&scene.server, json!({}))});
    let id = api.post("/v3/connections/s3", body).await.good()["id"].as_str().unwrap().to_owned();
    api.post("/v3/connections/s3/import", json!({})).await;
    ended(&scene, &id).await;
    let mut documents = api.post("/v3/connections/s3/documents", json!({})).await.good();
    documents.as_array_mut().unwrap().sort_by_key(|document| document["title"].as_str().unwrap().to_owned());
    assert_eq!((each(&documents, "status"), each(&documents, "type")), (vec!["done", "failed"], vec!["text", "pdf"]));
    assert!(documents[1]["summary"].is_string(), "{documents}");
}

#[tokio::test]
async fn a_storage_of_another_secret_never_sees_it_in_a_reply() {
    let (scene, api) = empty().await;
    let other = MemoryS3::start().await;
    other.bucket(BUCKET);
    // Every reply is searched for the secret by the harness; here it stands in every field that takes text.
    let secret = scene.server.secret();
    let bodies = [
        json!({"containerTag": secret, "metadata": settings(&other, json!({}))}),
        json!({"containerTag": "t", "metadata": settings(&other, json!({"accessKeyId": secret}))}),
        json!({"containerTag": "t", "documentLimit": secret, "metadata": settings(&other, json!({}))}),
        json!({"containerTag": "t", "metadata": {"secretAccessKey": secret}}),
        json!({"containerTag": "t", "metadata": secret}),
    ];
    for body in &bodies[2..] {
        assert_eq!(api.post("/v3/connections/s3", body.clone()).await.status, 400, "{body}");
    }
}
