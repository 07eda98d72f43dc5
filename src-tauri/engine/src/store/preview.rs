//! A preview: the plan of a connection as a table of its own, in a temporary database that SQLite keeps in
//! memory while it is small and deletes by itself. Rows are numbered within each action, so that any part of a
//! million rows is one index look-up.

use rusqlite::{Connection as Db, Row, params};

use super::connections::{from_name, to_name};
use super::sql_error;
use crate::error::Result;
use crate::scope::SkipReason;
use crate::view::{PlanAction, PlanFilter, PlanItem, PlanPage};

/// Rows that a page has unless the filter says otherwise.
const DEFAULT_LIMIT: u32 = 100;
/// Rows that a page has at most.
const LARGEST_LIMIT: u32 = 10_000;

/// The plan of a connection, row by row.
#[derive(Debug)]
pub struct PreviewTable {
    db: Db,
    total: u64,
    by_action: [u64; 7],
}

const ACTIONS: [PlanAction; 7] = [
    PlanAction::New,
    PlanAction::Changed,
    PlanAction::Retagged,
    PlanAction::Unchanged,
    PlanAction::Skipped,
    PlanAction::Removed,
    PlanAction::Kept,
];

impl PreviewTable {
    /// An empty table.
    pub fn new() -> Result<Self> {
        // An empty name is a private temporary database (https://sqlite.org/inmemorydb.html).
        let db = Db::open("").map_err(sql_error)?;
        db.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
             CREATE TABLE plan (
                 number INTEGER PRIMARY KEY, action TEXT NOT NULL, place INTEGER NOT NULL, key TEXT NOT NULL,
                 reason TEXT, sentence TEXT, tag TEXT, capture_start INTEGER, capture_end INTEGER, size INTEGER, modified INTEGER
             ) STRICT;
             BEGIN;",
        )
        .map_err(sql_error)?;
        Ok(Self { db, total: 0, by_action: [0; 7] })
    }

    /// Adds the next row, in key order.
    pub fn push(&mut self, item: &PlanItem) -> Result<()> {
        let place = &mut self.by_action[index(item.action)];
        let mut statement = self
            .db
            .prepare_cached("INSERT INTO plan VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
            .map_err(sql_error)?;
        statement
            .execute(params![
                self.total as i64,
                to_name(&item.action)?,
                *place as i64,
                item.key,
                item.reason.map(SkipReason::name),
                item.sentence,
                item.tag,
                item.capture.map(|c| c.0),
                item.capture.map(|c| c.1),
                item.size.map(|s| s as i64),
                item.modified,
            ])
            .map_err(sql_error)?;
        self.total += 1;
        *place += 1;
        Ok(())
    }

    /// Makes the table ready to be read.
    pub fn finish(&self) -> Result<()> {
        self.db.execute_batch("COMMIT; CREATE INDEX plan_by_action ON plan (action, place);").map_err(sql_error)
    }

    /// A part of it.
    pub fn page(&self, filter: &PlanFilter) -> Result<PlanPage> {
        let limit = if filter.limit == 0 { DEFAULT_LIMIT } else { filter.limit.min(LARGEST_LIMIT) };
        let offset = filter.offset as i64;
        let action = filter.action.map(|a| to_name(&a)).transpose()?;
        if !filter.text.is_empty() {
            return self.search(action.as_deref(), &filter.text, offset, limit);
        }
        let (total, which) = match filter.action {
            Some(action) => (self.by_action[index(action)], "action = ?1 AND place >= ?2 ORDER BY place LIMIT ?3"),
            None => (self.total, "?1 IS NULL AND number >= ?2 ORDER BY number LIMIT ?3"),
        };
        let items = self.select(which, params![action, offset, limit])?;
        Ok(PlanPage { items, total })
    }

    fn search(&self, action: Option<&str>, text: &str, offset: i64, limit: u32) -> Result<PlanPage> {
        let which = "(?1 IS NULL OR action = ?1) AND (instr(lower(key), lower(?2)) > 0 OR instr(tag, ?2) > 0)";
        let tail = format!("{which} ORDER BY number LIMIT ?3 OFFSET ?4");
        let items = self.select(&tail, params![action, text, limit, offset])?;
        let count = format!("SELECT count(*) FROM plan WHERE {which}");
        let total = self.db.query_row(&count, params![action, text], |row| row.get(0)).map_err(sql_error)?;
        Ok(PlanPage { items, total })
    }

    fn select(&self, which: &str, parameters: impl rusqlite::Params) -> Result<Vec<PlanItem>> {
        let mut statement = self.db.prepare_cached(&format!("SELECT * FROM plan WHERE {which}")).map_err(sql_error)?;
        let rows = statement.query_map(parameters, |row| Ok(read(row))).map_err(sql_error)?;
        rows.map(|row| row.map_err(sql_error)?).collect()
    }
}

fn index(action: PlanAction) -> usize {
    ACTIONS.iter().position(|a| *a == action).unwrap_or_default()
}

fn read(row: &Row<'_>) -> Result<PlanItem> {
    let action = from_name::<PlanAction>(row, "action")?;
    let item = || {
        let reason: Option<String> = row.get("reason")?;
        let start: Option<u32> = row.get("capture_start")?;
        let end: Option<u32> = row.get("capture_end")?;
        Ok(PlanItem {
            key: row.get("key")?,
            action,
            reason: reason.as_deref().and_then(SkipReason::from_name),
            sentence: row.get("sentence")?,
            tag: row.get("tag")?,
            capture: start.zip(end),
            size: row.get("size")?,
            modified: row.get("modified")?,
        })
    };
    item().map_err(sql_error)
}
