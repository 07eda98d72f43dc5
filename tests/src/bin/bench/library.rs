//! Text documents into the library, beside a bare bulk insert of the same texts into the full-text index that the library
//! has: what is above it is the price of single answers, each of them durable. And a whole first sync of them, for which a
//! person waits.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures::StreamExt;
use s3_connector_engine::content::Content;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::knowledge_base::library::Library;
use s3_connector_engine::knowledge_base::{Document, KnowledgeBase, Put};
use s3_connector_engine::object::{ETag, ObjectKey};
use s3_connector_engine::plan::document_id;
use s3_connector_engine::secrets::MemorySecrets;
use s3_connector_engine::tag::ContainerTag;
use s3_connector_engine::view::{AppSettings, RunState, SyncOptions};
use s3_connector_tests::random::Chance;
use serde_json::json;

use super::Bench;
use super::bucket::{MadeUp, key};
use super::taken::{high_water, middle};
use super::transfer::RULE;

const DOCUMENTS: u64 = 10_000;
/// Bytes of a document.
const LENGTH: usize = 4_096;
/// Words of the language that the texts are in.
const WORDS: usize = 40_000;
/// The most that the library may take, in times of the bare insert.
const MOST: f64 = 2.0;

/// The library's own tables and index.
const SCHEMA: &str = include_str!("../../../../src-tauri/engine/src/knowledge_base/library/schema.sql");

/// What one way took.
#[derive(Clone, Copy)]
struct Way {
    seconds: f64,
    /// The most memory of this process while it was gone, in MB.
    peak: f64,
}

/// Measures, prints, and says whether the library took too long; an unoptimised program may.
pub fn is_slow(bench: &Bench) -> bool {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let texts = Arc::new(texts(DOCUMENTS / bench.part));
    let bucket = MadeUp::of(Arc::clone(&texts));
    let mut ways: [Vec<Way>; 3] = Default::default();
    for _ in 0..bench.rounds() {
        ways[0].push(taken(|folder| insert(folder, &texts)));
        ways[1].push(taken(|folder| runtime.block_on(put(folder, &texts))));
        ways[2].push(taken(|folder| runtime.block_on(sync(folder, &bucket, texts.len()))));
    }
    println!(
        "\n{:<34} {:>9} {:>8} {:>8} {:>9} {:>8}",
        "into the library", "documents", "seconds", "ratio", "peak MB", "at most"
    );
    let [bare, library, whole] = ways.map(|way| middle(way, |way| way.seconds).unwrap());
    let ratio = |way: Way| way.seconds / bare.seconds;
    for (name, taken, most) in
        [("a bare insert into FTS5", bare, ""), ("the library", library, "2×"), ("a whole first sync", whole, "")]
    {
        let (documents, Way { seconds, peak }, ratio) = (texts.len(), taken, ratio(taken));
        println!("{name:<34} {documents:>9} {seconds:>8.2} {ratio:>7.2}× {peak:>9.1} {most:>8}");
    }
    ratio(library) > MOST && !cfg!(debug_assertions)
}

/// Goes one way in a folder of its own. Opening the file is not measured, as it happens once in the life of the program.
fn taken(way: impl FnOnce(&Path) -> f64) -> Way {
    let folder = tempfile::tempdir().unwrap();
    // Linux forgets the peak of a process that asks for it; elsewhere there is no figure.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let seconds = way(folder.path());
    Way { seconds, peak: high_water(std::process::id()).unwrap_or(0) as f64 / 1024.0 }
}

/// The least that has to happen: the texts and their index, in one transaction, with the options of the library's file.
fn insert(folder: &Path, texts: &[Bytes]) -> f64 {
    let mut file = rusqlite::Connection::open(folder.join("bare.db")).unwrap();
    for (name, value) in [
        ("auto_vacuum", "INCREMENTAL"),
        ("journal_mode", "WAL"),
        ("synchronous", "FULL"),
        ("secure_delete", "ON"),
        ("temp_store", "MEMORY"),
    ] {
        file.pragma_update(None, name, value).unwrap();
    }
    // Texts without a document: this file has only half of the library.
    file.pragma_update(None, "foreign_keys", false).unwrap();
    file.execute_batch(SCHEMA).unwrap();
    let begun = Instant::now();
    let all = file.transaction().unwrap();
    for (number, text) in (1_i64..).zip(texts) {
        let (path, body) = (key(number as u64 - 1), std::str::from_utf8(text).unwrap());
        let title = path.rsplit('/').next().unwrap();
        for into_text_and_index in [
            "INSERT INTO texts (number, title, path, body) VALUES (?1, ?2, ?3, ?4)",
            "INSERT INTO search (rowid, title, path, body) VALUES (?1, ?2, ?3, ?4)",
        ] {
            let values = rusqlite::params![number, title, path, body];
            all.prepare_cached(into_text_and_index).unwrap().execute(values).unwrap();
        }
    }
    all.commit().unwrap();
    begun.elapsed().as_secs_f64()
}

