//! Searches by the API.

use serde_json::{Value, json};

use super::tenants;

#[tokio::test]
async fn a_search_finds_passages_within_the_containers_that_are_named() {
    let (_scene, api) = tenants().await;
    let search = async |body: Value| api.post("/v3/search", body).await.good();
    let keys = |reply: &Value| {
        let results = reply["results"].as_array().unwrap();
        let mut keys: Vec<String> = results.iter().map(|r| r["metadata"]["key"].as_str().unwrap().into()).collect();
        keys.sort();
        keys
    };
    let all = search(json!({"q": "fish"})).await;
    assert_eq!((keys(&all).len(), &all["total"]), (3, &json!(3)));
    let one = search(json!({"q": "fish", "containerTag": "user-123"})).await;
    assert_eq!(keys(&one), ["users/user-123/documents/notes.md"]);
    let result = &one["results"][0];
    assert!(result["chunks"][0]["content"].as_str().unwrap().contains("eats fish"), "{result}");
    assert!((0.0..=1.0).contains(&result["score"].as_f64().unwrap()) && result.get("content").is_none(), "{result}");
    let two = search(json!({"q": "fish", "containerTags": ["user-123", "user-456"], "includeFullDocs": true})).await;
    assert_eq!(keys(&two).len(), 2);
    assert!(two["results"][0]["content"].is_string());
    assert!(keys(&search(json!({"q": "fish", "containerTag": "nobody"})).await).is_empty());
    let id = &result["documentId"];
    assert_eq!(keys(&search(json!({"q": "fish", "docId": id})).await).len(), 1);
    assert_eq!(keys(&search(json!({"q": "fish", "filepath": "/users/"})).await).len(), 2);
    let filters = json!({"AND": [{"key": "key", "value": "terms.txt"}]});
    assert_eq!(keys(&search(json!({"q": "fish", "filters": filters, "limit": 1})).await), ["terms.txt"]);
    assert!(keys(&search(json!({"q": "fish", "chunkThreshold": 1.0})).await).is_empty());
}

#[tokio::test]
async fn a_whole_sentence_finds_documents_with_some_of_its_words() {
    let (_scene, api) = tenants().await;
    let reply = api.post("/v3/search", json!({"q": "What does the pelican have for breakfast?"})).await.good();
    let first = &reply["results"][0]["metadata"]["key"];
    assert_eq!(first, "users/user-123/documents/notes.md");
}

#[tokio::test]
async fn a_search_that_makes_no_sense_is_refused_or_finds_nothing() {
    let (_scene, api) = tenants().await;
    for body in [
        json!({}),
        json!({"q": ""}),
        json!({"q": "x", "limit": 0}),
        json!({"q": "x", "limit": 101}),
        json!({"q": 7}),
        json!({"q": "x", "chunkThreshold": 2}),
    ] {
        assert_eq!(api.post("/v3/search", body.clone()).await.status, 400, "{body}");
    }
    for odd in ["\"", "* OR NEAR(", "?!", "\u{0}", "AND NOT"] {
        assert_eq!(api.post("/v3/search", json!({"q": odd})).await.status, 200, "{odd:?}");
    }
}
