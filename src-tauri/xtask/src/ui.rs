//! The window's packages and build, each done again only when something it is made from has changed.

use std::fmt::Write;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::npm;
use crate::shell::{Outcome, Workspace, run, say};

/// Installs the window's packages unless they are those of the lock file.
pub fn installed(workspace: &Workspace) -> Outcome {
    npm::installed(workspace, &workspace.ui())
}

/// Builds the window unless the last build is of these very files.
///
/// A fresh build is new to cargo even when not a byte differs, and would relink the app.
pub fn built(workspace: &Workspace) -> Outcome {
    built_by(workspace, "build", "dist/index.html")
}

/// The same window for tests in a browser.
pub fn built_for_browsers(workspace: &Workspace) -> Outcome {
    built_by(workspace, "build:browser", "dist-browser/browser.html")
}

fn built_by(workspace: &Workspace, script: &str, page: &str) -> Outcome {
    installed(workspace)?;
    let now = fingerprint(&workspace.ui())?;
    let stamp = workspace.ui().join("node_modules").join(format!(".{}-from", script.replace(':', "-")));
    let is_current = std::fs::read_to_string(&stamp).is_ok_and(|old| old == now);
    if is_current && workspace.ui().join(page).is_file() {
        return Ok(());
    }
    npm_run(workspace, script)?;
    std::fs::write(&stamp, now).map_err(|e| format!("cannot write {}: {e}", stamp.display()))
}

/// Runs one of the window's own scripts.
pub fn npm_run(workspace: &Workspace, script: &str) -> Outcome {
    say(&format!("npm run {script}"));
    run(workspace.npm(&workspace.ui()).args(["run", "--silent", script]))
}

/// Name, size and time of every file that a build reads.
fn fingerprint(folder: &Path) -> Outcome<String> {
    let mut text = String::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|e| format!("cannot read {}: {e}", folder.display()))?;
        for entry in entries {
            let entry = entry.map_err(|e| format!("cannot read {}: {e}", folder.display()))?;
            let facts = entry.metadata().map_err(|e| format!("cannot read {}: {e}", entry.path().display()))?;
            if facts.is_dir() {
                if !["node_modules", "dist", "dist-browser"].iter().any(|name| entry.file_name() == *name) {
                    folders.push(entry.path());
                }
                continue;
            }
            let time = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let time = time.unwrap_or_default().as_nanos();
            let _ = writeln!(text, "{} {} {time}", entry.path().display(), facts.len());
        }
    }
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    Ok(lines.join("\n"))
}
