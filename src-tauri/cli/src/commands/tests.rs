//! Commands that need a keychain, on an engine whose keychain is in memory; all others are tried as a script sees
//! them, with the real program.
#![allow(clippy::unwrap_used)]

use std::ffi::OsString;

use s3_connector_engine::error::{Error, ErrorCode};
use s3_connector_engine::secrets::{MemorySecrets, Secret, SecretStore};
use s3_connector_engine::view::ConnectionView;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::arguments::{self, Asked};
use crate::output::Face;

const SECRET: &str = "a-secret-that-nobody-sees";
const TOKEN: &str = "a-token-that-nobody-sees";

/// An engine with a keychain of its own.
struct Desk {
    engine: Arc<Engine>,
    keychain: Arc<MemorySecrets>,
    _folder: TempDir,
}

impl Desk {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let keychain = Arc::new(MemorySecrets::default());
        let engine = Engine::open(folder.path(), Arc::clone(&keychain) as Arc<dyn SecretStore>).await.unwrap();
        Self { engine, keychain, _folder: folder }
    }

    /// Runs a command to which these secrets were entered.
    async fn run(&self, words: &[&str], entered: Entered) -> Result<Exit> {
        let words = std::iter::once("s3c").chain(words.iter().copied()).map(OsString::from);
        let command = match arguments::read(words) {
            Asked::Run(invocation) => invocation.command,
            other => panic!("{other:?}"),
        };
        let mut output = Output::new(Face::Json, Box::new(std::io::sink()), Box::new(std::io::sink()));
        Task { command, entered, token: None }.run(&self.engine, &mut output).await
    }

    async fn only(&self) -> ConnectionView {
        self.engine.connection_list().await.unwrap().remove(0)
    }

    async fn shown(&self) -> Value {
        serde_json::to_value(self.only().await).unwrap()
    }

    async fn kept(&self, field: &str) -> Option<String> {
        let name = format!("{}/{field}", self.only().await.id);
        self.keychain.get(&name).unwrap().map(|secret| secret.expose_secret().to_owned())
    }
}

fn entered(secret: Option<&str>, token: Option<&str>) -> Entered {
    let secret_of = |text: Option<&str>| text.map(Secret::from);
    Entered { secret_access_key: secret_of(secret), session_token: secret_of(token), ..Entered::default() }
}

const ADD: &[&str] = &[
    "connections",
    "add",
    "--name",
    "notes",
    "--bucket",
    "user-files",
    "--region",
    "eu-central-1",
    "--endpoint",
    "http://127.0.0.1:9",
    "--prefix",
    "in/",
    "--container-tag",
    "team",
    "--container-tag",
    "other",
    "--container-tag-regex",
    "users/(?<u>[^/]+)/",
    "--document-limit",
    "77",
    "--on-no-match",
    "skip",
    "--on-illegal-tag",
    "replace",
    "--on-gone",
    "remove",
    "--exclude",
    "drafts/**",
    "--include",
    "drafts/final/**",
    "--max-size",
    "5000",
    "--every",
    "15",
    "--ca-file",
    "/etc/ca.pem",
    "--requester-pays",
    "--addressing",
    "virtual",
    "--access-key-id",
    "ASIAEXAMPLE",
    "--secret-access-key-stdin",
    "--session-token-stdin",
];

async fn desk_with_notes() -> Desk {
    let desk = Desk::new().await;
    assert_eq!(desk.run(ADD, entered(Some(SECRET), Some(TOKEN))).await.unwrap(), Exit::Done);
    desk
}

