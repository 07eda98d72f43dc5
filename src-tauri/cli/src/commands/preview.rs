//! `preview`: what a sync would do, page by page, so that a bucket of a million keys needs no more memory than a
//! small one.

use std::path::Path;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::view::{ConnectionView, PlanFilter, PlanItem, PlanSummary, PlanTotals};

use super::{csv, hint, most_shown};
use crate::arguments::PreviewArguments;
use crate::exit::Exit;
use crate::output::json::{Item, Totals};
use crate::output::list::List;
use crate::output::table::{Column, Rows};
use crate::output::text::{count, counted, plain, sentence, size};
use crate::output::{Face, Output, json_text};

/// Keys asked for at a time.
const PAGE: u32 = 1000;

const COLUMNS: &[Column] = &[
    Column::Words("Action"),
    Column::Words("Key"),
    Column::Words("Tag"),
    Column::Number("Size"),
    Column::Words("Why"),
];

/// Lists the bucket and shows what a sync would do, or writes it as a table.
pub async fn run(engine: &Engine, arguments: PreviewArguments, output: &mut Output) -> Result<Exit> {
    let PreviewArguments { name, limit, csv: table } = arguments;
    let ConnectionView { id, name, .. } = engine.connection_find(&name).await?;
    let summary = engine.preview_make(id.clone(), true).await?;
    match table {
        Some(file) => write_csv(engine, &id, &file, &summary, output).await?,
        None => show(engine, id.clone(), &summary, limit, output).await?,
    }
    if summary.held_back > 0 {
        let confirm = hint::confirm(engine, (&name, &id), summary.held_back).await?;
        output.note(&format!("{} Carry them out with: {confirm}", held_back_line(summary.held_back)));
    }
    Ok(Exit::Done)
}

/// Writes a preview that was made under this id.
pub async fn show(
    engine: &Engine,
    id: String,
    summary: &PlanSummary,
    limit: Option<u64>,
    output: &mut Output,
) -> Result<()> {
    let pages = Pages::new(engine, id, limit.unwrap_or(most_shown(output.face())));
    match output.face() {
        Face::Json => write_json(pages, summary, output).await,
        Face::Terminal | Face::Lines => write_rows(pages, summary, output).await,
    }
}

/// What a person reads of removals that a sync would hold back.
pub fn held_back_line(held_back: u64) -> String {
    format!(
        "Unusually many documents would be removed ({}): a sync holds that back until it is confirmed.",
        count(held_back)
    )
}

/// Writes the whole preview as a table.
async fn write_csv(engine: &Engine, id: &str, file: &Path, summary: &PlanSummary, output: &mut Output) -> Result<()> {
    let table = async |take| engine.preview_csv(id, PlanFilter::default(), take).await;
    csv::write(file, "key", table, output).await?;
    output.note(&totals_line(summary));
    Ok(())
}

async fn write_json(mut pages: Pages<'_>, summary: &PlanSummary, output: &mut Output) -> Result<()> {
    let mut fields = vec![("totals", json_text(&Totals::from(summary.totals))?)];
    if summary.held_back > 0 {
        fields.push(("heldBack", summary.held_back.to_string()));
    }
    let mut list = List::begin(&fields, "items", output)?;
    while let Some(items) = pages.next().await? {
        items.iter().try_for_each(|item| list.add(&Item::from(item), output))?;
    }
    list.end(output)
}

async fn write_rows(mut pages: Pages<'_>, summary: &PlanSummary, output: &mut Output) -> Result<()> {
    let mut shown = 0;
    let mut rows = Rows::waiting(COLUMNS);
    while let Some(items) = pages.next().await? {
        items.iter().try_for_each(|item| rows.add(cells(item), output))?;
        shown += items.len() as u64;
    }
    rows.end(output)?;
    output.note(&totals_line(summary));
    if shown < pages.total {
        output.note(&format!("{} of {} shown; --limit shows more.", count(shown), counted(pages.total, "key")));
    }
    Ok(())
}

fn cells(item: &PlanItem) -> Vec<String> {
    vec![
        item.action.name().to_owned(),
        plain(&item.key).into_owned(),
        item.tag.clone().unwrap_or_default(),
        item.size.map(size).unwrap_or_default(),
        sentence(item.sentence.as_deref().unwrap_or_default()).into_owned(),
    ]
}

fn totals_line(summary: &PlanSummary) -> String {
    let PlanTotals { new, changed, retagged, unchanged, skipped, removed, kept } = summary.totals;
    let parts = [
        (new, "new"),
        (changed, "changed"),
        (retagged, "retagged"),
        (unchanged, "unchanged"),
        (skipped, "skipped"),
        (removed, "to be removed"),
        (kept, "kept although gone"),
    ];
    let told: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", count(*n))).collect();
    let told = if told.is_empty() { "nothing there".to_owned() } else { told.join(" · ") };
    format!("{told} · {} to send", size(summary.bytes))
}

/// The plan's keys, a page at a time.
struct Pages<'e> {
    engine: &'e Engine,
    id: String,
    offset: u64,
    left: u64,
    /// How many keys the plan has, once a page was read.
    total: u64,
    is_over: bool,
}

impl<'e> Pages<'e> {
    fn new(engine: &'e Engine, id: String, limit: u64) -> Self {
        Self { engine, id, offset: 0, left: limit, total: 0, is_over: false }
    }

    /// The next keys. Even with nothing left to show, the first page is asked for: it tells how many there are.
    async fn next(&mut self) -> Result<Option<Vec<PlanItem>>> {
        if self.is_over {
            return Ok(None);
        }
        let limit = u32::try_from(self.left).unwrap_or(PAGE).clamp(1, PAGE);
        let filter = PlanFilter { offset: self.offset, limit, ..PlanFilter::default() };
        let mut page = self.engine.preview_page(self.id.clone(), filter).await?;
        page.items.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        let shown = page.items.len() as u64;
        self.total = page.total;
        self.offset += shown;
        self.left -= shown;
        self.is_over = shown == 0 || self.left == 0 || self.offset >= page.total;
        Ok(Some(page.items))
    }
}

#[cfg(test)]
mod tests {
    use s3_connector_engine::view::{PlanAction, TokenEstimate};

    use super::*;

    #[test]
    fn the_totals_name_only_what_there_is() {
        let summary = |totals| PlanSummary {
            totals,
            skipped: Vec::new(),
            tags: Vec::new(),
            tag_count: 0,
            bytes: 1500,
            tokens: TokenEstimate::default(),
            listed: 0,
            held: 0,
            held_back: 0,
            removals: 0,
            trial: 0,
            fingerprint: String::new(),
            limit: 0,
            listed_at: 0,
            complete: true,
        };
        let some = PlanTotals { new: 1200, removed: 1, ..PlanTotals::default() };
        assert_eq!(totals_line(&summary(some)), "1,200 new · 1 to be removed · 1.5 KB to send");
        assert_eq!(totals_line(&summary(PlanTotals::default())), "nothing there · 1.5 KB to send");
    }

    #[test]
    fn a_key_that_could_play_with_the_terminal_is_written_out() {
        let item = PlanItem {
            key: "a\u{1b}[2J\n.md".into(),
            action: PlanAction::New,
            reason: None,
            sentence: None,
            tag: Some("u1".into()),
            capture: None,
            size: Some(4200),
            modified: None,
        };
        assert_eq!(cells(&item), ["new", r"a\u{1b}[2J\n.md", "u1", "4.2 KB", ""]);
    }
}
