//! `policy`: the IAM policy with the permissions that syncs of a connection need and no more.

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{Error, Result};

use crate::exit::Exit;
use crate::output::json::PolicyReply;
use crate::output::{Face, Output};

/// Writes the policy: alone, so that it can be piped where it is needed, or as a field of an answer.
pub async fn run(engine: &Engine, name: &str, output: &mut Output) -> Result<Exit> {
    let connection = engine.connection_find(name).await?;
    let policy = engine.connection_policy(connection.id).await?;
    match output.face() {
        Face::Json => {
            let policy = serde_json::from_str(&policy).map_err(|e| Error::internal("reading the policy", e))?;
            output.json(&PolicyReply { policy })?;
        }
        Face::Terminal | Face::Lines => output.text(&policy)?,
    }
    Ok(Exit::Done)
}
