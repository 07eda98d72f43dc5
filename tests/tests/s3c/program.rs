//! Starts `s3c` in an environment that has nothing but what the test says: no keychain, no profile, no proxy.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use s3_connector_tests::memory_s3::MemoryS3;
use s3_connector_tests::tools::workspace_binary;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// The longest that a command may take; generous, because machines that build are slow.
pub const DEADLINE: Duration = Duration::from_secs(120);
/// The rule that the tests use.
pub const RULE: &str = "users/(?<userId>[^/]+)/";
/// The bucket that the tests use.
pub const BUCKET: &str = "user-files";

/// `s3c` with a data folder.
pub struct S3c {
    home: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// A command that has ended.
#[derive(Debug)]
pub struct Ended {
    /// Exit code; `None` when a signal ended it.
    pub exit: Option<i32>,
    /// Standard output.
    pub answer: String,
    /// Standard error.
    pub errors: String,
}

impl Ended {
    /// The answer, after a success.
    pub fn answer(&self) -> Value {
        assert_eq!(self.exit, Some(0), "{self:#?}");
        self.json()
    }

    /// The answer, whatever the exit code.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.answer).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }

    /// The error, after an end with this exit code.
    pub fn error(&self, exit: i32) -> Value {
        assert_eq!(self.exit, Some(exit), "{self:#?}");
        assert_eq!(self.errors.lines().count(), 1, "one line of JSON: {self:#?}");
        let mut error: Value = serde_json::from_str(&self.errors).unwrap_or_else(|e| panic!("{e}: {self:#?}"));
        error["error"].take()
    }
}

impl S3c {
    /// With the server's own key in the environment.
    pub fn new(server: &MemoryS3) -> Self {
        Self::with_key(server.access_key(), server.secret())
    }

    /// With this key in the environment.
    pub fn with_key(access_key: &str, secret: &str) -> Self {
        let mut s3c = Self::without_key();
        s3c.set("AWS_ACCESS_KEY_ID", access_key);
        s3c.set("AWS_SECRET_ACCESS_KEY", secret);
        s3c
    }

    /// With no key at all.
    pub fn without_key() -> Self {
        Self { home: TempDir::new().unwrap(), variables: Vec::new() }
    }

    /// Sets a variable, or another value.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.to_owned()));
    }

    /// Everything that it writes is under this folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.alone(workspace_binary("s3c").as_os_str());
        command.arg("--data-dir").arg(self.home.path().join("s3c")).args(words);
        command
    }

    /// Any program, in the environment of `s3c`.
    fn alone(&self, program: &OsStr) -> Command {
        let home = self.home.path();
        let mut command = Command::new(program);
        command.env_clear().env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true");
        // An address where nobody answers: without one, the bus of whoever runs the tests would be tried.
        command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", home.join("no-bus").display()));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Starts it.
    pub fn start(&self, words: &[&str]) -> Child {
        self.command(words).spawn().unwrap()
    }

    /// Runs it to its end.
    pub async fn run(&self, words: &[&str]) -> Ended {
        end_of(self.start(words)).await
    }

    /// Runs a shell script that may mount what it likes: nobody else sees it, and it is gone with the script. `$S3C` is the
    /// program with its data folder, `$DATA`. `None` where this system allows it to nobody here.
    pub async fn with_mounts(&self, script: &str) -> Option<Ended> {
        let ways = [
            &["unshare", "--user", "--map-root-user", "--mount"][..],
            &["unshare", "--mount"],
            &["sudo", "-n", "-E", "unshare", "--mount"],
        ];
        let data = self.home.path().join("s3c");
        for way in ways {
            let sh = |script: &str| {
                let mut command = self.alone(OsStr::new(way[0]));
                command.args(&way[1..]).args(["sh", "-c", script]).env("PATH", std::env::var_os("PATH").unwrap());
                command.env("S3C", format!("{} --data-dir {}", workspace_binary("s3c").display(), data.display()));
                command.env("DATA", &data);
                command
            };
            let tried = sh("mkdir -p $HOME/try && mount -t tmpfs tmpfs $HOME/try").status().await;
            if tried.is_ok_and(|status| status.success()) {
                return Some(end_of(sh(script).spawn().unwrap()).await);
            }
        }
        // Past the test's own output, which nobody sees when it passes.
        let _ = writeln!(std::io::stderr(), "skipped: nothing may be mounted here");
        None
    }

    /// Runs it to its end with this on standard input.
    pub async fn run_and_tell(&self, words: &[&str], input: &str) -> Ended {
        let mut child = self.command(words).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // It may end without reading: then its exit code tells why.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        end_of(child).await
    }

    /// Runs it with `--json` to a success.
    pub async fn answer(&self, words: &[&str]) -> Value {
        self.run(&[&["--json"], words].concat()).await.answer()
    }

    /// Adds a connection named `notes` to the bucket, with the rule and credentials from the environment.
    pub async fn add_notes(&self, server: &MemoryS3) -> Value {
        self.add(server, "notes", BUCKET, &["--container-tag-regex", RULE, "--credentials", "environment"]).await
    }

    /// Adds a connection.
    pub async fn add(&self, server: &MemoryS3, name: &str, bucket: &str, more: &[&str]) -> Value {
        self.answer(&[&self.add_words(&server.endpoint(), name, bucket)[..], more].concat()).await
    }

    /// The words that add a connection, without rule and credentials.
    pub fn add_words<'a>(&self, endpoint: &'a str, name: &'a str, bucket: &'a str) -> [&'a str; 10] {
        ["connections", "add", "--name", name, "--bucket", bucket, "--region", "us-east-1", "--endpoint", endpoint]
    }
}

/// Waits for the end of a command.
pub async fn end_of(child: Child) -> Ended {
    let output = tokio::time::timeout(DEADLINE, child.wait_with_output()).await.expect("s3c ends in time").unwrap();
    Ended {
        exit: output.status.code(),
        answer: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The names of an object's fields.
pub fn fields(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap_or_else(|| panic!("an object: {value}")).keys().map(String::as_str).collect()
}

/// The keys of search results or preview items, in order.
pub fn keys(rows: &Value) -> Vec<&str> {
    rows.as_array().unwrap_or_else(|| panic!("rows: {rows}")).iter().map(|row| row["key"].as_str().unwrap()).collect()
}
