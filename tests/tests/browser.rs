//! The window in Chromium over the real engine: looked at, judged by axe, walked through by keyboard, and scrolled where it
//! is longest. `tests/browser` has the walks.

use s3_connector_tests::browser::Browser;
use s3_connector_tests::showroom::Showroom;
use s3_connector_tests::{bridge, tools};
use serde_json::{Value, json};

use crate::sdk::skipped;

/// Rows of the long preview. The engine works them out one by one, and its debug build is slow.
const MANY: u64 = 1_000_000;

/// The browser; without one a test is passed over, unless it must be there.
fn browser() -> Option<Browser> {
    let found = Browser::find();
    if found.is_none() {
        skipped("Chromium or its driver is not installed");
    }
    found
}

/// Fails with what a walk found wrong: each once, with the places where it is.
fn assert_nothing_found(result: &Value) {
    let found = result["found"].as_array().expect("what was found");
    let lines: Vec<String> = found.iter().map(|one| format!("{one:#}")).collect();
    assert!(lines.is_empty(), "{} found:\n{}", lines.len(), lines.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_has_nothing_that_axe_finds_in_light_and_dark_and_two_sizes() {
    let Some(browser) = browser() else { return };
    let mut room = Showroom::full().await;
    let result = browser.run("look.mjs", json!({"url": room.url()})).await;
    assert_nothing_found(&result);
    assert!(result["pictures"].as_u64() >= Some(60), "{result}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_fits_enlarged_in_forced_colours_at_rest_and_from_right_to_left() {
    let Some(browser) = browser() else { return };
    let mut room = Showroom::full().await;
    assert_nothing_found(&browser.run("ways.mjs", json!({"url": room.url()})).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_with_a_keyboard_alone_gets_from_the_first_start_to_a_finished_sync() {
    let Some(browser) = browser() else { return };
    for size in ["wide", "small"] {
        let mut room = Showroom::first().await;
        let result = browser.run("keyboard.mjs", json!({"url": room.url(), "place": room.place(), "size": size})).await;
        assert!(result["stops"].as_u64() > Some(20), "{result}");
        assert!(room.engine.app_status().await.unwrap().library_documents > 20);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_of_a_million_rows_draws_a_screenful_and_asks_for_little_wherever_it_is_scrolled() {
    let Some(browser) = browser() else { return };
    let mut room = Showroom::vast(MANY).await;
    let result = browser.run("vast.mjs", json!({"url": room.url(), "rows": MANY})).await;
    assert!(result["drawn"].as_u64() < Some(40), "{result}");
    let elements: Vec<u64> = serde_json::from_value(result["elements"].clone()).unwrap();
    assert!(elements[1] - elements[0] < 200, "what is drawn does not grow: {result}");
    assert!(result["calls"].as_u64() < Some(60), "{result}");
    assert_eq!(result["others"], json!([]), "only rows are asked for");
}

#[test]
fn the_window_of_the_app_has_nothing_of_the_bridge() {
    let window = |folder: &str| {
        let files = std::fs::read_dir(tools::repository().join("ui").join(folder).join("assets")).unwrap();
        let scripts = files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "js"));
        scripts.map(|path| std::fs::read_to_string(path).unwrap()).collect::<String>()
    };
    assert!(bridge::pages().is_dir() && window("dist-browser").contains("EventSource"));
    assert!(!window("dist").contains("EventSource"));
    assert!(!tools::repository().join("ui/dist/browser.html").exists());
}
