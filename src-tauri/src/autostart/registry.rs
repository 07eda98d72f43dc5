//! The registry of Windows: what the `Run` key of the person names is started at login, unless the task manager was told
//! otherwise.

use windows_registry::CURRENT_USER;
use windows_registry::Result;

use super::Entry;

const RUN: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";
/// Here the task manager keeps what was switched off: an odd first byte.
const APPROVED: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run";

pub fn is_on(name: &str) -> Result<bool> {
    let is_named = CURRENT_USER.open(RUN).and_then(|run| run.get_string(name)).is_ok();
    let switched = CURRENT_USER.open(APPROVED).and_then(|approved| approved.get_value(name));
    let is_off = switched.is_ok_and(|value| value.first().is_some_and(|byte| byte % 2 == 1));
    Ok(is_named && !is_off)
}

pub fn write(entry: &Entry) -> Result<()> {
    let command: Vec<String> = entry.command.iter().map(|word| format!("\"{word}\"")).collect();
    CURRENT_USER.create(RUN)?.set_string(&entry.name, command.join(" "))?;
    forget(APPROVED, &entry.name);
    Ok(())
}

pub fn remove(name: &str) -> Result<()> {
    forget(RUN, name);
    forget(APPROVED, name);
    Ok(())
}

/// A value that is not there is as good as removed.
fn forget(key: &str, name: &str) {
    let _ = CURRENT_USER.options().read().write().open(key).and_then(|key| key.remove_value(name));
}
