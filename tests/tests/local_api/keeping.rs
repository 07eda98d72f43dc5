//! The app serves the API as the person chose, and says how it stands.

use std::sync::Arc;
use std::time::Duration;

use s3_connector_engine::engine::{DEFAULT_PORT, Engine};
use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::event::EngineEvent;
use s3_connector_engine::view::{LocalApiState, LocalApiView};
use s3_connector_local_api::keep;
use s3_connector_tests::scene::Scene;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast::Receiver;

/// A port that was free a moment ago.
async fn free_port() -> (u16, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (listener.local_addr().unwrap().port(), listener)
}

/// Waits until the engine tells a state like this.
async fn told(events: &mut Receiver<EngineEvent>, wanted: impl Fn(&LocalApiState) -> bool) -> LocalApiView {
    let told = async {
        loop {
            if let EngineEvent::LocalApi { local_api } = events.recv().await.unwrap()
                && wanted(&local_api.state)
            {
                return local_api;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("the state is told")
}

async fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).await.is_ok()
}

#[tokio::test]
async fn it_is_off_until_a_person_switches_it_on_and_moves_when_the_port_does() {
    let scene = Scene::new(json!({})).await;
    let engine = &scene.engine;
    let view = engine.local_api_get().await.unwrap();
    assert_eq!((view.enabled, view.port, view.state), (false, DEFAULT_PORT, LocalApiState::Off));
    let mut events = engine.events();
    let kept = tokio::spawn(keep(Arc::clone(engine)));
    let ((one, held_one), (two, held_two)) = (free_port().await, free_port().await);
    drop(held_one);
    engine.local_api_set(true, one).await.unwrap();
    let listening = |port: u16| LocalApiState::Listening { url: format!("http://127.0.0.1:{port}") };
    told(&mut events, |state| *state == listening(one)).await;
    assert!(is_open(one).await);
    drop(held_two);
    engine.local_api_set(true, two).await.unwrap();
    told(&mut events, |state| *state == listening(two)).await;
    assert!(is_open(two).await && !is_open(one).await);
    engine.local_api_set(false, two).await.unwrap();
    told(&mut events, |state| *state == LocalApiState::Off).await;
    assert!(!is_open(two).await);
    engine.shut_down().await;
    kept.await.unwrap();
}

#[tokio::test]
async fn a_port_in_use_is_told_does_no_harm_and_is_tried_again() {
    let scene = Scene::new(json!({})).await;
    let engine = &scene.engine;
    let (port, held) = free_port().await;
    engine.local_api_set(true, port).await.unwrap();
    let mut events = engine.events();
    let kept = tokio::spawn(keep(Arc::clone(engine)));
    let failed = told(&mut events, |state| matches!(state, LocalApiState::Failed { .. })).await;
    let LocalApiState::Failed { error } = &failed.state else { unreachable!() };
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::PortInUse, "The port is in use"));
    assert_eq!(engine.local_api_get().await.unwrap(), failed);
    scene.put("a.md", "pelican");
    assert_eq!(scene.sync().await.sent, 1);
    drop(held);
    engine.local_api_set(true, port).await.unwrap();
    told(&mut events, |state| matches!(state, LocalApiState::Listening { .. })).await;
    engine.shut_down().await;
    kept.await.unwrap();
    assert!(!is_open(port).await, "it ends with the engine");
}

#[tokio::test]
async fn the_choice_outlives_a_restart_and_the_token_is_the_keychains() {
    let mut scene = Scene::new(json!({})).await;
    scene.engine.local_api_set(true, 7007).await.unwrap();
    let token = scene.engine.local_api_token(false).await.unwrap();
    assert!(token.starts_with("s3l_"), "it says what it is");
    scene.restart().await;
    let engine: &Arc<Engine> = &scene.engine;
    let view = engine.local_api_get().await.unwrap();
    assert_eq!((view.enabled, view.port), (true, 7007));
    assert_eq!(engine.local_api_token(false).await.unwrap(), token);
    let error = engine.local_api_set(true, 0).await.expect_err("no port");
    assert_eq!(error.code, ErrorCode::InvalidRequest);
}
