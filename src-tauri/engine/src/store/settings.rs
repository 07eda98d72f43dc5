//! Rows of `settings`: what a person set for the app as a whole, one JSON value for each name.

use rusqlite::{Connection as Db, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::sql_error;
use crate::error::{Error, Result};

/// The setting of this name; `None` where it was never set, or where what is there cannot be read any more: a setting is
/// no reason not to open.
pub fn get<T: DeserializeOwned>(db: &Db, name: &str) -> Result<Option<T>> {
    let value: Option<String> = db
        .query_row("SELECT value FROM settings WHERE name = ?1", [name], |row| row.get(0))
        .optional()
        .map_err(sql_error)?;
    Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
}

/// What follows in the names of the settings that begin so, in order.
pub fn names_after(db: &Db, beginning: &str) -> Result<Vec<String>> {
    let mut found = db
        .prepare_cached(
            "SELECT substr(name, length(?1) + 1) FROM settings WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name",
        )
        .map_err(sql_error)?;
    let names = found.query_map([beginning], |row| row.get(0)).map_err(sql_error)?;
    names.collect::<rusqlite::Result<_>>().map_err(sql_error)
}

/// Sets it, replacing an earlier value.
pub fn set(db: &Db, name: &str, value: &impl Serialize) -> Result<()> {
    let value = serde_json::to_string(value).map_err(|e| Error::internal("writing a setting", e))?;
    db.execute(
        "INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, value],
    )
    .map_err(sql_error)?;
    Ok(())
}

/// Forgets it.
pub fn forget(db: &Db, name: &str) -> Result<()> {
    db.execute("DELETE FROM settings WHERE name = ?1", [name]).map_err(sql_error)?;
    Ok(())
}
