//! `settings`: what is set for the app as a whole; `diagnostics`: a report for somebody who helps.

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::view::{AppSettings, Notifications, ProxyChoice};

use crate::arguments::SettingsCommand;
use crate::exit::Exit;
use crate::output::json::{DiagnosticsReply, SettingsReply};
use crate::output::text::{count, plain};
use crate::output::{Face, Output};

/// Does it.
pub async fn run(engine: &Engine, command: SettingsCommand, output: &mut Output) -> Result<Exit> {
    let set = engine.app_settings_get().await?;
    let settings = match command {
        SettingsCommand::Show => set,
        SettingsCommand::Set(arguments) => engine.app_settings_set(arguments.over(set)).await?,
    };
    match output.face() {
        Face::Json => output.json(&SettingsReply { settings: &settings })?,
        Face::Terminal | Face::Lines => lines(&settings).iter().try_for_each(|line| output.text(line))?,
    }
    Ok(Exit::Done)
}

fn lines(settings: &AppSettings) -> Vec<String> {
    let AppSettings { notifications, start_hidden, transfers, bandwidth, proxy } = settings;
    let limit = bandwidth.map_or_else(|| "no limit".into(), |limit| format!("{} bytes a second", count(limit)));
    let shown = match notifications {
        Notifications::Problems => "problems",
        Notifications::EveryRun => "every run",
        Notifications::None => "none",
    };
    let way = match proxy {
        ProxyChoice::System => "as the system says".into(),
        ProxyChoice::None => "none".into(),
        ProxyChoice::Manual { address } => plain(address).into_owned(),
    };
    vec![
        format!("Documents at once: {}", count(u64::from(*transfers))),
        format!("Reading from buckets: {limit}"),
        format!("Proxy: {way}"),
        format!("Notifications: {shown}"),
        format!("Starts hidden at login: {}", if *start_hidden { "yes" } else { "no" }),
    ]
}

/// Writes the report; nothing is saved.
pub async fn diagnostics(engine: &Engine, output: &mut Output) -> Result<Exit> {
    let report = engine.diagnostics_make().await?;
    match output.face() {
        Face::Json => output.json(&DiagnosticsReply { diagnostics: &report.text })?,
        Face::Terminal | Face::Lines => output.text(report.text.trim_end())?,
    }
    Ok(Exit::Done)
}
