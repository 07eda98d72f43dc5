//! The five-step wizard in the real window, as a person goes through it who has AWS profiles, mistypes an address, and
//! closes the window half way.

use std::sync::Arc;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::secrets::MemorySecrets;
use s3_connector_tests::wait::eventually;

use super::*;

const PATIENCE: Duration = Duration::from_secs(60);

/// Two profiles: one with the key of the bucket, one whose person has to sign in first.
fn write_profiles(home: &Path, secret: &str) {
    let aws = home.join(".aws");
    std::fs::create_dir(&aws).unwrap();
    let config = "[profile harbour]\nregion = eu-north-1\n\n[profile company]\nsso_session = company\n\
        sso_account_id = 012345678901\nsso_role_name = Reader\n\n[sso-session company]\n\
        sso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n";
    std::fs::write(aws.join("config"), config).unwrap();
    let keys = format!("[harbour]\naws_access_key_id = {ACCESS_KEY_ID}\naws_secret_access_key = {secret}\n");
    std::fs::write(aws.join("credentials"), keys).unwrap();
}

#[tokio::test]
async fn a_person_chooses_a_profile_presses_what_helps_and_finds_the_form_again() {
    let stage = Stage::set();
    let desktop = Desktop::start(Look::Light).await;
    write_profiles(desktop.home(), &stage.secret);
    let window = stage.open(&desktop).await;
    window.wait_for_text("Keep a searchable library in step").await;
    window.press("Add a connection").await;

    paste_the_address(&window, &stage).await;
    choose_a_profile(&window).await;
    press_what_helps(&window, &stage).await;

    low(&window).await;

    // Half way: with a secret typed, which must not be kept.
    window.press("Access key and secret").await;
    window.fill("Access key ID", ACCESS_KEY_ID).await;
    window.fill("Secret access key", &stage.secret).await;
    kept(&stage, ACCESS_KEY_ID).await;
    window.close().await;
    assert_eq!(files_with(&stage.data(), stage.secret.as_bytes()), Vec::<PathBuf>::new());

    let window = open_again(&stage, &desktop).await;
    window.press("Add a connection").await;
    window.wait_for_text("Restored what you typed.").await;
    window.wait_for_text("Secrets are not kept: enter the secret again.").await;
    assert_eq!(value_of(&window, "bucket").await, samples::BUCKET);
    assert_eq!(value_of(&window, "accessKeyId").await, ACCESS_KEY_ID);
    assert_eq!(value_of(&window, "secretAccessKey").await, "");
    window.screenshot(&picture("form-restored", "light")).await;
    window.press("Start over").await;
    window.wait_for_text("Where is the bucket?").await;
    window.wait_until_gone("Restored what you typed.").await;
    window.close().await;

    let window = open_again(&stage, &desktop).await;
    window.press("Add a connection").await;
    window.wait_for_text("Where is the bucket?").await;
    assert!(!window.text().await.contains("Restored what you typed."));
    window.close().await;
    assert_eq!(files_with(&stage.data(), stage.secret.as_bytes()), Vec::<PathBuf>::new());
}

async fn paste_the_address(window: &Window<'_>, stage: &Stage) {
    window.wait_for_text("Where is the bucket?").await;
    let address = format!("{}/{}/users/", stage.server.endpoint(), samples::BUCKET);
    window.fill("Paste the bucket's address", &address).await;
    window.wait_for_text("Understood:").await;
    for part in ["Other S3-compatible", &format!("Bucket {}", samples::BUCKET), "Prefix users/"] {
        window.wait_for_text(part).await;
    }
    window.screenshot(&picture("form-address", "light")).await;
    window.press("Continue").await;
    window.wait_for_text("Which bucket, and with which key?").await;
    window.press("The permissions that it needs").await;
    window.wait_for_text(&format!("arn:aws:s3:::{}/users/*", samples::BUCKET)).await;
}

async fn choose_a_profile(window: &Window<'_>) {
    window.wait_for_text("2 found").await;
    window.press("AWS profile on this computer").await;
    window.press("company").await;
    window.press("Test").await;
    window.wait_for_text("No credentials found").await;
    window.wait_for_text("aws sso login --profile company").await;
    window.screenshot(&picture("form-sign-in", "light")).await;
    window.press("Copy the command").await;
    window.press("harbour").await;
    window.press("Test").await;
    window.wait_for_text("Everything that a sync needs works.").await;
}

