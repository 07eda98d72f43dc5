//! Every way out passes the engine's shut-down, so that a run under way ends as interrupted and is taken up next time.

use tauri::{AppHandle, Manager, async_runtime};

use crate::bridge::Bridge;
use crate::window;

/// Ends the app with exit code 0 once the engine is shut down. The window goes at once.
pub fn quit(app: &AppHandle) {
    window::hide(app);
    let app = app.clone();
    async_runtime::spawn(async move {
        app.state::<Bridge>().close().await;
        app.exit(0);
    });
}

/// Shuts the engine down where the platform ends the app without asking (Cmd+Q, end of the session).
pub fn close_engine(app: &AppHandle) {
    async_runtime::block_on(app.state::<Bridge>().close());
}

/// Quits on the signals that ask for it.
#[cfg(unix)]
pub fn listen_for_signals(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};

    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        let app = app.clone();
        async_runtime::spawn(async move {
            // Where signals cannot be heard, the default remains: the process ends at once, as in a crash.
            if let Ok(mut signals) = signal(kind)
                && signals.recv().await.is_some()
            {
                quit(&app);
            }
        });
    }
}

/// Windows closes the window instead.
#[cfg(not(unix))]
pub fn listen_for_signals(_app: &AppHandle) {}
