//! The firewall of the layout: no window and no HTTP server below the engine.

use crate::shell::{Outcome, Workspace, read};

/// Families of crates that belong to the faces.
const FACES: [&str; 9] = ["tauri", "wry", "tao", "gtk", "gdk", "webkit2gtk", "soup3", "axum", "notify-rust"];

/// Fails when one of them is below the engine.
pub fn check(workspace: &Workspace) -> Outcome {
    let tree = read(workspace.cargo().args([
        "tree",
        "--locked",
        "--package",
        "s3-connector-engine",
        "--edges",
        "normal",
        "--target",
        "all",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    match strangers(&tree).as_slice() {
        [] => Ok(()),
        found => Err(format!("the engine is built on what belongs to a face: {}", found.join(", "))),
    }
}

fn strangers(tree: &str) -> Vec<&str> {
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    let mut found: Vec<&str> = names.filter(|name| FACES.iter().any(|face| is_of(name, face))).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn is_of(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_below_the_engine_is_found() {
        let tree =
            "s3-connector-engine v0.1.0 (/x)\ntauri-runtime v2.0.0\nserde v1.0.0\ngtk v0.18.0 (*)\ntaos v1.0.0\n";
        assert_eq!(strangers(tree), ["gtk", "tauri-runtime"]);
    }
}
