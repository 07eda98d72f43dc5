//! Rows of `knowledge_bases`: what is known of each Supermemory.

use rusqlite::{Connection as Db, OptionalExtension, params};

use super::sql_error;
use crate::error::Result;
use crate::knowledge_base::Address;

/// What is known of a Supermemory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnowledgeBaseRow {
    /// The keychain has an API key for it.
    pub has_key: bool,
    /// Whose documents it holds.
    pub organisation: Option<String>,
    /// When it last answered a test.
    pub checked_at: Option<i64>,
    /// Its plan.
    pub plan: Option<String>,
    /// Whether it has hosted connections.
    pub connectors: Option<bool>,
}

/// Every address that is known: those of connections, and those that were tested or have a key.
pub fn addresses(db: &Db) -> Result<Vec<String>> {
    let mut statement = db
        .prepare_cached(
            "SELECT address FROM knowledge_bases \
             UNION SELECT destination FROM connections WHERE destination <> 'library' ORDER BY 1",
        )
        .map_err(sql_error)?;
    let rows = statement.query_map([], |row| row.get(0)).map_err(sql_error)?;
    rows.collect::<std::result::Result<_, _>>().map_err(sql_error)
}

/// What is known of this one; nothing is no error.
pub fn get(db: &Db, address: &Address) -> Result<KnowledgeBaseRow> {
    db.query_row(
        "SELECT has_key, organisation, checked_at, plan, connectors FROM knowledge_bases WHERE address = ?1",
        [address.as_str()],
        |row| {
            let (has_key, organisation, checked_at) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(KnowledgeBaseRow { has_key, organisation, checked_at, plan: row.get(3)?, connectors: row.get(4)? })
        },
    )
    .optional()
    .map(Option::unwrap_or_default)
    .map_err(sql_error)
}

/// Remembers what is known of this one.
pub fn set(db: &Db, address: &Address, row: &KnowledgeBaseRow) -> Result<()> {
    db.execute(
        "INSERT INTO knowledge_bases (address, has_key, organisation, checked_at, plan, connectors) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (address) DO UPDATE SET has_key = excluded.has_key, organisation = excluded.organisation, checked_at = excluded.checked_at, \
         plan = excluded.plan, connectors = excluded.connectors",
        params![address.as_str(), row.has_key, row.organisation, row.checked_at, row.plan, row.connectors],
    )
    .map_err(sql_error)?;
    Ok(())
}

/// Forgets what is known of this one.
pub fn forget(db: &Db, address: &Address) -> Result<()> {
    db.execute("DELETE FROM knowledge_bases WHERE address = ?1", [address.as_str()]).map_err(sql_error)?;
    Ok(())
}

/// Documents that connections hold there, or may hold.
pub fn documents_at(db: &Db, address: &Address) -> Result<u64> {
    db.query_row("SELECT count(*) FROM documents WHERE destination = ?1", [address.as_str()], |row| row.get(0))
        .map_err(sql_error)
}
