//! A preview: the plan of a connection as a table of its own, in a temporary database that SQLite keeps in memory while
//! it is small and deletes by itself. Rows are numbered in key order.
//!
//! A filter and an order are carried out once: what is kept of them is the list of row numbers, four bytes for each, and
//! any part of it is a slice and as many look-ups as it has rows. A few such lists are kept, the ones in use longest.
//! What a rule captured in a key is not here: it is worked out for the rows that are shown.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use rusqlite::types::Value;
use rusqlite::{Connection as Db, Row, params, params_from_iter};

use super::sql_error;
use crate::error::{Error, Result};
use crate::scope::SkipReason;
use crate::view::{PlanAction, PlanFilter, PlanItem, PlanOrder, PlanPage};

/// Rows that a page has unless the filter says otherwise.
const DEFAULT_LIMIT: u32 = 100;
/// Rows that a page has at most.
pub const LARGEST_LIMIT: u32 = 10_000;
/// Rows that go to the thread that writes them down at once, and how many times as many may wait for it.
const BATCH: usize = 1_000;
const BATCHES_WAITING: usize = 4;
/// Lists of row numbers that are kept.
const VIEWS_KEPT: usize = 3;

/// The order of actions and of reasons in the table.
const ACTIONS: [PlanAction; 7] = [
    PlanAction::New,
    PlanAction::Changed,
    PlanAction::Retagged,
    PlanAction::Unchanged,
    PlanAction::Skipped,
    PlanAction::Removed,
    PlanAction::Kept,
];

/// The plan of a connection, row by row.
#[derive(Debug)]
pub struct PreviewTable {
    db: Db,
    total: u32,
    /// The rows that a trial would send.
    trial: Vec<u32>,
    /// Filters and orders with their rows, the one in use last.
    views: Vec<(PlanFilter, Arc<Vec<u32>>)>,
}

/// Rows on their way into a table, in key order.
pub struct Rows {
    batch: Batch,
    total: u32,
    writer: SyncSender<Batch>,
}

impl Rows {
    /// Adds the next row, and returns its number.
    pub fn push(&mut self, item: &PlanItem) -> Result<u32> {
        let number = self.total;
        self.total = number.checked_add(1).ok_or_else(|| Error::internal("making a preview", "too many keys"))?;
        self.batch.push(item);
        if self.batch.rows.len() == BATCH { self.send() } else { Ok(()) }.map(|()| number)
    }

    fn send(&mut self) -> Result<()> {
        // It ended because it met an error, which is the one that is told.
        let ended = |_| Error::internal("making a preview", "nobody writes it down");
        self.writer.send(std::mem::take(&mut self.batch)).map_err(ended)
    }
}

/// Rows in one piece of text, as they go from thread to thread.
#[derive(Default)]
struct Batch {
    text: String,
    rows: Vec<Packed>,
}

/// A row, and how much of the text belongs to its key, its sentence and its tag.
struct Packed {
    action: usize,
    reason: Option<usize>,
    key: usize,
    sentence: Option<usize>,
    tag: Option<usize>,
    size: Option<i64>,
    modified: Option<i64>,
}

impl Batch {
    fn push(&mut self, item: &PlanItem) {
        let own = |sentence: &&String| item.reason.map(SkipReason::sentence) != Some(sentence.as_str());
        let mut text = |text: &str| {
            self.text.push_str(text);
            text.len()
        };
        self.rows.push(Packed {
            action: action_index(item.action),
            reason: item.reason.map(reason_index),
            key: text(&item.key),
            sentence: item.sentence.as_ref().filter(own).map(|sentence| text(sentence)),
            tag: item.tag.as_ref().map(|tag| text(tag)),
            size: item.size.map(|size| size as i64),
            modified: item.modified,
        });
    }

    /// Writes its rows down, the first with this number.
    fn write(&self, db: &Db, mut number: u32) -> Result<u32> {
        let mut statement =
            db.prepare_cached("INSERT INTO plan VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)").map_err(sql_error)?;
        let mut rest = self.text.as_str();
        let mut text = |length: usize| {
            let (text, behind) = rest.split_at(length);
            rest = behind;
            text
        };
        for Packed { action, reason, key, sentence, tag, size, modified } in &self.rows {
            let (key, sentence, tag) = (text(*key), sentence.map(&mut text), tag.map(&mut text));
            statement
                .execute(params![number, action, reason, key, sentence, tag, size, modified])
                .map_err(sql_error)?;
            number += 1;
        }
        Ok(number)
    }
}

