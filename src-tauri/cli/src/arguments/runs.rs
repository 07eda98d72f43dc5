//! Arguments of the commands about syncs.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use s3_connector_engine::view::ItemOutcome;

/// A sync.
#[derive(Debug, Args)]
pub struct SyncArguments {
    /// Name or id of the connection
    pub name: String,
    /// Carry out up to this many removals although they are unusually many
    #[arg(long, value_name = "N")]
    pub confirm_removals: Option<u64>,
    /// Send at most this many documents, of as many containers and file types as there are
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub trial: Option<u32>,
}

/// A sync that sends refused documents once more.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").args(["keys", "all"]).required(true)))]
pub struct RetryArguments {
    /// Name or id of the connection
    pub name: String,
    /// Keys whose documents were refused or failed
    #[arg(value_name = "KEY")]
    pub keys: Vec<String>,
    /// Every document that was refused or failed
    #[arg(long)]
    pub all: bool,
}

/// The newest syncs.
#[derive(Debug, Args)]
pub struct RunsArguments {
    /// Name or id of the connection
    pub name: String,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}

/// What became of the objects of a sync.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("outcome").args(["sent", "removed", "skipped", "refused", "failed"])))]
pub struct ItemsArguments {
    /// Id of the sync, as `runs` and `sync --json` tell it
    pub run: String,
    /// Only documents that were sent
    #[arg(long)]
    sent: bool,
    /// Only documents that were removed
    #[arg(long)]
    removed: bool,
    /// Only objects that were left out
    #[arg(long)]
    skipped: bool,
    /// Only documents that the knowledge base refused
    #[arg(long)]
    refused: bool,
    /// Only documents that failed
    #[arg(long)]
    failed: bool,
    /// Show at most this many [default: all; on a terminal 100]
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Write all of them as a CSV table into this file, or to standard output for `-`
    #[arg(long, value_name = "FILE", conflicts_with = "limit")]
    pub csv: Option<PathBuf>,
}

impl ItemsArguments {
    /// The outcome that was asked for; `None` for all.
    pub fn outcome(&self) -> Option<ItemOutcome> {
        let asked = [
            (self.sent, ItemOutcome::Sent),
            (self.removed, ItemOutcome::Removed),
            (self.skipped, ItemOutcome::Skipped),
            (self.refused, ItemOutcome::Refused),
            (self.failed, ItemOutcome::Failed),
        ];
        asked.into_iter().find_map(|(is_asked, outcome)| is_asked.then_some(outcome))
    }
}
