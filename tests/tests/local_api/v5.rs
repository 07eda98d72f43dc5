//! The forms that today's Python SDK speaks.

use s3_connector_engine::view::RunState;
use s3_connector_tests::local_api::settings;
use s3_connector_tests::memory_s3::On;
use s3_connector_tests::scene::BUCKET;
use serde_json::{Value, json};

use super::{each, empty, ended, tenants};

#[tokio::test]
async fn a_connector_is_created_synced_changed_and_deleted() {
    let (scene, api) = empty().await;
    scene.put("docs/a.md", "pelican");
    scene.put("docs/b.md", "heron");
    let config = settings(&scene.server, json!({"prefix": "docs/"}));
    let body = json!({"provider": "s3", "config": config, "documentLimit": 500});
    let created = api.post("/ns/team/connectors", body).await.with(201);
    let id = created["id"].as_str().unwrap();
    assert_eq!(created, json!({"id": id, "authorization": null}));
    let path = format!("/ns/team/connectors/{id}");

    let gate = scene.server.hold(On::Get);
    let sync = async || api.send(api.request("POST", &format!("{path}/sync"))).await;
    assert_eq!(sync().await.with(202), json!({"id": id, "status": "queued"}));
    let busy = sync().await;
    assert_eq!((busy.status, busy.header("x-should-retry")), (409, Some("false")));
    drop(gate);
    assert_eq!(ended(&scene, id).await.state, RunState::Completed);

    let shown = api.get(&format!("{path}?include=syncs,picker")).await.good();
    for (field, value) in [
        ("provider", json!("s3")),
        ("namespace", json!("team")),
        ("account", json!(null)),
        ("selection", json!(null)),
        ("capabilities", json!({"selectable": false, "webhooks": false})),
        ("documentLimit", json!(500)),
        ("documentCount", json!(2)),
        (
            "config",
            json!({"bucket": BUCKET, "region": "us-east-1", "endpoint": scene.server.endpoint(), "prefix": "docs/"}),
        ),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    assert_eq!(
        (&shown["latestRun"]["system"]["status"], &shown["system"]["status"]),
        (&json!("completed"), &json!("active"))
    );
    assert_eq!(shown["system"]["lastSuccessfulSyncAt"], shown["latestRun"]["system"]["completedAt"]);
    assert_eq!((&shown["syncs"][0]["itemsProcessed"], &shown["syncs"][0]["trigger"]), (&json!(2), &json!("manual")));

    let changed = api.call("PATCH", &path, json!({"documentLimit": 5})).await.good();
    assert_eq!((&changed["documentLimit"], changed.get("syncs")), (&json!(5), None));
    for limit in [json!(0), json!(10_001), json!("five")] {
        assert_eq!(api.call("PATCH", &path, json!({"documentLimit": limit})).await.status, 400);
    }
    assert_eq!(api.get(&format!("/ns/other/connectors/{id}")).await.status, 404);
    let listed = api.get("/ns/team/connectors?provider=s3&page=1&limit=50").await.good();
    assert_eq!(each(&listed["connectors"], "id"), [id]);
    assert_eq!(api.get("/connectors").await.good(), listed);
    for (query, count) in [("provider=notion", 0), ("page=2", 0), ("limit=1", 1)] {
        let listed = api.get(&format!("/connectors?{query}")).await.good();
        assert_eq!(listed["connectors"].as_array().unwrap().len(), count, "{query}");
    }
    for query in ["limit=0", "limit=101", "page=x"] {
        assert_eq!(api.get(&format!("/connectors?{query}")).await.status, 400, "{query}");
    }
    assert_eq!(api.delete(&path).await.good(), json!({"id": id, "deleted": true}));
    assert_eq!((scene.documents().await, api.get(&path).await.status), (0, 404));
}

#[tokio::test]
async fn a_connector_is_deleted_without_its_documents_where_that_is_asked_for() {
    let (scene, api) = empty().await;
    scene.put("a.md", "pelican");
    let body = json!({"provider": "s3", "config": settings(&scene.server, json!({}))});
    let id = api.post("/ns/team/connectors", body).await.with(201)["id"].as_str().unwrap().to_owned();
    api.send(api.request("POST", &format!("/ns/team/connectors/{id}/sync"))).await;
    ended(&scene, &id).await;
    api.delete(&format!("/ns/team/connectors/{id}?deleteDocuments=false")).await.good();
    assert_eq!(scene.documents().await, 1);
}

#[tokio::test]
async fn a_connector_that_cannot_be_is_refused_as_a_connection_is() {
    let (scene, api) = empty().await;
    let create = async |provider: &str, config: Value| {
        api.post("/ns/team/connectors", json!({"provider": provider, "config": config})).await
    };
    assert_eq!(create("notion", json!({})).await.status, 501);
    assert_eq!(create("dropbox", json!({})).await.status, 404);
    assert_eq!(create("s3", json!({})).await.status, 400);
    let wrong = settings(&scene.server, json!({"secretAccessKey": "wrong"}));
    assert_eq!(create("s3", wrong).await.with(401)["error"], "Authentication failed");
    let tagged = json!({"provider": "s3", "config": settings(&scene.server, json!({}))});
    assert_eq!(api.post("/ns/not%20a%20tag/connectors", tagged).await.status, 400);
    assert_eq!(api.post("/ns/team/connectors", json!({})).await.with(400)["error"][0]["path"], json!(["provider"]));
}

#[tokio::test]
async fn documents_are_those_of_their_namespace_only() {
    let (scene, api) = tenants().await;
    let listed = api.post("/ns/user-123/list/documents?page=1&limit=10", json!({})).await.good();
    assert_eq!(listed["pagination"], json!({"currentPage": 1, "limit": 10, "totalItems": 1, "totalPages": 1}));
    let document = &listed["documents"][0];
    assert_eq!((&document["content"], &document["title"]), (&json!(null), &json!("Pelican")));
    let id = document["id"].as_str().unwrap();
    assert!(id.starts_with("s3-"), "{id}");
    let shown = api.get(&format!("/ns/user-123/document/{id}?include=chunks,memories")).await.good();
    assert!(shown["content"].as_str().unwrap().contains("eats fish"));
    assert_eq!((&shown["chunks"], &shown["memories"]), (&json!([]), &json!([])));
    assert_eq!(shown["system"]["status"], "done");
    assert_eq!(api.get(&format!("/ns/user-456/document/{id}")).await.status, 404);

    let strange = api.call("DELETE", "/ns/user-456/document", json!({"ids": [id]})).await.good();
    assert_eq!(strange, json!({"count": 0, "errors": [{"id": id, "error": "Document not found"}]}));
    let deleted = api.call("DELETE", "/ns/user-123/document", json!({"ids": [id, id]})).await.good();
    assert_eq!(deleted, json!({"count": 1, "errors": []}));
    assert_eq!((scene.documents().await, scene.sync().await.sent), (2, 0));
    for body in [json!({}), json!({"ids": []}), json!({"ids": [1]})] {
        assert_eq!(api.call("DELETE", "/ns/user-123/document", body).await.status, 400);
    }
}

#[tokio::test]
async fn filters_have_the_form_of_expressions() {
    let (_scene, api) = tenants().await;
    let count = async |filter: Value| {
        let listed = api.post("/ns/user-123/list/documents", json!({"filter": filter})).await.good();
        listed["documents"].as_array().unwrap().len()
    };
    let predicate =
        |field: &str, operator: &str, value: Value| json!({"field": field, "operator": operator, "value": value});
    for (filter, wanted) in [
        (predicate("size", "gt", json!(10)), 1),
        (predicate("size", "lte", json!(10)), 0),
        (predicate("size", "eq", json!(34)), 1),
        (predicate("key", "contains", json!("notes")), 1),
        (predicate("key", "notContains", json!("notes")), 0),
        (json!({"field": "key", "operator": "contains", "value": "NOTES", "caseSensitive": false}), 1),
        (predicate("key", "contains", json!("NOTES")), 0),
        (predicate("bucket", "neq", json!("other")), 1),
        (
            json!({"operator": "and", "operands": [predicate("size", "gt", json!(10)), predicate("key", "eq", json!("x"))]}),
            0,
        ),
        (
            json!({"operator": "or", "operands": [predicate("size", "gt", json!(10)), predicate("key", "eq", json!("x"))]}),
            1,
        ),
    ] {
        assert_eq!(count(filter.clone()).await, wanted, "{filter}");
    }
    let refused = api.post("/ns/user-123/list/documents", json!({"filter": {"operator": "xor"}})).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn a_search_stays_in_its_namespace() {
    let (_scene, api) = tenants().await;
    let search = async |ns: &str, body: Value| api.post(&format!("/ns/{ns}/search"), body).await.good();
    let found =
        search("user-123", json!({"query": "fish", "searchMode": "hybrid", "include": {"documents": true}})).await;
    let result = &found["results"][0];
    assert_eq!(found["results"].as_array().unwrap().len(), 1);
    assert!(result["chunk"].as_str().unwrap().contains("pelican"), "{result}");
    assert_eq!((&result["isLatest"], &result["isInference"]), (&json!(true), &json!(false)));
    assert_eq!(result["included"]["document"]["id"], result["id"]);
    assert!(found["searchTime"].is_number());
    for (ns, body) in
        [("nobody", json!({"query": "fish"})), ("user-123", json!({"query": "fish", "searchMode": "memories"}))]
    {
        assert_eq!(search(ns, body).await["results"], json!([]), "{ns}");
    }
    assert_eq!(api.post("/ns/user-123/search", json!({"query": "x", "searchMode": "guess"})).await.status, 400);
}

#[tokio::test]
async fn namespaces_are_the_containers_of_the_library_under_both_names() {
    let (_scene, api) = tenants().await;
    let listed = api.get("/ns").await.good();
    assert_eq!(each(&listed["namespaces"], "namespace"), ["shared", "user-123", "user-456"]);
    assert_eq!(listed["namespaces"][0]["documentCount"], json!(1));
    assert_eq!(api.get("/namespaces").await.good(), listed);
    let some = api.get("/namespaces?q=USER&limit=1&page=2").await.good();
    assert_eq!(each(&some["namespaces"], "namespace"), ["user-456"]);
    let shown = api.get("/ns/user-123").await.good();
    assert_eq!((&shown["namespace"], &shown["supportingContext"]), (&json!("user-123"), &json!(null)));
    assert_eq!(api.get("/ns/nobody").await.with(404), json!({"error": "Namespace not found"}));
}
