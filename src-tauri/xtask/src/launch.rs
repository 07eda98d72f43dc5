//! Building, opening and testing the app.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::shell::{Outcome, Workspace, path_with, run as finish, say, say_plainly};
use crate::{setup, tools, ui};

/// The window's files inside the binary. Without it a debug build looks for a development server.
pub const FEATURES: [&str; 2] = ["--features", "s3-connector/custom-protocol"];

/// Opens the app; with `demo` over a bucket of sample documents.
pub fn run(workspace: &Workspace, demo: bool, arguments: &[String]) -> Outcome {
    let has_display = has_display();
    if !has_display {
        say("no display here: working on one of its own (Xvfb, session bus, unlocked keyring), and leaving pictures");
    }
    setup::run(workspace, has_display)?;
    ui::built(workspace)?;
    say("cargo build");
    // The whole workspace: with these flags cargo compiles the same crates as for the tests, once.
    finish(workspace.cargo().args(["build", "--workspace", "--bins"]).args(FEATURES))?;
    let mut command = match (demo, has_display) {
        (false, true) => workspace.command(workspace.binary("s3-connector")),
        (false, false) => with_words(workspace.command(workspace.binary("demo")), &["look"]),
        (true, true) => with_words(workspace.command(workspace.binary("demo")), &["open"]),
        (true, false) => with_words(workspace.command(workspace.binary("demo")), &["walk"]),
    };
    command.args(arguments).env("PATH", path_with(&tools::folders(workspace))?);
    finish(&mut command)
}

/// Runs every test, or the Rust tests of this name.
pub fn test(workspace: &Workspace, filter: Option<&str>) -> Outcome {
    setup::test(workspace)?;
    if filter.is_none() {
        ui::npm_run(workspace, "test")?;
    }
    ui::built(workspace)?;
    ui::built_for_browsers(workspace)?;
    say("cargo build");
    // Programs and tests in one call: with two, features would be unified twice and crates compiled twice.
    finish(workspace.cargo().args(["build", "--workspace", "--all-targets"]).args(FEATURES))?;
    say("cargo test");
    let mut command = workspace.cargo();
    command.args(["test", "--workspace"]).args(FEATURES).args(filter);
    // Without it a test whose server is missing may pass over it; here it was installed.
    let installed = ["RCLONE", "MOTO", "SDKS"].into_iter().chain(cfg!(target_os = "linux").then_some("BROWSER"));
    command.envs(installed.map(|tool| (format!("S3_CONNECTOR_REQUIRE_{tool}"), "1")));
    // What a failed test says is about what it waited for and what was to be seen: sixty lines of executor frames behind it
    // only push that out of sight. `RUST_BACKTRACE=full` still brings them.
    if std::env::var_os("RUST_BACKTRACE").is_none_or(|wanted| wanted != "full") {
        command.env("RUST_BACKTRACE", "0");
    }
    finish(command.env("PATH", path_with(&tools::folders(workspace))?))
}

/// Measures memory and speed, in all or in the named parts; never a part of the tests, because a slow machine is no error.
pub fn bench(workspace: &Workspace, release: bool, parts: &[String]) -> Outcome {
    setup::windows(workspace)?;
    tools::RCLONE.ready(workspace)?;
    tools::AWS_CLI.ready(workspace)?;
    ui::built(workspace)?;
    ui::built_for_browsers(workspace)?;
    say("cargo build");
    // As people have it, but without the pass over all crates at the end, which takes longer than the measuring.
    let (profile, flags): (_, &[&str]) = if release { ("measure", &["--profile", "measure"]) } else { ("debug", &[]) };
    finish(workspace.cargo().args(["build", "--workspace", "--bins"]).args(FEATURES).args(flags))?;
    say("bench");
    let program = workspace.target.join(profile).join(format!("bench{}", std::env::consts::EXE_SUFFIX));
    let mut command = workspace.command(program);
    command.args(parts).env("PATH", path_with(&tools::folders(workspace))?);
    let kept = release && parts.is_empty();
    if kept { measure_and_keep(workspace, &mut command) } else { finish(&mut command) }
}

/// The figures of a whole run, of a program as people have it, are kept with the machine that they are of.
fn measure_and_keep(workspace: &Workspace, command: &mut Command) -> Outcome {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| format!("cannot start the bench: {e}"))?;
    let mut said = String::new();
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        let line = line.map_err(|e| format!("cannot read what the bench says: {e}"))?;
        say_plainly(&line);
        said.push_str(line.trim_end());
        said.push('\n');
    }
    let status = child.wait().map_err(|e| format!("cannot wait for the bench: {e}"))?;
    keep(workspace, &said)?;
    if status.success() { Ok(()) } else { Err("a bar is missed; docs/benchmarks.md has the figures".to_owned()) }
}

/// Puts the figures between their marks in the page about them, and the picture beside it.
fn keep(workspace: &Workspace, said: &str) -> Outcome {
    let docs = workspace.root.join("docs");
    let picture = "benchmarks.svg";
    std::fs::copy(workspace.target.join(picture), docs.join(picture))
        .map_err(|e| format!("cannot keep {picture}: {e}"))?;
    let file = docs.join("benchmarks.md");
    let page = std::fs::read_to_string(&file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    let page = with_figures(&page, said).ok_or_else(|| format!("{} has no place for figures", file.display()))?;
    std::fs::write(&file, page).map_err(|e| format!("cannot write {}: {e}", file.display()))
}

const FIGURES: [&str; 2] = ["<!-- figures -->", "<!-- end of figures -->"];

/// A page with other figures; what people have written around them stays.
fn with_figures(page: &str, said: &str) -> Option<String> {
    let [begin, end] = FIGURES;
    let (before, rest) = page.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}\n\n```text\n{said}```\n\n{end}{after}"))
}

fn with_words(mut command: Command, words: &[&str]) -> Command {
    command.args(words);
    command
}

fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_take_the_place_of_older_ones_and_nothing_else() {
        let page =
            "# What was measured\n\n<!-- figures -->\nold\n<!-- end of figures -->\n\n## What the profiles said\n";
        let wanted = "# What was measured\n\n<!-- figures -->\n\n```text\nnew\n```\n\n<!-- end of figures -->\n\n\
                      ## What the profiles said\n";
        assert_eq!(with_figures(page, "new\n").as_deref(), Some(wanted));
        assert_eq!(with_figures("# Something else\n", "new\n"), None);
    }
}
