//! What is wrong now, worked out of the lines of runs and the rows of documents. Computed in sets: nothing here is
//! proportional to what is well.
//!
//! A *failure stands* where the newest line of its key says so, counted from the newest run that walked all keys: what
//! runs before it said is outdated. A *refusal stands* where the newest row of its key is one.

use rusqlite::{Connection as Db, OptionalExtension, Row, params};

use super::connections::from_name;
use super::sql_error;
use crate::error::{Error, ErrorCode, Result};
use crate::view::{ItemOutcome, RunItem, RunItems, RunState, TroubleCause, TroubleFix, TroubleKind, TroubleView};

/// Reasons of a connection's refusals that are told one by one; the rest is one cause.
const REASONS: u32 = 5;

/// Lines of failures that stand, of one connection (`?1`: its number) or of all.
const FAILURES: &str = "WITH whole AS ( \
       SELECT c.number AS connection, (SELECT coalesce(max(r.number), 0) FROM runs r WHERE r.connection = c.number \
         AND r.trial IS NULL AND r.state IN ('completed', 'partly_completed')) AS since \
       FROM connections c WHERE ?1 IS NULL OR c.number = ?1), \
     failures AS ( \
       SELECT r.connection, i.run, i.number, i.key, i.tag, i.code, i.detail, i.size, i.at \
       FROM whole CROSS JOIN runs r ON r.connection = whole.connection AND r.number >= whole.since \
       CROSS JOIN run_items i ON i.run = r.number AND i.outcome = 'failed' \
       WHERE NOT EXISTS (SELECT 1 FROM run_items n JOIN runs nr ON nr.number = n.run \
         WHERE n.key = i.key AND nr.connection = r.connection AND (n.run, n.number) > (i.run, i.number)))";

/// Rows of refusals that stand, of one connection (`?1`: its number) or of all, with the place of their reason among the
/// connection's. What a person removed by hand is none.
const REFUSALS: &str = "WITH refused AS ( \
       SELECT d.* FROM documents d WHERE d.state = 'rejected' AND d.error_code <> 'document_removed' \
       AND (?1 IS NULL OR d.connection = ?1) \
       AND NOT EXISTS (SELECT 1 FROM documents n WHERE n.connection = d.connection AND n.key = d.key AND n.sequence > d.sequence)), \
     reasons AS ( \
       SELECT connection, error_code, coalesce(error_detail, '') AS reason, \
         row_number() OVER (PARTITION BY connection ORDER BY count(*) DESC, error_detail) AS place \
       FROM refused GROUP BY connection, error_code, coalesce(error_detail, '')), \
     refusals AS ( \
       SELECT refused.*, reason, place FROM refused JOIN reasons ON reasons.connection = refused.connection \
       AND reasons.error_code = refused.error_code AND reasons.reason = coalesce(refused.error_detail, ''))";

/// Every cause that stands, the newest first.
pub fn all(db: &Db) -> Result<Vec<TroubleView>> {
    let mut troubles = failed(db)?;
    for trouble in ended_early(db)? {
        // Its files tell the same, with more to do about it.
        let is_told = |told: &TroubleView| {
            let same = told.cause.code == trouble.cause.code || trouble.cause.code == ErrorCode::TooManyFailures;
            told.connection_id == trouble.connection_id && same
        };
        match troubles.iter_mut().find(|told| is_told(told)) {
            Some(told) => told.stopped = true,
            None => troubles.push(trouble),
        }
    }
    troubles.extend(refused(db)?);
    troubles.sort_by(|a, b| b.since.cmp(&a.since).then_with(|| a.connection_name.cmp(&b.connection_name)));
    Ok(troubles)
}

fn failed(db: &Db) -> Result<Vec<TroubleView>> {
    let mut statement = db
        .prepare_cached(&format!(
            "{FAILURES} SELECT failures.connection, connections.id, connections.name, code, \
             count(DISTINCT key) AS files, max(run) AS run, detail, at FROM failures \
             JOIN connections ON connections.number = failures.connection WHERE connections.deleting IS NULL \
             GROUP BY failures.connection, code"
        ))
        .map_err(sql_error)?;
    let rows = statement.query_map(params![None::<i64>], |row| Ok(read_failed(db, row))).map_err(sql_error)?;
    rows.map(|row| row.map_err(sql_error)?).collect()
}

