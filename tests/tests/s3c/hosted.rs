//! Hosted connections from the command line.

use s3_connector_tests::supermemory::{FakeSupermemory, Quirks};
use serde_json::json as value;

use super::program::S3c;

const SECRET: &str = "wJalrXUtnFEMI-of-a-hosted-connection";

fn s3c(server: &FakeSupermemory) -> S3c {
    let mut s3c = S3c::with_key("AKIATEST", SECRET);
    s3c.set("SUPERMEMORY_API_KEY", server.key());
    s3c
}

fn create(url: &str) -> Vec<&str> {
    let mut words: Vec<&str> = "hosted create --bucket my-bucket --region eu-central-1 --container-tag team \
                                --access-key-id AKIATEST --url"
        .split_whitespace()
        .collect();
    words.push(url);
    words
}

fn json<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&["--json"], words].concat()
}

#[tokio::test]
async fn a_hosted_connection_is_made_shown_synced_and_deleted() {
    let server = FakeSupermemory::start();
    let (s3c, url) = (s3c(&server), server.url());
    let made = s3c.answer(&create(&url)).await["hosted"].clone();
    let id = made["id"].as_str().unwrap();
    assert_eq!((&made["bucket"], &made["containerTags"]), (&value!("my-bucket"), &value!(["team"])));
    server.sync_connection(id, &[("a.md", "one")], None);
    let listed = s3c.answer(&["hosted", "list", "--url", &url]).await["hosted"].clone();
    assert_eq!((listed[0]["id"].as_str(), listed.as_array().unwrap().len()), (Some(id), 1));
    assert_eq!(s3c.answer(&["hosted", "import", id, "--url", &url]).await, value!({"import": id}));
    let shown = s3c.answer(&["hosted", "show", id, "--url", &url]).await;
    assert_eq!((&shown["hosted"]["id"], &shown["runs"][0]["trigger"]), (&value!(id), &value!("manual")));
    let documents = s3c.answer(&["hosted", "documents", id, "--url", &url]).await["documents"].clone();
    assert_eq!((documents.as_array().unwrap().len(), &documents[0]["status"]), (1, &value!("done")));
    let unsaid = s3c.run(&["hosted", "delete", id, "--url", &url]).await;
    assert_eq!(unsaid.exit, Some(2), "what becomes of the documents has to be said: {unsaid:#?}");
    let deleted = s3c.answer(&["hosted", "delete", id, "--keep-documents", "--url", &url]).await;
    assert_eq!(deleted, value!({"deleted": {"id": id, "documentsDeleted": false}}));
    assert_eq!((server.connections().len(), server.document_count()), (0, 1));
    for answer in [made, listed, shown, documents] {
        assert!(!answer.to_string().contains(SECRET), "{answer}");
    }
}

#[tokio::test]
async fn what_is_told_to_a_person_says_that_supermemory_keeps_the_keys() {
    let server = FakeSupermemory::start();
    let (s3c, url) = (s3c(&server), server.url());
    let made = s3c.run(&create(&url)).await;
    assert!(made.answer.starts_with("Made the hosted connection "), "{made:#?}");
    assert!(made.errors.contains("Supermemory keeps its keys now"), "{made:#?}");
    let listed = s3c.run(&["hosted", "list", "--url", &url]).await;
    assert!(listed.answer.contains("\tmy-bucket\teu-central-1\tteam\t10,000\tnot told\n"), "{listed:#?}");
}

#[tokio::test]
async fn hosted_connections_that_cannot_be_are_refused_with_the_reason() {
    let server = FakeSupermemory::with(Quirks { plan_too_low: true, ..Quirks::default() });
    let (s3c, url) = (s3c(&server), server.url());
    let low = s3c.run(&json(&create(&url))).await.error(1);
    assert_eq!((&low["code"], &low["status"]), (&value!("plan_too_low"), &value!(403)));
    let local = [&create(&url)[..], &["--endpoint", "http://127.0.0.1:9000"]].concat();
    let refused = s3c.run(&json(&local)).await.error(2);
    assert_eq!(refused["fields"][0]["field"], "endpoint");
    server.set(|quirks| quirks.plan_too_low = false);
    let unknown = s3c.run(&json(&["hosted", "show", "nobody", "--url", &url])).await.error(1);
    assert_eq!(unknown["code"], "hosted_connection_not_found");
    server.set(|quirks| quirks.self_hosted = true);
    let none = s3c.run(&json(&["hosted", "list", "--url", &url])).await.error(1);
    assert_eq!(none["code"], "connectors_unavailable");
}

#[tokio::test]
async fn nothing_is_handed_over_without_a_yes_to_the_keys_leaving() {
    let server = FakeSupermemory::start();
    let s3c = s3c(&server);
    let to = format!("supermemory={}", server.url());
    let add = "connections add --name notes --bucket my-bucket --region auto --endpoint https://minio.example.com \
               --container-tag team --credentials environment";
    s3c.answer(&add.split_whitespace().collect::<Vec<_>>()).await;
    let asked = s3c.run(&["--json", "connections", "hand-over", "notes", "--to", &to]).await.error(2);
    let detail = asked["detail"].as_str().unwrap();
    assert!(detail.contains("leave this computer") && detail.contains("--yes"), "{detail}");
    let yes = s3c.run(&["--json", "connections", "hand-over", "notes", "--to", &to, "--yes"]).await.error(2);
    assert_eq!(yes["fields"][0]["field"], "credentials", "keys that are kept elsewhere cannot be handed over");
    assert!(server.connections().is_empty() && server.seen().is_empty());
    let list = s3c.answer(&["connections", "list"]).await;
    assert_eq!(list["connections"][0]["state"], "new");
}
