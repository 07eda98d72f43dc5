//! Where the programs are that tests start.

use std::path::{Path, PathBuf};

/// Cargo's target folder, found from the running program's own place in it.
pub fn target_dir() -> PathBuf {
    let program = std::env::current_exe().expect("a running program has a place");
    let profile = program.ancestors().find(|folder| folder.join("deps").is_dir() || folder.ends_with("deps"));
    let profile = profile.expect("tests run from cargo's target folder");
    let profile = if profile.ends_with("deps") { profile.parent().expect("deps is in a folder") } else { profile };
    profile.parent().expect("the profile is in the target folder").to_owned()
}

/// A program of this workspace, built beside the running one.
///
/// # Panics
/// When it has not been built: cargo builds no other package's programs for a test.
pub fn workspace_binary(name: &str) -> PathBuf {
    let path = target_dir().join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "{} is not built; `cargo xtask test` builds it", path.display());
    path
}

/// A program that the set-up installed, or one of the system's.
pub fn installed(name: &str) -> Option<PathBuf> {
    let tools = target_dir().join("tools");
    let own = [tools.join("bin"), tools.join("rclone/bin")];
    let path = std::env::var_os("PATH").unwrap_or_default();
    own.into_iter().chain(std::env::split_paths(&path)).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The same, where a test cannot go on without it.
///
/// # Panics
/// When it is nowhere.
pub fn required(name: &str) -> PathBuf {
    installed(name).unwrap_or_else(|| panic!("{name} is not installed; `cargo xtask setup` installs it"))
}

/// The top of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in the repository")
}
