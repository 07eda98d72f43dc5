//! Edits of a connection: previewed, saved, carried out; what is not named stays.

use s3_connector_tests::memory_s3::MemoryS3;
use serde_json::{Value, json};

use super::program::{BUCKET, S3c, fields, keys};

/// The saved connection.
async fn shown(s3c: &S3c) -> Value {
    s3c.answer(&["connections", "list"]).await["connections"][0].clone()
}

fn fill(server: &MemoryS3) {
    for note in 0..15 {
        server.put(BUCKET, &format!("users/u1/notes/{note:02}.md"), format!("dingo {note}"));
        server.put(BUCKET, &format!("users/u1/drafts/{note:02}.md"), format!("quokka {note}"));
    }
}

#[tokio::test]
async fn an_edit_is_previewed_then_confirmed_and_the_next_sync_carries_it_out() {
    let server = MemoryS3::start().await;
    fill(&server);
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], 30);
    let before = shown(&s3c).await;
    let edit = ["connections", "edit", "notes", "--exclude", "users/*/drafts/**", "--on-gone", "remove"];

    let preview = s3c.answer(&[&edit[..], &["--preview"]].concat()).await;
    let totals = json!({"new": 0, "changed": 0, "retagged": 0, "unchanged": 15, "skipped": 0, "removed": 15});
    assert_eq!((&preview["totals"], &preview["heldBack"]), (&totals, &json!(15)));
    assert_eq!(keys(&preview["items"]), server.keys(BUCKET));
    assert_eq!(preview["items"][0]["action"], "removed");
    assert_eq!(shown(&s3c).await, before, "a preview saves nothing");
    assert_eq!(s3c.answer(&["preview", "notes"]).await["totals"]["unchanged"], 30);
    let plain = s3c.run(&[&edit[..], &["--preview", "--limit", "0"]].concat()).await;
    assert_eq!((plain.exit, plain.answer.as_str()), (Some(0), ""));
    assert!(plain.errors.contains("15 to be removed") && plain.errors.contains("--confirm-removals 15"), "{plain:#?}");

    let saved = s3c.answer(&[&edit[..], &["--confirm-removals", "15"]].concat()).await;
    assert_eq!(saved["connection"]["onGone"], "remove");
    let run = &s3c.answer(&["sync", "notes"]).await["run"];
    assert_eq!((&run["state"], &run["removed"], &run["sent"]), (&json!("completed"), &json!(15), &json!(0)));
    assert_eq!(s3c.answer(&["search", "quokka"]).await, json!({"results": []}));
    assert_eq!(keys(&s3c.answer(&["search", "dingo", "--limit", "50"]).await["results"]).len(), 15);
}

#[tokio::test]
async fn an_edit_without_the_yes_is_saved_and_its_removals_are_held_back() {
    let server = MemoryS3::start().await;
    fill(&server);
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    s3c.answer(&["sync", "notes"]).await;
    s3c.answer(&["connections", "edit", "notes", "--include", "notes/*", "--on-gone", "remove"]).await;
    // The glob has a slash, so it is about whole keys, and matches none.
    let ended = s3c.run(&["--json", "sync", "notes"]).await;
    assert_eq!(ended.error(3)["code"], "mass_removal");
    assert_eq!((&ended.json()["run"]["heldBack"], &ended.json()["run"]["removed"]), (&json!(30), &json!(0)));
    s3c.answer(&["connections", "edit", "notes", "--include", "users/*/notes/*"]).await;
    assert_eq!(s3c.answer(&["preview", "notes", "--limit", "0"]).await["heldBack"], 15);
}

#[tokio::test]
async fn filters_are_read_in_their_order_and_the_last_that_matches_decides() {
    let server = MemoryS3::start().await;
    for key in ["a.md", "drafts/b.md", "drafts/final/c.md", "drafts/final/d.bak.md"] {
        server.put(BUCKET, &format!("users/u1/{key}"), "echidna");
    }
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let rules = ["--exclude", "users/*/drafts/**", "--include", "users/*/drafts/final/**", "--exclude", "*.bak.md"];
    s3c.answer(&[&["connections", "edit", "notes"], &rules[..]].concat()).await;
    let preview = s3c.answer(&["preview", "notes"]).await;
    let reasons: Vec<(&str, &Value)> = preview["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["key"].as_str().unwrap(), &item["reason"]))
        .collect();
    let excluded = json!("excluded_by_rule");
    assert_eq!(
        reasons,
        [
            ("users/u1/a.md", &Value::Null),
            ("users/u1/drafts/b.md", &excluded),
            ("users/u1/drafts/final/c.md", &Value::Null),
            ("users/u1/drafts/final/d.bak.md", &excluded),
        ]
    );
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], 2);
    // The same rules in another order say something else.
    let rules = [rules[2], rules[3], rules[4], rules[5], rules[0], rules[1]];
    s3c.answer(&[&["connections", "edit", "notes"], &rules[..]].concat()).await;
    assert_eq!(s3c.answer(&["why", "notes", "users/u1/drafts/final/c.md"]).await["why"]["plan"]["action"], "kept");
    s3c.answer(&["connections", "edit", "notes", "--no-filters"]).await;
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], 2);
}

