mod files;
mod kept_plans;
mod recording;

use super::documents::Intent;
use super::*;
use crate::connection::{ConnectionDraft, SecretNeed};
use crate::object::{ETag, ObjectKey, ObjectMeta};
use crate::plan::DocumentState;
use crate::slices::Part;
use crate::tag::ContainerTag;
use crate::view::LineFilter;

fn draft(name: &str) -> crate::connection::Settings {
    let json = serde_json::json!({"name": name, "bucket": "files", "region": "auto", "containerTags": ["t"], "credentials": {"kind": "anonymous"}});
    let draft: ConnectionDraft = serde_json::from_value(json).expect("a draft");
    draft.validate(SecretNeed::Typed).expect("valid").0
}

fn connection(name: &str) -> crate::connection::Connection {
    crate::connection::Connection { id: format!("id-{name}"), created_at: 1, settings: draft(name) }
}

fn object(key: &str, etag: &str) -> ObjectMeta {
    ObjectMeta { key: ObjectKey::new(key), etag: ETag::new(etag), size: 1, modified: Some(5), storage_class: None }
}

fn intent(key: &str, etag: &str) -> Intent {
    let tag = ContainerTag::parse("t").expect("a tag");
    Intent {
        id: format!("s3-{key}-{etag}"),
        key: ObjectKey::new(key),
        etag: ETag::new(etag),
        tag,
        content_hash: None,
        size: 1,
        at: 1,
    }
}

async fn open() -> (tempfile::TempDir, Store, i64) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).expect("opens");
    store.write(|db| connections::insert(db, &connection("one"))).await.expect("inserts");
    let number = store.read(|db| connections::by_id(db, "id-one")).await.expect("is there").number;
    (folder, store, number)
}

async fn keys(store: &Store, number: i64) -> Vec<String> {
    let objects = store.read(move |db| objects::range(db, number, "", None)).await.expect("reads");
    objects.into_iter().map(|o| format!("{}:{}", o.key, o.etag.as_str())).collect()
}

#[tokio::test]
async fn what_lies_outside_a_prefix_is_forgotten_wherever_it_lies() {
    let (_folder, store, number) = open().await;
    let under = ["p/", "p/x", "p/\u{10ffff}", "p/\u{10ffff}\u{10ffff}z"];
    let outside = ["a", "p", "p.", "p\u{1}", "p0", "pé", "q", "\u{10ffff}"];
    let mut all: Vec<&str> = under.into_iter().chain(outside).collect();
    all.sort_unstable();
    let objects: Vec<ObjectMeta> = all.iter().map(|key| object(key, "e")).collect();
    let part = Part { after: String::new(), until: None, objects };
    let forget = |prefix: &'static str| store.write(move |db| objects::forget_outside(db, number, prefix));
    store.write(move |db| objects::record_part(db, number, "", &part)).await.expect("writes");
    forget("").await.expect("writes");
    assert_eq!(keys(&store, number).await.len(), all.len());
    forget("p/").await.expect("writes");
    assert_eq!(keys(&store, number).await, under.map(|key| format!("{key}:e")));
}

#[tokio::test]
async fn a_listing_upserts_what_differs_and_only_a_complete_one_takes_keys_out() {
    let (_folder, store, number) = open().await;
    let list = |pages: Vec<Vec<ObjectMeta>>, complete: bool| {
        store.write(move |db| {
            objects::begin_listing(db, number)?;
            let mut after = String::new();
            let count = pages.len();
            for (i, page) in pages.into_iter().enumerate() {
                let last = page.last().map(|o| o.key.as_str().to_owned());
                let until = if complete && i + 1 == count { None } else { last.clone() };
                let part = Part { after: after.clone(), until, objects: page };
                objects::record_part(db, number, "", &part)?;
                after = last.unwrap_or(after);
            }
            if complete { objects::end_complete_listing(db, number) } else { Ok(()) }
        })
    };
    let page = |keys: &[(&str, &str)]| keys.iter().map(|(k, e)| object(k, e)).collect::<Vec<_>>();
    list(vec![page(&[("a", "1"), ("b", "1")]), page(&[("c", "1"), ("d", "1")])], true).await.expect("lists");
    assert_eq!(keys(&store, number).await, ["a:1", "b:1", "c:1", "d:1"]);
    list(vec![page(&[("b", "2"), ("bb", "1")])], false).await.expect("lists");
    assert_eq!(keys(&store, number).await, ["a:1", "b:2", "bb:1", "c:1", "d:1"]);
    list(vec![page(&[("b", "2")]), page(&[("d", "1")]), vec![]], true).await.expect("lists");
    assert_eq!(keys(&store, number).await, ["b:2", "d:1"]);
}

