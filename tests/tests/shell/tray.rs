//! The tray's icon and its menu.

use s3_connector_engine::view::{FormDraft, FormText, RunState};
use s3_connector_tests::desktop::{Desktop, Look, screenshots};
use s3_connector_tests::memory_s3::On;
use s3_connector_tests::scene::BUCKET;
use s3_connector_tests::tools::workspace_binary;
use s3_connector_tests::tray::{MenuLine, TrayHost, find, labels};
use s3_connector_tests::wait::eventually;
use s3_connector_tests::window::Window;

use super::{
    LIMIT, add, data_dir, draft, draft_with_key, hidden_app, prepare, server, state_file, sync, wait_for_end,
    wait_until_window,
};

fn status_is(words: &'static str) -> impl Fn(&[MenuLine]) -> bool {
    move |lines| lines[0].label == words
}

#[tokio::test]
async fn each_state_has_its_words_and_an_icon_of_its_own_shape() {
    let desktop = Desktop::start(Look::Light).await;
    let server = server(3).await;
    prepare(&desktop, async |engine| drop(add(engine, draft("R&D_files", &server.endpoint())).await)).await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let _app = hidden_app(&desktop, &server);
    let item = tray.item().await.unwrap();
    item.wait_for(status_is("R&D_files is not synced yet")).await.unwrap();
    item.wait_for_icon("idle").await;

    let gate = server.hold(On::Get);
    item.click("Sync now").await.unwrap();
    gate.arrived(1).await;
    let busy = item.wait_for(|lines| find(lines, "Cancel").is_some()).await.unwrap();
    assert!(busy[0].label.starts_with("Syncing"), "{:?}", labels(&busy));
    assert_eq!(find(&busy, "Sync now"), None, "what runs is not started again");
    item.wait_for_icon("working").await;
    item.click("Cancel").await.unwrap();
    gate.open();
    item.wait_for(status_is("R&D_files was stopped")).await.unwrap();
    item.wait_for_icon("idle").await;

    item.click("Until I resume").await.unwrap();
    let paused = item.wait_for(status_is("Paused")).await.unwrap();
    assert_eq!(paused[1].label, "Next check: when you resume");
    item.wait_for_icon("paused").await;
    item.click("Resume").await.unwrap();
    item.wait_for_icon("idle").await;

    server.forbid(BUCKET, true);
    item.click("Sync now").await.unwrap();
    item.wait_for(status_is("R&D_files needs you: Access denied")).await.unwrap();
    item.wait_for_icon("needs-you").await;

    server.forbid(BUCKET, false);
    item.click("Sync now").await.unwrap();
    let lines = item.wait_for(status_is("Up to date · checked just now")).await.unwrap();
    item.wait_for_icon("idle").await;
    let all = [
        "Up to date · checked just now",
        "Next check: only by hand",
        "",
        "Sync now",
        "Pause",
        "For an hour",
        "Until tomorrow",
        "Until I resume",
        "",
        "Open",
        "Quit",
    ];
    assert_eq!(labels(&lines), all);
}

#[tokio::test]
async fn a_run_that_is_due_without_a_network_shows_as_waiting_for_it() {
    let desktop = Desktop::start(Look::Light).await;
    let server = server(0).await;
    // An address where nobody opens.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    prepare(&desktop, async |engine| {
        let mut due = draft("Files", &format!("http://{address}"));
        due["everyMinutes"] = 5.into();
        drop(add(engine, due).await);
    })
    .await;
    state_file(&desktop).execute("UPDATE connections SET created_at = 0", []).unwrap();
    let tray = TrayHost::start(&desktop).await.unwrap();
    let _app = hidden_app(&desktop, &server);
    let item = tray.item().await.unwrap();
    let lines = item.wait_for(status_is("Waiting for the network")).await.unwrap();
    assert_eq!(lines[1].label, "Next check: when the network is back");
    item.wait_for_icon("offline").await;
    item.click("For an hour").await.unwrap();
    item.wait_for_icon("paused").await;
    item.click("Resume").await.unwrap();
    item.wait_for_icon("offline").await;
}

