//! `watch`: the background loop without a window. It tells each run that starts or ends, and nothing else.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{Error, Result};
use s3_connector_engine::event::EngineEvent;
use s3_connector_engine::sync::now;
use s3_connector_engine::view::{RunTrigger, RunView};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::runs::run_line;
use super::sync::{STOPPED_AT_ONCE, STOPPING};
use crate::exit::Exit;
use crate::output::json::{WatchEvent, WatchLine};
use crate::output::text::{counted, moment, plain};
use crate::output::{Face, Output};
use crate::stop::StopWish;

/// Runs that are read again after events were missed.
const CAUGHT_UP: u32 = 200;

/// Syncs every connection when it is due, until somebody wishes it to stop.
pub async fn run(engine: &Arc<Engine>, output: &mut Output) -> Result<Exit> {
    let mut stop = StopWish::listen()?;
    let mut events = engine.events();
    let mut teller = Teller { engine, output, began: now(), running: HashSet::new(), ended: HashMap::new() };
    engine.start_schedule();
    say_hello(engine, teller.output).await?;
    loop {
        tokio::select! {
            wish = stop.heard() => {
                wish?;
                break;
            }
            event = events.recv() => teller.hear(event).await?,
        }
    }
    teller.output.note(STOPPING);
    let end = engine.shut_down();
    tokio::pin!(end);
    loop {
        tokio::select! {
            () = &mut end => break,
            wish = stop.heard() => {
                wish?;
                std::process::exit(STOPPED_AT_ONCE);
            }
            event = events.recv() => teller.hear(event).await?,
        }
    }
    teller.hear_the_rest(&mut events).await?;
    Ok(Exit::Done)
}

async fn say_hello(engine: &Engine, output: &mut Output) -> Result<()> {
    let connections = engine.connection_list().await?;
    let next = connections.iter().filter_map(|connection| Some((connection.next_due_at?, &connection.name))).min();
    let next = match next {
        Some((at, name)) => format!("next: {} at {}", plain(name), moment(at)),
        None => "none is due by itself".into(),
    };
    output.note(&format!("Watching {}; {next}. Ctrl-C ends it.", counted(connections.len() as u64, "connection")));
    Ok(())
}

/// Tells runs, each of them once when it starts and once when it ends.
struct Teller<'t> {
    engine: &'t Engine,
    output: &'t mut Output,
    /// When the watch began; earlier runs are not told.
    began: i64,
    /// Runs whose start was told.
    running: HashSet<String>,
    /// The last run of each connection whose end was told. Ids of runs are ordered by time.
    ended: HashMap<String, String>,
}

impl Teller<'_> {
    async fn hear(&mut self, event: Result<EngineEvent, RecvError>) -> Result<()> {
        match event {
            Ok(EngineEvent::Connection { connection }) => {
                let id = connection.progress.map(|progress| progress.run_id);
                match connection.last_run.filter(|run| Some(&run.id) == id.as_ref()) {
                    Some(run) => self.started(&run),
                    None => Ok(()),
                }
            }
            Ok(EngineEvent::RunEnded { run, .. }) => self.ended(&run),
            Ok(
                EngineEvent::ConnectionRemoved { .. }
                | EngineEvent::LocalApi { .. }
                | EngineEvent::Forms { .. }
                | EngineEvent::Settings { .. },
            ) => Ok(()),
            Err(RecvError::Lagged(_)) => self.catch_up().await,
            // Whoever watches holds the engine, so this does not come.
            Err(RecvError::Closed) => Err(Error::internal("listening to the engine", "it is gone")),
        }
    }

    /// What was told before the engine was shut down and not heard yet.
    async fn hear_the_rest(&mut self, events: &mut Receiver<EngineEvent>) -> Result<()> {
        loop {
            match events.try_recv() {
                Ok(event) => self.hear(Ok(event)).await?,
                Err(TryRecvError::Lagged(_)) => self.catch_up().await?,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Ok(()),
            }
        }
    }

    /// Reads the rows again after events were missed.
    async fn catch_up(&mut self) -> Result<()> {
        let runs = self.engine.run_list(None, CAUGHT_UP).await?;
        let began = self.began;
        for run in runs.iter().rev().filter(|run| run.started_at >= began) {
            self.started(run)?;
            self.ended(run)?;
        }
        Ok(())
    }

    fn is_over(&self, run: &RunView) -> bool {
        self.ended.get(&run.connection_id).is_some_and(|last| run.id <= *last)
    }

    fn started(&mut self, run: &RunView) -> Result<()> {
        if self.is_over(run) || !self.running.insert(run.id.clone()) {
            return Ok(());
        }
        let by = match run.trigger {
            RunTrigger::Schedule => "Sync started, as scheduled.",
            RunTrigger::Manual => "Sync started.",
        };
        self.tell(WatchEvent::Started, run, run.started_at, by)
    }

    fn ended(&mut self, run: &RunView) -> Result<()> {
        let Some(at) = run.finished_at.filter(|_| !self.is_over(run)) else { return Ok(()) };
        // A run may be over before its progress was told.
        self.started(run)?;
        self.running.remove(&run.id);
        self.ended.insert(run.connection_id.clone(), run.id.clone());
        let cause = run.error.as_ref().map(|error| format!(" {}. {}.", error.message, error.solution));
        self.tell(WatchEvent::Ended, run, at, &format!("{}{}", run_line(run), cause.unwrap_or_default()))
    }

    fn tell(&mut self, event: WatchEvent, run: &RunView, at: i64, line: &str) -> Result<()> {
        match self.output.face() {
            Face::Json => self.output.json(&WatchLine { event, run })?,
            Face::Terminal | Face::Lines => {
                self.output.text(&format!("{}\t{}\t{line}", moment(at), plain(&run.connection_name)))?;
            }
        }
        // Whoever reads along waits for this line.
        self.output.finish()
    }
}
