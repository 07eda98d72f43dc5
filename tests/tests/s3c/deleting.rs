//! `connections delete`, killed at several points: once begun it is finished, by whoever opens the folder next.

use std::time::Duration;

use s3_connector_tests::held::{library, rows};
use s3_connector_tests::memory_s3::MemoryS3;
use s3_connector_tests::wait::eventually;
use serde_json::json;

use super::program::{BUCKET, S3c};

const NOTES: usize = 500;

async fn synced() -> (MemoryS3, S3c) {
    let server = MemoryS3::start().await;
    (0..NOTES).for_each(|note| server.put(BUCKET, &format!("users/u1/{note}.md"), format!("ocelot of {note}")));
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], NOTES);
    (server, s3c)
}

/// Starts it and kills it as soon as fewer documents are left than this.
async fn killed_below(s3c: &S3c, words: &[&str], left: usize) {
    let folder = s3c.home().join("s3c");
    let mut child = s3c.start(words);
    eventually("documents to go", Duration::from_secs(30), async || (library(&folder).len() < left).then_some(()))
        .await;
    child.kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_is_killed_is_finished_at_the_next_start_and_leaves_nothing() {
    let (_server, s3c) = synced().await;
    let folder = s3c.home().join("s3c");
    killed_below(&s3c, &["connections", "delete", "notes"], NOTES).await;
    // What begins the folder's next use goes on with it, and may be killed as well.
    killed_below(&s3c, &["connections", "list"], NOTES / 2).await;
    killed_below(&s3c, &["search", "ocelot"], NOTES / 4).await;
    assert_eq!(s3c.answer(&["connections", "list"]).await, json!({"connections": []}));
    assert_eq!((library(&folder), rows(&folder)), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_keeps_documents_keeps_them_all_and_no_later_connection_touches_them() {
    let (server, s3c) = synced().await;
    let folder = s3c.home().join("s3c");
    let before = library(&folder);
    let mut child = s3c.start(&["connections", "delete", "notes", "--keep-documents"]);
    child.kill().await.unwrap();
    // Killed before it began, or in the middle of it: asked again, it is done.
    s3c.run(&["connections", "delete", "notes", "--keep-documents"]).await;
    assert_eq!(s3c.answer(&["connections", "list"]).await, json!({"connections": []}));
    assert_eq!((library(&folder), rows(&folder)), (before.clone(), vec![]));
    // They are nobody's now: a new connection to the same bucket has documents of its own.
    s3c.add_notes(&server).await;
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], NOTES);
    s3c.run(&["connections", "delete", "notes"]).await;
    assert_eq!(library(&folder), before);
}
