//! The file itself: full disks, older versions, older copies.

use super::*;
use crate::view::LineFilter;
use crate::view::RunTrigger::Manual;

/// A file as the first version made it, with a row in every table.
fn first_version(folder: &Path) {
    let db = Db::open(folder.join(STATE_FILE)).expect("a file");
    db.execute_batch(MIGRATIONS[0]).expect("the first schema");
    db.execute_batch(
        "INSERT INTO connections (number, id, name, bucket, region, prefix, container_tags, document_limit, on_no_match, \
         on_illegal_tag, on_gone, destination, credentials, created_at, listed_at, listed_complete) VALUES \
         (1, 'id-one', 'one', 'files', 'auto', 'p/', '[\"t\"]', 77, 'tag', 'skip', 'keep', 'library', \
         '{\"kind\":\"anonymous\"}', 1, 5, 1); \
         INSERT INTO objects VALUES (1, 'p/a.md', 'e1', 3, 9, NULL); \
         INSERT INTO documents (id, connection, key, etag, tag, destination, remote_id, state, changed_at, size) \
         VALUES ('s3-1', 1, 'p/a.md', 'e1', 't', 'library', 'r-1', 'indexed', 4, 3); \
         INSERT INTO runs (number, id, connection, started_by, state, started_at, finished_at, sent) \
         VALUES (41, 'run-41', 1, 'manual', 'completed', 1, 2, 1); \
         INSERT INTO run_items VALUES (41, 1, 'p/a.md', 't', 'sent', NULL, NULL, 3, 2);",
    )
    .expect("rows of the first version");
    db.pragma_update(None, "application_id", APPLICATION_ID).expect("marked");
    db.pragma_update(None, "user_version", 1).expect("versioned");
}

fn copies(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.to_string_lossy().contains("before-")).collect()
}

#[tokio::test]
async fn a_file_of_the_first_version_keeps_its_rows_and_a_copy_of_it_is_left_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    first_version(folder.path());
    let store = Store::open(folder.path()).expect("opens");
    let row = store.read(|db| connections::by_id(db, "id-one")).await.expect("is there");
    let settings = &row.connection.settings;
    assert_eq!((settings.document_limit, settings.prefix.as_str(), row.listed_complete), (77, "p/", true));
    assert_eq!((settings.filters.len(), settings.max_size, row.pause, row.audited_at), (0, None, None, None));
    assert_eq!(settings.destination, crate::connection::Destination::Library);
    assert_eq!(keys(&store, 1).await, ["p/a.md:e1"]);
    let rows = store.read(|db| documents::of_key(db, 1, &ObjectKey::new("p/a.md"))).await.expect("reads");
    assert_eq!((rows[0].state, rows[0].remote_id.as_deref()), (DocumentState::Indexed, Some("r-1")));
    let items = store.read(|db| runs::items(db, "run-41", &LineFilter::default(), 10)).await.expect("reads");
    assert_eq!((items.total, items.items[0].key.as_str()), (1, "p/a.md"));
    let [copy] = &copies(folder.path())[..] else { panic!("one copy: {:?}", copies(folder.path())) };
    let copy = Db::open(copy).expect("opens");
    let version: i64 = copy.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a version");
    let documents: i64 = copy.query_row("SELECT count(*) FROM documents", [], |row| row.get(0)).expect("a count");
    assert_eq!((version, documents), (1, 1));
}

#[test]
fn a_migration_that_was_interrupted_before_it_began_is_made_after_all() {
    let folder = tempfile::tempdir().expect("a folder");
    first_version(folder.path());
    drop(Store::open(folder.path()).expect("opens"));
    // As if the process had died between the copy and the migration: the file is old, and its copies are there.
    let copy = copies(folder.path()).remove(0);
    std::fs::remove_file(folder.path().join(STATE_FILE)).expect("removed");
    first_version(folder.path());
    std::fs::write(copy.with_extension("part"), "half a copy").expect("written");
    drop(Store::open(folder.path()).expect("opens again"));
    assert_eq!(copies(folder.path()), [copy]);
}

#[tokio::test]
async fn a_full_disk_says_so_takes_nothing_away_and_is_over_when_there_is_room_again() {
    let (_folder, store, number) = open().await;
    let pages = |limit: i64| {
        let db = store.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let used: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0)).expect("a count");
        let limit = if limit == 0 { used } else { limit };
        db.query_row(&format!("PRAGMA max_page_count = {limit}"), [], |row| row.get::<_, i64>(0)).expect("a limit");
    };
    let fill = |from: usize| {
        store.write(move |db| {
            (from..from + 500)
                .try_for_each(|i| documents::intend(db, number, "library", &intent(&format!("{i:05}"), "1")))
        })
    };
    fill(0).await.expect("there is room");
    pages(0);
    assert_eq!(fill(500).await.expect_err("full").code, ErrorCode::DiskFull);
    let places = || store.read(move |db| documents::places(db, number));
    assert_eq!(places().await.expect("reads"), 500);
    pages(1_000_000);
    fill(500).await.expect("there is room again");
    assert_eq!(places().await.expect("reads"), 1_000);
}

