//! Rows of `runs` and `run_items`.

use rusqlite::{Connection as Db, OptionalExtension, Row, params};

use super::connections::{from_name, to_name};
use super::sql_error;
use crate::error::{Error, ErrorCode, Result};
use crate::view::{ItemOutcome, RunBar, RunItem, RunItems, RunState, RunTrigger, RunView};

/// Runs that a connection keeps; older ones go when a new one begins.
const KEPT: u32 = 200;
const COLUMNS: &str = "runs.number, runs.id, connections.id, connections.name, started_by, state, started_at, \
    finished_at, listed, sent, removed, skipped, failed, bytes, error_code, error_detail, error_region \
    FROM runs JOIN connections ON connections.number = runs.connection";

/// What a run counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// Objects listed.
    pub listed: u64,
    /// Documents sent.
    pub sent: u64,
    /// Documents removed.
    pub removed: u64,
    /// Objects skipped.
    pub skipped: u64,
    /// Documents failed.
    pub failed: u64,
    /// Bytes sent.
    pub bytes: u64,
}

/// Opens a run; there is at most one per connection. Returns its number.
///
/// # Errors
/// `sync_running` when one is open.
pub fn begin(db: &Db, connection: i64, id: &str, trigger: RunTrigger, at: i64) -> Result<i64> {
    db.execute(
        "INSERT INTO runs (id, connection, started_by, state, started_at) VALUES (?1, ?2, ?3, 'running', ?4)",
        params![id, connection, to_name(&trigger)?, at],
    )
    .map_err(|e| match e.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ConstraintViolation) => Error::new(ErrorCode::SyncRunning, "one run at a time"),
        _ => sql_error(e),
    })?;
    let number = db.last_insert_rowid();
    db.execute(
        "DELETE FROM runs WHERE connection = ?1 AND number <= \
         (SELECT number FROM runs WHERE connection = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
        params![connection, KEPT],
    )
    .map_err(sql_error)?;
    Ok(number)
}

/// Ends a run.
pub fn end(db: &Db, id: &str, state: RunState, counts: &RunCounts, error: Option<&Error>, at: i64) -> Result<()> {
    db.execute(
        "UPDATE runs SET state = ?2, finished_at = ?3, listed = ?4, sent = ?5, removed = ?6, skipped = ?7, \
         failed = ?8, bytes = ?9, error_code = ?10, error_detail = ?11, error_region = ?12 WHERE id = ?1",
        params![
            id,
            to_name(&state)?,
            at,
            counts.listed as i64,
            counts.sent as i64,
            counts.removed as i64,
            counts.skipped as i64,
            counts.failed as i64,
            counts.bytes as i64,
            error.map(|e| e.code.name()),
            error.map(|e| &e.detail),
            error.and_then(|e| e.region.as_ref()),
        ],
    )
    .map_err(sql_error)?;
    Ok(())
}

/// Closes the runs that a dead process left open. Only the owner of the data folder may say so.
pub fn close_left_open(db: &Db, at: i64) -> Result<()> {
    db.execute("UPDATE runs SET state = 'interrupted', finished_at = ?1 WHERE state = 'running'", [at])
        .map_err(sql_error)?;
    Ok(())
}

/// Closes a run of this connection whose end could not be written.
pub fn close_left_open_of(db: &Db, connection: i64, at: i64) -> Result<()> {
    db.execute(
        "UPDATE runs SET state = 'interrupted', finished_at = ?2 WHERE connection = ?1 AND state = 'running'",
        params![connection, at],
    )
    .map_err(sql_error)?;
    Ok(())
}

/// The run of this id.
pub fn by_id(db: &Db, id: &str) -> Result<RunView> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} WHERE runs.id = ?1")).map_err(sql_error)?;
    let run = statement.query_row([id], |row| Ok(read(row))).optional().map_err(sql_error)?;
    run.unwrap_or_else(|| Err(Error::new(ErrorCode::InvalidRequest, format!("there is no run {id}"))))
}

/// The newest runs, of one connection or of all, newest first.
pub fn newest(db: &Db, connection: Option<&str>, limit: u32) -> Result<Vec<RunView>> {
    let mut statement = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} WHERE ?1 IS NULL OR connections.id = ?1 ORDER BY runs.number DESC LIMIT ?2"
        ))
        .map_err(sql_error)?;
    let runs = statement.query_map(params![connection, limit], |row| Ok(read(row))).map_err(sql_error)?;
    runs.map(|run| run.map_err(sql_error)?).collect()
}

