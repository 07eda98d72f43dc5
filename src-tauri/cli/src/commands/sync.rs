//! `sync` and `retry`: one run, watched until it has ended.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{Error, Result};
use s3_connector_engine::event::EngineEvent;
use s3_connector_engine::view::{ItemOutcome, RunState, RunView, SyncOptions};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::hint;
use super::runs::run_line;
use crate::arguments::{RetryArguments, SyncArguments};
use crate::exit::Exit;
use crate::output::json::RunReply;
use crate::output::progress::Bar;
use crate::output::text::{count, counted, plain, sentence};
use crate::output::{Face, Output};
use crate::stop::StopWish;

/// Failures that are told one by one; the rest is counted.
const FAILURES_TOLD: u32 = 10;
/// As a shell reports a program that Ctrl-C ended.
pub const STOPPED_AT_ONCE: i32 = 130;
/// Told at the first wish to stop.
pub const STOPPING: &str = "Stopping: documents that are under way are finished first. Ctrl-C again stops at once.";

/// Syncs a connection.
pub async fn run(engine: &Arc<Engine>, arguments: SyncArguments, output: &mut Output) -> Result<Exit> {
    let SyncArguments { name, confirm_removals, trial } = arguments;
    let id = engine.connection_find(&name).await?.id;
    let options = SyncOptions { confirm_removals, trial, ..SyncOptions::default() };
    carry_out(engine, engine.sync_start(id, options), output).await
}

/// Syncs a connection and sends refused documents once more.
pub async fn retry(engine: &Arc<Engine>, arguments: RetryArguments, output: &mut Output) -> Result<Exit> {
    // Without keys it is about all of them; that `--all` says so is the command line's rule.
    let RetryArguments { name, keys, all: _ } = arguments;
    let id = engine.connection_find(&name).await?.id;
    carry_out(engine, engine.sync_retry(id, keys), output).await
}

/// Starts a run, watches it, tells what it did.
async fn carry_out(
    engine: &Arc<Engine>,
    start: impl Future<Output = Result<RunView>>,
    output: &mut Output,
) -> Result<Exit> {
    // Both before the start: no progress and no Ctrl-C of the first moment is lost.
    let mut stop = StopWish::listen()?;
    let events = engine.events();
    let started = start.await?;
    let mut bar = Bar::begin(output.face());
    let run = watch(engine, &started, events, &mut stop, &mut bar, output).await?;
    bar.end();
    if run.state == RunState::Running {
        // Its end could not be written down; the next start closes it.
        return Err(Error::internal("ending the sync", "the state file does not take its outcome"));
    }
    match output.face() {
        Face::Json => output.json(&RunReply::from(&run))?,
        Face::Terminal | Face::Lines => output.text(&run_line(&run))?,
    }
    if output.face() != Face::Json && run.failed > 0 {
        tell_failures(engine, &run, output).await?;
    }
    if let Some(error) = &run.error {
        output.error(error);
    }
    tell_waiting(engine, &run, output).await?;
    if run.held_back > 0 {
        let confirm = hint::confirm(engine, (&run.connection_name, &run.connection_id), run.held_back).await?;
        output.note(&format!("Carry the {} out with: {confirm}", counted(run.held_back, "removal")));
    }
    Ok(Exit::of_run(run.state))
}

/// Waits for the end of a run, shows its progress, cancels it at the first wish to stop. At the second, the process
/// ends at once, as in a crash: the next sync finishes the work.
async fn watch(
    engine: &Engine,
    started: &RunView,
    mut events: Receiver<EngineEvent>,
    stop: &mut StopWish,
    bar: &mut Bar,
    output: &mut Output,
) -> Result<RunView> {
    let end = engine.run_wait(&started.id);
    tokio::pin!(end);
    let mut is_cancelled = false;
    let mut has_events = true;
    loop {
        tokio::select! {
            run = &mut end => return run,
            wish = stop.heard() => {
                wish?;
                if is_cancelled {
                    std::process::exit(STOPPED_AT_ONCE);
                }
                is_cancelled = true;
                if !bar.say(STOPPING) {
                    output.note(STOPPING);
                }
                engine.sync_cancel(started.connection_id.clone()).await?;
            }
            event = events.recv(), if has_events => match event {
                Ok(EngineEvent::Connection { connection }) if connection.id == started.connection_id => {
                    if let Some(progress) = &connection.progress {
                        bar.show(progress, now());
                    }
                }
                // Other rows are not drawn here; a row that was missed is followed by a newer one.
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => has_events = false,
            },
        }
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Tells what the knowledge base took and is not done with.
async fn tell_waiting(engine: &Engine, run: &RunView, output: &mut Output) -> Result<()> {
    let waiting = engine.connection_find(&run.connection_id).await?.waiting;
    if waiting > 0 && output.face() != Face::Json {
        let documents = counted(waiting, "document");
        output.note(&format!(
            "The knowledge base still works on {documents}; the next sync, or `s3c watch`, follows up."
        ));
    }
    Ok(())
}

/// Tells the first failures, each with its key and its cause.
async fn tell_failures(engine: &Engine, run: &RunView, output: &mut Output) -> Result<()> {
    let failures = engine.run_items(run.id.clone(), Some(ItemOutcome::Failed), 0, FAILURES_TOLD).await?;
    for item in &failures.items {
        let why = item.detail.as_deref().or(item.code.as_deref()).unwrap_or("no cause was told");
        output.note(&format!("  failed: {} ({})", plain(&item.key), sentence(why)));
    }
    let told = failures.items.len() as u64;
    if failures.total > told {
        output.note(&format!("  … and {} more", count(failures.total - told)));
    }
    Ok(())
}
