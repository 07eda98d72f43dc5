//! Deleting connections and documents: what goes, what stays, and what does not come back.

use s3_connector_engine::plan::DocumentState;
use s3_connector_tests::held::rows;
use s3_connector_tests::local_api::{LocalApi, settings};
use s3_connector_tests::scene::Scene;
use serde_json::{Value, json};

use super::{empty, ended, tenants};

/// Creates a connection with these tags and syncs it.
async fn synced(scene: &Scene, api: &LocalApi, tags: Value, prefix: &str) -> String {
    let mut body = settings(&scene.server, json!({"prefix": prefix}));
    body["containerTags"] = tags;
    let id = api.post("/v3/connections/s3", body).await.good()["id"].as_str().unwrap().to_owned();
    scene.engine.sync_start(id.clone(), Default::default()).await.unwrap();
    ended(scene, &id).await;
    id
}

#[tokio::test]
async fn a_connection_is_deleted_with_its_documents_unless_they_are_to_stay() {
    let (scene, api) = empty().await;
    scene.put("one/a.md", "pelican");
    scene.put("two/b.md", "heron");
    scene.put("three/c.md", "stork");
    let one = synced(&scene, &api, json!(["one"]), "one/").await;
    let two = synced(&scene, &api, json!(["two"]), "two/").await;
    let three = synced(&scene, &api, json!(["three"]), "three/").await;
    assert_eq!(scene.documents().await, 3);
    let deleted = api.delete(&format!("/v3/connections/{one}")).await.good();
    assert_eq!(deleted, json!({"id": one, "provider": "s3"}));
    assert_eq!(scene.documents().await, 2);
    api.delete(&format!("/v3/connections/{two}?deleteDocuments=false")).await.good();
    assert_eq!(scene.documents().await, 2);
    api.delete(&format!("/v3/connections/{three}?deleteDocuments=true")).await.good();
    assert_eq!(scene.found("heron").await, ["two/b.md"]);
    assert_eq!((scene.documents().await, scene.engine.connection_list().await.unwrap().len()), (1, 0));
    assert_eq!(api.delete(&format!("/v3/connections/{one}")).await.status, 404);
}

#[tokio::test]
async fn deleting_by_tags_takes_only_connections_with_all_of_them() {
    let (scene, api) = empty().await;
    scene.put("one/a.md", "pelican");
    scene.put("two/b.md", "heron");
    synced(&scene, &api, json!(["a", "b"]), "one/").await;
    let two = synced(&scene, &api, json!(["b", "c"]), "two/").await;
    let by_tags = async |tags: Value| api.call("DELETE", "/v3/connections/s3", json!({"containerTags": tags})).await;
    for (tags, status) in [(json!([]), 400), (json!(["a", "c"]), 404), (json!(["none"]), 404)] {
        assert_eq!(by_tags(tags).await.status, status);
    }
    assert_eq!(api.delete("/v3/connections/s3").await.status, 400, "never all of them");
    assert_eq!(scene.documents().await, 2);
    by_tags(json!(["b", "a"])).await.good();
    let left = scene.engine.connection_list().await.unwrap();
    assert_eq!((left.len(), left[0].id.as_str()), (1, two.as_str()));
    assert_eq!(scene.documents().await, 1);
}

#[tokio::test]
async fn a_document_that_was_deleted_does_not_come_back_until_it_is_asked_for_or_changes() {
    let (scene, api) = tenants().await;
    let notes = "users/user-123/documents/notes.md";
    let document = api.post("/v3/documents/list", json!({"containerTags": ["user-123"]})).await.good();
    let (id, custom_id) =
        (document["memories"][0]["id"].as_str().unwrap(), document["memories"][0]["customId"].as_str().unwrap());
    let gone = api.delete(&format!("/v3/documents/{custom_id}")).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    assert_eq!(api.delete(&format!("/v3/documents/{id}")).await.with(404), json!({"error": "Document not found"}));
    assert_eq!(scene.found("pelican").await, Vec::<String>::new());

    let run = scene.sync().await;
    assert_eq!((run.sent, run.removed, scene.documents().await), (0, 0, 2));
    let why = scene.why(notes).await;
    assert!(why.sentence.starts_with("It was removed by hand."), "{}", why.sentence);
    assert_eq!(why.documents[0].state, DocumentState::Rejected);
    assert_eq!(why.documents[0].refusal.as_deref(), Some("The document was removed by hand"));
    let listed = api.post("/v3/connections/s3/documents", json!({})).await.good();
    assert_eq!(listed.as_array().unwrap().len(), 2);

    let run = scene.engine.sync_retry(scene.connection.id.clone(), vec![notes.to_owned()]).await.unwrap();
    assert_eq!(scene.engine.run_wait(&run.id).await.unwrap().sent, 1);
    assert_eq!(scene.found("pelican").await, [notes]);

    api.delete(&format!("/v3/documents/{custom_id}")).await;
    scene.put(notes, "The pelican has moved.");
    assert_eq!(scene.sync().await.sent, 1);
    assert_eq!(scene.found("moved").await, [notes]);
    assert_eq!(scene.sync().await.sent, 0);
}

