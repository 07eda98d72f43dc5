//! The desktop shell of S3 Connector: a window, a tray and notifications over the engine. It decides nothing;
//! what it shows are the engine's rows, what is clicked goes to the engine's commands.
//!
//! - [`start`]: before the window: environment, data folder, one app per data folder
//! - [`bridge`]: the engine behind the window's one command, and its events on their way to the window
//! - [`desktop`]: what the window asks of the desktop around it
//! - [`window`]: the window, and places in it that a click elsewhere leads to
//! - [`tray`]: the icon and its menu
//! - [`autostart`]: the start at login
//! - [`notification`]: what a person is told when they do not look
//! - [`open`]: objects in the person's browser, without their links on a command line
//! - [`exit`]: every way out passes the engine's shut-down

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;
use std::sync::Arc;

use s3_connector_engine::engine::Engine;
use tauri::{App, AppHandle, Manager, RunEvent};

mod autostart;
mod bridge;
mod desktop;
mod exit;
mod notification;
mod open;
mod start;
mod tray;
mod window;

fn main() -> ExitCode {
    if !start::has_display() {
        start::complain("S3 Connector needs a display. Without one, s3c does the same work.");
        return ExitCode::FAILURE;
    }
    start::choose_renderer();
    let data_dir = start::data_dir(std::env::args_os().skip(1), std::env::var_os(start::DATA_DIR_VARIABLE));

    let mut context = tauri::generate_context!();
    context.config_mut().identifier = start::identifier(&context.config().identifier, data_dir.as_ref().ok());
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _folder| {
            if !start::is_hidden(arguments) {
                window::show(app);
            }
        }))
        .invoke_handler(tauri::generate_handler![bridge::call, desktop::desktop])
        .setup(move |app| Ok(assemble(app, bridge::Bridge::new(data_dir))?))
        .build(context);
    match app {
        Ok(app) => {
            app.run(|app, event| match event {
                RunEvent::ExitRequested { code: None, api, .. } => {
                    api.prevent_exit();
                    exit::quit(app);
                }
                RunEvent::Exit => exit::close_engine(app),
                #[cfg(target_os = "macos")]
                RunEvent::Reopen { .. } => window::show(app),
                _ => {}
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            start::complain(&format!("S3 Connector cannot open its window: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Puts the window before the engine. Without an engine there is only the window, which says why.
fn assemble(app: &mut App, bridge: bridge::Bridge) -> tauri::Result<()> {
    app.manage(bridge);
    app.manage(exit::Question::default());
    app.manage(window::Reader::default());
    window::build(app.handle(), start::is_hidden(std::env::args()))?;
    exit::listen_for_signals(app.handle());
    let bridge = app.state::<bridge::Bridge>();
    // The page asks again and shows why it cannot be opened.
    let _ = tauri::async_runtime::block_on(bridge.engine(app.handle()));
    Ok(())
}

/// Lets every part listen to an engine that has just been opened, then lets it work: nobody misses the event of a
/// sync that is due at once.
fn attend(app: &AppHandle, engine: &Arc<Engine>) {
    bridge::relay(app, engine.events());
    notification::announce(app, engine);
    tray::raise(app, engine);
    autostart::keep(app, engine);
    tauri::async_runtime::spawn(s3_connector_local_api::keep(Arc::clone(engine)));
    engine.start_schedule();
}