#[tokio::test]
async fn the_walk_over_keys_merges_objects_and_documents_in_byte_order() {
    let (_folder, store, number) = open().await;
    store
        .write(move |db| {
            let page = vec![object("a//b", "1"), object("a/b", "1"), object("é", "1")];
            objects::record_part(db, number, "", &Part { after: String::new(), until: None, objects: page })?;
            for (key, etag) in [("a/b", "0"), ("a/b", "1"), ("..", "1"), ("z", "1"), ("🦀", "1")] {
                documents::intend(db, number, "library", &intent(key, etag))?;
            }
            Ok(())
        })
        .await
        .expect("writes");
    let page = store.read(move |db| keys::page(db, number, "")).await.expect("reads");
    let shown: Vec<_> = page.iter().map(|k| (k.key.as_str(), k.object.is_some(), k.rows.len())).collect();
    assert_eq!(
        shown,
        [("..", false, 1), ("a//b", true, 0), ("a/b", true, 2), ("z", false, 1), ("é", true, 0), ("🦀", false, 1)]
    );
    assert!(store.read(move |db| keys::page(db, number, "🦀")).await.expect("reads").is_empty());
    let walked = |held: bool| {
        store.read(move |db| {
            let mut all = Vec::new();
            let mut visit = |key: &keys::KeyRow| {
                all.push(key.clone());
                Ok(())
            };
            match held {
                true => keys::each_held(db, number, &|| true, &mut visit)?,
                false => keys::each(db, number, &|| true, &mut visit)?,
            }
            keys::each(db, number, &|| false, &mut |_| Err(Error::internal("walking", "nobody wants it")))?;
            Ok(all)
        })
    };
    let said = |keys: Vec<keys::KeyRow>| keys.into_iter().map(|key| format!("{key:?}")).collect::<Vec<_>>();
    assert_eq!(said(walked(false).await.expect("reads")), said(page.clone()));
    let held = page.into_iter().filter(|key| !key.rows.is_empty()).collect();
    assert_eq!(said(walked(true).await.expect("reads")), said(held));
}

#[tokio::test]
async fn forgetting_a_row_can_hand_its_place_to_its_successor_in_one_transaction() {
    let (_folder, store, number) = open().await;
    store.write(move |db| documents::intend(db, number, "library", &intent("k", "1"))).await.expect("writes");
    let old = intent("k", "1").id;
    store
        .write(move |db| documents::forget(db, number, "library", &old, Some(&intent("k", "2"))))
        .await
        .expect("writes");
    let rows = store.read(move |db| documents::of_key(db, number, &ObjectKey::new("k"))).await.expect("reads");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].state, DocumentState::Intended);
    assert_eq!(rows[0].etag.as_str(), "2");
}

#[tokio::test]
async fn a_connection_with_documents_cannot_be_deleted_under_them() {
    let (_folder, store, number) = open().await;
    store.write(move |db| documents::intend(db, number, "library", &intent("k", "1"))).await.expect("writes");
    assert!(store.write(move |db| connections::delete(db, number)).await.is_err());
    assert!(store.read(|db| connections::by_id(db, "id-one")).await.is_ok());
}

#[tokio::test]
async fn two_connections_cannot_share_a_name() {
    let (_folder, store, _) = open().await;
    let error = store.write(|db| {
        let other = crate::connection::Connection { id: "id-2".into(), ..connection("ONE") };
        connections::insert(db, &other)
    });
    assert_eq!(error.await.expect_err("refused").fields[0].field, "name");
}

#[tokio::test]
async fn a_connection_has_one_open_run_and_a_crashed_one_is_closed_at_the_next_start() {
    use crate::view::RunTrigger::Manual;
    let (_folder, store, number) = open().await;
    store.write(move |db| runs::begin(db, number, "r1", Manual, None, 1)).await.expect("begins");
    let second = store.write(move |db| runs::begin(db, number, "r2", Manual, None, 1)).await;
    assert_eq!(second.expect_err("refused").code, ErrorCode::SyncRunning);
    store.write(|db| runs::close_left_open(db, 2)).await.expect("closes");
    let run = store.read(|db| runs::by_id(db, "r1")).await.expect("reads");
    assert_eq!(run.state, crate::view::RunState::Interrupted);
}

#[tokio::test]
async fn a_folder_has_one_engine_a_damaged_file_is_set_aside_and_a_newer_one_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).expect("opens");
    assert_eq!(Store::open(folder.path()).expect_err("busy").code, ErrorCode::DataFolderBusy);
    drop(store);
    let path = folder.path().join(STATE_FILE);
    std::fs::write(&path, b"this is no database, it is a letter to whoever finds it").expect("writes");
    let store = Store::open(folder.path()).expect("opens anew");
    let aside = store.set_aside().expect("set aside").to_owned();
    assert!(std::fs::read(aside).expect("kept").starts_with(b"this is no database"));
    drop(store);
    Db::open(&path).and_then(|db| db.pragma_update(None, "user_version", 99)).expect("made newer");
    assert_eq!(Store::open(folder.path()).expect_err("newer").code, ErrorCode::StateNewer);
}

