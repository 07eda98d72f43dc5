//! Listing a large bucket, beside what people would use instead: rclone and the AWS CLI. All of them are processes of their
//! own, list the same bucket by turns, and throw the names away.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use s3_connector_engine::slices::{Listing, STREAMS};
use s3_connector_engine::source::S3Source;
use s3_connector_tests::source_contract::{access_key, settings};
use s3_connector_tests::tools::installed;

use super::Bench;
use super::shapes::{Shape, Shaped};
use super::taken::{Taken, middle};

const KEYS: u64 = 200_000;
const LATENCY: Duration = Duration::from_millis(30);
/// How many times faster than rclone, and than the AWS CLI.
const BARS: [(&str, f64); 2] = [("rclone", 15.0), ("aws", 40.0)];
/// Requests beside those of a serial listing.
const MORE_REQUESTS: f64 = 1.15;

/// The word by which the bench starts itself as the process that lists.
pub const PROBE: &str = "list-probe";

/// Lists a bucket and says how many keys it has: what is measured.
pub fn probe(endpoint: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let keys = runtime.block_on(async {
        let source = S3Source::new(&settings(endpoint, "big"), &access_key("k", "s")).await.unwrap();
        let mut listing = Listing::new(Arc::new(source), "", STREAMS);
        let mut keys = 0;
        while let Some(part) = listing.next(true).await.unwrap() {
            keys += part.objects.len();
        }
        keys
    });
    println!("{keys}");
}

/// One run of a program: what it took, and the requests that it made.
pub struct Run {
    pub taken: Taken,
    pub requests: u64,
}

impl Run {
    /// Runs a program over a bucket.
    pub fn over(bucket: &Shaped, program: impl FnOnce() -> Taken) -> Self {
        bucket.requests();
        let taken = program();
        Self { taken, requests: bucket.requests() }
    }
}

/// Measures, prints, and says whether a bar was missed.
pub fn is_slow(bench: &Bench) -> bool {
    println!(
        "\n{:<26} {:>9} {:<8} {:>9} {:>8} {:>9} {:>10} {:>8}",
        "listing, 30 ms a page", "keys", "by", "seconds", "ratio", "peak MB", "requests", "bar"
    );
    let misses = |shape: &Shape| lists_slowly(bench, *shape);
    // Every shape is measured, whatever came before.
    Shape::ALL.iter().filter(|shape| misses(shape)).count() > 0 && !cfg!(debug_assertions)
}

fn lists_slowly(bench: &Bench, shape: Shape) -> bool {
    let keys = KEYS / bench.part;
    let bucket = Shaped::start(shape, keys, LATENCY);
    let mut runs: [Vec<Run>; 3] = Default::default();
    for _ in 0..bench.rounds() {
        for (program, runs) in programs(&bucket.endpoint()).into_iter().zip(&mut runs) {
            runs.extend(program.map(|mut program| Run::over(&bucket, || list(&mut program, keys))));
        }
    }
    let [own, rclone, aws] = runs.map(|runs| middle(runs, |run| run.taken.seconds()));
    let own = own.expect("the bench lists");
    let serial = keys.div_ceil(1_000);
    let mut missed = own.requests as f64 > serial as f64 * MORE_REQUESTS + 1.0;
    let line = |name: &str, by: &str, run: &Run, ratio: &str, bar: &str| {
        let (seconds, memory, requests) = (run.taken.seconds(), run.taken.megabytes(), run.requests);
        println!("{name:<26} {keys:>9} {by:<8} {seconds:>9.2} {ratio:>8} {memory:>9.1} {requests:>10} {bar:>8}");
    };
    line(shape.name(), "ours", &own, "", "× 1.15");
    for ((name, bar), peer) in BARS.into_iter().zip([rclone, aws]) {
        let Some(peer) = peer else {
            println!("{:<26} {keys:>9} {name:<8} is not on this computer", "");
            continue;
        };
        let ratio = peer.taken.seconds() / own.taken.seconds();
        line("", name, &peer, &format!("{ratio:.1}×"), &format!("{bar:.0}×"));
        missed |= ratio < bar;
    }
    missed
}

/// This program's own listing, rclone and the AWS CLI, as far as they are on this computer.
pub fn programs(endpoint: &str) -> [Option<Command>; 3] {
    let mut own = Command::new(std::env::current_exe().unwrap());
    own.args([PROBE, endpoint]);
    let rclone = installed("rclone").map(|program| {
        let mut rclone = Command::new(program);
        let remote =
            format!(":s3,provider=Other,list_version=2,access_key_id=k,secret_access_key=s,endpoint='{endpoint}':big");
        rclone.args(["lsf", "-R", "--fast-list", "--config", "/dev/null"]).arg(remote);
        rclone
    });
    let aws = installed("aws").map(|program| {
        let mut aws = Command::new(program);
        aws.args(["s3", "ls", "s3://big", "--recursive", "--endpoint-url", endpoint]);
        aws.envs([("AWS_ACCESS_KEY_ID", "k"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_DEFAULT_REGION", "us-east-1")]);
        aws
    });
    [Some(own), rclone, aws]
}

/// Runs a program, which must tell every key.
pub fn list(program: &mut Command, keys: u64) -> Taken {
    let taken = Taken::by(program);
    // One in a line, or, in its only line, their number. rclone names folders, too.
    let told = if taken.lines == 1 { taken.last.parse().unwrap_or(1) } else { taken.lines };
    assert!(told >= keys, "{program:?} told too few keys: {taken:?}");
    taken
}
