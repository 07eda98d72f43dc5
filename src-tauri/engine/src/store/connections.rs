//! Rows of `connections`.

use rusqlite::{Connection as Db, OptionalExtension, Row, named_params, params};

use super::{objects, sql_error};
use crate::connection::{Addressing, Connection, Credentials, Destination, OnGone, Settings};
use crate::error::{Error, ErrorCode, FieldError, Result};
use crate::schedule::Pause;
use crate::scope::{Filter, FilterDraft};
use crate::tag::{ContainerTag, OnIllegalTag, OnNoMatch, TagRule, Tagging};

/// A connection with what only the state file knows of it.
#[derive(Debug, Clone)]
pub struct ConnectionRow {
    /// Its short key.
    pub number: i64,
    /// The connection.
    pub connection: Connection,
    /// End of the last listing.
    pub listed_at: Option<i64>,
    /// Whether that listing was complete.
    pub listed_complete: bool,
    /// A deletion has begun.
    pub deleting: Option<Deleting>,
    /// It is paused.
    pub pause: Option<Pause>,
    /// Bare removals that the next run may carry out, because a person saw their number and said yes.
    pub confirmed_removals: u64,
    /// When its rows were last compared with what the knowledge base holds; `None`: before the next run they must be.
    pub audited_at: Option<i64>,
}

/// What a deletion does with the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleting {
    /// They are removed.
    Remove,
    /// They stay in the knowledge base, without an owner.
    Keep,
}

const COLUMNS: &str = "number, id, name, bucket, region, endpoint, prefix, container_tag_regex, container_tags, \
    document_limit, on_no_match, on_illegal_tag, on_gone, every_minutes, destination, credentials, created_at, \
    listed_at, listed_complete, deleting, filters, max_size, ca_file, requester_pays, addressing, paused, paused_until, \
    confirmed_removals, audited_at";

/// Every connection, by name.
pub fn all(db: &Db) -> Result<Vec<ConnectionRow>> {
    let mut statement =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM connections ORDER BY name")).map_err(sql_error)?;
    let rows = statement.query_map([], |row| Ok(read(row))).map_err(sql_error)?;
    rows.map(|row| row.map_err(sql_error)?).collect()
}

/// The connection of this id.
pub fn by_id(db: &Db, id: &str) -> Result<ConnectionRow> {
    let mut statement =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM connections WHERE id = ?1")).map_err(sql_error)?;
    let row = statement.query_row([id], |row| Ok(read(row))).optional().map_err(sql_error)?;
    row.unwrap_or_else(|| Err(Error::new(ErrorCode::ConnectionNotFound, id)))
}

/// Adds a connection; its name must be free.
pub fn insert(db: &Db, connection: &Connection) -> Result<()> {
    // The row first, then its settings by the one statement that knows every column; both in one transaction.
    db.execute(
        "INSERT INTO connections (id, name, bucket, region, endpoint, prefix, container_tag_regex, container_tags, \
         document_limit, on_no_match, on_illegal_tag, on_gone, every_minutes, destination, credentials, created_at) \
         VALUES (?1, ?2, '-', '-', NULL, '', NULL, '[]', 1, 'tag', 'skip', 'keep', NULL, 'library', '{}', ?3)",
        params![connection.id, connection.settings.name, connection.created_at],
    )
    .map_err(|e| name_error(e, &connection.settings.name))?;
    update(db, &connection.id, &connection.settings)
}

