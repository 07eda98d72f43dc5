//! What a bucket costs as it grows, from ten thousand keys to five million: listed only; listed, recorded and decided for the
//! first time; and synced again when nothing has changed. Without latency, so that what is measured is work, and beside
//! rclone's bare listing. Each is a process of its own over the same bucket, by turns.

use std::process::Command;
use std::time::Duration;

use super::listing::{self, Run};
use super::plot::{self, Line};
use super::shapes::{Shape, Shaped};
use super::taken::middle;
use super::world::{Wish, World};
use super::{Bench, MIDDLE_OF};

const SIZES: [u64; 4] = [10_000, 100_000, 1_000_000, 5_000_000];
/// The size that the bars are about, but for the last.
const BARS_AT: u64 = 1_000_000;
/// Listing, recording and deciding, beside rclone's bare listing.
const FIRST: f64 = 0.6;
/// A sync in which nothing has changed, beside the bare listing by the same source.
const AGAIN: f64 = 1.2;
/// Peak memory, in MB.
const MEMORY: f64 = 150.0;
/// The most that a key may cost in the largest bucket, beside one in the bucket before it.
const STRAIGHT: f64 = 1.3;
/// Documents of a connection, as they are unless somebody asks for more.
const LIMIT: u64 = 10_000;
const RULE: &str = "tenants/(?<tenant>[^/]+)/";

/// What is compared, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Bare,
    First,
    Again,
    Rclone,
}

impl Work {
    const ALL: [Self; 4] = [Self::Bare, Self::First, Self::Again, Self::Rclone];

    fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare listing",
            Self::First => "list, record, decide",
            Self::Again => "sync, nothing changed",
            Self::Rclone => "rclone's bare listing",
        }
    }
}

/// The middle runs over a bucket of one size; rclone only where the bars are.
struct Row {
    keys: u64,
    runs: Vec<(Work, Run)>,
}

impl Row {
    fn of(&self, work: Work) -> Option<&Run> {
        self.runs.iter().find(|(one, _)| *one == work).map(|(_, run)| run)
    }

    fn seconds(&self, work: Work) -> Option<f64> {
        self.of(work).map(|run| run.taken.seconds())
    }
}

/// Measures, prints, draws, and says whether a bar was missed.
pub fn is_steep(bench: &Bench) -> bool {
    println!(
        "\n{:<22} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8} {:>16} {:>6}",
        "a bucket, no latency", "keys", "seconds", "CPU s", "µs a key", "peak MB", "requests", "ratio", "bar"
    );
    let rows: Vec<Row> = SIZES.iter().map(|keys| measure(bench, keys / bench.part, *keys == BARS_AT)).collect();
    let mut missed = false;
    for (at, row) in rows.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &rows[before]);
        missed |= tell(row, before.filter(|_| at + 1 == rows.len()), SIZES[at] == BARS_AT);
    }
    let line = |work: Work| Line {
        name: work.name(),
        points: rows.iter().filter_map(|row| Some((row.keys as f64, row.seconds(work)?))).collect(),
    };
    let lines: Vec<Line> = Work::ALL.into_iter().map(line).collect();
    bench.draw("benchmarks.svg", &plot::svg("Seconds by keys of the bucket, no latency", &lines));
    missed && !cfg!(debug_assertions)
}

fn measure(bench: &Bench, keys: u64, with_rclone: bool) -> Row {
    let bucket = Shaped::start(Shape::Tenants, keys, Duration::ZERO);
    let endpoint = bucket.endpoint();
    let wish = Wish { endpoint: &endpoint, rule: RULE, limit: LIMIT, to: "library" };
    let [mut bare, rclone, _] = listing::programs(&endpoint);
    let mut rclone = rclone.filter(|_| with_rclone);
    let list = |work: Work, program: &mut Option<Command>| {
        program.as_mut().map(|program| (work, Run::over(&bucket, || listing::list(program, keys))))
    };
    let synced = World::new(&bench.s3c, wish);
    synced.run(&["sync", "big"]);
    let mut all: Vec<(Work, Run)> = Vec::new();
    for _ in 0..bench.rounds() {
        // What is compared runs side by side, and behind nothing that still writes to the disk.
        all.extend(list(Work::Rclone, &mut rclone));
        all.extend(list(Work::Bare, &mut bare));
        all.push((Work::Again, Run::over(&bucket, || synced.run(&["sync", "big"]))));
        let fresh = World::new(&bench.s3c, wish);
        all.push((Work::First, Run::over(&bucket, || fresh.run(&["preview", "big", "--limit", "0"]))));
    }
    let mut row = Row { keys, runs: Vec::new() };
    for work in Work::ALL {
        let (these, rest) = all.into_iter().partition::<Vec<_>, _>(|(one, _)| *one == work);
        all = rest;
        row.runs.extend(middle(these, |(_, run)| run.taken.seconds()));
    }
    row
}

/// Prints what a bucket took, and says whether a bar was missed.
fn tell(row: &Row, before: Option<&Row>, has_bars: bool) -> bool {
    let mut missed = false;
    for (work, Run { taken, requests }) in &row.runs {
        let (seconds, memory) = (taken.seconds(), taken.megabytes());
        let a_key = |row: &Row| row.seconds(*work).map(|seconds| seconds * 1e6 / row.keys as f64);
        let beside = |other: Work| row.seconds(other).map(|other| seconds / other);
        let (ratio, bar) = match (work, before) {
            (Work::First, _) if has_bars => (beside(Work::Rclone).map(|ratio| (ratio, "rclone")), FIRST),
            (Work::Again, _) if has_bars => (beside(Work::Bare).map(|ratio| (ratio, "bare")), AGAIN),
            (_, Some(before)) => (a_key(row).zip(a_key(before)).map(|(now, then)| (now / then, "a fifth")), STRAIGHT),
            (_, None) => (None, 0.0),
        };
        missed |= ratio.is_some_and(|(ratio, _)| ratio > bar);
        missed |= has_bars && *work == Work::First && memory > MEMORY;
        let ratio_text = ratio.map(|(ratio, of)| format!("{ratio:.2} × {of}")).unwrap_or_default();
        let bar = ratio.map(|_| bar.to_string()).unwrap_or_default();
        println!(
            "{:<22} {:>9} {seconds:>9.2} {:>9.2} {:>9.2} {memory:>9.1} {requests:>8} {ratio_text:>16} {bar:>6}",
            work.name(),
            row.keys,
            taken.work as f64 / 100.0,
            a_key(row).unwrap_or_default(),
        );
    }
    if has_bars {
        println!("{:<22} peak memory of the first at most {MEMORY} MB; middle of {MIDDLE_OF}", "");
    }
    missed
}
