//! What is told by notifications, as the desktop's own daemon shows them.

use s3_connector_engine::sync::now;
use s3_connector_engine::view::{AppSettings, Notifications, RunState};
use s3_connector_tests::desktop::{Desktop, Look, screenshots};
use s3_connector_tests::memory_s3::MemoryS3;
use s3_connector_tests::scene::BUCKET;
use s3_connector_tests::sign_in::{COMMAND, HOUR, PROFILE, SECRETS, a_home_with_a_profile, sign_in_until};
use s3_connector_tests::tools::workspace_binary;
use s3_connector_tests::tray::{TrayHost, find};
use s3_connector_tests::window::Window;
use serde_json::json;

use super::{
    LIMIT, add, close_window, data_dir, draft, draft_with_key, hidden_app, prepare, server, state_file, sync,
    wait_until_window,
};

/// Comes back to the window, as from a terminal, until it shows what is to be seen then.
async fn come_back_until(window: &Window<'_>, fits: impl Fn(&str) -> bool) {
    window
        .until("the window to show what has changed outside", LIMIT, async || {
            window.run_script("dispatchEvent(new Event('focus'))", Vec::new()).await;
            fits(&window.text().await).then_some(())
        })
        .await;
}

fn titles(desktop: &Desktop) -> Vec<String> {
    desktop.notifications().into_iter().map(|told| told.summary).collect()
}

/// A restart repeats nothing: what was said before is followed by the word of a run.
async fn assert_restart_repeats_nothing(desktop: &Desktop, server: &MemoryS3, said: &str) {
    prepare(desktop, async |engine| {
        drop(add(engine, draft("Fresh", &server.endpoint())).await);
    })
    .await;
    let tray = TrayHost::start(desktop).await.unwrap();
    let _app = hidden_app(desktop, server);
    let item = tray.item().await.unwrap();
    item.wait_for(|lines| find(lines, "Fresh").is_some()).await.unwrap();
    item.click("Fresh").await.unwrap();
    desktop.wait_for_notification("of a run", |told| told.summary == "First sync of Fresh finished").await;
    assert_eq!(titles(desktop), [said, "First sync of Fresh finished"]);
}

#[tokio::test]
async fn who_syncs_one_connection_from_the_tray_is_told_how_it_ended_and_a_click_leads_there() {
    let desktop = Desktop::start(Look::Light).await;
    let server = server(3).await;
    server.make_public(BUCKET);
    prepare(&desktop, async |engine| {
        let mut open = draft("R&D_files", &server.endpoint());
        open["credentials"] = json!({"kind": "anonymous"});
        drop(add(engine, open).await);
    })
    .await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let folder = data_dir(&desktop);
    let arguments = ["--data-dir", folder.to_str().unwrap(), "--hidden"];
    let window = Window::open(&desktop, &workspace_binary("s3-connector"), &arguments).await;
    let item = tray.item().await.unwrap();
    item.wait_for(|lines| lines[0].label == "R&D_files is not synced yet").await.unwrap();
    item.click("Sync now").await.unwrap();
    let told = desktop.wait_for_notification("of the first sync", |told| told.summary.starts_with("First")).await;
    assert_eq!(told.summary, "First sync of R&D_files finished");
    assert_eq!(told.body, "Documents: 3 sent.");
    item.wait_for(|lines| find(lines, "Sync now").is_some()).await.unwrap();
    item.click("Sync now").await.unwrap();
    let told = desktop.wait_for_notification("of the second", |told| told.summary.ends_with("up to date")).await;
    assert_eq!((told.summary.as_str(), told.body.as_str()), ("R&D_files is up to date", "Nothing had changed."));

    wait_until_window(&desktop, false).await;
    assert!(desktop.command("dunstctl").arg("action").status().unwrap().success());
    wait_until_window(&desktop, true).await;
    window.wait_for_text("Sync of R&D_files").await;
    window.close().await;
}

