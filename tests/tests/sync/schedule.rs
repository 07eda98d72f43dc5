use s3_connector_engine::view::{RunState, RunTrigger};
use s3_connector_tests::scene::Scene;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};

/// Makes every connection as old as time: its next run is due.
fn long_ago(scene: &Scene) {
    let state = rusqlite::Connection::open(scene.folder.path().join("state.db")).unwrap();
    state.execute("UPDATE connections SET created_at = 0", []).unwrap();
}

async fn runs(scene: &Scene) -> Vec<s3_connector_engine::view::RunView> {
    scene.engine.run_list(None, 0).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_runs_once_and_is_then_not_due_any_more() {
    let scene = Scene::new(json!({"everyMinutes": 5})).await;
    scene.put("a.md", "heron");
    scene.engine.start_what_is_due().await;
    assert_eq!(runs(&scene).await.len(), 0, "saving a connection uploads nothing by itself");
    long_ago(&scene);
    scene.engine.start_what_is_due().await;
    scene.engine.start_what_is_due().await;
    let started = runs(&scene).await;
    assert_eq!((started.len(), started[0].trigger), (1, RunTrigger::Schedule));
    let run = scene.engine.run_wait(&started[0].id).await.unwrap();
    assert_eq!((run.state, run.sent), (RunState::Completed, 1));
    scene.engine.start_what_is_due().await;
    assert_eq!(runs(&scene).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_hand_only_is_never_due() {
    let scene = Scene::new(json!({"everyMinutes": 0})).await;
    long_ago(&scene);
    scene.engine.start_what_is_due().await;
    assert_eq!(runs(&scene).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_waking_up_a_run_that_is_due_waits_for_the_network_and_then_starts() {
    let scene = Scene::new(json!({})).await;
    scene.put("a.md", "heron");
    // An address where nobody opens yet.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    scene.edit(json!({"everyMinutes": 5, "endpoint": format!("http://{address}")})).await;
    long_ago(&scene);
    scene.engine.start_what_is_due().await;
    assert_eq!(runs(&scene).await.len(), 0, "no failed run for a network that is only late");

    let server = scene.server.endpoint().trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind(address).await.unwrap();
    let network = tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let mut to = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut from, &mut to).await });
        }
    });
    scene.engine.start_what_is_due().await;
    let started = runs(&scene).await;
    assert_eq!(started.len(), 1);
    let run = scene.engine.run_wait(&started[0].id).await.unwrap();
    assert_eq!((run.state, run.sent), (RunState::Completed, 1), "{:?}", run.error);
    network.abort();
}
