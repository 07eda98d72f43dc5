//! The desktop shell from outside: its window, its tray and its way out, as a person and their desktop see them.

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use s3_connector_engine::connection::ConnectionDraft;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::secrets::MemorySecrets;
use s3_connector_tests::desktop::{Desktop, Look};
use s3_connector_tests::process::Process;
use s3_connector_tests::s3_server::S3Server;
use s3_connector_tests::samples;
use s3_connector_tests::tools::workspace_binary;
use s3_connector_tests::tray::{TrayHost, find, labels};
use s3_connector_tests::wait::eventually;
use s3_connector_tests::window::Window;
use serde_json::json;

const LIMIT: Duration = Duration::from_secs(30);

fn app(desktop: &Desktop) -> Command {
    let mut command = desktop.command(workspace_binary("s3-connector"));
    command.arg("--data-dir").arg(data_dir(desktop));
    command
}

fn data_dir(desktop: &Desktop) -> PathBuf {
    desktop.home().join("folder")
}

/// A connection that only a person starts, saved before the app opens the folder.
async fn add_connection(desktop: &Desktop, name: &str, endpoint: &str) {
    let engine = Engine::open(&data_dir(desktop), Arc::new(MemorySecrets::default())).await.unwrap();
    let draft = json!({
        "name": name, "bucket": samples::BUCKET, "region": "us-east-1", "endpoint": endpoint, "everyMinutes": 0,
        "containerTagRegex": samples::RULE, "containerTags": [samples::SHARED_TAG], "credentials": {"kind": "environment"},
    });
    engine.connection_add(serde_json::from_value::<ConnectionDraft>(draft).unwrap()).await.unwrap();
    engine.shut_down().await;
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

/// Asks the window to close, as its own close button does.
async fn close_window(desktop: &Desktop) {
    eventually("the window to have the focus", LIMIT, async || {
        (xdotool(desktop, &["getactivewindow", "getwindowname"]) == "S3 Connector").then_some(())
    })
    .await;
    xdotool(desktop, &["key", "--clearmodifiers", "alt+F4"]);
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
    item.click("Open").await.unwrap();
    wait_until_window(&desktop, true).await;

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
async fn a_sync_from_the_tray_runs_unseen_and_is_told_and_a_click_leads_to_it() {
    let desktop = Desktop::start(Look::Light).await;
    let buckets = tempfile::tempdir().unwrap();
    samples::copy_to(buckets.path());
    let server = S3Server::start(buckets.path(), "key", "secret");
    add_connection(&desktop, "R&D_files", &server.endpoint()).await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let mut command = app(&desktop);
    command.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "secret");
    let mut app = Process::start(command);
    let item = tray.item().await.unwrap();
    item.wait_for(|lines| lines[0].label == "1 connection not synced yet").await.unwrap();
    wait_until_window(&desktop, true).await;
    close_window(&desktop).await;
    wait_until_window(&desktop, false).await;

    item.click("R&D_files").await.unwrap();
    let lines = item.wait_for(|lines| lines[0].label == "Up to date").await.unwrap();
    let all = [
        "Up to date",
        "Next check: only by hand",
        "",
        "Sync now",
        "All connections",
        "R&D_files",
        "Pause",
        "For an hour",
        "Until tomorrow",
        "Until I resume",
        "",
        "Open",
        "Quit",
    ];
    assert_eq!(labels(&lines), all);
    let told = desktop.wait_for_notification("of the first sync", |told| told.app == "S3 Connector").await;
    assert_eq!(told.summary, "First sync of R&D_files finished");
    assert!(told.body.starts_with("Documents: "), "{}", told.body);

    assert!(desktop.command("dunstctl").arg("action").status().unwrap().success());
    wait_until_window(&desktop, true).await;
    item.click("Quit").await.unwrap();
    assert_eq!(wait_for_end(&mut app).await, 0);
}

#[tokio::test]
async fn trouble_shows_in_the_tray_as_words_and_as_another_icon() {
    let desktop = Desktop::start(Look::Light).await;
    let buckets = tempfile::tempdir().unwrap();
    samples::copy_to(buckets.path());
    let server = S3Server::start(buckets.path(), "key", "another secret");
    add_connection(&desktop, "Samples", &server.endpoint()).await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let mut command = app(&desktop);
    command.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "secret");
    let _app = Process::start(command);
    let item = tray.item().await.unwrap();
    item.wait_for(|lines| find(lines, "Samples").is_some()).await.unwrap();
    let at_rest = std::fs::read(item.icon().await.unwrap()).unwrap();
    wait_until_window(&desktop, true).await;
    close_window(&desktop).await;
    wait_until_window(&desktop, false).await;

    item.click("All connections").await.unwrap();
    item.wait_for(|lines| lines[0].label == "1 connection needs you").await.unwrap();
    assert_ne!(std::fs::read(item.icon().await.unwrap()).unwrap(), at_rest);
    let told = desktop.wait_for_notification("of the trouble", |told| told.app == "S3 Connector").await;
    assert_eq!(told.summary, "Samples needs you");
    assert_eq!(told.body, "Authentication failed. Verify access key and secret.");
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
