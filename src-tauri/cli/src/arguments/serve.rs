//! Arguments of `serve` and `token`.

use clap::{Args, ValueEnum};
use s3_connector_engine::engine::DEFAULT_PORT;

/// `serve`.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Port on 127.0.0.1 and ::1; 0 for a free one
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT)]
    pub port: u16,
    /// Where secrets of connections are kept
    #[arg(long, value_name = "WHERE", default_value = "keychain")]
    pub secrets: SecretsIn,
}

/// Where secrets are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SecretsIn {
    /// The keychain of the system
    Keychain,
    /// Only in memory, where there is no keychain: they are gone when it ends
    Memory,
}

/// `token`.
#[derive(Debug, Args)]
pub struct TokenArguments {
    /// Make another one; the one before opens nothing any more
    #[arg(long)]
    pub renew: bool,
}
