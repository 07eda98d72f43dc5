//! `s3c serve`, and the documentation's cURL lines against it with only the base URL changed.

use std::process::Stdio;

use s3_connector_tests::memory_s3::MemoryS3;
use s3_connector_tests::scene::BUCKET;
use s3_connector_tests::tools::installed;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::s3c::program::{DEADLINE, S3c, end_of};

const TOKEN: &str = "s3l_of_the_test_0001";

/// `s3c serve` while it runs.
struct Serving {
    child: Child,
    url: String,
}

impl Serving {
    async fn start(s3c: &S3c, words: &[&str]) -> Self {
        let mut child = s3c.start(&[&["serve", "--port", "0"][..], words].concat());
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let line = tokio::time::timeout(DEADLINE, lines.next_line()).await.expect("a line in time").unwrap();
        let told: Value = serde_json::from_str(&line.expect("a line before the end")).unwrap();
        Self { child, url: told["listening"].as_str().unwrap().to_owned() }
    }

    /// Runs the documentation's line: `curl` with these words.
    async fn curl(&self, method: &str, path: &str, body: Option<&str>) -> (u16, String) {
        let mut curl = Command::new(installed("curl").expect("curl"));
        curl.args(["--silent", "--show-error", "--max-time", "60", "--noproxy", "*", "--write-out", "\n%{http_code}"]);
        curl.args(["-X", method, &format!("{}{path}", self.url)]);
        curl.args(["-H", &format!("Authorization: Bearer {TOKEN}"), "-H", "Content-Type: application/json"]);
        if let Some(body) = body {
            curl.args(["-d", body]);
        }
        let output = curl.stdin(Stdio::null()).output().await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), body.to_owned())
    }

    async fn end(self) {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &id]).status().await.unwrap().success());
        let ended = end_of(self.child).await;
        assert_eq!(ended.exit, Some(0), "{ended:#?}");
        assert!(!ended.errors.contains(TOKEN), "{ended:#?}");
    }
}

fn without_keychain() -> S3c {
    let mut s3c = S3c::without_key();
    s3c.set("S3C_API_TOKEN", TOKEN);
    s3c
}

#[tokio::test]
async fn the_documented_curl_lines_run_with_only_the_base_url_changed() {
    if installed("curl").is_none() {
        return;
    }
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/user-123/documents/notes.md", "The pelican eats fish.");
    let s3c = without_keychain();
    let serving = Serving::start(&s3c, &["--secrets", "memory"]).await;
    let body = json!({
        "containerTags": ["user-files"], "documentLimit": 1000,
        "metadata": {
            "accessKeyId": server.access_key(), "secretAccessKey": server.secret(), "bucket": BUCKET,
            "region": "us-east-1", "endpoint": server.endpoint(), "containerTagRegex": "users/(?<userId>[^/]+)/"
        }
    });
    let (status, created) = serving.curl("POST", "/v3/connections/s3", Some(&body.to_string())).await;
    assert_eq!(status, 200, "{created}");
    let id = serde_json::from_str::<Value>(&created).unwrap()["id"].as_str().unwrap().to_owned();
    let tags = r#"{"containerTags": ["user-files"]}"#;
    let import = serving.curl("POST", "/v3/connections/s3/import", Some(tags)).await;
    assert_eq!(import, (202, "Importing connections...".to_owned()));
    let done = s3_connector_tests::wait::eventually("the import", DEADLINE, || async {
        let (_, runs) = serving.curl("GET", &format!("/v3/connections/{id}/sync-runs"), None).await;
        (serde_json::from_str::<Value>(&runs).unwrap()[0]["status"] == "completed").then_some(())
    });
    done.await;
    let (status, documents) = serving.curl("POST", "/v3/connections/s3/documents", Some(tags)).await;
    assert_eq!((status, serde_json::from_str::<Value>(&documents).unwrap()[0]["status"].clone()), (200, json!("done")));
    let search = serving.curl("POST", "/v3/search", Some(r#"{"q": "pelican", "containerTag": "user-123"}"#)).await;
    assert_eq!(serde_json::from_str::<Value>(&search.1).unwrap()["total"], json!(1), "{search:?}");
    assert_eq!(serving.curl("POST", "/v3/connections/list", None).await.0, 200);
    assert_eq!(serving.curl("GET", &format!("/v3/connections/{id}"), None).await.0, 200);
    assert_eq!(serving.curl("DELETE", &format!("/v3/connections/{id}?deleteDocuments=true"), None).await.0, 200);
    serving.end().await;
    for secret in [server.secret(), TOKEN] {
        assert!(!is_written_under(s3c.home(), secret), "a secret is in the data folder");
    }
}

#[tokio::test]
async fn without_a_keychain_a_token_and_the_wish_for_memory_have_to_be_given() {
    let mut s3c = S3c::without_key();
    let error = s3c.run(&["--json", "serve", "--port", "0", "--secrets", "memory"]).await.error(2);
    assert!(error["detail"].as_str().unwrap().contains("S3C_API_TOKEN"), "{error}");
    let error = s3c.run(&["--json", "serve", "--port", "0"]).await.error(1);
    assert_eq!(error["code"], "keychain_unavailable");
    assert_eq!(s3c.run(&["--json", "token"]).await.error(1)["code"], "keychain_unavailable");
    s3c.set("S3C_API_TOKEN", TOKEN);
    let serving = Serving::start(&s3c, &[]).await;
    let port = serving.url.rsplit(':').next().unwrap().to_owned();
    let busy = s3c.run(&["--json", "connections", "list"]).await.error(1);
    assert_eq!(busy["code"], "data_folder_busy");
    let other = without_keychain();
    let error = other.run(&["--json", "serve", "--port", &port]).await.error(1);
    assert_eq!((&error["code"], &error["status"]), (&json!("port_in_use"), &json!(409)));
    serving.end().await;
}

/// Whether any file under the folder has these bytes.
fn is_written_under(folder: &std::path::Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            return is_written_under(&path, text);
        }
        std::fs::read(&path).unwrap().windows(text.len()).any(|part| part == text.as_bytes())
    })
}