/// Replaces the settings of a connection.
pub fn update(db: &Db, id: &str, settings: &Settings) -> Result<()> {
    let tags: Vec<&str> = settings.tagging.tags.iter().map(ContainerTag::as_str).collect();
    let changed = db
        .execute(
            "UPDATE connections SET name = :name, bucket = :bucket, region = :region, endpoint = :endpoint, \
             prefix = :prefix, container_tag_regex = :rule, container_tags = :tags, document_limit = :limit, \
             on_no_match = :no_match, on_illegal_tag = :illegal, on_gone = :gone, every_minutes = :every, \
             destination = :destination, credentials = :credentials, filters = :filters, max_size = :max_size, \
             ca_file = :ca_file, requester_pays = :requester_pays, addressing = :addressing WHERE id = :id",
            named_params! {
                ":id": id,
                ":name": settings.name,
                ":bucket": settings.bucket,
                ":region": settings.region,
                ":endpoint": settings.endpoint,
                ":prefix": settings.prefix,
                ":rule": settings.tagging.rule.as_ref().map(TagRule::pattern),
                ":tags": to_json(&tags)?,
                ":limit": settings.document_limit,
                ":no_match": to_name(&settings.tagging.on_no_match)?,
                ":illegal": to_name(&settings.tagging.on_illegal_tag)?,
                ":gone": to_name(&settings.on_gone)?,
                ":every": settings.every_minutes,
                ":destination": settings.destination.name(),
                ":credentials": to_json(&settings.credentials)?,
                ":filters": to_json(&settings.filters.iter().map(Filter::draft).collect::<Vec<_>>())?,
                ":max_size": settings.max_size.map(|size| size as i64),
                ":ca_file": settings.ca_file.as_ref().map(|path| path.display().to_string()),
                ":requester_pays": settings.requester_pays,
                ":addressing": to_name(&settings.addressing)?,
            },
        )
        .map_err(|e| name_error(e, &settings.name))?;
    if changed == 0 { Err(Error::new(ErrorCode::ConnectionNotFound, id)) } else { Ok(()) }
}

/// Remembers how the last listing ended.
pub fn set_listed(db: &Db, number: i64, at: i64, complete: bool) -> Result<()> {
    db.execute(
        "UPDATE connections SET listed_at = ?2, listed_complete = ?3 WHERE number = ?1",
        params![number, at, complete],
    )
    .map_err(sql_error)?;
    Ok(())
}

/// Pauses a connection, or lets it go on.
pub fn set_pause(db: &Db, number: i64, pause: Option<Pause>) -> Result<()> {
    db.execute(
        "UPDATE connections SET paused = ?2, paused_until = ?3 WHERE number = ?1",
        params![number, pause.is_some(), pause.and_then(|pause| pause.until)],
    )
    .map_err(sql_error)?;
    Ok(())
}

/// Remembers a yes to this many bare removals for the next run; 0 takes it back.
pub fn set_confirmed_removals(db: &Db, number: i64, confirmed: u64) -> Result<()> {
    db.execute("UPDATE connections SET confirmed_removals = ?2 WHERE number = ?1", params![number, confirmed as i64])
        .map_err(sql_error)?;
    Ok(())
}

/// Remembers when what is held was last read from the knowledge base; `None` asks for it before the next run.
pub fn set_audited(db: &Db, number: i64, at: Option<i64>) -> Result<()> {
    db.execute("UPDATE connections SET audited_at = ?2 WHERE number = ?1", params![number, at]).map_err(sql_error)?;
    Ok(())
}

/// Asks for an audit of every connection: the state file may be older than what the knowledge bases hold.
pub fn forget_audits(db: &Db) -> Result<()> {
    db.execute("UPDATE connections SET audited_at = NULL", []).map_err(sql_error)?;
    Ok(())
}

/// Forgets when the bucket was listed: what is recorded is another place's.
pub fn forget_listing(db: &Db, number: i64) -> Result<()> {
    db.execute("UPDATE connections SET listed_at = NULL, listed_complete = 0 WHERE number = ?1", [number])
        .map_err(sql_error)?;
    Ok(())
}

/// Remembers that a deletion has begun, so that it is finished whatever happens.
pub fn set_deleting(db: &Db, number: i64, deleting: Deleting) -> Result<()> {
    let text = match deleting {
        Deleting::Remove => "remove",
        Deleting::Keep => "keep",
    };
    db.execute("UPDATE connections SET deleting = ?2 WHERE number = ?1", params![number, text]).map_err(sql_error)?;
    Ok(())
}

/// Remembers that the documents of this connection stay without an owner.
pub fn release(db: &Db, id: &str) -> Result<()> {
    db.execute("INSERT INTO released (connection) VALUES (?1) ON CONFLICT DO NOTHING", [id]).map_err(sql_error)?;
    Ok(())
}

/// Whether nothing is known of a connection of this id: it is not there, and was not deleted by a person either.
pub fn is_lost(db: &Db, id: &str) -> Result<bool> {
    db.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM connections WHERE id = ?1) \
         AND NOT EXISTS (SELECT 1 FROM released WHERE connection = ?1)",
        [id],
        |row| row.get(0),
    )
    .map_err(sql_error)
}

