//! `documents`: what a connection holds or may hold, page by page.

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::plan::DocumentState;
use s3_connector_engine::view::DocumentView;

use super::most_shown;
use crate::arguments::DocumentsArguments;
use crate::exit::Exit;
use crate::output::json::Document;
use crate::output::list::List;
use crate::output::table::{Column, Rows};
use crate::output::text::{count, plain, sentence, size};
use crate::output::{Face, Output};

/// Documents asked for at a time.
const PAGE: u32 = 1000;
const COLUMNS: &[Column] = &[
    Column::Words("Key"),
    Column::Words("Tag"),
    Column::Words("State"),
    Column::Number("Size"),
    Column::Words("Why"),
    Column::Words("ETag"),
    Column::Words("Id"),
];
/// A person at a terminal needs neither version nor id, and they are wide.
const TERMINAL_COLUMNS: usize = 5;

/// Shows the documents of a connection.
pub async fn run(engine: &Engine, arguments: DocumentsArguments, output: &mut Output) -> Result<Exit> {
    let id = engine.connection_find(&arguments.name).await?.id;
    let face = output.face();
    let pages = Pages { engine, id, after: Some(0), left: arguments.limit.unwrap_or(most_shown(face)) };
    match face {
        Face::Json => write_json(pages, output).await?,
        Face::Terminal => write_rows(pages, &COLUMNS[..TERMINAL_COLUMNS], output).await?,
        Face::Lines => write_rows(pages, COLUMNS, output).await?,
    }
    Ok(Exit::Done)
}

async fn write_json(mut pages: Pages<'_>, output: &mut Output) -> Result<()> {
    let mut list = List::begin(&[], "documents", output)?;
    while let Some(documents) = pages.next().await? {
        documents.iter().try_for_each(|document| list.add(&Document::from(document), output))?;
    }
    list.end(output)
}

async fn write_rows(mut pages: Pages<'_>, columns: &'static [Column], output: &mut Output) -> Result<()> {
    let mut shown = 0;
    let mut rows = Rows::waiting(columns);
    while let Some(documents) = pages.next().await? {
        shown += documents.len() as u64;
        for document in &documents {
            let mut cells = cells(document);
            cells.truncate(columns.len());
            rows.add(cells, output)?;
        }
    }
    rows.end(output)?;
    if shown == 0 {
        output.note("No documents are held.");
    }
    if pages.after.is_some() && shown > 0 {
        output.note(&format!("The first {} are shown; --limit shows more.", count(shown)));
    }
    Ok(())
}

fn cells(document: &DocumentView) -> Vec<String> {
    vec![
        plain(&document.key).into_owned(),
        document.tag.clone(),
        state_word(document.state).to_owned(),
        size(document.size),
        sentence(document.refusal.as_deref().unwrap_or_default()).into_owned(),
        plain(&document.etag).into_owned(),
        document.id.clone(),
    ]
}

/// How a document stands, in a word or two.
pub const fn state_word(state: DocumentState) -> &'static str {
    match state {
        DocumentState::Intended => "on its way",
        DocumentState::Sent => "being read",
        DocumentState::Indexed => "in",
        DocumentState::Rejected => "refused",
        DocumentState::Removing => "being removed",
    }
}

/// The documents, a page at a time.
struct Pages<'e> {
    engine: &'e Engine,
    id: String,
    /// Where the next page begins; `None` at the end.
    after: Option<i64>,
    left: u64,
}

impl Pages<'_> {
    async fn next(&mut self) -> Result<Option<Vec<DocumentView>>> {
        if self.left == 0 || self.after.is_none() {
            return Ok(None);
        }
        let limit = u32::try_from(self.left).unwrap_or(PAGE).min(PAGE);
        let page = self.engine.document_list(self.id.clone(), self.after, limit).await?;
        self.after = page.next;
        self.left -= page.documents.len() as u64;
        Ok(Some(page.documents))
    }
}
