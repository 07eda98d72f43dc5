//! Single keys: why one is, or is not, in the knowledge base; which documents are held; sending refused ones again.

use std::sync::Arc;

use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::intake;
use crate::laws::Laws;
use crate::object::ObjectKey;
use crate::plan::DocumentRow;
use crate::store::keys::{self, KeyRow};
use crate::store::{documents, runs};
use crate::sync::judge::Rules;
use crate::sync::sides::Sides;
use crate::sync::survey::{self, Line, Recorded};
use crate::sync::{audit, now, settle};
use crate::view::{AuditReport, DocumentPage, DocumentView, KeyStory, PlanItem, RunTrigger, RunView, SyncOptions};

use super::Engine;
use super::story::{self, Facts};

/// Earlier lines of a key that its story tells.
const HISTORY: u32 = 20;
/// Documents that a page has unless told otherwise, and at most.
const PAGE: (u32, u32) = (1_000, 10_000);

impl Engine {
    /// Why a key is, or is not, in the knowledge base: what the bucket showed, what the rules say, what is held, what
    /// became of it before.
    ///
    /// # Errors
    /// `connection_not_found`; what the state file says.
    pub async fn key_why(&self, id: String, key: String) -> Result<KeyStory> {
        let row = self.row(&id).await?;
        let rules = Rules::new(&id, &row.connection.settings, intake(&row.connection.settings.destination));
        let (number, listed_at, complete) = (row.number, row.listed_at, row.listed_complete);
        let key = ObjectKey::new(key);
        self.store
            .read(move |db| {
                let found = keys::one(db, number, &key)?;
                let plan = plan_of(db, number, &rules, complete, &found)?;
                let history = runs::of_key(db, number, key.as_str(), HISTORY)?;
                let listed = rules.listed(&found).is_some();
                let facts = Facts { found: &found, listed, plan: plan.as_ref(), listed_at, history: &history };
                Ok(KeyStory {
                    sentence: story::sentence(&facts),
                    steps: story::steps(&facts),
                    next: story::next(&facts),
                    key: key.as_str().to_owned(),
                    listed_at,
                    listed: found.object.is_some(),
                    plan,
                    documents: found.rows.iter().map(document).collect(),
                    history,
                })
            })
            .await
    }

    /// The documents that a connection holds or may hold, in the order in which their rows were made; `after` is
    /// `next` of the page before, `limit` 0 means 1,000.
    ///
    /// # Errors
    /// `connection_not_found`; what the state file says.
    pub async fn document_list(&self, id: String, after: Option<i64>, limit: u32) -> Result<DocumentPage> {
        let number = self.row(&id).await?.number;
        let limit = if limit == 0 { PAGE.0 } else { limit.min(PAGE.1) };
        let rows = self.store.read(move |db| documents::page(db, number, after.unwrap_or(0), limit)).await?;
        let next = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.sequence);
        Ok(DocumentPage { documents: rows.iter().map(document).collect(), next })
    }

    /// Starts a sync that sends refused documents once more: those of these keys, or all when there are none. What
    /// failed otherwise is tried by every sync.
    ///
    /// # Errors
    /// `invalid_request` when named keys have nothing that was refused or failed; as [`Engine::sync_start`].
    pub async fn sync_retry(self: &Arc<Self>, id: String, keys: Vec<String>) -> Result<RunView> {
        let number = self.row(&id).await?.number;
        let named = keys.clone();
        let (asked, failed) = self
            .store
            .write(move |db| Ok((documents::ask_retry(db, number, &named)?, runs::last_failed(db, number, &named)?)))
            .await?;
        if !keys.is_empty() && asked + failed == 0 {
            let what = keys.iter().map(|key| format!("“{}”", key.escape_debug())).collect::<Vec<_>>().join(", ");
            return Err(Error::new(ErrorCode::InvalidRequest, format!("nothing of {what} failed or was refused")));
        }
        self.start(&id, RunTrigger::Manual, SyncOptions::default()).await
    }

    /// Compares the rows of a connection with what the knowledge base holds, and mends the rows. A sync does it by
    /// itself before its first write, after a restored backup, and once a week.
    ///
    /// # Errors
    /// `sync_running`; what the knowledge base says.
    pub async fn connection_audit(&self, id: String) -> Result<AuditReport> {
        let row = self.row(&id).await?;
        let _claim = self.claim(&id).await?;
        let destination = &row.connection.settings.destination;
        let base = self.base(destination).await?;
        let (base, destination) = (base.as_ref(), destination.name());
        let sides = Sides { store: &self.store, base, connection: row.number, destination, laws: Laws::default() };
        let report = audit::audit(sides, &id, now()).await?;
        let settled = settle::settle(sides, now()).await;
        self.tell_connection(&id).await;
        settled.map(|_| report)
    }
}

/// What the next sync does with a key. Only a key that needs a place has to be counted with all others.
fn plan_of(
    db: &rusqlite::Connection,
    number: i64,
    rules: &Rules,
    complete: bool,
    found: &KeyRow,
) -> Result<Option<PlanItem>> {
    let judgement = rules.judge(found, complete);
    let Some(fate) = judgement.fate else { return Ok(None) };
    if !fate.needs_place {
        let line = Line { action: fate.action, reason: fate.reason };
        return Ok(Some(survey::item(rules, found, &judgement, &line)));
    }
    let recorded = Recorded { db, connection: number, is_wanted: &|| true };
    let mut item = None;
    survey::survey(rules, complete, 0, &recorded, |key, judgement, line| {
        if key.key == found.key {
            item = Some(survey::item(rules, key, judgement, line));
        }
        Ok(())
    })?;
    Ok(item)
}

fn document(row: &DocumentRow) -> DocumentView {
    DocumentView {
        key: row.key.as_str().to_owned(),
        etag: row.etag.unquoted(),
        tag: row.tag.to_string(),
        id: row.id.clone(),
        state: row.state,
        changed_at: row.changed_at,
        size: row.size,
        refusal: row.error_detail.clone(),
        removed_by_hand: row.was_removed_by_hand(),
    }
}
