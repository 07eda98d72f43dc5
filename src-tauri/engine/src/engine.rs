//! The one face of the engine: everything that a window, an API or a command line can do.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::broadcast;

use crate::connection::ConnectionDraft;
use crate::error::{FieldError, Result};
use crate::event::EngineEvent;
use crate::knowledge_base::{SearchQuery, SearchReply, TagCount};
use crate::secrets::SecretStore;
use crate::view::*;

/// The engine over one data folder. Dropping it stops everything it started; puts that are under way are
/// taken up by the next run.
pub struct Engine {}

/// The data folder that app and `s3c` share unless told otherwise.
pub fn default_data_dir() -> PathBuf {
    dirs::data_dir().unwrap_or_else(|| PathBuf::from(".")).join("s3-connector")
}

impl Engine {
    /// Opens the data folder (made if it is missing), and locks it.
    ///
    /// # Errors
    /// `data_folder_busy`, `data_folder_unusable`, `state_newer`, `disk_full`.
    pub async fn open(_data_dir: &Path, _secrets: Arc<dyn SecretStore>) -> Result<Arc<Self>> {
        todo!()
    }

    /// Starts the background loop that syncs when a connection is due. Ends when the engine is shut down.
    pub fn start_schedule(self: &Arc<Self>) {
        todo!()
    }

    /// Hears of everything from now on. A listener that falls behind reads the rows again.
    pub fn events(&self) -> broadcast::Receiver<EngineEvent> {
        todo!()
    }

    /// Cancels every run, waits until they have ended, closes the files.
    pub async fn shut_down(&self) {
        todo!()
    }

    /// The connection of this name or id.
    pub async fn connection_find(&self, _name_or_id: &str) -> Result<ConnectionView> {
        todo!()
    }

    /// Waits until the run has ended.
    pub async fn run_wait(&self, _run_id: &str) -> Result<RunView> {
        todo!()
    }
}

#[allow(clippy::todo, missing_docs)]
impl Engine {
    pub async fn app_status(&self) -> Result<AppStatus> {
        todo!()
    }
    pub async fn connection_list(&self) -> Result<Vec<ConnectionView>> {
        todo!()
    }
    pub async fn connection_check(&self, _draft: ConnectionDraft, _id: Option<String>) -> Result<Vec<FieldError>> {
        todo!()
    }
    pub async fn connection_test_draft(&self, _draft: ConnectionDraft, _id: Option<String>) -> Result<TestReport> {
        todo!()
    }
    pub async fn connection_test(&self, _id: String) -> Result<TestReport> {
        todo!()
    }
    pub async fn draft_list(&self, _draft: ConnectionDraft, _id: Option<String>) -> Result<DraftListing> {
        todo!()
    }
    pub async fn draft_preview(
        &self,
        _listing_id: String,
        _draft: ConnectionDraft,
        _filter: PlanFilter,
    ) -> Result<DraftPreview> {
        todo!()
    }
    pub async fn connection_add(&self, _draft: ConnectionDraft) -> Result<ConnectionView> {
        todo!()
    }
    pub async fn connection_edit(&self, _id: String, _draft: ConnectionDraft) -> Result<ConnectionView> {
        todo!()
    }
    pub async fn connection_delete(&self, _id: String, _keep_documents: bool) -> Result<()> {
        todo!()
    }
    pub async fn preview_make(&self, _id: String, _refresh: bool) -> Result<PlanSummary> {
        todo!()
    }
    pub async fn preview_page(&self, _id: String, _filter: PlanFilter) -> Result<PlanPage> {
        todo!()
    }
    pub async fn sync_start(&self, _id: String) -> Result<RunView> {
        todo!()
    }
    pub async fn sync_start_all(&self) -> Result<Vec<RunView>> {
        todo!()
    }
    pub async fn sync_cancel(&self, _id: String) -> Result<()> {
        todo!()
    }
    pub async fn run_list(&self, _connection_id: Option<String>, _limit: u32) -> Result<Vec<RunView>> {
        todo!()
    }
    pub async fn run_items(
        &self,
        _run_id: String,
        _outcome: Option<ItemOutcome>,
        _offset: u64,
        _limit: u32,
    ) -> Result<RunItems> {
        todo!()
    }
    pub async fn library_search(&self, _query: SearchQuery) -> Result<SearchReply> {
        todo!()
    }
    pub async fn library_tags(&self) -> Result<Vec<TagCount>> {
        todo!()
    }
}
