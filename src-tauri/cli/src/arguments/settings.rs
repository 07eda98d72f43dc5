//! What can be typed after `s3c settings`.

use clap::{Args, Subcommand, ValueEnum};
use s3_connector_engine::view::{AppSettings, Notifications, ProxyChoice};

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Show what is set for the app as a whole
    #[command(after_help = "Example:\n  s3c settings show")]
    Show,
    /// Set it; what is not named stays
    #[command(after_help = "\
Examples:
  s3c settings set --transfers 4 --bandwidth 2000000
  s3c settings set --proxy http://proxy.example.com:3128
  s3c settings set --bandwidth none --proxy system")]
    Set(SettingsArguments),
}

/// What is set.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct SettingsArguments {
    /// Documents of a sync that are on their way at once, 1 to 64; a knowledge base may take fewer
    #[arg(long, value_name = "N")]
    transfers: Option<u32>,
    /// Bytes a second that all connections together read from their buckets, or `none`
    #[arg(long, value_name = "BYTES|none", value_parser = bandwidth)]
    bandwidth: Option<Bandwidth>,
    /// The way to storages and knowledge bases: `system`, `none`, or http://host:port
    #[arg(long, value_name = "system|none|URL", value_parser = proxy)]
    proxy: Option<ProxyChoice>,
    /// Which notifications the app shows
    #[arg(long, value_name = "WHICH")]
    notifications: Option<Shown>,
    /// Whether the app starts without its window when it is started at login
    #[arg(long, value_name = "yes|no")]
    start_hidden: Option<YesNo>,
}

/// A limit, or none.
#[derive(Debug, Clone, Copy)]
struct Bandwidth(Option<u64>);

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shown {
    /// Trouble, its end, and what waits for a person
    Problems,
    /// The end of every run, too
    EveryRun,
    /// None at all
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum YesNo {
    Yes,
    No,
}

fn bandwidth(text: &str) -> Result<Bandwidth, &'static str> {
    match text {
        "none" => Ok(Bandwidth(None)),
        number => number.parse().map(|limit| Bandwidth(Some(limit))).map_err(|_| "enter bytes a second, or none"),
    }
}

/// Whether an address is one is for the engine to say.
fn proxy(text: &str) -> Result<ProxyChoice, std::convert::Infallible> {
    Ok(match text {
        "system" => ProxyChoice::System,
        "none" => ProxyChoice::None,
        address => ProxyChoice::Manual { address: address.to_owned() },
    })
}

impl SettingsArguments {
    /// What was typed, over what was set.
    pub fn over(self, set: AppSettings) -> AppSettings {
        AppSettings {
            notifications: self.notifications.map_or(set.notifications, |shown| match shown {
                Shown::Problems => Notifications::Problems,
                Shown::EveryRun => Notifications::EveryRun,
                Shown::None => Notifications::None,
            }),
            start_hidden: self.start_hidden.map_or(set.start_hidden, |answer| matches!(answer, YesNo::Yes)),
            transfers: self.transfers.unwrap_or(set.transfers),
            bandwidth: self.bandwidth.map_or(set.bandwidth, |Bandwidth(limit)| limit),
            proxy: self.proxy.unwrap_or(set.proxy),
        }
    }
}
