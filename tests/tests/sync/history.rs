use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{ConnectionState, ItemOutcome, RunState, SyncOptions};
use s3_connector_tests::memory_s3::{Fault, On};
use s3_connector_tests::scene::{Scene, totals};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_sends_a_few_documents_of_every_kind_and_the_next_sync_the_rest() {
    let scene = Scene::new(json!({"containerTagRegex": "^(?<team>[a-z]+)/"})).await;
    for i in 0..30 {
        scene.put(&format!("aaa/{i:02}.md"), format!("heron {i}"));
    }
    scene.put("bbb/x.md", "heron b");
    scene.put("ccc/y.txt", "heron c");
    let trial = SyncOptions { trial: Some(5), ..SyncOptions::default() };
    let run = scene.sync_with(trial).await;
    assert_eq!((run.state, run.sent, run.trial), (RunState::Completed, 5, Some(5)));
    let found = scene.found("heron").await;
    assert!(found.contains(&"bbb/x.md".into()) && found.contains(&"ccc/y.txt".into()), "{found:?}");
    let shown = scene.shown().await;
    assert_eq!((shown.state, shown.last_complete_at), (ConnectionState::PartlyDone, None), "a trial is not the whole");
    assert_eq!(totals(&scene.preview().await), [27, 0, 0, 5, 0, 0, 0]);
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.trial), (RunState::Completed, 27, None));
    assert_eq!(scene.shown().await.state, ConnectionState::UpToDate);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_file_waits_until_a_person_asks_for_it_again() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.md", "heron");
    scene.put("blank.txt", " \n ");
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.skipped), (RunState::Completed, 1, 1));
    scene.server.forget_seen();
    assert_eq!(scene.sync().await.skipped, 1);
    assert!(!scene.server.operations().contains(&"GetObject".to_owned()), "it is not read again by itself");

    let id = scene.connection.id.clone();
    let nothing = scene.engine.sync_retry(id.clone(), vec!["a.md".into()]).await.map(|_| ()).unwrap_err();
    assert_eq!(nothing.code, ErrorCode::InvalidRequest);
    for keys in [vec!["blank.txt".to_owned()], vec![]] {
        scene.server.forget_seen();
        let run = scene.engine.sync_retry(id.clone(), keys).await.unwrap();
        let run = scene.engine.run_wait(&run.id).await.unwrap();
        assert_eq!((run.state, run.sent, run.failed), (RunState::Completed, 0, 0));
        let refused = scene.engine.run_items(run.id, Some(ItemOutcome::Refused), 0, 0).await.unwrap();
        assert_eq!(refused.items.iter().map(|item| item.key.as_str()).collect::<Vec<_>>(), ["blank.txt"]);
        assert_eq!(scene.server.operations().iter().filter(|o| *o == "GetObject").count(), 1);
    }
    scene.server.forget_seen();
    scene.sync().await;
    assert!(!scene.server.operations().contains(&"GetObject".to_owned()), "one yes is one try");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_listed_page_by_page() {
    let scene = Scene::new(json!({})).await;
    (0..25).for_each(|i| scene.put(&format!("{i:02}.md"), format!("heron {i}")));
    scene.sync().await;
    let (mut after, mut keys) = (None, Vec::new());
    loop {
        let page = scene.engine.document_list(scene.connection.id.clone(), after, 10).await.unwrap();
        keys.extend(page.documents.into_iter().map(|document| document.key));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    keys.sort();
    assert_eq!(keys, (0..25).map(|i| format!("{i:02}.md")).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_passing_trouble_the_schedule_tries_again_soon() {
    let scene = Scene::new(json!({"everyMinutes": 240})).await;
    scene.put("a.md", "heron");
    scene.server.fail_always(On::List, Fault::Hangup);
    let soon = |shown: &s3_connector_engine::view::ConnectionView| {
        (shown.next_due_at.unwrap() - shown.last_run.as_ref().unwrap().finished_at.unwrap()) / 60_000
    };
    for minutes in [1, 2, 5] {
        let run = scene.sync().await;
        assert_eq!(run.error.map(|error| error.code), Some(ErrorCode::Unreachable));
        assert_eq!(soon(&scene.shown().await), minutes);
    }
    scene.server.heal();
    scene.sync().await;
    assert!((238..=242).contains(&soon(&scene.shown().await)), "and then in its own time again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_library_is_filled_again_and_a_lost_state_file_is_read_from_the_library() {
    let mut scene = Scene::new(json!({})).await;
    (0..10).for_each(|i| scene.put(&format!("{i:02}.md"), format!("heron {i}")));
    scene.sync().await;
    let old_id = scene.connection.id.clone();

    scene.lose("state.db").await;
    scene.add_again().await;
    assert_eq!(scene.connection.id, old_id, "the documents have their owner again");
    scene.server.forget_seen();
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent), (RunState::Completed, 0));
    assert!(!scene.server.operations().contains(&"GetObject".to_owned()), "nothing is read or sent twice");
    assert_eq!(scene.documents().await, 10);

    scene.lose("library.db").await;
    let report = scene.engine.connection_audit(old_id).await.unwrap();
    assert_eq!((report.held, report.missing), (0, 10));
    assert_eq!(scene.sync().await.sent, 10);
    assert_eq!(scene.found("heron").await.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_were_kept_on_purpose_are_nobodys() {
    let mut scene = Scene::new(json!({})).await;
    scene.put("a.md", "heron");
    scene.sync().await;
    let old_id = scene.connection.id.clone();
    scene.engine.connection_delete(old_id.clone(), true).await.unwrap();
    scene.add_again().await;
    assert_ne!(scene.connection.id, old_id);
}
