//! Links to single objects: who has one may read that object, for a while, and nothing else.

use std::time::Duration;

use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::object::ObjectKey;
use s3_connector_engine::source::{ResolvedCredentials, S3Source};
use s3_connector_tests::memory_s3::{MemoryS3, Rights};
use s3_connector_tests::s3_server::S3Server;
use s3_connector_tests::scene::{BUCKET, Scene};
use s3_connector_tests::source_contract::access_key;
use serde_json::json;

use super::{ID, SECRET, source_at};

const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// What a browser gets: no signature of its own, no special header.
async fn get(url: &str) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn link(source: &S3Source, key: &str) -> String {
    source.link(&ObjectKey::new(key), FIVE_MINUTES).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_reads_its_object_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = folder.path().join("user-files");
    std::fs::create_dir_all(bucket.join("a b")).unwrap();
    std::fs::write(bucket.join("a b/ü+1.md"), "the heron").unwrap();
    std::fs::write(bucket.join("other.md"), "the owl").unwrap();
    let server = S3Server::start(folder.path(), ID, SECRET);
    let source = source_at(&server.endpoint(), "user-files", &access_key(ID, SECRET)).await;
    let url = link(&source, "a b/ü+1.md").await;
    assert!(url.contains("X-Amz-Expires=300") && !url.contains(SECRET), "{url}");
    assert_eq!(get(&url).await, (200, "the heron".into()));

    let parts = url.split_once('?').unwrap();
    let elsewhere = format!("{}/other.md?{}", parts.0.rsplit_once("/a%20b").unwrap().0, parts.1);
    assert_eq!(get(&elsewhere).await.0, 403, "a link for another key");
    assert_ne!(get(parts.0).await.0, 200, "without its signature");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let deleted = client.delete(&url).send().await.unwrap();
    assert_ne!(deleted.status().as_u16() / 100, 2, "it reads and does no more");
    assert!(bucket.join("a b/ü+1.md").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_link_reads_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("user-files")).unwrap();
    std::fs::write(folder.path().join("user-files/a.md"), "the heron").unwrap();
    let server = S3Server::start(folder.path(), ID, SECRET);
    let source = source_at(&server.endpoint(), "user-files", &access_key(ID, SECRET)).await;
    let url = source.link(&ObjectKey::new("a.md"), Duration::from_secs(1)).await.unwrap();
    let expired = async || (get(&url).await.0 == 403).then_some(());
    s3_connector_tests::wait::eventually("the end of the link", Duration::from_secs(20), expired).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_needs_the_right_to_read_and_no_other() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.md", "heron");
    scene.put("empty.md", "");
    scene.server.forget_seen();
    let made = async |key: &str| scene.engine.object_link(scene.connection.id.clone(), key.into()).await;
    let link = made("a.md").await.unwrap();
    assert!(!format!("{link:?}").contains("Signature"), "a link is a secret");
    assert_eq!(get(&link.url).await, (200, "heron".into()));
    assert!(link.expires_at.is_some());
    assert!(scene.server.operations().iter().all(|operation| operation == "GetObject"));
    assert_eq!(get(&made("empty.md").await.unwrap().url).await, (200, String::new()));
    assert_eq!(made("none.md").await.unwrap_err().code, ErrorCode::ObjectGone);
    scene.server.allow(scene.server.access_key(), scene.server.secret(), Rights::ListOnly);
    assert_eq!(made("a.md").await.unwrap_err().code, ErrorCode::AccessDenied);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_anybody_may_read_has_a_plain_address() {
    let server = MemoryS3::start().await;
    server.bucket(BUCKET);
    server.make_public(BUCKET);
    server.put(BUCKET, "a.md", b"heron".to_vec());
    let source = source_at(&server.endpoint(), BUCKET, &ResolvedCredentials::Anonymous).await;
    let url = link(&source, "a.md").await;
    assert!(!url.contains("X-Amz-"), "{url}");
    assert_eq!(get(&url).await, (200, "heron".into()));
}
