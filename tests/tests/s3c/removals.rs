//! Unusually many removals: held back, told with the command that confirms them, carried out when confirmed.

use s3_connector_tests::memory_s3::MemoryS3;
use serde_json::json;

use super::program::{BUCKET, S3c};

/// Twenty documents, twelve of whose objects are gone now.
async fn twelve_of_twenty_are_gone(server: &MemoryS3, s3c: &S3c) {
    for note in 0..20 {
        server.put(BUCKET, &format!("users/u1/{note:02}.md"), format!("bilby {note}"));
    }
    let more = ["--container-tag", "t", "--credentials", "environment", "--on-gone", "remove"];
    s3c.add(server, "notes", BUCKET, &more).await;
    s3c.answer(&["sync", "notes"]).await;
    for note in 0..12 {
        server.delete(BUCKET, &format!("users/u1/{note:02}.md"));
    }
}

#[tokio::test]
async fn many_removals_wait_for_a_yes_to_at_least_their_number() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    twelve_of_twenty_are_gone(&server, &s3c).await;
    let preview = s3c.answer(&["preview", "notes", "--limit", "0"]).await;
    assert_eq!((&preview["heldBack"], &preview["totals"]["removed"]), (&json!(12), &json!(12)));
    for words in [&["sync", "notes"][..], &["sync", "notes", "--confirm-removals", "11"]] {
        let ended = s3c.run(&[&["--json"], words].concat()).await;
        assert_eq!(ended.error(3)["code"], "mass_removal");
        let run = &ended.json()["run"];
        assert_eq!((&run["state"], &run["heldBack"]), (&json!("partly_completed"), &json!(12)));
        assert_eq!(run["removed"], 0);
    }
    let run = &s3c.answer(&["sync", "notes", "--confirm-removals", "12"]).await["run"];
    assert_eq!((&run["state"], &run["removed"], &run["heldBack"]), (&json!("completed"), &json!(12), &json!(null)));
    assert_eq!(s3c.answer(&["documents", "notes"]).await["documents"].as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn the_line_that_confirms_is_told_whole_and_works() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    twelve_of_twenty_are_gone(&server, &s3c).await;
    for (words, exit) in [(["preview", "notes"], 0), (["sync", "notes"], 3)] {
        let plain = s3c.run(&words).await;
        assert_eq!(plain.exit, Some(exit), "{plain:#?}");
        let line = plain.errors.lines().find(|line| line.contains("--confirm-removals")).unwrap();
        let (_, command) = line.split_once("with: ").unwrap();
        let folder = s3c.home().join("s3c");
        assert_eq!(command, format!("s3c --data-dir {} sync notes --confirm-removals 12", folder.display()));
    }
    let plain = s3c.run(&["sync", "notes", "--confirm-removals", "12"]).await;
    assert_eq!(plain.exit, Some(0), "{plain:#?}");
    assert_eq!(plain.answer, "Done: 8 objects listed, 0 sent (0 B), 12 removed, 0 skipped, 0 failed.\n");
    assert_eq!(plain.errors, "");
}

#[tokio::test]
async fn an_empty_bucket_is_not_believed_without_a_yes() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    server.put(BUCKET, "users/u1/a.md", "bilby");
    let more = ["--container-tag", "t", "--credentials", "environment", "--on-gone", "remove"];
    s3c.add(&server, "notes", BUCKET, &more).await;
    s3c.answer(&["sync", "notes"]).await;
    server.delete(BUCKET, "users/u1/a.md");
    let ended = s3c.run(&["--json", "sync", "notes"]).await;
    assert_eq!((ended.error(3)["code"].as_str(), &ended.json()["run"]["heldBack"]), (Some("mass_removal"), &json!(1)));
    assert_eq!(s3c.answer(&["sync", "notes", "--confirm-removals", "1"]).await["run"]["removed"], 1);
}
