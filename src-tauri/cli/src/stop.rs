//! The wish to stop: Ctrl-C, and on Unix the SIGTERM of `kill`, systemd and a machine that shuts down.

use s3_connector_engine::error::{Error, Result};

/// Hears the wish to stop. From the moment it exists, the process no longer dies of the signals itself.
pub struct StopWish {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl StopWish {
    /// Begins to listen.
    #[cfg(unix)]
    pub fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let hear = |kind| signal(kind).map_err(|e| Error::internal("listening for signals", e));
        Ok(Self { interrupt: hear(SignalKind::interrupt())?, terminate: hear(SignalKind::terminate())? })
    }

    /// Begins to listen.
    #[cfg(not(unix))]
    pub fn listen() -> Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next wish. Dropping the future loses none.
    #[cfg(unix)]
    pub async fn heard(&mut self) -> Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => Ok(()),
            _ = self.terminate.recv() => Ok(()),
        }
    }

    /// Waits for the next wish.
    #[cfg(not(unix))]
    pub async fn heard(&mut self) -> Result<()> {
        tokio::signal::ctrl_c().await.map_err(|e| Error::internal("listening for Ctrl-C", e))
    }
}