#[tokio::test]
async fn every_field_of_a_new_connection_is_saved_and_no_secret_is_shown() {
    let desk = desk_with_notes().await;
    let shown = desk.shown().await;
    for (field, value) in [
        ("prefix", json!("in/")),
        ("containerTags", json!(["team", "other"])),
        ("documentLimit", json!(77)),
        ("onNoMatch", json!("skip")),
        ("onIllegalTag", json!("replace")),
        ("onGone", json!("remove")),
        ("maxSize", json!(5000)),
        ("everyMinutes", json!(15)),
        ("caFile", json!("/etc/ca.pem")),
        ("requesterPays", json!(true)),
        ("addressing", json!("virtual")),
        ("credentials", json!({"kind": "access_key", "accessKeyId": "ASIAEXAMPLE", "sessionToken": true})),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    let rule = |kind, glob| json!({"kind": kind, "glob": glob});
    assert_eq!(shown["filters"], json!([rule("exclude", "drafts/**"), rule("include", "drafts/final/**")]));
    assert!(!shown.to_string().contains("nobody-sees"));
    assert_eq!(desk.kept("secretAccessKey").await.as_deref(), Some(SECRET));
    assert_eq!(desk.kept("sessionToken").await.as_deref(), Some(TOKEN));
}

#[tokio::test]
async fn an_edit_changes_what_is_named_and_leaves_the_rest_alone() {
    let desk = desk_with_notes().await;
    let edits: &[(&[&str], &str, Value)] = &[
        (&["--name", "archive"], "name", json!("archive")),
        (&["--no-filters"], "filters", json!([])),
        (&["--max-size", "none"], "maxSize", json!(null)),
        (&["--ca-file", "none"], "caFile", json!("")),
        (&["--requester-pays=false"], "requesterPays", json!(false)),
        (&["--container-tag-regex", ""], "containerTagRegex", json!("")),
        (&["--prefix", ""], "prefix", json!("")),
        (&["--every", "manual"], "everyMinutes", json!(0)),
        (&["--addressing", "path"], "addressing", json!("path")),
        (&["--on-gone", "keep"], "onGone", json!("keep")),
        (&["--container-tag", "only"], "containerTags", json!(["only"])),
        (&["--document-limit", "9"], "documentLimit", json!(9)),
        (&["--endpoint", ""], "endpoint", json!("")),
        (&["--region", "us-east-1"], "region", json!("us-east-1")),
    ];
    for (words, field, value) in edits {
        let mut expected = desk.shown().await;
        let name = expected["name"].as_str().unwrap().to_owned();
        desk.run(&[&["connections", "edit", &name], *words].concat(), Entered::default()).await.unwrap();
        expected[field] = value.clone();
        let mut shown = desk.shown().await;
        // The interval decides when the next sync is due.
        shown["nextDueAt"] = expected["nextDueAt"].clone();
        assert_eq!(shown, expected, "{words:?}");
    }
    assert_eq!(desk.kept("secretAccessKey").await.as_deref(), Some(SECRET));
    assert_eq!(desk.kept("sessionToken").await.as_deref(), Some(TOKEN));
}

#[tokio::test]
async fn a_new_secret_or_token_replaces_the_saved_one_and_only_that() {
    let desk = desk_with_notes().await;
    let edit = ["connections", "edit", "notes"];
    desk.run(&[&edit[..], &["--session-token-stdin"]].concat(), entered(None, Some("new-token"))).await.unwrap();
    assert_eq!(desk.kept("secretAccessKey").await.as_deref(), Some(SECRET));
    assert_eq!(desk.kept("sessionToken").await.as_deref(), Some("new-token"));
    let both = ["--secret-access-key-stdin", "--session-token-stdin"];
    desk.run(&[&edit[..], &both].concat(), entered(Some("new-secret"), Some("newer"))).await.unwrap();
    assert_eq!(desk.kept("secretAccessKey").await.as_deref(), Some("new-secret"));
    assert_eq!(desk.kept("sessionToken").await.as_deref(), Some("newer"));
    assert_eq!(desk.shown().await["credentials"]["accessKeyId"], "ASIAEXAMPLE");
}

#[tokio::test]
async fn another_access_key_needs_its_own_secret() {
    let desk = desk_with_notes().await;
    let edit = ["connections", "edit", "notes", "--access-key-id", "AKIAOTHER"];
    let error: Error = desk.run(&edit, Entered::default()).await.unwrap_err();
    assert_eq!((error.code, error.fields[0].field.as_str()), (ErrorCode::InvalidConnection, "secretAccessKey"));
    desk.run(&edit, entered(Some("another-secret"), None)).await.unwrap();
    let credentials = json!({"kind": "access_key", "accessKeyId": "AKIAOTHER", "sessionToken": false});
    assert_eq!(desk.shown().await["credentials"], credentials);
}

#[tokio::test]
async fn a_secret_for_a_connection_without_access_key_is_refused() {
    let desk = desk_with_notes().await;
    let elsewhere = ["connections", "edit", "notes", "--credentials", "environment"];
    desk.run(&elsewhere, Entered::default()).await.unwrap();
    let edit = ["connections", "edit", "notes", "--secret-access-key-stdin"];
    let error = desk.run(&edit, entered(Some(SECRET), None)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    assert!(error.detail.contains("--access-key-id") && !error.detail.contains(SECRET), "{}", error.detail);
}
