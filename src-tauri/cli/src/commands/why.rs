//! `why`: why a key is, or is not, in the knowledge base.

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::view::{DocumentView, KeyEvent, KeyStory};

use super::documents::state_word;
use super::items::outcome_word;
use crate::arguments::WhyArguments;
use crate::exit::Exit;
use crate::output::json::WhyReply;
use crate::output::table::{Column, Rows};
use crate::output::text::{moment, sentence};
use crate::output::{Face, Output};

const COLUMNS: &[Column] =
    &[Column::Words("When"), Column::Words("What"), Column::Words("Tag"), Column::Words("Why"), Column::Words("Id")];
/// A person at a terminal does not need the ids, and they are wide.
const TERMINAL_COLUMNS: usize = 4;

/// Tells the story of a key.
pub async fn run(engine: &Engine, arguments: WhyArguments, output: &mut Output) -> Result<Exit> {
    let id = engine.connection_find(&arguments.name).await?.id;
    let story = engine.key_why(id, arguments.key).await?;
    match output.face() {
        Face::Json => output.json(&WhyReply { why: &story })?,
        Face::Terminal | Face::Lines => write_lines(&story, output)?,
    }
    Ok(Exit::Done)
}

/// The answer, then what it rests on: documents that are held, and what became of the key before.
fn write_lines(story: &KeyStory, output: &mut Output) -> Result<()> {
    output.text(&sentence(&story.sentence))?;
    if let Some(at) = story.listed_at {
        output.note(&format!("As of the listing of {}.", moment(at)));
    }
    if story.documents.is_empty() && story.history.is_empty() {
        return Ok(());
    }
    let columns = if output.face() == Face::Terminal { &COLUMNS[..TERMINAL_COLUMNS] } else { COLUMNS };
    let mut rows = Rows::begin(columns, output)?;
    let held = story.documents.iter().map(document_cells);
    for mut cells in held.chain(story.history.iter().map(event_cells)) {
        cells.truncate(columns.len());
        rows.add(cells, output)?;
    }
    rows.end(output)
}

fn document_cells(document: &DocumentView) -> Vec<String> {
    vec![
        moment(document.changed_at),
        format!("document: {}", state_word(document.state)),
        document.tag.clone(),
        sentence(document.refusal.as_deref().unwrap_or_default()).into_owned(),
        document.id.clone(),
    ]
}

fn event_cells(KeyEvent { run_id, item }: &KeyEvent) -> Vec<String> {
    let why = item.detail.as_deref().or(item.code.as_deref()).unwrap_or_default();
    vec![
        moment(item.at),
        format!("sync: {}", outcome_word(item.outcome)),
        item.tag.clone(),
        sentence(why).into_owned(),
        run_id.clone(),
    ]
}
