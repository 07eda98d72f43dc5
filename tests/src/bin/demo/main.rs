//! The demo: a bucket of sample documents on this computer, and the app with a connection to it.
//!
//! `open` waits until the person closes the app. `walk` and `look` are for computers without a display: they bring a
//! desktop of their own, press the buttons themselves or only look, and leave pictures.

// Its voice is the terminal.
#![allow(clippy::print_stdout, clippy::print_stderr)]

#[cfg(unix)]
mod walk;

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use s3_connector_tests::s3_server::S3Server;
use s3_connector_tests::{random, samples, tools};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const NAME: &str = "Sample tenants";
const ACCESS_KEY_ID: &str = "sample-key";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // Whatever ends it, everything that was started is dropped, and so ended.
    let outcome = tokio::select! {
        outcome = act(&words) => outcome,
        _ = tokio::signal::ctrl_c() => return Ok(ExitCode::from(130)),
        () = terminated() => return Ok(ExitCode::from(143)),
    };
    Ok(outcome.map_or_else(
        |reason| {
            eprintln!("demo: {reason}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    ))
}

/// Waits for the system's request to end.
#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut requests) => drop(requests.recv().await),
        Err(_) => std::future::pending().await,
    }
}

/// There is no such request on other systems.
#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

async fn act(words: &[String]) -> Outcome {
    match words {
        [word, arguments @ ..] if word == "open" => open(arguments).await,
        #[cfg(unix)]
        [word, arguments @ ..] if word == "walk" => walk::walk(arguments).await,
        #[cfg(unix)]
        [word, arguments @ ..] if word == "look" => walk::look(arguments).await,
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
