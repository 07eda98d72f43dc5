//! What has to be there before something is done. Each of these takes milliseconds when nothing is missing.

use crate::shell::{Outcome, Workspace};
use crate::system::{self, Need};
use crate::{npm, tools, ui};

/// For opening the app on a display, or without one.
pub fn run(workspace: &Workspace, has_display: bool) -> Outcome {
    if has_display {
        system::ready(Need::Build)?;
    } else {
        system::ready(Need::Desktop)?;
        tools::TAURI_DRIVER.ready(workspace)?;
    }
    ui::installed(workspace)
}

/// For the real window on a desktop of its own, and the same window in Chromium.
pub fn windows(workspace: &Workspace) -> Outcome {
    system::ready(Need::Browser)?;
    if cfg!(target_os = "linux") {
        tools::TAURI_DRIVER.ready(workspace)?;
        npm::installed(workspace, &workspace.root.join("tests/browser"))?;
    }
    ui::installed(workspace)
}

/// For every test.
pub fn test(workspace: &Workspace) -> Outcome {
    windows(workspace)?;
    tools::RCLONE.ready(workspace)?;
    tools::MOTO.ready(workspace)?;
    tools::SUPERMEMORY_3.ready(workspace)?;
    tools::SUPERMEMORY_5.ready(workspace)?;
    tools::SCHEMATHESIS.ready(workspace)?;
    // Beside its script, where Node.js looks for it.
    npm::installed(workspace, &workspace.root.join("tests/sdk/npm"))?;
    ui::installed(workspace)
}

/// For the checks.
pub fn check(workspace: &Workspace) -> Outcome {
    system::ready(Need::Build)?;
    tools::CARGO_DENY.ready(workspace)?;
    ui::installed(workspace)
}

/// For all of these.
pub fn everything(workspace: &Workspace) -> Outcome {
    test(workspace)?;
    check(workspace)
}
