//! Removing: exactly one thing by its exact id, never a tag, whatever the server says or leaves out.

use std::time::Duration;

use s3_connector_engine::view::RunState;
use s3_connector_tests::scene::Scene;
use s3_connector_tests::supermemory::{Operation, Quirks, Seen};
use s3_connector_tests::wait::eventually;
use serde_json::{Value, json};

use super::{assert_completed, assert_exact, fill, key, scene, settle_all};

const NOTES: usize = 60;
const GONE: usize = 5;

/// A scene in step, whose bucket then lost some objects.
async fn after_some_are_gone(quirks: Quirks) -> Scene {
    let scene = scene(quirks).await;
    fill(&scene, NOTES);
    assert_completed(&scene.sync().await, NOTES as u64);
    settle_all(&scene).await;
    (0..GONE).for_each(|note| assert!(scene.server.delete("user-files", &key(note))));
    scene.supermemory().forget_seen();
    scene
}

fn deletions(scene: &Scene) -> Vec<Seen> {
    scene.supermemory().seen().into_iter().filter(|seen| seen.operation.is_delete()).collect()
}

/// The server's ids that deletions have named.
fn named(scene: &Scene) -> Vec<String> {
    let of = |seen: &Seen| match seen.operation {
        Operation::DeleteDocument => vec![seen.path.rsplit('/').next().unwrap().to_owned()],
        _ => {
            assert_eq!(seen.body.as_object().unwrap().keys().collect::<Vec<_>>(), ["ids"], "{:?}", seen.body);
            let ids = seen.body["ids"].as_array().into_iter().flatten();
            ids.filter_map(Value::as_str).map(str::to_owned).collect()
        }
    };
    deletions(scene).iter().flat_map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_removed_by_their_ids_there_and_what_others_put_beside_them_stays() {
    let scene = scene(Quirks::default()).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for (tag, custom_id) in [("u0", "theirs"), ("u1", "theirs")] {
        let body = json!({"content": "of somebody else", "containerTag": tag, "customId": custom_id, "metadata": {"bucket": "user-files"}});
        let add =
            client.post(format!("{}/v3/documents", scene.supermemory().url())).bearer_auth(scene.supermemory().key());
        assert!(add.json(&body).send().await.unwrap().status().is_success());
    }
    fill(&scene, NOTES);
    assert_completed(&scene.sync().await, NOTES as u64);
    settle_all(&scene).await;
    let ids: Vec<_> = scene.held().into_iter().filter(|held| (0..GONE).any(|note| held.key == key(note))).collect();
    (0..GONE).for_each(|note| assert!(scene.server.delete("user-files", &key(note))));
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed), (RunState::Completed, GONE as u64), "{:?}", run.error);
    let (mut named, mut expected) = (named(&scene), ids.into_iter().map(|held| held.remote_id).collect::<Vec<_>>());
    named.sort();
    expected.sort();
    assert_eq!(named, expected);
    assert_exact(&scene);

    scene.engine.connection_delete(scene.connection.id.clone(), false).await.unwrap();
    let left: Vec<_> = scene.supermemory().documents().into_iter().map(|document| document.content).collect();
    assert_eq!(left, ["of somebody else", "of somebody else"]);
    scene.supermemory().assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_deletion_that_leaves_some_out_is_finished_whether_it_tells_or_not() {
    for tells in [true, false] {
        let scene = after_some_are_gone(Quirks { bulk_leaves: 2, bulk_tells: tells, ..Quirks::default() }).await;
        for _ in 0..3 {
            assert_eq!(scene.sync().await.state, RunState::Completed);
        }
        assert_exact(&scene);
        assert_eq!(scene.supermemory().document_count(), NOTES - GONE, "tells: {tells}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_already_gone_over_there_is_gone() {
    let scene = after_some_are_gone(Quirks::default()).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for held in scene.held().into_iter().filter(|held| (0..GONE).any(|note| held.key == key(note))) {
        let delete = client.delete(format!("{}/v3/documents/{}", scene.supermemory().url(), held.remote_id));
        assert!(delete.bearer_auth(scene.supermemory().key()).send().await.unwrap().status().is_success());
    }
    let run = scene.sync().await;
    assert_eq!((run.state, run.removed, run.failed), (RunState::Completed, GONE as u64, 0), "{:?}", run.error);
    assert_exact(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retagged_document_leaves_its_old_container_before_anything_is_sent() {
    let scene = after_some_are_gone(Quirks::default()).await;
    scene.edit(json!({"containerTagRegex": "users/[^/]+/(?<userId>[0-9])", "onGone": "remove"})).await;
    scene.supermemory().forget_seen();
    let run = scene.sync().await;
    assert_eq!(run.state, RunState::Completed, "{:?}", run.error);
    let order: Vec<_> = scene.supermemory().seen();
    let last_deletion = order.iter().rposition(|seen| seen.operation.is_delete()).unwrap();
    let first_write = order.iter().position(|seen| seen.operation.is_write()).unwrap();
    assert!(last_deletion < first_write, "a document was sent while another one was under a wrong tag");
    settle_all(&scene).await;
    let wrong = scene.differences(|key| key.split('/').nth(2).and_then(|name| name.get(..1)).map(str::to_owned));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_under_two_tags_is_two_documents_and_only_the_wrong_one_goes() {
    let scene = scene(Quirks::default()).await;
    fill(&scene, 6);
    assert_completed(&scene.sync().await, 6);
    settle_all(&scene).await;
    let before = scene.held();
    // There and back again: what is under the first tag is never mistaken for what is under the second.
    for rule in ["users/[^/]+/(?<userId>[0-9])", super::RULE, "users/[^/]+/(?<userId>[0-9])", super::RULE] {
        scene.edit(json!({"containerTagRegex": rule, "onGone": "remove"})).await;
        assert_completed(&scene.sync().await, 6);
        settle_all(&scene).await;
    }
    assert_exact(&scene);
    let strip = |held: Vec<s3_connector_tests::held::Document>| -> Vec<_> {
        let mut held: Vec<_> = held.into_iter().map(|document| (document.key, document.tag, document.text)).collect();
        held.sort();
        held
    };
    assert_eq!(strip(scene.held()), strip(before));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_was_broken_off_before_its_first_removal_is_gone_on_with_by_itself() {
    let mut scene = scene(Quirks::default()).await;
    fill(&scene, 6);
    assert_completed(&scene.sync().await, 6);
    settle_all(&scene).await;
    scene
        .restart_after(|folder| {
            let state = rusqlite::Connection::open(folder.join("state.db")).unwrap();
            assert_eq!(state.execute("UPDATE connections SET deleting = 'remove'", []).unwrap(), 1);
        })
        .await;
    assert_eq!(scene.supermemory().document_count(), 6, "opening waits for no network");
    scene.engine.start_schedule();
    let gone = async || scene.engine.connection_list().await.unwrap().is_empty().then_some(());
    eventually("the end of the deletion", Duration::from_secs(60), gone).await;
    assert_eq!(scene.supermemory().document_count(), 0);
}
