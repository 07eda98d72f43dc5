//! Previews of saved connections: the whole plan, shown page by page. The run computes the same.

use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use crate::connection::{ConnectionDraft, Settings};
use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::intake;
use crate::object::ObjectKey;
use crate::source::ResolvedCredentials;
use crate::store::connections::{self, ConnectionRow};
use crate::store::keys::KeyRow;
use crate::store::preview::{LARGEST_LIMIT, PreviewTable};
use crate::sync::judge::{Judgement, Rules};
use crate::sync::listing::{self, Under};
use crate::sync::survey::{Line, Recorded};
use crate::sync::trial::{self, Sample};
use crate::sync::{Clock, now, survey};
use crate::view::{EditPreview, PlanFilter, PlanItem, PlanPage, PlanSummary, SavedFile};

use super::exports::{self, Part, csv};
use super::{Engine, lock, resolve, source};

/// Before the id of a connection in the name of a preview of an edit of it.
const EDIT: &str = "edit:";
/// The columns of an exported preview.
const COLUMNS: [&str; 6] = ["Key", "Size in bytes", "Modified", "Tag", "What happens", "Why"];

impl Engine {
    /// Works out what a sync would do; lists the bucket again when asked to, or when it never was. Nothing is sent.
    ///
    /// # Errors
    /// What the bucket or the state file says; `sync_running`, because a run writes the same listing.
    pub async fn preview_make(&self, id: String, refresh: bool) -> Result<PlanSummary> {
        let mut row = self.row(&id).await?;
        if refresh || row.listed_at.is_none() {
            let credentials = resolve(&self.secrets, &id, &row.connection.settings.credentials).await?;
            let under = Under::Prefix(&row.connection.settings.prefix);
            self.list_now(&row, &row.connection.settings, &credentials, under).await?;
            row = self.row(&id).await?;
        }
        let rules = Rules::new(&id, &row.connection.settings, intake(&row.connection.settings.destination));
        let listing = Listing { at: row.listed_at.unwrap_or_else(now), complete: row.listed_complete };
        self.preview(id, row.number, rules, listing).await
    }

    /// Works out what a sync would do if this edit were saved; nothing is saved, and nothing sent. The bucket is listed
    /// again where the edit may show other keys than the last listing.
    ///
    /// # Errors
    /// As [`Engine::connection_edit`] and [`Engine::preview_make`].
    pub async fn edit_preview(&self, id: String, draft: ConnectionDraft, refresh: bool) -> Result<EditPreview> {
        let row = self.row(&id).await?;
        let (settings, secrets) = self.edited(&row, &draft).await?;
        let saved = &row.connection.settings;
        let elsewhere = (&settings.bucket, &settings.endpoint) != (&saved.bucket, &saved.endpoint);
        let wider = !settings.prefix.starts_with(&saved.prefix);
        let mut listing = Listing { at: row.listed_at.unwrap_or_else(now), complete: row.listed_complete };
        if refresh || elsewhere || wider || row.listed_at.is_none() {
            let credentials = self.draft_credentials(&row, &settings, secrets).await?;
            self.list_now(&row, &settings, &credentials, Under::DraftPrefix(&settings.prefix)).await?;
            listing = Listing { at: now(), complete: true };
            if elsewhere {
                // What is recorded now is not the saved connection's place.
                self.store.write(move |db| connections::forget_listing(db, row.number)).await?;
            }
        }
        let rules = Rules::new(&id, &settings, intake(&settings.destination));
        let preview_id = format!("{EDIT}{id}");
        let summary = self.preview(preview_id.clone(), row.number, rules, listing).await?;
        Ok(EditPreview { preview_id, summary })
    }

    async fn preview(&self, preview_id: String, number: i64, rules: Rules, listing: Listing) -> Result<PlanSummary> {
        let Listing { at, complete } = listing;
        let (preview, summary) = self
            .store
            .read(move |db| {
                let recorded = Recorded { db, connection: number, is_wanted: &|| true };
                let (table, summary) = PreviewTable::filled(|rows| {
                    let mut sample = Sample::new(trial::SIZE);
                    let show = |key: &KeyRow, judgement: &Judgement, line: &Line| {
                        let item = survey::plain_item(key, judgement, line);
                        let number = rows.push(&item)?;
                        if survey::is_sent(line.action) {
                            let tag = item.tag.as_deref().unwrap_or_default();
                            sample.offer(tag, &key.key.extension(), item.size.unwrap_or(0), || number);
                        }
                        Ok(())
                    };
                    let (_, summary) = survey::survey(&rules, complete, at, &recorded, show)?;
                    Ok((summary, sample.taken()))
                })?;
                Ok((Preview { table: Mutex::new(table), rules }, summary))
            })
            .await?;
        lock(&self.previews).insert(preview_id, Arc::new(preview));
        Ok(summary)
    }

