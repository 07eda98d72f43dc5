//! What a person sets for the app as a whole, and what goes by it.

mod diagnostics;
mod proxy;
mod speed;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{Error, ErrorCode};
use s3_connector_engine::event::EngineEvent;
use s3_connector_engine::view::{AppSettings, Notifications, ProxyChoice};
use s3_connector_tests::scene::Scene;
use serde_json::json;

/// Changes something of what is set.
async fn set(engine: &Engine, change: impl FnOnce(&mut AppSettings)) -> Result<AppSettings, Error> {
    let mut settings = engine.app_settings_get().await.unwrap();
    change(&mut settings);
    engine.app_settings_set(settings).await
}

/// A proxy that a person typed.
fn manual(address: &str) -> ProxyChoice {
    ProxyChoice::Manual { address: address.to_owned() }
}

#[tokio::test]
async fn what_is_set_is_told_and_survives_a_restart() {
    let mut scene = Scene::new(json!({})).await;
    let mut events = scene.engine.events();
    let saved = set(&scene.engine, |settings| {
        settings.notifications = Notifications::EveryRun;
        settings.start_hidden = true;
        settings.transfers = 3;
        settings.bandwidth = Some(2_000_000);
        settings.proxy = manual("proxy.example.com:3128");
    })
    .await
    .unwrap();
    assert_eq!(saved.proxy, manual("http://proxy.example.com:3128"), "written out");
    let told = loop {
        if let EngineEvent::Settings { settings } = events.recv().await.unwrap() {
            break settings;
        }
    };
    assert_eq!(told, saved);
    scene.restart().await;
    assert_eq!(scene.engine.app_settings_get().await.unwrap(), saved);
}

#[tokio::test]
async fn what_cannot_be_is_told_field_by_field_and_changes_nothing() {
    let scene = Scene::new(json!({})).await;
    let before = scene.engine.app_settings_get().await.unwrap();
    let refused = set(&scene.engine, |settings| {
        settings.transfers = 65;
        settings.bandwidth = Some(1);
        settings.proxy = manual("http://me:hunter2@proxy.example.com:3128");
    });
    let refused = refused.await.unwrap_err();
    let fields: Vec<_> = refused.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!((refused.code, fields), (ErrorCode::InvalidConnection, vec!["transfers", "bandwidth", "proxy"]));
    assert!(!format!("{refused:?}").contains("hunter2"));
    assert_eq!(scene.engine.app_settings_get().await.unwrap(), before);
}
