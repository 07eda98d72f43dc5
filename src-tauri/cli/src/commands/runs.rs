//! `runs`: the newest syncs of a connection.

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::view::{RunState, RunTrigger, RunView};

use crate::arguments::RunsArguments;
use crate::exit::Exit;
use crate::output::json::RunsReply;
use crate::output::table::{Column, Rows};
use crate::output::text::{count, counted, moment, size};
use crate::output::{Face, Output};

const COLUMNS: &[Column] = &[
    Column::Whole("Id"),
    Column::Words("Started"),
    Column::Words("How it ended"),
    Column::Number("Sent"),
    Column::Number("Removed"),
    Column::Number("Skipped"),
    Column::Number("Failed"),
    Column::Words("Why"),
    Column::Words("By"),
    Column::Number("Listed"),
    Column::Number("Size"),
];
/// What fits a terminal beside an id that is not broken, because it is copied for `items`.
const TERMINAL_COLUMNS: &[Column] =
    &[Column::Whole("Id"), Column::Whole("Started"), Column::Words("How it ended"), Column::Words("What it did")];

/// Shows the newest syncs of a connection.
pub async fn run(engine: &Engine, arguments: RunsArguments, output: &mut Output) -> Result<Exit> {
    let id = engine.connection_find(&arguments.name).await?.id;
    let runs = engine.run_list(Some(id), arguments.limit).await?;
    if output.face() == Face::Json {
        output.json(&RunsReply { runs: &runs })?;
    } else if runs.is_empty() {
        output.note("It never synced.");
    } else {
        let is_terminal = output.face() == Face::Terminal;
        let mut rows = Rows::begin(if is_terminal { TERMINAL_COLUMNS } else { COLUMNS }, output)?;
        for run in &runs {
            rows.add(if is_terminal { terminal_cells(run) } else { cells(run) }, output)?;
        }
        rows.end(output)?;
    }
    Ok(Exit::Done)
}

fn cells(run: &RunView) -> Vec<String> {
    vec![
        run.id.clone(),
        moment(run.started_at),
        ended_words(run).to_lowercase(),
        count(run.sent),
        count(run.removed),
        count(run.skipped),
        count(run.failed),
        run.error.as_ref().map(|error| error.message.clone()).unwrap_or_default(),
        match run.trigger {
            RunTrigger::Manual => "hand".into(),
            RunTrigger::Schedule => "schedule".into(),
        },
        count(run.listed),
        size(run.bytes),
    ]
}

fn terminal_cells(run: &RunView) -> Vec<String> {
    let why = run.error.as_ref().map(|error| format!(": {}", error.message)).unwrap_or_default();
    let counts = [
        (run.sent, "sent"),
        (run.removed, "removed"),
        (run.held_back, "held back"),
        (run.skipped, "skipped"),
        (run.failed, "failed"),
    ];
    let did: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", count(*n))).collect();
    let ended = ended_words(run).to_lowercase();
    vec![run.id.clone(), moment(run.started_at), format!("{ended}{why}"), did.join(", ")]
}

/// What a run did, in one line.
pub fn run_line(run: &RunView) -> String {
    let held_back = match run.held_back {
        0 => String::new(),
        held_back => format!(", {} held back", counted(held_back, "removal")),
    };
    format!(
        "{}: {} listed, {} sent ({}), {} removed, {} skipped, {} failed{held_back}.",
        ended_words(run),
        counted(run.listed, "object"),
        count(run.sent),
        size(run.bytes),
        count(run.removed),
        count(run.skipped),
        count(run.failed),
    )
}

fn ended_words(run: &RunView) -> String {
    let ended = match run.state {
        RunState::Completed => "Done",
        RunState::PartlyCompleted => "Partly done",
        RunState::Failed => "Failed",
        RunState::Cancelled => "Cancelled",
        RunState::Interrupted => "Interrupted",
        RunState::Running => "Running",
    };
    match run.trial {
        Some(trial) => format!("{ended} (trial of {})", count(trial.into())),
        None => ended.to_owned(),
    }
}
