//! The whole way in the real window: a person adds a bucket, tests it, previews, syncs and finds the documents.
//! A real S3 server, a real keychain, a real notification daemon, a real SQLite file.

mod settings;
mod supermemory;
mod tour;
mod wizard;

use std::path::{Path, PathBuf};
use std::time::Duration;

use s3_connector_tests::desktop::{Desktop, Look, screenshots};
use s3_connector_tests::s3_server::S3Server;
use s3_connector_tests::window::Window;
use s3_connector_tests::{random, samples, tools};

const NAME: &str = "Tenants";
const ACCESS_KEY_ID: &str = "key-of-the-test";
const SYNC: Duration = Duration::from_secs(120);

/// A served bucket and a folder for what the app keeps.
struct Stage {
    folder: tempfile::TempDir,
    server: S3Server,
    secret: String,
}

impl Stage {
    fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let buckets = folder.path().join("buckets");
        samples::copy_to(&buckets);
        std::fs::create_dir(buckets.join(S3Server::FORBIDDEN)).unwrap();
        let secret = random::text();
        let server = S3Server::start(&buckets, ACCESS_KEY_ID, &secret);
        Self { folder, server, secret }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    async fn open<'a>(&self, desktop: &'a Desktop) -> Window<'a> {
        let data = self.data();
        let arguments = ["--data-dir", data.to_str().unwrap()];
        Window::open(desktop, &tools::workspace_binary("s3-connector"), &arguments).await
    }
}

#[tokio::test]
async fn a_person_adds_a_bucket_previews_it_syncs_it_and_finds_its_documents() {
    let stage = Stage::set();
    let desktop = Desktop::start(Look::Light).await;
    let window = stage.open(&desktop).await;
    window.wait_for_text("Keep a searchable library in step").await;
    window.screenshot(&picture("first", "light")).await;

    choose_provider(&window, &stage).await;
    tell_refusals_apart(&window, &stage).await;
    write_the_rule(&window).await;
    save(&window).await;
    assert!(desktop.keychain("s3-connector").contains(&format!("secret = {}", stage.secret)));
    preview(&window).await;
    sync(&window).await;
    search(&window).await;
    for look in [Look::Light, Look::Dark] {
        tour::every_screen(&window, look).await;
    }

    change_a_document_and_sync(&window, &stage).await;
    assert!(!window.text().await.contains(&stage.secret));
    window.close().await;
    assert!(!files_with(&stage.data(), ACCESS_KEY_ID.as_bytes()).is_empty(), "what is no secret is found in the state");
    for folder in [stage.data(), desktop.home().to_owned()] {
        assert_eq!(files_with(&folder, stage.secret.as_bytes()), Vec::<PathBuf>::new());
    }
}

#[tokio::test]
async fn a_dark_desktop_gets_a_dark_window() {
    let stage = Stage::set();
    let desktop = Desktop::start(Look::Dark).await;
    let window = stage.open(&desktop).await;
    window.wait_for_text("Keep a searchable library in step").await;
    let theme = window.run_script("return document.documentElement.dataset.theme", Vec::new()).await;
    assert_eq!(theme, Some("dark".into()));
    window.screenshot(&picture("first", "dark")).await;
    window.close().await;
}

async fn choose_provider(window: &Window<'_>, stage: &Stage) {
    window.press("Add a connection").await;
    window.wait_for_text("Where is the bucket?").await;
    window.press("Other S3-compatible").await;
    window.fill("Region", "us-east-1").await;
    window.fill("Endpoint", &stage.server.endpoint()).await;
    window.press("Continue").await;
    window.wait_for_text("Which bucket, and with which key?").await;
}

