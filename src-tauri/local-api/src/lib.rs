//! The documented connector API (<https://supermemory.ai/docs/connectors/s3>) in terms of the engine.
//!
//! So far this crate reads what `POST /v3/connections/s3` is sent, in both forms that the documentation has had:
//! the settings under `metadata` with one `containerTag`, and the older one with everything at the top level.
//! Serving the routes on loopback comes with the API itself; nothing here listens on a port.

use s3_connector_engine::connection::ConnectionDraft;
use serde_json::{Map, Value, json};

/// The settings that stand under `metadata`, or at the top level in the older form.
const SETTINGS: [&str; 7] =
    ["accessKeyId", "secretAccessKey", "bucket", "region", "endpoint", "prefix", "containerTagRegex"];

/// Turns the body of `POST /v3/connections/s3` into a draft. Unknown fields are left alone, as the hosted API does;
/// what is missing or wrong is found by the draft's own validation.
///
/// # Errors
/// The name of the field whose value has the wrong type. Values are never quoted: one of them is a secret.
pub fn draft_of_create_request(body: &Value) -> Result<ConnectionDraft, String> {
    let top = body.as_object().ok_or("body")?;
    let none = Map::new();
    let metadata = match top.get("metadata") {
        None | Some(Value::Null) => &none,
        Some(Value::Object(metadata)) => metadata,
        Some(_) => return Err("metadata".into()),
    };
    let mut settings = Map::new();
    for field in SETTINGS {
        // The current form wins where both are sent.
        if let Some(value) = metadata.get(field).or_else(|| top.get(field)).filter(|value| !value.is_null()) {
            let text = value.as_str().ok_or(field)?;
            settings.insert(field.to_owned(), text.into());
        }
    }
    let credentials = json!({
        "kind": "access_key",
        "accessKeyId": settings.remove("accessKeyId").unwrap_or_default().as_str().unwrap_or_default(),
        "secretAccessKey": settings.remove("secretAccessKey"),
    });
    settings.insert("credentials".into(), credentials);
    settings.insert("containerTags".into(), container_tags(top)?);
    if let Some(limit) = top.get("documentLimit").filter(|value| !value.is_null()) {
        settings.insert("documentLimit".into(), limit.as_i64().ok_or("documentLimit")?.into());
    }
    serde_json::from_value(Value::Object(settings)).map_err(|_| "body".to_owned())
}

/// `containerTag` as documented now, or the list `containerTags` of before.
fn container_tags(top: &Map<String, Value>) -> Result<Value, String> {
    if let Some(tag) = top.get("containerTag").filter(|value| !value.is_null()) {
        return Ok(json!([tag.as_str().ok_or("containerTag")?]));
    }
    match top.get("containerTags") {
        None | Some(Value::Null) => Ok(json!([])),
        Some(tags) if tags.as_array().is_some_and(|tags| tags.iter().all(Value::is_string)) => Ok(tags.clone()),
        Some(_) => Err("containerTags".into()),
    }
}

#[cfg(test)]
mod tests {
    use s3_connector_engine::connection::{SecretNeed, Settings};

    use super::*;

    fn settings(body: Value) -> Settings {
        let draft = draft_of_create_request(&body).expect("a readable body");
        draft.validate(SecretNeed::Typed).expect("a valid connection").0
    }

    #[test]
    fn both_documented_forms_give_the_same_connection() {
        let new = settings(json!({
            "containerTag": "user-files", "documentLimit": 500,
            "metadata": {
                "accessKeyId": "AKIAEXAMPLE", "secretAccessKey": "secret", "bucket": "my-bucket", "region": "us-east-1",
                "prefix": "users/", "containerTagRegex": "users/(?<userId>[^/]+)/"
            }
        }));
        let old = settings(json!({
            "containerTags": ["user-files"], "documentLimit": 500,
            "accessKeyId": "AKIAEXAMPLE", "secretAccessKey": "secret", "bucket": "my-bucket", "region": "us-east-1",
            "prefix": "users/", "containerTagRegex": "users/(?<userId>[^/]+)/"
        }));
        assert_eq!(format!("{new:?}"), format!("{old:?}"));
        assert_eq!((new.document_limit, new.bucket.as_str()), (500, "my-bucket"));
    }

    #[test]
    fn the_default_limit_is_the_documented_one() {
        let body = json!({
            "containerTag": "t",
            "metadata": {"accessKeyId": "A", "secretAccessKey": "s", "bucket": "my-bucket", "region": "auto"}
        });
        assert_eq!(settings(body).document_limit, 10_000);
    }

    #[test]
    fn a_value_of_the_wrong_type_names_its_field_and_never_quotes_it() {
        let refused = |body: Value| draft_of_create_request(&body).expect_err("refused");
        assert_eq!(refused(json!({"metadata": {"secretAccessKey": 12345}})), "secretAccessKey");
        assert_eq!(refused(json!({"documentLimit": "many"})), "documentLimit");
        assert_eq!(refused(json!({"containerTags": "one"})), "containerTags");
        assert_eq!(refused(json!([])), "body");
    }
}