    /// A part of the last preview of a connection, or of an edit of it.
    ///
    /// # Errors
    /// `invalid_request` when there is none.
    pub async fn preview_page(&self, id: String, filter: PlanFilter) -> Result<PlanPage> {
        let preview = self.previewed(&id)?;
        crate::store::blocking(move || {
            let mut page = lock(&preview.table).page(&filter)?;
            for item in &mut page.items {
                item.capture = preview.rules.capture_in_utf16(&ObjectKey::new(item.key.clone()));
            }
            Ok(page)
        })
        .await
    }

    /// Writes what a filter leaves of the last preview of a connection, or of an edit of it, in its order, into a new file
    /// in the Downloads folder. The part that the filter asks for does not count.
    ///
    /// # Errors
    /// As [`Engine::preview_page`]; `file_not_written`.
    pub async fn preview_export(&self, id: String, filter: PlanFilter) -> Result<SavedFile> {
        self.preview_export_to(&exports::downloads(), id, filter).await
    }

    /// The same, into another folder.
    ///
    /// # Errors
    /// As [`Engine::preview_export`].
    pub async fn preview_export_to(&self, folder: &Path, id: String, filter: PlanFilter) -> Result<SavedFile> {
        let row = self.row(id.strip_prefix(EDIT).unwrap_or(&id)).await?;
        let stem = exports::stem(&format!("preview of {}", row.connection.settings.name));
        let (preview, folder) = (self.previewed(&id)?, folder.to_owned());
        crate::store::blocking(move || {
            let mut part = Part::begin(&folder)?;
            write_csv(&preview.table, filter, &mut |bytes| part.write(bytes))?;
            part.finish_new(&stem, "csv")
        })
        .await
    }

    /// Gives the last preview of a connection as a CSV table, piece by piece. Returns how many rows it has.
    ///
    /// # Errors
    /// As [`Engine::preview_page`]; what takes the pieces says.
    pub async fn preview_csv(
        &self,
        id: &str,
        filter: PlanFilter,
        mut take: impl FnMut(&[u8]) -> Result<()> + Send + 'static,
    ) -> Result<u64> {
        let preview = self.previewed(id)?;
        crate::store::blocking(move || write_csv(&preview.table, filter, &mut take)).await
    }

    fn previewed(&self, id: &str) -> Result<Arc<Preview>> {
        let preview = lock(&self.previews).get(id).cloned();
        preview.ok_or_else(|| Error::new(ErrorCode::InvalidRequest, "there is no preview; make one"))
    }

    async fn list_now(
        &self,
        row: &ConnectionRow,
        settings: &Settings,
        credentials: &ResolvedCredentials,
        under: Under<'_>,
    ) -> Result<()> {
        let _claim = self.claim(&row.connection.id).await?;
        let source = source(&self.data_dir, &self.network(), settings, credentials).await?;
        let (cancel, clock): (_, Clock) = (CancellationToken::new(), Arc::new(now));
        listing::list(&self.store, source, row.number, under, &cancel, &clock, |_| {}).await?;
        Ok(())
    }
}

/// The last preview of a connection, or of an edit of it.
#[derive(Debug)]
pub(super) struct Preview {
    table: Mutex<PreviewTable>,
    rules: Rules,
}

/// The listing behind a preview.
struct Listing {
    at: i64,
    complete: bool,
}

/// Gives the rows page by page, so that memory does not grow with them and the window can go on reading.
fn write_csv(
    table: &Mutex<PreviewTable>,
    filter: PlanFilter,
    take: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<u64> {
    take(csv::MARK.as_bytes())?;
    take(csv::line(COLUMNS).as_bytes())?;
    let mut rows = 0;
    loop {
        let page = lock(table).page(&PlanFilter { offset: rows, limit: LARGEST_LIMIT, ..filter.clone() })?;
        if page.items.is_empty() {
            return Ok(rows);
        }
        rows += page.items.len() as u64;
        page.items.iter().try_for_each(|item| take(csv_line(item).as_bytes()))?;
    }
}

fn csv_line(item: &PlanItem) -> String {
    let (size, modified) = (item.size.map(|size| size.to_string()), item.modified.map(csv::moment));
    csv::line([
        item.key.as_str(),
        size.as_deref().unwrap_or_default(),
        modified.as_deref().unwrap_or_default(),
        item.tag.as_deref().unwrap_or_default(),
        item.action.name(),
        item.sentence.as_deref().unwrap_or_default(),
    ])
}
