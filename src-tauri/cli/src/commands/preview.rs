//! `preview`: what a sync would do, page by page, so that a bucket of a million keys needs no more memory than a
//! small one.

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::view::{PlanAction, PlanFilter, PlanItem, PlanSummary, PlanTotals};

use crate::exit::Exit;
use crate::output::json::{Item, Totals};
use crate::output::table::{Column, Rows};
use crate::output::text::{count, counted, plain, sentence, size};
use crate::output::{Face, Output, json_text};

/// As many keys fit what a person scrolls through.
const TERMINAL_LIMIT: u64 = 100;
/// Keys asked for at a time.
const PAGE: u32 = 1000;

const COLUMNS: &[Column] = &[
    Column::Words("Action"),
    Column::Words("Key"),
    Column::Words("Tag"),
    Column::Number("Size"),
    Column::Words("Why"),
];

/// Lists the bucket and shows what a sync would do.
pub async fn run(engine: &Engine, name: &str, limit: Option<u64>, output: &mut Output) -> Result<Exit> {
    let id = engine.connection_find(name).await?.id;
    let summary = engine.preview_make(id.clone(), true).await?;
    match output.face() {
        Face::Json => {
            let pages = Pages::new(engine, id, limit.unwrap_or(u64::MAX));
            write_json(pages, summary.totals, output).await?;
        }
        Face::Terminal => {
            let pages = Pages::new(engine, id, limit.unwrap_or(TERMINAL_LIMIT));
            write_rows(pages, &summary, output).await?;
        }
        Face::Lines => {
            let pages = Pages::new(engine, id, limit.unwrap_or(u64::MAX));
            write_rows(pages, &summary, output).await?;
        }
    }
    Ok(Exit::Done)
}

async fn write_json(mut pages: Pages<'_>, totals: PlanTotals, output: &mut Output) -> Result<()> {
    output.write(&format!("{{\"totals\":{},\"items\":[", json_text(&Totals::from(totals))?))?;
    let mut separator = "";
    while let Some(items) = pages.next().await? {
        for item in &items {
            output.write(separator)?;
            output.write(&json_text(&Item::from(item))?)?;
            separator = ",";
        }
    }
    output.text("]}")
}

async fn write_rows(mut pages: Pages<'_>, summary: &PlanSummary, output: &mut Output) -> Result<()> {
    let mut shown = 0;
    let mut rows: Option<Rows> = None;
    while let Some(items) = pages.next().await? {
        if rows.is_none() && !items.is_empty() {
            rows = Some(Rows::begin(COLUMNS, output)?);
        }
        if let Some(rows) = &mut rows {
            for item in &items {
                rows.add(cells(item), output)?;
            }
        }
        shown += items.len() as u64;
    }
    if let Some(rows) = rows {
        rows.end(output)?;
    }
    output.note(&totals_line(summary));
    if shown < pages.total {
        output.note(&format!("{} of {} shown; --limit shows more.", count(shown), counted(pages.total, "key")));
    }
    Ok(())
}

fn cells(item: &PlanItem) -> Vec<String> {
    vec![
        action_word(item.action).to_owned(),
        plain(&item.key).into_owned(),
        item.tag.clone().unwrap_or_default(),
        item.size.map(size).unwrap_or_default(),
        sentence(item.sentence.as_deref().unwrap_or_default()).into_owned(),
    ]
}

const fn action_word(action: PlanAction) -> &'static str {
    match action {
        PlanAction::New => "new",
        PlanAction::Changed => "changed",
        PlanAction::Retagged => "retagged",
        PlanAction::Unchanged => "unchanged",
        PlanAction::Skipped => "skipped",
        PlanAction::Removed => "removed",
        PlanAction::Kept => "kept",
    }
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
    use super::*;

    #[test]
    fn the_totals_name_only_what_there_is() {
        let summary = |totals| PlanSummary {
            totals,
            skipped: Vec::new(),
            tags: Vec::new(),
            tag_count: 0,
            bytes: 1500,
            listed: 0,
            held: 0,
            held_back: 0,
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
