#![allow(clippy::unwrap_used)]

use s3_connector_engine::error::{Error, ErrorCode, FieldError};
use s3_connector_engine::knowledge_base::SnippetPart;
use s3_connector_engine::object::ObjectKey;
use s3_connector_engine::view::RunTrigger;
use serde_json::{Value, json};

use super::*;

fn value(answer: &impl Serialize) -> Value {
    serde_json::to_value(answer).unwrap()
}

#[test]
fn the_totals_of_a_preview_have_exactly_the_promised_fields() {
    let totals = PlanTotals { new: 1, changed: 2, retagged: 3, unchanged: 4, skipped: 5, removed: 6, kept: 7 };
    assert_eq!(
        value(&Totals::from(totals)),
        json!({"new": 1, "changed": 2, "retagged": 3, "unchanged": 4, "skipped": 5, "removed": 6})
    );
}

#[test]
fn an_item_of_a_preview_has_exactly_the_promised_fields() {
    let mut item = PlanItem {
        key: "a\u{1}/\"b\".md".into(),
        action: PlanAction::Skipped,
        reason: Some(SkipReason::IllegalTag),
        sentence: Some("a sentence".into()),
        tag: None,
        capture: Some((0, 1)),
        size: Some(12),
        modified: Some(1),
    };
    assert_eq!(
        value(&Item::from(&item)),
        json!({"key": "a\u{1}/\"b\".md", "action": "skipped", "reason": "illegal_tag", "tag": null, "size": 12})
    );
    item = PlanItem { action: PlanAction::Removed, reason: None, tag: Some("u1".into()), size: None, ..item };
    assert_eq!(
        value(&Item::from(&item)),
        json!({"key": "a\u{1}/\"b\".md", "action": "removed", "reason": null, "tag": "u1", "size": null})
    );
}

fn a_run() -> RunView {
    RunView {
        id: "r1".into(),
        connection_id: "c1".into(),
        connection_name: "notes".into(),
        trigger: RunTrigger::Manual,
        state: RunState::PartlyCompleted,
        started_at: 1,
        finished_at: Some(2),
        listed: 10,
        sent: 5,
        removed: 1,
        skipped: 2,
        failed: 3,
        bytes: 99,
        held_back: 0,
        trial: None,
        drift: None,
        error: None,
    }
}

#[test]
fn a_run_has_exactly_the_promised_fields() {
    let run = a_run();
    assert_eq!(
        value(&RunReply::from(&run)),
        json!({"run": {
            "id": "r1", "state": "partly_completed", "listed": 10, "sent": 5, "removed": 1, "skipped": 2,
            "failed": 3, "bytes": 99,
        }})
    );
}

#[test]
fn a_run_that_held_removals_back_or_was_a_trial_says_so() {
    let run = RunView { held_back: 12, trial: Some(10), ..a_run() };
    let run = &value(&RunReply::from(&run))["run"];
    assert_eq!((&run["heldBack"], &run["trial"]), (&json!(12), &json!(10)));
}

#[test]
fn a_line_of_a_watch_has_the_event_and_the_whole_run() {
    let line = value(&WatchLine { event: WatchEvent::Ended, run: &a_run() });
    assert_eq!((&line["event"], &line["run"]["connectionName"]), (&json!("ended"), &json!("notes")));
    assert_eq!((&line["run"]["startedAt"], &line["run"]["finishedAt"]), (&json!(1), &json!(2)));
}

#[test]
fn a_document_has_exactly_the_promised_fields() {
    let document = DocumentView {
        key: "a.md".into(),
        etag: "e1".into(),
        tag: "u1".into(),
        id: "s3-1".into(),
        state: DocumentState::Rejected,
        changed_at: 1,
        size: 2,
        refusal: Some("no text".into()),
        removed_by_hand: false,
    };
    let promised = json!({"key": "a.md", "etag": "e1", "tag": "u1", "id": "s3-1", "state": "rejected"});
    assert_eq!(value(&Document::from(&document)), promised);
}

#[test]
fn a_search_result_has_exactly_the_promised_fields_and_a_snippet_of_plain_text() {
    let part = |text: &str, hit| SnippetPart { text: text.into(), hit };
    let result = SearchResult {
        document_id: "s3-1".into(),
        connection_id: "c1".into(),
        bucket: "b".into(),
        key: ObjectKey::new("users/u1/a.md"),
        tag: "u1".into(),
        score: 1.5,
        snippet: vec![part("how ", false), part("refunds", true), part(" work", false)],
        size: 1,
        modified: None,
    };
    assert_eq!(
        value(&SearchReply { results: vec![Found::new(&result, "notes")] }),
        json!({"results": [{
            "key": "users/u1/a.md", "connection": "notes", "tag": "u1", "score": 1.5, "snippet": "how refunds work",
        }]})
    );
}

#[test]
fn an_error_has_the_documented_status_and_solution() {
    for (code, status, message, solution) in [
        (ErrorCode::AuthenticationFailed, 401, "Authentication failed", "Verify access key and secret"),
        (ErrorCode::AccessDenied, 403, "Access denied", "Check IAM permissions and bucket policy"),
        (ErrorCode::BucketNotFound, 404, "Bucket not found", "Verify bucket name and region"),
    ] {
        let error = Error::new(code, "facts").view();
        assert_eq!(
            value(&ErrorReply { error: &error }),
            json!({"error": {
                "code": code.name(), "status": status, "message": message, "solution": solution, "detail": "facts",
            }})
        );
    }
}

#[test]
fn fields_and_region_are_told_where_they_are_known() {
    let field = FieldError { field: "containerTagRegex".into(), message: "no".into(), span: Some((1, 2)) };
    let wrong = value(&ErrorReply { error: &Error::fields(vec![field]).view() });
    assert_eq!(wrong["error"]["fields"], json!([{"field": "containerTagRegex", "message": "no", "span": [1, 2]}]));
    let mut error = Error::new(ErrorCode::WrongRegion, "x");
    error.region = Some("eu-central-1".into());
    let wrong = value(&ErrorReply { error: &error.view() });
    assert_eq!(
        (&wrong["error"]["region"], &wrong["error"]["solution"]),
        (&json!("eu-central-1"), &json!("Use eu-central-1"))
    );
}

#[test]
fn a_deleted_connection_is_named() {
    let reply = DeletedReply { deleted: Deleted { id: "c1", name: "notes" } };
    assert_eq!(value(&reply), json!({"deleted": {"id": "c1", "name": "notes"}}));
}