impl PreviewTable {
    /// A table of the rows that are pushed, which another thread writes down meanwhile. With them comes which of them a
    /// trial would send.
    pub fn filled<T>(fill: impl FnOnce(&mut Rows) -> Result<(T, Vec<u32>)>) -> Result<(Self, T)> {
        let (writer, batches) = mpsc::sync_channel(BATCHES_WAITING);
        let (written, filled) = thread::scope(|scope| {
            let writing = scope.spawn(|| Self::written(batches));
            let mut rows = Rows { batch: Batch::default(), total: 0, writer };
            let filled = fill(&mut rows).and_then(|filled| rows.send().map(|()| filled));
            drop(rows);
            (writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), filled)
        });
        let table = written?;
        let (value, trial) = filled?;
        Ok((Self { trial, ..table }, value))
    }

    /// Writes rows down until there are no more.
    fn written(batches: Receiver<Batch>) -> Result<Self> {
        // An empty name is a private temporary database (https://sqlite.org/inmemorydb.html).
        let db = Db::open("").map_err(sql_error)?;
        db.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8000;
             CREATE TABLE plan (
                 number INTEGER PRIMARY KEY,  -- in key order, from 0
                 action INTEGER NOT NULL,     -- index of ACTIONS
                 reason INTEGER,              -- index of SkipReason::ALL
                 key TEXT NOT NULL,
                 sentence TEXT,               -- where it is not the reason's own
                 tag TEXT, size INTEGER, modified INTEGER
             ) STRICT;
             BEGIN;",
        )
        .map_err(sql_error)?;
        let mut total = 0;
        for batch in batches {
            total = batch.write(&db, total)?;
        }
        db.execute_batch("COMMIT;").map_err(sql_error)?;
        Ok(Self { db, total, trial: Vec::new(), views: Vec::new() })
    }

    /// A part of it.
    pub fn page(&mut self, filter: &PlanFilter) -> Result<PlanPage> {
        let limit = if filter.limit == 0 { DEFAULT_LIMIT } else { filter.limit.min(LARGEST_LIMIT) };
        let which = PlanFilter { offset: 0, limit: 0, ..filter.clone() };
        if which == PlanFilter::default() {
            let from = filter.offset.min(u64::from(self.total)) as u32;
            let items = self.rows(from..self.total.min(from.saturating_add(limit)))?;
            return Ok(PlanPage { items, total: self.total.into() });
        }
        let numbers = self.view(which)?;
        let from = usize::try_from(filter.offset).unwrap_or(usize::MAX).min(numbers.len());
        let to = numbers.len().min(from + limit as usize);
        let items = self.rows(numbers[from..to].iter().copied())?;
        Ok(PlanPage { items, total: numbers.len() as u64 })
    }

    /// The rows that a filter leaves, in its order.
    fn view(&mut self, which: PlanFilter) -> Result<Arc<Vec<u32>>> {
        let numbers = match self.views.iter().position(|(known, _)| *known == which) {
            Some(at) => self.views.remove(at).1,
            None => Arc::new(self.select(&which)?),
        };
        if self.views.len() >= VIEWS_KEPT {
            self.views.remove(0);
        }
        self.views.push((which, Arc::clone(&numbers)));
        Ok(numbers)
    }

    fn select(&self, which: &PlanFilter) -> Result<Vec<u32>> {
        let (condition, parameters) = self.condition(which);
        let order = order(which.order, which.descending);
        let mut statement = self
            .db
            .prepare_cached(&format!("SELECT number FROM plan WHERE {condition} ORDER BY {order}"))
            .map_err(sql_error)?;
        let numbers = statement.query_map(params_from_iter(parameters), |row| row.get(0)).map_err(sql_error)?;
        numbers.collect::<rusqlite::Result<_>>().map_err(sql_error)
    }

    fn condition(&self, which: &PlanFilter) -> (String, Vec<Value>) {
        let mut conditions = vec!["1".to_owned()];
        let mut parameters: Vec<Value> = Vec::new();
        if let Some(action) = which.action {
            conditions.push(format!("action = {}", action_index(action)));
        }
        if let Some(reason) = which.reason {
            conditions.push(format!("reason = {}", reason_index(reason)));
        }
        if which.trial {
            let numbers: Vec<String> = self.trial.iter().map(u32::to_string).collect();
            conditions.push(format!("number IN ({})", numbers.join(", ")));
        }
        if let Some(tag) = &which.tag {
            parameters.push(tag.clone().into());
            conditions.push(format!("tag = ?{}", parameters.len()));
        }
        if !which.text.is_empty() {
            parameters.push(which.text.clone().into());
            let at = parameters.len();
            conditions.push(format!("(instr(lower(key), lower(?{at})) > 0 OR instr(lower(tag), lower(?{at})) > 0)"));
        }
        (conditions.join(" AND "), parameters)
    }

    fn rows(&self, numbers: impl Iterator<Item = u32>) -> Result<Vec<PlanItem>> {
        let mut statement = self.db.prepare_cached("SELECT * FROM plan WHERE number = ?1").map_err(sql_error)?;
        numbers.map(|number| statement.query_row([number], read).map_err(sql_error)).collect()
    }
}

/// What is not there comes last, whichever way round; equals are in key order.
fn order(by: PlanOrder, descending: bool) -> String {
    let way = if descending { "DESC" } else { "ASC" };
    match by {
        PlanOrder::Key => format!("number {way}"),
        PlanOrder::Size => format!("size {way} NULLS LAST, number"),
        PlanOrder::Modified => format!("modified {way} NULLS LAST, number"),
        PlanOrder::Tag => format!("tag {way} NULLS LAST, number"),
        PlanOrder::Action => format!("action {way}, reason {way}, number"),
    }
}

fn action_index(action: PlanAction) -> usize {
    ACTIONS.iter().position(|a| *a == action).unwrap_or_default()
}

fn reason_index(reason: SkipReason) -> usize {
    SkipReason::ALL.iter().position(|r| *r == reason).unwrap_or_default()
}

fn read(row: &Row<'_>) -> rusqlite::Result<PlanItem> {
    let reason = row.get::<_, Option<usize>>("reason")?.and_then(|at| SkipReason::ALL.get(at).copied());
    let sentence: Option<String> = row.get("sentence")?;
    Ok(PlanItem {
        key: row.get("key")?,
        action: ACTIONS.get(row.get::<_, usize>("action")?).copied().unwrap_or(PlanAction::Unchanged),
        reason,
        sentence: sentence.or_else(|| reason.map(|reason| reason.sentence().to_owned())),
        tag: row.get("tag")?,
        capture: None,
        size: row.get("size")?,
        modified: row.get("modified")?,
    })
}

#[cfg(test)]
mod tests;
