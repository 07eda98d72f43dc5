//! Packages of npm, in exactly the versions of a committed lock file.

use std::path::Path;

use crate::shell::{Outcome, Workspace, on_path, run, say};

/// Installs the packages of a folder unless they are those of its lock file.
pub fn installed(workspace: &Workspace, folder: &Path) -> Outcome {
    if !on_path("node") || !on_path("npm") {
        return Err("Node.js with npm is missing. Install Node.js 20 or newer, then start again".to_owned());
    }
    let lock = read(&folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.installed-lock.json");
    if std::fs::read(&stamp).is_ok_and(|old| old == lock) {
        return Ok(());
    }
    say(&format!("npm ci in {}", folder.strip_prefix(&workspace.root).unwrap_or(folder).display()));
    run(workspace.npm(folder).args(["ci", "--no-audit", "--no-fund"]))?;
    std::fs::write(&stamp, lock).map_err(|e| format!("cannot write {}: {e}", stamp.display()))
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}
