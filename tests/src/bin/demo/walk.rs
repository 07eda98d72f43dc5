//! Without a display: on a desktop of its own, through the window, by the names that a person reads.

use std::path::{Path, PathBuf};
use std::time::Duration;

use s3_connector_tests::desktop::{Desktop, Look};
use s3_connector_tests::wait::eventually;
use s3_connector_tests::window::Window;
use s3_connector_tests::{samples, tools};
use serde_json::Value;

use crate::{NAME, Outcome, Samples};

const SYNC: Duration = Duration::from_secs(120);

/// On a desktop of its own: looks at the app as a person would have it.
pub async fn look(arguments: &[String]) -> Outcome {
    let desktop = Desktop::start(Look::Light).await;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let window = Window::open(&desktop, &tools::workspace_binary("s3-connector"), &arguments).await;
    window.wait_for_text("Connections").await;
    let picture = tools::target_dir().join("run/window.png");
    desktop.screenshot(&picture);
    window.close().await;
    println!("==> the app opened on a display of its own; this is what it showed:\n    {}", picture.display());
    Ok(())
}

/// On a desktop of its own: previews, syncs and searches by pressing the buttons.
pub async fn walk(arguments: &[String]) -> Outcome {
    let samples = Samples::serve()?;
    let desktop = Desktop::start(Look::Light).await;
    let s3c = || desktop.command(tools::workspace_binary("s3c"));
    samples.connect(s3c())?;
    let data = samples.data();
    let data = data.to_str().ok_or("the data folder has a plain name")?;
    let mut words = vec!["--data-dir", data];
    words.extend(arguments.iter().map(String::as_str));
    let folder = pictures()?;
    let window = Window::open(&desktop, &tools::workspace_binary("s3-connector"), &words).await;
    window.wait_for_text(NAME).await;
    picture(&desktop, &folder, "1-connection.png");
    let totals = sync_in(&window, &folder).await?;
    search_in(&window, &folder).await;
    window.close().await;

    // The app lets go of its folder a moment after its window has gone.
    let found = eventually("the app to end", SYNC, async || {
        let found = samples.s3c(s3c(), &["search", samples::PHRASE], "");
        let is_busy = found.as_ref().is_err_and(|reason| reason.to_string().contains("data_folder_busy"));
        (!is_busy).then_some(found)
    });
    let reply: Value = serde_json::from_str(&found.await?)?;
    let first = &reply["results"][0];
    println!("==> run: {totals}");
    println!("==> search for “{}”: {} [{}]", samples::PHRASE, text(&first["key"]), text(&first["tag"]));
    println!("    {}", text(&first["snippet"]));
    if first["key"] == samples::PHRASE_KEY && first["tag"] == samples::PHRASE_TAG {
        println!("==> the documents arrived");
        return Ok(());
    }
    Err(format!("the library does not hold what the bucket holds: {reply}").into())
}

/// Presses *Preview*, then *Sync now*, and answers the totals of the run as the window shows them.
async fn sync_in(window: &Window<'_>, folder: &Path) -> Outcome<String> {
    let desktop = window.desktop();
    println!("==> pressing Preview");
    window.press("Preview").await;
    window.wait_for_text("Sync all").await;
    window.wait_for_text(samples::PHRASE_TAG).await;
    picture(desktop, folder, "2-preview.png");
    window.press("Connections").await;
    println!("==> pressing Sync now");
    window.press("Sync now").await;
    let ends = ["Up to date", "Partly done", "Needs you", "Stopped"];
    let state = window.wait_for_any(&ends, SYNC).await;
    picture(desktop, folder, "3-synced.png");
    window.press(&format!("More for {NAME}")).await;
    window.press("Show the last run").await;
    window.wait_for_text("Listed").await;
    picture(desktop, folder, "4-run.png");
    let facts = window.facts().await;
    let count = |name: &str| facts.get(name).and_then(|value| value.parse::<u64>().ok());
    let totals = ["Listed", "Sent", "Removed", "Skipped", "Failed"].map(|name| (name, count(name)));
    let told: Vec<String> =
        totals.iter().map(|(name, n)| format!("{n} {}", name.to_lowercase(), n = n.unwrap_or(0))).collect();
    let all_arrived = match totals.map(|(_, n)| n) {
        [Some(listed), Some(sent), _, Some(skipped), Some(0)] => sent > 0 && sent + skipped == listed,
        _ => false,
    };
    if state == "Up to date" && all_arrived {
        return Ok(told.join(", "));
    }
    Err(format!("the sync did not end well: {state}; {}", told.join(", ")).into())
}

async fn search_in(window: &Window<'_>, folder: &Path) {
    println!("==> searching the library");
    window.press("Library").await;
    window.fill("Search the library", samples::PHRASE).await;
    window.wait_for_text(samples::PHRASE_KEY).await;
    picture(window.desktop(), folder, "5-search.png");
}

fn picture(desktop: &Desktop, folder: &Path, name: &str) {
    desktop.screenshot(&folder.join(name));
    println!("    {}", folder.join(name).display());
}

/// The folder of the pictures, without those of an earlier run.
fn pictures() -> Outcome<PathBuf> {
    let folder = tools::target_dir().join("demo");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("nothing")
}
