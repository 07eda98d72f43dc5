use super::*;

fn draft(json: serde_json::Value) -> ConnectionDraft {
    serde_json::from_value(json).expect("a draft")
}

fn whole() -> serde_json::Value {
    serde_json::json!({
        "bucket": "user-files", "region": "us-east-1", "containerTags": ["t"],
        "credentials": {"kind": "access_key", "accessKeyId": "AKIA", "secretAccessKey": "s3cr3t-value"}
    })
}

fn fields(json: serde_json::Value) -> Vec<String> {
    draft(json).validate(SecretNeed::Typed).unwrap_err().fields.into_iter().map(|f| f.field).collect()
}

#[test]
fn a_draft_with_only_the_needed_fields_has_the_documented_defaults() {
    let (settings, secrets) = draft(whole()).validate(SecretNeed::Typed).expect("valid");
    assert_eq!(settings.name, "user-files");
    assert_eq!(settings.document_limit, 10_000);
    assert_eq!(settings.every_minutes, Some(240));
    assert_eq!(settings.on_gone, OnGone::Keep);
    assert!(secrets.secret_access_key.is_some());
}

#[test]
fn all_field_errors_come_at_once_in_the_order_of_the_form() {
    let wrong = fields(serde_json::json!({
        "bucket": "s3://x/y", "region": "", "endpoint": "minio:9000", "documentLimit": 0, "containerTagRegex": "users/([^/]+)/",
        "credentials": {"kind": "access_key", "accessKeyId": " "}
    }));
    assert_eq!(
        wrong,
        ["bucket", "region", "endpoint", "accessKeyId", "secretAccessKey", "documentLimit", "containerTagRegex"]
    );
}

#[test]
fn a_connection_without_tag_and_rule_is_refused() {
    let mut json = whole();
    json["containerTags"] = serde_json::json!([" "]);
    assert_eq!(fields(json), ["containerTags"]);
}

#[test]
fn an_edit_may_leave_the_secret_out() {
    let mut json = whole();
    json["credentials"] = serde_json::json!({"kind": "access_key", "accessKeyId": "AKIA"});
    assert!(draft(json).validate(SecretNeed::MayBeSaved).is_ok());
}

#[test]
fn an_endpoint_loses_its_last_slash_and_must_not_carry_keys() {
    let mut json = whole();
    json["endpoint"] = "http://127.0.0.1:9000/".into();
    assert_eq!(
        draft(json.clone()).validate(SecretNeed::Typed).expect("valid").0.endpoint.as_deref(),
        Some("http://127.0.0.1:9000")
    );
    json["endpoint"] = "https://key:secret@host".into();
    assert_eq!(fields(json), ["endpoint"]);
}

#[test]
fn no_secret_is_in_the_debug_text() {
    let draft = draft(whole());
    let (settings, secrets) = draft.validate(SecretNeed::Typed).expect("valid");
    assert!(!format!("{draft:?} {settings:?} {secrets:?}").contains("s3cr3t-value"));
}

#[test]
fn a_temporary_key_needs_its_session_token() {
    let mut json = whole();
    json["credentials"]["accessKeyId"] = "ASIAEXAMPLE".into();
    assert_eq!(fields(json.clone()), ["sessionToken"]);
    json["credentials"]["sessionToken"] = "token".into();
    assert!(draft(json).validate(SecretNeed::Typed).is_ok());
}
