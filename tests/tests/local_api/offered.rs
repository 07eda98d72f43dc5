//! What is offered and what is not: the OpenAPI document and the routes say the same.

use std::collections::BTreeSet;

use s3_connector_local_api::openapi;
use s3_connector_tests::local_api::Document;
use serde_json::{Value, json};

use super::{empty, tenants};

#[tokio::test]
async fn every_route_of_the_document_is_served() {
    let (_scene, api) = empty().await;
    for (path, method) in Document::read().routes() {
        let path = path.replace("{kind}", "documents").replace('{', "x").replace('}', "");
        let reply = api.send(api.request(&method.to_uppercase(), &path)).await;
        assert_ne!(reply.status, 405, "{method} {path}");
        assert!(!reply.text.contains("Route not found"), "{method} {path}: {reply:?}");
    }
}

#[tokio::test]
async fn a_method_that_the_document_does_not_name_is_not_served() {
    let (_scene, api) = empty().await;
    let routes = Document::read().routes();
    for (path, _) in &routes {
        let served: Vec<&str> =
            routes.iter().filter(|(known, _)| known == path).map(|(_, method)| method.as_str()).collect();
        for method in ["get", "post", "put", "patch", "delete"].into_iter().filter(|method| !served.contains(method)) {
            let reply = api.send(api.request(&method.to_uppercase(), path)).await;
            assert_eq!(reply.status, 405, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_document_names_every_documented_route() {
    let routes = Document::read().routes();
    for (method, path) in [
        ("post", "/v3/connections/{connection}"),
        ("post", "/v3/connections/list"),
        ("get", "/v3/connections/{connection}"),
        ("delete", "/v3/connections/{connection}"),
        ("post", "/v3/connections/{provider}/connection"),
        ("post", "/v3/connections/{provider}/import"),
        ("post", "/v3/connections/{provider}/documents"),
        ("get", "/v3/connections/{connection}/sync-runs"),
        ("get", "/v3/documents/{document}"),
        ("post", "/v3/documents/list"),
        ("delete", "/v3/documents/{document}"),
        ("delete", "/v3/documents/bulk"),
        ("post", "/v3/search"),
        ("get", "/connectors"),
        ("get", "/ns/{namespace}/connectors"),
        ("post", "/ns/{namespace}/connectors"),
        ("get", "/ns/{namespace}/connectors/{connector}"),
        ("delete", "/ns/{namespace}/connectors/{connector}"),
        ("post", "/ns/{namespace}/connectors/{connector}/sync"),
        ("get", "/ns/{namespace}/document/{document}"),
        ("delete", "/ns/{namespace}/document"),
        ("post", "/ns/{namespace}/list/{kind}"),
        ("post", "/ns/{namespace}/search"),
        ("get", "/namespaces"),
        ("get", "/ns"),
    ] {
        assert!(routes.contains(&(path.to_owned(), method.to_owned())), "{method} {path}");
    }
}

#[tokio::test]
async fn what_is_not_offered_says_so_once() {
    let (scene, api) = tenants().await;
    let bodies = json!({"content": "hi", "containerTag": "t"});
    for (method, path) in [
        ("POST", "/v3/documents"),
        ("POST", "/v3/documents/file"),
        ("POST", "/v3/documents/batch"),
        ("PATCH", "/v3/documents/some"),
        ("POST", "/v3/connections/notion"),
        ("POST", "/v3/connections/github/import"),
        ("POST", "/v3/connections/gmail/documents"),
        ("POST", "/v3/connections/onedrive/connection"),
        ("DELETE", "/v3/connections/granola"),
        ("GET", "/v3/connections/some/resources"),
        ("POST", "/v3/connections/some/configure"),
        ("POST", "/ns/t/document"),
        ("POST", "/ns/t/document/batch"),
        ("POST", "/ns/t/document/file"),
        ("PATCH", "/ns/t/document/some"),
        ("POST", "/ns/t/list/chunks"),
    ] {
        let reply = api.call(method, path, bodies.clone()).await;
        assert_eq!(reply.header("x-should-retry"), Some("false"), "{path}");
        let refusal = reply.with(501);
        assert_eq!(refusal["error"], "Not implemented", "{path}");
        assert!(refusal["details"].is_string(), "{path}");
    }
    assert_eq!(scene.documents().await, 3);
}

#[tokio::test]
async fn what_nobody_knows_is_not_found_in_the_same_shape() {
    let (_scene, api) = empty().await;
    for (method, path) in [("GET", "/v3/nothing"), ("POST", "/v4/search"), ("GET", "/v3"), ("PUT", "/favicon.ico")] {
        assert_eq!(api.call(method, path, json!({})).await.with(404), json!({"error": "Route not found"}), "{path}");
    }
    let unknown = api.post("/v3/connections/dropbox", json!({})).await;
    assert_eq!(unknown.with(404), json!({"error": "Provider not found"}));
    let put = api.call("PUT", "/v3/connections/list", json!({})).await;
    assert_eq!((put.with(405), put.header("allow")), (json!({"error": "Method not allowed"}), Some("POST")));
    let head = api.send(api.request("HEAD", "/")).await;
    assert_eq!((head.status, head.header("cache-control")), (200, Some("no-store")));
}

#[test]
fn whatever_the_document_refers_to_is_in_it_and_every_operation_has_a_name_of_its_own() {
    fn visit(value: &Value, references: &mut BTreeSet<String>, names: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                references.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                names.extend(fields.get("operationId").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| visit(value, references, names));
            }
            Value::Array(values) => values.iter().for_each(|value| visit(value, references, names)),
            _ => {}
        }
    }
    let document = serde_json::to_value(openapi()).unwrap();
    let (mut references, mut names) = (BTreeSet::new(), Vec::new());
    visit(&document, &mut references, &mut names);
    let missing: Vec<&String> =
        references.iter().filter(|r| document.pointer(r.trim_start_matches('#')).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(names.len(), Document::read().routes().len());
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
}

#[test]
fn only_requests_have_a_secret() {
    let document = serde_json::to_value(openapi()).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let with_secret: Vec<&String> = schemas
        .iter()
        .filter(|(_, schema)| schema["properties"].as_object().is_some_and(|p| p.contains_key("secretAccessKey")))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(with_secret, ["CreateConnection", "S3Settings"]);
}
