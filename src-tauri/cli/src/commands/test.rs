//! `test`: whether a connection works, rung by rung, and what helps where it does not.

use s3_connector_engine::connection::Addressing;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::view::{Fix, Rung, TestReport, Verdict};

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
    let line = |(verdict, rung, words): (&str, &str, &str)| {
        format!("{verdict:<9}  {rung:<11}  {}", sentence(words)).trim_end().to_owned()
    };
    let mut lines = Vec::new();
    for rung in &report.rungs {
        lines.push(line((verdict_word(rung.verdict), rung_word(rung.rung), &rung.sentence)));
        if let Some(fix) = &rung.fix {
            lines.push(line(("", "", &fix_words(fix))));
        }
    }
    lines.join("\n")
}

fn fix_words(fix: &Fix) -> String {
    match fix {
        Fix::SetRegion { region } => format!("What helps: the region {region}"),
        Fix::SetAddressing { addressing: Addressing::Path } => "What helps: path-style addresses".into(),
        Fix::SetAddressing { addressing: Addressing::Virtual } => "What helps: virtual-host addresses".into(),
        Fix::SetAddressing { addressing: Addressing::Auto } => "What helps: addresses found by trying".into(),
        Fix::SetEndpoint { endpoint } => format!("What helps: the endpoint {endpoint}"),
        Fix::SetRequesterPays => "What helps: requester pays (you pay for listing and reading)".into(),
        Fix::EditField { field } => format!("Where to look: {}", field_words(field)),
        Fix::GrantPolicy => "What helps: the permissions that `s3c policy` prints".into(),
        Fix::RunCommand { command } => format!("What helps: {command}"),
        Fix::OpenSettings => "What helps: another proxy, by s3c settings set --proxy".into(),
        Fix::TryAgain => "What helps: a little patience, then another try".into(),
        Fix::TrustCertificate => "What helps: the file with the certificate of the server's authority".into(),
    }
}

/// A field as a person calls it.
fn field_words(field: &str) -> &str {
    match field {
        "accessKeyId" => "the access key ID",
        "secretAccessKey" => "the secret access key",
        "sessionToken" => "the session token",
        other => other,
    }
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
        Rung::Name => "name",
        Rung::Connect => "connect",
        Rung::Tls => "tls",
        Rung::Clock => "clock",
        Rung::Signature => "signature",
        Rung::List => "list",
        Rung::Read => "read",
    }
}
