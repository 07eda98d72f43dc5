//! The desktop shell from outside: its window, its tray and its way out, as a person and their desktop see them.

mod notifications;
mod starting;
mod tray;

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use s3_connector_engine::connection::ConnectionDraft;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::secrets::MemorySecrets;
use s3_connector_engine::view::{RunState, SyncOptions};
use s3_connector_tests::desktop::{Desktop, Look};
use s3_connector_tests::memory_s3::MemoryS3;
use s3_connector_tests::process::Process;
use s3_connector_tests::scene::BUCKET;
use s3_connector_tests::tools::workspace_binary;
use s3_connector_tests::tray::{TrayHost, labels};
use s3_connector_tests::wait::eventually;
use s3_connector_tests::window::Window;
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(30);

fn app(desktop: &Desktop) -> Command {
    let mut command = desktop.command(workspace_binary("s3-connector"));
    command.arg("--data-dir").arg(data_dir(desktop));
    command
}

fn data_dir(desktop: &Desktop) -> PathBuf {
    desktop.home().join("folder")
}

/// The app over this server, started without its window where a tray could bring it.
fn hidden_app(desktop: &Desktop, server: &MemoryS3) -> Process {
    let mut command = app(desktop);
    command.arg("--hidden").env("AWS_ACCESS_KEY_ID", server.access_key()).env("AWS_SECRET_ACCESS_KEY", server.secret());
    Process::start(command)
}

/// A server with a bucket of so many small files.
async fn server(files: usize) -> MemoryS3 {
    let server = MemoryS3::start().await;
    server.bucket(BUCKET);
    (0..files).for_each(|i| server.put(BUCKET, &format!("{i:02}.md"), format!("owl {i}")));
    server
}

/// A connection that only a person starts, over what the app finds in its environment.
fn draft(name: &str, endpoint: &str) -> Value {
    json!({
        "name": name, "bucket": BUCKET, "region": "us-east-1", "endpoint": endpoint, "everyMinutes": 0,
        "containerTags": ["files"], "credentials": {"kind": "environment"},
    })
}

/// The same with the key of the server, so that it can be synced here.
fn draft_with_key(name: &str, server: &MemoryS3) -> Value {
    let mut draft = draft(name, &server.endpoint());
    draft["credentials"] = json!({
        "kind": "access_key", "accessKeyId": server.access_key(), "secretAccessKey": server.secret(),
    });
    draft
}

/// Works on the data folder before the app opens it.
async fn prepare(desktop: &Desktop, work: impl AsyncFnOnce(&Arc<Engine>)) {
    let engine = Engine::open(&data_dir(desktop), Arc::new(MemorySecrets::default())).await.unwrap();
    work(&engine).await;
    engine.shut_down().await;
}

async fn add(engine: &Engine, draft: Value) -> String {
    engine.connection_add(serde_json::from_value::<ConnectionDraft>(draft).unwrap()).await.unwrap().id
}

/// Syncs before the app is there.
async fn sync(engine: &Arc<Engine>, id: &str) -> RunState {
    let run = engine.sync_start(id.to_owned(), SyncOptions::default()).await.unwrap();
    engine.run_wait(&run.id).await.unwrap().state
}

/// The state file, while nobody else has it.
fn state_file(desktop: &Desktop) -> rusqlite::Connection {
    rusqlite::Connection::open(data_dir(desktop).join("state.db")).unwrap()
}

fn xdotool(desktop: &Desktop, words: &[&str]) -> String {
    let output = desktop.command("xdotool").args(words).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

async fn wait_until_window(desktop: &Desktop, is_shown: bool) {
    let what = if is_shown { "the window to be seen" } else { "the window to be gone" };
    eventually(what, LIMIT, async || {
        let seen = xdotool(desktop, &["search", "--onlyvisible", "--name", "^S3 Connector$"]);
        (seen.is_empty() != is_shown).then_some(())
    })
    .await;
}

/// Asks the window to close, as its own close button does, until it is gone: a window that has just appeared may not hear
/// the first time.
async fn close_window(desktop: &Desktop) {
    eventually("the window to have the focus", LIMIT, async || {
        (xdotool(desktop, &["getactivewindow", "getwindowname"]) == "S3 Connector").then_some(())
    })
    .await;
    eventually("the window to close", LIMIT, async || {
        xdotool(desktop, &["key", "--clearmodifiers", "alt+F4"]);
        desktop.visible_window().is_none().then_some(())
    })
    .await;
}

async fn wait_for_end(process: &mut Process) -> i32 {
    let process = RefCell::new(process);
    eventually("the app to end", LIMIT, async || process.borrow_mut().ended()).await
}

#[tokio::test]
async fn where_there_is_a_tray_closing_hides_the_window_and_the_tray_brings_it_back() {
    let desktop = Desktop::start(Look::Light).await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let mut app = Process::start(app(&desktop));
    let item = tray.item().await.unwrap();
    let lines = item.lines().await.unwrap();
    assert_eq!(labels(&lines), ["No connections yet", "", "Open", "Quit"]);
    assert!(!lines[0].enabled, "the status line only tells");
    wait_until_window(&desktop, true).await;

    close_window(&desktop).await;
    wait_until_window(&desktop, false).await;
    assert_eq!(app.ended(), None, "the app goes on without its window");
    let told = desktop.wait_for_notification("that the app goes on", |told| told.app == "S3 Connector").await;
    assert_eq!(told.summary, "S3 Connector goes on in the tray");
    item.click("Open").await.unwrap();
    wait_until_window(&desktop, true).await;
    close_window(&desktop).await;
    wait_until_window(&desktop, false).await;

    item.click("Quit").await.unwrap();
    assert_eq!(wait_for_end(&mut app).await, 0);
}

#[tokio::test]
async fn where_there_is_no_tray_closing_the_window_ends_the_app() {
    let desktop = Desktop::start(Look::Light).await;
    let mut app = Process::start(app(&desktop));
    wait_until_window(&desktop, true).await;
    close_window(&desktop).await;
    assert_eq!(wait_for_end(&mut app).await, 0);
}

#[tokio::test]
async fn a_second_start_ends_and_brings_the_first_window_back() {
    let desktop = Desktop::start(Look::Light).await;
    let _tray = TrayHost::start(&desktop).await.unwrap();
    let mut first = Process::start(app(&desktop));
    wait_until_window(&desktop, true).await;
    close_window(&desktop).await;
    wait_until_window(&desktop, false).await;

    let mut second = Process::start(app(&desktop));
    assert_eq!(wait_for_end(&mut second).await, 0);
    wait_until_window(&desktop, true).await;
    assert_eq!(first.ended(), None);
}

#[tokio::test]
async fn a_data_folder_that_is_taken_is_told_in_the_window_and_opened_once_it_is_free() {
    let desktop = Desktop::start(Look::Light).await;
    let other = Engine::open(&data_dir(&desktop), Arc::new(MemorySecrets::default())).await.unwrap();
    let folder = data_dir(&desktop);
    let arguments = ["--data-dir", folder.to_str().unwrap()];
    let window = Window::open(&desktop, &workspace_binary("s3-connector"), &arguments).await;
    window.wait_for_text("S3 Connector is already open").await;
    window.wait_for_text("Close the other S3 Connector, or use another data folder").await;

    other.shut_down().await;
    drop(other);
    window.press("Try again").await;
    window.wait_for_text("Keep a searchable library in step with your S3 buckets.").await;
    window.close().await;
}