#[tokio::test]
async fn of_several_connections_each_can_be_synced_or_all_and_cancelled_and_paused_together() {
    let desktop = Desktop::start(Look::Light).await;
    let server = server(2).await;
    prepare(&desktop, async |engine| {
        for name in ["beta", "Alpha"] {
            add(engine, draft(name, &server.endpoint())).await;
        }
    })
    .await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let _app = hidden_app(&desktop, &server);
    let item = tray.item().await.unwrap();
    let lines = item.wait_for(|lines| find(lines, "beta").is_some()).await.unwrap();
    let names: Vec<_> = find(&lines, "Sync now").unwrap().lines.iter().map(|line| line.label.as_str()).collect();
    assert_eq!(names, ["All connections", "Alpha", "beta"]);

    item.click("beta").await.unwrap();
    item.wait_for(status_is("Alpha is not synced yet")).await.unwrap();
    let gate = server.hold(On::List);
    item.click("All connections").await.unwrap();
    gate.arrived(2).await;
    item.wait_for(|lines| find(lines, "Cancel all 2 syncs").is_some()).await.unwrap();
    item.click("Cancel all 2 syncs").await.unwrap();
    gate.open();
    item.wait_for(status_is("2 connections were stopped")).await.unwrap();
    item.click("All connections").await.unwrap();
    item.wait_for(status_is("Up to date · checked just now")).await.unwrap();

    item.click("Until I resume").await.unwrap();
    item.wait_for(status_is("Paused")).await.unwrap();
    item.click("Resume all").await.unwrap();
    item.wait_for(status_is("Up to date · checked just now")).await.unwrap();
}

#[tokio::test]
async fn removals_that_wait_are_told_and_reviewed_where_they_are_confirmed() {
    let desktop = Desktop::start(Look::Light).await;
    let server = server(12).await;
    prepare(&desktop, async |engine| {
        let mut removing = draft_with_key("Files", &server);
        removing["onGone"] = "remove".into();
        let id = add(engine, removing).await;
        assert_eq!(sync(engine, &id).await, RunState::Completed);
        (0..12).for_each(|i| assert!(server.delete(BUCKET, &format!("{i:02}.md"))));
        assert_eq!(sync(engine, &id).await, RunState::PartlyCompleted);
    })
    .await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let folder = data_dir(&desktop);
    let arguments = ["--data-dir", folder.to_str().unwrap(), "--hidden"];
    let window = Window::open(&desktop, &workspace_binary("s3-connector"), &arguments).await;
    let item = tray.item().await.unwrap();
    item.wait_for(status_is("Files holds back 12 removals")).await.unwrap();
    item.wait_for_icon("needs-you").await;
    let told = desktop.wait_for_notification("of the removals", |told| told.app == "S3 Connector").await;
    assert_eq!(told.summary, "Files holds back 12 removals");
    wait_until_window(&desktop, false).await;

    item.click("Review 12 removals in Files…").await.unwrap();
    wait_until_window(&desktop, true).await;
    window.wait_for_text("Preview of Files").await;
    let chosen = "return document.querySelector('[role=tab][aria-selected=true]')?.textContent";
    eventually("the tab of the removals", LIMIT, async || {
        let tab = window.run_script(chosen, Vec::new()).await?;
        tab.as_str()?.contains("To be removed").then_some(())
    })
    .await;
    window.close().await;
}

#[tokio::test]
async fn a_form_that_was_left_half_done_is_reviewed_where_it_was_left() {
    let desktop = Desktop::start(Look::Light).await;
    let typed = FormText { provider: "other".into(), bucket: "harbour-papers".into(), ..FormText::default() };
    let left = FormDraft { typed, step: 0, reached: 0 };
    prepare(&desktop, async |engine| engine.form_keep(None, left).await.unwrap()).await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let folder = data_dir(&desktop);
    let arguments = ["--data-dir", folder.to_str().unwrap(), "--hidden"];
    let window = Window::open(&desktop, &workspace_binary("s3-connector"), &arguments).await;
    let item = tray.item().await.unwrap();
    let is_there = |lines: &[MenuLine]| find(lines, "Review the connection you began…").is_some();
    item.wait_for(is_there).await.unwrap();
    item.click("Review the connection you began…").await.unwrap();
    wait_until_window(&desktop, true).await;
    window.wait_for_text("Restored what you typed.").await;

    window.press("Start over").await;
    item.wait_for(|lines| !is_there(lines)).await.unwrap();
    window.close().await;
}

