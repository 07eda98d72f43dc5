//! `connections edit`: what an edit would do, or the edit.

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;

use super::{draft, preview};
use crate::arguments::EditArguments;
use crate::exit::Exit;
use crate::output::json::ConnectionReply;
use crate::output::text::plain;
use crate::output::{Face, Output};
use crate::secret::Entered;

/// Shows or saves an edit.
pub async fn run(engine: &Engine, arguments: EditArguments, entered: Entered, output: &mut Output) -> Result<Exit> {
    let EditArguments { connection, fields, preview: is_preview, limit, confirm_removals } = arguments;
    let saved = engine.connection_find(&connection).await?;
    let id = saved.id.clone();
    let draft = draft::of_edit(saved, fields, entered)?;
    if is_preview {
        let made = engine.edit_preview(id, draft, true).await?;
        preview::show(engine, made.preview_id, &made.summary, limit, output).await?;
        if made.summary.held_back > 0 {
            let told = preview::held_back_line(made.summary.held_back);
            let number = made.summary.held_back;
            output.note(&format!("{told} Save and confirm with --confirm-removals {number} in place of --preview."));
        }
        output.note("Nothing is saved: this was a preview.");
        return Ok(Exit::Done);
    }
    let connection = engine.connection_edit(id, draft, confirm_removals).await?;
    match output.face() {
        Face::Json => output.json(&ConnectionReply { connection: &connection })?,
        Face::Terminal | Face::Lines => {
            output.text(&format!("Saved {}; the next sync works by it.", plain(&connection.name)))?;
        }
    }
    Ok(Exit::Done)
}
