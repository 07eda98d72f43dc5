//! `cargo xtask bench`: how much memory and time a sync and a preview of very many objects take. The bucket is made up
//! page by page in this process; the process that is measured is `s3c` alone. Each case runs at a tenth of its size first,
//! so that the table says what grows with the bucket; memory over the limit is a failure. Behind the table: documents sent
//! to a Supermemory that takes a moment for every answer; less than the requests at once make possible is a failure too. And a
//! preview, as a person waits for it; listings, beside rclone and the AWS CLI; and documents on their way into the library,
//! beside a bare insert of the same texts.

#![allow(clippy::unwrap_used, reason = "a bench that cannot go on panics")]
#![allow(clippy::print_stdout, reason = "its voice is the terminal")]

mod bucket;
#[cfg(target_os = "linux")]
mod desktop;
#[cfg(target_os = "linux")]
mod first_use;
mod library;
mod listing;
mod preview;
#[cfg(target_os = "linux")]
mod scroll;
mod shapes;
mod studio;
mod there;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use bucket::MadeUp;

/// The most memory that a case may take, in MB.
const LIMIT: u64 = 200;
/// Objects of a whole sync, and keys of a listing that is only previewed.
const SYNCED: u64 = 100_000;
const LISTED: u64 = 1_000_000;

/// What a command took.
#[derive(Default)]
struct Taken {
    /// From its start to its end, whatever else the machine did meanwhile.
    time: Duration,
    /// Processor time, in hundredths of a second: what is compared.
    work: u64,
    /// Highest resident memory, in KiB.
    memory: u64,
}

struct Case {
    name: &'static str,
    words: &'static [&'static str],
    objects: u64,
}

const CASES: [Case; 3] = [
    Case { name: "first sync", words: &["sync", "big"], objects: SYNCED },
    Case { name: "sync with nothing to do", words: &["sync", "big"], objects: SYNCED },
    Case { name: "listing and preview", words: &["preview", "big", "--limit", "0"], objects: LISTED },
];

