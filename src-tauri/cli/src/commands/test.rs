//! `test`: whether a connection works, rung by rung.

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::view::{Rung, TestReport, Verdict};

use crate::exit::Exit;
use crate::output::json::TestReply;
use crate::output::text::sentence;
use crate::output::{Face, Output};

/// Tries a connection. A report that fails is an answer and an error: both are written.
pub async fn run(engine: &Engine, name: &str, output: &mut Output) -> Result<Exit> {
    let connection = engine.connection_find(name).await?;
    let report = engine.connection_test(connection.id).await?;
    match output.face() {
        Face::Json => output.json(&TestReply { test: &report })?,
        Face::Terminal | Face::Lines => output.text(&lines(&report))?,
    }
    Ok(match &report.error {
        _ if report.passed => Exit::Done,
        Some(error) => output.error(error),
        None => Exit::Failed,
    })
}

fn lines(report: &TestReport) -> String {
    let line = |(verdict, rung, words): (&str, &str, &str)| format!("{verdict:<9}  {rung:<11}  {}", sentence(words));
    report
        .rungs
        .iter()
        .map(|rung| line((verdict_word(rung.verdict), rung_word(rung.rung), &rung.sentence)).trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::NotTried => "not tried",
    }
}

const fn rung_word(rung: Rung) -> &'static str {
    match rung {
        Rung::Credentials => "credentials",
        Rung::List => "list",
        Rung::Read => "read",
    }
}