/// An address with the wrong scheme fails at its rung, whose button puts it right; a bucket that is not there leads to
/// its field.
async fn press_what_helps(window: &Window<'_>, stage: &Stage) {
    let endpoint = stage.server.endpoint();
    window.press("Change").await;
    window.fill("Endpoint", &endpoint.replace("http://", "https://")).await;
    window.press("Continue").await;
    window.press("Test").await;
    let help = format!("Use {endpoint}");
    window.wait_for_text(&help).await;
    window.screenshot(&picture("form-red-rung", "light")).await;
    window.press(&help).await;
    window.wait_for_text("Everything that a sync needs works.").await;

    window.fill("Bucket", "no-such-bucket").await;
    window.press("Test").await;
    window.wait_for_text("Verify bucket name and region.").await;
    window.press("Check the bucket's name").await;
    let focused = async || window.run_script("return document.activeElement?.name", Vec::new()).await;
    let bucket = Some(serde_json::json!("bucket"));
    window.until("the focus on the bucket", PATIENCE, async || (focused().await == bucket).then_some(())).await;
    window.fill("Bucket", samples::BUCKET).await;
}

/// In the smallest window that is meant to be used, nothing is cut off and the buttons stay in sight, step by step.
async fn low(window: &Window<'_>) {
    window.resize(720, 520).await;
    let small = async || window.run_script("return innerWidth <= 720", Vec::new()).await == Some(true.into());
    window.until("a small window", PATIENCE, async || small().await.then_some(())).await;
    for (step, (shown, next)) in [
        ("Which bucket, and with which key?", "Continue"),
        ("can become documents", "Continue"),
        ("Which container does each file belong to?", "Continue"),
        ("Where to, and when?", "Sync all"),
    ]
    .into_iter()
    .enumerate()
    {
        window.wait_for_text(shown).await;
        if next == "Sync all" {
            window.wait_for_text("To send").await;
        }
        let cut = window.run_script(CUT_OFF, vec![serde_json::json!(next)]).await;
        window.screenshot(&picture(&format!("form-low-{}", step + 2), "light")).await;
        assert_eq!(cut, Some(serde_json::json!([])), "cut off at step {}", step + 2);
        if shown.starts_with("Which container") {
            window.fill("Container tags", samples::SHARED_TAG).await;
        }
        if next == "Continue" {
            window.press(next).await;
        }
    }
    // The steps are reached from above too.
    window.press("What").await;
    window.wait_for_text("Which files?").await;
    window.resize(1080, 720).await;
    let large = async || window.run_script("return innerWidth > 1000", Vec::new()).await == Some(true.into());
    window.until("a large window", PATIENCE, async || large().await.then_some(())).await;
    type_a_rule(window).await;
    window.press("Credentials").await;
    window.wait_for_text("Which bucket, and with which key?").await;
}

/// A rule says how many files it decides about while it is typed.
async fn type_a_rule(window: &Window<'_>) {
    window.press("Exclude").await;
    for (glob, files) in [("**/*.md", "5 files"), ("users/nobody/**", "no file"), ("*.txt", "2 files")] {
        window.fill("Rule 1 of 1: pattern", glob).await;
        window.wait_for_text(files).await;
    }
}

/// What is wider than the window, and the button of this name where it is not in sight.
const CUT_OFF: &str = "
    const button = [...document.querySelectorAll('footer button')].find((b) => b.innerText.startsWith(arguments[0]));
    const box = button?.getBoundingClientRect();
    const outside = !box || box.top < 0 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth;
    const wide = [...document.querySelectorAll('main .page, main .page *')]
        .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
        .filter((e) => ['visible', 'auto'].includes(getComputedStyle(e).overflowX) && !e.matches('input, select, pre, svg, svg *'))
        .filter((e) => getComputedStyle(e).display !== 'inline' && !e.closest('.aloud'));
    return [...wide.map((e) => e.outerHTML.slice(0, 120)), ...(outside ? ['the button ' + arguments[0]] : [])];
";

async fn value_of(window: &Window<'_>, field: &str) -> String {
    let script = "return document.querySelector(`[name=\"${arguments[0]}\"]`)?.value";
    let value = window.run_script(script, vec![serde_json::json!(field)]).await.unwrap_or_default();
    value.as_str().unwrap_or("nothing").to_owned()
}

/// Waits until what was typed is in the data folder.
async fn kept(stage: &Stage, text: &str) {
    let there = async || (!files_with(&stage.data(), text.as_bytes()).is_empty()).then_some(());
    eventually("what was typed to be kept", PATIENCE, there).await;
}

/// The app lets go of its folder a moment after its window has gone.
async fn open_again<'a>(stage: &Stage, desktop: &'a Desktop) -> Window<'a> {
    let engine = eventually("the app to end", PATIENCE, async || {
        Engine::open(&stage.data(), Arc::new(MemorySecrets::default())).await.ok()
    });
    engine.await.shut_down().await;
    let window = stage.open(desktop).await;
    window.wait_for_text("Keep a searchable library in step").await;
    window
}
