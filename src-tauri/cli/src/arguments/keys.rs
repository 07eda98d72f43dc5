//! Arguments of the commands about keys and documents.

use std::path::PathBuf;

use clap::Args;

/// A preview.
#[derive(Debug, Args)]
pub struct PreviewArguments {
    /// Name or id of the connection
    pub name: String,
    /// Show at most this many keys [default: all; on a terminal 100]
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Write the whole of it as a CSV table into this file, or to standard output for `-`
    #[arg(long, value_name = "FILE", conflicts_with = "limit")]
    pub csv: Option<PathBuf>,
}

/// A question about a key.
#[derive(Debug, Args)]
pub struct WhyArguments {
    /// Name or id of the connection
    pub name: String,
    /// The key, letter by letter as in the bucket
    pub key: String,
}

/// Documents that are held.
#[derive(Debug, Args)]
pub struct DocumentsArguments {
    /// Name or id of the connection
    pub name: String,
    /// Show at most this many [default: all; on a terminal 100]
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
}

/// A search.
#[derive(Debug, Args)]
pub struct SearchArguments {
    /// Words to look for
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// Only documents with this container tag
    #[arg(long)]
    pub tag: Option<String>,
    /// At most this many results
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}
