//! `search`: what the library has on something.

use std::collections::HashMap;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::knowledge_base::{SearchQuery, SearchReply};

use crate::exit::Exit;
use crate::output::json::{self, Found, snippet_text};
use crate::output::table::{Column, Rows};
use crate::output::text::{count, counted, plain, running};
use crate::output::{Face, Output};

const COLUMNS: &[Column] =
    &[Column::Words("Key"), Column::Words("Tag"), Column::Words("Connection"), Column::Words("Passage")];

/// Searches the library.
pub async fn run(engine: &Engine, query: SearchQuery, output: &mut Output) -> Result<Exit> {
    let reply = engine.library_search(query).await?;
    let names: HashMap<String, String> =
        engine.connection_list().await?.into_iter().map(|connection| (connection.id, connection.name)).collect();
    // Documents may outlive their connection (`delete --keep-documents`); then only its id is left.
    let name_of = |id: &'_ String| names.get(id).unwrap_or(id).clone();
    match output.face() {
        Face::Json => {
            let connections: Vec<String> = reply.results.iter().map(|result| name_of(&result.connection_id)).collect();
            let results =
                reply.results.iter().zip(&connections).map(|(result, name)| Found::new(result, name)).collect();
            output.json(&json::SearchReply { results })?;
        }
        Face::Terminal | Face::Lines => write_rows(&reply, name_of, output)?,
    }
    Ok(Exit::Done)
}

fn write_rows(reply: &SearchReply, name_of: impl Fn(&String) -> String, output: &mut Output) -> Result<()> {
    if reply.results.is_empty() {
        output.note("Nothing found.");
        return Ok(());
    }
    let mut rows = Rows::begin(COLUMNS, output)?;
    for result in &reply.results {
        let cells = vec![
            plain(result.key.as_str()).into_owned(),
            result.tag.clone(),
            plain(&name_of(&result.connection_id)).into_owned(),
            running(&snippet_text(result)),
        ];
        rows.add(cells, output)?;
    }
    rows.end(output)?;
    let shown = reply.results.len() as u64;
    if shown < reply.total {
        output.note(&format!("{} of {} shown; --limit shows more.", count(shown), counted(reply.total, "document")));
    }
    Ok(())
}
