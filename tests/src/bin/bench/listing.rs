//! Listing a large bucket, beside what people would use instead: rclone and the AWS CLI. All of them are processes of their
//! own, list the same bucket by turns, and throw the names away.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use s3_connector_engine::slices::{Listing, STREAMS};
use s3_connector_engine::source::S3Source;
use s3_connector_tests::source_contract::{access_key, settings};
use s3_connector_tests::tools::installed;

use super::shapes::{Shape, Shaped};

const KEYS: u64 = 200_000;
const LATENCY: Duration = Duration::from_millis(30);
/// How many times each one lists; the middle counts.
const ROUNDS: usize = 5;
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

/// One run of a program: its time and the requests that it made.
#[derive(Debug, Clone, Copy)]
struct Run {
    seconds: f64,
    requests: u64,
}

/// Measures, prints, and says whether a bar was missed. `once`: one round only.
pub fn is_slow(part: u64, once: bool) -> bool {
    println!(
        "\n{:<26} {:>9} {:<8} {:>9} {:>8} {:>9} {:>8}",
        "listing, 30 ms a page", "keys", "by", "seconds", "ratio", "requests", "bar"
    );
    let mut slow = false;
    for shape in Shape::ALL {
        let keys = KEYS / part;
        let bucket = Shaped::start(shape, keys, LATENCY);
        let mut runs: [Vec<Run>; 3] = Default::default();
        for _ in 0..if once { 1 } else { ROUNDS } {
            for (program, runs) in programs(&bucket.endpoint()).into_iter().zip(&mut runs) {
                runs.extend(program.and_then(|program| run(program, &bucket, keys)));
            }
        }
        let [own, rclone, aws] = runs.map(middle);
        let own = own.expect("the bench lists");
        let serial = keys.div_ceil(1_000);
        let within = own.requests as f64 <= serial as f64 * MORE_REQUESTS + 1.0;
        let requests = format!("{} of {serial}", own.requests);
        println!(
            "{:<26} {keys:>9} {:<8} {:>9.2} {:>8} {requests:>9} {:>8}",
            shape.name(),
            "ours",
            own.seconds,
            "",
            "× 1.15"
        );
        slow |= !within;
        for ((name, bar), peer) in BARS.into_iter().zip([rclone, aws]) {
            let Some(peer) = peer else {
                println!("{:<26} {keys:>9} {name:<8} is not on this computer", "");
                continue;
            };
            let ratio = peer.seconds / own.seconds;
            println!(
                "{:<26} {keys:>9} {name:<8} {:>9.2} {ratio:>7.1}× {:>9} {bar:>7.0}×",
                "", peer.seconds, peer.requests
            );
            slow |= ratio < bar;
        }
    }
    slow
}

fn programs(endpoint: &str) -> [Option<Command>; 3] {
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

/// Runs a program, which must tell every key (the probe tells their number).
fn run(mut program: Command, bucket: &Shaped, keys: u64) -> Option<Run> {
    bucket.requests();
    let begun = Instant::now();
    let said = program.stderr(Stdio::inherit()).output().expect("it starts");
    let seconds = begun.elapsed().as_secs_f64();
    let lines = said.stdout.iter().filter(|byte| **byte == b'\n').count() as u64;
    let told = if lines == 1 { String::from_utf8_lossy(&said.stdout).trim().parse().unwrap_or(1) } else { lines };
    // rclone names folders, too.
    assert!(said.status.success() && told >= keys, "{program:?} told {told} keys of {keys}");
    Some(Run { seconds, requests: bucket.requests() })
}

fn middle(mut runs: Vec<Run>) -> Option<Run> {
    runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    runs.get(runs.len() / 2).copied()
}
