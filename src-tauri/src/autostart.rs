//! Start at login: a file where Linux and macOS look for what to start, a value of the registry on Windows.
//!
//! Written here because the ready-made ways write to `~/.config` even where `XDG_CONFIG_HOME` is another folder, and
//! start nothing where there is a space in a path. What counts is what stands there: a person may have switched the
//! start off in the desktop's own settings.

use std::path::PathBuf;
use std::sync::Arc;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{Error, ErrorCode, Result};
use tauri::{AppHandle, Manager, async_runtime};

use crate::bridge::Bridge;
use crate::start;

#[cfg(any(target_os = "macos", test))]
mod launch_agent;
#[cfg(windows)]
mod registry;
#[cfg(any(target_os = "linux", test))]
mod xdg;

#[cfg(target_os = "macos")]
use launch_agent as place;
#[cfg(windows)]
use registry as place;
#[cfg(target_os = "linux")]
use xdg as place;

/// What is started at login.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// The app's identifier; another data folder has another one.
    name: String,
    /// The program and its arguments.
    command: Vec<String>,
}

/// Whether the app is started at login.
///
/// # Errors
/// `desktop_refused` if that cannot be read.
pub fn is_on(app: &AppHandle) -> Result<bool> {
    place::is_on(&app.config().identifier).map_err(refused)
}

/// Starts the app at login from now on, with or without its window.
///
/// # Errors
/// `desktop_refused`
pub fn switch_on(app: &AppHandle, hidden: bool) -> Result<()> {
    place::write(&entry(app, hidden)?).map_err(refused)
}

/// Starts the app at login no more.
///
/// # Errors
/// `desktop_refused`
pub fn switch_off(app: &AppHandle) -> Result<()> {
    place::remove(&app.config().identifier).map_err(refused)
}

/// Keeps the entry true, as long as the engine lives: with or without the window as the person chose, and to where the
/// app is now, should it have been moved.
pub fn keep(app: &AppHandle, engine: &Arc<Engine>) {
    let (app, mut settings) = (app.clone(), engine.app_settings());
    async_runtime::spawn(async move {
        loop {
            let hidden = settings.borrow_and_update().start_hidden;
            if is_on(&app).unwrap_or(false)
                && let Err(error) = switch_on(&app, hidden)
            {
                start::complain(&format!("The start at login could not be brought up to date: {}", error.detail));
            }
            if settings.changed().await.is_err() {
                return;
            }
        }
    });
}

fn entry(app: &AppHandle, hidden: bool) -> Result<Entry> {
    let program = match app.env().appimage {
        // The image, not what is mounted of it for as long as it runs.
        Some(image) => PathBuf::from(image),
        None => std::env::current_exe().map_err(refused)?,
    };
    let bridge = app.state::<Bridge>();
    let folder = bridge.data_dir().filter(|dir| !start::is_default(dir)).map(start::absolute);
    let mut command = vec![text(program)?];
    if let Some(folder) = folder {
        command.extend(["--data-dir".to_owned(), text(folder)?]);
    }
    if hidden {
        command.push(start::HIDDEN.to_owned());
    }
    Ok(Entry { name: app.config().identifier.clone(), command })
}

fn text(path: PathBuf) -> Result<String> {
    path.into_os_string().into_string().map_err(|path| refused(format!("{} is no text", path.display())))
}

fn refused(error: impl ToString) -> Error {
    Error::new(ErrorCode::DesktopRefused, error.to_string())
}

/// Writes a file whole or not at all.
#[cfg(any(target_os = "macos", target_os = "linux"))]
fn write_whole(file: &std::path::Path, text: &str) -> std::io::Result<()> {
    if std::fs::read_to_string(file).is_ok_and(|before| before == text) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = file.with_extension("new");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, file)
}

/// Removes a file; one that is not there is gone already.
#[cfg(any(target_os = "macos", target_os = "linux"))]
fn remove_file(file: &std::path::Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What a file says, `None` where there is none.
#[cfg(any(target_os = "macos", target_os = "linux"))]
fn read_file(file: &std::path::Path) -> std::io::Result<Option<String>> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
