//! An API key goes in by standard input or the environment and comes out nowhere, whatever goes wrong at the far side.

use std::path::Path;

use s3_connector_tests::memory_s3::MemoryS3;
use s3_connector_tests::supermemory::{FakeSupermemory, Fault, On};
use serde_json::json;

use super::program::{BUCKET, RULE, S3c};

/// The file under a folder that has these bytes.
fn file_with(folder: &Path, text: &str) -> Option<String> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find_map(|path| {
        if path.is_dir() {
            return file_with(&path, text);
        }
        let bytes = std::fs::read(&path).ok()?;
        bytes.windows(text.len()).any(|part| part == text.as_bytes()).then(|| path.display().to_string())
    })
}

/// Everything that may go wrong, with the key in the server's own words.
fn troubles(key: &str) -> Vec<Fault> {
    let echo = format!("Not with Bearer {key}");
    let bodies = [
        json!({"error": echo, "details": echo}).to_string(),
        json!({"success": false, "data": echo, "error": [{"path": [echo], "message": echo}]}).to_string(),
        echo,
    ];
    let replies = [200, 400, 401, 402, 403, 409, 413, 429, 500].into_iter().zip(bodies.iter().cycle());
    let reply = |(status, body): (u16, &String)| Fault::Reply {
        status,
        headers: vec![("content-type".into(), "application/json".into()), ("retry-after".into(), "100".into())],
        body: body.clone(),
    };
    replies.map(reply).chain([Fault::Hangup, Fault::HalfBody]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_key_nor_secret_is_printed_or_written_after_everything_went_wrong() {
    let (server, supermemory) = (MemoryS3::start().await, FakeSupermemory::start());
    let (url, key) = (supermemory.url(), supermemory.key());
    let mut s3c = S3c::new(&server);
    s3c.set("SUPERMEMORY_API_KEY", key);
    server.put(BUCKET, "users/u1/a.md", "first words");
    let to = ["--container-tag-regex", RULE, "--credentials", "environment", "--to", &url];
    s3c.add(&server, "notes", BUCKET, &to).await;
    let sync = s3c.run(&["--json", "sync", "notes"]).await;
    assert_eq!(sync.answer()["run"]["sent"], 1);
    let mut printed = format!("{sync:?}");
    for (number, trouble) in troubles(key).into_iter().enumerate() {
        server.put(BUCKET, "users/u1/a.md", format!("words of {number}"));
        supermemory.fail_always(if number % 2 == 0 { On::Any } else { On::Write }, trouble);
        for words in [&["--json", "sync", "notes"][..], &["sync", "notes"], &["knowledge-base", "test", "--url", &url]]
        {
            printed.push_str(&format!("{:?}", s3c.run(words).await));
        }
        supermemory.heal();
    }
    let secure = url.replace("http://", "https://");
    let with_key = format!("http://{key}@127.0.0.1:9");
    for words in [
        &["knowledge-base", "test", "--url", &secure][..],
        &["knowledge-base", "test", "--url", "http://127.0.0.1:9"],
        &["knowledge-base", "list"],
        &["--json", "knowledge-base", "list"],
        &["runs", "notes"],
        &["why", "notes", "users/u1/a.md"],
        &["--json", "connections", "list"],
    ] {
        printed.push_str(&format!("{:?}", s3c.run(words).await));
    }
    for words in [&["knowledge-base", "test", "--url", &with_key][..], &["sync", "notes", "--api-key", key]] {
        // What a person types in the wrong place is refused and not repeated.
        let ended = s3c.run(words).await;
        assert_eq!(ended.exit, Some(2), "{ended:?}");
        printed.push_str(&format!("{ended:?}"));
    }
    // Without a keychain it is not kept anywhere else.
    let ended = s3c.run_and_tell(&["--json", "knowledge-base", "set", "--url", &url], &format!("{key}\n")).await;
    assert_eq!(ended.error(1)["code"], "keychain_unavailable");
    printed.push_str(&format!("{ended:?}"));
    for secret in [key, server.secret()] {
        let line = printed.split("\\n").find(|line| line.contains(secret));
        assert_eq!(line, None);
        assert_eq!(file_with(s3c.home(), secret), None);
        assert!(!format!("{:?}", supermemory.seen()).contains(secret));
        assert!(!format!("{:?}", server.seen()).contains(secret));
    }
}
