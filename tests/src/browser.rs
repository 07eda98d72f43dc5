//! Chromium, driven by the scripts of `tests/browser` over playwright and judged by axe.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

use crate::tools::{installed, repository, target_dir};

/// The longest that a walk may take; generous, because machines that build are slow.
const DEADLINE: Duration = Duration::from_secs(600);

/// The browser and what drives it.
#[derive(Debug, Clone)]
pub struct Browser {
    node: PathBuf,
    chromium: PathBuf,
}

impl Browser {
    /// The browser, unless it is not installed.
    ///
    /// # Panics
    /// When it is not installed although `CI` or `S3_CONNECTOR_REQUIRE_BROWSER` says that it must be.
    pub fn find() -> Option<Self> {
        let found = find();
        let required = ["CI", "S3_CONNECTOR_REQUIRE_BROWSER"].iter().any(|name| std::env::var_os(name).is_some());
        assert!(
            found.is_some() || !required,
            "Chromium or its driver is not installed; `cargo xtask test` installs it"
        );
        found
    }

    /// Runs a script of `tests/browser` to its success: what it printed last, as JSON.
    ///
    /// The script gets `input` as JSON on its standard input, with the browser's program and the folder for pictures.
    ///
    /// # Panics
    /// When the script fails: with everything that it said.
    pub async fn run(&self, script: &str, mut input: Value) -> Value {
        input["chromium"] = self.chromium.to_str().into();
        input["pictures"] = pictures().to_str().into();
        let output = tokio::time::timeout(DEADLINE, self.output(script, &input)).await;
        let Output { status, stdout, stderr } = output.expect("the walk ends in time");
        let [printed, errors] = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(status.success(), "{script}:\n{printed}\n{errors}");
        let last = printed.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|e| panic!("{script}: {e}: {printed}"))
    }

    async fn output(&self, script: &str, input: &Value) -> Output {
        let mut command = Command::new(&self.node);
        command.arg(repository().join("tests/browser").join(script)).current_dir(repository().join("tests/browser"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("node can be started");
        let mut stdin = child.stdin.take().expect("the input is piped");
        tokio::io::AsyncWriteExt::write_all(&mut stdin, input.to_string().as_bytes())
            .await
            .expect("node reads its input");
        drop(stdin);
        child.wait_with_output().await.expect("node ends")
    }
}

fn find() -> Option<Browser> {
    let driver = repository().join("tests/browser/node_modules/playwright-core/package.json");
    let node = installed(&format!("node{}", std::env::consts::EXE_SUFFIX))?;
    let chromium = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(installed)?;
    Path::is_file(&driver).then_some(Browser { node, chromium })
}

/// The folder of pictures taken in the browser.
pub fn pictures() -> PathBuf {
    target_dir().join("screenshots/browser")
}
