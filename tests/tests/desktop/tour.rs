//! A picture of every screen, for the README and for whoever looks after the look.

use s3_connector_tests::desktop::Look;
use s3_connector_tests::samples;
use s3_connector_tests::window::Window;

use super::{NAME, picture};

/// Visits every screen of a window that has one synced connection, and ends at the connections.
pub async fn every_screen(window: &Window<'_>, look: Look) {
    window.press("Settings").await;
    window.press(if look == Look::Dark { "Dark" } else { "Light" }).await;
    // A notice of what was saved last would be in the pictures.
    window.wait_until_gone("” is saved").await;
    // Pressing led down to the choice of colours.
    let to_top = "for (const e of document.querySelectorAll('main, main .page')) e.scrollTop = 0; scrollTo(0, 0)";
    window.run_script(to_top, Vec::new()).await;
    take(window, "settings", "29 documents", look).await;
    window.press("Activity").await;
    take(window, "activity", "Result", look).await;
    window.press(&format!("Sync of {NAME}")).await;
    // What was sent stands in the order in which it arrived, and may be out of sight; what was skipped comes first.
    take(window, "run", "The file is empty", look).await;
    window.fill("Filter by key, tag or reason", "readme.txt").await;
    window.wait_for_text("readme.txt").await;
    window.press("Library").await;
    window.fill("Search the library", "lighthouse").await;
    take(window, "library", samples::PHRASE_KEY, look).await;
    window.press("Connections").await;
    take(window, "connections", "Up to date", look).await;
    window.press("Preview").await;
    take(window, "preview", "Unchanged", look).await;
    form(window, look).await;
}

/// The five steps, as an edit of what is there.
async fn form(window: &Window<'_>, look: Look) {
    window.press("Connections").await;
    window.press(&format!("More for {NAME}")).await;
    window.press("Edit").await;
    take(window, "form-1-provider", "Where is the bucket?", look).await;
    window.press("Continue").await;
    window.wait_for_text("Which bucket, and with which key?").await;
    window.press("Test").await;
    take(window, "form-2-credentials", "Everything that a sync needs works.", look).await;
    window.press("Continue").await;
    take(window, "form-3-what", "can become documents", look).await;
    window.press("Continue").await;
    window.wait_for_text("Which container does each file belong to?").await;
    take(window, "form-4-tags", samples::PHRASE_TAG, look).await;
    window.press("Continue").await;
    take(window, "form-5-where-and-when", "To send", look).await;
    window.press("Cancel").await;
    window.wait_for_text("Up to date").await;
}

async fn take(window: &Window<'_>, screen: &str, shown: &str, look: Look) {
    window.wait_for_text(shown).await;
    window.screenshot(&picture(screen, look.name())).await;
}
