//! `s3c`: S3 Connector without a window, for servers and scripts.
//!
//! It reads a command line, asks the engine, and writes the answer: for a person on a terminal, as plain lines
//! in a pipe, as JSON with `--json`. It decides nothing about documents; that is the engine's. What it promises
//! to scripts (the shapes of the JSON, the exit codes) is written in `docs/s3c.md`.
//!
//! Deliberately not here: a schedule of its own. `watch` runs the engine's; cron and systemd timers run `sync`.

use std::process::ExitCode;

use s3_connector_engine::engine::{Engine, default_data_dir};
use s3_connector_engine::error::{Error, Result};

use crate::arguments::{Asked, Invocation};
use crate::commands::Task;
use crate::exit::Exit;
use crate::output::{Face, Output};

mod arguments;
mod commands;
mod exit;
mod output;
mod secret;
mod stop;

fn main() -> ExitCode {
    let asked = arguments::read(std::env::args_os());
    let mut output = Output::standard(Face::choose(asked.wants_json()));
    let exit = match asked {
        Asked::Run(invocation) => start(*invocation, &mut output),
        Asked::Text(text) => output.text(&text).map(|()| Exit::Done),
        Asked::Refused(refusal) => Ok(output.refusal(&refusal)),
    };
    let exit = exit.and_then(|exit| output.finish().map(|()| exit));
    exit.unwrap_or_else(|error| output.error(&error.view())).into()
}

fn start(invocation: Invocation, output: &mut Output) -> Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Error::internal("starting the runtime", e))?;
    runtime.block_on(run(invocation, output))
}

/// Opens the engine for one command and closes it behind it, whatever the command came to.
async fn run(invocation: Invocation, output: &mut Output) -> Result<Exit> {
    // Read before the data folder is locked: a person may take a while to type a secret.
    let task = Task::read(invocation.command)?;
    if task.is_alone() {
        return task.run_alone(output).await;
    }
    let data_dir = invocation.data_dir.unwrap_or_else(default_data_dir);
    let engine = Engine::open(&data_dir, task.secrets()).await?;
    let exit = task.run(&engine, output).await;
    engine.shut_down().await;
    exit
}
