//! Rows of `runs` and `run_items`.

use rusqlite::{Connection as Db, OptionalExtension, Row, params};

use super::connections::{from_name, to_name};
use super::sql_error;
use crate::error::{Error, ErrorCode, Result};
use crate::view::{
    ItemOutcome, KeyEvent, LineCounts, LineFilter, PlanDrift, RunBar, RunFilter, RunItem, RunItems, RunPage, RunState,
    RunTrigger, RunView,
};

/// Runs that a connection keeps; older ones go when a new one begins.
const KEPT: u32 = 200;
/// Lines that a connection's older runs keep together; beyond it the oldest runs lose theirs. The newest run keeps all.
const LINES_KEPT: u32 = 100_000;
const COLUMNS: &str = "runs.number, runs.id, connections.id, connections.name, started_by, state, started_at, \
    finished_at, listed, sent, removed, skipped, failed, bytes, held_back, trial, drift, error_code, error_detail, \
    error_region FROM runs JOIN connections ON connections.number = runs.connection";

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
    /// Removals held back.
    pub held_back: u64,
    /// Lines written.
    pub lines: u64,
}

impl RunCounts {
    /// Puts the counts into the row of their run, as it is shown before they are written down.
    pub fn show(&self, run: &mut RunView) {
        let Self { listed, sent, removed, skipped, failed, bytes, held_back, lines: _ } = *self;
        (run.listed, run.sent, run.removed) = (listed, sent, removed);
        (run.skipped, run.failed, run.bytes, run.held_back) = (skipped, failed, bytes, held_back);
    }
}

/// Opens a run; there is at most one per connection. Returns its number.
///
/// # Errors
/// `sync_running` when one is open.
pub fn begin(db: &Db, connection: i64, id: &str, trigger: RunTrigger, trial: Option<u32>, at: i64) -> Result<i64> {
    db.execute(
        "INSERT INTO runs (id, connection, started_by, state, started_at, trial) VALUES (?1, ?2, ?3, 'running', ?4, ?5)",
        params![id, connection, to_name(&trigger)?, at, trial],
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
    db.execute(
        "DELETE FROM run_items WHERE run IN (SELECT number FROM ( \
           SELECT number, sum(lines) OVER (ORDER BY number DESC) AS so_far, row_number() OVER (ORDER BY number DESC) AS place \
           FROM runs WHERE connection = ?1 AND lines > 0 AND state <> 'running') WHERE so_far > ?2 AND place > 1)",
        params![connection, LINES_KEPT],
    )
    .map_err(sql_error)?;
    Ok(number)
}

/// Ends a run.
pub fn end(db: &Db, id: &str, state: RunState, counts: &RunCounts, error: Option<&Error>, at: i64) -> Result<()> {
    db.execute(
        "UPDATE runs SET state = ?2, finished_at = ?3, listed = ?4, sent = ?5, removed = ?6, skipped = ?7, \
         failed = ?8, bytes = ?9, error_code = ?10, error_detail = ?11, error_region = ?12, held_back = ?13, \
         lines = ?14 WHERE id = ?1",
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
            counts.held_back as i64,
            counts.lines as i64,
        ],
    )
    .map_err(sql_error)?;
    Ok(())
}

