use super::*;
use crate::object::{ETag, ObjectKey};

fn document() -> Document {
    let (key, etag) = (ObjectKey::new("a/b.md"), ETag::new("\"e\""));
    let tag = ContainerTag::parse("team").expect("a tag");
    let id = document_id("connection", &key, &etag, &tag);
    Document { id, connection: "connection".into(), bucket: "bucket".into(), key, etag, tag, size: 1, modified: None }
}

fn item(document: &Document, change: impl FnOnce(&mut Value)) -> Item {
    let mut item = json!({
        "id": "pbzy9vhWVLrNNkW54aLMQm",
        "customId": document.id,
        "containerTags": [document.tag],
        "metadata": content::metadata(document),
        "status": "done",
    });
    change(&mut item);
    serde_json::from_value(item).expect("an item")
}

#[test]
fn a_document_is_the_one_asked_for_only_when_its_own_fields_reproduce_the_id() {
    let document = document();
    let proven = |change: &dyn Fn(&mut Value)| item(&document, change).proven_id();
    assert_eq!(proven(&|_| {}), Some(document.id.clone()));
    let changes: [&dyn Fn(&mut Value); 8] = [
        &|item| item["containerTags"] = json!(["other"]),
        &|item| item["containerTags"] = json!(["team", "other"]),
        &|item| item["containerTags"] = Value::Null,
        &|item| item["customId"] = Value::Null,
        &|item| item["metadata"] = Value::Null,
        &|item| item["metadata"]["key"] = json!("a/c.md"),
        &|item| item["metadata"]["connection"] = json!("another"),
        &|item| item["metadata"]["etag"] = json!("\"f\""),
    ];
    for (n, change) in changes.iter().enumerate() {
        assert_eq!(proven(change), None, "change {n}");
    }
}

#[test]
fn a_status_that_is_not_documented_means_that_it_is_worked_on() {
    let document = document();
    let standing = |status: &str| item(&document, |item| item["status"] = status.into()).standing();
    for status in ["queued", "extracting", "embedding", "processing", "unknown", ""] {
        assert!(matches!(standing(status), Standing::Processing { .. }), "{status}");
    }
    assert!(matches!(standing("done"), Standing::Indexed { .. }));
}

#[test]
fn a_failure_has_a_reason_in_whichever_field_it_stands() {
    let document = document();
    let reason = |field: &str, value: Value| {
        let failed = item(&document, |item| {
            item["status"] = "failed".into();
            item[field] = value;
        });
        match failed.standing() {
            Standing::Failed { reason, .. } => reason,
            standing => panic!("{standing:?}"),
        }
    };
    for field in ["errorMessage", "errorReason", "error", "failureReason"] {
        assert_eq!(reason(field, json!("no text layer")), "no text layer");
    }
    assert_eq!(reason("error", json!({ "message": "no text layer" })), "no text layer");
    for nothing in [json!(null), json!(""), json!(5)] {
        assert!(reason("error", nothing).contains("no reason"));
    }
}

#[test]
fn ids_of_the_engine_and_words_of_routes_are_no_remote_ids() {
    assert!(is_remote_id("pbzy9vhWVLrNNkW54aLMQm") && is_remote_id("0198f6a0-0000-7000-8000-000000000001"));
    for id in ["", "a/b", "..", "' OR 1=1 --", "bulk", "processing", &document().id, &"x".repeat(129)] {
        assert!(!is_remote_id(id), "{id}");
    }
}