fn main() -> ExitCode {
    let s3c = std::env::current_exe().unwrap().with_file_name(format!("s3c{}", std::env::consts::EXE_SUFFIX));
    let words: Vec<String> = std::env::args().collect();
    if let [_, word, endpoint] = &words[..]
        && word == listing::PROBE
    {
        listing::probe(endpoint);
        return ExitCode::SUCCESS;
    }
    // For a look at the trend without the wait: every size divided by this.
    let part = std::env::args().nth(1).and_then(|part| part.parse().ok()).unwrap_or(1);
    println!("{}", machine());
    // Named by itself, only that is measured.
    let named = |name: &str| std::env::args().any(|word| word == name);
    let all = !["desktop", "first-use", "scroll", "supermemory", "preview", "studio", "listing", "library"]
        .into_iter()
        .any(named);
    #[cfg(target_os = "linux")]
    let heavy = ((all || named("desktop")) && desktop::is_heavy()) | ((all || named("scroll")) && scroll::stutters());
    #[cfg(target_os = "linux")]
    if all || named("first-use") {
        first_use::walk();
    }
    #[cfg(not(target_os = "linux"))]
    let heavy = false;
    if heavy {
        println!("the window has to show sooner, scroll more smoothly, or take less while nobody looks");
    }
    let over = all && takes_too_much(&s3c, part);
    let waits = (all || named("preview")) && preview::is_slow(part);
    if waits {
        println!("a preview has to answer sooner");
    }
    let stutters = (all || named("studio")) && studio::is_slow(part);
    if stutters {
        println!("a rule has to be answered as fast as it is typed");
    }
    let lists = (all || named("listing")) && listing::is_slow(part, named("once"));
    if lists {
        println!("a listing has to be faster beside others, or to ask for less");
    }
    let trails = (all || named("library")) && library::is_slow(part);
    if trails {
        println!("the library takes documents too slowly");
    }
    let slow = (all || named("supermemory")) && there::is_slow(&s3c, part);
    if slow {
        println!("less than {} % of what the requests at once make possible", there::SHARE);
    }
    if over {
        println!("more than {LIMIT} MB: a bucket must not be able to fill the memory");
    }
    if heavy || over || slow || waits || stutters || lists || trails { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Measures the cases, prints the table, and says whether one took too much memory.
fn takes_too_much(s3c: &Path, part: u64) -> bool {
    println!(
        "{:<24} {:>9} {:>8} {:>8} {:>12} {:>8} {:>12} {:>12}",
        "case", "objects", "seconds", "CPU s", "per CPU s", "peak MB", "of the limit", "× a tenth"
    );
    let (small, large) = (World::new(s3c), World::new(s3c));
    let mut over = false;
    for Case { name, words, objects } in CASES {
        let before = small.run(words, objects / 10 / part);
        let taken = large.run(words, objects / part);
        for (objects, taken, grown) in [(objects / 10 / part, &before, None), (objects / part, &taken, Some(&before))] {
            println!("{}", line(name, objects, taken, grown));
        }
        over |= taken.memory > LIMIT * 1024;
    }
    over
}

fn line(name: &str, objects: u64, taken: &Taken, before: Option<&Taken>) -> String {
    let (seconds, memory) = (taken.time.as_secs_f64(), taken.memory as f64 / 1024.0);
    let grown = before.map_or_else(String::new, |before| {
        let ratio = |now: u64, then: u64| now as f64 / then.max(1) as f64;
        format!("{:.1}t {:.2}m", ratio(taken.work, before.work), ratio(taken.memory, before.memory))
    });
    let work = taken.work as f64 / 100.0;
    let speed = objects as f64 / work;
    let share = memory / LIMIT as f64;
    format!("{name:<24} {objects:>9} {seconds:>8.1} {work:>8.1} {speed:>12.0} {memory:>8.1} {share:>11.2}× {grown:>12}")
}

/// A data folder with a connection to a bucket of whatever size.
struct World {
    s3c: PathBuf,
    home: tempfile::TempDir,
    bucket: MadeUp,
}

impl World {
    fn new(s3c: &Path) -> Self {
        Self::to(s3c, "library")
    }

    /// The same, with the documents somewhere else.
    fn to(s3c: &Path, destination: &str) -> Self {
        let world = Self { s3c: s3c.to_owned(), home: tempfile::tempdir().unwrap(), bucket: MadeUp::start() };
        let endpoint = world.bucket.endpoint();
        world.run(
            &[
                "connections",
                "add",
                "--name",
                "big",
                "--bucket",
                "big",
                "--region",
                "us-east-1",
                "--endpoint",
                &endpoint,
                "--container-tag-regex",
                "users/(?<userId>[^/]+)/",
                "--document-limit",
                "200000",
                "--credentials",
                "anonymous",
                "--to",
                destination,
            ],
            0,
        );
        world
    }

    /// Runs `s3c` to its end over a bucket of this size.
    fn run(&self, words: &[&str], objects: u64) -> Taken {
        self.bucket.resize(objects);
        let begun = Instant::now();
        let mut child = Command::new(&self.s3c)
            .env_clear()
            .env("HOME", self.home.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .arg("--data-dir")
            .arg(self.home.path().join("data"))
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut taken = Taken::default();
        let status = loop {
            // The kernel counts; the last look before the end is the answer.
            taken.memory = high_water(child.id()).unwrap_or(taken.memory);
            taken.work = worked(child.id()).unwrap_or(taken.work);
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        assert!(status.success(), "s3c {words:?} failed");
        Taken { time: begun.elapsed(), ..taken }
    }
}

/// `VmHWM` of a process, in KiB.
fn high_water(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Processor time of a process in user and system mode, in hundredths of a second (`proc_pid_stat(5)`: fields 14 and 15,
/// of which the second field, the name, may have spaces).
fn worked(process: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    // A process that has ended and is not waited for yet has no memory any more, and shows what it worked.
    Some(user + system)
}

/// The app beside this program, in the same profile.
#[cfg(target_os = "linux")]
fn app() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("s3-connector")
}

fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let cpu = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = read("/proc/meminfo");
    let memory = memory.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let (cpu, gib) = (cpu.trim_start_matches([' ', '\t', ':']), memory.unwrap_or(0) / 1024 / 1024);
    format!("{cpu}, {cores} cores, {gib} GiB, {}, profile {profile}", std::env::consts::OS)
}
