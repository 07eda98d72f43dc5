//! From a bucket to an answer, and what a second sync makes of a changed bucket.

use std::collections::BTreeSet;

use s3_connector_tests::memory_s3::MemoryS3;
use serde_json::json;

use super::program::{BUCKET, S3c, fields, keys};

/// Keys that a file system or a careless client would rewrite.
fn odd_keys() -> Vec<String> {
    let mut keys: Vec<String> = [
        "a//b.md",
        "/lead.md",
        "a/../b.md",
        "..",
        ".",
        "with space .md",
        "a+b.md",
        "100%.md",
        "a%2Fb.md",
        "what?.md",
        "a#b.md",
        "nfc-\u{e9}.md",
        "nfd-e\u{301}.md",
        "control-\u{1}.md",
        "quote\"'<&>.md",
        "back\\slash.md",
    ]
    .map(str::to_owned)
    .into();
    keys.push(format!("{}.md", "k".repeat(1021)));
    keys
}

#[tokio::test]
async fn a_bucket_becomes_a_library_that_answers() {
    let server = MemoryS3::start().await;
    server.page_size(7);
    for user in 0..5 {
        for note in 0..6 {
            let text = format!("# Note {note}\nThe walrus of user {user} has number {note}.");
            server.put(BUCKET, &format!("users/u{user}/note-{note}.md"), text);
        }
    }
    server.put(BUCKET, "users/u1/picture.png", "not text");
    server.put(BUCKET, "readme.md", "A walrus that belongs to nobody.");
    let s3c = S3c::new(&server);

    let added = s3c.add_notes(&server).await;
    let id = added["connection"]["id"].as_str().unwrap();
    assert_eq!(added["connection"]["containerTagRegex"], "users/(?<userId>[^/]+)/");
    assert_eq!(added["connection"]["documentLimit"], 10_000);
    let listed = s3c.answer(&["connections", "list"]).await;
    assert_eq!(listed["connections"][0]["id"], id);
    assert_eq!(s3c.answer(&["test", "notes"]).await["test"]["passed"], true);
    let policy = s3c.answer(&["policy", "notes"]).await["policy"].clone();
    assert_eq!(policy["Statement"][1]["Resource"], format!("arn:aws:s3:::{BUCKET}/*"));
    let alone = s3c.run(&["policy", "notes"]).await;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&alone.answer).unwrap(), policy, "{alone:#?}");
    let ladder = s3c.run(&["test", "notes"]).await.answer;
    let rungs: Vec<_> = ladder.lines().filter_map(|line| line[9..].split_whitespace().next()).collect();
    assert_eq!(rungs, ["credentials", "name", "connect", "tls", "clock", "signature", "list", "read"]);

    let preview = s3c.answer(&["preview", "notes"]).await;
    let totals = json!({"new": 30, "changed": 0, "retagged": 0, "unchanged": 0, "skipped": 2, "removed": 0});
    assert_eq!(preview["totals"], totals);
    assert_eq!(keys(&preview["items"]), server.keys(BUCKET));
    assert_eq!(
        preview["items"][0],
        json!({"key": "readme.md", "action": "skipped", "reason": "no_tag", "tag": null, "size": 32})
    );
    assert_eq!(s3c.answer(&["preview", id, "--limit", "0"]).await, json!({"totals": totals, "items": []}));
    assert_eq!(keys(&s3c.answer(&["preview", id, "--limit", "3"]).await["items"]).len(), 3);

    let run = &s3c.answer(&["sync", "notes"]).await["run"];
    assert_eq!(fields(run), BTreeSet::from(["id", "state", "listed", "sent", "removed", "skipped", "failed", "bytes"]));
    assert_eq!((&run["state"], &run["sent"], &run["skipped"]), (&json!("completed"), &json!(30), &json!(2)));
    assert_eq!((&run["listed"], &run["failed"], &run["removed"]), (&json!(32), &json!(0), &json!(0)));

    let all = s3c.answer(&["search", "walrus", "--limit", "100"]).await;
    assert_eq!(keys(&all["results"]).len(), 30);
    let found = s3c.answer(&["search", "walrus", "--tag", "u3", "--limit", "4"]).await;
    assert_eq!(keys(&found["results"]).len(), 4);
    let result = &found["results"][0];
    assert_eq!(fields(result), BTreeSet::from(["key", "connection", "tag", "score", "snippet"]));
    assert_eq!((&result["connection"], &result["tag"]), (&json!("notes"), &json!("u3")));
    assert!(result["snippet"].as_str().unwrap().contains("walrus"), "{result}");
}

#[tokio::test]
async fn a_second_sync_plans_nothing_and_reads_nothing() {
    let server = MemoryS3::start().await;
    for note in 0..20 {
        server.put(BUCKET, &format!("users/u1/{note}.md"), format!("text {note}"));
    }
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], 20);
    server.forget_seen();
    let totals = &s3c.answer(&["preview", "notes"]).await["totals"];
    assert_eq!((&totals["unchanged"], &totals["new"], &totals["changed"]), (&json!(20), &json!(0), &json!(0)));
    let run = &s3c.answer(&["sync", "notes"]).await["run"];
    assert_eq!((&run["state"], &run["sent"], &run["removed"]), (&json!("completed"), &json!(0), &json!(0)));
    assert!(server.operations().iter().all(|operation| operation == "ListObjectsV2"), "{:?}", server.operations());
}

