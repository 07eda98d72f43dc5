//! Secrets go in by standard input or the environment, and come out nowhere.

use std::path::Path;

use s3_connector_tests::memory_s3::MemoryS3;
use serde_json::json;

use super::program::{BUCKET, Ended, S3c};

const SECRET: &str = "wJalrXUtnFEMI/a+secret=that-nobody-sees";

/// Whether any file under the folder has these bytes.
fn is_written_under(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            return is_written_under(&path, text);
        }
        std::fs::read(&path).unwrap().windows(text.len()).any(|part| part == text.as_bytes())
    })
}

fn assert_unseen(s3c: &S3c, ended: &Ended, secret: &str) {
    assert!(!ended.answer.contains(secret) && !ended.errors.contains(secret), "{ended:#?}");
    assert!(!is_written_under(s3c.home(), secret), "the secret is in the data folder");
}

async fn add_by_key(s3c: &S3c, more: &[&str], input: &str) -> Ended {
    let add = s3c.add_words("http://127.0.0.1:9", "n", BUCKET);
    let key = ["--container-tag", "t", "--access-key-id", "AKIAIOSFODNN7EXAMPLE"];
    s3c.run_and_tell(&[&["--json"], &add[..], &key, more].concat(), input).await
}

#[tokio::test]
async fn without_a_keychain_a_secret_is_not_kept_anywhere_else() {
    let mut s3c = S3c::without_key();
    let ended = add_by_key(&s3c, &["--secret-access-key-stdin"], &format!("{SECRET}\n")).await;
    assert_eq!(ended.error(1)["code"], "keychain_unavailable");
    assert_unseen(&s3c, &ended, SECRET);
    s3c.set("AWS_SECRET_ACCESS_KEY", SECRET);
    let ended = add_by_key(&s3c, &[], "").await;
    assert_eq!(ended.error(1)["code"], "keychain_unavailable");
    assert_unseen(&s3c, &ended, SECRET);
    assert_eq!(s3c.answer(&["connections", "list"]).await, json!({"connections": []}));
}

#[tokio::test]
async fn a_secret_and_a_token_are_two_lines_of_standard_input_and_neither_is_seen() {
    const TOKEN: &str = "FwoGZXIvYXdzEJr-token-that-nobody-sees";
    let both = ["--secret-access-key-stdin", "--session-token-stdin"];
    let s3c = S3c::without_key();
    let ended = add_by_key(&s3c, &both, &format!("{SECRET}\n{TOKEN}\n")).await;
    assert_eq!(ended.error(1)["code"], "keychain_unavailable");
    for secret in [SECRET, TOKEN] {
        assert_unseen(&s3c, &ended, secret);
    }
    for input in [format!("{SECRET}\n"), format!("{SECRET}\n{TOKEN}\nmore\n")] {
        let ended = add_by_key(&s3c, &both, &input).await;
        assert!(ended.error(2)["detail"].as_str().unwrap().contains("two lines"));
        assert_unseen(&s3c, &ended, SECRET);
        assert_unseen(&s3c, &ended, TOKEN);
    }
    let ended = add_by_key(&s3c, &["--session-token-stdin"], TOKEN).await;
    assert!(ended.error(2)["detail"].as_str().unwrap().contains("no secret access key"));
    assert_unseen(&s3c, &ended, TOKEN);
}

#[tokio::test]
async fn an_access_key_without_a_secret_says_where_to_put_it() {
    let s3c = S3c::without_key();
    let error = add_by_key(&s3c, &[], "").await.error(2);
    let detail = error["detail"].as_str().unwrap();
    assert!(detail.contains("--secret-access-key-stdin") && detail.contains("AWS_SECRET_ACCESS_KEY"), "{detail}");
    add_by_key(&s3c, &["--secret-access-key-stdin"], "\n").await.error(2);
}

#[tokio::test]
async fn a_secret_as_an_argument_is_refused_and_not_repeated() {
    let s3c = S3c::without_key();
    for words in [
        &["--secret-access-key", SECRET][..],
        &["--secret-access-key-stdin", SECRET],
        &["--session-token-stdin", SECRET],
        &[&format!("--secret-access-key-stdin={SECRET}")],
    ] {
        let ended = add_by_key(&s3c, words, "").await;
        assert!(ended.error(2)["detail"].as_str().unwrap().contains("never an argument"));
        assert!(!ended.errors.contains(SECRET));
    }
}

#[tokio::test]
async fn credentials_of_the_environment_are_used_and_never_kept() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/a.md", "numbat");
    let s3c = S3c::new(&server);
    let added = s3c.add_notes(&server).await;
    assert_eq!(added["connection"]["credentials"], json!({"kind": "environment"}));
    let ended = s3c.run(&["--json", "sync", "notes"]).await;
    assert_eq!(ended.answer()["run"]["sent"], 1);
    assert_unseen(&s3c, &ended, server.secret());
    assert_unseen(&s3c, &s3c.run(&["--json", "connections", "list"]).await, server.secret());
}

#[tokio::test]
async fn a_profile_is_read_from_its_file_at_every_sync() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/a.md", "numbat");
    let s3c = S3c::without_key();
    let folder = s3c.home().join(".aws");
    std::fs::create_dir(&folder).unwrap();
    let write = |secret: &str| {
        let text = format!("[work]\naws_access_key_id = {}\naws_secret_access_key = {secret}\n", server.access_key());
        std::fs::write(folder.join("credentials"), text).unwrap();
    };
    write("not-the-secret");
    s3c.add(&server, "notes", BUCKET, &["--container-tag", "t", "--credentials", "profile:work"]).await;
    assert_eq!(s3c.run(&["--json", "sync", "notes"]).await.error(1)["status"], 401);
    write(server.secret());
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], 1);
}
