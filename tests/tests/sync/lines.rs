//! The lines of a run as a table for a spreadsheet.

use std::path::Path;

use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{ItemOutcome, LineFilter, RunView};
use s3_connector_tests::memory_s3::{Fault, On};
use s3_connector_tests::scene::Scene;
use serde_json::json;

async fn exported(scene: &Scene, run: &RunView, folder: &Path, filter: LineFilter) -> (String, String) {
    let file = scene.engine.run_export_to(folder, run.id.clone(), filter).await.unwrap();
    let text = std::fs::read_to_string(&file.path).unwrap();
    (file.name, text)
}

fn keys(text: &str) -> Vec<&str> {
    text.lines().skip(1).filter_map(|line| line.split(',').next()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_a_run_are_written_for_a_spreadsheet_and_no_key_is_a_formula() {
    let scene = Scene::new(json!({"name": "Tenant files", "onGone": "remove"})).await;
    for key in ["changed.md", "gone.md", "kept.md"] {
        scene.put(key, "heron");
    }
    scene.sync().await;
    scene.put("changed.md", "heron again");
    assert!(scene.server.delete("user-files", "gone.md"));
    scene.put("=cmd|' /C calc'!A1.md", "heron");
    scene.put("empty.md", "");
    scene.put("forbidden, \"so\".md", "heron");
    let forbidden = On::Key("forbidden, \"so\".md".to_owned());
    scene.server.fail_always(forbidden, Fault::s3_error(403, "AccessDenied", "Access Denied"));
    let run = scene.sync().await;
    let folder = tempfile::tempdir().unwrap();
    let (name, text) = exported(&scene, &run, folder.path(), LineFilter::default()).await;
    assert_eq!(name, "sync-of-tenant-files.csv");
    let mut lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines.remove(0), "\u{feff}Key,Size in bytes,When,Tag,What happened,Why");
    lines.sort_unstable();
    assert_eq!(lines.remove(0), "");
    let begins = [
        "\"forbidden, \"\"so\"\".md\",5,20",
        "'=cmd|' /C calc'!A1.md,5,20",
        "changed.md,11,20",
        "empty.md,0,20",
        "gone.md,",
    ];
    let ends = ["", "Z,shared,new,", "Z,shared,changed,", ",skipped,The file is empty", ",removed,"];
    assert_eq!(lines.len(), begins.len(), "{text}");
    for ((line, begin), end) in lines.iter().zip(begins).zip(ends) {
        assert!(line.starts_with(begin) && line.ends_with(end), "{line}");
    }
    assert!(lines[0].contains("Z,shared,failed,") && lines[0].contains("forbidden"), "{}", lines[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_looked_for_among_the_lines_is_written_wherever_the_window_stands() {
    let scene = Scene::new(json!({})).await;
    for key in ["a.md", "b.txt", "c.md"] {
        scene.put(key, "heron");
    }
    scene.put("empty.md", "");
    let run = scene.sync().await;
    let folder = tempfile::tempdir().unwrap();
    let sent = LineFilter { outcome: Some(ItemOutcome::Sent), text: ".MD".into(), offset: 1, limit: 1 };
    let (first, text) = exported(&scene, &run, folder.path(), sent).await;
    let mut found = keys(&text);
    found.sort_unstable();
    assert_eq!(found, ["a.md", "c.md"]);
    let (second, text) = exported(&scene, &run, folder.path(), LineFilter::default()).await;
    assert_eq!((first.as_str(), second.as_str()), ("sync-of-files.csv", "sync-of-files (2).csv"));
    assert_eq!(keys(&text).len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_lines_than_a_page_has_are_all_written_each_once() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.md", "heron");
    let run = scene.sync().await;
    // As a run of so many would have written them.
    let state = rusqlite::Connection::open(scene.folder.path().join("state.db")).unwrap();
    let rows = "WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 25000) \
        INSERT INTO run_items (run, number, key, tag, outcome, size, at) \
        SELECT run, n.n, printf('%05d.md', n.n), tag, outcome, size, at FROM n, run_items WHERE number < 2";
    let added = state.execute(rows, []).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (_, text) = exported(&scene, &run, folder.path(), LineFilter::default()).await;
    let mut keys = keys(&text);
    keys.sort_unstable();
    keys.dedup();
    assert_eq!((added, keys.len()), (24_999, 25_000));
}

#[tokio::test]
async fn of_a_run_that_nobody_knows_nothing_is_written() {
    let scene = Scene::new(json!({})).await;
    let folder = tempfile::tempdir().unwrap();
    let unknown = scene.engine.run_export_to(folder.path(), "r0".into(), LineFilter::default()).await.unwrap_err();
    assert_eq!(unknown.code, ErrorCode::InvalidRequest);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
