//! How many documents are on their way at once, and how fast objects come.

use std::sync::Arc;
use std::time::Duration;

use s3_connector_engine::content::Content;
use s3_connector_engine::network::Network;
use s3_connector_engine::object::{ETag, ObjectKey};
use s3_connector_engine::source::{Fetched, Limits, ObjectSource, S3Source};
use s3_connector_engine::view::{RunState, SyncOptions};
use s3_connector_tests::memory_s3::{MemoryS3, On};
use s3_connector_tests::scene::{BUCKET, Scene};
use s3_connector_tests::source_contract::{access_key, settings};
use s3_connector_tests::supermemory::{FakeSupermemory, On as OnBase};
use serde_json::json;

use super::set;

#[tokio::test]
async fn no_more_documents_are_on_their_way_than_were_chosen() {
    let scene = Scene::with_supermemory(FakeSupermemory::start(), json!({})).await;
    for (transfers, words) in [(3, "first"), (1, "second")] {
        (0..12).for_each(|number| scene.put(&format!("{number:02}.md"), format!("{words} words of {number}")));
        set(&scene.engine, |settings| settings.transfers = transfers).await.unwrap();
        let gate = scene.server.hold(On::Get);
        let run = scene.engine.sync_start(scene.connection.id.clone(), SyncOptions::default()).await.unwrap();
        gate.arrived(transfers as usize).await;
        let puts = scene.supermemory().hold(OnBase::Write);
        gate.open();
        puts.arrived(transfers as usize).await;
        // Those at the gate hold every turn: until one is answered, no object is read.
        let reads = scene.server.operations().iter().filter(|operation| *operation == "GetObject").count();
        assert_eq!(reads, transfers as usize, "{words}");
        puts.open();
        assert_eq!(scene.engine.run_wait(&run.id).await.unwrap().sent, 12);
        scene.supermemory().work();
        scene.settle().await;
        scene.server.forget_seen();
    }
}

/// A source over a network, and the object that is read from it.
async fn source(server: &MemoryS3, network: &Network) -> (Arc<dyn ObjectSource>, ObjectKey, ETag) {
    let key = access_key(server.access_key(), server.secret());
    let source = S3Source::over(network, &settings(&server.endpoint(), BUCKET), &key, Limits::default()).await.unwrap();
    let object = source.list("", None).await.unwrap().objects.remove(0);
    (Arc::new(source), object.key, object.etag)
}

#[tokio::test]
async fn a_limit_holds_back_what_is_read_until_it_is_lifted() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "a.bin", vec![7; 100_000]);
    let (limited, free) = (Network::default(), Network::default());
    limited.bandwidth.limit(Some(1));
    let (slow, key, etag) = source(&server, &limited).await;
    let (fast, ..) = source(&server, &free).await;
    let reading = tokio::spawn({
        let (key, etag) = (key.clone(), etag.clone());
        async move { slow.fetch(&key, &etag).await }
    });
    // A day is owed after the first piece; others read on meanwhile.
    for _ in 0..20 {
        assert!(matches!(fast.fetch(&key, &etag).await, Ok(Fetched::Whole(content)) if content.length() == 100_000));
    }
    assert!(!reading.is_finished());
    limited.bandwidth.limit(None);
    let read = reading.await.unwrap().unwrap();
    assert_eq!(read, Fetched::Whole(Content::of(vec![7; 100_000])));
}

#[tokio::test]
async fn waiting_for_the_limit_is_not_taken_for_a_server_that_does_not_answer() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "a.bin", vec![7; 40_000]);
    let network = Network::default();
    network.bandwidth.limit(Some(40_000));
    let key = access_key(server.access_key(), server.secret());
    let limits = Limits { fetch: Duration::from_millis(300), ..Limits::default() };
    let source = S3Source::over(&network, &settings(&server.endpoint(), BUCKET), &key, limits).await.unwrap();
    let object = source.list("", None).await.unwrap().objects.remove(0);
    // It takes a second, which is longer than a read may take.
    assert!(matches!(source.fetch(&object.key, &object.etag).await, Ok(Fetched::Whole(_))));
}

#[tokio::test]
async fn a_cancel_does_not_wait_for_the_limit() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.txt", "words ".repeat(1_000_000));
    set(&scene.engine, |settings| settings.bandwidth = Some(16_000)).await.unwrap();
    let gate = scene.server.hold(On::Get);
    let run = scene.engine.sync_start(scene.connection.id.clone(), SyncOptions::default()).await.unwrap();
    gate.arrived(1).await;
    gate.open();
    scene.engine.sync_cancel(scene.connection.id.clone()).await.unwrap();
    let run = scene.engine.run_wait(&run.id).await.unwrap();
    assert_eq!((run.state, run.sent), (RunState::Cancelled, 0));
    // The limit is changed for the next one, and for all that wait.
    set(&scene.engine, |settings| settings.bandwidth = None).await.unwrap();
    assert_eq!(scene.sync().await.sent, 1);
}
