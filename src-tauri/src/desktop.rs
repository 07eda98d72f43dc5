//! What the window asks of the desktop around it, beside the engine's commands: the few things that belong to this
//! computer's session and to no connection.

use std::path::PathBuf;

use s3_connector_engine::error::{Error, ErrorCode, ErrorView, Result};
use serde::Deserialize;
use serde_json::Value;
use tauri::{AppHandle, Manager, State};

use crate::bridge::Bridge;
use crate::{autostart, exit, open, window};

/// A request of the window; `ui/src/client/desktop.ts` has the same in TypeScript.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Request {
    /// Shows a file that the engine has written in the desktop's file manager.
    ShowFile {
        /// Its path.
        path: PathBuf,
    },
    /// Opens an object of a connection's bucket in the browser.
    OpenObject {
        /// The connection.
        id: String,
        /// The object's key.
        key: String,
    },
    /// The page listens now, and asks where somebody wanted to go before.
    Listening,
    /// Ends the app, although a sync runs.
    Quit,
    /// Does not end it after all.
    Stay,
    /// Whether the app is started at login.
    AutoStart,
    /// Starts the app at login from now on, or not any more.
    SetAutoStart {
        /// Whether it shall be.
        on: bool,
    },
}

/// Carries a request out.
#[tauri::command]
pub async fn desktop(app: AppHandle, bridge: State<'_, Bridge>, request: Request) -> Result<Value, ErrorView> {
    match request {
        Request::ShowFile { path } => show_file(path).await,
        Request::Listening => {
            serde_json::to_value(window::page_listens(&app)).map_err(|e| Error::internal("a place", e))
        }
        Request::Quit => {
            exit::quit(&app);
            Ok(Value::Null)
        }
        Request::Stay => {
            app.state::<exit::Question>().withdraw();
            Ok(Value::Null)
        }
        Request::AutoStart => autostart::is_on(&app).map(Value::Bool),
        Request::SetAutoStart { on } => {
            let hidden = bridge.engine(&app).await?.app_settings().borrow().start_hidden;
            set_auto_start(&app, on, hidden)
        }
        Request::OpenObject { id, key } => open::open_object(bridge.engine(&app).await?, id, key).await,
    }
    .map_err(|e| e.view())
}

fn set_auto_start(app: &AppHandle, on: bool, hidden: bool) -> Result<Value> {
    if on {
        autostart::switch_on(app, hidden)?;
    } else {
        autostart::switch_off(app)?;
    }
    autostart::is_on(app).map(Value::Bool)
}

/// On a thread of its own: the file manager may have to be started first.
async fn show_file(path: PathBuf) -> Result<Value> {
    let shown = tauri::async_runtime::spawn_blocking(move || tauri_plugin_opener::reveal_item_in_dir(path));
    match shown.await {
        Ok(Ok(())) => Ok(Value::Null),
        Ok(Err(error)) => Err(Error::new(ErrorCode::DesktopRefused, error.to_string())),
        Err(error) => Err(Error::internal("showing a file", error)),
    }
}
