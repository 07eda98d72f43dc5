//! The laws of [`KnowledgeBase`], as functions that run against any implementation.
//!
//! Each takes a factory. Calling it opens the knowledge base over the same content again, as a restart of the program
//! does; a fresh factory is empty. [`knowledge_base_contract!`](crate::knowledge_base_contract) makes a test of each law
//! that every knowledge base obeys, [`full_text_contract!`](crate::full_text_contract) of those that are only true of a
//! full-text search which counts and reads words as the library does.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use s3_connector_engine::content::{Content, IN_MEMORY, Incoming};
use s3_connector_engine::knowledge_base::{
    Document, DocumentId, Held, KnowledgeBase, Put, RemoteId, Removal, SearchQuery, SearchReply, Standing, TagCount,
};
use s3_connector_engine::object::{ETag, ObjectKey};
use s3_connector_engine::plan::document_id;
use s3_connector_engine::tag::ContainerTag;

use crate::wait::eventually;

/// What a factory makes.
pub type Opened = Arc<dyn KnowledgeBase>;

/// A document stands for good after so long.
const DEADLINE: Duration = Duration::from_secs(30);
/// The connection of every document that names no other.
const CONNECTION: &str = "0198f6a0-0000-7000-8000-000000000001";

/// Makes a test of each law of every knowledge base in the module where it stands. `$open` is an expression that makes a
/// fresh factory.
#[macro_export]
macro_rules! knowledge_base_contract {
    ($open:expr) => {
        $crate::knowledge_base_contract!($open;
            the_same_document_twice_is_one_document,
            the_same_document_at_the_same_time_is_one_document,
            what_was_answered_is_there_after_a_restart,
            a_document_that_cannot_be_read_leaves_nothing,
            what_lies_on_the_disk_is_taken_whole,
            an_answer_for_every_id_in_order,
            a_removed_document_is_nowhere,
            a_removal_names_the_remote_id_only,
            a_removed_document_can_be_put_again,
            a_search_sees_one_container_when_one_is_named,
            a_search_sees_one_connection_when_one_is_named,
            held_documents_come_page_by_page_and_each_once,
            every_container_is_counted,
            any_query_is_answered,
            any_key_is_kept_byte_for_byte,
            results_are_limited_and_the_best_come_first,
        );
    };
    ($open:expr; $($law:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $law() {
                $crate::knowledge_base_contract::$law($open).await;
            }
        )+
    };
}

/// Makes a test of each law of a full-text search in the module where it stands.
#[macro_export]
macro_rules! full_text_contract {
    ($open:expr) => {
        $crate::knowledge_base_contract!($open;
            queries_are_words_whatever_stands_between_them,
            all_matches_are_counted_and_their_words_are_marked,
        );
    };
}

fn document(key: &str, tag: &str) -> Document {
    document_of(CONNECTION, key, tag)
}

fn document_of(connection: &str, key: &str, tag: &str) -> Document {
    let (etag, key) = (ETag::new("\"9b2cf535f27731c974343645a3985328\""), ObjectKey::new(key));
    let tag = ContainerTag::parse(tag).unwrap();
    let id = document_id(connection, &key, &etag, &tag);
    Document {
        id,
        connection: connection.into(),
        bucket: "bucket".into(),
        key,
        etag,
        tag,
        size: 100,
        modified: Some(1_700_000_000_000),
    }
}

/// Puts a document and waits until it is searchable.
async fn put(kb: &Opened, document: &Document, text: &str) -> RemoteId {
    put_content(kb, document, Content::of(text.to_owned())).await
}

async fn put_content(kb: &Opened, document: &Document, content: Content) -> RemoteId {
    match kb.put(document, content).await.unwrap() {
        Put::Indexed { remote_id } => remote_id,
        Put::Accepted { remote_id } => {
            assert_eq!(appeared(kb, &document.id).await, Standing::Indexed { remote_id: remote_id.clone() });
            remote_id
        }
        put @ (Put::Refused { .. } | Put::Declined(_)) => panic!("not taken: {put:?}"),
    }
}

