//! Every way out passes the engine's shut-down, so that a run under way ends as interrupted and is taken up next time.

use s3_connector_engine::view::ConnectionState;
use tauri::{AppHandle, Manager, async_runtime};
use tokio::sync::watch;

use crate::bridge::Bridge;
use crate::window::{self, Place, Screen};

/// Whether somebody who wanted to quit is being asked back, because a sync runs.
pub struct Question(watch::Sender<bool>);

impl Default for Question {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Question {
    /// Whether it is asked, as that changes.
    pub fn asked(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    /// The answer was no, or nothing is left to ask about.
    pub fn withdraw(&self) {
        self.0.send_if_modified(std::mem::take);
    }
}

/// Quits, but asks once while a sync runs: the window shows the question, and who wants to quit again does.
pub fn quit_or_ask(app: &AppHandle) {
    let app = app.clone();
    async_runtime::spawn(async move {
        if is_syncing(&app).await && !app.state::<Question>().0.send_replace(true) {
            window::open_at(&app, &Place::of(Screen::Quit));
        } else {
            quit(&app);
        }
    });
}

async fn is_syncing(app: &AppHandle) -> bool {
    let bridge = app.state::<Bridge>();
    let Some(engine) = bridge.open_engine() else { return false };
    let rows = engine.connection_list().await.unwrap_or_default();
    rows.iter().any(|row| row.state == ConnectionState::Syncing)
}

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
