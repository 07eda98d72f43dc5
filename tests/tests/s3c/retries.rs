//! Refused documents: told with their reason, left alone, sent once more when a person asks for it.

use s3_connector_tests::memory_s3::{Fault, MemoryS3, On};
use serde_json::{Value, json};

use super::program::{BUCKET, S3c, keys};

const REFUSED: [&str; 2] = ["users/u1/broken.pdf", "users/u1/noise.md"];

async fn with_two_refused(server: &MemoryS3, s3c: &S3c) -> Value {
    server.put(BUCKET, "users/u1/good.md", "tapir");
    server.put(BUCKET, REFUSED[0], "%PDF-1.7\nthis is where it ends");
    server.put(BUCKET, REFUSED[1], vec![0_u8, 1, 2, 3, 4, 5, 6, 7]);
    s3c.add_notes(server).await;
    s3c.answer(&["sync", "notes"]).await["run"].clone()
}

/// The objects that were read since this was asked last.
fn read_keys(server: &MemoryS3) -> Vec<String> {
    let mut read: Vec<String> =
        server.seen().into_iter().filter(|seen| seen.operation == "GetObject").filter_map(|seen| seen.key).collect();
    read.sort();
    server.forget_seen();
    read
}

#[tokio::test]
async fn a_refused_document_is_told_with_its_reason_and_sent_again_only_when_asked_for() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    let run = with_two_refused(&server, &s3c).await;
    assert_eq!((&run["state"], &run["sent"], &run["skipped"]), (&json!("completed"), &json!(1), &json!(2)));
    let items = s3c.answer(&["items", run["id"].as_str().unwrap(), "--refused"]).await;
    let mut told = keys(&items["items"]);
    told.sort_unstable();
    assert_eq!((told, &items["total"]), (REFUSED.to_vec(), &json!(2)));
    assert!(items["items"][0]["detail"].as_str().unwrap().starts_with("The "), "{items}");

    read_keys(&server);
    s3c.answer(&["sync", "notes"]).await;
    assert_eq!(read_keys(&server), Vec::<String>::new());
    s3c.answer(&["retry", "notes", REFUSED[1]]).await;
    assert_eq!(read_keys(&server), [REFUSED[1]]);
    let run = &s3c.answer(&["retry", "notes", "--all"]).await["run"];
    assert_eq!((&run["state"], &run["sent"]), (&json!("completed"), &json!(0)));
    assert_eq!(read_keys(&server), REFUSED);
}

#[tokio::test]
async fn a_retry_of_a_key_that_has_nothing_to_retry_is_a_wrong_call() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    with_two_refused(&server, &s3c).await;
    let error = s3c.run(&["--json", "retry", "notes", "users/u1/good.md"]).await.error(2);
    assert!(error["detail"].as_str().unwrap().contains("users/u1/good.md"), "{error}");
    assert_eq!(s3c.answer(&["runs", "notes"]).await["runs"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_failed_document_may_be_named_and_is_tried_again() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    server.put(BUCKET, "users/u1/good.md", "tapir");
    server.put(BUCKET, "users/u1/held.md", "tapir too");
    server.fail_always(On::Key("users/u1/held.md".into()), Fault::s3_error(403, "AccessDenied", "Access Denied"));
    s3c.add_notes(&server).await;
    let ended = s3c.run(&["--json", "sync", "notes"]).await;
    let items = s3c.answer(&["items", ended.json()["run"]["id"].as_str().unwrap(), "--failed"]).await;
    assert_eq!(
        (keys(&items["items"]), &items["items"][0]["code"]),
        (vec!["users/u1/held.md"], &json!("access_denied"))
    );
    server.heal();
    assert_eq!(s3c.answer(&["retry", "notes", "users/u1/held.md"]).await["run"]["sent"], 1);
}