/// How a document stands once it is not processed any more. What was just taken may not be there to be seen yet.
async fn appeared(kb: &Opened, id: &DocumentId) -> Standing {
    let seen = || async {
        let standing = ask(kb, id).await;
        (!matches!(standing, Standing::Processing { .. } | Standing::Absent)).then_some(standing)
    };
    eventually(format!("{id} to be searchable"), DEADLINE, seen).await
}

/// How a document stands once it is not processed any more.
async fn settled(kb: &Opened, id: &DocumentId) -> Standing {
    let seen = || async {
        let standing = ask(kb, id).await;
        (!matches!(standing, Standing::Processing { .. })).then_some(standing)
    };
    eventually(format!("{id} to be processed"), DEADLINE, seen).await
}

async fn ask(kb: &Opened, id: &DocumentId) -> Standing {
    let mut standing = kb.ask(std::slice::from_ref(id)).await.unwrap();
    assert_eq!(standing.len(), 1);
    standing.remove(0)
}

async fn remove(kb: &Opened, id: &RemoteId) {
    assert_eq!(kb.remove(std::slice::from_ref(id)).await.unwrap(), [Removal::Gone]);
}

async fn search(kb: &Opened, query: &str) -> SearchReply {
    search_in(kb, query, None, None).await
}

async fn search_in(kb: &Opened, query: &str, tag: Option<&str>, connection: Option<&str>) -> SearchReply {
    let query = SearchQuery {
        query: query.into(),
        tag: tag.map(str::to_owned),
        connection_id: connection.map(str::to_owned),
        limit: 0,
        offset: 0,
    };
    kb.search(&query).await.unwrap()
}

fn keys(reply: &SearchReply) -> BTreeSet<&str> {
    reply.results.iter().map(|result| result.key.as_str()).collect()
}

async fn held(kb: &Opened, connection: &str, page: u32) -> Vec<Held> {
    let mut all: Vec<Held> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let next = kb.held(&connection.to_owned(), after.as_deref(), page).await.unwrap();
        assert!(next.documents.len() <= page as usize);
        all.extend(next.documents);
        match next.next {
            Some(next) => after = Some(next),
            None => return all,
        }
    }
}

/// Law 1.
pub async fn the_same_document_twice_is_one_document(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    let document = document("a.md", "team");
    let first = put(&kb, &document, "only once").await;
    let second = put(&kb, &document, "only once").await;
    assert_eq!(first, second);
    drop(kb);
    let kb = open().await;
    assert_eq!(put(&kb, &document, "only once").await, first);
    assert_eq!(search(&kb, "once").await.total, 1);
    assert_eq!(kb.tags().await.unwrap(), [TagCount { tag: "team".into(), count: 1 }]);
}

/// Law 1, from several sides.
pub async fn the_same_document_at_the_same_time_is_one_document(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    let document = document("a.md", "team");
    let puts = (0..8).map(|_| put(&kb, &document, "all at once"));
    let ids: BTreeSet<RemoteId> = futures::future::join_all(puts).await.into_iter().collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(search(&kb, "once").await.total, 1);
}

/// Law 2.
pub async fn what_was_answered_is_there_after_a_restart(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    let (kept, removed) = (document("kept.md", "team"), document("removed.md", "team"));
    let remote_id = put(&kb, &kept, "lasting words").await;
    let other = put(&kb, &removed, "fleeting words").await;
    remove(&kb, &other).await;
    drop(kb);
    let kb = open().await;
    assert_eq!(ask(&kb, &kept.id).await, Standing::Indexed { remote_id });
    assert_eq!(ask(&kb, &removed.id).await, Standing::Absent);
    assert_eq!(keys(&search(&kb, "words").await), BTreeSet::from(["kept.md"]));
}

