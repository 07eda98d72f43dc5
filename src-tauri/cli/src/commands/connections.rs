//! `connections add`, `list`, `delete`.

use std::sync::Arc;

use s3_connector_engine::connection::ConnectionDraft;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::view::{ConnectionState, ConnectionView, SignInAgain, SignInStage};

use crate::exit::Exit;
use crate::output::json::{ConnectionReply, ConnectionsReply, Deleted, DeletedReply};
use crate::output::table::{Column, Rows};
use crate::output::text::{count, moment, plain};
use crate::output::{Face, Output};

/// Saves a new connection.
pub async fn add(engine: &Engine, draft: ConnectionDraft, output: &mut Output) -> Result<Exit> {
    let connection = engine.connection_add(draft).await?;
    match output.face() {
        Face::Json => output.json(&ConnectionReply { connection: &connection })?,
        Face::Terminal | Face::Lines => {
            output.text(&format!("Added {} ({}).", plain(&connection.name), connection.id))?;
            output.note(&format!("Try it with: s3c test {}", connection.id));
        }
    }
    Ok(Exit::Done)
}

const COLUMNS: &[Column] = &[
    Column::Words("Name"),
    Column::Words("Bucket"),
    Column::Words("Where"),
    Column::Words("State"),
    Column::Number("Documents"),
    Column::Words("In step since"),
    Column::Words("Id"),
];

/// Shows every connection.
pub async fn list(engine: &Engine, output: &mut Output) -> Result<Exit> {
    let connections = engine.connection_list().await?;
    if output.face() == Face::Json {
        output.json(&ConnectionsReply { connections: &connections })?;
    } else if connections.is_empty() {
        output.note("There are no connections yet. Add one with: s3c connections add --help");
    } else {
        // An id broken over two lines helps nobody, and on a terminal the name is enough.
        let columns = if output.face() == Face::Terminal { &COLUMNS[..COLUMNS.len() - 1] } else { COLUMNS };
        let mut rows = Rows::begin(columns, output)?;
        for connection in &connections {
            let mut cells = cells(connection);
            cells.truncate(columns.len());
            rows.add(cells, output)?;
        }
        rows.end(output)?;
        connections.iter().filter_map(sign_in_note).for_each(|note| output.note(&note));
    }
    Ok(Exit::Done)
}

/// The end of a sign-in, where it is worth a word.
fn sign_in_note(connection: &ConnectionView) -> Option<String> {
    let sign_in = connection.sign_in.as_ref()?;
    let (ends, then) = match sign_in.stage {
        SignInStage::Lasts => return None,
        SignInStage::Soon => ("ends", "Then sign"),
        SignInStage::Ended => ("ended", "Sign"),
    };
    let again = match &sign_in.again {
        SignInAgain::Command { command } => format!("{then} in again: {command}"),
        SignInAgain::Tool => format!("{then} in again as you did before."),
        SignInAgain::Restart => format!("{then} in again, and set the new credentials in the environment."),
    };
    Some(format!("The sign-in of {} {ends} {}. {again}", plain(&connection.name), moment(sign_in.ends_at)))
}

fn cells(connection: &ConnectionView) -> Vec<String> {
    let place = if connection.prefix.is_empty() {
        connection.bucket.clone()
    } else {
        format!("{}/{}", connection.bucket, connection.prefix)
    };
    let whereabouts = if connection.endpoint.is_empty() { &connection.region } else { &connection.endpoint };
    vec![
        plain(&connection.name).into_owned(),
        plain(&place).into_owned(),
        plain(whereabouts).into_owned(),
        state_word(connection.state).to_owned(),
        count(connection.documents),
        connection.last_complete_at.map_or_else(|| "never".into(), moment),
        connection.id.clone(),
    ]
}

const fn state_word(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::New => "new",
        ConnectionState::Syncing => "syncing",
        ConnectionState::UpToDate => "up to date",
        ConnectionState::PartlyDone => "partly done",
        ConnectionState::NeedsYou => "needs you",
        ConnectionState::Stopped => "stopped",
        ConnectionState::Offline => "waiting for the network",
        ConnectionState::Paused => "paused",
        ConnectionState::Deleting => "being deleted",
    }
}

/// Deletes a connection.
pub async fn delete(engine: &Arc<Engine>, name: &str, keep_documents: bool, output: &mut Output) -> Result<Exit> {
    let ConnectionView { id, name, .. } = engine.connection_find(name).await?;
    engine.connection_delete(id.clone(), keep_documents).await?;
    match output.face() {
        Face::Json => output.json(&DeletedReply { deleted: Deleted { id: &id, name: &name } })?,
        Face::Terminal | Face::Lines => {
            let documents = if keep_documents { "its documents stay where they are" } else { "with its documents" };
            output.text(&format!("Deleted {}, {documents}.", plain(&name)))?;
        }
    }
    Ok(Exit::Done)
}
