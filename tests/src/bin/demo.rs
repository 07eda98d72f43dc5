//! The demo: a bucket of sample documents on this computer, and the app with a connection to it.
//!
//! `open` waits until the person closes the app. `walk` and `look` are for computers without a display: they bring a
//! desktop of their own, press the buttons themselves or only look, and leave pictures.

// Its voice is the terminal.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use s3_connector_tests::desktop::{Desktop, Look};
use s3_connector_tests::s3_server::S3Server;
use s3_connector_tests::window::Window;
use s3_connector_tests::{random, samples, tools};
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const NAME: &str = "Sample tenants";
const ACCESS_KEY_ID: &str = "sample-key";
const SYNC: Duration = Duration::from_secs(120);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut ended = signal(SignalKind::terminate())?;
    // Whatever ends it, everything that was started is dropped, and so ended.
    let outcome = tokio::select! {
        outcome = act(&words) => outcome,
        _ = tokio::signal::ctrl_c() => return Ok(ExitCode::from(130)),
        _ = ended.recv() => return Ok(ExitCode::from(143)),
    };
    Ok(outcome.map_or_else(
        |reason| {
            eprintln!("demo: {reason}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    ))
}

async fn act(words: &[String]) -> Outcome {
    match words {
        [word, arguments @ ..] if word == "open" => open(arguments).await,
        [word, arguments @ ..] if word == "walk" => walk(arguments).await,
        [word, arguments @ ..] if word == "look" => look(arguments).await,
        _ => Err("one of: open, walk, look".into()),
    }
}

/// A bucket of samples, served for as long as this lives, and a folder for what the app keeps.
struct Samples {
    folder: tempfile::TempDir,
    server: S3Server,
    secret: String,
}

impl Samples {
    fn serve() -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("s3-connector-demo-").tempdir()?;
        let buckets = folder.path().join("buckets");
        samples::copy_to(&buckets);
        let secret = random::text();
        let server = S3Server::start(&buckets, ACCESS_KEY_ID, &secret);
        println!("==> sample bucket {} at {}", samples::BUCKET, server.endpoint());
        println!("    its files    {}", buckets.join(samples::BUCKET).display());
        println!("    data folder  {}", folder.path().join("data").display());
        Ok(Self { folder, server, secret })
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// `s3c` over the same data folder as the app.
    fn s3c(&self, mut command: Command, words: &[&str], input: &str) -> Outcome<String> {
        command.arg("--data-dir").arg(self.data()).arg("--json").args(words);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        child.stdin.take().ok_or("the input of s3c is piped")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        if output.status.success() {
            return Ok(String::from_utf8(output.stdout)?);
        }
        Err(format!("s3c {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim()).into())
    }

    /// Adds the connection, its secret through standard input into the keychain.
    fn connect(&self, s3c: Command) -> Outcome {
        let endpoint = self.server.endpoint();
        let place = ["--bucket", samples::BUCKET, "--region", "us-east-1", "--endpoint", &endpoint];
        let rule = ["--container-tag", samples::SHARED_TAG, "--container-tag-regex", samples::RULE];
        let key = ["--access-key-id", ACCESS_KEY_ID, "--secret-access-key-stdin"];
        let words = [&["connections", "add", "--name", NAME][..], &place, &rule, &key].concat();
        self.s3c(s3c, &words, &self.secret)?;
        println!("==> connection “{NAME}” added, its secret is in the keychain");
        Ok(())
    }
}

/// On the person's own display, until they quit the app.
async fn open(arguments: &[String]) -> Outcome {
    let samples = Samples::serve()?;
    let s3c = || Command::new(tools::workspace_binary("s3c"));
    samples.connect(s3c())?;
    println!("==> opening the app; this ends when you quit it");
    let mut app = tokio::process::Command::new(tools::workspace_binary("s3-connector"));
    app.arg("--data-dir").arg(samples.data()).args(arguments).kill_on_drop(true);
    let status = app.status().await;
    // The keychain is the person's own: nothing of the demo stays in it.
    samples.s3c(s3c(), &["connections", "delete", NAME], "")?;
    if status?.success() { Ok(()) } else { Err("the app ended with an error".into()) }
}

/// On a desktop of its own: looks at the app as a person would have it.
async fn look(arguments: &[String]) -> Outcome {
    let desktop = Desktop::start(Look::Light).await;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let window = Window::open(&desktop, &tools::workspace_binary("s3-connector"), &arguments).await;
    window.wait_for_text("Connections").await;
    let picture = pictures()?.join("window.png");
    desktop.screenshot(&picture);
    window.close().await;
    println!("==> the app opened on a display of its own; this is what it showed:\n    {}", picture.display());
    Ok(())
}

/// On a desktop of its own: previews, syncs and searches by pressing the buttons.
async fn walk(arguments: &[String]) -> Outcome {
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

    let reply: Value = serde_json::from_str(&samples.s3c(s3c(), &["search", samples::PHRASE], "")?)?;
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