/// When the last run that completed ended.
pub fn last_complete_at(db: &Db, connection: i64) -> Result<Option<i64>> {
    db.prepare_cached("SELECT max(finished_at) FROM runs WHERE connection = ?1 AND state = 'completed'")
        .and_then(|mut s| s.query_row([connection], |row| row.get(0)))
        .map_err(sql_error)
}

/// The last 30 runs as bars, oldest first.
pub fn bars(db: &Db, connection: i64) -> Result<Vec<RunBar>> {
    let mut statement = db
        .prepare_cached(
            "SELECT state, started_at, sent, removed, failed FROM \
             (SELECT * FROM runs WHERE connection = ?1 ORDER BY number DESC LIMIT 30) ORDER BY number",
        )
        .map_err(sql_error)?;
    let bars = statement
        .query_map([connection], |row| {
            Ok(from_name::<RunState>(row, "state").map(|state| {
                let count = |column: &str| row.get::<_, u64>(column);
                Ok::<_, rusqlite::Error>(RunBar {
                    state,
                    started_at: row.get("started_at")?,
                    sent: count("sent")?,
                    removed: count("removed")?,
                    failed: count("failed")?,
                })
            }))
        })
        .map_err(sql_error)?;
    bars.map(|bar| bar.map_err(sql_error)??.map_err(sql_error)).collect()
}

/// Adds a line to a run. `number` counts up within the run.
pub fn add_item(db: &Db, run: i64, number: u64, item: &RunItem) -> Result<()> {
    let mut statement = db
        .prepare_cached(
            "INSERT INTO run_items (run, number, key, tag, outcome, code, detail, size, at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )
        .map_err(sql_error)?;
    let RunItem { key, tag, outcome, code, detail, size, at } = item;
    statement
        .execute(params![run, number as i64, key, tag, to_name(outcome)?, code, detail, *size as i64, at])
        .map_err(sql_error)?;
    Ok(())
}

/// A page of a run's lines.
pub fn items(db: &Db, run: &str, outcome: Option<ItemOutcome>, offset: u64, limit: u32) -> Result<RunItems> {
    by_id(db, run)?;
    let outcome = outcome.map(|o| to_name(&o)).transpose()?;
    let filter = "FROM run_items WHERE run = (SELECT number FROM runs WHERE id = ?1) AND (?2 IS NULL OR outcome = ?2)";
    let total = db
        .query_row(&format!("SELECT count(*) {filter}"), params![run, outcome], |row| row.get(0))
        .map_err(sql_error)?;
    let mut statement = db
        .prepare_cached(&format!(
            "SELECT key, tag, outcome, code, detail, size, at {filter} ORDER BY number LIMIT ?3 OFFSET ?4"
        ))
        .map_err(sql_error)?;
    let rows = statement
        .query_map(params![run, outcome, limit, offset as i64], |row| Ok(read_item(row)))
        .map_err(sql_error)?;
    Ok(RunItems { items: rows.map(|item| item.map_err(sql_error)?).collect::<Result<_>>()?, total })
}

fn read_item(row: &Row<'_>) -> Result<RunItem> {
    let outcome = from_name::<ItemOutcome>(row, "outcome")?;
    let item = || {
        Ok(RunItem {
            key: row.get("key")?,
            tag: row.get("tag")?,
            outcome,
            code: row.get("code")?,
            detail: row.get("detail")?,
            size: row.get("size")?,
            at: row.get("at")?,
        })
    };
    item().map_err(sql_error)
}

fn read(row: &Row<'_>) -> Result<RunView> {
    let trigger = from_name::<RunTrigger>(row, "started_by")?;
    let state = from_name::<RunState>(row, "state")?;
    let view = || {
        let code: Option<String> = row.get("error_code")?;
        let detail: Option<String> = row.get("error_detail")?;
        let region: Option<String> = row.get("error_region")?;
        let error = code.map(|code| {
            let error = Error { region, ..Error::new(ErrorCode::from_name(&code), detail.unwrap_or_default()) };
            error.view()
        });
        Ok(RunView {
            id: row.get(1)?,
            connection_id: row.get(2)?,
            connection_name: row.get(3)?,
            trigger,
            state,
            started_at: row.get("started_at")?,
            finished_at: row.get("finished_at")?,
            listed: row.get("listed")?,
            sent: row.get("sent")?,
            removed: row.get("removed")?,
            skipped: row.get("skipped")?,
            failed: row.get("failed")?,
            bytes: row.get("bytes")?,
            error,
        })
    };
    view().map_err(sql_error)
}
