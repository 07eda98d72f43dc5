use tempfile::TempDir;

use super::*;
use crate::content::Content;
use crate::error::ErrorCode;
use crate::object::ETag;
use crate::tag::ContainerTag;

/// A library in a folder of its own.
pub(super) struct World {
    folder: TempDir,
    pub(super) library: Library,
}

impl Shared {
    /// The writer, while nobody else has it.
    pub(super) fn idle_writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.try_lock().expect("nobody writes")
    }
}

impl World {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(&folder.path().join("library.db")).expect("a library");
        Self { folder, library }
    }

    async fn put(&self, key: &str, tag: &str, content: &str) -> Put {
        self.library.put(&document(key, tag), Content::of(content.to_owned())).await.expect("an answer")
    }

    pub(super) async fn keys(&self, query: &str) -> Vec<String> {
        let query = SearchQuery { query: query.into(), ..SearchQuery::default() };
        let reply = self.library.search(&query).await.expect("a reply");
        assert_eq!(reply.total, reply.results.len() as u64);
        reply.results.into_iter().map(|result| result.key.as_str().to_owned()).collect()
    }

    /// Whether any file of the folder has these bytes, in whatever case.
    fn has_bytes(&self, word: &str) -> bool {
        let files = std::fs::read_dir(self.folder.path()).expect("the folder");
        files.into_iter().any(|file| {
            let bytes = std::fs::read(file.expect("a file").path()).expect("its bytes").to_ascii_lowercase();
            bytes.windows(word.len()).any(|place| place == word.as_bytes())
        })
    }

    pub(super) fn check_index(&self) {
        self.library
            .0
            .idle_writer()
            .execute_batch("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
            .expect("the index fits the texts");
    }
}

pub(super) fn document(key: &str, tag: &str) -> Document {
    Document {
        id: format!("s3-{key}-{tag}"),
        connection: "connection-1".into(),
        bucket: "bucket".into(),
        key: ObjectKey::new(key),
        etag: ETag::new("\"etag\""),
        tag: ContainerTag::parse(tag).expect("a tag"),
        size: 12,
        modified: Some(1_700_000_000_000),
    }
}

pub(super) fn remote_id(put: Put) -> RemoteId {
    match put {
        Put::Indexed { remote_id } => remote_id,
        Put::Accepted { .. } | Put::Refused { .. } | Put::Declined(_) => panic!("not indexed: {put:?}"),
    }
}

#[tokio::test]
async fn a_removed_document_leaves_no_byte_in_any_file() {
    let world = World::new();
    let mut gone = Vec::new();
    for n in 0..120 {
        world.put(&format!("kept/{n}.md"), "team", &format!("# Kept {n}\nplain words number {n} stay")).await;
        let body = format!("# Zyzzytitle{n}\n{}zyzzyvaquark{n} is secret", "filler between words ".repeat(n));
        gone.push(remote_id(world.put(&format!("gone/zyzzypath{n}.md"), "team", &body).await));
    }
    assert!(world.has_bytes("zyzzy"));
    for ids in gone.chunks(7) {
        let removed = world.library.remove(ids).await.expect("removed");
        assert_eq!(removed, vec![Removal::Gone; ids.len()]);
    }
    assert!(!world.has_bytes("zyzzy"));
    assert_eq!(world.library.document_count(), 120);
    assert_eq!(world.keys("zyzzy").await, Vec::<String>::new());
    assert_eq!(world.keys("number 119 stay").await, ["kept/119.md"]);
    world.check_index();
}

#[tokio::test]
async fn a_library_that_was_emptied_gives_its_space_back() {
    let world = World::new();
    let mut ids = Vec::new();
    for n in 0..40 {
        let words: String = (0..5000).map(|word| format!("w{n}x{word} ")).collect();
        ids.push(remote_id(world.put(&format!("{n}.txt"), "team", &words).await));
    }
    let size = || std::fs::metadata(world.folder.path().join("library.db")).expect("the file").len();
    world.library.remove(&ids[..1]).await.expect("removed");
    let full = size();
    world.library.remove(&ids).await.expect("removed");
    assert!(size() < full / 4, "{} of {full} bytes are left", size());
}