/// The same documents through the face of the library, as many at once as a sync has on their way.
async fn put(folder: &Path, texts: &[Bytes]) -> f64 {
    let library = Library::open(&folder.join("library.db")).unwrap();
    let lanes = library.lanes().min(AppSettings::default().transfers as usize);
    let documents: Vec<Document> = (0..texts.len() as u64).map(document).collect();
    let begun = Instant::now();
    futures::stream::iter(documents.iter().zip(texts))
        .for_each_concurrent(lanes, |(document, text)| {
            let library = &library;
            async move {
                let answer = library.put(document, Content::of(text.clone())).await.unwrap();
                assert!(matches!(answer, Put::Indexed { .. }), "{answer:?}");
            }
        })
        .await;
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(library.document_count(), texts.len() as u64);
    seconds
}

fn document(number: u64) -> Document {
    let (connection, key) = ("connection".to_owned(), ObjectKey::new(key(number)));
    let (etag, tag) = (ETag::new(format!("\"{number:032x}\"")), ContainerTag::parse("team").unwrap());
    let id = document_id(&connection, &key, &etag, &tag);
    let (size, modified) = (LENGTH as u64, Some(1_700_000_000_000));
    Document { id, connection, bucket: "big".into(), key, etag, tag, size, modified }
}

/// From "sync now" to the end of the run, with an engine of its own.
async fn sync(folder: &Path, bucket: &MadeUp, documents: usize) -> f64 {
    let engine = Engine::open(folder, Arc::new(MemorySecrets::default())).await.unwrap();
    let draft = json!({
        "name": "big", "bucket": "big", "region": "us-east-1", "endpoint": bucket.endpoint(), "everyMinutes": 0,
        "containerTagRegex": RULE, "documentLimit": documents, "credentials": {"kind": "anonymous"},
    });
    let id = engine.connection_add(serde_json::from_value(draft).unwrap()).await.unwrap().id;
    let begun = Instant::now();
    let run = engine.sync_start(id, SyncOptions::default()).await.unwrap();
    let run = engine.run_wait(&run.id).await.unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!((run.state, run.sent), (RunState::Completed, documents as u64));
    engine.shut_down().await;
    seconds
}

/// Different texts in a made-up language whose words are as common as those of others: the n-th one comes 1/n times as
/// often as the first.
fn texts(documents: u64) -> Vec<Bytes> {
    let words = words();
    let mut chance = Chance::of(6);
    let mut text = || {
        let mut text = String::with_capacity(LENGTH + 32);
        while text.len() < LENGTH {
            let rank = (WORDS as f64).powf(chance.below(1 << 32) as f64 / (1_u64 << 32) as f64);
            text.push_str(&words[rank as usize - 1]);
            text.push_str(match chance.below(60) {
                0 => ".\n\n",
                1..4 => ". ",
                _ => " ",
            });
        }
        text.truncate(LENGTH);
        Bytes::from(text)
    };
    (0..documents).map(|_| text()).collect()
}

/// Words of a few syllables, the common ones shorter, no two alike.
fn words() -> Vec<String> {
    const SYLLABLES: [&str; 40] = [
        "ba", "be", "bi", "bo", "da", "de", "di", "do", "fa", "fe", "ga", "go", "ka", "ke", "ki", "ko", "la", "le",
        "li", "lo", "ma", "me", "mi", "mo", "na", "ne", "ni", "no", "ra", "re", "ri", "ro", "sa", "se", "si", "so",
        "ta", "te", "ti", "to",
    ];
    let word = |mut number: usize| {
        let mut word = String::new();
        loop {
            word.push_str(SYLLABLES[number % SYLLABLES.len()]);
            number /= SYLLABLES.len();
            if number == 0 {
                return word;
            }
        }
    };
    (0..WORDS).map(word).collect()
}
