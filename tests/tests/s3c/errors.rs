//! What goes wrong, as a script meets it: the code, the documented solution, the exit code.

use std::sync::Arc;

use super::program::{BUCKET, S3c, fields};
use s3_connector_engine::engine::Engine;
use s3_connector_engine::secrets::MemorySecrets;
use s3_connector_tests::memory_s3::{Fault, MemoryS3, On, Rights};
use serde_json::{Value, json};

/// Tests, previews and syncs `notes`; each has to end in this error, exit code 1.
async fn fails_everywhere(s3c: &S3c, status: u16, code: &str, message: &str, solution: &str) {
    for command in ["test", "preview", "sync"] {
        let ended = s3c.run(&["--json", command, "notes"]).await;
        let error = ended.error(1);
        let triad = json!([status, code, message, solution]);
        assert_eq!(json!([error["status"], error["code"], error["message"], error["solution"]]), triad, "{ended:#?}");
        assert!(!error["detail"].as_str().unwrap().is_empty(), "{error}");
        match command {
            "test" => assert_eq!(ended.json()["test"]["passed"], false),
            "sync" => assert_eq!(ended.json()["run"]["state"], "failed"),
            _ => assert_eq!(ended.answer, ""),
        }
    }
}

#[tokio::test]
async fn a_wrong_secret_is_401() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/a.md", "text");
    let s3c = S3c::with_key(server.access_key(), "not-the-secret");
    s3c.add_notes(&server).await;
    fails_everywhere(&s3c, 401, "authentication_failed", "Authentication failed", "Verify access key and secret").await;
}

#[tokio::test]
async fn a_forbidden_bucket_is_403() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/a.md", "text");
    server.allow("AKIANOTHING00000001", "known-and-powerless", Rights::Nothing);
    let s3c = S3c::with_key("AKIANOTHING00000001", "known-and-powerless");
    s3c.add_notes(&server).await;
    fails_everywhere(&s3c, 403, "access_denied", "Access denied", "Check IAM permissions and bucket policy").await;
}

#[tokio::test]
async fn a_missing_bucket_is_404() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    fails_everywhere(&s3c, 404, "bucket_not_found", "Bucket not found", "Verify bucket name and region").await;
}

#[tokio::test]
async fn a_rule_that_cannot_be_is_refused_at_its_field_and_nothing_is_saved() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    let long = format!("(?<u>{})", "x".repeat(194));
    assert_eq!(long.len(), 200);
    let cases =
        [("users/(?<userId>[^/]+/", "never closed"), ("users/([^/]+)/", "named group"), (&*long, "200 characters")];
    for (rule, words) in cases {
        let endpoint = server.endpoint();
        let add = s3c.add_words(&endpoint, "n", BUCKET);
        let more = ["--container-tag-regex", rule, "--credentials", "environment"];
        let ended = s3c.run(&[&["--json"], &add[..], &more].concat()).await;
        let error = ended.error(2);
        assert_eq!((&error["code"], &error["status"]), (&json!("invalid_connection"), &json!(400)));
        assert_eq!(error["fields"][0]["field"], "containerTagRegex");
        let message = error["fields"][0]["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
    }
    assert_eq!(s3c.answer(&["connections", "list"]).await, json!({"connections": []}));
}

#[tokio::test]
async fn every_wrong_field_is_told_at_once() {
    let s3c = S3c::without_key();
    let words = [
        "connections",
        "add",
        "--json",
        "--name",
        "n",
        "--bucket",
        "s3://b",
        "--region",
        "",
        "--endpoint",
        "nowhere",
        "--container-tag",
        "no tag",
        "--document-limit",
        "0",
        "--credentials",
        "anonymous",
    ];
    let error = s3c.run(&words).await.error(2);
    let wrong: Vec<&Value> = error["fields"].as_array().unwrap().iter().map(|field| &field["field"]).collect();
    assert_eq!(wrong, ["bucket", "region", "endpoint", "documentLimit", "containerTags"]);
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let endpoint = server.endpoint();
    let add = s3c.add_words(&endpoint, "notes", "another-bucket");
    let ended =
        s3c.run(&[&["--json"], &add[..], &["--container-tag", "t", "--credentials", "anonymous"]].concat()).await;
    assert_eq!(ended.error(2)["fields"][0]["field"], "name");
}