fn read_failed(db: &Db, row: &Row<'_>) -> Result<TroubleView> {
    let read = || {
        let name: Option<String> = row.get("code")?;
        let (number, run): (i64, i64) = (row.get(0)?, row.get("run")?);
        let detail: Option<String> = row.get("detail")?;
        Ok((name, number, run, detail, row.get::<_, u64>("files")?, row.get::<_, i64>("at")?))
    };
    let (name, number, run, detail, count, at) = read().map_err(sql_error)?;
    let name = name.unwrap_or_else(|| ErrorCode::Internal.name());
    let code = ErrorCode::from_name(&name);
    let run_id: Option<String> =
        db.query_row("SELECT id FROM runs WHERE number = ?1", [run], |row| row.get(0)).optional().map_err(sql_error)?;
    Ok(TroubleView {
        connection_id: row.get(1).map_err(sql_error)?,
        connection_name: row.get(2).map_err(sql_error)?,
        cause: TroubleCause { kind: TroubleKind::of(code), code, reason: None },
        count,
        since: failing_since(db, number, &name)?.unwrap_or(at),
        error: Error::new(code, detail.unwrap_or_default()).view(),
        run_id,
        stopped: false,
        fix: TroubleFix::of(code),
    })
}

/// Start of the first run that met this code, after the last one that walked all keys without.
fn failing_since(db: &Db, connection: i64, code: &str) -> Result<Option<i64>> {
    const MET: &str =
        "EXISTS (SELECT 1 FROM run_items i WHERE i.run = r.number AND i.outcome = 'failed' AND i.code = ?2)";
    db.prepare_cached(&format!(
        "SELECT r.started_at FROM runs r WHERE r.connection = ?1 AND {MET} AND r.number > ( \
           SELECT coalesce(max(r.number), 0) FROM runs r WHERE r.connection = ?1 AND r.trial IS NULL \
           AND r.state IN ('completed', 'partly_completed') AND NOT {MET}) ORDER BY r.number LIMIT 1"
    ))
    .and_then(|mut s| s.query_row(params![connection, code], |row| row.get(0)).optional())
    .map_err(sql_error)
}

/// Connections whose newest run that came to an end of its own ended in an error, or held removals back.
fn ended_early(db: &Db) -> Result<Vec<TroubleView>> {
    let mut statement = db
        .prepare_cached(
            "SELECT c.id, c.name, r.id AS run_id, r.state, r.held_back, r.error_code, r.error_detail, r.error_region, \
             (SELECT min(s.started_at) FROM runs s WHERE s.connection = c.number AND s.number > ( \
               SELECT coalesce(max(o.number), 0) FROM runs o WHERE o.connection = c.number \
               AND o.state IN ('completed', 'partly_completed', 'failed') AND o.error_code IS NOT r.error_code)) AS since \
             FROM connections c JOIN runs r ON r.number = (SELECT max(n.number) FROM runs n WHERE n.connection = c.number \
               AND n.state IN ('completed', 'partly_completed', 'failed')) \
             WHERE c.deleting IS NULL AND r.error_code IS NOT NULL \
             AND (r.state = 'failed' OR r.error_code = 'mass_removal')",
        )
        .map_err(sql_error)?;
    let rows = statement
        .query_map([], |row| {
            let code = ErrorCode::from_name(&row.get::<_, String>("error_code")?);
            let detail: Option<String> = row.get("error_detail")?;
            let error = Error { region: row.get("error_region")?, ..Error::new(code, detail.unwrap_or_default()) };
            Ok(from_name::<RunState>(row, "state").map(|state| {
                Ok::<_, rusqlite::Error>(TroubleView {
                    connection_id: row.get(0)?,
                    connection_name: row.get(1)?,
                    cause: TroubleCause { kind: TroubleKind::Run, code, reason: None },
                    count: row.get("held_back")?,
                    since: row.get("since")?,
                    error: error.view(),
                    run_id: row.get("run_id")?,
                    stopped: state == RunState::Failed,
                    fix: TroubleFix::of(code),
                })
            }))
        })
        .map_err(sql_error)?;
    rows.map(|row| row.map_err(sql_error)??.map_err(sql_error)).collect()
}

