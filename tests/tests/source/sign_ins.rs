//! The end of a sign-in, from the files of a home to what is told of it. In a process with a home of its own.

use std::cell::RefCell;

use s3_connector_engine::connection::ConnectionDraft;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::event::EngineEvent;
use s3_connector_engine::notice::Notice;
use s3_connector_engine::secrets::MemorySecrets;
use s3_connector_engine::sync::now;
use s3_connector_tests::sign_in::{COMMAND, HOUR, PROFILE, SECRETS, a_home_with_a_profile, sign_in_until};
use s3_connector_tests::wait::eventually;
use serde_json::{Value, json};

use super::*;

async fn add(engine: &Engine, name: &str) {
    let draft = json!({
        "name": name, "bucket": "user-files", "region": "us-east-1", "endpoint": "http://127.0.0.1:1",
        "containerTags": ["t"], "everyMinutes": 240, "credentials": {"kind": "profile", "name": PROFILE},
    });
    engine.connection_add(serde_json::from_value::<ConnectionDraft>(draft).expect("a draft")).await.expect("saved");
}

#[tokio::test]
#[ignore = "the test here starts it with a home of its own"]
async fn child() {
    let home = PathBuf::from(std::env::var("HOME").expect("set by the parent"));
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Engine::open(folder.path(), Arc::new(MemorySecrets::default())).await.expect("an engine");
    add(&engine, "Archive").await;
    add(&engine, "Reports").await;
    let Some(Notice::SignIn { connection_name, others, sign_in, .. }) = engine.notices().recv().await else {
        panic!("something else was told")
    };
    let events = RefCell::new(engine.events());
    let later = sign_in_until(&home, now() + 8 * HOUR);
    let renewed = eventually("the new sign-in", Duration::from_secs(30), async || {
        engine.start_what_is_due().await;
        let next = || events.borrow_mut().try_recv().ok();
        std::iter::from_fn(next).find_map(|event| match event {
            EngineEvent::Connection { connection } => connection.sign_in.filter(|known| known.ends_at == later),
            _ => None,
        })
    });
    let renewed = renewed.await;
    let said = json!({
        "name": connection_name, "others": others, "again": sign_in.again, "ends_at": sign_in.ends_at,
        "stages": [sign_in.stage, renewed.stage],
    });
    writeln!(std::io::stdout(), "child: {said}").expect("the parent listens");
}

#[tokio::test]
async fn the_end_of_a_sign_in_is_told_once_for_all_its_connections_and_forgotten_with_the_next_one() {
    let home = tempfile::tempdir().expect("a home");
    a_home_with_a_profile(home.path());
    let ends_at = sign_in_until(home.path(), now() + HOUR / 2);
    let said = child::said("source::sign_ins::child", |command| command.env("HOME", home.path())).await;
    let told: Value = serde_json::from_str(&said).expect("JSON");
    assert!(["Archive", "Reports"].contains(&told["name"].as_str().expect("a name")), "{told}");
    assert_eq!((&told["others"], &told["ends_at"]), (&json!(1), &json!(ends_at)), "{told}");
    assert_eq!(told["again"], json!({"kind": "command", "command": COMMAND}));
    assert_eq!(told["stages"], json!(["soon", "lasts"]));
    assert!(SECRETS.iter().all(|secret| !said.contains(secret)), "{said}");
}
