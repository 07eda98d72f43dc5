//! What can be typed after `s3c`, and what is said when it does not fit.
//!
//! There is no argument that takes a secret, and a secret that was typed as one anyway is not repeated in the
//! refusal. The arguments of the commands are in the rooms below, by subject.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

mod connections;
mod fields;
mod filters;
mod hosted;
mod keys;
mod knowledge_base;
mod refusal;
mod runs;
mod serve;
mod settings;

pub use connections::{ConnectionsCommand, EditArguments, HandOverArguments, PauseArguments, Which};
pub use fields::{Elsewhere, FieldArguments};
pub use hosted::{HostedCommand, HostedCreateArguments, HostedDeleteArguments, HostedId};
pub use keys::{DocumentsArguments, PreviewArguments, SearchArguments, WhyArguments};
pub use knowledge_base::KnowledgeBaseCommand;
pub use refusal::Refusal;
pub use runs::{ItemsArguments, RetryArguments, RunsArguments, SyncArguments};
pub use serve::{SecretsIn, ServeArguments, TokenArguments};
pub use settings::SettingsCommand;

/// Heading of the options that every command takes.
const EVERYWHERE: &str = "Options of every command";

/// Everything that can be typed.
#[derive(Debug, Parser)]
#[command(
    name = "s3c",
    version,
    about = "Keeps a knowledge base in step with S3 buckets, without a window.",
    after_help = "\
Example, from a bucket to an answer:
  s3c connections add --name notes --bucket my-bucket --region eu-central-1 \\
      --container-tag-regex 'users/(?<userId>[^/]+)/' --credentials profile:work
  s3c preview notes
  s3c sync notes
  s3c search \"how do refunds work\" --tag user-123

Exit codes: 0 done, 1 failed, 2 the command line is not valid, 3 partly done (run it again)."
)]
struct Line {
    /// Folder with the connections and the library [default: the same as the app's]
    #[arg(long, global = true, value_name = "DIR", help_heading = EVERYWHERE)]
    data_dir: Option<PathBuf>,
    /// Answer in JSON on standard output, errors in JSON on standard error
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

/// A command line that fits.
#[derive(Debug)]
pub struct Invocation {
    /// Where state and library are; `None` for the place that the app uses.
    pub data_dir: Option<PathBuf>,
    /// Whether the answer is JSON.
    pub json: bool,
    /// What to do.
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add, edit, list, pause or delete connections
    #[command(subcommand)]
    Connections(ConnectionsCommand),
    /// Keep the API key of a Supermemory, and try it
    #[command(subcommand)]
    KnowledgeBase(KnowledgeBaseCommand),
    /// Connections that Supermemory's cloud syncs by itself
    #[command(subcommand)]
    Hosted(HostedCommand),
    /// Try a connection rung by rung, from its credentials to the bytes of one object
    #[command(after_help = "Example:\n  s3c test notes")]
    Test(NameArgument),
    /// Print the IAM policy that a connection needs, and nothing more
    #[command(after_help = "Example:\n  s3c policy notes > policy.json")]
    Policy(NameArgument),
    /// Show what a sync would do, key by key; nothing is sent
    #[command(after_help = "\
Examples, only the totals, and all of it for a spreadsheet:
  s3c preview notes --limit 0
  s3c preview notes --csv notes.csv")]
    Preview(PreviewArguments),
    /// Bring the knowledge base in step with the bucket
    #[command(after_help = "\
Example, every hour by cron:
  0 * * * *  s3c sync notes

Ctrl-C stops cleanly (exit code 3); the next sync goes on where this one stopped.")]
    Sync(SyncArguments),
    /// Sync, and send refused documents once more
    #[command(after_help = "Example:\n  s3c retry notes users/u1/scan.pdf")]
    Retry(RetryArguments),
    /// Show the newest syncs of a connection
    #[command(after_help = "Example:\n  s3c runs notes --limit 5")]
    Runs(RunsArguments),
    /// Show what became of the objects of a sync
    #[command(after_help = "\
Example, what failed in the newest sync:
  s3c items \"$(s3c --json runs notes --limit 1 | jq -r '.runs[0].id')\" --failed")]
    Items(ItemsArguments),
    /// Say why a key is, or is not, in the knowledge base
    #[command(after_help = "Example:\n  s3c why notes users/u1/scan.pdf")]
    Why(WhyArguments),
    /// Show the documents that a connection holds or may hold
    #[command(after_help = "Example:\n  s3c --json documents notes | jq -r '.documents[].key'")]
    Documents(DocumentsArguments),
    /// Sync every connection when it is due, until Ctrl-C or SIGTERM
    #[command(after_help = "\
Example, a line of JSON for each sync that starts or ends:
  s3c --json watch >> /var/log/s3c.jsonl")]
    Watch,
    /// Serve the documented connector API on this computer, and sync every connection when it is due
    #[command(after_help = "\
Example, with a token of your own:
  S3C_API_TOKEN=... s3c serve --port 6768

It prints {\"listening\":\"http://127.0.0.1:6768\"} and serves until Ctrl-C or SIGTERM.")]
    Serve(ServeArguments),
    /// Print the token of the local API, made when it is first asked for
    #[command(after_help = "\
Example:
  curl -X POST http://127.0.0.1:6768/v3/connections/list -H \"Authorization: Bearer $(s3c token)\"")]
    Token(TokenArguments),
    /// Search the library
    #[command(after_help = "Example:\n  s3c search \"quarterly report\" --tag user-123 --limit 5")]
    Search(SearchArguments),
    /// Show or set what is set for the app as a whole: transfers, bandwidth, proxy, notifications
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Print a report for somebody who helps, without names, buckets, addresses, keys and secrets
    #[command(after_help = "Example:\n  s3c diagnostics > diagnostics.txt")]
    Diagnostics,
}

/// A connection.
#[derive(Debug, Args)]
pub struct NameArgument {
    /// Name or id of the connection
    pub name: String,
}

/// What came of a command line.
#[derive(Debug)]
pub enum Asked {
    /// Something to do.
    Run(Box<Invocation>),
    /// A text to show: help or version.
    Text(String),
    /// It does not fit.
    Refused(Refusal),
}

impl Asked {
    /// Whether the answer is to be JSON; known even where the line does not fit.
    pub fn wants_json(&self) -> bool {
        match self {
            Self::Run(invocation) => invocation.json,
            Self::Text(_) => false,
            Self::Refused(refusal) => refusal.json,
        }
    }
}

/// Reads a command line, the program's name first.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Asked {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let options = || arguments.iter().take_while(|argument| *argument != "--");
    let json = options().any(|argument| argument == "--json");
    if options().any(refusal::is_secret_argument) {
        return Asked::Refused(Refusal::of_secret(json));
    }
    match Line::try_parse_from(&arguments) {
        Ok(Line { data_dir, json, command }) => Asked::Run(Box::new(Invocation { data_dir, json, command })),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                Asked::Text(error.render().to_string().trim_end().to_owned())
            }
            _ if refusal::quotes_a_secret(&error, &arguments) => Asked::Refused(Refusal::of_secret(json)),
            _ => Asked::Refused(Refusal::of_line(json, &error)),
        },
    }
}

#[cfg(test)]
mod tests;
