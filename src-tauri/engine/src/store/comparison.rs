//! What the runs between two points have changed, key by key: worked out in one statement over their lines, kept as a
//! table of its own in a temporary database, so that any part of it is one index look-up.
//!
//! A run keeps a line for what it sent, removed, was refused and failed at. So the *net* of several runs is told by the
//! first and the last line of a key that changed something: sent as new and still there is added, sent as new and removed
//! again is nothing at all.

use rusqlite::{Connection as Db, OptionalExtension, Row, params};

use super::connections::{from_name, to_name};
use super::sql_error;
use crate::error::{Error, ErrorCode, Result};
use crate::view::{Change, ChangeCounts, CompareFilter, CompareItem, ComparePage};

/// Rows that a page has unless the filter says otherwise, and at most.
const PAGE: (u32, u32) = (100, 10_000);

/// The runs that count: those of a connection after one number, up to and including another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The connection.
    pub connection: i64,
    /// Runs after this one …
    pub after: i64,
    /// … up to this one.
    pub until: i64,
    /// Id of the run that is compared with.
    pub from: String,
    /// Id of the last run that counts.
    pub to: String,
    /// How many runs count.
    pub runs: u64,
    /// Of these, runs that wrote lines and have none any more.
    pub runs_without_lines: u64,
}

