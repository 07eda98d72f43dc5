//! What is wrong now, cause by cause: when a card is there, what it says, and that it goes with its trouble.

use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{RunItems, RunState, SyncOptions, TroubleCause, TroubleFix, TroubleKind, TroubleView};
use s3_connector_tests::memory_s3::{Fault, On, Rights};
use s3_connector_tests::scene::{BUCKET, Scene};
use serde_json::json;

async fn troubles(scene: &Scene) -> Vec<TroubleView> {
    scene.engine.trouble_list().await.unwrap()
}

async fn files(scene: &Scene, cause: &TroubleCause) -> Vec<String> {
    let RunItems { items, total, .. } =
        scene.engine.trouble_files(scene.connection.id.clone(), cause.clone(), 0, 0).await.unwrap();
    assert_eq!(items.len() as u64, total);
    items.into_iter().map(|item| item.key).collect()
}

async fn retry(scene: &Scene, cause: &TroubleCause) -> s3_connector_engine::view::RunView {
    let run = scene.engine.trouble_retry(scene.connection.id.clone(), cause.clone()).await.unwrap();
    scene.engine.run_wait(&run.id).await.unwrap()
}

fn denied(key: &str) -> (On, Fault) {
    (On::Key(key.into()), Fault::s3_error(403, "AccessDenied", "not this one"))
}

