//! `rclone serve s3` over a folder: an S3 server that shares no code with ours or with the SDK.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::tools;

/// The longest that it may take to start.
const START: Duration = Duration::from_secs(30);

/// Where the binary is: `S3_CONNECTOR_RCLONE`, what the set-up installed, or the path.
///
/// # Panics
/// When it is nowhere although `CI` or `S3_CONNECTOR_REQUIRE_RCLONE` says that it must be there.
pub fn binary() -> Option<PathBuf> {
    let named = std::env::var_os("S3_CONNECTOR_RCLONE").map(PathBuf::from).filter(|file| file.is_file());
    let found = named.or_else(|| tools::installed(&format!("rclone{}", std::env::consts::EXE_SUFFIX)));
    let required = ["CI", "S3_CONNECTOR_REQUIRE_RCLONE"].iter().any(|name| std::env::var_os(name).is_some());
    assert!(found.is_some() || !required, "rclone is not installed; `cargo xtask test` installs it");
    found
}

/// A running server; it ends when it is dropped.
#[derive(Debug)]
pub struct Rclone {
    child: Child,
    endpoint: String,
}

impl Rclone {
    /// Serves the folders inside `root` as buckets to whoever signs with this pair.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(binary: &Path, root: &Path, access_key_id: &str, secret_access_key: &str) -> Self {
        let mut child = Command::new(binary)
            .args(["serve", "s3", "--addr", "127.0.0.1:0", "--dir-cache-time", "0s", "--config", ""])
            // Files are written beside rclone, so nothing it remembers about them may be believed.
            .args(["--vfs-cache-mode", "off", "--auth-key"])
            .arg(format!("{access_key_id},{secret_access_key}"))
            .arg(root)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {}: {e}", binary.display()));
        let log = child.stderr.take().expect("its log is piped");
        let (sender, receiver) = mpsc::channel();
        // Reads on to the end: a program whose log nobody takes stops when the pipe is full.
        std::thread::spawn(move || {
            for line in BufReader::new(log).lines().map_while(Result::ok) {
                if let Some(endpoint) = endpoint_in(&line) {
                    let _ = sender.send(endpoint);
                }
            }
        });
        match receiver.recv_timeout(START) {
            Ok(endpoint) => Self { child, endpoint },
            Err(_) => {
                let _ = child.kill();
                panic!("rclone did not say that it serves");
            }
        }
    }

    /// `http://127.0.0.1:<port>`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

impl Drop for Rclone {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// From "… Starting s3 server on [http://127.0.0.1:43735/]".
fn endpoint_in(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("Starting s3 server on [")?;
    rest.split_once(']').map(|(url, _)| url.trim_end_matches('/').to_owned())
}