#[tokio::test]
async fn one_press_in_the_window_cancels_all_syncs() {
    let desktop = Desktop::start(Look::Light).await;
    let server = server(2).await;
    let aws = desktop.home().join(".aws");
    std::fs::create_dir(&aws).unwrap();
    let (key, secret) = (server.access_key(), server.secret());
    let keys = format!("[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n");
    std::fs::write(aws.join("credentials"), keys).unwrap();
    prepare(&desktop, async |engine| {
        for name in ["Alpha", "beta"] {
            add(engine, draft(name, &server.endpoint())).await;
        }
    })
    .await;
    let folder = data_dir(&desktop);
    let arguments = ["--data-dir", folder.to_str().unwrap()];
    let window = Window::open(&desktop, &workspace_binary("s3-connector"), &arguments).await;
    let gate = server.hold(On::List);
    window.press("Sync all").await;
    gate.arrived(2).await;
    window.press("Cancel all").await;
    gate.open();
    window.wait_until_gone("Cancel all").await;
    let shown = window.wait_for_text("Stopped: cancelled").await;
    assert_eq!(shown.matches("Stopped: cancelled").count(), 2, "{shown}");
    window.close().await;
}

#[tokio::test]
async fn who_quits_while_a_sync_runs_is_asked_once() {
    let desktop = Desktop::start(Look::Light).await;
    let server = server(3).await;
    prepare(&desktop, async |engine| drop(add(engine, draft("Files", &server.endpoint())).await)).await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let mut app = hidden_app(&desktop, &server);
    let item = tray.item().await.unwrap();
    item.wait_for(|lines| find(lines, "Sync now").is_some()).await.unwrap();
    let gate = server.hold(On::Get);
    item.click("Sync now").await.unwrap();
    gate.arrived(1).await;
    item.wait_for_icon("working").await;

    item.click("Quit").await.unwrap();
    wait_until_window(&desktop, true).await;
    item.wait_for(|lines| find(lines, "Quit now (a sync is running)").is_some()).await.unwrap();
    assert_eq!(app.ended(), None);
    item.click("Quit now (a sync is running)").await.unwrap();
    wait_until_window(&desktop, false).await;
    gate.open();
    assert_eq!(wait_for_end(&mut app).await, 0);
}

#[tokio::test]
async fn the_window_asks_before_it_quits_and_takes_no_for_an_answer() {
    let desktop = Desktop::start(Look::Light).await;
    let server = server(3).await;
    server.make_public(BUCKET);
    prepare(&desktop, async |engine| {
        let mut open = draft("Files", &server.endpoint());
        open["credentials"] = serde_json::json!({"kind": "anonymous"});
        drop(add(engine, open).await);
    })
    .await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let folder = data_dir(&desktop);
    let arguments = ["--data-dir", folder.to_str().unwrap()];
    let window = Window::open(&desktop, &workspace_binary("s3-connector"), &arguments).await;
    let item = tray.item().await.unwrap();
    let gate = server.hold(On::Get);
    window.press("Sync now").await;
    gate.arrived(1).await;
    item.wait_for_icon("working").await;

    item.click("Quit").await.unwrap();
    window.wait_for_text("Quit while a sync is running?").await;
    item.wait_for(|lines| find(lines, "Quit now (a sync is running)").is_some()).await.unwrap();
    window.screenshot(&screenshots().join("quit-light.png")).await;
    window.press("Keep running").await;
    window.wait_until_gone("Quit while a sync is running?").await;
    item.wait_for(|lines| find(lines, "Quit").is_some()).await.unwrap();
    gate.open();
    item.wait_for(status_is("Up to date · checked just now")).await.unwrap();
    window.close().await;
}
