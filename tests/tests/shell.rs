//! The desktop shell from outside: its window, its tray and its way out, as a person and their desktop see them.

use std::cell::RefCell;
use std::process::Command;
use std::time::Duration;

use s3_connector_tests::desktop::{Desktop, Look};
use s3_connector_tests::process::Process;
use s3_connector_tests::tools::workspace_binary;
use s3_connector_tests::tray::{TrayHost, labels};
use s3_connector_tests::wait::eventually;

const LIMIT: Duration = Duration::from_secs(30);

fn app(desktop: &Desktop) -> Command {
    let mut command = desktop.command(workspace_binary("s3-connector"));
    command.arg("--data-dir").arg(desktop.home().join("folder"));
    command
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