/// Writes down what a run found otherwise than the preview that it was started from.
pub fn set_drift(db: &Db, id: &str, drift: &PlanDrift) -> Result<()> {
    let drift = serde_json::to_string(drift).map_err(|e| Error::internal("writing what has changed", e))?;
    db.execute("UPDATE runs SET drift = ?2 WHERE id = ?1", params![id, drift]).map_err(sql_error)?;
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

/// A page of the runs that a filter leaves, newest first.
pub fn page(db: &Db, filter: &RunFilter, limit: u32) -> Result<RunPage> {
    const WHICH: &str = "WHERE (?1 IS NULL OR connections.id = ?1) AND (NOT ?2 OR failed + held_back > 0 \
        OR state IN ('partly_completed', 'failed', 'interrupted'))";
    let RunFilter { connection_id, trouble, offset, limit: _ } = filter;
    let count = format!("SELECT count(*) FROM runs JOIN connections ON connections.number = runs.connection {WHICH}");
    let total = db.query_row(&count, params![connection_id, trouble], |row| row.get(0)).map_err(sql_error)?;
    let mut statement = db
        .prepare_cached(&format!("SELECT {COLUMNS} {WHICH} ORDER BY runs.number DESC LIMIT ?3 OFFSET ?4"))
        .map_err(sql_error)?;
    let runs = statement
        .query_map(params![connection_id, trouble, limit, *offset as i64], |row| Ok(read(row)))
        .map_err(sql_error)?;
    Ok(RunPage { items: runs.map(|run| run.map_err(sql_error)?).collect::<Result<_>>()?, total })
}

/// When the last run that completed ended; a trial leaves out most.
pub fn last_complete_at(db: &Db, connection: i64) -> Result<Option<i64>> {
    db.prepare_cached(
        "SELECT max(finished_at) FROM runs WHERE connection = ?1 AND state = 'completed' AND trial IS NULL",
    )
    .and_then(|mut s| s.query_row([connection], |row| row.get(0)))
    .map_err(sql_error)
}

/// How many runs in a row, the newest first, a passing trouble has ended.
pub fn setbacks(db: &Db, connection: i64) -> Result<u32> {
    let mut statement = db
        .prepare_cached(
            "SELECT state, error_code FROM runs WHERE connection = ?1 AND state <> 'running' ORDER BY number DESC LIMIT 10",
        )
        .map_err(sql_error)?;
    let rows = statement
        .query_map([connection], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?)))
        .map_err(sql_error)?;
    let mut setbacks = 0;
    for row in rows {
        let (state, code) = row.map_err(sql_error)?;
        let passes = code.is_some_and(|code| ErrorCode::from_name(&code).passes());
        if !(passes && matches!(state.as_str(), "failed" | "partly_completed")) {
            break;
        }
        setbacks += 1;
    }
    Ok(setbacks)
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
            "INSERT INTO run_items (run, number, key, tag, outcome, code, detail, size, at, is_new) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )
        .map_err(sql_error)?;
    let RunItem { key, tag, outcome, code, detail, size, at, is_new } = item;
    statement
        .execute(params![run, number as i64, key, tag, to_name(outcome)?, code, detail, *size as i64, at, is_new])
        .map_err(sql_error)?;
    Ok(())
}

/// The lines of a run that contain a text.
const WHICH: &str = "FROM run_items WHERE run = ?1 AND (?2 = '' OR instr(lower(key), lower(?2)) > 0 \
    OR instr(tag, ?2) > 0 OR instr(lower(detail), lower(?2)) > 0)";