/// Forgets what was listed and run of a connection; its own row stays.
pub fn forget_rows(db: &Db, number: i64) -> Result<()> {
    objects::forget_all(db, number)?;
    db.execute("DELETE FROM runs WHERE connection = ?1", [number]).map_err(sql_error)?;
    Ok(())
}

/// Deletes the row, and its runs and objects where they are still there. Its documents must be gone.
pub fn delete(db: &Db, number: i64) -> Result<()> {
    forget_rows(db, number)?;
    db.execute("DELETE FROM connections WHERE number = ?1", [number]).map_err(sql_error)?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<ConnectionRow> {
    let column = |e| sql_error(e);
    let tags: Vec<String> = from_json(&row.get::<_, String>("container_tags").map_err(column)?)?;
    let rule: Option<String> = row.get("container_tag_regex").map_err(column)?;
    let rule = rule.map(|pattern| TagRule::parse(&pattern)).transpose().map_err(|e| Error::fields(vec![e]))?;
    let filters: Vec<FilterDraft> = from_json(&row.get::<_, String>("filters").map_err(column)?)?;
    let credentials: Credentials = from_json(&row.get::<_, String>("credentials").map_err(column)?)?;
    let settings = Settings {
        name: row.get("name").map_err(column)?,
        bucket: row.get("bucket").map_err(column)?,
        region: row.get("region").map_err(column)?,
        endpoint: row.get("endpoint").map_err(column)?,
        prefix: row.get("prefix").map_err(column)?,
        tagging: Tagging {
            rule,
            tags: tags.iter().filter_map(|tag| ContainerTag::parse(tag)).collect(),
            on_no_match: from_name::<OnNoMatch>(row, "on_no_match")?,
            on_illegal_tag: from_name::<OnIllegalTag>(row, "on_illegal_tag")?,
        },
        document_limit: row.get("document_limit").map_err(column)?,
        on_gone: from_name::<OnGone>(row, "on_gone")?,
        every_minutes: row.get("every_minutes").map_err(column)?,
        destination: Destination::parse(&row.get::<_, String>("destination").map_err(column)?)
            .map_err(|e| Error::new(ErrorCode::StateDamaged, format!("column destination: {e}")))?,
        credentials,
        filters: filters
            .iter()
            .map(Filter::parse)
            .collect::<std::result::Result<_, _>>()
            .map_err(|e| Error::fields(vec![e]))?,
        max_size: row.get("max_size").map_err(column)?,
        ca_file: row.get::<_, Option<String>>("ca_file").map_err(column)?.map(Into::into),
        requester_pays: row.get("requester_pays").map_err(column)?,
        addressing: from_name::<Addressing>(row, "addressing")?,
    };
    let paused: bool = row.get("paused").map_err(column)?;
    let paused_until: Option<i64> = row.get("paused_until").map_err(column)?;
    let deleting: Option<String> = row.get("deleting").map_err(column)?;
    Ok(ConnectionRow {
        number: row.get("number").map_err(column)?,
        connection: Connection {
            id: row.get("id").map_err(column)?,
            created_at: row.get("created_at").map_err(column)?,
            settings,
        },
        listed_at: row.get("listed_at").map_err(column)?,
        listed_complete: row.get("listed_complete").map_err(column)?,
        deleting: deleting.map(|text| if text == "keep" { Deleting::Keep } else { Deleting::Remove }),
        pause: paused.then_some(Pause { until: paused_until }),
        confirmed_removals: row.get("confirmed_removals").map_err(column)?,
        audited_at: row.get("audited_at").map_err(column)?,
    })
}

fn name_error(error: rusqlite::Error, name: &str) -> Error {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
        && error.to_string().contains("connections.name")
    {
        let message = format!("There is already a connection named “{name}”. Choose another name.");
        return Error::fields(vec![FieldError { field: "name".into(), message, span: None }]);
    }
    sql_error(error)
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::internal("writing a connection", e))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::new(ErrorCode::StateDamaged, format!("a connection's row: {e}")))
}

/// The serde name of a unit variant: the word is the same in SQL and JSON.
pub(super) fn to_name<T: serde::Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        other => Err(Error::internal("naming a variant", format!("{other:?}"))),
    }
}

/// The variant of a serde name in a column.
pub(super) fn from_name<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T> {
    let name: String = row.get(column).map_err(sql_error)?;
    serde_json::from_value(serde_json::Value::String(name))
        .map_err(|e| Error::new(ErrorCode::StateDamaged, format!("column {column}: {e}")))
}
