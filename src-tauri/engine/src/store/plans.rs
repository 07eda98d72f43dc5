//! Rows of `plans`: the last plan of each connection, for as long as what it was made of is as it was.
//!
//! A plan follows from the rules, the recorded objects and the documents, and from nothing else. A row stands for "neither
//! objects nor documents have changed since it was made": triggers on `documents` and every writer of `objects` delete it.
//! The rules are kept in it and compared when it is asked for.

use rusqlite::{Connection as Db, OptionalExtension, params};

use super::sql_error;
use crate::error::Result;

/// From this transaction on, a change is noticed. What was kept before and is still true stays.
pub fn watch(db: &Db, connection: i64) -> Result<()> {
    db.prepare_cached("INSERT INTO plans (connection) VALUES (?1) ON CONFLICT DO NOTHING")
        .and_then(|mut s| s.execute([connection]))
        .map_err(sql_error)?;
    Ok(())
}

/// Objects of this connection have changed.
pub(super) fn forget(db: &Db, connection: i64) -> Result<()> {
    db.prepare_cached("DELETE FROM plans WHERE connection = ?1")
        .and_then(|mut s| s.execute([connection]))
        .map_err(sql_error)?;
    Ok(())
}

/// Keeps a plan that was made by these rules after [`watch`]; not if anything has changed in the meantime.
pub fn keep(db: &Db, connection: i64, rules: &str, plan: &str) -> Result<()> {
    db.execute("UPDATE plans SET rules = ?2, plan = ?3 WHERE connection = ?1", params![connection, rules, plan])
        .map_err(sql_error)?;
    Ok(())
}

/// The plan that is kept, with the rules that it was made by.
pub fn kept(db: &Db, connection: i64) -> Result<Option<(String, String)>> {
    db.prepare_cached("SELECT rules, plan FROM plans WHERE connection = ?1 AND plan IS NOT NULL")
        .and_then(|mut s| s.query_row([connection], |row| Ok((row.get(0)?, row.get(1)?))).optional())
        .map_err(sql_error)
}
