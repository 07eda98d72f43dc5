//! A whole sync of many small objects, as a person waits for it, and one with nothing to do. Each case runs at a tenth of its
//! size first, so that the table says what grows with the bucket; memory over the limit is a failure.

use super::Bench;
use super::bucket::MadeUp;
use super::taken::Taken;
use super::world::{Wish, World};

/// The most memory that a case may take, in MB.
const LIMIT: f64 = 200.0;
const OBJECTS: u64 = 100_000;
const CASES: [&str; 2] = ["first sync", "sync with nothing to do"];

/// The rule of the made-up bucket.
pub const RULE: &str = "users/(?<userId>[^/]+)/";

/// Measures the cases, prints the table, and says whether one took too much memory.
pub fn takes_too_much(bench: &Bench) -> bool {
    println!(
        "\n{:<24} {:>9} {:>8} {:>8} {:>12} {:>8} {:>12} {:>12}",
        "a sync into the library", "objects", "seconds", "CPU s", "per CPU s", "peak MB", "of the limit", "× a tenth"
    );
    let bucket = MadeUp::start();
    let endpoint = bucket.endpoint();
    let wish = Wish { endpoint: &endpoint, rule: RULE, limit: 2 * OBJECTS, to: "library" };
    let sizes = [OBJECTS / 10 / bench.part, OBJECTS / bench.part];
    let worlds = sizes.map(|objects| (objects, World::new(&bench.s3c, wish)));
    let mut over = false;
    for name in CASES {
        let mut before: Option<Taken> = None;
        for (objects, world) in &worlds {
            bucket.resize(*objects);
            let taken = world.run(&["sync", "big"]);
            println!("{}", line(name, *objects, &taken, before.as_ref()));
            over |= taken.megabytes() > LIMIT;
            before = Some(taken);
        }
    }
    over
}

fn line(name: &str, objects: u64, taken: &Taken, before: Option<&Taken>) -> String {
    let grown = before.map_or_else(String::new, |before| {
        let ratio = |now: u64, then: u64| now as f64 / then.max(1) as f64;
        format!("{:.1}t {:.2}m", ratio(taken.work, before.work), ratio(taken.memory, before.memory))
    });
    let (seconds, memory, work) = (taken.seconds(), taken.megabytes(), taken.work as f64 / 100.0);
    let (speed, share) = (objects as f64 / work, memory / LIMIT);
    format!("{name:<24} {objects:>9} {seconds:>8.1} {work:>8.1} {speed:>12.0} {memory:>8.1} {share:>11.2}× {grown:>12}")
}