/// Law 2: what is refused for good, at once or later, leaves nothing to be found.
pub async fn a_document_that_cannot_be_read_leaves_nothing(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    let document = document("notes.txt", "team");
    let mut bytes = b"\x7FELF\x02\x01\x01unreadable".to_vec();
    bytes.extend([0; 200]);
    let refused = match kb.put(&document, Content::of(bytes)).await.unwrap() {
        Put::Declined(error) => panic!("no answer about the document itself: {error}"),
        Put::Refused { reason, .. } => {
            assert_eq!(ask(&kb, &document.id).await, Standing::Absent);
            reason
        }
        Put::Accepted { .. } | Put::Indexed { .. } => match settled(&kb, &document.id).await {
            Standing::Failed { reason, .. } => reason,
            standing => panic!("not refused: {standing:?}"),
        },
    };
    assert!(!refused.trim().is_empty());
    assert_eq!(search(&kb, "unreadable").await.total, 0);
    assert_eq!(search(&kb, "notes").await.total, 0);
}

/// Law 3, for what is not in memory.
pub async fn what_lies_on_the_disk_is_taken_whole(open: impl AsyncFn() -> Opened) {
    let (kb, folder) = (open().await, tempfile::tempdir().unwrap());
    let mut incoming = Incoming::new(folder.path(), None);
    incoming.take(b"the beginning\n").await.unwrap();
    while incoming.length() < 2 * IN_MEMORY as u64 {
        incoming.take(&b"and so on\n".repeat(1_000)).await.unwrap();
    }
    incoming.take(b"until the wombat").await.unwrap();
    let content = incoming.whole().await.unwrap();
    assert!(content.in_memory().is_none());
    let document = document("long.md", "team");
    let remote_id = put_content(&kb, &document, content.clone()).await;
    assert_eq!(put_content(&kb, &document, content).await, remote_id);
    for query in ["beginning", "wombat"] {
        assert_eq!(keys(&search(&kb, query).await), BTreeSet::from(["long.md"]), "{query}");
    }
}

/// Law 4.
pub async fn an_answer_for_every_id_in_order(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    let documents: Vec<Document> = (0..6).map(|n| document(&format!("{n}.md"), "team")).collect();
    let mut expected = Vec::new();
    for (n, document) in documents.iter().enumerate() {
        expected.push(if n % 2 == 0 {
            Standing::Indexed { remote_id: put(&kb, document, "some text").await }
        } else {
            Standing::Absent
        });
    }
    let mut ids: Vec<DocumentId> = documents.iter().map(|document| document.id.clone()).collect();
    assert_eq!(kb.ask(&ids).await.unwrap(), expected);
    ids.reverse();
    expected.reverse();
    assert_eq!(kb.ask(&ids).await.unwrap(), expected);
    assert_eq!(kb.ask(&[]).await.unwrap(), []);
    assert_eq!(kb.remove(&[]).await.unwrap(), []);
}

/// Law 5.
pub async fn a_removed_document_is_nowhere(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    let (gone, stays) = (document("gone/quokka.md", "first"), document("stays.md", "second"));
    let remote_id = put(&kb, &gone, "# Quokka\nquokka and shared words").await;
    put(&kb, &stays, "shared words").await;
    remove(&kb, &remote_id).await;
    assert_eq!(ask(&kb, &gone.id).await, Standing::Absent);
    for query in ["quokka", "quok", "gone", "quokka and shared"] {
        assert_eq!(search(&kb, query).await.total, 0, "{query}");
    }
    assert_eq!(keys(&search(&kb, "shared words").await), BTreeSet::from(["stays.md"]));
    assert_eq!(search_in(&kb, "shared", Some("first"), None).await.total, 0);
    assert_eq!(kb.tags().await.unwrap(), [TagCount { tag: "second".into(), count: 1 }]);
    assert_eq!(held(&kb, CONNECTION, 10).await.len(), 1);
    remove(&kb, &remote_id).await;
}