async fn audited(store: &Store) -> Option<i64> {
    store.read(|db| connections::by_id(db, "id-one")).await.expect("is there").audited_at
}

async fn begin(store: &Store, number: i64, id: &'static str) -> i64 {
    let run = store
        .write(move |db| {
            runs::close_left_open(db, 1)?;
            runs::begin(db, number, id, Manual, None, 1)
        })
        .await
        .expect("begins");
    store.remember_run(run).await.expect("remembers");
    run
}

#[tokio::test]
async fn an_older_copy_of_the_state_is_noticed_and_everything_is_audited() {
    let (folder, store, number) = open().await;
    store.write(move |db| connections::set_audited(db, number, Some(7))).await.expect("writes");
    begin(&store, number, "r1").await;
    drop(store);
    let (state, kept) = (folder.path().join(STATE_FILE), folder.path().join("kept.db"));
    std::fs::copy(&state, &kept).expect("copied");
    let store = Store::open(folder.path()).expect("opens");
    assert_eq!(audited(&store).await, Some(7), "nothing was put back");
    let newest = begin(&store, number, "r2").await;
    drop(store);
    std::fs::copy(&kept, &state).expect("put back");
    let store = Store::open(folder.path()).expect("opens");
    assert_eq!(audited(&store).await, None);
    // Once: from here on the state is the newest there is, and its numbers go on.
    store.write(move |db| connections::set_audited(db, number, Some(8))).await.expect("writes");
    assert!(begin(&store, number, "r3").await > newest);
    drop(store);
    assert_eq!(audited(&Store::open(folder.path()).expect("opens")).await, Some(8));
}

#[tokio::test]
async fn an_audit_gives_a_row_the_remote_id_under_which_its_document_is_held() {
    let (_folder, store, number) = open().await;
    let row = intent("k", "1");
    let held = crate::knowledge_base::Held {
        id: row.id.clone(),
        remote_id: "second".into(),
        key: row.key.clone(),
        etag: row.etag.clone(),
        tag: row.tag.clone(),
    };
    let id = row.id.clone();
    store
        .write(move |db| {
            documents::intend(db, number, "library", &row)?;
            documents::set_accepted(db, &id, "first", DocumentState::Indexed, 1)
        })
        .await
        .expect("writes");
    let again = held.clone();
    let mended = store.write(move |db| documents::adopt(db, number, "library", &held, 2)).await.expect("writes");
    assert!(mended);
    assert!(!store.write(move |db| documents::adopt(db, number, "library", &again, 3)).await.expect("writes"));
    let rows = store.read(move |db| documents::of_key(db, number, &ObjectKey::new("k"))).await.expect("reads");
    assert_eq!((rows[0].remote_id.as_deref(), rows[0].state), (Some("second"), DocumentState::Indexed));
}

/// Makes the pages of the objects unreadable. The file's time stays what it was, as it does when a disk goes bad.
fn go_bad(folder: &Path) {
    let path = folder.join(STATE_FILE);
    let written = path.metadata().expect("a file").modified().expect("a time");
    let page =
        |db: &Db| db.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'objects'", [], |row| row.get(0));
    let page: u64 = page(&Db::open(&path).expect("opens")).expect("a page");
    let mut file = std::fs::File::options().write(true).open(&path).expect("opens");
    std::io::Seek::seek(&mut file, std::io::SeekFrom::Start((page - 1) * 4_096)).expect("seeks");
    std::io::Write::write_all(&mut file, &[0x5a; 4_096]).expect("writes");
    file.set_modified(written).expect("sets the time");
}

#[tokio::test]
async fn damage_that_was_not_looked_for_is_met_once_and_the_file_is_set_aside_at_the_next_start() {
    let (folder, store, _) = open().await;
    drop(store);
    go_bad(folder.path());
    let store = Store::open(folder.path()).expect("opens as it was closed");
    let error = store.read(|db| objects::range(db, 1, "", None)).await.expect_err("the page is damaged");
    assert_eq!((error.code, store.set_aside()), (ErrorCode::StateDamaged, None));
    drop(store);
    assert!(Store::open(folder.path()).expect("a new file").set_aside().is_some());
}

#[tokio::test]
async fn a_file_that_was_touched_since_it_was_closed_is_read_from_end_to_end() {
    let (folder, store, _) = open().await;
    drop(store);
    go_bad(folder.path());
    let file = std::fs::File::options().write(true).open(folder.path().join(STATE_FILE)).expect("opens");
    file.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(1)).expect("sets the time");
    assert!(Store::open(folder.path()).expect("a new file").set_aside().is_some());
}
