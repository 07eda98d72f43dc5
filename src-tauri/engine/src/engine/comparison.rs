//! Comparing two runs of a connection: made once, then shown page by page.

use std::sync::{Arc, Mutex};

use crate::error::{Error, ErrorCode, Result};
use crate::store::comparison::{self, ComparisonTable};
use crate::view::{CompareFilter, ComparePage, Comparison};

use super::{Engine, lock};

/// The last comparison, with its name.
pub(super) type Kept = Option<(String, Arc<Mutex<ComparisonTable>>)>;

impl Engine {
    /// Works out what the runs after `from`, up to and including `to` (or up to now), have changed; runs that are named
    /// the other way round are turned around.
    ///
    /// # Errors
    /// `invalid_request` for runs that are not known, or of two connections.
    pub async fn compare_make(&self, from: String, to: Option<String>) -> Result<Comparison> {
        let (span, table) = self
            .store
            .read(move |db| {
                let span = comparison::span(db, &from, to.as_deref())?;
                let table = ComparisonTable::make(db, &span)?;
                Ok((span, table))
            })
            .await?;
        let comparison_id = format!("{}..{}", span.from, span.to);
        let counts = table.counts();
        *lock(&self.comparison) = Some((comparison_id.clone(), Arc::new(Mutex::new(table))));
        let comparison::Span { from, to, runs, runs_without_lines, .. } = span;
        Ok(Comparison { comparison_id, from, to, runs, runs_without_lines, counts })
    }

    /// A part of the last comparison.
    ///
    /// # Errors
    /// `invalid_request` when another one was made since.
    pub async fn compare_page(&self, comparison_id: String, filter: CompareFilter) -> Result<ComparePage> {
        let kept = lock(&self.comparison).as_ref().filter(|(id, _)| *id == comparison_id).map(|(_, t)| Arc::clone(t));
        let table =
            kept.ok_or_else(|| Error::new(ErrorCode::InvalidRequest, "there is no such comparison; make one"))?;
        crate::store::blocking(move || lock(&table).page(&filter)).await
    }
}
