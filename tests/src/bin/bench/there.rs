//! Documents on their way to a Supermemory that takes a moment for every answer. The requests that a client makes at once,
//! divided by that moment, is the most that can arrive in a second; the rest is what this program takes for itself.

use std::time::Duration;

use s3_connector_engine::knowledge_base::supermemory::REQUESTS;
use s3_connector_tests::supermemory::{FakeSupermemory, Operation, Quirks};

use super::Bench;
use super::bucket::MadeUp;
use super::transfer::RULE;
use super::world::{Wish, World};

/// The least share of what is possible that is good enough, in percent.
const SHARE: u64 = 90;
/// What every answer takes.
const MOMENT: Duration = Duration::from_millis(40);
const DOCUMENTS: u64 = 10_000;
/// Bytes of a document.
const LENGTH: u64 = 4_096;

/// Sends a tenth and then the whole, prints what it took, and says whether it took too long.
pub fn is_slow(bench: &Bench) -> bool {
    println!(
        "\n{:<26} {:>9} {:>8} {:>12} {:>12} {:>8} {:>8}",
        "to a Supermemory", "documents", "seconds", "per second", "of possible", "at once", "peak MB"
    );
    let [_, share] = [DOCUMENTS / 10, DOCUMENTS].map(|documents| one(bench, documents / bench.part));
    share < SHARE as f64 / 100.0
}

fn one(bench: &Bench, documents: u64) -> f64 {
    let quirks = Quirks { slots: None, remembers_bodies: false, ..Quirks::self_hosted(0) };
    let server = FakeSupermemory::with(quirks);
    let bucket = MadeUp::start();
    let (endpoint, to) = (bucket.endpoint(), server.url());
    let world = World::new(&bench.s3c, Wish { endpoint: &endpoint, rule: RULE, limit: 2 * DOCUMENTS, to: &to });
    (bucket.lengthen(LENGTH), bucket.resize(documents));
    server.set(|quirks| quirks.delay = MOMENT);
    let taken = world.run(&["sync", "big"]);
    assert_eq!(server.document_count() as u64, documents, "not all arrived");
    let moment = server.mean_delay();
    // From the first write to the last: listing and looking afterwards are not what is measured.
    let writes: Vec<_> = server.seen().into_iter().filter(|seen| seen.operation == Operation::AddDocument).collect();
    let time = writes.iter().map(|seen| seen.at).max().unwrap() - writes.iter().map(|seen| seen.at).min().unwrap();
    let (seconds, memory) = (taken.seconds(), taken.megabytes());
    let speed = documents as f64 / (time + moment).as_secs_f64();
    let possible = REQUESTS as f64 / moment.as_secs_f64();
    let (share, at_once) = (speed / possible, server.most_at_once());
    let name = format!("{:.1} ms for every answer", moment.as_secs_f64() * 1000.0);
    println!(
        "{name:<26} {documents:>9} {seconds:>8.1} {speed:>12.0} {:>10.0} % {at_once:>8} {memory:>8.1}",
        share * 100.0
    );
    share
}
