//! Where things are, and how programs are started.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Done, or one sentence that says why not.
pub type Outcome<T = ()> = Result<T, String>;

/// The folders of this checkout.
pub struct Workspace {
    /// The top of the repository.
    pub root: PathBuf,
    /// Cargo's target folder, wherever the person keeps it.
    pub target: PathBuf,
}

impl Workspace {
    /// Finds them from this program's own place, so that `CARGO_TARGET_DIR` and cargo's configuration hold.
    pub fn here() -> Outcome<Self> {
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let program = std::env::current_exe().map_err(|e| format!("cannot find this program's own place: {e}"))?;
        let root = package.ancestors().nth(2).ok_or("xtask is not where it belongs, in src-tauri/xtask")?;
        let target = program.ancestors().nth(2).ok_or("this program is not in cargo's target folder")?;
        Ok(Self { root: root.to_owned(), target: target.to_owned() })
    }

    /// Programs that the set-up installs: `bin/` inside.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The window's source.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// A built program of this workspace.
    pub fn binary(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A program started at the top of the repository.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        without_cargos_own_variables(&mut command);
        command
    }

    /// The cargo that started us.
    pub fn cargo(&self) -> Command {
        let mut command = self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // A relative CARGO_TARGET_DIR would mean another folder from here.
        command.env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// npm, in this folder.
    pub fn npm(&self, folder: &Path) -> Command {
        let mut command = self.command(if cfg!(windows) { "npm.cmd" } else { "npm" });
        command.current_dir(folder);
        command
    }
}

/// `cargo run` describes this package in the environment. Build scripts that watch those variables would run
/// again for every change of caller, and everything above them would be compiled twice.
fn without_cargos_own_variables(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|p| text.starts_with(p)) {
            command.env_remove(&name);
        }
    }
}

/// One line of progress.
pub fn say(what: &str) {
    println!("==> {what}");
}

/// One line of what a program says.
pub fn say_plainly(what: &str) {
    println!("{what}");
}

/// Runs to the end, output and all; anything but success is an error that names the command.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|e| format!("cannot start `{}`: {e}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", line(command))) }
}

/// Runs to the end and answers what it printed.
pub fn read(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|e| format!("cannot start `{}`: {e}", line(command)))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("`{}` failed ({}): {}", line(command), output.status, said.trim()))
    }
}

/// The command as a person would type it.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Whether a program of this name can be started.
pub fn on_path(name: &str) -> bool {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(&file).is_file() || folder.join(name).is_file())
}

/// The search path with these folders first.
pub fn path_with(folders: &[PathBuf]) -> Outcome<std::ffi::OsString> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(std::env::split_paths(&old));
    std::env::join_paths(all).map_err(|e| format!("the search path cannot be extended: {e}"))
}
