//! Objects that are too large for the memory: they lie on the disk while they are on their way.

use std::collections::BTreeSet;

use s3_connector_engine::content::IN_MEMORY;
use s3_connector_engine::view::RunState;
use s3_connector_tests::memory_s3::{self, StoredObject};
use s3_connector_tests::scene::{BUCKET, Scene};
use s3_connector_tests::supermemory::{Fault, FileMeta, On, Operation, Quirks};
use sha2::{Digest, Sha256};

use super::{assert_completed, assert_exact, scene};

const KEY: &str = "users/u1/scan.pdf";

/// Bytes that are no text, and differ everywhere.
fn scan(length: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n\xff\xfe".to_vec();
    bytes.extend((bytes.len() as u32..length as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
    bytes
}

/// The only file that is there.
fn file(scene: &Scene) -> FileMeta {
    let mut documents = scene.supermemory().documents();
    assert_eq!(documents.len(), 1);
    documents.remove(0).file.expect("it was sent as a file")
}

fn assert_holds(scene: &Scene, bytes: &[u8]) {
    let file = file(scene);
    assert_eq!((file.size, file.sha256), (bytes.len(), hex::encode(Sha256::digest(bytes))));
}

/// How long the body of each upload was said to be.
fn uploads(scene: &Scene) -> Vec<String> {
    let uploads = scene.supermemory().seen().into_iter().filter(|seen| seen.operation == Operation::UploadFile);
    let length = |headers: Vec<(String, String)>| headers.into_iter().find(|(name, _)| name == "content-length");
    uploads.map(|seen| length(seen.headers).expect("a length").1).collect()
}

fn files(scene: &Scene) -> BTreeSet<String> {
    let names = std::fs::read_dir(scene.folder.path()).unwrap();
    names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_arrives_byte_for_byte() {
    let scene = scene(Quirks::default()).await;
    let bytes = scan(12_000_000);
    scene.put(KEY, bytes.clone());
    assert_completed(&scene.sync().await, 1);
    assert_holds(&scene, &bytes);
    let file = file(&scene);
    assert_eq!((file.name.as_deref(), file.file_type.as_deref()), (Some("document.pdf"), Some("pdf")));
    // The same bytes under a new version are known by the hash that was taken while they came.
    let object = StoredObject { etag: "another".to_owned(), ..StoredObject::new(bytes) };
    scene.server.put_object(BUCKET, KEY, object);
    assert_completed(&scene.sync().await, 0);
    assert_eq!(uploads(&scene).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_text_is_found_to_be_one_in_pieces_and_arrives_as_it_is() {
    let scene = scene(Quirks::default()).await;
    for (user, length) in [("u0", IN_MEMORY - 1), ("u1", IN_MEMORY), ("u2", IN_MEMORY + 1), ("u3", 3 * IN_MEMORY + 1)] {
        // No piece ends where a character does.
        let text = format!(".{}", "汉字 ".repeat(length / 7 + 1));
        let end = (0..=length).rev().find(|end| text.is_char_boundary(*end)).unwrap();
        scene.put(&format!("users/{user}/a.csv"), &text[..end]);
    }
    assert_completed(&scene.sync().await, 4);
    assert_exact(&scene);
    for document in scene.supermemory().documents() {
        let file = document.file.expect("texts over a megabyte are files");
        assert_eq!((file.name.as_deref(), file.file_type.as_deref()), (Some("document.csv"), Some("text")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_supermemory_does_not_take_is_refused_however_large_it_is() {
    let scene = scene(Quirks::default()).await;
    scene.put("users/u1/blank.txt", " ".repeat(2 * IN_MEMORY));
    scene.put("users/u1/nul.txt", format!("{}\0", "words ".repeat(IN_MEMORY / 2)));
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, scene.supermemory().document_count()), (RunState::Completed, 0, 0));
    for (key, word) in [("users/u1/blank.txt", "white space"), ("users/u1/nul.txt", "NUL")] {
        let refusal = scene.why(key).await.documents.remove(0).refusal.expect("a refusal");
        assert!(refusal.contains(word), "{refusal}");
    }
    assert_eq!(scene.supermemory().seen().iter().filter(|seen| seen.operation.is_write()).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_again_sends_the_same_bytes_from_the_start() {
    let scene = scene(Quirks::default()).await;
    let bytes = scan(3 * IN_MEMORY + 7);
    scene.put(KEY, bytes.clone());
    scene.supermemory().fail(2, On::Write, Fault::TooManyRequests(Some(0)));
    assert_completed(&scene.sync().await, 1);
    assert_holds(&scene, &bytes);
    let uploads = uploads(&scene);
    assert!(uploads.len() == 3 && uploads.iter().all(|length| *length == uploads[0]), "{uploads:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nobody_answered_for_sure_comes_again_with_the_next_run() {
    let mut scene = scene(Quirks::default()).await;
    let bytes = scan(2 * IN_MEMORY);
    scene.put(KEY, bytes.clone());
    for fault in [Fault::Status(503), Fault::Hangup] {
        scene.supermemory().fail(1, On::Write, fault);
        let run = scene.sync().await;
        assert_eq!((run.failed, run.sent), (1, 0), "{:?}", run.error);
        scene.later(11).await;
    }
    assert_completed(&scene.sync().await, 1);
    assert_holds(&scene, &bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_breaks_off_begins_again_and_nothing_of_it_is_mixed_in() {
    let scene = scene(Quirks::default()).await;
    let bytes = scan(5 * IN_MEMORY);
    scene.put(KEY, bytes.clone());
    scene.server.fail(2, memory_s3::On::Get, memory_s3::Fault::CutBody);
    assert_completed(&scene.sync().await, 1);
    assert_holds(&scene, &bytes);
}

/// What has no name is gone with the process, however it ends.
#[tokio::test(flavor = "multi_thread")]
#[cfg(unix)]
async fn the_data_folder_shows_nothing_of_an_object_on_its_way() {
    let scene = scene(Quirks::default()).await;
    scene.put("users/u1/small.md", "a first word");
    assert_completed(&scene.sync().await, 1);
    let before = files(&scene);
    scene.put(KEY, scan(2 * IN_MEMORY));
    let gate = scene.supermemory().hold(On::Write);
    let run = scene.engine.sync_start(scene.connection.id.clone(), Default::default()).await.unwrap();
    gate.arrived(1).await;
    assert_eq!(files(&scene), before);
    gate.open();
    assert_completed(&scene.engine.run_wait(&run.id).await.unwrap(), 1);
    assert_eq!(files(&scene), before);
}
