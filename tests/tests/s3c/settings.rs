//! `settings` and `diagnostics`: what is set for the app as a whole, from the command line.

use s3_connector_tests::memory_s3::MemoryS3;
use serde_json::json;

use super::program::{BUCKET, S3c};

#[tokio::test]
async fn what_is_not_named_stays_as_it_was_set() {
    let s3c = S3c::without_key();
    let first = json!({
        "notifications": "problems", "startHidden": false, "transfers": 64, "bandwidth": null, "proxy": {"kind": "system"},
    });
    assert_eq!(s3c.answer(&["settings", "show"]).await["settings"], first);
    let set = ["settings", "set", "--transfers", "4", "--bandwidth", "2000000", "--proxy", "proxy.example.com:3128"];
    let answer = s3c.answer(&set).await;
    let proxy = json!({"kind": "manual", "address": "http://proxy.example.com:3128"});
    assert_eq!(answer["settings"]["proxy"], proxy);
    s3c.answer(&["settings", "set", "--notifications", "every-run", "--start-hidden", "yes", "--bandwidth", "none"])
        .await;
    let last = json!({
        "notifications": "every_run", "startHidden": true, "transfers": 4, "bandwidth": null, "proxy": proxy,
    });
    assert_eq!(s3c.answer(&["settings", "show"]).await["settings"], last);
    let plain = s3c.run(&["settings", "show"]).await;
    assert_eq!(
        plain.answer,
        "Documents at once: 4\nReading from buckets: no limit\nProxy: http://proxy.example.com:3128\n\
         Notifications: every run\nStarts hidden at login: yes\n"
    );
}

#[tokio::test]
async fn a_value_that_cannot_be_is_told_at_its_field_and_nothing_is_set() {
    let s3c = S3c::without_key();
    let error = s3c.run(&["--json", "settings", "set", "--transfers", "99", "--proxy", "socks5://h:1"]).await.error(2);
    assert_eq!(error["code"], "invalid_connection");
    let fields: Vec<_> = error["fields"].as_array().unwrap().iter().map(|field| field["field"].clone()).collect();
    assert_eq!(fields, ["transfers", "proxy"]);
    assert_eq!(s3c.answer(&["settings", "show"]).await["settings"]["transfers"], 64);
    assert_eq!(s3c.run(&["settings", "set"]).await.exit, Some(2), "nothing is named");
}

#[tokio::test]
async fn a_sync_goes_through_the_proxy_that_is_set() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "a.md", "cassowary");
    let s3c = S3c::new(&server);
    let endpoint = "http://s3.example.test";
    s3c.answer(&[
        "connections",
        "add",
        "--name",
        "far",
        "--bucket",
        BUCKET,
        "--region",
        "us-east-1",
        "--endpoint",
        endpoint,
        "--container-tag",
        "shared",
        "--credentials",
        "environment",
    ])
    .await;
    s3c.answer(&["settings", "set", "--proxy", "http://127.0.0.1:9"]).await;
    let failed = s3c.run(&["--json", "sync", "far"]).await;
    assert!(failed.exit == Some(1) && failed.errors.contains(r#""code":"proxy_failed""#), "{failed:#?}");
    s3c.answer(&["settings", "set", "--proxy", &server.endpoint()]).await;
    assert_eq!(s3c.answer(&["sync", "far"]).await["run"]["sent"], 1);
}

#[tokio::test]
async fn the_report_for_somebody_who_helps_names_nothing() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/a.md", "cassowary");
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let plain = s3c.run(&["diagnostics"]).await;
    assert!(plain.answer.starts_with("S3 Connector diagnostics\n"), "{plain:#?}");
    for name in [BUCKET, "notes", server.access_key(), server.secret()] {
        assert!(!plain.answer.contains(name), "{name} is in {}", plain.answer);
    }
    assert!(s3c.answer(&["diagnostics"]).await["diagnostics"].as_str().unwrap().contains("connection-1"));
}
