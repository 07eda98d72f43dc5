use std::path::Path;

use s3_connector_engine::view::{PlanFilter, PlanOrder, SavedFile};
use s3_connector_tests::scene::Scene;
use serde_json::json;

async fn export(scene: &Scene, folder: &Path, filter: PlanFilter) -> (SavedFile, String) {
    let id = scene.connection.id.clone();
    let file = scene.engine.preview_export_to(folder, id, filter).await.unwrap();
    let text = std::fs::read_to_string(&file.path).unwrap();
    (file, text)
}

/// Key and size of each line.
fn keys_and_sizes(text: &str) -> Vec<String> {
    text.lines().skip(1).map(|line| line.split(',').take(2).collect::<Vec<_>>().join(",")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_written_for_a_spreadsheet_and_no_key_is_a_formula() {
    let scene = Scene::new(json!({"name": "Tenant files"})).await;
    scene.put("=cmd|' /C calc'!A1.md", "heron");
    scene.put("a, \"b\".md", "heron of b");
    scene.put("empty.md", "");
    scene.preview().await;
    let folder = tempfile::tempdir().unwrap();
    let (file, text) = export(&scene, folder.path(), PlanFilter::default()).await;
    assert_eq!(file.name, "preview-of-tenant-files.csv");
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines[0], "\u{feff}Key,Size in bytes,Modified,Tag,What happens,Why");
    assert!(lines[1].starts_with("'=cmd|' /C calc'!A1.md,5,20"), "{}", lines[1]);
    assert!(lines[1].ends_with("Z,shared,new,"), "{}", lines[1]);
    assert!(lines[2].starts_with("\"a, \"\"b\"\".md\",10,"), "{}", lines[2]);
    assert!(lines[3].ends_with("Z,shared,skipped,The file is empty"), "{}", lines[3]);
    assert_eq!((lines.len(), lines[4]), (5, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_filtered_is_written_in_its_order_and_never_over_another_file() {
    let scene = Scene::new(json!({})).await;
    for (key, size) in [("a.md", 2), ("b.txt", 9), ("c.md", 4)] {
        scene.put(key, "x".repeat(size));
    }
    scene.preview().await;
    let folder = tempfile::tempdir().unwrap();
    let filter =
        PlanFilter { text: ".MD".into(), order: PlanOrder::Size, descending: true, offset: 1, ..PlanFilter::default() };
    let (first, text) = export(&scene, folder.path(), filter).await;
    assert_eq!(keys_and_sizes(&text), ["c.md,4", "a.md,2"], "from the first row, wherever the window stands");
    let (second, all) = export(&scene, folder.path(), PlanFilter::default()).await;
    assert_eq!((first.name.as_str(), second.name.as_str()), ("preview-of-files.csv", "preview-of-files (2).csv"));
    assert_eq!(keys_and_sizes(&all), ["a.md,2", "b.txt,9", "c.md,4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_rows_than_a_page_has_are_all_written() {
    let scene = Scene::new(json!({"documentLimit": 1})).await;
    (0..12_000).for_each(|i| scene.put(&format!("{i:05}.md"), "heron"));
    scene.preview().await;
    let folder = tempfile::tempdir().unwrap();
    let (_, text) = export(&scene, folder.path(), PlanFilter::default()).await;
    assert_eq!(text.lines().count(), 12_001);
    assert!(text.lines().last().unwrap().starts_with("11999.md,"));
}
