//! The contract of knowledge bases, run against the library and against Supermemory; and the library under `kill -9`.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use futures::StreamExt;
use s3_connector_engine::content::Content;
use s3_connector_engine::knowledge_base::library::Library;
use s3_connector_engine::knowledge_base::supermemory::Supermemory;
use s3_connector_engine::knowledge_base::{Address, Document, KnowledgeBase, Put, SearchQuery, Standing};
use s3_connector_engine::object::{ETag, ObjectKey};
use s3_connector_engine::secrets::Secret;
use s3_connector_engine::tag::ContainerTag;
use s3_connector_tests::knowledge_base_contract::Opened;
use s3_connector_tests::supermemory::{FakeSupermemory, Pipeline, Quirks};

/// A fresh library that can be opened again.
fn library() -> impl AsyncFn() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    async move || {
        let library: Opened = Arc::new(Library::open(&folder.path().join("library.db")).unwrap());
        library
    }
}

mod library_obeys {
    s3_connector_tests::knowledge_base_contract!(super::library());
    s3_connector_tests::full_text_contract!(super::library());
}

/// A fresh Supermemory that behaves like this; opened again, it is another client of the same one.
fn supermemory(quirks: Quirks) -> impl AsyncFn() -> Opened {
    let server = FakeSupermemory::with(quirks);
    async move || {
        let key = Secret::from(server.key().to_owned());
        let address = Address::parse(&server.url()).unwrap();
        let client: Opened = Arc::new(Supermemory::new(&address, Some(key)).unwrap());
        client
    }
}

mod supermemory_obeys {
    s3_connector_tests::knowledge_base_contract!(super::supermemory(super::Quirks::default()));
}

mod self_hosted_supermemory_obeys {
    s3_connector_tests::knowledge_base_contract!(super::supermemory(super::Quirks::self_hosted(2)));
}

mod odd_supermemory_obeys {
    use super::{Pipeline, Quirks};

    /// Everything in a way that is not excluded by any document.
    fn odd() -> Quirks {
        Quirks {
            pipeline: Pipeline::Polls(1),
            progress_word: Some("processing".into()),
            invisible_reads: 1,
            forgets_what_is_processed: true,
            batch_answers_accepted_first: true,
            flat_complaints: true,
            ..Quirks::default()
        }
    }

    s3_connector_tests::knowledge_base_contract!(super::supermemory(odd()));
}

/// Tells the child where its library is.
const LIBRARY: &str = "S3C_TEST_LIBRARY";
const CONNECTION: &str = "connection";

fn document(n: u64) -> Document {
    Document {
        id: format!("s3-{n:08}"),
        connection: CONNECTION.into(),
        bucket: "bucket".into(),
        key: ObjectKey::new(format!("key{n:08}.txt")),
        etag: ETag::new("e"),
        tag: ContainerTag::parse("team").unwrap(),
        size: 1,
        modified: None,
    }
}

/// As many as a sync of the library has on their way at once.
const AT_ONCE: usize = 40;

/// Not a test of its own: the child of the next one. Puts documents, many at once, and removes every fifth, until it is
/// killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs as a child process and never ends by itself"]
async fn put_until_killed() {
    let path = PathBuf::from(std::env::var_os(LIBRARY).expect("a library to work on"));
    let library = &Library::open(&path).unwrap();
    let put = |n: u64| async move {
        let content = format!("first{n:08} {} last{n:08}", "filler words ".repeat(300));
        let Put::Indexed { remote_id } = library.put(&document(n * 1000), Content::of(content)).await.unwrap() else {
            panic!("refused");
        };
        writeln!(std::io::stdout(), "\nput {} {n:08}", document(n * 1000).id).unwrap();
        if n % 5 == 4 {
            library.remove(&[remote_id]).await.unwrap();
            writeln!(std::io::stdout(), "\nremoved {}", document(n * 1000).id).unwrap();
        }
    };
    let from = library.document_count();
    futures::stream::iter(from..).for_each_concurrent(AT_ONCE, put).await;
}

/// Runs the child until it has answered so often, kills it, and tells what it said: ids put (with their number) and removed.
fn run_and_kill(library: &Path, answers: usize) -> (Vec<(String, String)>, BTreeSet<String>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["knowledge_base::put_until_killed", "--exact", "--ignored", "--nocapture"])
        .env(LIBRARY, library)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| line.unwrap());
    let (mut put, mut removed) = (Vec::new(), BTreeSet::new());
    for line in lines {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["put", id, n] => put.push((id.to_owned(), n.to_owned())),
            ["removed", id] => drop(removed.insert(id.to_owned())),
            _ => continue,
        }
        if put.len() + removed.len() == answers {
            child.kill().unwrap();
        }
    }
    assert!(!child.wait().unwrap().success());
    assert!(put.len() + removed.len() >= answers, "the child ended by itself");
    (put, removed)
}

#[tokio::test]
async fn a_library_whose_process_is_killed_has_whole_documents_only_and_all_that_were_answered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("library.db");
    for round in 1..=6 {
        let (put, removed) = run_and_kill(&path, 5 + round * 7);
        let library = Library::open(&path).unwrap();
        for (id, n) in put {
            let standing = library.ask(std::slice::from_ref(&id)).await.unwrap().remove(0);
            let found = whole(&library, &n).await;
            if removed.contains(&id) {
                assert_eq!((standing, found), (Standing::Absent, 0), "{id}");
            } else if standing == Standing::Absent {
                // Its removal was under way when the process ended; every fifth is removed.
                assert_eq!((n.parse::<u64>().unwrap() % 5, found), (4, 0), "{id}");
            } else {
                assert_eq!(found, 1, "{id}");
            }
        }
        check(&path, library.document_count());
        for held in library.held(&CONNECTION.to_owned(), None, 10_000).await.unwrap().documents {
            let n = held.id.trim_start_matches("s3-").parse::<u64>().unwrap() / 1000;
            assert_eq!(whole(&library, &format!("{n:08}")).await, 1, "{}", held.id);
        }
    }
}

/// How many documents have both the beginning and the end of this one's text.
async fn whole(library: &Library, n: &str) -> u64 {
    let query = SearchQuery { query: format!("first{n} last{n}"), ..SearchQuery::default() };
    library.search(&query).await.unwrap().total
}

/// Rows, texts and index agree.
fn check(path: &Path, documents: u64) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap() as u64;
    assert_eq!(number("SELECT count(*) FROM documents"), documents);
    assert_eq!(number("SELECT count(*) FROM texts JOIN documents USING (number)"), documents);
    assert_eq!(number("SELECT count(*) FROM texts"), documents);
    connection.execute_batch("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)").unwrap();
    let intact: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(intact, "ok");
}
