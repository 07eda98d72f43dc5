//! The harness itself: what tests rest on must be real.

use std::collections::HashMap;
use std::io::Write;
use std::process::Stdio;

use s3_connector_tests::desktop::{Desktop, Look};
use s3_connector_tests::s3_server::S3Server;
use s3_connector_tests::samples;
use zbus::zvariant::Value;

#[tokio::test]
async fn the_desktop_keeps_secrets_and_shows_notifications() {
    let desktop = Desktop::start(Look::Light).await;

    let mut store = desktop.command("secret-tool");
    store.args(["store", "--label=harness", "service", "harness"]).stdin(Stdio::piped());
    let mut store = store.spawn().unwrap();
    store.stdin.take().unwrap().write_all(b"kept").unwrap();
    assert!(store.wait().unwrap().success());
    assert!(desktop.keychain("harness").contains("secret = kept"));

    let bus = desktop.connect().await;
    let hints: HashMap<&str, Value<'_>> = HashMap::new();
    let words = ("harness", 0_u32, "", "A title", "and a text", Vec::<&str>::new(), hints, -1_i32);
    let (name, path) = ("org.freedesktop.Notifications", "/org/freedesktop/Notifications");
    bus.call_method(Some(name), path, Some(name), "Notify", &words).await.unwrap();
    let shown = desktop.wait_for_notification("of the harness", |shown| shown.app == "harness").await;
    assert_eq!((shown.summary.as_str(), shown.body.as_str()), ("A title", "and a text"));
}

#[tokio::test]
async fn the_samples_are_served_to_those_who_sign_and_to_nobody_else() {
    let root = tempfile::tempdir().unwrap();
    samples::copy_to(root.path());
    let server = S3Server::start(root.path(), "key", "secret");

    let unsigned = reqwest::get(format!("{}/{}?list-type=2", server.endpoint(), samples::BUCKET)).await.unwrap();
    assert_eq!(unsigned.status(), 403);
    assert!(unsigned.text().await.unwrap().contains("AccessDenied"));
    let note = std::fs::read_to_string(root.path().join(samples::BUCKET).join(samples::PHRASE_KEY)).unwrap();
    assert!(note.contains(samples::PHRASE));
}
