//! Killed, stopped, or second: no document twice, none missing.

use std::collections::BTreeSet;

use s3_connector_tests::memory_s3::{MemoryS3, On};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::program::{BUCKET, DEADLINE, S3c, end_of, keys};

const NOTES: usize = 200;

fn key_of(note: usize) -> String {
    format!("users/u{}/note-{note:03}.md", note / 100)
}

async fn filled_bucket() -> MemoryS3 {
    let server = MemoryS3::start().await;
    for note in 0..NOTES {
        server.put(BUCKET, &key_of(note), format!("The pangolin of page {note}."));
    }
    server
}

async fn signal(child: &Child, name: &str) {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-s", name, &id]).status().await.unwrap().success());
}

/// Everything is held once: the plan is empty, and a word that is in every document finds each key once.
async fn everything_is_there_once(s3c: &S3c) {
    let totals = &s3c.answer(&["preview", "notes", "--limit", "0"]).await["totals"];
    assert_eq!(totals, &json!({"new": 0, "changed": 0, "retagged": 0, "unchanged": NOTES, "skipped": 0, "removed": 0}));
    let found = s3c.answer(&["search", "pangolin", "--limit", "1000"]).await;
    let found = keys(&found["results"]);
    assert_eq!(found.len(), NOTES);
    assert_eq!(found.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), (0..NOTES).map(key_of).collect());
    let listed = s3c.answer(&["connections", "list"]).await;
    assert_eq!(listed["connections"][0]["documents"], NOTES);
}

#[tokio::test]
async fn after_a_kill_in_the_middle_the_next_sync_finishes_the_work() {
    let server = filled_bucket().await;
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    // Killed at three different points, some with documents under way, before it may finish.
    for note in [20, 90, 150] {
        let gate = server.hold(On::Key(key_of(note)));
        let mut child = s3c.start(&["--json", "sync", "notes"]);
        gate.arrived(1).await;
        child.kill().await.unwrap();
        gate.open();
    }
    let run = &s3c.answer(&["sync", "notes"]).await["run"];
    assert_eq!((&run["state"], &run["failed"]), (&json!("completed"), &json!(0)));
    assert!(run["sent"].as_u64().unwrap() < NOTES as u64, "what was sent before stays sent: {run}");
    everything_is_there_once(&s3c).await;
}

#[tokio::test]
async fn a_signal_stops_a_sync_cleanly_and_the_next_one_goes_on() {
    let server = filled_bucket().await;
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    for (name, note) in [("INT", 40), ("TERM", 120)] {
        let gate = server.hold(On::Key(key_of(note)));
        let child = s3c.start(&["--json", "sync", "notes"]);
        gate.arrived(1).await;
        signal(&child, name).await;
        gate.open();
        let ended = end_of(child).await;
        assert_eq!(ended.exit, Some(3), "{ended:#?}");
        assert_eq!(ended.json()["run"]["state"], "cancelled");
    }
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["state"], "completed");
    everything_is_there_once(&s3c).await;
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once_and_nothing_is_lost() {
    let server = filled_bucket().await;
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let gate = server.hold(On::Key(key_of(60)));
    let mut child = s3c.start(&["sync", "notes"]);
    gate.arrived(1).await;
    signal(&child, "INT").await;
    // Two signals at once may be heard as one, so the first has to be answered before the second is sent.
    let mut told = String::new();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    tokio::time::timeout(DEADLINE, errors.read_line(&mut told)).await.unwrap().unwrap();
    assert!(told.starts_with("Stopping"), "{told}");
    signal(&child, "INT").await;
    assert_eq!(end_of(child).await.exit, Some(130));
    gate.open();
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["state"], "completed");
    everything_is_there_once(&s3c).await;
}

#[tokio::test]
async fn a_second_process_is_told_that_the_folder_is_in_use_and_does_not_disturb_the_first() {
    let server = filled_bucket().await;
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let gate = server.hold(On::Key(key_of(50)));
    let first = s3c.start(&["--json", "sync", "notes"]);
    gate.arrived(1).await;
    for command in [&["sync", "notes"][..], &["connections", "list"], &["search", "pangolin"]] {
        let error = s3c.run(&[&["--json"], command].concat()).await.error(1);
        assert_eq!(error["code"], "data_folder_busy");
    }
    gate.open();
    assert_eq!(end_of(first).await.answer()["run"]["sent"], NOTES);
    everything_is_there_once(&s3c).await;
}
