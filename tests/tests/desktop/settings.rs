//! Settings in the real window: set by a person, kept over a restart, and the diagnostics file as it is shown.

use std::path::{Path, PathBuf};
use std::time::Duration;

use s3_connector_tests::desktop::{Desktop, Look};
use s3_connector_tests::window::Window;
use s3_connector_tests::{samples, tools};

use super::{ACCESS_KEY_ID, NAME, Stage, picture};

const ANSWER: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_person_changes_settings_that_survive_a_restart_and_saves_a_report_without_a_name() {
    let stage = Stage::set();
    let desktop = Desktop::start(Look::Light).await;
    add_a_connection(&stage, &desktop);
    let window = stage.open(&desktop).await;
    window.press("Settings").await;
    window.wait_for_text("Problems only").await;
    window.press("Every run").await;
    window.wait_for_text("Saved").await;
    window.press("Through this proxy").await;
    window.fill("Address of the proxy", "socks5://10.0.0.1").await;
    window.press("Light").await;
    window.wait_for_text("begins with http://").await;
    window.fill("Address of the proxy", "proxy.example.com:3128").await;
    window.press("Light").await;
    holds(&window, "proxy", "http://proxy.example.com:3128").await;
    window.press("Directly").await;
    window.fill("Read at most, in MB a second", "fast").await;
    window.press("Light").await;
    window.wait_for_text("Enter a number such as 2 or 0.5").await;
    window.fill("Read at most, in MB a second", "2.5").await;
    window.press("Light").await;
    window.wait_until_gone("Enter a number such as").await;

    let saved = save_a_report(&window, desktop.home()).await;
    for name in [NAME, samples::BUCKET, ACCESS_KEY_ID, &stage.secret, "users/"] {
        assert!(!saved.contains(name), "{name} is in {saved}");
    }
    assert!(saved.contains("bandwidth, bytes a second: 2500000") && saved.contains("connection-1"), "{saved}");
    window.close().await;

    let window = stage.open(&desktop).await;
    window.press("Settings").await;
    window.wait_for_text("Problems only").await;
    holds(&window, "bandwidth", "2.5").await;
    let chosen = "return [...document.querySelectorAll('input:checked')].map((i) => i.closest('label').innerText.trim().split('\\n')[0])";
    let chosen = window.run_script(chosen, Vec::new()).await.unwrap();
    let chosen: Vec<String> = serde_json::from_value(chosen).unwrap();
    assert_eq!(chosen, ["Every run", "Light", "Directly"]);
    window.close().await;
}

/// By the command line: this test is about other things.
fn add_a_connection(stage: &Stage, desktop: &Desktop) {
    let mut command = desktop.command(tools::workspace_binary("s3c"));
    command.arg("--data-dir").arg(stage.data()).args(["connections", "add", "--name", NAME]);
    command.args(["--bucket", samples::BUCKET, "--region", "us-east-1", "--endpoint", &stage.server.endpoint()]);
    command.args(["--container-tag", samples::SHARED_TAG, "--container-tag-regex", samples::RULE]);
    command.args(["--access-key-id", ACCESS_KEY_ID]).env("AWS_SECRET_ACCESS_KEY", &stage.secret);
    let ended = command.output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
}

/// Makes a report, compares what is shown with what is saved, and answers that.
async fn save_a_report(window: &Window<'_>, home: &Path) -> String {
    window.press("Save a diagnostics file…").await;
    window.wait_for_text("This is all that is saved").await;
    window.screenshot(&picture("diagnostics", "light")).await;
    let shown = window.run_script("return document.querySelector('textarea').value", Vec::new()).await.unwrap();
    window.press("Save in Downloads").await;
    let said = window.wait_for_text("Saved as").await;
    let path = home.join("s3-connector-diagnostics.txt");
    assert!(said.contains(&path.display().to_string()), "{said}");
    let saved = std::fs::read_to_string(PathBuf::from(&path)).unwrap();
    assert_eq!(shown.as_str(), Some(saved.as_str()));
    window.press("Close").await;
    saved
}

async fn holds(window: &Window<'_>, field: &str, value: &str) {
    let script = "return document.querySelector(`input[name=${arguments[0]}]`)?.value";
    let wanted = format!("“{value}” in {field}");
    window
        .until(&wanted, ANSWER, async || {
            window.run_script(script, vec![field.into()]).await.filter(|held| held == value)
        })
        .await;
}
