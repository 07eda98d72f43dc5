//! Previews of saved connections: the whole plan, shown page by page. The run computes the same.

use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use crate::connection::{ConnectionDraft, Settings};
use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::intake;
use crate::source::ResolvedCredentials;
use crate::store::connections::{self, ConnectionRow};
use crate::store::keys;
use crate::store::preview::PreviewTable;
use crate::sync::judge::Rules;
use crate::sync::listing::{self, Under};
use crate::sync::{Clock, now, survey};
use crate::view::{EditPreview, PlanFilter, PlanPage, PlanSummary};

use super::{Engine, lock, resolve, source};

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
        let preview_id = format!("edit:{id}");
        let summary = self.preview(preview_id.clone(), row.number, rules, listing).await?;
        Ok(EditPreview { preview_id, summary })
    }

    async fn preview(&self, preview_id: String, number: i64, rules: Rules, listing: Listing) -> Result<PlanSummary> {
        let Listing { at, complete } = listing;
        let (table, summary) = self
            .store
            .read(move |db| {
                let mut pages = |after: &str| keys::page(db, number, after);
                let sums = survey::sums(&rules, complete, &mut pages)?;
                let mut table = PreviewTable::new()?;
                let show = |key: &_, judgement: &_, line: &_| table.push(&survey::item(&rules, key, judgement, line));
                let summary = survey::survey(&rules, complete, at, &sums, &mut pages, show)?;
                table.finish()?;
                Ok((table, summary))
            })
            .await?;
        lock(&self.previews).insert(preview_id, Arc::new(Mutex::new(table)));
        Ok(summary)
    }

    /// A part of the last preview of a connection, or of an edit of it.
    ///
    /// # Errors
    /// `invalid_request` when there is none.
    pub async fn preview_page(&self, id: String, filter: PlanFilter) -> Result<PlanPage> {
        let table = lock(&self.previews).get(&id).cloned();
        let table = table.ok_or_else(|| Error::new(ErrorCode::InvalidRequest, "there is no preview; make one"))?;
        crate::store::blocking(move || lock(&table).page(&filter)).await
    }

    async fn list_now(
        &self,
        row: &ConnectionRow,
        settings: &Settings,
        credentials: &ResolvedCredentials,
        under: Under<'_>,
    ) -> Result<()> {
        let _claim = self.claim(&row.connection.id).await?;
        let source = source(&self.network(), settings, credentials).await?;
        let (cancel, clock): (_, Clock) = (CancellationToken::new(), Arc::new(now));
        listing::list(&self.store, source.as_ref(), row.number, under, &cancel, &clock, |_| {}).await?;
        Ok(())
    }
}

/// The listing behind a preview.
struct Listing {
    at: i64,
    complete: bool,
}
