//! The way of somebody who opens the app for the first time, from an empty profile to the first search result, with nothing
//! but the window: every step with what it asks of the person, and how long the app takes to answer.
//!
//! What a person takes is estimated by the keystroke-level model (Card, Moran, Newell 1980): 1.35 s to decide on a step,
//! 1.3 s to point and press, 0.28 s a letter. A pasted text counts as two letters.

use std::time::{Duration, Instant};

use s3_connector_tests::desktop::{Desktop, Look};
use s3_connector_tests::s3_server::S3Server;
use s3_connector_tests::window::Window;
use s3_connector_tests::{random, samples};

use super::app;

const ACCESS_KEY_ID: &str = "key-of-a-newcomer";
const SYNC: Duration = Duration::from_secs(120);
const DECIDE: f64 = 1.35;
const PRESS: f64 = 1.3;
const LETTER: f64 = 0.28;
/// Ctrl and V.
const PASTE: usize = 2;

/// A walk, step by step.
struct Walk<'w> {
    window: Window<'w>,
    begun: Instant,
    presses: usize,
    letters: usize,
    person: f64,
    app: Duration,
}

/// Walks and prints; there is no bar, because it is the steps that tell.
pub fn walk() -> bool {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(first_use());
    false
}

async fn first_use() {
    println!("\n{:<56} {:>7} {:>7} {:>9} {:>8}", "the first use", "presses", "letters", "person s", "app ms");
    let folder = tempfile::tempdir().unwrap();
    let buckets = folder.path().join("buckets");
    samples::copy_to(&buckets);
    let secret = random::text();
    let server = S3Server::start(&buckets, ACCESS_KEY_ID, &secret);
    let desktop = Desktop::start(Look::Light).await;
    let data = folder.path().join("data");
    let window = Window::open(&desktop, &app(), &["--data-dir", data.to_str().unwrap()]).await;
    window.wait_for_text("Keep a searchable library in step").await;
    let mut walk = Walk { window, begun: Instant::now(), presses: 0, letters: 0, person: 0.0, app: Duration::ZERO };

    walk.press("Add a connection").await;
    walk.answered("one sentence, one button", &["Where is the bucket?"]).await;
    let address = format!("{}/{}/", server.endpoint(), samples::BUCKET);
    walk.paste("Paste the bucket's address", &address).await;
    walk.answered("the address is pasted and taken apart", &["Understood:"]).await;
    walk.press("Continue").await;
    walk.answered("on to the credentials", &["Which bucket, and with which key?"]).await;
    walk.paste("Access key ID", ACCESS_KEY_ID).await;
    walk.paste("Secret access key", &secret).await;
    walk.press("Test").await;
    walk.answered("key and secret are pasted and tested", &["Everything that a sync needs works."]).await;
    walk.press("Continue").await;
    walk.answered("which files there are", &["can become documents"]).await;
    walk.press("Continue").await;
    walk.answered("a rule is suggested", &["From the shape of your keys"]).await;
    walk.press("^users/(?<userId>[^/]+)/").await;
    walk.answered("the rule is taken, with a tag for each tenant", &["user-123", "user-456"]).await;
    walk.press("Continue").await;
    walk.answered("what a sync would do", &["To send"]).await;
    walk.press("Sync all").await;
    walk.answered("everything is synced", &["Up to date"]).await;
    walk.press("Library").await;
    walk.answered("the library", &["Type what the documents say."]).await;
    walk.kind("Search the library", "lighthouse").await;
    walk.answered("the first search result", &[samples::PHRASE_KEY]).await;
    walk.end().await;
}

impl Walk<'_> {
    async fn press(&mut self, name: &str) {
        self.presses += 1;
        self.begun = Instant::now();
        self.window.press(name).await;
    }

    async fn paste(&mut self, field: &str, text: &str) {
        self.presses += 1;
        self.letters += PASTE;
        self.window.fill(field, text).await;
        self.begun = Instant::now();
    }

    async fn kind(&mut self, field: &str, text: &str) {
        self.presses += 1;
        self.letters += text.chars().count();
        self.window.fill(field, text).await;
        self.begun = Instant::now();
    }

    /// The step ends when all of this is to be seen.
    async fn answered(&mut self, step: &str, shown: &[&str]) {
        for text in shown {
            self.window.wait_for_text_within(text, SYNC).await;
        }
        let app = self.begun.elapsed();
        let person = DECIDE + self.presses as f64 * PRESS + self.letters as f64 * LETTER;
        println!("{step:<56} {:>7} {:>7} {person:>9.1} {:>8}", self.presses, self.letters, app.as_millis());
        (self.presses, self.letters) = (0, 0);
        self.person += person;
        self.app += app;
    }

    async fn end(self) {
        let (person, app) = (self.person, self.app.as_secs_f64());
        println!("{:<56} {:>7} {:>7} {person:>9.1} {:>8.0}", "together", "", "", app * 1000.0);
        self.window.close().await;
    }
}
