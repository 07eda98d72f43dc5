//! moto, an S3 server in Python that knows users and their IAM policies: what a policy does not allow is refused.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::tools;

/// The longest that it may take to start.
const START: Duration = Duration::from_secs(60);
/// What the administrator needs: a user, a policy, a key. Everything after that is signed and allowed, or refused.
const FREE_ACTIONS: &str = "3";

/// The folder where the set-up installed it.
///
/// # Panics
/// When it is not there although `CI` or `S3_CONNECTOR_REQUIRE_MOTO` says that it must be.
pub fn folder() -> Option<PathBuf> {
    let folder = tools::target_dir().join("tools/moto").join(if cfg!(windows) { "Scripts" } else { "bin" });
    let found = Some(folder).filter(|folder| program(folder, "moto_server").is_file());
    let required = ["CI", "S3_CONNECTOR_REQUIRE_MOTO"].iter().any(|name| std::env::var_os(name).is_some());
    assert!(found.is_some() || !required, "moto is not installed; `cargo xtask test` installs it");
    found
}

fn program(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Access key id and secret.
pub type Key = (String, String);

/// A running server; it ends when it is dropped.
#[derive(Debug)]
pub struct Moto {
    child: Child,
    endpoint: String,
    keys: HashMap<String, Key>,
}

impl Moto {
    /// Starts it with these buckets (name → key → text) and users (name → statements of their policy).
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(folder: &Path, buckets: &Value, users: &Value) -> Self {
        let mut child = Command::new(program(folder, "moto_server"))
            .args(["--host", "127.0.0.1", "--port", "0"])
            .env("INITIAL_NO_AUTH_ACTION_COUNT", FREE_ACTIONS)
            .env("PYTHONUNBUFFERED", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start moto: {e}"));
        let log = child.stderr.take().expect("its log is piped");
        let (sender, receiver) = mpsc::channel();
        // Reads on to the end: a program whose log nobody takes stops when the pipe is full.
        std::thread::spawn(move || {
            for line in BufReader::new(log).lines().map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("Running on ") {
                    let address: String =
                        address.chars().take_while(|c| !c.is_whitespace() && *c != '\u{1b}').collect();
                    let _ = sender.send(address);
                }
            }
        });
        let mut moto = Self { child, endpoint: String::new(), keys: HashMap::new() };
        moto.endpoint = receiver.recv_timeout(START).expect("moto says that it serves");
        moto.fill(folder, buckets, users);
        moto
    }

    fn fill(&mut self, folder: &Path, buckets: &Value, users: &Value) {
        let mut python = Command::new(program(folder, "python"))
            .args(["-c", include_str!("moto/set_up.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start python: {e}"));
        let wanted = json!({"endpoint": self.endpoint, "buckets": buckets, "users": users});
        let mut stdin = python.stdin.take().expect("its input is piped");
        stdin.write_all(wanted.to_string().as_bytes()).expect("python reads");
        drop(stdin);
        let output = python.wait_with_output().expect("python ends");
        assert!(output.status.success(), "moto could not be filled");
        self.keys = serde_json::from_slice(&output.stdout).expect("the users' keys");
    }

    /// `http://127.0.0.1:<port>`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The key of a user.
    pub fn key_of(&self, user: &str) -> Key {
        self.keys[user].clone()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