#[tokio::test]
async fn a_removal_by_hand_that_was_interrupted_is_finished_by_the_next_sync_and_stays_one() {
    let (mut scene, api) = tenants().await;
    drop(api);
    // As a crash leaves it that came between the mark and the library's answer.
    scene
        .restart_after(|folder| {
            let db = rusqlite::Connection::open(folder.join("state.db")).unwrap();
            let marked = db.execute(
                "UPDATE documents SET state = 'removing', error_code = 'document_removed', error_detail = 'x' \
                 WHERE tag = 'user-123'",
                [],
            );
            assert_eq!(marked.unwrap(), 1);
        })
        .await;
    assert_eq!(scene.documents().await, 3);
    assert_eq!(scene.preview().await.totals.skipped, 1);
    let run = scene.sync().await;
    assert_eq!((run.sent, scene.documents().await), (0, 2));
    let states: Vec<String> = rows(scene.folder.path()).into_iter().map(|(_, _, state)| state).collect();
    assert_eq!(states.iter().filter(|state| *state == "rejected").count(), 1, "{states:?}");
    assert_eq!(scene.sync().await.sent, 0);
}

#[tokio::test]
async fn a_connection_with_removals_by_hand_is_deleted_whole() {
    let (scene, api) = tenants().await;
    api.call("DELETE", "/v3/documents/bulk", json!({"containerTags": ["user-123"]})).await.good();
    api.delete(&format!("/v3/connections/{}", scene.connection.id)).await.good();
    assert_eq!((scene.documents().await, rows(scene.folder.path()).len()), (0, 0));
}

#[tokio::test]
async fn several_documents_are_deleted_by_ids_by_containers_and_by_path() {
    let (scene, api) = tenants().await;
    let bulk = async |body: Value| api.call("DELETE", "/v3/documents/bulk", body).await;
    assert_eq!(bulk(json!({})).await.with(400)["error"], "Either 'ids' or 'containerTags' must be provided");
    for ids in [json!([]), Value::from(vec!["x"; 101])] {
        assert_eq!(bulk(json!({"ids": ids})).await.status, 400);
    }
    let listed = api.post("/v3/documents/list", json!({"containerTags": ["shared"]})).await.good();
    let (id, custom_id) = (&listed["memories"][0]["id"], &listed["memories"][0]["customId"]);
    let deleted = bulk(json!({"ids": [id, custom_id, "none"]})).await.good();
    let errors = json!([{"id": "none", "error": "Document not found"}]);
    assert_eq!(deleted, json!({"success": false, "deletedCount": 1, "errors": errors}));
    let deleted = bulk(json!({"filepath": "/users/user-456/"})).await.good();
    assert_eq!(deleted, json!({"success": true, "deletedCount": 1, "errors": []}));
    let deleted = bulk(json!({"containerTags": ["user-123", "none"]})).await.good();
    assert_eq!((&deleted["deletedCount"], &deleted["containerTags"]), (&json!(1), &json!(["user-123", "none"])));
    assert_eq!(scene.documents().await, 0);
    assert_eq!(scene.sync().await.sent, 0);
}

#[tokio::test]
async fn documents_that_nobody_owns_are_deleted_for_good() {
    let (scene, api) = tenants().await;
    api.delete(&format!("/v3/connections/{}?deleteDocuments=false", scene.connection.id)).await.good();
    assert_eq!(scene.documents().await, 3);
    let deleted = api.call("DELETE", "/v3/documents/bulk", json!({"containerTags": ["user-123"]})).await.good();
    assert_eq!((&deleted["deletedCount"], scene.documents().await), (&json!(1), 2));
}
