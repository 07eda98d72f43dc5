//! What is wrong now, cause by cause, and trying the files of one cause again.

use std::sync::Arc;

use crate::error::{Error, ErrorCode, Result};
use crate::store::trouble;
use crate::view::{RunItems, RunTrigger, RunView, SyncOptions, TroubleCause, TroubleKind, TroubleView};

use super::Engine;

/// Files that a page has unless told otherwise, and at most.
const PAGE: (u32, u32) = (100, 10_000);

impl Engine {
    /// Every cause of trouble that stands now, the newest first. A cause is gone as soon as its trouble is.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn trouble_list(&self) -> Result<Vec<TroubleView>> {
        self.store.read(|db| trouble::all(db)).await
    }

    /// The files of a cause, by key; `limit` 0 means 100.
    ///
    /// # Errors
    /// `connection_not_found`; what the state file says.
    pub async fn trouble_files(&self, id: String, cause: TroubleCause, offset: u64, limit: u32) -> Result<RunItems> {
        let number = self.row(&id).await?.number;
        let limit = if limit == 0 { PAGE.0 } else { limit.min(PAGE.1) };
        self.store.read(move |db| trouble::files(db, number, &cause, offset, limit)).await
    }

    /// Starts a sync that tries the files of a cause again. Of refused documents it sends exactly those of this cause once
    /// more; what failed otherwise is tried by every sync.
    ///
    /// # Errors
    /// `invalid_request` when the cause does not stand any more; as [`Engine::sync_start`].
    pub async fn trouble_retry(self: &Arc<Self>, id: String, cause: TroubleCause) -> Result<RunView> {
        let number = self.row(&id).await?.number;
        let kind = cause.kind;
        let stands = match kind {
            TroubleKind::Refused => self.store.write(move |db| trouble::ask_retry(db, number, &cause)).await? > 0,
            TroubleKind::NotRead | TroubleKind::NotSent => {
                self.store.read(move |db| trouble::files(db, number, &cause, 0, 1)).await?.total > 0
            }
            TroubleKind::Run => true,
        };
        if !stands {
            return Err(Error::new(ErrorCode::InvalidRequest, "nothing stands of this cause any more"));
        }
        self.start(&id, RunTrigger::Manual, SyncOptions::default()).await
    }
}