fn refused(db: &Db) -> Result<Vec<TroubleView>> {
    let mut statement = db
        .prepare_cached(&format!(
            "{REFUSALS} SELECT connections.id, connections.name, count(*) AS files, min(changed_at) AS since, \
             error_code, CASE WHEN place <= {REASONS} THEN reason END AS one, reason \
             FROM refusals JOIN connections ON connections.number = refusals.connection \
             WHERE connections.deleting IS NULL GROUP BY connections.number, min(place, {REASONS} + 1)"
        ))
        .map_err(sql_error)?;
    let rows = statement
        .query_map(params![None::<i64>], |row| {
            let code = ErrorCode::from_name(&row.get::<_, String>("error_code")?);
            Ok(TroubleView {
                connection_id: row.get(0)?,
                connection_name: row.get(1)?,
                cause: TroubleCause { kind: TroubleKind::Refused, code, reason: row.get("one")? },
                count: row.get("files")?,
                since: row.get("since")?,
                error: Error::new(code, row.get::<_, String>("reason")?).view(),
                run_id: None,
                stopped: false,
                fix: TroubleFix::of(code),
            })
        })
        .map_err(sql_error)?;
    rows.collect::<std::result::Result<_, _>>().map_err(sql_error)
}

/// The files of a cause, by key.
pub fn files(db: &Db, connection: i64, cause: &TroubleCause, offset: u64, limit: u32) -> Result<RunItems> {
    let (head, which, outcome) = match cause.kind {
        TroubleKind::NotRead | TroubleKind::NotSent => {
            (FAILURES, "failures WHERE code = ?2 AND ?3 IS NULL".to_owned(), ItemOutcome::Failed)
        }
        TroubleKind::Refused => (REFUSALS, format!("refusals WHERE {}", of_reason()), ItemOutcome::Refused),
        TroubleKind::Run => return Ok(RunItems::default()),
    };
    let columns = match outcome {
        ItemOutcome::Failed => "key, tag, code, detail, size, at",
        _ => "key, tag, error_code AS code, error_detail AS detail, size, changed_at AS at",
    };
    let code = cause.code.name();
    let count = format!("{head} SELECT count(*) FROM {which}");
    let total = db
        .prepare_cached(&count)
        .and_then(|mut s| s.query_row(params![connection, code, cause.reason], |row| row.get(0)))
        .map_err(sql_error)?;
    let mut statement = db
        .prepare_cached(&format!("{head} SELECT {columns} FROM {which} ORDER BY key LIMIT ?4 OFFSET ?5"))
        .map_err(sql_error)?;
    let rows = statement
        .query_map(params![connection, code, cause.reason, limit, offset as i64], |row| {
            Ok(RunItem {
                key: row.get("key")?,
                tag: row.get("tag")?,
                outcome,
                code: row.get("code")?,
                detail: row.get("detail")?,
                size: row.get("size")?,
                at: row.get("at")?,
                is_new: None,
            })
        })
        .map_err(sql_error)?;
    let items = rows.collect::<std::result::Result<_, _>>().map_err(sql_error)?;
    Ok(RunItems { items, total, ..RunItems::default() })
}

/// Of one reason (`?3`, with the code `?2`), or of all that are not told one by one.
fn of_reason() -> String {
    format!("CASE WHEN ?3 IS NULL THEN place > {REASONS} ELSE error_code = ?2 AND reason = ?3 END")
}

/// Asks for the refused documents of a cause to be sent once more. Returns how many.
pub fn ask_retry(db: &Db, connection: i64, cause: &TroubleCause) -> Result<u64> {
    let asked = db
        .execute(
            &format!(
                "{REFUSALS} UPDATE documents SET retry = 1 WHERE id IN (SELECT id FROM refusals WHERE {})",
                of_reason()
            ),
            params![connection, cause.code.name(), cause.reason],
        )
        .map_err(sql_error)?;
    Ok(asked as u64)
}
