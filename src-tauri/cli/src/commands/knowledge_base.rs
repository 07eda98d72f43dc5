//! `knowledge-base`: the Supermemories that documents may go to, their API keys, whether they answer.

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::secrets::Secret;
use s3_connector_engine::view::{KnowledgeBaseDraft, KnowledgeBaseReport, KnowledgeBaseView};

use crate::arguments::KnowledgeBaseCommand;
use crate::exit::Exit;
use crate::output::json::{ForgottenReply, KnowledgeBaseReply, KnowledgeBaseTestReply, KnowledgeBasesReply};
use crate::output::table::{Column, Rows};
use crate::output::text::{count, moment, plain};
use crate::output::{Face, Output};

/// Does it.
pub async fn run(
    engine: &Engine,
    command: KnowledgeBaseCommand,
    api_key: Option<Secret>,
    output: &mut Output,
) -> Result<Exit> {
    match command {
        KnowledgeBaseCommand::Set(address) => {
            set(engine, KnowledgeBaseDraft { address: address.url, api_key }, output).await
        }
        KnowledgeBaseCommand::Test(address) => {
            test(engine, KnowledgeBaseDraft { address: address.url, api_key: None }, output).await
        }
        KnowledgeBaseCommand::List => list(engine, output).await,
        KnowledgeBaseCommand::Forget(address) => forget(engine, &address.url, output).await,
    }
}

async fn set(engine: &Engine, draft: KnowledgeBaseDraft, output: &mut Output) -> Result<Exit> {
    let saved = engine.knowledge_base_set(draft).await?;
    match output.face() {
        Face::Json => output.json(&KnowledgeBaseReply { knowledge_base: &saved })?,
        Face::Terminal | Face::Lines => {
            output.text(&format!("The API key of {} is in the keychain.", plain(&saved.address)))?;
            let url = if saved.is_hosted { String::new() } else { format!(" --url {}", plain(&saved.address)) };
            output.note(&format!("Try it with: s3c knowledge-base test{url}"));
        }
    }
    Ok(Exit::Done)
}

async fn test(engine: &Engine, draft: KnowledgeBaseDraft, output: &mut Output) -> Result<Exit> {
    let report = engine.knowledge_base_test(draft).await?;
    match output.face() {
        Face::Json => output.json(&KnowledgeBaseTestReply { test: &report })?,
        Face::Terminal | Face::Lines => output.text(&line(&report))?,
    }
    Ok(Exit::Done)
}

fn line(report: &KnowledgeBaseReport) -> String {
    let told = |what: &Option<String>| what.as_deref().map_or_else(|| "not told".to_owned(), |w| plain(w).into_owned());
    let connectors = if report.connectors { "yes" } else { "no" };
    format!(
        "{} answers. Organisation: {}. Plan: {}. Hosted connections: {connectors}.",
        plain(&report.address),
        told(&report.organisation),
        told(&report.plan),
    )
}

const COLUMNS: &[Column] = &[
    Column::Words("Address"),
    Column::Words("API key"),
    Column::Words("Organisation"),
    Column::Words("Plan"),
    Column::Number("Connections"),
    Column::Number("Documents"),
    Column::Words("Last answered"),
];

async fn list(engine: &Engine, output: &mut Output) -> Result<Exit> {
    let bases = engine.knowledge_base_list().await?;
    if output.face() == Face::Json {
        output.json(&KnowledgeBasesReply { knowledge_bases: &bases })?;
    } else if bases.is_empty() {
        output.note("Documents go to the library of this computer. Add a Supermemory with: s3c knowledge-base set");
    } else {
        let mut rows = Rows::begin(COLUMNS, output)?;
        for base in &bases {
            rows.add(cells(base), output)?;
        }
        rows.end(output)?;
    }
    Ok(Exit::Done)
}

fn cells(base: &KnowledgeBaseView) -> Vec<String> {
    let told = |what: &Option<String>| what.as_deref().map(|w| plain(w).into_owned()).unwrap_or_default();
    vec![
        plain(&base.address).into_owned(),
        if base.has_key { "in the keychain" } else { "none" }.to_owned(),
        told(&base.organisation),
        told(&base.plan),
        count(base.connections),
        count(base.documents),
        base.checked_at.map_or_else(|| "never".into(), moment),
    ]
}

async fn forget(engine: &Engine, url: &str, output: &mut Output) -> Result<Exit> {
    engine.knowledge_base_forget(url.to_owned()).await?;
    match output.face() {
        Face::Json => output.json(&ForgottenReply { forgotten: url })?,
        Face::Terminal | Face::Lines => output.text("Forgotten, with its API key.")?,
    }
    Ok(Exit::Done)
}
