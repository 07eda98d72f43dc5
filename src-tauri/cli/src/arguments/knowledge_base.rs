//! What can be typed after `s3c knowledge-base`.

use clap::{Args, Subcommand};

/// What to do with knowledge bases beside the library.
#[derive(Debug, Subcommand)]
pub enum KnowledgeBaseCommand {
    /// Keep an API key for a Supermemory in the keychain; the key is read from standard input
    #[command(after_help = "\
Examples:
  s3c knowledge-base set < api-key.txt
  s3c knowledge-base set --url http://localhost:6767 < api-key.txt

A key is never an argument: it comes from standard input, or is asked for on a terminal. Where there is no
keychain, set SUPERMEMORY_API_KEY instead; it goes before what the keychain has.")]
    Set(AddressArgument),
    /// Ask a Supermemory who it is and what it can do
    #[command(after_help = "Example:\n  s3c knowledge-base test --url http://localhost:6767")]
    Test(AddressArgument),
    /// List what is known, and what each holds
    #[command(after_help = "Example:\n  s3c knowledge-base list")]
    List,
    /// Forget a Supermemory and its API key; refused while a connection sends its documents there
    #[command(after_help = "Example:\n  s3c knowledge-base forget --url http://localhost:6767")]
    Forget(AddressArgument),
}

/// A Supermemory.
#[derive(Debug, Args)]
pub struct AddressArgument {
    /// Base URL of a Supermemory [default: the hosted one]
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    pub url: String,
}
