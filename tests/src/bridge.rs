//! The window in a browser: its files and the engine's command table, served on loopback to whoever knows a random path.
//!
//! `POST call` runs a command, `GET events` is the stream of what the engine tells and of places to be shown. The pages
//! are those of `npm run build:browser`, under the content security policy of the app's own window. Only tests have this:
//! the app serves no page, and its local API is another thing.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::{FutureExt, Stream, StreamExt, stream};
use s3_connector_engine::api;
use s3_connector_engine::engine::Engine;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender, channel};
use tower_service::Service;

use crate::loopback::Loopback;
use crate::{random, tools};

/// The running bridge. Dropping it ends it and every page's stream; the engine stays.
#[derive(Debug)]
pub struct Bridge {
    http: Loopback,
    secret: String,
    places: Sender<Value>,
}

struct Shared {
    engine: Arc<Engine>,
    /// Where the engine's own tasks live: longer than the bridge.
    runtime: Handle,
    places: Sender<Value>,
    policy: String,
}

#[derive(Deserialize)]
struct Call {
    command: String,
    #[serde(default)]
    arguments: Value,
}

impl Bridge {
    /// Serves this engine on a free port.
    ///
    /// # Panics
    /// Outside a runtime, and when the window has not been built for browsers.
    pub fn serve(engine: &Arc<Engine>) -> Self {
        let pages = pages();
        assert!(pages.join("browser.html").is_file(), "{}: `cargo xtask test` builds it", pages.display());
        let (places, _) = channel(16);
        let secret = random::text();
        let shared = Arc::new(Shared {
            engine: Arc::clone(engine),
            runtime: Handle::current(),
            places: places.clone(),
            policy: policy(),
        });
        let inside = Router::new()
            .route("/", get(page))
            .route("/assets/{name}", get(asset))
            .route("/call", post(call))
            .route("/events", get(events))
            .with_state(shared);
        let routes = Router::new().nest_service(&format!("/{secret}"), inside);
        let http = Loopback::serve(Arc::new(move |request| {
            let mut routes = routes.clone();
            async move {
                let response = routes.call(request.map(Body::new)).await.unwrap_or_else(|never| match never {});
                Ok(response.map(s3s::Body::http_body_unsync))
            }
            .boxed()
        }));
        Self { http: http.expect("a free port on loopback"), secret, places }
    }

    /// The address of the window's page.
    pub fn url(&self) -> String {
        format!("{}/{}/", self.http.url(), self.secret)
    }

    /// Asks every open page to show a place, as a click on a notification does.
    pub fn open(&self, place: Value) {
        // Nobody may be listening.
        let _ = self.places.send(place);
    }
}

/// The window's files as built for browsers.
pub fn pages() -> PathBuf {
    tools::repository().join("ui/dist-browser")
}

/// What the app's window may load, with the bridge in the place of Tauri's own channel.
fn policy() -> String {
    let path = tools::repository().join("src-tauri/tauri.conf.json");
    let settings: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let rules = settings["app"]["security"]["csp"].as_object().expect("the app's policy, rule by rule");
    let rule = |(name, value): (&String, &Value)| match name.as_str() {
        "connect-src" => "connect-src 'self'".to_owned(),
        _ => format!("{name} {}", value.as_str().unwrap_or_default()),
    };
    rules.iter().map(rule).collect::<Vec<_>>().join("; ")
}

async fn page(State(shared): State<Arc<Shared>>) -> Response {
    file(&shared, "browser.html").await
}

async fn asset(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    // One name, so that it stays in its folder.
    if name.contains(['/', '\\']) || name.starts_with('.') {
        return StatusCode::NOT_FOUND.into_response();
    }
    file(&shared, &format!("assets/{name}")).await
}

async fn file(shared: &Shared, name: &str) -> Response {
    let kind = match name.rsplit_once('.').map(|(_, kind)| kind) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, &*shared.policy),
        (header::CACHE_CONTROL, "no-store"),
    ];
    match tokio::fs::read(pages().join(name)).await {
        Ok(bytes) => (headers, bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn call(State(shared): State<Arc<Shared>>, body: String) -> Response {
    let Ok(Call { command, arguments }) = serde_json::from_str(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let engine = Arc::clone(&shared.engine);
    let answer = shared.runtime.spawn(async move { api::call(&engine, &command, arguments).await }).await;
    match answer {
        Ok(Ok(reply)) => Json(reply).into_response(),
        Ok(Err(error)) => (StatusCode::UNPROCESSABLE_ENTITY, Json(error)).into_response(),
        // The command panicked; the test's output tells where.
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!("the command did not end"))).into_response(),
    }
}

async fn events(State(shared): State<Arc<Shared>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let told = heard(shared.engine.events()).map(|event| named("engine", &event));
    let asked = heard(shared.places.subscribe()).map(|place| named("place", &place));
    Sse::new(stream::select(told, asked).map(Ok))
}

fn named(name: &str, payload: &impl serde::Serialize) -> Event {
    Event::default().event(name).data(serde_json::to_string(payload).expect("what is told is JSON"))
}

/// Everything that is told. What came too fast is passed over: events carry whole rows.
fn heard<T: Clone + Send + 'static>(receiver: Receiver<T>) -> impl Stream<Item = T> {
    stream::unfold(receiver, async |mut receiver| {
        loop {
            match receiver.recv().await {
                Ok(value) => return Some((value, receiver)),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    })
}