fn unread(scene: &Scene, keys: &[usize]) {
    for key in keys {
        let (on, fault) = denied(&format!("{key:02}.md"));
        scene.server.fail_always(on, fault);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_cannot_be_read_are_one_card_until_they_can() {
    let scene = Scene::new(json!({})).await;
    (0..40).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    assert_eq!(troubles(&scene).await, []);
    unread(&scene, &[7, 21, 33]);
    let run = scene.sync().await;
    assert_eq!((run.state, run.failed), (RunState::PartlyCompleted, 3));
    let cards = troubles(&scene).await;
    let [card] = cards.as_slice() else { panic!("{cards:?}") };
    let expected = TroubleCause { kind: TroubleKind::NotRead, code: ErrorCode::AccessDenied, reason: None };
    assert_eq!((&card.cause, card.count, card.fix), (&expected, 3, Some(TroubleFix::CopyPolicy)));
    assert_eq!((card.since, card.stopped, card.run_id.as_deref()), (run.started_at, false, Some(run.id.as_str())));
    assert_eq!(files(&scene, &card.cause).await, ["07.md", "21.md", "33.md"]);

    // It goes on: seen since the first run that met it, told by the newest.
    let again = retry(&scene, &card.cause).await;
    let cards = troubles(&scene).await;
    assert_eq!(
        (cards[0].count, cards[0].since, cards[0].run_id.as_deref()),
        (3, run.started_at, Some(again.id.as_str()))
    );

    scene.server.heal();
    unread(&scene, &[21]);
    retry(&scene, &card.cause).await;
    assert_eq!(files(&scene, &card.cause).await, ["21.md"]);
    scene.server.heal();
    assert_eq!(retry(&scene, &card.cause).await.state, RunState::Completed);
    assert_eq!(troubles(&scene).await, []);
    let gone = scene.engine.trouble_retry(scene.connection.id.clone(), card.cause.clone()).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::InvalidRequest, "nothing stands any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_never_looked_at_the_files_takes_no_card_away() {
    let scene = Scene::new(json!({})).await;
    (0..40).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    unread(&scene, &[7]);
    scene.sync().await;
    scene.server.fail_always(On::List, Fault::Hangup);
    assert_eq!(scene.sync().await.state, RunState::Failed);
    let cards = troubles(&scene).await;
    let kinds: Vec<_> = cards.iter().map(|card| (card.cause.kind, card.cause.code)).collect();
    assert_eq!(
        kinds,
        [(TroubleKind::Run, ErrorCode::Unreachable), (TroubleKind::NotRead, ErrorCode::AccessDenied)],
        "the newest first"
    );
    assert!(cards[0].stopped);
    scene.server.heal();
    scene.sync().await;
    assert_eq!(troubles(&scene).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_stops_for_one_cause_is_one_card_and_an_edit_mends_it() {
    let scene = Scene::new(json!({})).await;
    (0..30).for_each(|i| scene.put(&format!("{i:02}.md"), "text"));
    scene.server.allow(scene.server.access_key(), scene.server.secret(), Rights::ListOnly);
    assert_eq!(scene.sync().await.state, RunState::Failed);
    let cards = troubles(&scene).await;
    let [card] = cards.as_slice() else { panic!("{cards:?}") };
    assert_eq!((card.cause.kind, card.cause.code, card.stopped), (TroubleKind::NotRead, ErrorCode::AccessDenied, true));
    scene.server.allow(scene.server.access_key(), "another secret", Rights::Everything);
    scene.sync().await;
    let cards = troubles(&scene).await;
    let run = cards.iter().find(|card| card.cause.kind == TroubleKind::Run).unwrap();
    assert_eq!((run.cause.code, run.fix), (ErrorCode::AuthenticationFailed, Some(TroubleFix::EditConnection)));
    scene.server.allow(scene.server.access_key(), scene.server.secret(), Rights::Everything);
    assert_eq!(scene.sync().await.state, RunState::Completed);
    assert_eq!(troubles(&scene).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_a_card_for_each_reason_and_only_its_own_files_are_retried() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.md", "heron");
    scene.put("blank.txt", " \n ");
    scene.put("white.txt", "\t\n");
    scene.put("broken.pdf", "%PDF-1.4 and nothing after it");
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent), (RunState::Completed, 1));
    let cards = troubles(&scene).await;
    assert_eq!(cards.len(), 2, "{cards:?}");
    assert!(cards.iter().all(|card| card.cause.kind == TroubleKind::Refused && card.run_id.is_none()));
    let blank = cards.iter().find(|card| card.count == 2).unwrap();
    assert_eq!(files(&scene, &blank.cause).await, ["blank.txt", "white.txt"]);

    scene.server.forget_seen();
    retry(&scene, &blank.cause).await;
    let reads = scene.server.operations().iter().filter(|o| *o == "GetObject").count();
    assert_eq!(reads, 2, "the other refusal is left alone");
    assert_eq!(troubles(&scene).await.len(), 2, "they were refused again");

    scene.put("blank.txt", "words at last");
    scene.server.delete(BUCKET, "white.txt");
    scene.server.delete(BUCKET, "broken.pdf");
    scene.sync().await;
    assert_eq!(troubles(&scene).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn reasons_beyond_the_most_frequent_are_one_card() {
    let scene = Scene::new(json!({})).await;
    (0..8).for_each(|i| scene.put(&format!("{i}.md"), format!("heron {i}")));
    scene.sync().await;
    let id = scene.connection.id.clone();
    let mut scene = scene;
    scene
        .restart_after(|folder| {
            let state = rusqlite::Connection::open(folder.join("state.db")).unwrap();
            let changed = state.execute(
                "UPDATE documents SET state = 'rejected', error_code = 'document_refused', error_detail = 'reason ' || key",
                [],
            );
            assert_eq!(changed.unwrap(), 8);
        })
        .await;
    let cards = troubles(&scene).await;
    assert_eq!(cards.len(), 6, "{cards:?}");
    let rest = cards.iter().find(|card| card.cause.reason.is_none()).unwrap();
    assert_eq!(rest.count, 3);
    assert_eq!(files(&scene, &rest.cause).await, ["5.md", "6.md", "7.md"]);
    scene.server.forget_seen();
    let run = scene.engine.trouble_retry(id, rest.cause.clone()).await.unwrap();
    scene.engine.run_wait(&run.id).await.unwrap();
    assert_eq!(scene.server.operations().iter().filter(|o| *o == "GetObject").count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn removals_that_are_held_back_are_a_card_until_a_person_decides() {
    let scene = Scene::new(json!({"onGone": "remove"})).await;
    (0..30).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    scene.sync().await;
    (0..20).for_each(|i| assert!(scene.server.delete(BUCKET, &format!("{i:02}.md"))));
    scene.sync().await;
    let cards = troubles(&scene).await;
    let [card] = cards.as_slice() else { panic!("{cards:?}") };
    assert_eq!((card.cause.code, card.count, card.fix), (ErrorCode::MassRemoval, 20, Some(TroubleFix::ReviewRemovals)));
    let yes = SyncOptions { confirm_removals: Some(20), ..SyncOptions::default() };
    assert_eq!(scene.sync_with(yes).await.removed, 20);
    assert_eq!(troubles(&scene).await, []);
}
