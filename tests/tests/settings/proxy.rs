//! The proxy that is set by hand: everything goes through it but what is on this computer, from the next start on.

use s3_connector_engine::view::{ProxyChoice, RunState, Rung, TestReport, Verdict};
use s3_connector_tests::authority::Authority;
use s3_connector_tests::memory_s3::MemoryS3;
use s3_connector_tests::proxy::Proxy;
use s3_connector_tests::scene::{self, BUCKET, Scene, knowledge_base};
use s3_connector_tests::supermemory::FakeSupermemory;
use s3_connector_tests::tunnel::Tunnel;
use serde_json::{Value, json};

use super::{manual, set};

/// `.test` never resolves (RFC 2606): whoever gets there went through the proxy.
const STORAGE: &str = "s3.example.test";
const MEMORY: &str = "http://memory.example.test";

/// A scene whose bucket is at a name that only a proxy finds.
async fn far_away(scheme: &str, server: &MemoryS3, mut fields: Value) -> Scene {
    let mut scene = Scene::new(json!({})).await;
    fields["endpoint"] = json!(format!("{scheme}://{STORAGE}"));
    fields["name"] = json!("Far away");
    let draft = scene::draft_with(fields, server.access_key(), server.secret());
    scene.connection = scene.engine.connection_add(draft).await.unwrap();
    scene
}

async fn tested(scene: &Scene) -> TestReport {
    scene.engine.connection_test(scene.connection.id.clone()).await.unwrap()
}

async fn server() -> MemoryS3 {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "a.md", "cassowary");
    server
}

#[tokio::test]
async fn every_request_to_a_bucket_goes_through_it_from_the_next_start_on() {
    let server = server().await;
    let scene = far_away("http", &server, json!({})).await;
    let before = scene.sync().await;
    assert_eq!(before.error.map(|error| error.code.name()).as_deref(), Some("unreachable"));

    let proxy = Proxy::before(&server.endpoint());
    set(&scene.engine, |settings| settings.proxy = manual(&proxy.endpoint())).await.unwrap();
    assert_eq!(scene.sync().await.state, RunState::Completed);
    assert_eq!(scene.found("cassowary").await, ["a.md"]);
    assert_eq!(proxy.count(), server.operations().len());
    assert!(proxy.requests().iter().all(|request| request.path.starts_with(&format!("http://{STORAGE}/"))));

    let report = tested(&scene).await;
    assert!(report.passed, "{report:?}");
    let connect = report.rungs.iter().find(|rung| rung.rung == Rung::Connect).unwrap();
    assert!(connect.sentence.starts_with("Through the proxy 127.0.0.1:"), "{connect:?}");

    set(&scene.engine, |settings| settings.proxy = ProxyChoice::None).await.unwrap();
    let after = scene.sync().await;
    assert_eq!(after.error.map(|error| error.code.name()).as_deref(), Some("unreachable"));
}

#[tokio::test]
async fn what_is_encrypted_goes_through_it_in_a_tunnel_that_it_cannot_read() {
    let authority = Authority::new();
    let server = MemoryS3::start_tls(&authority).await;
    server.put(BUCKET, "a.md", "cassowary");
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, authority.pem()).unwrap();
    let scene = far_away("https", &server, json!({"caFile": ca_file})).await;
    let tunnel = Tunnel::to(Some(server.endpoint().trim_start_matches("https://"))).await;
    set(&scene.engine, |settings| settings.proxy = manual(tunnel.endpoint())).await.unwrap();
    let report = tested(&scene).await;
    let tls = report.rungs.iter().find(|rung| rung.rung == Rung::Tls).unwrap();
    assert!(report.passed && tls.verdict == Verdict::Passed, "{report:?}");
    assert_eq!(scene.sync().await.state, RunState::Completed);
    assert!(tunnel.targets().iter().all(|target| target == &format!("{STORAGE}:443")), "{:?}", tunnel.targets());
}

#[tokio::test]
async fn a_supermemory_is_asked_through_it_and_a_bucket_on_this_computer_is_not() {
    let supermemory = FakeSupermemory::start();
    let proxy = Proxy::before(&supermemory.url());
    let mut scene = Scene::new(json!({})).await;
    scene.put("a.md", "cassowary");
    let key = supermemory.key();
    set(&scene.engine, |settings| settings.proxy = manual(&proxy.endpoint())).await.unwrap();
    scene.engine.knowledge_base_set(knowledge_base(MEMORY, key)).await.unwrap();
    scene.add_again_to(MEMORY).await;
    set(&scene.engine, |settings| settings.proxy = manual("http://127.0.0.1:9")).await.unwrap();
    let nobody = scene.sync().await;
    assert_eq!(nobody.error.map(|error| error.code.name()).as_deref(), Some("proxy_failed"));

    // The client of before went to nobody; the next run's goes the new way.
    set(&scene.engine, |settings| settings.proxy = manual(&proxy.endpoint())).await.unwrap();
    assert!(scene.engine.knowledge_base_test(knowledge_base(MEMORY, key)).await.is_ok());
    let asked = proxy.count();
    assert_eq!(scene.sync().await.state, RunState::Completed);
    assert_eq!(supermemory.document_count(), 1);
    assert!(proxy.count() > asked);
    assert!(proxy.requests().iter().all(|request| request.path.starts_with(MEMORY)), "the bucket is reached directly");
    supermemory.assert_clean();
}

#[tokio::test]
async fn a_proxy_that_lets_nothing_through_is_told_as_itself() {
    let server = server().await;
    let scene = far_away("https", &server, json!({})).await;
    let asking = Tunnel::to(None).await;
    for (proxy, part) in [("http://127.0.0.1:9", "127.0.0.1:9"), (asking.endpoint(), "through the proxy")] {
        set(&scene.engine, |settings| settings.proxy = manual(proxy)).await.unwrap();
        let report = tested(&scene).await;
        let failed = report.rungs.iter().find(|rung| rung.verdict == Verdict::Failed).unwrap();
        assert_eq!(failed.rung, Rung::Connect);
        let error = failed.error.as_ref().unwrap();
        assert_eq!(error.code.name(), "proxy_failed");
        assert!(error.detail.contains(part), "{}", error.detail);
        let run = scene.sync().await;
        assert_eq!((run.state, run.error.unwrap().code.name()), (RunState::Failed, "proxy_failed".to_owned()));
    }
}
