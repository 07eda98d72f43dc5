//! Trouble in the real window: a card with its cause, its files, why, and that it goes once it is mended; two syncs
//! compared; an object in the browser.

use super::*;

const BLANK: &str = "users/user-123/data/blank.txt";

/// The browser is started with an address of this computer that works once; the link is on no command line.
pub async fn open_an_object(window: &Window<'_>, desktop: &Desktop, stage: &Stage) {
    window.press("Library").await;
    window.fill("Search the library", samples::PHRASE).await;
    window.wait_for_text(samples::PHRASE_KEY).await;
    window.press("Open object").await;
    let opened = window.until("the browser", SYNC, async || desktop.opened().pop()).await;
    assert!(opened.starts_with("http://127.0.0.1:") && !opened.contains("X-Amz") && !opened.contains('?'), "{opened}");
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let wrong = opened.rsplit_once('/').unwrap().0.to_owned() + "/guessed";
    assert_eq!(client.get(wrong).send().await.unwrap().status(), 404);
    let answer = client.get(&opened).send().await.unwrap();
    let link = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(answer.status() == 302 && link.contains("X-Amz-Signature=") && !link.contains(&stage.secret), "{link}");
    let text = client.get(&link).send().await.unwrap().text().await.unwrap();
    assert!(text.contains(samples::PHRASE), "{text}");
    assert!(client.get(&opened).send().await.is_err(), "it works once");
    window.press("Show story").await;
    window.wait_for_text("Searchable").await;
    supermemory::show(window, Look::Light).await;
    window.screenshot(&picture("story", "light")).await;
    window.press("Hide story").await;
}

/// A refused file is a card; once it has words and is retried, the card is gone.
pub async fn trouble_comes_and_goes(window: &Window<'_>, stage: &Stage) {
    let file = stage.folder.path().join("buckets").join(samples::BUCKET).join(BLANK);
    std::fs::write(&file, " \n").unwrap();
    window.press("Connections").await;
    window.press("Sync now").await;
    window.press("Activity").await;
    window.wait_for_text_within(&format!("1 file of {NAME} was refused"), SYNC).await;
    window.press("Show files").await;
    window.wait_for_text("blank.txt").await;
    window.fill("Why is this file (not) in?", BLANK).await;
    window.press("Ask").await;
    window.wait_for_text("The knowledge base refused it").await;
    for look in [Look::Dark, Look::Light] {
        supermemory::show(window, look).await;
        window.screenshot(&picture("trouble", look.name())).await;
    }
    std::fs::write(&file, "The pelican has words at last.\n").unwrap();
    window.press("Close").await;
    window.press("Retry this one").await;
    window.until("the card to go", SYNC, async || (!window.text().await.contains("was refused")).then_some(())).await;

    window.press(&format!("Sync of {NAME}")).await;
    save_the_lines(window).await;
    window.press("Compare").await;
    window.wait_for_text("What one sync after").await;
    window.wait_for_text("blank.txt").await;
    window.screenshot(&picture("compare", "light")).await;
    window.press("Connections").await;
    window.wait_for_text("Up to date").await;
}

/// The lines of the sync that is shown, for a spreadsheet.
async fn save_the_lines(window: &Window<'_>) {
    window.press("CSV").await;
    window.wait_for_text("Saved in Downloads as sync-of-").await;
    // A home without Downloads is where they are.
    let folder = std::fs::read_dir(window.desktop().home()).unwrap();
    let files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
    let saved = files.iter().find(|file| file.extension().is_some_and(|extension| extension == "csv")).unwrap();
    let text = std::fs::read_to_string(saved).unwrap();
    assert!(text.contains("blank.txt,") && text.contains(",new,"), "{text}");
}
