//! Accepted is not indexed: documents on their way to being searchable, and what may become of them there.

use s3_connector_engine::plan::DocumentState;
use s3_connector_engine::view::{DocumentView, RunState};
use s3_connector_tests::scene::Scene;
use s3_connector_tests::supermemory::{Fault, On, Operation, Pipeline, Quirks, Status};
use serde_json::json;

use super::{assert_completed, assert_exact, fill, key, scene, settle_all};

fn held() -> Quirks {
    Quirks { pipeline: Pipeline::Held, ..Quirks::default() }
}

async fn rows(scene: &Scene, key: &str) -> Vec<DocumentView> {
    scene.why(key).await.documents
}

async fn states(scene: &Scene, key: &str) -> Vec<DocumentState> {
    rows(scene, key).await.into_iter().map(|document| document.state).collect()
}

/// How many deletions came.
fn deletions(scene: &Scene) -> usize {
    scene.supermemory().seen().iter().filter(|seen| seen.operation.is_delete()).count()
}

/// How many writes came.
fn writes(scene: &Scene) -> usize {
    scene.supermemory().seen().iter().filter(|seen| seen.operation.is_write()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_waits_until_it_is_searchable() {
    let scene = scene(held()).await;
    fill(&scene, 5);
    assert_completed(&scene.sync().await, 5);
    assert_eq!((scene.shown().await.waiting, states(&scene, &key(0)).await), (5, vec![DocumentState::Sent]));
    assert_eq!(scene.settle().await, 5);
    assert_eq!(scene.supermemory().work(), 5);
    scene.supermemory().forget_seen();
    assert_eq!(scene.settle().await, 0);
    let asked = scene.supermemory().seen().len();
    assert!(asked <= 6, "{asked} requests for one look at five documents");
    assert_eq!((scene.shown().await.waiting, states(&scene, &key(0)).await), (0, vec![DocumentState::Indexed]));
    assert_exact(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_look_at_many_documents_takes_few_requests() {
    let mut scene = scene(held()).await;
    (0..150).for_each(|note| scene.put(&format!("users/u1/{note:03}.md"), format!("words of {note}")));
    assert_completed(&scene.sync().await, 150);
    scene.supermemory().forget_seen();
    assert_eq!(scene.settle().await, 150);
    let asked = scene.supermemory().seen().len();
    assert!(asked <= 10, "{asked} requests for one look at 150 documents in progress");
    scene.supermemory().work();
    // What many were told is kept for some seconds; a new client asks anew.
    scene.restart().await;
    assert_eq!(scene.settle().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_version_stays_until_the_new_one_is_searchable() {
    let scene = scene(Quirks::default()).await;
    fill(&scene, 3);
    scene.sync().await;
    settle_all(&scene).await;
    scene.supermemory().set(|quirks| quirks.pipeline = Pipeline::Held);
    scene.put(&key(1), "other words of 1");
    assert_completed(&scene.sync().await, 1);
    let of_key = || -> Vec<_> { scene.held().into_iter().filter(|document| document.key == key(1)).collect() };
    assert_eq!(of_key().len(), 2, "what is searchable stays while its successor is not");
    assert_eq!(scene.settle().await, 1);
    assert_eq!(of_key().len(), 2);
    scene.supermemory().work();
    // The look that finds it searchable is the one that lets the old one go; no sync is needed.
    settle_all(&scene).await;
    assert_eq!(of_key().into_iter().map(|document| document.text).collect::<Vec<_>>(), ["other words of 1"]);
    assert_exact(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_twice_while_it_is_processed() {
    let scene = scene(held()).await;
    fill(&scene, 10);
    assert_completed(&scene.sync().await, 10);
    let before = writes(&scene);
    for _ in 0..3 {
        assert_completed(&scene.sync().await, 0);
    }
    assert_eq!(writes(&scene), before);
    // A changed object is another document, and does not touch the one that is processed.
    scene.put(&key(4), "other words of 4");
    assert_completed(&scene.sync().await, 1);
    assert_eq!(scene.supermemory().document_count(), 11);
    scene.supermemory().work();
    settle_all(&scene).await;
    assert_exact(&scene);
    // Dropped writes would have been noticed.
    scene.supermemory().assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_over_there_is_refused_with_its_reason_and_sent_again_only_when_asked() {
    for failure in [None, Some(("errorMessage", "The pages are blank")), Some(("failureReason", "The pages are blank"))]
    {
        let scene = scene(held()).await;
        let told = failure.map(|(field, reason)| (field, reason.to_owned()));
        scene.supermemory().set(|quirks| (quirks.fails_on, quirks.failure) = (Some("words of 2".into()), told));
        fill(&scene, 4);
        assert_completed(&scene.sync().await, 4);
        scene.supermemory().work();
        settle_all(&scene).await;
        let refused = rows(&scene, &key(2)).await.remove(0);
        assert_eq!(refused.state, DocumentState::Rejected);
        let reason = refused.refusal.unwrap();
        assert!(failure.map_or(!reason.is_empty(), |(_, told)| reason.contains(told)), "{reason}");
        let before = writes(&scene);
        assert_completed(&scene.sync().await, 0);
        assert_eq!(writes(&scene), before);

        scene.supermemory().set(|quirks| quirks.fails_on = None);
        let run = scene.engine.sync_retry(scene.connection.id.clone(), vec![key(2)]).await.unwrap();
        assert_completed(&scene.engine.run_wait(&run.id).await.unwrap(), 1);
        scene.supermemory().work();
        settle_all(&scene).await;
        assert_exact(&scene);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_vanishes_after_it_was_accepted_counts_as_failed_once_it_cannot_appear_any_more() {
    let mut scene = scene(held()).await;
    scene.supermemory().set(|quirks| quirks.vanishes_on = Some("words of 2".into()));
    fill(&scene, 4);
    assert_completed(&scene.sync().await, 4);
    scene.supermemory().work();
    assert_eq!(scene.settle().await, 1, "an early 404 says nothing yet");
    scene.later(11).await;
    assert_eq!(scene.settle().await, 0);
    let refused = rows(&scene, &key(2)).await.remove(0);
    assert_eq!(refused.state, DocumentState::Rejected);
    assert!(refused.refusal.is_some_and(|reason| reason.contains("vanished")));
    let before = writes(&scene);
    assert_completed(&scene.sync().await, 0);
    assert_eq!((writes(&scene), scene.supermemory().document_count()), (before, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_cannot_be_seen_at_first_is_waited_for_and_not_sent_again() {
    let scene = scene(held()).await;
    scene.supermemory().set(|quirks| (quirks.invisible_reads, quirks.forgets_what_is_processed) = (3, true));
    fill(&scene, 4);
    assert_completed(&scene.sync().await, 4);
    scene.supermemory().work();
    settle_all(&scene).await;
    assert_completed(&scene.sync().await, 0);
    assert_eq!(scene.supermemory().document_count(), 4);
    assert_exact(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_for_progress_that_nobody_knows_is_progress() {
    let scene = scene(Quirks { progress_word: Some("pondering".into()), ..held() }).await;
    fill(&scene, 3);
    assert_completed(&scene.sync().await, 3);
    assert_eq!(scene.settle().await, 3);
    scene.supermemory().work();
    assert_eq!(scene.settle().await, 0);
    assert_exact(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_processed_when_its_object_is_gone_is_left_alone_and_goes_when_it_is_done() {
    let scene = scene(held()).await;
    fill(&scene, 4);
    scene.sync().await;
    scene.server.delete("user-files", &key(3));
    assert_completed(&scene.sync().await, 0);
    assert_eq!((deletions(&scene), states(&scene, &key(3)).await), (0, vec![DocumentState::Sent]));
    scene.supermemory().work();
    settle_all(&scene).await;
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed), (RunState::Completed, 1), "{:?}", run.error);
    assert_exact(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_is_answered_busy_is_finished_later_without_a_sync() {
    let scene = scene(Quirks::default()).await;
    fill(&scene, 4);
    scene.sync().await;
    settle_all(&scene).await;
    scene.server.delete("user-files", &key(3));
    scene.supermemory().fail_always(On::Delete, Fault::Status(409));
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed), (RunState::Completed, 0), "{:?}", run.error);
    assert!(deletions(&scene) > 0);
    assert_eq!((scene.settle().await, states(&scene, &key(3)).await), (1, vec![DocumentState::Removing]));
    assert_eq!(scene.supermemory().document_count(), 4);
    scene.supermemory().heal();
    assert_eq!(scene.settle().await, 0);
    assert_exact(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_under_a_wrong_tag_that_is_still_processed_goes_as_soon_as_it_is_done() {
    let scene = scene(held()).await;
    fill(&scene, 6);
    scene.sync().await;
    scene.edit(json!({"containerTagRegex": "users/[^/]+/(?<userId>[0-9])", "onGone": "remove"})).await;
    assert_completed(&scene.sync().await, 6);
    assert_eq!((scene.supermemory().document_count(), deletions(&scene)), (12, 0));
    scene.supermemory().work();
    settle_all(&scene).await;
    let wrong = scene.differences(|key| key.split('/').nth(2).and_then(|name| name.get(..1)).map(str::to_owned));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_whose_documents_are_still_processed_is_deleted_to_the_end() {
    let scene = scene(held()).await;
    fill(&scene, 4);
    scene.sync().await;
    let deleted = scene.engine.connection_delete(scene.connection.id.clone(), false).await;
    assert!(scene.supermemory().document_count() > 0);
    scene.supermemory().work();
    // What could not be finished at once is finished by the next look.
    if deleted.is_err() {
        let _ = scene.engine.settle(&scene.connection.id).await;
    }
    assert_eq!(scene.supermemory().document_count(), 0);
    assert!(scene.engine.connection_list().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_server_of_ones_own_that_restarts_all_the_time_ends_with_everything() {
    let mut scene = scene(Quirks::self_hosted(2)).await;
    fill(&scene, 12);
    scene.supermemory().fail(2, On::Operation(Operation::ListProcessing), Fault::Status(503));
    assert_completed(&scene.sync().await, 12);
    let mut looks = 0;
    while scene.supermemory().documents().iter().any(|document| document.status != Status::Done) {
        looks += 1;
        assert!(looks < 200, "no end");
        if looks % 5 == 0 {
            scene.supermemory().restart();
        }
        if looks == 7 {
            scene.restart().await;
        }
        scene.settle().await;
    }
    settle_all(&scene).await;
    assert_exact(&scene);
    assert_completed(&scene.sync().await, 0);
    assert_eq!(scene.supermemory().document_count(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_while_documents_are_processed_is_asked_again() {
    let scene = scene(held()).await;
    fill(&scene, 3);
    scene.sync().await;
    scene.supermemory().stop();
    let error = scene.engine.settle(&scene.connection.id).await.unwrap_err();
    assert_eq!(error.code.name(), "knowledge_base_unreachable", "{error:?}");
    assert_eq!(scene.shown().await.waiting, 3, "no answer is not an answer");
    scene.supermemory().start_again();
    scene.supermemory().work();
    assert_eq!(scene.settle().await, 0);
    assert_exact(&scene);
}
