//! The documents of the library by the API.

use serde_json::{Value, json};

use super::{each, tenants};

#[tokio::test]
async fn a_document_is_shown_by_both_of_its_ids_with_all_that_is_known() {
    let (scene, api) = tenants().await;
    let listed = api.post("/v3/documents/list", json!({"containerTags": ["user-123"]})).await.good();
    let listed = &listed["memories"][0];
    assert_eq!(listed.get("content"), None);
    let by_id = api.get(&format!("/v3/documents/{}", listed["id"].as_str().unwrap())).await.good();
    let by_custom_id = api.get(&format!("/v3/documents/{}", listed["customId"].as_str().unwrap())).await.good();
    assert_eq!(by_id, by_custom_id);
    assert_eq!(by_id["content"].as_str().unwrap().trim(), "# Pelican\n\nThe pelican eats fish.");
    for (field, value) in [
        ("connectionId", json!(scene.connection.id)),
        ("containerTags", json!(["user-123"])),
        ("filepath", json!("/users/user-123/documents/notes.md")),
        ("url", json!("s3://user-files/users/user-123/documents/notes.md")),
        ("type", json!("text")),
        ("status", json!("done")),
        ("source", json!("s3")),
        ("summary", json!(null)),
        ("raw", json!(null)),
    ] {
        assert_eq!(by_id[field], value, "{field}");
    }
    let metadata = &by_id["metadata"];
    assert_eq!((&metadata["key"], &metadata["size"]), (&json!("users/user-123/documents/notes.md"), &json!(34)));
    let created = by_id["createdAt"].as_str().unwrap();
    assert!(created.starts_with("20") && created.ends_with('Z') && created.len() == 24, "{created}");
    assert_eq!(api.get("/v3/documents/none").await.with(404), json!({"error": "Document not found"}));
    assert_eq!(api.get("/v3/documents/a%2Fb%20c.txt").await.with(404), json!({"error": "Document not found"}));
}

#[tokio::test]
async fn a_title_and_a_type_are_those_of_the_file() {
    let (_scene, api) = tenants().await;
    let listed = api.post("/v3/documents/list", json!({"containerTags": ["user-456"], "includeContent": true})).await;
    let document = &listed.good()["memories"][0];
    assert_eq!((&document["title"], &document["type"]), (&json!("Heron"), &json!("webpage")));
    assert!(document["content"].as_str().unwrap().contains("The heron eats fish & frogs."), "{document}");
}

#[tokio::test]
async fn a_list_has_pages_and_both_orders() {
    let (_scene, api) = tenants().await;
    let page = async |body: Value| api.post("/v3/documents/list", body).await.good();
    let all = page(json!({})).await;
    let newest_first: Vec<String> = each(&all["memories"], "id").into_iter().map(str::to_owned).collect();
    assert_eq!(all["pagination"], json!({"currentPage": 1, "limit": 10, "totalItems": 3, "totalPages": 1}));
    let mut oldest_first = newest_first.clone();
    oldest_first.reverse();
    let asc = page(json!({"order": "asc", "sort": "updatedAt"})).await;
    assert_eq!(each(&asc["memories"], "id"), oldest_first);
    let second = page(json!({"limit": "2", "page": 2})).await;
    assert_eq!(each(&second["memories"], "id"), newest_first[2..]);
    assert_eq!(second["pagination"], json!({"currentPage": 2, "limit": 2, "totalItems": 3, "totalPages": 2}));
    assert!(each(&page(json!({"page": 9_007_199_254_740_991_u64})).await["memories"], "id").is_empty());
    assert_eq!(api.send(api.request("POST", "/v3/documents/list")).await.good(), all);
    for (body, message) in [
        (json!({"limit": 0}), "Limit must be at least 1"),
        (json!({"limit": 1101}), "Limit must be at most 1100"),
        (json!({"page": 0}), "Page must be at least 1"),
        (json!({"page": -1}), "Invalid input: expected a whole number from 0"),
    ] {
        assert_eq!(api.post("/v3/documents/list", body).await.with(400)["error"][0]["message"], message);
    }
}

#[tokio::test]
async fn a_list_is_filtered_by_containers_path_and_metadata() {
    let (scene, api) = tenants().await;
    let keys = async |body: Value| {
        let found = api.post("/v3/documents/list", body).await.good();
        let mut keys: Vec<String> = found["memories"]
            .as_array()
            .unwrap()
            .iter()
            .map(|d| d["metadata"]["key"].as_str().unwrap().into())
            .collect();
        keys.sort();
        keys
    };
    let (terms, notes, report) = ("terms.txt", "users/user-123/documents/notes.md", "users/user-456/report.html");
    assert_eq!(keys(json!({"containerTags": ["user-123", "shared"]})).await, [terms, notes]);
    assert!(keys(json!({"containerTags": ["nobody"]})).await.is_empty());
    assert_eq!(keys(json!({"filepath": "/users/"})).await, [notes, report]);
    assert_eq!(keys(json!({"filepath": "/terms.txt"})).await, [terms]);
    assert!(keys(json!({"filepath": "/terms"})).await.is_empty());
    let is = |key: &str, value: Value| json!({"key": key, "value": value});
    let filters = [
        (json!({"AND": [is("bucket", json!("user-files"))]}), vec![terms, notes, report]),
        (json!({"AND": [is("key", json!("terms.txt"))]}), vec![terms]),
        (json!({"AND": [is("key", json!("TERMS.txt"))]}), vec![]),
        (json!({"AND": [{"key": "key", "value": "TERMS.txt", "ignoreCase": true}]}), vec![terms]),
        (json!({"AND": [{"key": "key", "value": "terms.txt", "negate": true}]}), vec![notes, report]),
        (json!({"AND": [{"key": "key", "value": "user-", "filterType": "string_contains"}]}), vec![notes, report]),
        (
            json!({"OR": [is("key", json!(terms)), {"AND": [is("size", json!(34)), is("key", json!(notes))]}]}),
            vec![terms, notes],
        ),
        (
            json!({"AND": [{"key": "size", "value": "34", "filterType": "numeric", "numericOperator": "<="}]}),
            vec![terms, notes],
        ),
        (json!({"AND": [is("connectionId", json!(scene.connection.id))]}), vec![terms, notes, report]),
        (json!({"AND": [is("unknown", json!("x"))]}), vec![]),
        (json!({"AND": [{"key": "unknown", "value": "x", "negate": true}]}), vec![terms, notes, report]),
        (json!({"AND": [{"key": "key", "value": "' OR 1=1 --"}]}), vec![]),
    ];
    for (filters, wanted) in filters {
        assert_eq!(keys(json!({"filters": filters})).await, wanted, "{filters}");
    }
    let mut deep = is("key", json!("x"));
    for _ in 0..20 {
        deep = json!({"AND": [deep]});
    }
    let many = json!({"OR": vec![is("key", json!("x")); 300]});
    for filters in [deep, many, json!({"AND": [{"key": "size", "value": "x", "filterType": "numeric"}]}), json!("x")] {
        assert_eq!(api.post("/v3/documents/list", json!({"filters": filters})).await.status, 400);
    }
}
