//! `items`: what became of the objects of a sync, page by page, or as a table.

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::view::{ItemOutcome, LineFilter, RunItem, RunItems, RunState, RunView};

use super::{csv, hint, most_shown};
use crate::arguments::ItemsArguments;
use crate::exit::Exit;
use crate::output::list::List;
use crate::output::table::{Column, Rows};
use crate::output::text::{count, counted, plain, sentence, size};
use crate::output::{Face, Output};

/// Lines asked for at a time.
const PAGE: u32 = 1000;
const COLUMNS: &[Column] = &[
    Column::Words("Outcome"),
    Column::Words("Key"),
    Column::Words("Tag"),
    Column::Number("Size"),
    Column::Words("Why"),
];

/// Shows the lines of a run, or writes them as a table.
pub async fn run(engine: &Engine, arguments: ItemsArguments, output: &mut Output) -> Result<Exit> {
    let outcome = arguments.outcome();
    let run = engine.run_get(arguments.run).await?;
    if let Some(file) = arguments.csv {
        let filter = LineFilter { outcome, ..LineFilter::default() };
        csv::write(&file, "line", async |take| engine.run_csv(run.id.clone(), filter, take).await, output).await?;
        tell_what_is_missing(engine, &run, outcome, output).await?;
        return Ok(Exit::Done);
    }
    let left = arguments.limit.unwrap_or(most_shown(output.face()));
    let mut pages = Pages { engine, run: &run, outcome, offset: 0, left, total: None };
    match output.face() {
        Face::Json => write_json(&mut pages, output).await?,
        Face::Terminal | Face::Lines => {
            write_rows(&mut pages, output).await?;
            tell_what_is_missing(engine, &run, outcome, output).await?;
        }
    }
    Ok(Exit::Done)
}

async fn write_json(pages: &mut Pages<'_>, output: &mut Output) -> Result<()> {
    let mut items = pages.next().await?;
    let total = ("total", pages.total.unwrap_or(0).to_string());
    let mut list = List::begin(&[total], "items", output)?;
    while let Some(page) = items {
        page.iter().try_for_each(|item| list.add(item, output))?;
        items = pages.next().await?;
    }
    list.end(output)
}

async fn write_rows(pages: &mut Pages<'_>, output: &mut Output) -> Result<()> {
    let mut rows = Rows::waiting(COLUMNS);
    while let Some(items) = pages.next().await? {
        items.iter().try_for_each(|item| rows.add(cells(item), output))?;
    }
    rows.end(output)?;
    let total = pages.total.unwrap_or(0);
    if pages.offset < total {
        let shown = count(pages.offset);
        output.note(&format!("{shown} of {} shown; --limit shows more.", counted(total, "line")));
    }
    Ok(())
}

fn cells(item: &RunItem) -> Vec<String> {
    let why = item.detail.as_deref().or(item.code.as_deref()).unwrap_or_default();
    vec![
        outcome_word(item.outcome).to_owned(),
        plain(&item.key).into_owned(),
        item.tag.clone(),
        size(item.size),
        sentence(why).into_owned(),
    ]
}

/// What became of an object, in a word.
pub const fn outcome_word(outcome: ItemOutcome) -> &'static str {
    match outcome {
        ItemOutcome::Sent => "sent",
        ItemOutcome::Removed => "removed",
        ItemOutcome::Skipped => "skipped",
        ItemOutcome::Refused => "refused",
        ItemOutcome::Failed => "failed",
    }
}

/// Says why there are fewer lines than the run counted.
async fn tell_what_is_missing(
    engine: &Engine,
    run: &RunView,
    outcome: Option<ItemOutcome>,
    output: &mut Output,
) -> Result<()> {
    let of = async |outcome| -> Result<u64> {
        let RunItems { total, .. } = engine.run_items(run.id.clone(), outcome, 0, 1).await?;
        Ok(total)
    };
    let is_about_skipped = matches!(outcome, None | Some(ItemOutcome::Skipped));
    if run.state == RunState::Running {
        output.note("It is still running; there will be more.");
    } else if of(None).await? == 0 {
        let counted = run.sent + run.removed + run.skipped + run.failed;
        let gone = "The lines of this sync are gone: of older syncs only the counts are kept.";
        output.note(if counted > 0 { gone } else { "Nothing was sent, removed, skipped or refused." });
    } else if is_about_skipped {
        // A refused document is counted as skipped, and told in full.
        let told = of(Some(ItemOutcome::Skipped)).await?;
        let skipped = run.skipped.saturating_sub(of(Some(ItemOutcome::Refused)).await?);
        if told < skipped {
            let name = hint::name(&run.connection_name, &run.connection_id);
            let preview = hint::line(engine, &["preview", name]).await?;
            let (told, skipped) = (count(told), counted(skipped, "skipped object"));
            output.note(&format!("A sync tells the first {told} of {skipped}; all are in: {preview}"));
        }
    }
    Ok(())
}

/// The lines, a page at a time.
struct Pages<'e> {
    engine: &'e Engine,
    run: &'e RunView,
    outcome: Option<ItemOutcome>,
    offset: u64,
    left: u64,
    /// How many lines there are, once a page was read.
    total: Option<u64>,
}

impl Pages<'_> {
    /// The next lines. Even with nothing left to show, the first page is asked for: it tells how many there are.
    async fn next(&mut self) -> Result<Option<Vec<RunItem>>> {
        if self.total.is_some_and(|total| self.left == 0 || self.offset >= total) {
            return Ok(None);
        }
        let limit = u32::try_from(self.left).unwrap_or(PAGE).clamp(1, PAGE);
        let mut page = self.engine.run_items(self.run.id.clone(), self.outcome, self.offset, limit).await?;
        page.items.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.offset += page.items.len() as u64;
        self.left -= page.items.len() as u64;
        // Older runs may lose their lines at any time.
        self.total = Some(if page.items.is_empty() { self.offset } else { page.total });
        Ok(Some(page.items))
    }
}
