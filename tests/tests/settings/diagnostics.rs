//! The diagnostics file: what helps is in it, and nothing of a person's own.

use s3_connector_engine::view::RunState;
use s3_connector_tests::memory_s3::{Fault, On, StoredObject};
use s3_connector_tests::proxy::Proxy;
use s3_connector_tests::scene::{self, Scene, knowledge_base};
use s3_connector_tests::supermemory::FakeSupermemory;
use serde_json::json;

use super::{manual, set};

/// A word that stands in every name, address, rule and secret here.
const MARK: &str = "zebrafish";
const ACCESS_KEY_ID: &str = "AKIAZEBRAFISH0000001";

#[tokio::test]
async fn no_name_address_rule_key_or_secret_is_in_the_report() {
    let supermemory = FakeSupermemory::start();
    let scene = Scene::new(json!({})).await;
    let (engine, server) = (&scene.engine, &scene.server);
    let bucket = format!("{MARK}-bucket");
    server.put(&bucket, &format!("{MARK}/users/{MARK}-1/{MARK}.md"), format!("{MARK} words"));
    server.put_object(&bucket, &format!("{MARK}/cold-{MARK}.md"), StoredObject::new("x").in_class("GLACIER"));
    engine.knowledge_base_set(knowledge_base(&supermemory.url(), supermemory.key())).await.unwrap();
    // A name that only the proxy finds, for as long as connections are added.
    let proxy = Proxy::before(&supermemory.url());
    set(engine, |settings| settings.proxy = manual(&proxy.endpoint())).await.unwrap();
    let own = format!("http://{MARK}.example.test");
    engine.knowledge_base_set(knowledge_base(&own, supermemory.key())).await.unwrap();
    let full = json!({
        "name": MARK, "bucket": bucket, "region": format!("{MARK}-1"), "endpoint": server.endpoint(),
        "prefix": format!("{MARK}/"), "containerTagRegex": format!("users/(?<{MARK}>[^/]+)/"),
        "containerTags": [MARK], "filters": [{"kind": "exclude", "glob": format!("{MARK}-none/**")}],
        "destination": supermemory.url(),
    });
    let good = scene::draft_with(full, server.access_key(), server.secret());
    let good = engine.connection_add(good).await.unwrap();
    let far = json!({
        "name": format!("{MARK} far"), "bucket": format!("{MARK}-far"), "endpoint": format!("https://{MARK}.example.test"),
        "destination": own,
    });
    let far = engine.connection_add(scene::draft_with(far, ACCESS_KEY_ID, &format!("secret-{MARK}"))).await.unwrap();
    let profile = json!({
        "name": format!("{MARK} profile"), "bucket": bucket, "endpoint": server.endpoint(),
        "credentials": {"kind": "profile", "name": MARK},
    });
    let profile = engine.connection_add(scene::draft_with(profile, "", "")).await.unwrap();
    set(engine, |settings| settings.proxy = manual(&format!("{MARK}.example.test:3128"))).await.unwrap();
    server.fail(1, On::Get, Fault::s3_error(500, "InternalError", MARK));
    for id in [&good.id, &far.id, &profile.id] {
        let run = engine.sync_start(id.clone(), Default::default()).await.unwrap();
        let run = engine.run_wait(&run.id).await.unwrap();
        assert_eq!(run.state == RunState::Completed, id == &good.id, "{run:?}");
    }

    let text = engine.diagnostics_make().await.unwrap().text;
    let folder = scene.folder.path().display().to_string();
    for secret in [MARK, ACCESS_KEY_ID, server.access_key(), server.secret(), supermemory.key(), &folder, "127.0.0.1"] {
        assert!(!text.to_lowercase().contains(&secret.to_lowercase()), "{secret} is in\n{text}");
    }
    for id in [&good.id, &far.id, &profile.id] {
        assert!(!text.contains(id.as_str()));
    }
    for fact in [
        "known: 4",
        "connection-4",
        "bucket: bucket-2",
        "server: this computer, http, port ",
        "server: a named host, https",
        "region: another",
        "credentials: profile",
        "proxy: set by hand",
        "knowledge-base-2",
        "documents by state: indexed 1",
        "ended: completed none",
        "ended: failed credentials_missing",
    ] {
        assert!(text.contains(fact), "{fact} is missing in\n{text}");
    }
}

#[tokio::test]
async fn only_the_report_that_was_made_last_can_be_saved() {
    let scene = Scene::new(json!({})).await;
    let first = scene.engine.diagnostics_make().await.unwrap();
    scene.engine.diagnostics_make().await.unwrap();
    let refused = scene.engine.diagnostics_save(first.id).await.unwrap_err();
    assert_eq!(refused.code.name(), "invalid_request");
}
