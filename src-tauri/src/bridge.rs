//! The engine behind the window's one command, and its events on their way to the window.
//!
//! If the engine cannot be opened (another app works on the folder, the state is newer, the disk is full), the
//! window opens all the same and every command is answered with the reason, until one that comes later succeeds
//! in opening it: "Try again" needs no restart.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{Error, ErrorView, Result};
use s3_connector_engine::event::EngineEvent;
use s3_connector_engine::secrets::Keychain;
use serde_json::Value;
use tauri::async_runtime;
use tauri::{AppHandle, Emitter, State};
use tokio::sync::OnceCell;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::window;

/// Event to the window: an [`EngineEvent`].
const ENGINE_EVENT: &str = "engine";

/// How long the way out waits for transfers that are under way. What is cut off here is taken up by the next
/// run, as after a crash.
const SHUT_DOWN_LIMIT: Duration = Duration::from_secs(10);

/// The engine of the app's data folder, opened as soon as that is possible.
pub struct Bridge {
    data_dir: Result<PathBuf>,
    engine: OnceCell<Arc<Engine>>,
    closed: OnceCell<()>,
}

impl Bridge {
    /// A bridge to the engine of this folder, which is opened when it is first asked for.
    pub fn new(data_dir: Result<PathBuf>) -> Self {
        Self { data_dir, engine: OnceCell::new(), closed: OnceCell::new() }
    }

    /// The engine. While it cannot be opened every call tries again.
    pub async fn engine(&self, app: &AppHandle) -> Result<&Arc<Engine>, ErrorView> {
        let open = async || {
            let data_dir = self.data_dir.as_ref().map_err(Error::view)?;
            let engine = Engine::open(data_dir, Arc::new(Keychain)).await.map_err(|e| e.view())?;
            crate::attend(app, &engine);
            Ok(engine)
        };
        self.engine.get_or_try_init(open).await
    }

    /// The data folder, where one is meant.
    pub fn data_dir(&self) -> Option<&Path> {
        self.data_dir.as_deref().ok()
    }

    /// The engine, if it is open.
    pub fn open_engine(&self) -> Option<&Arc<Engine>> {
        self.engine.get()
    }

    /// Shuts the engine down, within a limit. Later calls wait for the first.
    pub async fn close(&self) {
        let shut_down = async || {
            if let Some(engine) = self.open_engine() {
                // Late or not, the process ends; the state file is good at every point.
                let _ = tokio::time::timeout(SHUT_DOWN_LIMIT, engine.shut_down()).await;
            }
        };
        self.closed.get_or_init(shut_down).await;
    }
}

/// Runs a command of the engine's table for the window.
#[tauri::command]
pub async fn call(
    app: AppHandle,
    bridge: State<'_, Bridge>,
    command: String,
    arguments: Value,
) -> Result<Value, ErrorView> {
    s3_connector_engine::api::call(bridge.engine(&app).await?, &command, arguments).await
}

/// Passes every engine event to the window, as long as there are any.
pub fn relay(app: &AppHandle, mut events: Receiver<EngineEvent>) {
    let app = app.clone();
    async_runtime::spawn(async move {
        while let Some(event) = next(&mut events).await {
            // The window can be gone only when the app is on its way out.
            let _ = app.emit_to(window::LABEL, ENGINE_EVENT, event);
        }
    });
}

/// The next event, `None` after the last. A listener that fell behind goes on with what is still there: events
/// carry whole rows.
pub async fn next(events: &mut Receiver<EngineEvent>) -> Option<EngineEvent> {
    loop {
        match events.recv().await {
            Ok(event) => return Some(event),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}