#[tokio::test]
async fn a_command_line_that_does_not_fit_is_usage_before_anything_is_opened() {
    let s3c = S3c::without_key();
    for words in [&["sync"][..], &["preview", "n", "--limit", "many"], &["search"], &["nonsense"]] {
        let error = s3c.run(&[&["--json"], words].concat()).await.error(2);
        assert_eq!(fields(&error), ["code", "detail", "message", "solution", "status"].into());
        assert_eq!(error["code"], "invalid_request");
        let plain = s3c.run(words).await;
        assert_eq!(plain.exit, Some(2));
        assert!(plain.errors.starts_with("error: ") && plain.answer.is_empty(), "{plain:?}");
    }
    assert!(!s3c.home().join("s3c").exists());
}

#[tokio::test]
async fn a_connection_that_is_not_there_is_named() {
    let s3c = S3c::without_key();
    for command in [&["sync"][..], &["preview"], &["test"], &["connections", "delete"]] {
        let error = s3c.run(&[&["--json"], command, &["nobody"]].concat()).await.error(1);
        assert_eq!((&error["code"], &error["status"]), (&json!("connection_not_found"), &json!(404)));
        assert!(error["detail"].as_str().unwrap().contains("nobody"), "{error}");
    }
}

#[tokio::test]
async fn a_data_folder_in_use_says_so() {
    let s3c = S3c::without_key();
    let folder = s3c.home().join("s3c");
    let engine = Engine::open(&folder, Arc::new(MemorySecrets::default())).await.unwrap();
    let error = s3c.run(&["--json", "connections", "list"]).await.error(1);
    assert_eq!((&error["code"], &error["status"]), (&json!("data_folder_busy"), &json!(409)));
    let plain = s3c.run(&["connections", "list"]).await;
    assert!(plain.errors.contains("Close the other S3 Connector"), "{plain:?}");
    engine.shut_down().await;
    drop(engine);
    s3c.answer(&["connections", "list"]).await;
}

#[tokio::test]
async fn a_key_that_may_list_but_not_read_fails_the_test_and_the_sync_and_not_the_preview() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/a.md", "text");
    server.allow("AKIALISTONLY0000001", "lists-only", Rights::ListOnly);
    let s3c = S3c::with_key("AKIALISTONLY0000001", "lists-only");
    s3c.add_notes(&server).await;
    let test = s3c.run(&["--json", "test", "notes"]).await;
    assert_eq!(test.error(1)["code"], "access_denied");
    let verdicts: Vec<Value> =
        test.json()["test"]["rungs"].as_array().unwrap().iter().map(|rung| rung["verdict"].clone()).collect();
    // Without encryption there is no channel to try.
    assert_eq!(verdicts, ["passed", "passed", "passed", "not_tried", "passed", "passed", "passed", "failed"]);
    assert_eq!(s3c.answer(&["preview", "notes"]).await["totals"]["new"], 1);
    let sync = s3c.run(&["--json", "sync", "notes"]).await;
    assert_eq!(sync.error(1)["code"], "access_denied");
    assert_eq!((&sync.json()["run"]["state"], &sync.json()["run"]["failed"]), (&json!("failed"), &json!(1)));
}

#[tokio::test]
async fn a_document_that_fails_makes_the_sync_partly_done_and_the_next_one_takes_it_up() {
    let server = MemoryS3::start().await;
    for note in 0..30 {
        server.put(BUCKET, &format!("users/u1/{note}.md"), format!("gecko {note}"));
    }
    server.fail_always(On::Key("users/u1/7.md".into()), Fault::s3_error(403, "AccessDenied", "Access Denied"));
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let ended = s3c.run(&["--json", "sync", "notes"]).await;
    assert_eq!(ended.exit, Some(3), "{ended:#?}");
    let run = &ended.json()["run"];
    assert_eq!((&run["state"], &run["sent"], &run["failed"]), (&json!("partly_completed"), &json!(29), &json!(1)));
    assert_eq!(ended.error(3)["code"], "access_denied");
    let plain = s3c.run(&["sync", "notes"]).await;
    assert_eq!(plain.exit, Some(3), "{plain:#?}");
    assert!(plain.errors.contains("users/u1/7.md") && plain.errors.contains("Check IAM permissions"), "{plain:#?}");
    server.heal();
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], 1);
}
