//! One object as large as a Supermemory takes it, beside a small one: what it takes of the memory is told by the difference,
//! and is no more than the pieces that are under way.

use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use s3_connector_tests::loopback::Loopback;
use s3_connector_tests::supermemory::{FakeSupermemory, Quirks};
use s3s::Body;

use super::Bench;
use super::bucket::Answer;
use super::taken::{Taken, middle};
use super::transfer::RULE;
use super::world::{Wish, World};

/// The most memory above that of a small object, in MB.
const LIMIT: f64 = 32.0;
const LARGE: usize = 50_000_000;
const SMALL: usize = 1_000;
/// Whose bytes come as they are, and those of which every one is looked at, to find out that it is text.
const CASES: [(&str, &[u8]); 2] = [("scan.pdf", b"%PDF-1.7\n\xff\xfe\x00"), ("log.csv", "Wörter 汉字, ".as_bytes())];

/// Sends each alone, prints what it took, and says whether it took too much memory.
pub fn takes_too_much(bench: &Bench) -> bool {
    println!(
        "\n{:<24} {:>12} {:>8} {:>8} {:>8} {:>12} {:>12}",
        "one to a Supermemory", "bytes", "seconds", "CPU s", "peak MB", "above small", "of the limit"
    );
    let mut over = false;
    for (name, words) in CASES {
        let mut idle = None;
        for length in [SMALL, LARGE / bench.part as usize] {
            let taken = (0..bench.rounds()).map(|_| one(bench, name, words, length)).collect();
            let taken = middle(taken, Taken::megabytes).expect("a round");
            let above = taken.megabytes() - *idle.get_or_insert(taken.megabytes());
            over |= above >= LIMIT;
            let (seconds, work, memory) = (taken.seconds(), taken.work as f64 / 100.0, taken.megabytes());
            let share = above / LIMIT;
            println!("{name:<24} {length:>12} {seconds:>8.1} {work:>8.1} {memory:>8.1} {above:>12.1} {share:>11.2}×");
        }
    }
    over
}

fn one(bench: &Bench, name: &str, words: &[u8], length: usize) -> Taken {
    let server = FakeSupermemory::with(Quirks { slots: None, remembers_bodies: false, ..Quirks::self_hosted(0) });
    let bucket = bucket(name, words, length);
    let (endpoint, to) = (bucket.url(), server.url());
    let world = World::new(&bench.s3c, Wish { endpoint: &endpoint, rule: RULE, limit: 10, to: &to });
    let taken = world.run(&["sync", "big"]);
    let arrived: Vec<_> = server.documents().into_iter().map(|document| document.file.map(|file| file.size)).collect();
    // A short text goes as such.
    assert!(arrived == [Some(length)] || (length == SMALL && arrived == [None]), "not what was sent: {arrived:?}");
    taken
}

/// With this object and no other.
fn bucket(name: &str, words: &[u8], length: usize) -> Loopback {
    let (key, etag) = (format!("users/u/{name}"), format!("\"{length:032x}\""));
    let mut bytes = words.repeat(length / words.len());
    // Its end is no cut word.
    bytes.resize(length, b'.');
    let bytes = Bytes::from(bytes);
    let mut listing = Answer::default();
    listing.object(&key, &etag, length);
    let listing = listing.end(None);
    let respond = move |request: hyper::Request<_>| {
        let answer = if request.uri().path().ends_with(&key) {
            hyper::Response::builder().header("etag", &etag).body(Body::from(bytes.clone()))
        } else {
            hyper::Response::builder().header("content-type", "application/xml").body(listing.clone().into())
        };
        async move { Ok(answer.expect("an answer")) }.boxed()
    };
    Loopback::serve(Arc::new(respond)).expect("a free port on loopback")
}