#[tokio::test]
async fn a_connection_speaks_once_in_four_hours_and_what_changed_meanwhile_is_told_then_also_after_a_restart() {
    let desktop = Desktop::start(Look::Light).await;
    let server = server(3).await;
    let mut known = serde_json::Map::new();
    prepare(&desktop, async |engine| {
        for (name, hours) in [("Lately", 1), ("Long ago", 5)] {
            let id = add(engine, draft_with_key(name, &server)).await;
            assert_eq!(sync(engine, &id).await, RunState::Completed);
            server.forbid(BUCKET, true);
            assert_eq!(sync(engine, &id).await, RunState::Failed);
            server.forbid(BUCKET, false);
            known.insert(id, json!({"standing": "well", "told_at": now() - hours * HOUR}));
        }
    })
    .await;
    let known = serde_json::Value::Object(known).to_string();
    let remember = "INSERT INTO settings (name, value) VALUES ('known_to_person', ?1)";
    state_file(&desktop).execute(remember, [known]).unwrap();

    let tray = TrayHost::start(&desktop).await.unwrap();
    let app = hidden_app(&desktop, &server);
    let item = tray.item().await.unwrap();
    let told = desktop.wait_for_notification("of the trouble", |told| told.summary == "Long ago needs you").await;
    assert_eq!(told.body, "Access denied. Check IAM permissions and bucket policy.");
    item.wait_for(|lines| lines[0].label == "2 connections need you").await.unwrap();
    drop(app);
    drop(tray);

    assert_restart_repeats_nothing(&desktop, &server, "Long ago needs you").await;
}

#[tokio::test]
async fn a_sign_in_that_ends_is_told_once_for_all_its_connections_and_a_click_leads_to_its_command() {
    let desktop = Desktop::start(Look::Light).await;
    let server = server(1).await;
    a_home_with_a_profile(desktop.home());
    prepare(&desktop, async |engine| {
        for name in ["Archive", "Reports"] {
            let mut draft = draft(name, &server.endpoint());
            draft["credentials"] = json!({"kind": "profile", "name": PROFILE});
            draft["everyMinutes"] = json!(240);
            drop(add(engine, draft).await);
        }
    })
    .await;
    let ends_at = sign_in_until(desktop.home(), now() + HOUR / 2);
    let tray = TrayHost::start(&desktop).await.unwrap();
    let folder = data_dir(&desktop);
    let arguments = ["--data-dir", folder.to_str().unwrap(), "--hidden"];
    let window = Window::open(&desktop, &workspace_binary("s3-connector"), &arguments).await;
    let told = desktop.wait_for_notification("of the end", |told| told.summary.starts_with("Sign-in of")).await;
    assert!(told.summary.contains(" and 1 other connection ends "), "{told:?}");
    assert_eq!(told.body, format!("Then sign in again: {COMMAND}"));

    wait_until_window(&desktop, false).await;
    assert!(desktop.command("dunstctl").arg("action").status().unwrap().success());
    wait_until_window(&desktop, true).await;
    let text = window.wait_for_text("Sign-in ends").await;
    assert!(text.contains(COMMAND) && SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
    let pointed_at = "const card = document.activeElement; return card.tagName + ' ' + card.innerText.split('\\n')[0]";
    let first = told.summary.split(' ').nth(2).unwrap().to_owned();
    let pointed_at = window.run_script(pointed_at, Vec::new()).await.unwrap();
    assert_eq!(pointed_at, json!(format!("ARTICLE {first}")));
    window.press("Copy the command").await;
    window.wait_for_text("Copied").await;
    window.screenshot(&screenshots().join("sign-in-soon.png")).await;

    sign_in_until(desktop.home(), now() - HOUR);
    come_back_until(&window, |text| text.contains("Sign-in ended") && !text.contains("Sign-in ends")).await;
    window.screenshot(&screenshots().join("sign-in-ended.png")).await;
    sign_in_until(desktop.home(), now() + 8 * HOUR);
    come_back_until(&window, |text| !text.contains("Sign-in")).await;
    window.close().await;
    drop(tray);

    sign_in_until(desktop.home(), ends_at);
    assert_restart_repeats_nothing(&desktop, &server, &told.summary).await;
}

#[tokio::test]
async fn who_wants_no_notifications_gets_none_and_not_even_the_one_about_the_tray() {
    let desktop = Desktop::start(Look::Light).await;
    let server = server(1).await;
    prepare(&desktop, async |engine| {
        let settings = AppSettings { notifications: Notifications::None, ..AppSettings::default() };
        engine.app_settings_set(settings).await.unwrap();
        drop(add(engine, draft("Files", &server.endpoint())).await);
    })
    .await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let mut command = super::app(&desktop);
    command.env("AWS_ACCESS_KEY_ID", server.access_key()).env("AWS_SECRET_ACCESS_KEY", server.secret());
    let mut app = s3_connector_tests::process::Process::start(command);
    let item = tray.item().await.unwrap();
    wait_until_window(&desktop, true).await;
    close_window(&desktop).await;
    wait_until_window(&desktop, false).await;
    item.click("Sync now").await.unwrap();
    item.wait_for(|lines| lines[0].label.starts_with("Up to date")).await.unwrap();
    item.click("Quit").await.unwrap();
    assert_eq!(super::wait_for_end(&mut app).await, 0);
    assert_eq!(titles(&desktop), [""; 0]);
}
