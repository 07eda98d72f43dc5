//! Tests that need an environment of their own: the environment is the process's, so each runs in one.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

/// The deadline of a child: the default chain of credentials asks several places in turn.
const CHILD: Duration = Duration::from_secs(60);

/// What the ignored test of this name says in a line that begins with `child: `. `environment` is all that it has.
pub async fn said(test: &str, environment: impl FnOnce(&mut Command) -> &mut Command) -> String {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", test, "--ignored", "--nocapture"]).env_clear().stdin(Stdio::null()).kill_on_drop(true);
    let child = environment(&mut command).output();
    let output = tokio::time::timeout(CHILD, child).await.expect("the child ends").expect("the child starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = text.split_once("child: ").and_then(|(_, rest)| rest.lines().next()).map(str::to_owned);
    said.unwrap_or_else(|| panic!("the child said {text} {}", String::from_utf8_lossy(&output.stderr)))
}