#[tokio::test]
async fn a_pattern_that_is_none_is_refused_at_its_field_and_nothing_is_saved() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let before = shown(&s3c).await;
    for (words, field) in [
        (&["--include", "a["][..], "filters"),
        (&["--max-size", "0"], "maxSize"),
        (&["--max-size=-1"], "maxSize"),
        (&["--every", "4"], "everyMinutes"),
        (&["--container-tag-regex", "("], "containerTagRegex"),
        (&["--bucket", "s3://x"], "bucket"),
    ] {
        for more in [&[][..], &["--preview"]] {
            let error = s3c.run(&[&["--json", "connections", "edit", "notes"], words, more].concat()).await.error(2);
            assert_eq!(error["fields"][0]["field"], field);
        }
    }
    assert_eq!(shown(&s3c).await, before);
}

#[tokio::test]
async fn larger_objects_are_left_out_until_the_limit_is_taken_back() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/small.md", "x".repeat(100));
    server.put(BUCKET, "users/u1/large.md", "x".repeat(101));
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    s3c.answer(&["connections", "edit", "notes", "--max-size", "100"]).await;
    let preview = s3c.answer(&["preview", "notes"]).await;
    assert_eq!((&preview["items"][0]["reason"], &preview["items"][1]["action"]), (&json!("too_large"), &json!("new")));
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], 1);
    s3c.answer(&["connections", "edit", "notes", "--max-size", "none"]).await;
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], 1);
}

#[tokio::test]
async fn an_edit_leaves_alone_what_it_does_not_name_and_may_rename() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    let added = s3c.add_notes(&server).await["connection"].clone();
    let edit = ["connections", "edit", "notes", "--name", "archive", "--ca-file", "ca.pem", "--requester-pays"];
    let edited = s3c.answer(&edit).await["connection"].clone();
    let changed: Vec<&str> = fields(&added).into_iter().filter(|field| added[field] != edited[field]).collect();
    assert_eq!(changed, ["caFile", "name", "requesterPays"]);
    let ca_file = std::path::Path::new(edited["caFile"].as_str().unwrap());
    assert!(ca_file.is_absolute() && ca_file.ends_with("ca.pem"), "{ca_file:?}");
    assert_eq!(s3c.run(&["--json", "preview", "notes"]).await.error(1)["code"], "connection_not_found");
    let emptied = ["connections", "edit", "archive", "--ca-file", "none", "--requester-pays=false", "--name", "notes"];
    assert_eq!(s3c.answer(&emptied).await["connection"], added);
    let plain = s3c.run(&["connections", "edit", "notes", "--every", "manual"]).await;
    assert_eq!(plain.answer, "Saved notes; the next sync works by it.\n");
}

#[tokio::test]
async fn a_wider_prefix_is_previewed_on_a_listing_of_its_own() {
    let server = MemoryS3::start().await;
    fill(&server);
    let s3c = S3c::new(&server);
    let more = ["--container-tag", "t", "--credentials", "environment", "--prefix", "users/u1/notes/"];
    s3c.add(&server, "notes", BUCKET, &more).await;
    s3c.answer(&["sync", "notes"]).await;
    let preview = s3c.answer(&["connections", "edit", "notes", "--prefix", "", "--preview"]).await;
    assert_eq!((&preview["totals"]["unchanged"], &preview["totals"]["new"]), (&json!(15), &json!(15)));
    assert_eq!(shown(&s3c).await["prefix"], "users/u1/notes/");
    let run = &s3c.answer(&["sync", "notes"]).await["run"];
    assert_eq!((&run["sent"], &run["listed"]), (&json!(0), &json!(15)));
}
