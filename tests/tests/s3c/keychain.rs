//! The keychain, there and locked: the secret is not to be had, and the program says so instead of guessing.

use std::process::Stdio;

use s3_connector_tests::desktop::{Desktop, Look};
use s3_connector_tests::memory_s3::MemoryS3;
use s3_connector_tests::tools::workspace_binary;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::program::{BUCKET, Ended, end_of};

async fn s3c(desktop: &Desktop, words: &[&str], input: &str) -> Ended {
    let mut command = Command::from(desktop.command(workspace_binary("s3c")));
    command.arg("--json").args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    end_of(child).await
}

#[tokio::test]
async fn a_locked_keychain_says_so_and_once_unlocked_everything_goes_on() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "a.md", "numbat");
    let desktop = Desktop::start(Look::Light).await;
    let endpoint = server.endpoint();
    let key = ["--access-key-id", server.access_key(), "--secret-access-key-stdin"];
    let place = ["--bucket", BUCKET, "--region", "us-east-1", "--endpoint", &endpoint, "--container-tag", "t"];
    let add = |name| [&["connections", "add", "--name", name][..], &place, &key].concat();
    s3c(&desktop, &add("notes"), server.secret()).await.answer();
    assert_eq!(s3c(&desktop, &["sync", "notes"], "").await.answer()["run"]["sent"], 1);

    desktop.lock_keychain().await;
    server.put(BUCKET, "b.md", "quokka");
    let locked = json!([423, "keychain_locked", "The keychain is locked", "Unlock the keychain, then try again"]);
    for words in [&["sync", "notes"][..], &["test", "notes"], &add("others")] {
        let error = s3c(&desktop, words, server.secret()).await.error(1);
        assert_eq!(json!([error["status"], error["code"], error["message"], error["solution"]]), locked, "{words:?}");
    }
    let listed = s3c(&desktop, &["connections", "list"], "").await.answer();
    assert_eq!(
        (listed["connections"].as_array().unwrap().len(), &listed["connections"][0]["documents"]),
        (1, &json!(1))
    );

    desktop.unlock_keychain().await;
    assert_eq!(s3c(&desktop, &["sync", "notes"], "").await.answer()["run"]["sent"], 1);
}
