//! The start without the window, and the start at login.

use std::path::PathBuf;

use s3_connector_engine::view::AppSettings;
use s3_connector_tests::desktop::{Desktop, Look};
use s3_connector_tests::process::Process;
use s3_connector_tests::tools::workspace_binary;
use s3_connector_tests::tray::TrayHost;
use s3_connector_tests::wait::eventually;
use s3_connector_tests::window::Window;
use serde_json::{Value, json};

use super::{LIMIT, app, data_dir, prepare, wait_until_window};

#[tokio::test]
async fn a_hidden_start_shows_no_window_where_a_tray_can_bring_it() {
    let desktop = Desktop::start(Look::Light).await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let mut command = app(&desktop);
    command.arg("--hidden");
    let _app = Process::start(command);
    let item = tray.item().await.unwrap();
    assert_eq!(desktop.visible_window(), None);
    // A second start at login, by whatever else starts the app, does not raise it either.
    let mut again = app(&desktop);
    again.arg("--hidden");
    let mut again = Process::start(again);
    assert_eq!(super::wait_for_end(&mut again).await, 0);
    assert_eq!(desktop.visible_window(), None);
    item.click("Open").await.unwrap();
    wait_until_window(&desktop, true).await;
}

#[tokio::test]
async fn a_hidden_start_without_a_tray_shows_the_window() {
    let desktop = Desktop::start(Look::Light).await;
    let mut command = app(&desktop);
    command.arg("--hidden");
    let _app = Process::start(command);
    wait_until_window(&desktop, true).await;
}

/// What the window is answered by the desktop around it.
async fn ask(window: &Window<'_>, request: Value) -> Value {
    let script = "const done = arguments[arguments.length - 1];\
        window.__TAURI_INTERNALS__.invoke('desktop', { request: arguments[0] }).then(done, (e) => done({ error: e }))";
    window.run_async_script(script, vec![request]).await.unwrap()
}

fn entries(desktop: &Desktop) -> Vec<PathBuf> {
    let folder = desktop.home().join("config/autostart");
    std::fs::read_dir(folder).map(|files| files.map(|file| file.unwrap().path()).collect()).unwrap_or_default()
}

#[tokio::test]
async fn the_start_at_login_is_a_file_that_is_written_kept_true_and_removed() {
    let desktop = Desktop::start(Look::Light).await;
    prepare(&desktop, async |_| ()).await;
    let folder = data_dir(&desktop);
    let arguments = ["--data-dir", folder.to_str().unwrap()];
    let window = Window::open(&desktop, &workspace_binary("s3-connector"), &arguments).await;
    window.wait_for_text("Keep a searchable library").await;
    assert_eq!(ask(&window, json!({"kind": "auto_start"})).await, json!(false));
    assert_eq!(ask(&window, json!({"kind": "set_auto_start", "on": true})).await, json!(true));
    let file = entries(&desktop).pop().expect("a file in the autostart folder");
    let said = std::fs::read_to_string(&file).unwrap();
    let program = workspace_binary("s3-connector");
    let command = format!("Exec=\"{}\" \"--data-dir\" \"{}\"\n", program.display(), folder.display());
    assert!(said.contains(&command), "{said}");

    let hidden = AppSettings { start_hidden: true, ..AppSettings::default() };
    let script = "const done = arguments[arguments.length - 1];\
        window.__TAURI_INTERNALS__.invoke('call', { command: 'app_settings_set', arguments: { settings: arguments[0] } })\
        .then(done, (e) => done({ error: e }))";
    let saved = window.run_async_script(script, vec![json!(hidden)]).await.unwrap();
    assert_eq!(saved["startHidden"], json!(true), "{saved}");
    eventually("the entry to start it hidden", LIMIT, async || {
        std::fs::read_to_string(&file).ok()?.contains("\" \"--hidden\"\n").then_some(())
    })
    .await;

    // Switched off in the desktop's own settings.
    let said = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{said}Hidden=true\n")).unwrap();
    assert_eq!(ask(&window, json!({"kind": "auto_start"})).await, json!(false));
    assert_eq!(ask(&window, json!({"kind": "set_auto_start", "on": true})).await, json!(true));
    assert_eq!(ask(&window, json!({"kind": "set_auto_start", "on": false})).await, json!(false));
    assert_eq!(entries(&desktop), Vec::<PathBuf>::new());
    window.close().await;
}
