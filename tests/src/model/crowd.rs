//! Plays many scripts, several at once, and tells of those that went wrong.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use s3_connector_engine::laws::Laws;

use super::play::{Report, play_on, tell};
use super::script::{Script, print};
use super::shrink::shrink;
use super::stage::Stage;

/// Scripts played at once.
const AT_ONCE: usize = 2;
/// Failures after which no more scripts are played.
const ENOUGH: usize = 3;

/// How many scripts ended.
#[derive(Debug, Default)]
pub struct Tally {
    /// Scripts that were played.
    pub played: u32,
    /// Repeated puts in all of them.
    pub repeats: u32,
    /// The most undisturbed runs that one of them needed.
    pub calm: u32,
    /// Those that went wrong, by name.
    pub wrong: Vec<(String, Script, &'static str)>,
}

impl Tally {
    fn add(&mut self, name: &str, script: Script, report: &Report) {
        self.played += 1;
        self.repeats += report.repeats;
        self.calm = self.calm.max(report.calm);
        if let Some(why) = report.wrong.first() {
            self.wrong.push((name.to_owned(), script, why));
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { played, repeats, calm, wrong } = self;
        write!(f, "{played} scripts, {} wrong, {repeats} repeated puts, calm after at most {calm} runs", wrong.len())
    }
}

/// Plays named scripts with all laws on.
///
/// # Panics
/// Where one goes wrong: with its name, what went wrong, and the shortest script that does the same.
pub fn play_all(scripts: impl Iterator<Item = (String, Script)> + Send) -> Tally {
    let scripts = Mutex::new(scripts);
    let tally = Mutex::new(Tally::default());
    let next = || {
        let enough = lock(&tally).wrong.len() >= ENOUGH;
        if enough { None } else { lock(&scripts).next() }
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let mut stage = Stage::new(Laws::default());
                while let Some((name, script)) = next() {
                    let report = play_on(&mut stage, &script);
                    lock(&tally).add(&name, script, &report);
                }
            });
        }
    });
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(tally.wrong.is_empty(), "{tally}\n{}", explain(&tally));
    tally
}

fn explain(tally: &Tally) -> String {
    let explained = tally.wrong.iter().map(|(name, script, why)| {
        let short = shrink(script.clone(), Laws::default(), why);
        format!("{name}: {why}\n  as played: {}\n  shortest:  {}", print(script), tell(&short, Laws::default()))
    });
    explained.collect::<Vec<_>>().join("\n\n")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
