//! Which way a file goes, and with what beside it.

use s3_connector_engine::view::{ItemOutcome, RunState, RunView};
use s3_connector_tests::scene::Scene;
use s3_connector_tests::supermemory::{Quirks, StoredDocument};
use serde_json::json;

use super::{assert_completed, scene_with};

fn document(scene: &Scene, key: &str) -> StoredDocument {
    let held = scene.held().into_iter().find(|held| held.key == key).unwrap_or_else(|| panic!("{key:?} is not there"));
    scene.supermemory().documents().into_iter().find(|document| document.id == held.remote_id).unwrap()
}

async fn plain() -> Scene {
    scene_with(Quirks::default(), json!({})).await
}

/// The reasons with which files were refused, by key.
async fn refused(scene: &Scene, run: &RunView) -> Vec<(String, String)> {
    let items = scene.engine.run_items(run.id.clone(), Some(ItemOutcome::Refused), 0, 100).await.unwrap().items;
    items.into_iter().map(|item| (item.key, item.detail.unwrap_or_default())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn text_goes_as_text_with_its_tag_its_id_and_what_is_known_of_its_object() {
    let scene = plain().await;
    scene.put("notes/größe.md", "# Größe\nText with ümläuts, 全文 and 😀");
    assert_completed(&scene.sync().await, 1);
    let document = document(&scene, "notes/größe.md");
    assert_eq!((document.content.as_str(), &document.file), ("# Größe\nText with ümläuts, 全文 and 😀", &None));
    assert_eq!(document.tags, ["shared"]);
    let id = document.custom_id.unwrap();
    assert!(id.len() == 43 && id.starts_with("s3-") && id[3..].bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    let object = scene.server.object("user-files", "notes/größe.md").unwrap();
    let known = &document.metadata;
    assert_eq!((&known["bucket"], &known["etag"]), (&json!("user-files"), &json!(format!("\"{}\"", object.etag))));
    assert_eq!(known["connection"], json!(scene.connection.id));
    assert_eq!(known["size"], json!(object.bytes.len()));
    assert!(
        known["lastModified"].as_str().is_some_and(|time| time.starts_with("20") && time.ends_with('Z')),
        "{known:?}"
    );
    assert_eq!(document.filepath.as_deref(), Some("/notes/größe.md"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_text_goes_as_a_file_with_its_types_and_without_its_key_as_a_name() {
    let scene = plain().await;
    let bytes = |head: &[u8]| [head, &[0xff, 0xfe, 0x80]].concat();
    scene.put("a/report ü.pdf", bytes(b"%PDF-1.4 "));
    scene.put("a/photo.png", bytes(b"\x89PNG "));
    scene.put("a/voice.mp3", bytes(b"ID3"));
    scene.put("a/film.mp4", bytes(b"\0\0\0ftyp"));
    scene.put("a/latin-1.txt", b"gr\xfc\xdfe".to_vec());
    assert_completed(&scene.sync().await, 5);
    let file = |key: &str| document(&scene, key).file.unwrap();
    let types = |key: &str| (file(key).file_type, file(key).mime_type);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(types("a/photo.png"), (text("image"), text("image/png")));
    assert_eq!(types("a/film.mp4"), (text("video"), text("video/mp4")));
    assert!(types("a/voice.mp3").1.is_some_and(|mime| mime.starts_with("audio/")));
    for key in ["a/report ü.pdf", "a/photo.png", "a/voice.mp3", "a/film.mp4", "a/latin-1.txt"] {
        let file = file(key);
        let object = scene.server.object("user-files", key).unwrap();
        assert_eq!(file.size, object.bytes.len(), "{key}");
        let name = file.name.unwrap();
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)), "{name}");
        assert!(!key.contains(name.split('.').next().unwrap()), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_of_more_than_a_megabyte_goes_as_a_text_file() {
    let scene = plain().await;
    for (key, size) in [("small.txt", 1_000_000), ("large.txt", 1_000_001), ("wide.txt", 600_000)] {
        let letter = if key == "wide.txt" { "ü" } else { "a" };
        scene.put(key, letter.repeat(size));
    }
    assert_completed(&scene.sync().await, 3);
    assert_eq!(document(&scene, "small.txt").file, None);
    for key in ["large.txt", "wide.txt"] {
        assert_eq!(document(&scene, key).file.and_then(|file| file.file_type).as_deref(), Some("text"), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_only_an_address_is_sent_so_that_nobody_fetches_it() {
    let scene = plain().await;
    let addresses = [
        "https://example.com/a",
        " http://example.com/b?c=d#e \r\n",
        "HTTPS://EXAMPLE.COM",
        "https://user:pw@host:1/x",
    ];
    for (number, address) in addresses.into_iter().enumerate() {
        scene.put(&format!("{number}.txt"), address);
    }
    scene.put("talk.txt", "see https://example.com/a");
    assert_completed(&scene.sync().await, 5);
    for (number, address) in addresses.into_iter().enumerate() {
        let document = document(&scene, &format!("{number}.txt"));
        assert_eq!((document.content.as_str(), document.file.is_some()), (address, true));
    }
    assert_eq!(document(&scene, "talk.txt").file, None);
    // Had one been fetched, the server would not be clean.
    scene.supermemory().assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_text_is_refused_here_with_its_reason_and_not_sent_again() {
    let scene = plain().await;
    scene.put("nul.txt", "a\0b");
    scene.put("blank.txt", " \n\t ");
    scene.put("empty.txt", "");
    scene.put("good.txt", "words");
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.skipped, run.failed), (RunState::Completed, 1, 3, 0), "{:?}", run.error);
    let reasons = refused(&scene, &run).await;
    assert_eq!(reasons.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["blank.txt", "nul.txt"]);
    assert!(reasons.iter().all(|(_, reason)| reason.len() > 10), "{reasons:?}");
    scene.supermemory().forget_seen();
    scene.server.forget_seen();
    assert_completed(&scene.sync().await, 0);
    assert!(scene.supermemory().seen().iter().all(|seen| !seen.operation.is_write()));
    assert!(!scene.server.operations().contains(&"GetObject".to_owned()), "what was refused is not read again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_there_can_read_and_what_is_too_large_is_left_out_unread() {
    let scene = plain().await;
    for key in ["a.zip", "b.exe", "c.ttf", "d.iso", "e.tar.gz"] {
        scene.put(key, "something");
    }
    scene.put("large.txt", vec![b'a'; 50_000_001]);
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent, run.skipped), (RunState::Completed, 0, 6), "{:?}", run.error);
    assert!(!scene.server.operations().contains(&"GetObject".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_goes_along_where_the_key_is_one() {
    let scene = plain().await;
    let long = format!("dir/{}.md", "k".repeat(300));
    let keys = [
        ("dir/x.md", Some("/dir/x.md")),
        ("x.md", Some("/x.md")),
        ("a//b.md", None),
        ("/lead.md", None),
        ("dir/no-extension", None),
        ("profile.md", None),
        ("dir/\u{1}.md", None),
        (&long, None),
    ];
    keys.iter().for_each(|(key, _)| scene.put(key, format!("words of {key}")));
    assert_completed(&scene.sync().await, keys.len() as u64);
    for (key, path) in keys {
        assert_eq!(document(&scene, key).filepath.as_deref(), path, "{key:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_is_kept_with_its_reason_until_it_changes_or_a_person_asks_again() {
    use s3_connector_tests::supermemory::{Fault, On};

    for flat in [false, true] {
        let scene = scene_with(Quirks { flat_complaints: flat, ..Quirks::default() }, json!({})).await;
        let body = if flat {
            json!({"error": "Invalid request", "details": "The heron is not welcome"})
        } else {
            json!({"success": false, "data": {"content": "heron"}, "error": [{"path": ["content"], "message": "The heron is not welcome"}]})
        };
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let refusal = Fault::Reply { status: 400, headers, body: body.to_string() };
        scene.supermemory().fail_always(On::Having("heron".into()), refusal);
        scene.put("bad.md", "a heron");
        scene.put("good.md", "an owl");
        let run = scene.sync().await;
        assert_eq!((run.state, run.sent, run.failed), (RunState::Completed, 1, 0), "{:?}", run.error);
        let reasons = refused(&scene, &run).await;
        assert!(reasons[0].1.contains("The heron is not welcome"), "{reasons:?}");
        scene.supermemory().forget_seen();
        assert_completed(&scene.sync().await, 0);
        let puts = |scene: &Scene| scene.supermemory().seen().iter().filter(|seen| seen.operation.is_write()).count();
        assert_eq!(puts(&scene), 0);
        scene.supermemory().heal();
        let run = scene.engine.sync_retry(scene.connection.id.clone(), vec!["bad.md".into()]).await.unwrap();
        assert_completed(&scene.engine.run_wait(&run.id).await.unwrap(), 1);
        assert_eq!((puts(&scene), document(&scene, "bad.md").content.as_str()), (1, "a heron"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_small_files_arrive_each_under_its_own_id_whatever_the_order_of_answers() {
    for quirks in [Quirks::default(), Quirks { batch_answers_accepted_first: true, ..Quirks::default() }] {
        let scene = super::scene(quirks).await;
        scene.supermemory().set(|quirks| quirks.batch_refuses = Some("words of 7".into()));
        super::fill(&scene, 60);
        let run = scene.sync().await;
        let there = scene.supermemory().documents();
        // Refused inside a batch or taken one by one: in no case does a document pass for another one.
        assert!(matches!(run.state, RunState::Completed | RunState::PartlyCompleted), "{:?}", run.error);
        assert!(there.len() >= 59, "{}", there.len());
        for document in &there {
            let key = document.metadata["key"].as_str().unwrap();
            let note: usize = key[key.len() - 5..key.len() - 3].parse().unwrap();
            assert_eq!((document.content.clone(), key), (format!("first words of {note}"), super::key(note).as_str()));
        }
        let rows: std::collections::BTreeMap<_, _> = s3_connector_tests::held::rows(scene.folder.path())
            .into_iter()
            .filter_map(|(id, remote_id, _)| Some((id, remote_id?)))
            .collect();
        for document in &there {
            assert_eq!(rows.get(document.custom_id.as_ref().unwrap()), Some(&document.id));
        }
        scene.supermemory().set(|quirks| quirks.batch_refuses = None);
    }
}
