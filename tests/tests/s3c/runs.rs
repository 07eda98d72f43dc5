//! Syncs as they are told afterwards, and trials.

use s3_connector_tests::memory_s3::MemoryS3;
use serde_json::{Value, json};

use super::program::{BUCKET, S3c, keys};

#[tokio::test]
async fn a_trial_sends_a_few_of_each_kind_and_the_next_sync_the_rest() {
    let server = MemoryS3::start().await;
    for note in 0..6 {
        server.put(BUCKET, &format!("users/u1/{note}.md"), format!("okapi {note}"));
    }
    server.put(BUCKET, "users/u2/a.md", "okapi of another");
    server.put(BUCKET, "users/u2/b.txt", "okapi in plain text");
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let run = &s3c.answer(&["sync", "notes", "--trial", "3"]).await["run"];
    assert_eq!((&run["state"], &run["sent"], &run["trial"]), (&json!("completed"), &json!(3), &json!(3)));
    let documents = s3c.answer(&["documents", "notes"]).await;
    let mut held = keys(&documents["documents"]);
    held.sort_unstable();
    assert_eq!(held, ["users/u1/0.md", "users/u2/a.md", "users/u2/b.txt"]);
    let listed = s3c.answer(&["connections", "list"]).await;
    assert_eq!(listed["connections"][0]["state"], "partly_done");
    let rest = s3c.run(&["sync", "notes"]).await;
    assert!(rest.answer.starts_with("Done: 8 objects listed, 5 sent"), "{rest:#?}");
    assert_eq!(s3c.answer(&["documents", "notes"]).await["documents"].as_array().unwrap().len(), 8);
    let plain = s3c.run(&["sync", "notes", "--trial", "3"]).await;
    assert!(plain.answer.starts_with("Done (trial of 3): "), "{plain:#?}");
}

#[tokio::test]
async fn runs_are_told_the_newest_first() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    assert_eq!(s3c.answer(&["runs", "notes"]).await, json!({"runs": []}));
    let failed = s3c.run(&["--json", "sync", "notes"]).await;
    server.put(BUCKET, "users/u1/a.md", "okapi");
    let done = s3c.answer(&["sync", "notes"]).await;
    let runs = s3c.answer(&["runs", "notes"]).await;
    let ids: Vec<&Value> = runs["runs"].as_array().unwrap().iter().map(|run| &run["id"]).collect();
    assert_eq!(ids, [&done["run"]["id"], &failed.json()["run"]["id"]]);
    assert_eq!(runs["runs"][1]["error"]["code"], "bucket_not_found");
    assert_eq!((&runs["runs"][0]["trigger"], &runs["runs"][0]["state"]), (&json!("manual"), &json!("completed")));
    let one = s3c.answer(&["runs", "notes", "--limit", "1"]).await;
    assert_eq!(one["runs"].as_array().unwrap().len(), 1);
    let plain = s3c.run(&["runs", "notes"]).await;
    let lines: Vec<&str> = plain.answer.lines().collect();
    assert!(lines.len() == 3 && lines[0].starts_with("Id\tStarted\t") && lines[2].contains("Bucket not found"));
}

#[tokio::test]
async fn items_are_told_by_outcome_and_the_preview_has_what_a_run_cut_off() {
    let server = MemoryS3::start().await;
    for picture in 0..1003 {
        server.put(BUCKET, &format!("users/u1/{picture:04}.png"), "picture");
    }
    server.put(BUCKET, "users/u1/a.md", "okapi");
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let run = s3c.answer(&["sync", "notes"]).await["run"].clone();
    let id = run["id"].as_str().unwrap();
    assert_eq!(run["skipped"], 1003);
    let items = s3c.answer(&["items", id]).await;
    assert_eq!((&items["total"], items["items"].as_array().unwrap().len()), (&json!(1001), 1001));
    let skipped = s3c.answer(&["items", id, "--skipped", "--limit", "2"]).await;
    assert_eq!(
        (&skipped["total"], keys(&skipped["items"])),
        (&json!(1000), vec!["users/u1/0000.png", "users/u1/0001.png"])
    );
    assert_eq!(skipped["items"][0]["code"], "unsupported_type");
    let sent = s3c.answer(&["items", id, "--sent"]).await;
    assert_eq!(keys(&sent["items"]), ["users/u1/a.md"]);
    assert_eq!(s3c.answer(&["items", id, "--removed"]).await, json!({"total": 0, "items": []}));
    let plain = s3c.run(&["items", id, "--skipped"]).await;
    assert_eq!(plain.answer.lines().count(), 1001);
    let whole = format!("all are in: s3c --data-dir {} preview notes", s3c.home().join("s3c").display());
    assert!(plain.errors.contains("1,000 of 1,003") && plain.errors.contains(&whole), "{}", plain.errors);
    assert!(!s3c.run(&["items", id, "--sent"]).await.errors.contains("preview"));
}

#[tokio::test]
async fn a_run_that_nobody_knows_is_a_wrong_call() {
    let s3c = S3c::without_key();
    let error = s3c.run(&["--json", "items", "no-such-run"]).await.error(2);
    assert!(error["detail"].as_str().unwrap().contains("no-such-run"), "{error}");
    assert_eq!(s3c.run(&["--json", "runs", "nobody"]).await.error(1)["code"], "connection_not_found");
}