/// A page of a run's lines.
pub fn items(db: &Db, run: &str, filter: &LineFilter, limit: u32) -> Result<RunItems> {
    let LineFilter { outcome, text, offset, limit: _ } = filter;
    let (number, lines): (i64, u64) = db
        .query_row("SELECT number, lines FROM runs WHERE id = ?1", [run], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(sql_error)?
        .ok_or_else(|| Error::new(ErrorCode::InvalidRequest, format!("there is no run {run}")))?;
    let wanted = outcome.map(|o| to_name(&o)).transpose()?;
    let (counts, total) =
        count_items(db, &format!("SELECT outcome, count(*) {WHICH} GROUP BY outcome"), number, text, *outcome)?;
    let mut statement = db
        .prepare_cached(&format!(
            "SELECT key, tag, outcome, code, detail, size, at, is_new {WHICH} AND (?3 IS NULL OR outcome = ?3) \
             ORDER BY number LIMIT ?4 OFFSET ?5"
        ))
        .map_err(sql_error)?;
    let rows = statement
        .query_map(params![number, text, wanted, limit, *offset as i64], |row| Ok(read_item(row)))
        .map_err(sql_error)?;
    let items = rows.map(|item| item.map_err(sql_error)?).collect::<Result<_>>()?;
    Ok(RunItems { items, total, counts, gone: lines > 0 && lines_are_gone(db, number)? })
}

/// The lines of a run behind one of them, each with its number: for whoever reads them all, and needs no count of them.
pub fn items_after(
    db: &Db,
    run: &str,
    filter: &LineFilter,
    after: Option<i64>,
    limit: u32,
) -> Result<Vec<(i64, RunItem)>> {
    let wanted = filter.outcome.map(|outcome| to_name(&outcome)).transpose()?;
    let mut statement = db
        .prepare_cached(&format!(
            "SELECT number, key, tag, outcome, code, detail, size, at, is_new {WHICH} \
             AND (?3 IS NULL OR outcome = ?3) AND number > ?4 ORDER BY number LIMIT ?5"
        ))
        .map_err(sql_error)?;
    let number = "SELECT number FROM runs WHERE id = ?1";
    let number: Option<i64> = db.query_row(number, [run], |row| row.get(0)).optional().map_err(sql_error)?;
    let rows = statement
        .query_map(params![number, filter.text, wanted, after.unwrap_or(i64::MIN), limit], |row| {
            Ok((row.get::<_, i64>("number")?, read_item(row)))
        })
        .map_err(sql_error)?;
    rows.map(|row| row.map_err(sql_error).and_then(|(number, item)| Ok((number, item?)))).collect()
}

fn count_items(db: &Db, sql: &str, run: i64, text: &str, wanted: Option<ItemOutcome>) -> Result<(LineCounts, u64)> {
    let mut statement = db.prepare_cached(sql).map_err(sql_error)?;
    let mut rows = statement.query(params![run, text]).map_err(sql_error)?;
    let (mut counts, mut total) = (LineCounts::default(), 0);
    while let Some(row) = rows.next().map_err(sql_error)? {
        let outcome = from_name::<ItemOutcome>(row, "outcome")?;
        let count: u64 = row.get(1).map_err(sql_error)?;
        *match outcome {
            ItemOutcome::Sent => &mut counts.sent,
            ItemOutcome::Removed => &mut counts.removed,
            ItemOutcome::Skipped => &mut counts.skipped,
            ItemOutcome::Refused => &mut counts.refused,
            ItemOutcome::Failed => &mut counts.failed,
        } = count;
        total += if wanted.is_none_or(|wanted| wanted == outcome) { count } else { 0 };
    }
    Ok((counts, total))
}

/// Whether a run that wrote lines has none any more.
fn lines_are_gone(db: &Db, run: i64) -> Result<bool> {
    db.query_row("SELECT NOT EXISTS (SELECT 1 FROM run_items WHERE run = ?1)", [run], |row| row.get(0))
        .map_err(sql_error)
}

/// How many of these keys failed in the newest run that has ended; of all keys when there are none.
pub fn last_failed(db: &Db, connection: i64, keys: &[String]) -> Result<u64> {
    let keys = serde_json::to_string(keys).map_err(|e| Error::internal("naming keys", e))?;
    db.query_row(
        "SELECT count(*) FROM run_items WHERE outcome = 'failed' AND (?2 = '[]' OR key IN (SELECT value FROM json_each(?2))) \
         AND run = (SELECT max(number) FROM runs WHERE connection = ?1 AND state <> 'running')",
        params![connection, keys],
        |row| row.get(0),
    )
    .map_err(sql_error)
}

/// What became of a key in the runs of a connection, newest first.
pub fn of_key(db: &Db, connection: i64, key: &str, limit: u32) -> Result<Vec<KeyEvent>> {
    let mut statement = db
        .prepare_cached(
            "SELECT runs.id, key, tag, outcome, code, detail, size, at, is_new FROM run_items JOIN runs ON runs.number = run \
             WHERE key = ?2 AND runs.connection = ?1 ORDER BY run DESC, run_items.number DESC LIMIT ?3",
        )
        .map_err(sql_error)?;
    let rows = statement
        .query_map(params![connection, key, limit], |row| Ok((row.get::<_, String>(0)?, read_item(row))))
        .map_err(sql_error)?;
    rows.map(|row| row.map_err(sql_error).and_then(|(run_id, item)| Ok(KeyEvent { run_id, item: item? }))).collect()
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
            is_new: row.get("is_new")?,
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
        let drift: Option<String> = row.get("drift")?;
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
            held_back: row.get("held_back")?,
            trial: row.get("trial")?,
            // One that a newer version wrote otherwise is told by nobody, and missed by nothing.
            drift: drift.and_then(|drift| serde_json::from_str(&drift).ok()),
            error,
        })
    };
    view().map_err(sql_error)
}
