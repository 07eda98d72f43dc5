//! The way to a Supermemory in the real window: its key is entered and tried, a bucket is synced there, what it still works
//! on is told and followed; the local API is switched on and asked. The Supermemory is a strict stand-in.

use serde_json::{Value, json};

use s3_connector_tests::supermemory::{FakeSupermemory, Pipeline};

use super::*;

/// The first look after what waits comes after ten seconds.
const FOLLOWED: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_person_sends_a_bucket_to_a_supermemory_and_serves_the_local_api() {
    let stage = Stage::set();
    let memory = FakeSupermemory::start();
    memory.set(|quirks| quirks.pipeline = Pipeline::Held);
    let desktop = Desktop::start(Look::Light).await;
    let window = stage.open(&desktop).await;
    window.wait_for_text("Keep a searchable library in step").await;
    choose_provider(&window, &stage).await;
    window.fill("Access key ID", ACCESS_KEY_ID).await;
    window.fill("Bucket", samples::BUCKET).await;
    window.fill("Secret access key", &stage.secret).await;
    window.press("Continue").await;
    window.wait_for_text("can become documents").await;
    window.press("Continue").await;
    write_the_rule(&window).await;

    choose_supermemory(&window, &memory).await;
    save(&window).await;
    assert!(desktop.keychain("s3-connector").contains(&format!("secret = {}", memory.key())));
    window.press("Sync now").await;
    window.wait_for_text_within("Sent, being processed", SYNC).await;
    window.wait_for_text("documents are still being processed by Supermemory").await;
    window.wait_until_gone("” is saved").await;
    pictures(&window, "waiting").await;
    assert!(memory.documents().iter().all(|document| document.tags.len() == 1), "one container each");
    assert!(memory.work() > 20, "the samples are there");
    window.wait_for_text_within("Every document is processed", FOLLOWED).await;
    window.wait_for_text("Up to date").await;

    let token = serve(&window, &desktop).await;
    the_cloud(&window, &memory, &stage).await;
    let shown = window.text().await;
    assert!(!shown.contains(memory.key()) && !shown.contains(&token));
    window.close().await;
    for folder in [stage.data(), desktop.home().to_owned()] {
        for secret in [memory.key(), &stage.secret, &token] {
            assert_eq!(files_with(&folder, secret.as_bytes()), Vec::<PathBuf>::new());
        }
    }
}

async fn choose_supermemory(window: &Window<'_>, memory: &FakeSupermemory) {
    window.wait_for_text("Where to, and when?").await;
    window.press("A Supermemory of your own").await;
    window.fill("Address", &memory.url()).await;
    window.fill("Supermemory API key", "not the key").await;
    window.press("Test").await;
    window.wait_for_text("The API key is not accepted").await;
    window.fill("Supermemory API key", memory.key()).await;
    window.press("Test").await;
    window.wait_for_text("It answers: organisation").await;
    window.wait_for_text("tokens for what is text, by size").await;
    window.wait_for_text("counted by Supermemory only").await;
    pictures(window, "destination").await;
}

/// Off at first; then it is asked with its token, and refuses whoever has none.
async fn serve(window: &Window<'_>, desktop: &Desktop) -> String {
    window.press("Settings").await;
    window.fill("Port", &free_port().to_string()).await;
    window.press("Use this port").await;
    window.press("Serve it while this app runs").await;
    window.wait_for_text("Try it").await;
    let url = window.facts().await["Address"].split_whitespace().next().unwrap().to_owned();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = || client.post(format!("{url}/v3/connections/list")).json(&json!({}));
    assert_eq!(ask().send().await.unwrap().status(), 401);
    window.press("Show").await;
    let shown = window.until("the token", FOLLOWED, async || {
        let facts = window.facts().await;
        facts["Token"].split_whitespace().find(|word| word.starts_with("s3l_") && word.len() > 60).map(str::to_owned)
    });
    let token = shown.await;
    assert!(desktop.keychain("s3-connector").contains(&format!("secret = {token}")));
    let answer: Value = ask().bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer[0]["metadata"]["bucket"], samples::BUCKET, "{answer}");
    window.press("Hide").await;
    pictures(window, "local-api").await;
    token
}

/// The connections of Supermemory's cloud, and one of this computer that is handed over to it.
async fn the_cloud(window: &Window<'_>, memory: &FakeSupermemory, stage: &Stage) {
    window.press("Connections").await;
    window.press(&format!("More for {NAME}")).await;
    window.press("Hand over to Supermemory").await;
    window.wait_for_text("leave").await;
    pictures(window, "hand-over").await;
    window.press("Cancel").await;
    let metadata = json!({"accessKeyId": ACCESS_KEY_ID, "secretAccessKey": stage.secret, "bucket": "user-files",
        "region": "us-east-1", "prefix": "users/", "containerTagRegex": samples::RULE});
    let create = json!({"containerTag": "shared", "documentLimit": 500, "metadata": metadata});
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(format!("{}/v3/connections/s3", memory.url())).bearer_auth(memory.key()).json(&create);
    assert!(request.send().await.unwrap().status().is_success());
    let id = memory.connections()[0].id.clone();
    memory.sync_connection(&id, &[("users/user-123/notes.md", "Notes")], None);
    window.press("Settings").await;
    window.press("Hosted connections").await;
    window.wait_for_text("user-files").await;
    pictures(window, "hosted").await;
    assert!(!window.text().await.contains(&stage.secret));
}

/// A picture of what is shown, light and dark.
async fn pictures(window: &Window<'_>, screen: &str) {
    for look in [Look::Dark, Look::Light] {
        show(window, look).await;
        window.screenshot(&picture(screen, look.name())).await;
    }
}

/// Shows the window in these colours, whatever the desktop's are.
pub async fn show(window: &Window<'_>, look: Look) {
    // Two frames later it is on the screen.
    let script = "const look = arguments[0]; document.documentElement.dataset.theme = look;
            requestAnimationFrame(() => requestAnimationFrame(() => { window.painted = look; }))";
    window.run_script(script, vec![json!(look.name())]).await;
    let painted = async || window.run_script("return window.painted", Vec::new()).await;
    let wanted = Some(json!(look.name()));
    window.until("the other colours", FOLLOWED, async || (painted().await == wanted).then_some(())).await;
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}
