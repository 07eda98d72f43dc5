use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{ConnectionState, PauseLength, RunPhase, RunState, SyncOptions};
use s3_connector_tests::memory_s3::On;
use s3_connector_tests::scene::{Scene, draft};
use s3_connector_tests::wait::eventually;
use serde_json::json;

const DEADLINE: std::time::Duration = std::time::Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_ends_what_runs_and_keeps_the_schedule_away_until_it_is_over() {
    let scene = Scene::new(json!({"everyMinutes": 240})).await;
    (0..40).for_each(|i| scene.put(&format!("{i:02}.md"), format!("owl{i}")));
    let id = scene.connection.id.clone();
    let gate = scene.server.hold(On::Get);
    let run = scene.engine.sync_start(id.clone(), SyncOptions::default()).await.unwrap();
    gate.arrived(1).await;
    let pausing = scene.engine.sync_pause(Some(id.clone()), PauseLength::Hour);
    let opening = async {
        tokio::task::yield_now().await;
        gate.open();
    };
    tokio::join!(pausing, opening).0.unwrap();
    let run = scene.engine.run_wait(&run.id).await.unwrap();
    assert_eq!(run.state, RunState::Cancelled);
    assert!(run.sent < 40, "what was under way finished, the rest did not start");

    let shown = scene.shown().await;
    let until = shown.pause.unwrap().until.unwrap();
    assert_eq!(shown.state, ConnectionState::Paused);
    assert!(shown.next_due_at >= Some(until), "{shown:?}");

    scene.engine.sync_pause(None, PauseLength::UntilResumed).await.unwrap();
    let shown = scene.shown().await;
    assert_eq!((shown.pause.map(|pause| pause.until), shown.next_due_at), (Some(None), None));

    // A person's own "now" is stronger than the pause, which stays.
    assert_eq!(scene.sync().await.state, RunState::Completed);
    assert_eq!(scene.shown().await.state, ConnectionState::Paused);

    scene.engine.sync_resume(Some(id)).await.unwrap();
    let shown = scene.shown().await;
    assert_eq!((shown.pause, shown.state), (None, ConnectionState::UpToDate));
    assert!(shown.next_due_at.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_until_tomorrow_ends_in_the_morning() {
    let scene = Scene::new(json!({})).await;
    scene.engine.sync_pause(None, PauseLength::Tomorrow).await.unwrap();
    let until = scene.shown().await.pause.unwrap().until.unwrap();
    let hours = (until - s3_connector_engine::sync::now()) / 3_600_000;
    assert!((7..=33).contains(&hours), "{hours}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_survives_a_restart() {
    let mut scene = Scene::new(json!({"everyMinutes": 5})).await;
    scene.engine.sync_pause(None, PauseLength::UntilResumed).await.unwrap();
    scene.restart().await;
    assert_eq!(scene.shown().await.state, ConnectionState::Paused);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_connections_sync_at_once_and_the_others_wait_for_their_turn() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.md", "heron");
    for name in ["b", "c", "d", "e"] {
        scene.engine.connection_add(draft(&scene.server, json!({"name": name}))).await.unwrap();
    }
    let gate = scene.server.hold(On::List);
    let runs = scene.engine.sync_start_all().await.unwrap();
    assert_eq!(runs.len(), 5);
    gate.arrived(3).await;
    let phases = || async {
        let views = scene.engine.connection_list().await.unwrap();
        let of = |phase| views.iter().filter(|v| v.progress.as_ref().is_some_and(|p| p.phase == phase)).count();
        (of(RunPhase::Listing), of(RunPhase::Waiting))
    };
    eventually("two runs that wait", DEADLINE, || async { (phases().await == (3, 2)).then_some(()) }).await;
    // One that waits can be cancelled like any other.
    let views = scene.engine.connection_list().await.unwrap();
    let waiting = |v: &&s3_connector_engine::view::ConnectionView| {
        v.progress.as_ref().is_some_and(|p| p.phase == RunPhase::Waiting)
    };
    let waiting = views.iter().find(waiting).unwrap();
    scene.engine.sync_cancel(waiting.id.clone()).await.unwrap();
    let cancelled = scene.engine.run_wait(&waiting.last_run.as_ref().unwrap().id).await.unwrap();
    assert_eq!(cancelled.state, RunState::Cancelled);
    // A trigger for a connection whose run is open is already taken care of.
    let again = scene.engine.sync_start(scene.connection.id.clone(), SyncOptions::default()).await;
    assert_eq!(again.map(|_| ()).unwrap_err().code, ErrorCode::SyncRunning);
    gate.open();
    for run in runs.iter().filter(|run| run.id != cancelled.id) {
        assert_eq!(scene.engine.run_wait(&run.id).await.unwrap().state, RunState::Completed);
    }
}
