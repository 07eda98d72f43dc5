//! Before the window: how the page is drawn, which data folder is meant, and one app per data folder.

use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use s3_connector_engine::engine::default_data_dir;
use s3_connector_engine::error::{Error, ErrorCode, Result};

/// Starts the app without its window, where a tray can bring it.
pub const HIDDEN: &str = "--hidden";

/// Names the data folder where no `--data-dir` is given.
pub const DATA_DIR_VARIABLE: &str = "S3_CONNECTOR_DATA_DIR";

/// Whether there is a display to open a window on; without one GTK ends the process in a panic.
pub fn has_display() -> bool {
    let is_named = |variable| std::env::var_os(variable).is_some_and(|name| !name.is_empty());
    !cfg!(target_os = "linux") || is_named("DISPLAY") || is_named("WAYLAND_DISPLAY")
}

/// WebKitGTK's DMA-BUF renderer leaves the window empty on many drivers, so it is off unless the person chose
/// otherwise (<https://github.com/tauri-apps/tauri/issues/9394>). The variable has to stand before the first
/// thread starts, and a process cannot safely change its own environment later: it starts itself again, once,
/// in place.
#[cfg(target_os = "linux")]
pub fn choose_renderer() {
    use std::os::unix::process::CommandExt;

    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(VARIABLE).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let mut again = std::process::Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    // Returns only if it failed, and then the app starts with the renderer that WebKitGTK chooses.
    let error = again.args(arguments).env(VARIABLE, "1").exec();
    complain(&format!("{VARIABLE} could not be set: {error}"));
}

/// Other platforms bring their own web view.
#[cfg(not(target_os = "linux"))]
pub fn choose_renderer() {}

/// The data folder: `--data-dir DIR`, else the variable, else the platform's. Other arguments are left to the
/// toolkit.
///
/// # Errors
/// `invalid_request` if `--data-dir` names no folder.
pub fn data_dir(arguments: impl IntoIterator<Item = OsString>, variable: Option<OsString>) -> Result<PathBuf> {
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let named = match argument.to_str() {
            Some("--data-dir") => arguments.next().unwrap_or_default(),
            Some(joined) if joined.starts_with("--data-dir=") => joined["--data-dir=".len()..].into(),
            _ => continue,
        };
        if named.is_empty() {
            return Err(Error::new(ErrorCode::InvalidRequest, "--data-dir names no folder"));
        }
        return Ok(named.into());
    }
    Ok(variable.filter(|v| !v.is_empty()).map_or_else(default_data_dir, PathBuf::from))
}

/// The app's identifier for this data folder. A second start raises the window of the same identifier, so
/// another data folder (a demo, a test) needs one of its own.
pub fn identifier(app: &str, data_dir: Option<&PathBuf>) -> String {
    match data_dir {
        Some(dir) if !is_default(dir) => {
            let mut hasher = DefaultHasher::new();
            absolute(dir).hash(&mut hasher);
            format!("{app}.d{:016x}", hasher.finish())
        }
        _ => app.to_owned(),
    }
}

/// Whether these arguments ask for a start without the window.
pub fn is_hidden(arguments: impl IntoIterator<Item = String>) -> bool {
    arguments.into_iter().any(|argument| argument == HIDDEN)
}

/// Whether it is the data folder that is used where none is named.
pub fn is_default(data_dir: &Path) -> bool {
    absolute(data_dir) == absolute(&default_data_dir())
}

/// The same path from the root.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Says something on standard error, where only a terminal or the session's log sees it.
pub fn complain(text: &str) {
    // Nobody is left to be told if this fails.
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    #[test]
    fn the_argument_wins_over_the_variable_and_the_variable_over_the_platform() {
        let variable = || Some(OsString::from("/from/variable"));
        assert_eq!(data_dir(words(&["--data-dir", "/a b"]), variable()).ok(), Some(PathBuf::from("/a b")));
        assert_eq!(data_dir(words(&["--x", "--data-dir=/c"]), variable()).ok(), Some(PathBuf::from("/c")));
        assert_eq!(data_dir(words(&[]), variable()).ok(), Some(PathBuf::from("/from/variable")));
        assert_eq!(data_dir(words(&[]), None).ok(), Some(default_data_dir()));
        assert_eq!(data_dir(words(&[]), Some(OsString::new())).ok(), Some(default_data_dir()));
    }

    #[test]
    fn a_data_dir_without_a_folder_is_refused() {
        for arguments in [&["--data-dir"][..], &["--data-dir="], &["--data-dir", ""]] {
            let error = data_dir(words(arguments), None).expect_err("no folder is named");
            assert_eq!(error.code, ErrorCode::InvalidRequest);
        }
    }

    #[test]
    fn every_data_folder_but_the_default_has_an_identifier_of_its_own() {
        let of = |dir: &str| identifier("app.example", Some(&PathBuf::from(dir)));
        assert_eq!(identifier("app.example", None), "app.example");
        assert_eq!(identifier("app.example", Some(&default_data_dir())), "app.example");
        assert_eq!(of("/one"), of("/one/"));
        assert_ne!(of("/one"), of("/two"));
        assert!(of("/one").starts_with("app.example.d"), "a D-Bus name must not go on with a digit: {}", of("/one"));
    }
}