/// 401, 403 and 404, each with its own words, then a pass.
async fn tell_refusals_apart(window: &Window<'_>, stage: &Stage) {
    window.fill("Access key ID", ACCESS_KEY_ID).await;
    let right = stage.secret.as_str();
    let refusals = [
        (samples::BUCKET, "not the secret", "Authentication failed", "Verify access key and secret. (401)"),
        (S3Server::FORBIDDEN, right, "Access denied", "Check IAM permissions and bucket policy. (403)"),
        ("no-such-bucket", right, "Bucket not found", "Verify bucket name and region. (404)"),
    ];
    for (bucket, secret, message, solution) in refusals {
        window.fill("Bucket", bucket).await;
        window.fill("Secret access key", secret).await;
        window.press("Test").await;
        let shown = window.wait_for_text(solution).await;
        assert!(shown.contains(message), "{message} is not among: {shown}");
    }
    window.fill("Bucket", samples::BUCKET).await;
    window.press("Test").await;
    window.wait_for_text("Everything that a sync needs works.").await;
    window.press("Continue").await;
    window.wait_for_text("can become documents").await;
    window.press("Continue").await;
}

async fn write_the_rule(window: &Window<'_>) {
    window.wait_for_text("Which container does each file belong to?").await;
    window.fill("Container tags", samples::SHARED_TAG).await;
    let refusals = [
        ("users/(?<userId>[^/]+", "A ( is never closed."),
        ("users/[^/]+/", "The rule needs a named group"),
        (&format!("(?<userId>{})", "a".repeat(189)), "it must have fewer than 200"),
    ];
    for (rule, refusal) in refusals {
        window.fill("Rule", rule).await;
        window.wait_for_text(refusal).await;
    }
    window.fill("Rule", samples::RULE).await;
    window.wait_for_text(samples::PHRASE_TAG).await;
    window.press("Continue").await;
}

async fn save(window: &Window<'_>) {
    window.wait_for_text("Where to, and when?").await;
    window.fill("Name", NAME).await;
    window.wait_for_text("To send").await;
    window.press("Save").await;
    window.wait_for_text("Not synced yet").await;
}

async fn preview(window: &Window<'_>) {
    window.press("Preview").await;
    let shown = window.wait_for_text("Sync all").await;
    assert!(shown.contains("complete"), "the listing is complete: {shown}");
    window.fill("Filter by key or tag", samples::PHRASE_KEY).await;
    window.wait_for_text(&format!("{} ", samples::PHRASE_KEY)).await;
    window.press("Connections").await;
}

async fn sync(window: &Window<'_>) {
    window.press("Sync now").await;
    let state = window.wait_for_any(&["Up to date", "Partly done", "Needs you", "Stopped"], SYNC).await;
    assert_eq!(state, "Up to date");
}

async fn search(window: &Window<'_>) {
    window.press("Library").await;
    window.fill("Search the library", samples::PHRASE).await;
    let shown = window.wait_for_text(samples::PHRASE_KEY).await;
    for expected in [samples::PHRASE_TAG, samples::PHRASE, "1 document matches"] {
        assert!(shown.contains(expected), "{expected} is not among: {shown}");
    }
    window.press("Connections").await;
}

/// The new text is found, the old one no longer.
async fn change_a_document_and_sync(window: &Window<'_>, stage: &Stage) {
    let file = stage.folder.path().join("buckets").join(samples::BUCKET).join(samples::PHRASE_KEY);
    std::fs::write(file, "The lamp was painted green by the harbour office.\n").unwrap();
    window.press("Preview").await;
    window.press("List again").await;
    window.press("Sync all 1").await;
    window.wait_for_any(&["Syncing", "Up to date"], SYNC).await;
    window.press("Library").await;
    window.fill("Search the library", "painted green").await;
    let shown = window.wait_for_text_within(samples::PHRASE_KEY, SYNC).await;
    assert!(shown.contains("1 document matches"), "one version is at rest: {shown}");
    window.fill("Search the library", samples::PHRASE).await;
    window.wait_for_text("No document matches").await;
}

/// The files below a folder that contain these bytes.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files_with(&path, bytes));
        } else if path.is_file() {
            let text = std::fs::read(&path).unwrap();
            if text.windows(bytes.len()).any(|window| window == bytes) {
                found.push(path);
            }
        }
    }
    found
}

fn picture(screen: &str, look: &str) -> PathBuf {
    screenshots().join(format!("{screen}-{look}.png"))
}