#[tokio::test]
async fn what_is_found_is_told_with_its_place_and_its_best_passage() {
    let world = World::new();
    let body = format!("# Green tea\n{}the kettle sings loudly{}", "padding words ".repeat(80), " and more".repeat(80));
    world.put("drinks/tea.md", "team", &body).await;
    let query = SearchQuery { query: "kettle sing".into(), ..SearchQuery::default() };
    let reply = world.library.search(&query).await.expect("a reply");
    let result = &reply.results[0];
    let expected = document("drinks/tea.md", "team");
    assert_eq!(
        (&result.document_id, &result.connection_id, &result.bucket, &result.key),
        (&expected.id, &expected.connection, &expected.bucket, &expected.key)
    );
    assert_eq!((result.tag.as_str(), result.size, result.modified), ("team", 12, Some(1_700_000_000_000)));
    let hits: Vec<&str> = result.snippet.iter().filter(|part| part.hit).map(|part| part.text.as_str()).collect();
    assert_eq!(hits, ["kettle", "sings"]);
    assert!(result.snippet.len() <= 5 && result.score > 0.0);
}

#[tokio::test]
async fn a_hit_in_the_title_comes_before_one_in_the_text() {
    let world = World::new();
    world.put("a.md", "team", "# Other\nabout harbour and ships and ropes and masts and sails").await;
    world.put("b.md", "team", "# Harbour\nabout boats and ships and ropes and masts and sails").await;
    world.put("c/harbour/d.md", "team", "# Third\nabout boats and ships and ropes and masts and sails").await;
    assert_eq!(world.keys("harbour").await, ["b.md", "c/harbour/d.md", "a.md"]);
}

#[tokio::test]
async fn words_are_found_whatever_their_accents_script_or_joints() {
    let world = World::new();
    world.put("fr.txt", "team", "Une crème brûlée pour Zoë").await;
    world.put("cjk.txt", "team", "これは全文検索の例です。简体中文也可以").await;
    world.put("code.rs", "team", "fn parse_header(frame_size: u32) -> http::HeaderMap").await;
    world.put("page.html", "team", "<title>Wel&shy;come</title><p>hyphen&shy;ated").await;
    for (query, key) in [
        ("creme brulee", "fr.txt"),
        ("ZOË", "fr.txt"),
        ("zoe\u{308}", "fr.txt"),
        ("全文", "cjk.txt"),
        ("検索の例", "cjk.txt"),
        ("中文", "cjk.txt"),
        ("parse_header", "code.rs"),
        ("header", "code.rs"),
        ("http::HeaderMap", "code.rs"),
        ("frame_si", "code.rs"),
        ("\"frame size\"", "code.rs"),
        ("welcome hyphenated", "page.html"),
    ] {
        assert_eq!(world.keys(query).await, [key], "{query}");
    }
    assert_eq!(world.keys("文全").await, Vec::<String>::new());
    assert_eq!(world.keys("\"size frame\"").await, Vec::<String>::new());
}

#[tokio::test]
async fn text_that_imitates_the_marks_of_a_hit_marks_nothing() {
    let world = World::new();
    world.put("a.txt", "team", "\u{FDD0}false\u{FDD1} hit beside the <b>true</b> one").await;
    let query = SearchQuery { query: "true".into(), ..SearchQuery::default() };
    let snippet = world.library.search(&query).await.expect("a reply").results.remove(0).snippet;
    let marked: Vec<(&str, bool)> = snippet.iter().map(|part| (part.text.as_str(), part.hit)).collect();
    assert_eq!(marked, [(" false hit beside the <b>", false), ("true", true), ("</b> one", false)]);
}

#[tokio::test]
async fn a_search_does_not_wait_for_a_write() {
    let world = World::new();
    world.put("a.md", "team", "findable").await;
    let shared = Arc::clone(&world.library.0);
    let mut writer = shared.idle_writer();
    let transaction = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).expect("begun");
    transaction.execute("DELETE FROM documents", []).expect("deleted, for now");
    let query = SearchQuery { query: "findable".into(), ..SearchQuery::default() };
    let reply = shared.readers.read(|connection| search::search(connection, &query)).expect("a reply");
    assert_eq!(reply.total, 1);
}

#[tokio::test]
async fn a_refused_document_leaves_nothing() {
    let world = World::new();
    let answer = world.library.put(&document("a.txt", "team"), Content::of("\0\0\0\0")).await.expect("an answer");
    assert_eq!(answer, Put::Refused { code: ErrorCode::DocumentRefused, reason: "The file is not text".into() });
    let rows = rows::count(&world.library.0.idle_writer()).expect("a number");
    assert_eq!((rows, world.library.document_count()), (0, 0));
}

#[tokio::test]
async fn the_number_of_documents_is_right_after_opening_again() {
    let World { folder, library } = World::new();
    let world = World { folder, library };
    world.put("a.md", "team", "one").await;
    world.put("a.md", "team", "one").await;
    world.put("b.md", "team", "two").await;
    let World { folder, library } = world;
    drop(library);
    let library = Library::open(&folder.path().join("library.db")).expect("the library");
    assert_eq!(library.document_count(), 2);
}