#[tokio::test]
async fn a_changed_object_replaces_its_old_text() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/a.md", "the old wombat");
    server.put(BUCKET, "users/u1/b.md", "another text");
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    s3c.answer(&["sync", "notes"]).await;
    server.put(BUCKET, "users/u1/a.md", "the new platypus");
    let preview = s3c.answer(&["preview", "notes"]).await;
    assert_eq!((&preview["totals"]["changed"], &preview["totals"]["unchanged"]), (&json!(1), &json!(1)));
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], 1);
    assert_eq!(s3c.answer(&["search", "wombat"]).await, json!({"results": []}));
    assert_eq!(keys(&s3c.answer(&["search", "platypus"]).await["results"]), ["users/u1/a.md"]);
}

#[tokio::test]
async fn a_document_whose_object_is_gone_is_kept_or_removed_as_chosen() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    for (bucket, on_gone) in [("bucket-keep", "keep"), ("bucket-remove", "remove")] {
        server.put(bucket, "gone.md", format!("kiwi {on_gone}"));
        server.put(bucket, "stays.md", "stays");
        let more = ["--container-tag", "t", "--credentials", "environment", "--on-gone", on_gone];
        s3c.add(&server, bucket, bucket, &more).await;
        s3c.answer(&["sync", bucket]).await;
        server.delete(bucket, "gone.md");
    }
    assert_eq!(s3c.answer(&["preview", "bucket-keep"]).await["totals"]["removed"], 0);
    assert_eq!(s3c.answer(&["preview", "bucket-remove"]).await["totals"]["removed"], 1);
    assert_eq!(s3c.answer(&["sync", "bucket-keep"]).await["run"]["removed"], 0);
    assert_eq!(s3c.answer(&["sync", "bucket-remove"]).await["run"]["removed"], 1);
    let found = s3c.answer(&["search", "kiwi"]).await;
    assert_eq!(keys(&found["results"]), ["gone.md"]);
    assert_eq!(found["results"][0]["connection"], "bucket-keep");
}

#[tokio::test]
async fn odd_keys_survive_byte_for_byte() {
    let server = MemoryS3::start().await;
    let odd = odd_keys();
    for key in &odd {
        server.put(BUCKET, key, "an armadillo");
    }
    let s3c = S3c::new(&server);
    s3c.add(&server, "odd", BUCKET, &["--container-tag", "t", "--credentials", "environment"]).await;
    let preview = s3c.answer(&["preview", "odd"]).await;
    assert_eq!(keys(&preview["items"]), server.keys(BUCKET));
    let run = &s3c.answer(&["sync", "odd"]).await["run"];
    assert_eq!(run["state"], "completed", "{run}");
    assert_eq!(preview["totals"]["new"], run["sent"]);
    let found = s3c.answer(&["search", "armadillo", "--limit", "100"]).await;
    let found: BTreeSet<&str> = keys(&found["results"]).into_iter().collect();
    // `..` and `.` have no type that text could be read from by their name; all others are documents.
    let missing: Vec<&String> = odd.iter().filter(|key| !found.contains(key.as_str())).collect();
    assert!(missing.iter().all(|key| *key == ".." || *key == "."), "{missing:?}");
}

#[tokio::test]
async fn a_deleted_connection_takes_its_documents_along_unless_they_are_kept() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    let mut ids = Vec::new();
    for name in ["first", "second"] {
        let bucket = format!("bucket-{name}");
        server.put(&bucket, "a.md", format!("ocelot of {name}"));
        let added = s3c.add(&server, name, &bucket, &["--container-tag", "t", "--credentials", "environment"]).await;
        ids.push(added["connection"]["id"].as_str().unwrap().to_owned());
        s3c.answer(&["sync", name]).await;
    }
    let deleted = s3c.answer(&["connections", "delete", "first"]).await;
    assert_eq!(deleted, json!({"deleted": {"id": ids[0], "name": "first"}}));
    s3c.answer(&["connections", "delete", "second", "--keep-documents"]).await;
    assert_eq!(s3c.answer(&["connections", "list"]).await, json!({"connections": []}));
    let found = s3c.answer(&["search", "ocelot"]).await;
    assert_eq!(keys(&found["results"]), ["a.md"]);
    assert_eq!(found["results"][0]["connection"], json!(ids[1]));
}

#[tokio::test]
async fn a_public_bucket_needs_no_credentials() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "a.md", "public capybara");
    server.make_public(BUCKET);
    let s3c = S3c::without_key();
    s3c.add(&server, "open", BUCKET, &["--container-tag", "t", "--credentials", "anonymous"]).await;
    assert_eq!(s3c.answer(&["sync", "open"]).await["run"]["sent"], 1);
    assert!(server.seen().iter().all(|seen| seen.access_key.is_none()));
}

#[tokio::test]
async fn in_a_pipe_the_answers_are_lines_and_the_notes_go_elsewhere() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/a\u{1b}[2J.md", "marmot");
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let preview = s3c.run(&["preview", "notes"]).await;
    assert_eq!(preview.answer, "Action\tKey\tTag\tSize\tWhy\nnew\tusers/u1/a\\u{1b}[2J.md\tu1\t6 B\t\n");
    assert!(preview.errors.contains("1 new"), "{preview:?}");
    let sync = s3c.run(&["sync", "notes"]).await;
    assert_eq!(sync.answer, "Done: 1 object listed, 1 sent (6 B), 0 removed, 0 skipped, 0 failed.\n");
    assert_eq!(sync.errors, "");
}
