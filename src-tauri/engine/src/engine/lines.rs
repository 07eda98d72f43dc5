//! The lines of runs: what became of each object, shown page by page or written as a table.

use std::path::Path;

use crate::error::Result;
use crate::store::runs;
use crate::view::{ItemOutcome, LineFilter, RunItem, RunItems, SavedFile};

use super::Engine;
use super::exports::{self, Part, csv};

/// Lines that are given at most.
const LARGEST_PAGE: u32 = 10_000;
/// The columns of exported lines.
const COLUMNS: [&str; 6] = ["Key", "Size in bytes", "When", "Tag", "What happened", "Why"];

impl Engine {
    /// What became of the objects of a run; `limit` 0 means 100.
    ///
    /// # Errors
    /// `invalid_request` for an unknown run.
    pub async fn run_items(
        &self,
        run_id: String,
        outcome: Option<ItemOutcome>,
        offset: u64,
        limit: u32,
    ) -> Result<RunItems> {
        self.run_lines(run_id, LineFilter { outcome, text: String::new(), offset, limit }).await
    }

    /// The lines of a run that a filter leaves; `limit` 0 means 100.
    ///
    /// # Errors
    /// `invalid_request` for an unknown run.
    pub async fn run_lines(&self, run_id: String, filter: LineFilter) -> Result<RunItems> {
        let limit = if filter.limit == 0 { 100 } else { filter.limit.min(LARGEST_PAGE) };
        self.store.read(move |db| runs::items(db, &run_id, &filter, limit)).await
    }

    /// Writes what a filter leaves of the lines of a run into a new file in the Downloads folder. The part that the filter
    /// asks for does not count.
    ///
    /// # Errors
    /// As [`Engine::run_lines`]; `file_not_written`.
    pub async fn run_export(&self, run_id: String, filter: LineFilter) -> Result<SavedFile> {
        self.run_export_to(&exports::downloads(), run_id, filter).await
    }

    /// The same, into another folder.
    ///
    /// # Errors
    /// As [`Engine::run_export`].
    pub async fn run_export_to(&self, folder: &Path, run_id: String, filter: LineFilter) -> Result<SavedFile> {
        let run = self.run_get(run_id).await?;
        let stem = exports::stem(&format!("sync of {}", run.connection_name));
        let (part, _) = self.write_lines(run.id, filter, Part::begin(folder)?, Part::write).await?;
        crate::store::blocking(move || part.finish_new(&stem, "csv")).await
    }

    /// Gives the lines of a run as a CSV table, piece by piece. Returns how many there are.
    ///
    /// # Errors
    /// As [`Engine::run_lines`]; what takes the pieces says.
    pub async fn run_csv(
        &self,
        run_id: String,
        filter: LineFilter,
        take: impl FnMut(&[u8]) -> Result<()> + Send + 'static,
    ) -> Result<u64> {
        let run = self.run_get(run_id).await?;
        Ok(self.write_lines(run.id, filter, take, |take, bytes| take(bytes)).await?.1)
    }

    /// Page by page, so that memory does not grow with the lines and others get their turn at the state file.
    async fn write_lines<T: Send + 'static>(
        &self,
        run_id: String,
        filter: LineFilter,
        into: T,
        add: fn(&mut T, &[u8]) -> Result<()>,
    ) -> Result<(T, u64)> {
        let (mut into, mut rows, mut after) = (into, 0, None);
        add(&mut into, csv::MARK.as_bytes())?;
        add(&mut into, csv::line(COLUMNS).as_bytes())?;
        loop {
            let (run_id, filter) = (run_id.clone(), filter.clone());
            let lines = self.store.read(move |db| runs::items_after(db, &run_id, &filter, after, LARGEST_PAGE)).await?;
            let Some((last, _)) = lines.last() else { return Ok((into, rows)) };
            after = Some(*last);
            rows += lines.len() as u64;
            into = crate::store::blocking(move || {
                lines.iter().try_for_each(|(_, item)| add(&mut into, csv_line(item).as_bytes()))?;
                Ok(into)
            })
            .await?;
        }
    }
}

fn csv_line(item: &RunItem) -> String {
    let why = item.detail.as_deref().or(item.code.as_deref()).unwrap_or_default();
    let (size, at) = (item.size.to_string(), csv::moment(item.at));
    csv::line([item.key.as_str(), &size, &at, &item.tag, what_happened(item), why])
}

/// In the words of the window's own table.
fn what_happened(item: &RunItem) -> &'static str {
    match (item.outcome, item.is_new) {
        (ItemOutcome::Sent, Some(true)) => "new",
        (ItemOutcome::Sent, Some(false)) => "changed",
        (ItemOutcome::Sent, None) => "sent",
        (ItemOutcome::Removed, _) => "removed",
        (ItemOutcome::Skipped, _) => "skipped",
        (ItemOutcome::Refused, _) => "refused",
        (ItemOutcome::Failed, _) => "failed",
    }
}
