//! `cargo xtask bench`: what a person waits for and what the machine gives for it, in parts that can be named: the window,
//! a whole sync, the preview, the rule tester, listings beside rclone and the AWS CLI, buckets as they grow, documents on
//! their way into the library beside a bare insert and to a Supermemory, and one large object. Buckets are made up in this
//! process. Where a bar is missed, the bench fails.

#![allow(clippy::unwrap_used, reason = "a bench that cannot go on panics")]
#![allow(clippy::print_stdout, reason = "its voice is the terminal")]

mod bucket;
#[cfg(target_os = "linux")]
mod desktop;
#[cfg(target_os = "linux")]
mod first_use;
mod growth;
mod large;
mod library;
mod listing;
mod plot;
mod preview;
#[cfg(target_os = "linux")]
mod scroll;
mod shapes;
mod studio;
mod taken;
mod there;
mod transfer;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

/// Rounds of what is compared with others; the middle one counts.
const MIDDLE_OF: usize = 5;

/// What is measured, and how.
pub struct Bench {
    s3c: PathBuf,
    /// For a look at the trend without the wait: every size divided by this.
    part: u64,
    /// One round only, for a quick look.
    once: bool,
    /// Where pictures go.
    pictures: PathBuf,
}

impl Bench {
    fn rounds(&self) -> usize {
        if self.once { 1 } else { MIDDLE_OF }
    }

    fn draw(&self, name: &str, picture: &str) {
        std::fs::write(self.pictures.join(name), picture).unwrap();
    }
}

/// A part of the bench: it prints its table, and says whether a bar was missed.
struct Part {
    name: &'static str,
    misses: fn(&Bench) -> bool,
    /// What is said then.
    missed: &'static str,
}

const PARTS: &[Part] = &[
    #[cfg(target_os = "linux")]
    Part {
        name: "desktop",
        misses: |_| desktop::is_heavy(),
        missed: "the window has to show sooner, or take less while nobody looks",
    },
    #[cfg(target_os = "linux")]
    Part { name: "first-use", misses: |_| first_use::walk(), missed: "" },
    #[cfg(target_os = "linux")]
    Part { name: "scroll", misses: |_| scroll::stutters(), missed: "the window has to scroll more smoothly" },
    Part { name: "transfer", misses: transfer::takes_too_much, missed: "a bucket must not be able to fill the memory" },
    Part { name: "preview", misses: preview::is_slow, missed: "a preview has to answer sooner" },
    Part { name: "studio", misses: studio::is_slow, missed: "a rule has to be answered as fast as it is typed" },
    Part {
        name: "listing",
        misses: listing::is_slow,
        missed: "a listing has to be faster beside others, or to ask for less",
    },
    Part {
        name: "growth",
        misses: growth::is_steep,
        missed: "a large bucket has to cost less beside others, or no more than in proportion",
    },
    Part { name: "library", misses: library::is_slow, missed: "the library takes documents too slowly" },
    Part {
        name: "supermemory",
        misses: there::is_slow,
        missed: "less is sent than the requests at once make possible",
    },
    Part { name: "large", misses: large::takes_too_much, missed: "a large object must not lie in memory" },
];

fn main() -> ExitCode {
    let own = std::env::current_exe().unwrap();
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, endpoint] = &words[..]
        && word == listing::PROBE
    {
        listing::probe(endpoint);
        return ExitCode::SUCCESS;
    }
    if let [word, shape, keys, milliseconds] = &words[..]
        && word == "serve"
    {
        shapes::serve(shape, keys.parse().unwrap(), milliseconds.parse().unwrap());
    }
    let is_named = |name: &str| words.iter().any(|word| word == name);
    let bench = Bench {
        s3c: own.with_file_name(format!("s3c{}", std::env::consts::EXE_SUFFIX)),
        part: words.iter().find_map(|word| word.parse().ok()).unwrap_or(1),
        once: is_named("once"),
        pictures: own.parent().and_then(|folder| folder.parent()).unwrap().to_owned(),
    };
    println!("{}", machine());
    // Named by itself, only that is measured.
    let all = !PARTS.iter().any(|part| is_named(part.name));
    let measured = PARTS.iter().filter(|part| all || is_named(part.name));
    let missed: Vec<&str> = measured.filter(|part| (part.misses)(&bench)).map(|part| part.missed).collect();
    for words in &missed {
        println!("{words}");
    }
    if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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
    let profile = if cfg!(debug_assertions) { "dev" } else { "measure (release without LTO)" };
    let (cpu, gib) = (cpu.trim_start_matches([' ', '\t', ':']), memory.unwrap_or(0) / 1024 / 1024);
    format!("{cpu}, {cores} cores, {gib} GiB, {}, profile {profile}", std::env::consts::OS)
}
