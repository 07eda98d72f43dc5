//! Everything that can be judged without running the app.

use std::process::Stdio;

use crate::launch::FEATURES;
use crate::shell::{Outcome, Workspace, run, say};
use crate::{engine_tree, lines, setup, ui};

/// What is written from the engine's own tables, and the tests that keep it current.
const DRIFT_TESTS: [&str; 2] = ["the_generated_client_is_current", "the_error_table_of_the_readme_is_current"];

/// Runs every check; the first that fails ends it.
pub fn check(workspace: &Workspace) -> Outcome {
    say("length of source files");
    lines::check(workspace)?;
    say("cargo fmt");
    run(workspace.cargo().args(["fmt", "--all", "--check"]))?;
    setup::check(workspace)?;
    say("what the engine is built on");
    engine_tree::check(workspace)?;
    say("cargo deny");
    run(workspace.command(workspace.tools().join("bin/cargo-deny")).args(["check", "licenses", "bans", "sources"]))?;
    ui::npm_run(workspace, "check")?;
    // The app's macro reads the built window, so that comes first.
    ui::built(workspace)?;
    say("cargo clippy");
    run(workspace
        .cargo()
        .args(["clippy", "--locked", "--workspace", "--all-targets"])
        .args(FEATURES)
        .args(["--", "-D", "warnings"]))?;
    say("types of the window's client, errors of the README");
    run_drift_tests(workspace, &[])?;
    say("all checks passed");
    Ok(())
}

/// Writes the window's typed client and the README's table of errors.
pub fn generate(workspace: &Workspace) -> Outcome {
    run_drift_tests(workspace, &[("S3_CONNECTOR_GENERATE", "1")])?;
    say("ui/src/client/generated.ts and the errors in README.md are current");
    Ok(())
}

/// Over the whole workspace's libraries, so that features are those of `cargo xtask test` and nothing compiles twice.
fn run_drift_tests(workspace: &Workspace, environment: &[(&str, &str)]) -> Outcome {
    let mut command = workspace.cargo();
    command.args(["test", "--workspace", "--lib"]).args(FEATURES).arg("--").args(DRIFT_TESTS);
    command.envs(environment.iter().copied()).stderr(Stdio::inherit());
    let output = command.output().map_err(|e| format!("cannot start cargo: {e}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("a generated text is out of date; `cargo xtask generate` writes it anew:\n{said}"));
    }
    // A filter that names no test passes too.
    match DRIFT_TESTS.iter().find(|test| !said.contains(&format!("{test} ... ok"))) {
        None => Ok(()),
        Some(test) => Err(format!("no test is called {test}")),
    }
}
