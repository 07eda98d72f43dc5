//! `connections pause` and `resume`: whether the schedule starts syncs.

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::view::ConnectionView;

use crate::arguments::{PauseArguments, Which};
use crate::exit::Exit;
use crate::output::json::ConnectionsReply;
use crate::output::text::{moment, plain};
use crate::output::{Face, Output};

/// Pauses a connection, or all.
pub async fn pause(engine: &Engine, arguments: PauseArguments, output: &mut Output) -> Result<Exit> {
    let id = chosen(engine, &arguments.which).await?;
    engine.sync_pause(id.clone(), arguments.length).await?;
    tell(engine, id, output, |connection| {
        let until = connection.pause.and_then(|pause| pause.until).map(moment);
        format!("Paused {} until {}.", plain(&connection.name), until.as_deref().unwrap_or("it is resumed"))
    })
    .await
}

/// Lets a connection, or all, go on.
pub async fn resume(engine: &Engine, which: Which, output: &mut Output) -> Result<Exit> {
    let id = chosen(engine, &which).await?;
    engine.sync_resume(id.clone()).await?;
    tell(engine, id, output, |connection| {
        let next = connection.next_due_at.map_or_else(|| "only by hand".into(), moment);
        format!("Resumed {}; next sync: {next}.", plain(&connection.name))
    })
    .await
}

/// The id of the chosen connection; `None` for all of them.
async fn chosen(engine: &Engine, which: &Which) -> Result<Option<String>> {
    match &which.name {
        Some(name) => Ok(Some(engine.connection_find(name).await?.id)),
        None => Ok(None),
    }
}

async fn tell(
    engine: &Engine,
    id: Option<String>,
    output: &mut Output,
    line: impl Fn(&ConnectionView) -> String,
) -> Result<Exit> {
    let mut connections = engine.connection_list().await?;
    connections.retain(|connection| id.as_ref().is_none_or(|id| connection.id == *id));
    match output.face() {
        Face::Json => output.json(&ConnectionsReply { connections: &connections })?,
        Face::Terminal | Face::Lines => {
            connections.iter().try_for_each(|connection| output.text(&line(connection)))?;
        }
    }
    Ok(Exit::Done)
}
