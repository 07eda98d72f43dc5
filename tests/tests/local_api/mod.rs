//! The documented connector API on this computer, over a real engine and real S3 bytes.

mod access;
mod connections;
mod deleting;
mod documents;
mod keeping;
mod offered;
mod search;
#[cfg(unix)]
mod serve;
mod v5;

use s3_connector_engine::view::RunView;
use s3_connector_tests::local_api::LocalApi;
use s3_connector_tests::scene::Scene;
use serde_json::{Value, json};

/// A scene without its own connection, and the API over it.
async fn empty() -> (Scene, LocalApi) {
    let scene = Scene::new(json!({})).await;
    scene.engine.connection_delete(scene.connection.id.clone(), false).await.unwrap();
    let api = LocalApi::start(&scene.engine, &scene.server).await;
    (scene, api)
}

/// A scene whose connection takes the tag out of the key, with some documents, and the API over it.
async fn tenants() -> (Scene, LocalApi) {
    let rule = json!({"containerTagRegex": "users/(?<userId>[^/]+)/", "containerTags": ["shared"]});
    let scene = Scene::new(rule).await;
    scene.put("users/user-123/documents/notes.md", "# Pelican\n\nThe pelican eats fish.\n");
    scene.put("users/user-456/report.html", "<title>Heron</title><p>The heron eats fish &amp; frogs.</p>");
    scene.put("terms.txt", "Fish are not for sale.");
    assert_eq!(scene.sync().await.sent, 3);
    let api = LocalApi::start(&scene.engine, &scene.server).await;
    (scene, api)
}

/// Waits for the newest run of a connection to end.
async fn ended(scene: &Scene, id: &str) -> RunView {
    let newest = scene.engine.run_list(Some(id.to_owned()), 1).await.unwrap().pop().unwrap();
    scene.engine.run_wait(&newest.id).await.unwrap()
}

/// A field of each row.
fn each<'v>(rows: &'v Value, field: &str) -> Vec<&'v str> {
    rows.as_array().unwrap().iter().map(|row| row[field].as_str().unwrap()).collect()
}
