//! Comparing two runs: the net of everything after the one, up to and including the other.

use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{Change, ChangeCounts, CompareFilter, Comparison, LineFilter, RunFilter, RunView};
use s3_connector_tests::memory_s3::{Fault, On};
use s3_connector_tests::scene::{BUCKET, Scene};
use serde_json::json;

async fn compare(scene: &Scene, from: &RunView, to: Option<&RunView>) -> Comparison {
    scene.engine.compare_make(from.id.clone(), to.map(|run| run.id.clone())).await.unwrap()
}

/// Keys of a change, with whether they failed before.
async fn keys(scene: &Scene, made: &Comparison, change: Change) -> Vec<String> {
    let filter = CompareFilter { change: Some(change), ..CompareFilter::default() };
    let page = scene.engine.compare_page(made.comparison_id.clone(), filter).await.unwrap();
    assert_eq!(page.total as usize, page.items.len());
    page.items.into_iter().map(|item| item.key).collect()
}

fn counts(added: u64, changed: u64, removed: u64, failed: u64) -> ChangeCounts {
    ChangeCounts { added, changed, removed, failed }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_is_the_net_of_the_runs_between() {
    let scene = Scene::new(json!({"onGone": "remove"})).await;
    for key in ["a", "b", "c", "d"] {
        scene.put(&format!("{key}.md"), format!("heron {key}"));
    }
    let first = scene.sync().await;
    // Added; changed; changed twice; there and gone again between the two.
    scene.put("e.md", "heron e");
    scene.put("b.md", "heron b anew");
    scene.put("short.md", "heron for a while");
    let second = scene.sync().await;
    scene.put("b.md", "heron b once more");
    scene.server.delete(BUCKET, "c.md");
    scene.server.delete(BUCKET, "short.md");
    scene.put("secret.md", "heron");
    scene.server.fail_always(On::Key("secret.md".into()), Fault::s3_error(403, "AccessDenied", "no"));
    let third = scene.sync().await;

    let made = compare(&scene, &first, Some(&third)).await;
    assert_eq!((made.runs, made.runs_without_lines, made.counts), (2, 0, counts(1, 1, 1, 1)));
    assert_eq!(keys(&scene, &made, Change::Added).await, ["e.md"]);
    assert_eq!(keys(&scene, &made, Change::Changed).await, ["b.md"]);
    assert_eq!(keys(&scene, &made, Change::Removed).await, ["c.md"]);
    assert_eq!(keys(&scene, &made, Change::Failed).await, ["secret.md"]);
    assert_eq!(compare(&scene, &third, Some(&first)).await, made, "named the other way round");

    assert_eq!(compare(&scene, &second, Some(&third)).await.counts, counts(0, 1, 2, 1));
    assert_eq!(compare(&scene, &third, None).await.counts, counts(0, 0, 0, 0), "nothing since");
    scene.sync().await;
    let made = compare(&scene, &third, None).await;
    let page = scene.engine.compare_page(made.comparison_id.clone(), CompareFilter::default()).await.unwrap();
    assert_eq!((page.total, page.items[0].failed_before), (1, true), "it failed in both");
    let stale = scene.engine.compare_page("other".into(), CompareFilter::default()).await.unwrap_err();
    assert_eq!(stale.code, ErrorCode::InvalidRequest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_document_is_changed_and_not_added() {
    let scene = Scene::new(json!({"containerTagRegex": "^(?<team>[a-z]+)/"})).await;
    scene.put("aaa/x.md", "heron");
    let first = scene.sync().await;
    scene.edit(json!({"containerTagRegex": "^[a-z]+/(?<team>[a-z]+)"})).await;
    let second = scene.sync().await;
    assert_eq!(compare(&scene, &first, Some(&second)).await.counts, counts(0, 1, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_says_when_lines_are_gone() {
    let mut scene = Scene::new(json!({})).await;
    scene.put("a.md", "heron");
    let first = scene.sync().await;
    scene.put("b.md", "heron");
    let second = scene.sync().await;
    scene
        .restart_after(|folder| {
            let state = rusqlite::Connection::open(folder.join("state.db")).unwrap();
            assert_eq!(state.execute("DELETE FROM run_items WHERE run = 2", []).unwrap(), 1);
        })
        .await;
    let made = compare(&scene, &first, Some(&second)).await;
    assert_eq!((made.runs, made.runs_without_lines, made.counts), (1, 1, counts(0, 0, 0, 0)));
    let lines = scene.engine.run_lines(second.id, LineFilter::default()).await.unwrap();
    assert!(lines.gone && lines.items.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_filtered_by_text_and_counted_by_outcome() {
    let scene = Scene::new(json!({})).await;
    (0..12).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    scene.put("blank-1.txt", " ");
    let run = scene.sync().await;
    let lines = async |outcome, text: &str| {
        let filter = LineFilter { outcome, text: text.into(), offset: 0, limit: 5 };
        scene.engine.run_lines(run.id.clone(), filter).await.unwrap()
    };
    let all = lines(None, "").await;
    assert_eq!((all.total, all.items.len(), all.counts.sent, all.counts.refused), (13, 5, 12, 1));
    assert!(all.items.iter().filter(|item| item.key.ends_with(".md")).all(|item| item.is_new == Some(true)));
    let some = lines(None, "1").await;
    assert_eq!((some.total, some.counts.sent, some.counts.refused), (4, 3, 1));
    let refused = lines(Some(s3_connector_engine::view::ItemOutcome::Refused), "BLANK").await;
    assert_eq!(refused.items.iter().map(|item| item.key.as_str()).collect::<Vec<_>>(), ["blank-1.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_paged_and_filtered_by_trouble() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.md", "heron");
    for fails in [false, true, false, true, false] {
        if fails {
            scene.server.fail_always(On::List, Fault::Hangup);
        }
        scene.sync().await;
        scene.server.heal();
    }
    let page = async |trouble, offset, limit| {
        let connection_id = Some(scene.connection.id.clone());
        scene.engine.run_page(RunFilter { connection_id, trouble, offset, limit }).await.unwrap()
    };
    let all = page(false, 1, 2).await;
    assert_eq!((all.total, all.items.len()), (5, 2));
    assert!(all.items[0].started_at >= all.items[1].started_at, "newest first");
    let troubled = page(true, 0, 0).await;
    assert_eq!(troubled.total, 2);
    assert!(troubled.items.iter().all(|run| run.error.is_some()));
    let none = RunFilter { connection_id: Some("another".into()), ..RunFilter::default() };
    assert_eq!(scene.engine.run_page(none).await.unwrap().total, 0);
}
