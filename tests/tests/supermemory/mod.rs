//! Supermemory as the destination: a real engine, real S3 bytes, and the fake that stands for Supermemory; and the fake
//! itself.

mod answers;
mod bases;
mod fake;
mod large;
mod lifecycle;
mod network;
mod randomly;
mod removals;
mod routes;
mod secrets;

use s3_connector_engine::view::{RunState, RunView};
use s3_connector_tests::scene::Scene;
use s3_connector_tests::supermemory::{FakeSupermemory, Quirks};
use serde_json::{Value, json};

/// The rule that the tests use.
const RULE: &str = "users/(?<userId>[^/]+)/";

fn tag_of(key: &str) -> Option<String> {
    key.split('/').nth(1).map(str::to_owned)
}

fn key(note: usize) -> String {
    format!("users/u{}/{note:02}.md", note % 3)
}

/// A scene with the rule, whose documents go as soon as their objects do, to a server that behaves like this.
async fn scene(quirks: Quirks) -> Scene {
    scene_with(quirks, json!({"containerTagRegex": RULE, "onGone": "remove"})).await
}

async fn scene_with(quirks: Quirks, fields: Value) -> Scene {
    Scene::with_supermemory(FakeSupermemory::with(quirks), fields).await
}

/// Puts so many notes into the bucket.
fn fill(scene: &Scene, notes: usize) {
    (0..notes).for_each(|note| scene.put(&key(note), format!("first words of {note}")));
}

fn assert_completed(run: &RunView, sent: u64) {
    assert_eq!((run.state, run.sent, &run.error), (RunState::Completed, sent, &None));
}

fn assert_exact(scene: &Scene) {
    let wrong = scene.differences(tag_of);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Looks until nothing waits any more; says how often.
async fn settle_all(scene: &Scene) -> usize {
    for look in 1..=200 {
        if scene.settle().await == 0 {
            return look;
        }
    }
    panic!("documents still wait: {:#?}", scene.held());
}