#[tokio::test]
async fn a_library_of_the_first_version_goes_on_and_every_text_enters_the_index_once() {
    let World { folder, library } = World::new();
    library
        .0
        .idle_writer()
        .execute_batch(
            "CREATE TRIGGER texts_enter_index AFTER INSERT ON texts BEGIN
                INSERT INTO search (rowid, title, path, body) VALUES (new.number, new.title, new.path, new.body);
             END;
             INSERT INTO search (search, rank) VALUES ('automerge', 4);
             PRAGMA user_version = 1",
        )
        .expect("a file as the first version made it");
    drop(library);
    for _ in 0..2 {
        let library = Library::open(&folder.path().join("library.db")).expect("the library");
        let world = World { folder: tempfile::tempdir().expect("a folder"), library };
        world.put("a.md", "team", "walrus walrus").await;
        assert_eq!(world.keys("walrus").await, ["a.md"]);
        world.check_index();
        let setting = "SELECT v FROM search_config WHERE k = 'automerge'";
        let automerge: i64 = world.library.0.idle_writer().query_row(setting, [], |row| row.get(0)).expect("a number");
        assert_eq!(automerge, 16);
    }
}

#[test]
fn a_file_that_is_newer_or_something_else_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let newer = folder.path().join("newer.db");
    drop(Library::open(&newer).expect("a library"));
    let connection = Connection::open(&newer).expect("the file");
    connection.pragma_update(None, "user_version", 3).expect("a newer version");
    drop(connection);
    let foreign = folder.path().join("foreign.db");
    Connection::open(&foreign).expect("a file").execute_batch("CREATE TABLE mine (x)").expect("a table");
    let text = folder.path().join("text.db");
    std::fs::write(&text, "not a database at all, but long enough to have a header ".repeat(20)).expect("a file");
    let missing = folder.path().join("no/such/folder.db");
    for (path, code) in [
        (newer, ErrorCode::StateNewer),
        (foreign, ErrorCode::LibraryFailed),
        (text, ErrorCode::LibraryFailed),
        (missing, ErrorCode::LibraryFailed),
    ] {
        let before = std::fs::read(&path).ok();
        let error = Library::open(&path).map(|_| ()).expect_err("refused");
        assert_eq!(error.code, code, "{error}");
        assert_eq!(std::fs::read(&path).ok(), before);
    }
}

#[tokio::test]
async fn snippets_are_cut_for_the_results_that_are_shown_only() {
    let world = World::new();
    world.put("a.md", "team", "word").await;
    let plan: String = {
        let writer = world.library.0.idle_writer();
        let mut statement = writer
            .prepare(
                "EXPLAIN QUERY PLAN SELECT documents.id FROM search CROSS JOIN documents ON documents.number = search.rowid
                 WHERE search MATCH 'word' ORDER BY search.rank LIMIT 1",
            )
            .expect("a plan");
        let steps = statement.query_map([], |row| row.get::<_, String>(3)).expect("its steps");
        steps.map(|step| step.expect("a step") + "\n").collect()
    };
    // A sorter of SQLite's own would cut a snippet for every row that matches before it throws most of them away.
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

#[tokio::test]
async fn a_full_disk_says_so_and_what_was_put_before_is_whole() {
    let world = World::new();
    world.put("first.txt", "t", "a walrus").await;
    let limit = |pages: i64| {
        let writer = world.library.0.idle_writer();
        let used: i64 = writer.pragma_query_value(None, "page_count", |row| row.get(0)).expect("a count");
        let sql = format!("PRAGMA max_page_count = {}", used + pages);
        writer.query_row(&sql, [], |row| row.get::<_, i64>(0)).expect("a limit");
    };
    limit(2);
    let large: String = (0..9_000).map(|word| format!("word{word} ")).collect();
    let put = |content: &str| {
        let content = Content::of(content.to_owned());
        let library = world.library.clone();
        async move { library.put(&document("second.txt", "t"), content).await }
    };
    assert_eq!(put(&large).await.expect_err("full").code, ErrorCode::DiskFull);
    assert_eq!(world.library.document_count(), 1);
    assert_eq!(world.keys("walrus").await, ["first.txt"]);
    world.check_index();
    limit(100_000);
    put(&large).await.expect("there is room again");
    assert_eq!(world.keys("word77").await, ["second.txt"]);
    world.check_index();
}