/// The span between two runs of one connection, the older one first; without `to`, up to the newest.
///
/// # Errors
/// `invalid_request` for runs that are not known, or of two connections.
pub fn span(db: &Db, from: &str, to: Option<&str>) -> Result<Span> {
    let from = place(db, from)?;
    let to = match to {
        Some(to) => place(db, to)?,
        None => newest(db, from.0)?,
    };
    if from.0 != to.0 {
        return Err(Error::new(ErrorCode::InvalidRequest, "the runs are of two connections"));
    }
    let (from, to) = if from.1 <= to.1 { (from, to) } else { (to, from) };
    let (runs, runs_without_lines) = db
        .query_row(
            "SELECT count(*), count(*) FILTER (WHERE lines > 0 AND NOT EXISTS \
               (SELECT 1 FROM run_items i WHERE i.run = runs.number)) \
             FROM runs WHERE connection = ?1 AND number > ?2 AND number <= ?3",
            params![from.0, from.1, to.1],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .map_err(sql_error)?;
    let (connection, after, until) = (from.0, from.1, to.1);
    Ok(Span { connection, after, until, from: from.2, to: to.2, runs, runs_without_lines })
}

/// Connection, number and id of a run.
type Place = (i64, i64, String);

fn place(db: &Db, id: &str) -> Result<Place> {
    db.query_row("SELECT connection, number, id FROM runs WHERE id = ?1", [id], read_place)
        .optional()
        .map_err(sql_error)?
        .ok_or_else(|| Error::new(ErrorCode::InvalidRequest, format!("there is no run {id}")))
}

fn newest(db: &Db, connection: i64) -> Result<Place> {
    let newest = "SELECT connection, number, id FROM runs WHERE connection = ?1 ORDER BY number DESC LIMIT 1";
    db.query_row(newest, [connection], read_place).map_err(sql_error)
}

fn read_place(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

/// The net of a span, one row for each key, in key order. A line's place is its run and its number in one value.
const NET: &str = "WITH lines AS ( \
       SELECT key, (run << 32) | run_items.number AS place, outcome IN ('sent', 'removed') AS acts \
       FROM run_items JOIN runs ON runs.number = run \
       WHERE runs.connection = ?1 AND run > ?2 AND run <= ?3 AND outcome <> 'skipped'), \
     keys AS ( \
       SELECT key, min(place) FILTER (WHERE acts) AS first, max(place) FILTER (WHERE acts) AS last, max(place) AS newest \
       FROM lines GROUP BY key), \
     facts AS ( \
       SELECT keys.key, f.outcome AS first, l.outcome AS last, n.outcome AS newest, n.tag, n.at, n.detail, \
         coalesce(f.is_new, (SELECT p.outcome = 'removed' FROM run_items p JOIN runs r ON r.number = p.run \
           WHERE p.key = keys.key AND r.connection = ?1 AND p.run <= ?2 AND p.outcome IN ('sent', 'removed') \
           ORDER BY p.run DESC, p.number DESC LIMIT 1), 1) AS was_new \
       FROM keys JOIN run_items n ON n.run = keys.newest >> 32 AND n.number = keys.newest & 4294967295 \
       LEFT JOIN run_items f ON f.run = keys.first >> 32 AND f.number = keys.first & 4294967295 \
       LEFT JOIN run_items l ON l.run = keys.last >> 32 AND l.number = keys.last & 4294967295), \
     net AS ( \
       SELECT *, newest IN ('failed', 'refused') AS fails, CASE \
         WHEN last = 'sent' AND first = 'sent' AND was_new THEN 'added' \
         WHEN last = 'sent' THEN 'changed' \
         WHEN last = 'removed' AND NOT (first = 'sent' AND was_new) THEN 'removed' \
         WHEN newest IN ('failed', 'refused') THEN 'failed' END AS change FROM facts) \
     SELECT key, change, tag, at, iif(fails, coalesce(detail, ''), NULL) AS failure, \
       fails AND coalesce((SELECT p.outcome IN ('failed', 'refused') FROM run_items p JOIN runs r ON r.number = p.run \
         WHERE p.key = net.key AND r.connection = ?1 AND p.run <= ?2 ORDER BY p.run DESC, p.number DESC LIMIT 1), 0) \
         AS failed_before \
     FROM net WHERE change IS NOT NULL ORDER BY key";

/// A comparison, row by row.
#[derive(Debug)]
pub struct ComparisonTable {
    db: Db,
    counts: ChangeCounts,
}

impl ComparisonTable {
    /// Works a span out.
    pub fn make(state: &Db, span: &Span) -> Result<Self> {
        // An empty name is a private temporary database (https://sqlite.org/inmemorydb.html).
        let db = Db::open("").map_err(sql_error)?;
        db.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
             CREATE TABLE changes (
                 number INTEGER PRIMARY KEY, change TEXT NOT NULL, place INTEGER NOT NULL, key TEXT NOT NULL,
                 tag TEXT NOT NULL, at INTEGER NOT NULL, failure TEXT, failed_before INTEGER NOT NULL
             ) STRICT;
             BEGIN;",
        )
        .map_err(sql_error)?;
        let mut table = Self { db, counts: ChangeCounts::default() };
        let mut statement = state.prepare_cached(NET).map_err(sql_error)?;
        let rows = statement
            .query_map(params![span.connection, span.after, span.until], |row| Ok(read(row)))
            .map_err(sql_error)?;
        for (number, row) in rows.enumerate() {
            table.push(number as i64, &row.map_err(sql_error)??)?;
        }
        table
            .db
            .execute_batch("COMMIT; CREATE INDEX changes_by_kind ON changes (change, place);")
            .map_err(sql_error)?;
        Ok(table)
    }

    fn push(&mut self, number: i64, item: &CompareItem) -> Result<()> {
        let place = count_of(&mut self.counts, item.change);
        let CompareItem { key, change, tag, at, failure, failed_before } = item;
        self.db
            .prepare_cached("INSERT INTO changes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
            .and_then(|mut s| {
                let change = to_name(change).unwrap_or_default();
                s.execute(params![number, change, *place as i64, key, tag, at, failure, failed_before])
            })
            .map_err(sql_error)?;
        *place += 1;
        Ok(())
    }

    /// Keys by what changed.
    pub fn counts(&self) -> ChangeCounts {
        self.counts
    }

    /// A part of it.
    pub fn page(&self, filter: &CompareFilter) -> Result<ComparePage> {
        let limit = if filter.limit == 0 { PAGE.0 } else { filter.limit.min(PAGE.1) };
        let offset = filter.offset as i64;
        let change = filter.change.map(|change| to_name(&change)).transpose()?;
        if !filter.text.is_empty() {
            const WHICH: &str =
                "(?1 IS NULL OR change = ?1) AND (instr(lower(key), lower(?2)) > 0 OR instr(tag, ?2) > 0)";
            let count = format!("SELECT count(*) FROM changes WHERE {WHICH}");
            let total = self.db.query_row(&count, params![change, filter.text], |row| row.get(0)).map_err(sql_error)?;
            let tail = format!("{WHICH} ORDER BY number LIMIT ?3 OFFSET ?4");
            let items = self.select(&tail, params![change, filter.text, limit, offset])?;
            return Ok(ComparePage { items, total });
        }
        let ChangeCounts { added, changed, removed, failed } = self.counts;
        let (total, which) = match filter.change {
            Some(change) => {
                let total = *count_of(&mut self.counts.clone(), change);
                (total, "change = ?1 AND place >= ?2 ORDER BY place LIMIT ?3")
            }
            None => (added + changed + removed + failed, "?1 IS NULL AND number >= ?2 ORDER BY number LIMIT ?3"),
        };
        Ok(ComparePage { items: self.select(which, params![change, offset, limit])?, total })
    }

    fn select(&self, which: &str, parameters: impl rusqlite::Params) -> Result<Vec<CompareItem>> {
        let mut statement =
            self.db.prepare_cached(&format!("SELECT * FROM changes WHERE {which}")).map_err(sql_error)?;
        let rows = statement.query_map(parameters, |row| Ok(read(row))).map_err(sql_error)?;
        rows.map(|row| row.map_err(sql_error)?).collect()
    }
}

fn count_of(counts: &mut ChangeCounts, change: Change) -> &mut u64 {
    match change {
        Change::Added => &mut counts.added,
        Change::Changed => &mut counts.changed,
        Change::Removed => &mut counts.removed,
        Change::Failed => &mut counts.failed,
    }
}

fn read(row: &Row<'_>) -> Result<CompareItem> {
    let change = from_name::<Change>(row, "change")?;
    let item = || {
        Ok(CompareItem {
            key: row.get("key")?,
            change,
            tag: row.get("tag")?,
            at: row.get("at")?,
            failure: row.get("failure")?,
            failed_before: row.get("failed_before")?,
        })
    };
    item().map_err(sql_error)
}