/// Law 5: nothing else is an address, and what is not there is gone.
pub async fn a_removal_names_the_remote_id_only(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    let document = document("a.md", "team");
    let remote_id = put(&kb, &document, "still here").await;
    if remote_id != document.id {
        remove(&kb, &document.id).await;
    }
    for other in ["", "1", "a.md", "' OR 1=1 --"] {
        remove(&kb, &other.to_owned()).await;
    }
    assert_eq!(ask(&kb, &document.id).await, Standing::Indexed { remote_id });
    assert_eq!(search(&kb, "still").await.total, 1);
}

/// Laws 1 and 5.
pub async fn a_removed_document_can_be_put_again(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    let document = document("a.md", "team");
    let first = put(&kb, &document, "back again").await;
    remove(&kb, &first).await;
    let second = put(&kb, &document, "back again").await;
    assert_eq!(search(&kb, "again").await.total, 1);
    // A late repetition of the first removal must not hit the second document.
    if first != second {
        remove(&kb, &first).await;
        assert_eq!(search(&kb, "again").await.total, 1);
    }
}

/// Law 6.
pub async fn a_search_sees_one_container_when_one_is_named(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    for tag in ["alice", "alice-2", "Alice", "bob"] {
        put(&kb, &document("same/key.md", tag), "a shared secret").await;
    }
    for tag in ["alice", "alice-2", "Alice", "bob"] {
        let reply = search_in(&kb, "secret", Some(tag), None).await;
        assert_eq!((reply.total, reply.results.len()), (1, 1), "{tag}");
        assert_eq!(reply.results[0].tag, tag);
    }
    for tag in ["", "alic", "ALICE", "carol", "alice' OR '1'='1", "%"] {
        assert_eq!(search_in(&kb, "secret", Some(tag), None).await.total, 0, "{tag}");
    }
    assert_eq!(search(&kb, "secret").await.total, 4);
}

/// Law 6.
pub async fn a_search_sees_one_connection_when_one_is_named(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    put(&kb, &document_of("one", "a.md", "team"), "common words").await;
    put(&kb, &document_of("two", "a.md", "team"), "common words").await;
    for connection in ["one", "two"] {
        let reply = search_in(&kb, "common", Some("team"), Some(connection)).await;
        assert_eq!(reply.total, 1);
        assert_eq!(reply.results[0].connection_id, connection);
        assert_eq!(held(&kb, connection, 10).await.len(), 1);
    }
    assert_eq!(search_in(&kb, "common", None, Some("three")).await.total, 0);
    assert_eq!(held(&kb, "three", 10).await, []);
}

/// What the state can be rebuilt from.
pub async fn held_documents_come_page_by_page_and_each_once(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    let mut expected = Vec::new();
    for n in 0..7 {
        let document = document(&format!("{n}.md"), "team");
        let remote_id = put(&kb, &document, "held text").await;
        let Document { id, key, etag, tag, .. } = document;
        expected.push(Held { id, remote_id, key, etag, tag });
    }
    put(&kb, &document_of("another", "x.md", "team"), "held text").await;
    expected.sort_by(|a, b| a.id.cmp(&b.id));
    for page in [1, 3, 7, 100] {
        let mut all = held(&kb, CONNECTION, page).await;
        all.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(all, expected, "pages of {page}");
    }
}

/// The containers of the library.
pub async fn every_container_is_counted(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    assert_eq!(kb.tags().await.unwrap(), []);
    for (key, tag) in [("a", "zoo"), ("b", "ant:1"), ("c", "zoo"), ("d", "Ant")] {
        put(&kb, &document(key, tag), "counted").await;
    }
    let count = |tag: &str, count| TagCount { tag: tag.into(), count };
    let tags = kb.tags().await.unwrap();
    assert_eq!(BTreeSet::from_iter(tags.iter().map(|t| (&*t.tag, t.count))).len(), 3);
    assert!(tags.is_sorted_by(|a, b| a.tag < b.tag));
    for expected in [count("zoo", 2), count("ant:1", 1), count("Ant", 1)] {
        assert!(tags.contains(&expected), "{tags:?}");
    }
}

