//! AWS profiles of this computer: which are offered, and what a person is told who has to sign in. Each in a process with
//! a home of its own.

use std::path::Path;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::secrets::MemorySecrets;
use serde_json::{Value, json};

use super::*;

const CONFIG: &str = "[default]
region = eu-central-1

[profile company]
sso_session = company
sso_account_id = 012345678901
sso_role_name = Reader
region = us-west-2

[sso-session company]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
";

/// What a child with this home and these variables answers to `ask`.
async fn asked(ask: &str, home: &Path, variables: &[(&str, &str)]) -> Value {
    let said = child::said("source::profiles::child", |command| {
        command
            .env("HOME", home)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("CHILD_ASK", ask)
            .envs(variables.iter().copied())
    });
    serde_json::from_str(&said.await).expect("JSON")
}

#[tokio::test]
#[ignore = "the other tests here start it with a home of its own"]
async fn child() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Engine::open(folder.path(), Arc::new(MemorySecrets::default())).await.expect("an engine");
    let ask = std::env::var("CHILD_ASK").expect("set by the parent");
    let said = match ask.split_once(' ') {
        Some((endpoint, profile)) => {
            let draft = json!({"bucket": "user-files", "region": "us-east-1", "endpoint": endpoint,
                "containerTags": ["t"], "credentials": {"kind": "profile", "name": profile}});
            call(&engine, "connection_test_draft", json!({"draft": draft, "id": null})).await
        }
        None => call(&engine, "aws_profiles", Value::Null).await,
    };
    writeln!(std::io::stdout(), "child: {said}").expect("the parent listens");
}

async fn call(engine: &Arc<Engine>, command: &str, arguments: Value) -> Value {
    s3_connector_engine::api::call(engine, command, arguments).await.expect("an answer")
}

fn a_home() -> TempDir {
    let home = tempfile::tempdir().expect("a home");
    let aws = home.path().join(".aws");
    std::fs::create_dir(&aws).expect("a folder");
    std::fs::write(aws.join("config"), CONFIG).expect("a file");
    let keys = format!("[default]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
    std::fs::write(aws.join("credentials"), keys).expect("a file");
    home
}

#[tokio::test]
async fn profiles_are_found_at_home_and_told_without_their_secrets() {
    let home = a_home();
    let told = asked("", home.path(), &[]).await;
    assert_eq!(
        told["profiles"],
        json!([
            {"name": "default", "region": "eu-central-1", "kind": "keys", "signIn": null},
            {"name": "company", "region": "us-west-2", "kind": "single_sign_on",
             "signIn": "aws sso login --profile company"},
        ])
    );
    assert!(!told.to_string().contains(SECRET) && !told.to_string().contains(ID), "{told}");
}

#[tokio::test]
async fn profiles_are_found_where_the_environment_says() {
    let (home, elsewhere) = (a_home(), tempfile::tempdir().expect("a folder"));
    let config = elsewhere.path().join("config");
    std::fs::write(&config, "[profile far]\ncredential_process = /bin/true\n").expect("a file");
    let config = config.to_str().expect("a plain name");
    let variables = [("AWS_CONFIG_FILE", config), ("AWS_SHARED_CREDENTIALS_FILE", "/no/such/file")];
    let told = asked("", home.path(), &variables).await;
    assert_eq!(told["profiles"], json!([{"name": "far", "region": null, "kind": "process", "signIn": null}]));
    assert_eq!(told["places"], json!([config, "/no/such/file"]));
}

#[tokio::test]
async fn whoever_has_to_sign_in_is_told_the_command() {
    let (server, home) = (MemoryS3::start().await, a_home());
    server.put("user-files", "a.md", "text");
    let report = asked(&format!("{} company", server.endpoint()), home.path(), &[]).await;
    let rung = &report["rungs"][0];
    assert_eq!((&rung["rung"], &rung["verdict"]), (&json!("credentials"), &json!("failed")), "{report}");
    assert_eq!(rung["fix"], json!({"kind": "run_command", "command": "aws sso login --profile company"}));
    assert!(server.seen().is_empty(), "nothing is asked without credentials");
}

#[tokio::test]
async fn a_profile_that_is_not_there_leads_back_to_its_field() {
    let (server, home) = (MemoryS3::start().await, a_home());
    let report = asked(&format!("{} nobody", server.endpoint()), home.path(), &[]).await;
    assert_eq!(report["rungs"][0]["fix"], json!({"kind": "edit_field", "field": "profile"}), "{report}");
}
