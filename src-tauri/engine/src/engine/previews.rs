//! Previews of saved connections: the whole plan, shown page by page. The run computes the same.

use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::KnowledgeBase;
use crate::store::connections::ConnectionRow;
use crate::store::keys;
use crate::store::preview::PreviewTable;
use crate::sync::judge::Rules;
use crate::sync::{listing, now, survey};
use crate::view::{PlanFilter, PlanPage, PlanSummary};

use super::{Engine, lock, resolve, source};

impl Engine {
    /// Works out what a sync would do; lists the bucket again when asked to, or when it never was. Nothing is sent.
    ///
    /// # Errors
    /// What the bucket or the state file says; `sync_running`, because a run writes the same listing.
    pub async fn preview_make(&self, id: String, refresh: bool) -> Result<PlanSummary> {
        let mut row = self.row(&id).await?;
        if refresh || row.listed_at.is_none() {
            self.list_again(&row).await?;
            row = self.row(&id).await?;
        }
        let rules = Rules::new(&id, &row.connection.settings, self.library.intake());
        let (number, complete) = (row.number, row.listed_complete);
        let listed_at = row.listed_at.unwrap_or_else(now);
        let (table, summary) = self
            .store
            .read(move |db| {
                let mut pages = |after: &str| keys::page(db, number, after);
                let sums = survey::sums(&rules, complete, &mut pages)?;
                let mut table = PreviewTable::new()?;
                let show = |key: &_, judgement: &_, line: &_| table.push(&survey::item(&rules, key, judgement, line));
                let summary = survey::survey(&rules, complete, listed_at, &sums, &mut pages, show)?;
                table.finish()?;
                Ok((table, summary))
            })
            .await?;
        lock(&self.previews).insert(id, Arc::new(Mutex::new(table)));
        Ok(summary)
    }

    /// A part of the last preview of a connection.
    ///
    /// # Errors
    /// `invalid_request` when there is none.
    pub async fn preview_page(&self, id: String, filter: PlanFilter) -> Result<PlanPage> {
        let table = lock(&self.previews).get(&id).cloned();
        let table = table.ok_or_else(|| Error::new(ErrorCode::InvalidRequest, "there is no preview; make one"))?;
        crate::store::blocking(move || lock(&table).page(&filter)).await
    }

    async fn list_again(&self, row: &ConnectionRow) -> Result<()> {
        let id = &row.connection.id;
        let settings = &row.connection.settings;
        let _claim = self.claim(id)?;
        let credentials = resolve(&self.secrets, id, &settings.credentials).await?;
        let source = source(settings, &credentials).await?;
        let cancel = CancellationToken::new();
        listing::list(&self.store, source.as_ref(), row.number, &settings.prefix, &cancel, now, |_| {}).await?;
        Ok(())
    }
}