/// A person may type anything.
pub async fn any_query_is_answered(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    put(&kb, &document("a.md", "team"), "NEAR and far").await;
    assert_eq!(search(&kb, "near").await.total, 1);
    let long = "near ".repeat(10_000);
    for query in
        ["", " ", "\"", "\"\"\"", "*", "-", "AND", "OR NOT", "a\0b", "\\", "{", "😀", "\u{FDD0}", "%", ";", &long]
    {
        let reply = search(&kb, query).await;
        assert!(reply.total <= 1, "{query}");
    }
}

/// There is no query language: what is typed are words.
pub async fn queries_are_words_whatever_stands_between_them(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    put(&kb, &document("a.md", "team"), "NEAR and far, \"quoted\" (bracketed) 全文検索").await;
    for (query, total) in [
        ("near", 1),
        ("NEAR AND far", 1),
        ("NEAR(near far)", 0),
        ("\"quoted", 1),
        ("'quoted'", 1),
        ("(bracketed", 1),
        ("body:near", 0),
        ("near NOT far", 0),
        ("-far", 1),
        ("fa*", 1),
        ("^near", 1),
        ("全文検索", 1),
        ("near absent", 0),
    ] {
        assert_eq!(search(&kb, query).await.total, total, "{query}");
    }
}

/// Keys are opaque.
pub async fn any_key_is_kept_byte_for_byte(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    let long = "k".repeat(1024);
    let odd = [
        "a//b.md",
        "/lead.md",
        "a/../b.md",
        "..",
        " sp ace ",
        "a+b%20c?d#e",
        "caf\u{e9}",
        "cafe\u{301}",
        "\u{1}ctl",
        "'q\"",
        &long,
    ];
    for key in odd {
        put(&kb, &document(key, "team"), "odd keys").await;
    }
    let all = held(&kb, CONNECTION, 100).await;
    assert_eq!(all.iter().map(|held| held.key.as_str()).collect::<BTreeSet<_>>(), BTreeSet::from(odd));
    assert_eq!(keys(&search(&kb, "odd keys").await), BTreeSet::from(odd));
}

/// 25 documents in which one word stands ever less densely.
async fn lighthouses(kb: &Opened) {
    for n in 0..25 {
        put(kb, &document(&format!("{n:02}.md"), "team"), &format!("lighthouse {}", "and waves ".repeat(n))).await;
    }
}

fn lighthouse(limit: u32) -> SearchQuery {
    SearchQuery { query: "lighthouse".into(), limit, ..SearchQuery::default() }
}

/// The order of results.
pub async fn results_are_limited_and_the_best_come_first(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    lighthouses(&kb).await;
    for (limit, length) in [(1, 1), (24, 24), (0, 20), (100, 25)] {
        let reply = kb.search(&lighthouse(limit)).await.unwrap();
        assert_eq!(reply.results.len(), length);
        assert!(reply.total >= length as u64);
        assert!(reply.results.is_sorted_by(|a, b| a.score >= b.score));
        assert_eq!(keys(&reply).len(), length);
        assert!(reply.results.iter().all(|result| !result.snippet.is_empty()));
    }
}

/// What is found, beyond what is shown.
pub async fn all_matches_are_counted_and_their_words_are_marked(open: impl AsyncFn() -> Opened) {
    let kb = open().await;
    lighthouses(&kb).await;
    for limit in [1, 24, 0, 100] {
        let reply = kb.search(&lighthouse(limit)).await.unwrap();
        assert_eq!(reply.total, 25);
        for result in &reply.results {
            assert!(result.snippet.iter().any(|part| part.hit && part.text.eq_ignore_ascii_case("lighthouse")));
        }
    }
}
