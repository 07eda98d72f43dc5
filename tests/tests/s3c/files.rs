//! The data folder, when it cannot be used as it should: a clear error each, and nothing lost.

use s3_connector_tests::held::{desired, differences};
use s3_connector_tests::memory_s3::MemoryS3;
use serde_json::{Value, json};

use super::program::{BUCKET, Ended, S3c};

fn triad(error: &Value) -> Value {
    json!([error["status"], error["code"], error["message"], error["solution"]])
}

fn unusable() -> Value {
    json!([
        500,
        "data_folder_unusable",
        "The data folder cannot be used",
        "Check that the folder exists and may be written"
    ])
}

/// The texts between the marks that a script prints, as what a command would have said.
fn parts(ended: &Ended) -> Vec<Value> {
    let parts = ended.answer.split("--next--\n").map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| serde_json::from_str(part).unwrap_or_else(|e| panic!("{e}: {ended:#?}"))).collect()
}

#[tokio::test]
async fn a_data_folder_that_is_a_file_says_so() {
    let s3c = S3c::without_key();
    std::fs::write(s3c.home().join("s3c"), "not a folder").unwrap();
    let error = s3c.run(&["--json", "connections", "list"]).await.error(1);
    assert_eq!(triad(&error), unusable());
    assert_eq!(std::fs::read_to_string(s3c.home().join("s3c")).unwrap(), "not a folder");
}

#[tokio::test]
async fn a_read_only_data_folder_says_so_and_stays_as_it_is() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/a.md", "text");
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let script = "mount --bind $DATA $DATA && mount -o remount,bind,ro $DATA && exec $S3C --json sync notes";
    let Some(ended) = s3c.with_mounts(script).await else { return };
    assert_eq!(triad(&ended.error(1)), unusable());
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], 1);
}

#[tokio::test]
async fn a_full_disk_stops_a_sync_with_that_cause_and_with_room_again_it_goes_on() {
    let server = MemoryS3::start().await;
    for note in 0..200 {
        let words: String = (0..3_000).map(|word| format!("word{note}x{word} ")).collect();
        server.put(BUCKET, &format!("users/u1/{note:03}.md"), words);
    }
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let script = "\
        cp -a $DATA $HOME/kept && mount -t tmpfs -o size=4m tmpfs $DATA && cp -a $HOME/kept/. $DATA || exit 9
        $S3C --json sync notes; echo --next--
        mount -o remount,size=200m $DATA || exit 9
        $S3C --json sync notes; echo --next--
        $S3C --json sync notes; echo --next--
        rm -rf $HOME/kept && cp -a $DATA $HOME/kept";
    let Some(ended) = s3c.with_mounts(script).await else { return };
    let [stopped, healed, last] = &parts(&ended)[..] else { panic!("{ended:#?}") };
    assert_eq!(stopped["run"]["state"], "failed");
    let full = json!([507, "disk_full", "The disk is full", "Free some space, then sync again"]);
    assert_eq!(triad(&ended.error(0)), full, "{ended:#?}");
    assert_eq!((&healed["run"]["state"], &healed["run"]["failed"]), (&json!("completed"), &json!(0)));
    assert!(healed["run"]["sent"].as_u64().unwrap() < 200, "what was sent before stays sent: {healed}");
    assert_eq!((&last["run"]["sent"], &last["run"]["removed"]), (&json!(0), &json!(0)));
    let desired = desired(&server, BUCKET, |_| Some("u1".into()));
    let wrong = differences(&s3c.home().join("kept"), &desired);
    assert!(wrong.is_empty(), "{} differences, {:.300}", wrong.len(), wrong[0]);
}

#[tokio::test]
async fn a_damaged_state_file_is_set_aside_and_the_same_connection_goes_on_where_it_was() {
    let server = MemoryS3::start().await;
    (0..20).for_each(|note| server.put(BUCKET, &format!("users/u1/{note}.md"), format!("text {note}")));
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    s3c.answer(&["sync", "notes"]).await;
    let (folder, state) = (s3c.home().join("s3c"), s3c.home().join("s3c/state.db"));
    assert!(!folder.join("state.db-wal").exists(), "an orderly end leaves no log behind");
    std::fs::write(&state, "this was a database once").unwrap();
    assert_eq!(s3c.answer(&["connections", "list"]).await, json!({"connections": []}));
    let aside = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let aside: Vec<_> = aside.filter(|path| path.to_string_lossy().contains("damaged-")).collect();
    assert_eq!(std::fs::read_to_string(&aside[0]).unwrap(), "this was a database once");
    s3c.add_notes(&server).await;
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], 0);
    assert_eq!(differences(&folder, &desired(&server, BUCKET, |_| Some("u1".into()))), [""; 0]);
}

#[tokio::test]
async fn a_state_file_of_a_newer_version_is_left_alone() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let state = s3c.home().join("s3c/state.db");
    rusqlite::Connection::open(&state).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = std::fs::read(&state).unwrap();
    let error = s3c.run(&["--json", "sync", "notes"]).await.error(1);
    assert_eq!(
        triad(&error),
        json!([500, "state_newer", "The state file is from a newer version", "Update S3 Connector"])
    );
    assert_eq!(std::fs::read(&state).unwrap(), before);
}
