//! No source file is longer than a person reads in one sitting.

use std::path::Path;

use crate::shell::{Outcome, Workspace, read};

const MOST: usize = 500;
const SOURCE: [&str; 13] = ["rs", "ts", "js", "mjs", "svelte", "css", "html", "toml", "sh", "py", "sql", "yml", "md"];
/// Written by programs, or sample documents: read by nobody in one sitting.
const EXEMPT: [&str; 3] = ["ui/src/client/generated.ts", "src-tauri/gen/", "tests/samples/"];

/// Fails when a source file of the repository is over the limit.
pub fn check(workspace: &Workspace) -> Outcome {
    // With what is not yet committed, so that the answer is the one that the commit will get.
    let listed = read(workspace.command("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    let mut long = Vec::new();
    for name in listed.split('\0').filter(|name| is_source(name)) {
        // A file that is deleted but not yet committed is still listed.
        let Ok(text) = std::fs::read(workspace.root.join(name)) else { continue };
        let count = text.split(|byte| *byte == b'\n').count();
        if count > MOST + 1 {
            long.push(format!("{name}: {} lines", count - 1));
        }
    }
    match long.as_slice() {
        [] => Ok(()),
        _ => Err(format!("source files of more than {MOST} lines:\n  {}", long.join("\n  "))),
    }
}

fn is_source(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|e| e.to_str()).unwrap_or_default();
    SOURCE.contains(&extension) && !EXEMPT.iter().any(|place| name.starts_with(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_and_sample_documents_are_not_source() {
        assert!(is_source("src-tauri/engine/src/engine.rs"));
        assert!(is_source("ui/src/App.svelte"));
        assert!(!is_source("ui/src/client/generated.ts"));
        assert!(!is_source("tests/samples/shared/a.md"));
        assert!(!is_source("Cargo.lock"));
    }
}
