//! What the server says instead of yes: each with its own code, message and solution, and what becomes of the run.

use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{ItemOutcome, RunState};
use s3_connector_tests::scene::knowledge_base;
use s3_connector_tests::supermemory::{Fault, On, Quirks};
use serde_json::json;

use super::{assert_completed, assert_exact, fill, key, scene, settle_all};

fn html() -> Fault {
    let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
    Fault::Reply { status: 200, headers, body: "<html>Please log in to this network</html>".into() }
}

/// Everything fails like this, and what the run says.
fn cases() -> Vec<(On, Fault, ErrorCode, u16)> {
    let write = || On::Write;
    vec![
        (On::Any, Fault::Status(401), ErrorCode::ApiKeyRejected, 401),
        (write(), Fault::Status(401), ErrorCode::ApiKeyRejected, 401),
        (write(), Fault::Status(402), ErrorCode::CreditsExhausted, 402),
        (write(), Fault::Status(403), ErrorCode::KnowledgeBaseDenied, 403),
        (write(), Fault::TooManyRequests(Some(3600)), ErrorCode::KnowledgeBaseThrottled, 429),
        (write(), Fault::Status(500), ErrorCode::KnowledgeBaseFailed, 502),
        (write(), Fault::Status(503), ErrorCode::KnowledgeBaseFailed, 502),
        (write(), html(), ErrorCode::KnowledgeBaseFailed, 502),
        (write(), Fault::HalfBody, ErrorCode::KnowledgeBaseFailed, 502),
        (write(), Fault::Hangup, ErrorCode::KnowledgeBaseUnreachable, 503),
        (On::Any, Fault::Hangup, ErrorCode::KnowledgeBaseUnreachable, 503),
        (On::Any, html(), ErrorCode::KnowledgeBaseFailed, 502),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_no_has_its_code_message_and_solution_and_one_sync_afterwards_brings_everything() {
    for (on, fault, code, status) in cases() {
        let what = format!("{fault:?} at {on:?}");
        let mut scene = scene(Quirks::default()).await;
        fill(&scene, 4);
        scene.supermemory().fail_always(on, fault);
        let run = scene.sync().await;
        assert_eq!((run.state, run.sent), (RunState::Failed, 0), "{what}: {:?}", run.error);
        let error = run.error.unwrap();
        assert_eq!((error.code, error.status), (code, status), "{what}: {error:?}");
        assert_eq!((error.message.as_str(), error.solution.as_str()), (code.text().message, code.text().solution));
        scene.supermemory().heal();
        let run = scene.sync().await;
        assert_eq!((run.state, &run.error), (RunState::Completed, &None), "{what}");
        settle_all(&scene).await;
        // Puts that nobody answered keep their rows until they can land no more.
        scene.later(11).await;
        assert_completed(&scene.sync().await, 0);
        assert_exact(&scene);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_and_one_without_tls_are_told_apart() {
    let scene = scene(Quirks::default()).await;
    fill(&scene, 2);
    scene.supermemory().stop();
    let run = scene.sync().await;
    assert_eq!(run.error.map(|error| error.code), Some(ErrorCode::KnowledgeBaseUnreachable));
    scene.supermemory().start_again();
    let secure = scene.supermemory().url().replace("http://", "https://");
    let draft = knowledge_base(&secure, scene.supermemory().key());
    let error = scene.engine.knowledge_base_test(draft).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::TlsFailed, "{error:?}");
    assert_completed(&scene.sync().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn credits_that_run_out_stop_the_run_at_once_and_the_next_one_goes_on() {
    let scene = scene(Quirks::default()).await;
    fill(&scene, 80);
    scene.supermemory().set(|quirks| quirks.credits = Some(30));
    let run = scene.sync().await;
    // Some that were taken may have lost their answer to the end of the run.
    assert_eq!((run.state, scene.supermemory().document_count()), (RunState::Failed, 30));
    assert!(run.sent <= 30);
    assert_eq!(run.error.map(|error| error.code), Some(ErrorCode::CreditsExhausted));
    let refused = scene.supermemory().seen().iter().filter(|seen| seen.status == 402).count();
    assert!(refused <= 32, "{refused} requests for one cause");
    scene.supermemory().set(|quirks| quirks.credits = None);
    // Those are found there, or sent once more; it is one document either way.
    let rest = scene.sync().await;
    assert_eq!((rest.state, &rest.error), (RunState::Completed, &None));
    assert!((50..=80 - run.sent).contains(&rest.sent), "{}", rest.sent);
    assert_eq!(scene.supermemory().document_count(), 80);
    settle_all(&scene).await;
    assert_exact(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_the_key_may_not_touch_fails_alone() {
    let scene = scene(Quirks::default()).await;
    fill(&scene, 9);
    scene.supermemory().set(|quirks| quirks.forbidden_tags = ["u1".to_owned()].into());
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.failed), (RunState::PartlyCompleted, 6, 3), "{:?}", run.error);
    assert_eq!(run.error.map(|error| error.code), Some(ErrorCode::KnowledgeBaseDenied));
    scene.supermemory().set(|quirks| quirks.forbidden_tags.clear());
    assert_completed(&scene.sync().await, 3);
    settle_all(&scene).await;
    assert_exact(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_over_there_is_refused_and_not_sent_again() {
    let scene = scene(Quirks::default()).await;
    fill(&scene, 3);
    scene.supermemory().fail_always(On::Having("words of 1".into()), Fault::Status(413));
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.failed), (RunState::Completed, 2, 0), "{:?}", run.error);
    let refused = scene.engine.run_items(run.id, Some(ItemOutcome::Refused), 0, 10).await.unwrap();
    assert_eq!((refused.total, refused.items[0].key.as_str()), (1, key(1).as_str()));
    scene.supermemory().forget_seen();
    assert_completed(&scene.sync().await, 0);
    assert!(scene.supermemory().seen().iter().all(|seen| !seen.operation.is_write()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_wait_is_heeded_and_the_run_completes() {
    let scene = scene(Quirks::default()).await;
    fill(&scene, 12);
    scene.supermemory().fail(3, On::Write, Fault::TooManyRequests(Some(1)));
    scene.supermemory().fail(1, On::Read, Fault::TooManyRequests(Some(1)));
    scene.supermemory().fail(1, On::Read, Fault::Status(503));
    assert_completed(&scene.sync().await, 12);
    settle_all(&scene).await;
    assert_exact(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_gets_lost_is_no_second_document() {
    for fault in [Fault::LostReply, Fault::CutBody, Fault::LandsLate] {
        let mut scene = scene(Quirks::default()).await;
        fill(&scene, 6);
        scene.supermemory().fail(3, On::Write, fault.clone());
        let run = scene.sync().await;
        assert_eq!(run.state, RunState::PartlyCompleted, "{fault:?}: {:?}", run.error);
        scene.supermemory().land().await;
        let run = scene.sync().await;
        assert_eq!((run.state, &run.error), (RunState::Completed, &None), "{fault:?}");
        scene.later(11).await;
        assert_completed(&scene.sync().await, 0);
        assert_eq!(scene.supermemory().document_count(), 6, "{fault:?}");
        assert_exact(&scene);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lands_after_it_should_not_be_there_any_more_is_removed() {
    let mut scene = scene(Quirks::default()).await;
    fill(&scene, 20);
    scene.supermemory().fail(4, On::Write, Fault::LandsLate);
    let run = scene.sync().await;
    assert!(run.failed > 0, "{run:?}");
    // The rule changes while requests of the old one are still under way.
    scene.edit(json!({"containerTagRegex": "users/[^/]+/(?<userId>[0-9])", "onGone": "remove"})).await;
    scene.sync().await;
    assert!(scene.supermemory().land().await > 0);
    scene.sync().await;
    let tag = |key: &str| key.split('/').nth(2).and_then(|name| name.get(..1)).map(str::to_owned);
    let right =
        |scene: &super::Scene| scene.held().iter().all(|document| tag(&document.key).as_ref() == Some(&document.tag));
    assert!(right(&scene), "{:#?}", scene.held());
    scene.later(11).await;
    scene.sync().await;
    let wrong = scene.differences(tag);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
