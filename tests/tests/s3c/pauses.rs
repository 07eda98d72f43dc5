//! Pauses: said, kept, and taken back.

use s3_connector_tests::memory_s3::MemoryS3;
use serde_json::json;

use super::program::{BUCKET, S3c};

#[tokio::test]
async fn a_pause_is_kept_until_it_is_over_or_taken_back() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/a.md", "cassowary");
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let due = s3c.answer(&["connections", "list"]).await["connections"][0]["nextDueAt"].clone();
    let paused = s3c.answer(&["connections", "pause", "notes"]).await["connections"][0].clone();
    assert_eq!((&paused["state"], &paused["pause"]), (&json!("paused"), &json!({"until": null})));
    assert_eq!(paused["nextDueAt"], json!(null));
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["state"], "completed", "a person's sync still runs");
    let resumed = s3c.answer(&["connections", "resume", "--all"]).await["connections"][0].clone();
    assert_eq!((&resumed["pause"], &resumed["state"]), (&json!(null), &json!("up_to_date")));
    assert!(resumed["nextDueAt"].as_i64() >= due.as_i64());
    let tomorrow = s3c.answer(&["connections", "pause", "notes", "--for", "tomorrow"]).await;
    let hour = s3c.answer(&["connections", "pause", "--all", "--for", "hour"]).await;
    let until = |answer: &serde_json::Value| answer["connections"][0]["pause"]["until"].as_i64().unwrap();
    let created = paused["createdAt"].as_i64().unwrap();
    assert!(until(&hour) >= created + 3_600_000 && until(&tomorrow) > created, "{hour} {tomorrow}");
    let plain = s3c.run(&["connections", "pause", "notes"]).await;
    assert_eq!(plain.answer, "Paused notes until it is resumed.\n");
    let list = s3c.run(&["connections", "list"]).await;
    assert!(list.answer.contains("\tpaused\t"), "{list:#?}");
}