#[tokio::test]
async fn older_runs_lose_their_lines_beyond_a_bound_and_the_newest_keeps_its_own() {
    use crate::view::{ItemOutcome, RunItem, RunState, RunTrigger::Manual};
    let (_folder, store, number) = open().await;
    let item = RunItem {
        is_new: None,
        key: "a".into(),
        tag: "t".into(),
        outcome: ItemOutcome::Sent,
        code: None,
        detail: None,
        size: 1,
        at: 1,
    };
    for (id, lines) in [("r1", 10), ("r2", 60_000), ("r3", 70_000)] {
        let item = item.clone();
        store
            .write(move |db| {
                let run = runs::begin(db, number, id, Manual, None, 1)?;
                runs::add_item(db, run, 0, &item)?;
                let counts = runs::RunCounts { lines, ..runs::RunCounts::default() };
                runs::end(db, id, RunState::Completed, &counts, None, 2)
            })
            .await
            .expect("runs");
    }
    store.write(move |db| runs::begin(db, number, "r4", Manual, None, 3)).await.expect("begins");
    let lines = |id: &'static str| store.read(move |db| Ok(runs::items(db, id, &LineFilter::default(), 10)?.total));
    assert_eq!(lines("r3").await.expect("reads"), 1, "the newest keeps all");
    assert_eq!(lines("r2").await.expect("reads"), 0);
    assert_eq!(lines("r1").await.expect("reads"), 0);
}

#[tokio::test]
async fn two_rows_are_never_on_one_document_of_a_knowledge_base() {
    let (_folder, store, number) = open().await;
    let (first, second) = (intent("a", "1"), intent("b", "1"));
    let ids = (first.id.clone(), second.id.clone());
    store
        .write(move |db| {
            for (row, id) in [(first, &ids.0), (second, &ids.1)] {
                documents::intend(db, number, "library", &row)?;
                documents::set_accepted(db, id, "merged", DocumentState::Indexed, 1)?;
            }
            Ok(())
        })
        .await
        .expect("writes");
    let rows = store.read(move |db| documents::page(db, number, 0, 10)).await.expect("reads");
    let states: Vec<_> = rows.iter().map(|row| (row.state, row.remote_id.as_deref())).collect();
    assert_eq!(states, [(DocumentState::Indexed, Some("merged")), (DocumentState::Rejected, None)]);
}

#[tokio::test]
async fn documents_are_counted_by_how_they_stand_and_open_ones_come_in_the_order_they_were_sent() {
    use DocumentState::{Indexed, Sent};
    let (_folder, store, number) = open().await;
    store.write(|db| connections::insert(db, &connection("other"))).await.expect("inserts");
    let other = store.read(|db| connections::by_id(db, "id-other")).await.expect("is there").number;
    // Each state once or twice, and two of each key that end in the same digit.
    let stands = |db: &Db, owner: i64, n: usize| {
        let row = Intent { id: format!("{owner}-{n}"), ..intent(&format!("key-{}", n % 10), &n.to_string()) };
        documents::intend(db, owner, "library", &row)?;
        match n % 6 {
            0 => Ok(()),
            1 | 2 => documents::set_accepted(db, &row.id, &row.id, Sent, 1),
            3 => documents::set_accepted(db, &row.id, &row.id, Indexed, 1),
            4 => documents::set_rejected(db, &row.id, None, ErrorCode::DocumentRefused, "no"),
            _ => documents::set_removing(db, &row.id),
        }
    };
    store.write(move |db| (0..12).try_for_each(|n| stands(db, number, n))).await.expect("writes");
    store.write(move |db| stands(db, other, 1)).await.expect("writes");

    let counts = store.read(move |db| documents::counts(db, number)).await.expect("reads");
    assert_eq!(counts, documents::Counts { held: 6, waiting: 6 });
    // All but key 4, which is only there as a refused one.
    assert_eq!(store.read(move |db| documents::places(db, number)).await.expect("reads"), 9);
    let open = |after: i64, limit: u32| store.read(move |db| documents::unsettled(db, number, after, limit));
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let rows = open(after, 2).await.expect("reads");
        let Some(last) = rows.last() else { break };
        after = last.sequence;
        found.extend(rows.into_iter().map(|row| row.id));
    }
    assert_eq!(found, [0, 1, 2, 6, 7, 8].map(|n| format!("{number}-{n}")));
}
