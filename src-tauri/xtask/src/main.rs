//! `cargo xtask`: set-up, build and start, nothing else.
//!
//! The two commands of the README are here. They install what is missing, ask no question, and are quick the
//! second time. No dependencies, so that this program itself compiles in a second.

// Its voice is the terminal.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod check;
mod engine_tree;
mod launch;
mod lines;
mod npm;
mod setup;
mod shell;
mod system;
mod tools;
mod ui;

use std::process::ExitCode;

use shell::{Outcome, Workspace};

const HELP: &str = "\
cargo xtask <command>

  run [--demo] [-- ARGUMENTS]  sets up, builds and opens the app; with --demo over a bucket of sample documents
                               on this computer. Without a display it works on one of its own and leaves pictures.
  test [FILTER]                sets up, builds and runs every test: UI, Rust, and the real window.
                               With a filter: only the Rust tests whose name contains it.
  bench [--release] [PART]     memory and speed of very large buckets, as tables; fails where a bar is missed
  check                        formatting, lints, types, licences, and the project's own rules
  generate                     writes the window's typed client and the README's table of errors from the engine's tables
  setup                        installs what run, test and check need, and stops there
  help                         this text
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some(command) = Command::read(&words) else {
        eprint!("{HELP}");
        return ExitCode::from(2);
    };
    match Workspace::here().and_then(|workspace| command.act(&workspace)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// What the person asked for.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Run { demo: bool, arguments: Vec<String> },
    Test { filter: Option<String> },
    Bench { release: bool, parts: Vec<String> },
    Check,
    Generate,
    Setup,
    Help,
}

impl Command {
    fn read(words: &[&str]) -> Option<Self> {
        match words {
            ["run", rest @ ..] => Self::read_run(rest),
            ["test"] => Some(Self::Test { filter: None }),
            ["test", filter] if !filter.starts_with('-') => Some(Self::Test { filter: Some((*filter).to_owned()) }),
            ["bench", rest @ ..] => Self::read_bench(rest),
            ["check"] => Some(Self::Check),
            ["generate"] => Some(Self::Generate),
            ["setup"] => Some(Self::Setup),
            ["help" | "--help" | "-h"] => Some(Self::Help),
            _ => None,
        }
    }

    fn read_run(words: &[&str]) -> Option<Self> {
        let (ours, theirs) = match words.iter().position(|word| *word == "--") {
            Some(at) => (&words[..at], &words[at + 1..]),
            None => (words, &[][..]),
        };
        let arguments = theirs.iter().map(|word| (*word).to_owned()).collect();
        match ours {
            [] => Some(Self::Run { demo: false, arguments }),
            ["--demo"] => Some(Self::Run { demo: true, arguments }),
            _ => None,
        }
    }

    fn read_bench(words: &[&str]) -> Option<Self> {
        let (release, parts) = match words {
            ["--release", parts @ ..] => (true, parts),
            parts => (false, parts),
        };
        let are_parts = parts.iter().all(|part| !part.starts_with('-'));
        are_parts.then(|| Self::Bench { release, parts: parts.iter().map(|part| (*part).to_owned()).collect() })
    }

    fn act(self, workspace: &Workspace) -> Outcome {
        match self {
            Self::Run { demo, arguments } => launch::run(workspace, demo, &arguments),
            Self::Test { filter } => launch::test(workspace, filter.as_deref()),
            Self::Bench { release, parts } => launch::bench(workspace, release, &parts),
            Self::Check => check::check(workspace),
            Self::Generate => check::generate(workspace),
            Self::Setup => setup::everything(workspace),
            Self::Help => {
                print!("{HELP}");
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_two_dashes_belongs_to_the_app() {
        let wanted = Command::Run { demo: true, arguments: vec!["--hidden".to_owned()] };
        assert_eq!(Command::read(&["run", "--demo", "--", "--hidden"]), Some(wanted));
    }

    #[test]
    fn an_unknown_word_is_not_guessed() {
        assert_eq!(Command::read(&["run", "--dmeo"]), None);
        assert_eq!(Command::read(&["test", "--release"]), None);
        assert_eq!(Command::read(&["bench", "--relaese"]), None);
        assert_eq!(Command::read(&[]), None);
    }
}
