//! Credentials from the environment and from profiles, each in a process with an environment of its own.

use std::path::Path;

use super::*;

/// What a child process says about a listing of `user-files`: `listed <n>`, or `<code> <detail>`.
async fn in_an_environment(endpoint: &str, credentials: &str, home: &Path, variables: &[(&str, &str)]) -> String {
    child::said("source::credentials::child", |command| {
        command
            .env("HOME", home)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("CHILD_ENDPOINT", endpoint)
            .env("CHILD_CREDENTIALS", credentials)
            .envs(variables.iter().copied())
    })
    .await
}

#[tokio::test]
#[ignore = "the other tests here start it with an environment of its own"]
async fn child() {
    let variable = |name| std::env::var(name).expect("set by the parent");
    let credentials = match variable("CHILD_CREDENTIALS").split_once(':') {
        Some((_, profile)) => ResolvedCredentials::Profile(profile.to_owned()),
        None => ResolvedCredentials::Environment,
    };
    let source = source_at(&variable("CHILD_ENDPOINT"), "user-files", &credentials).await;
    let said = match source.list("", None).await {
        Ok(page) => format!("listed {}", page.objects.len()),
        Err(error) => format!("{} {}", error.code.name(), error.detail),
    };
    writeln!(std::io::stdout(), "child: {said}").expect("the parent listens");
}

async fn server() -> (MemoryS3, TempDir) {
    let server = MemoryS3::start().await;
    server.put("user-files", "a.md", "text");
    (server, tempfile::tempdir().expect("a home"))
}

fn write_profile(home: &Path, name: &str, server: &MemoryS3) {
    let aws = home.join(".aws");
    std::fs::create_dir_all(&aws).expect("a folder");
    let (id, secret) = (server.access_key(), server.secret());
    let keys = format!("[{name}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    std::fs::write(aws.join("credentials"), keys).expect("a file");
    // A profile's own endpoint and region are not the connection's.
    let elsewhere = format!("[profile {name}]\nregion = eu-north-1\nendpoint_url = http://127.0.0.1:1\n");
    std::fs::write(aws.join("config"), elsewhere).expect("a file");
}

#[tokio::test]
async fn the_environment_signs_and_does_not_redirect() {
    let (server, home) = server().await;
    let variables = [
        ("AWS_ACCESS_KEY_ID", server.access_key()),
        ("AWS_SECRET_ACCESS_KEY", server.secret()),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_REGION", "eu-north-1"),
    ];
    let said = in_an_environment(&server.endpoint(), "environment", home.path(), &variables).await;
    assert_eq!(said, "listed 1");
}

#[tokio::test]
async fn an_environment_without_credentials_says_where_it_looked() {
    let (server, home) = server().await;
    let said = in_an_environment(&server.endpoint(), "environment", home.path(), &[]).await;
    assert!(said.starts_with("credentials_missing "), "{said}");
    assert!(said.contains("environment variables, the default AWS profile"), "{said}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_profile_is_taken_whatever_the_environment_says() {
    let (server, home) = server().await;
    write_profile(home.path(), "work", &server);
    let other = [("AWS_ACCESS_KEY_ID", ID), ("AWS_SECRET_ACCESS_KEY", SECRET), ("AWS_PROFILE", "no-such")];
    let said = in_an_environment(&server.endpoint(), "profile:work", home.path(), &other).await;
    assert_eq!(said, "listed 1");
}

#[tokio::test]
async fn a_profile_that_does_not_exist_is_named() {
    let (server, home) = server().await;
    write_profile(home.path(), "work", &server);
    let said = in_an_environment(&server.endpoint(), "profile:play", home.path(), &[]).await;
    assert!(said.starts_with("credentials_missing "), "{said}");
    assert!(said.contains("AWS profile “play”"), "{said}");
    assert!(!said.contains(server.secret()), "{said}");
}
