//! What can be typed after `s3c`, and what is said when it does not fit.
//!
//! There is no argument that takes a secret, and a secret that was typed as one anyway is not repeated in the
//! refusal.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use s3_connector_engine::error::{Error, ErrorCode};

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
    /// Add, list or delete connections
    #[command(subcommand)]
    Connections(ConnectionsCommand),
    /// Try a connection rung by rung, from its credentials to the bytes of one object
    #[command(after_help = "Example:\n  s3c test notes")]
    Test(NameArgument),
    /// Print the IAM policy that a connection needs, and nothing more
    #[command(after_help = "Example:\n  s3c policy notes > policy.json")]
    Policy(NameArgument),
    /// Show what a sync would do, key by key; nothing is sent
    #[command(after_help = "Example, only the totals:\n  s3c preview notes --limit 0")]
    Preview(PreviewArguments),
    /// Bring the knowledge base in step with the bucket
    #[command(after_help = "\
Example, every hour by cron:
  0 * * * *  s3c sync notes

Ctrl-C stops cleanly (exit code 3); the next sync goes on where this one stopped.")]
    Sync(NameArgument),
    /// Search the library
    #[command(after_help = "Example:\n  s3c search \"quarterly report\" --tag user-123 --limit 5")]
    Search(SearchArguments),
}

/// What to do with connections.
#[derive(Debug, Subcommand)]
pub enum ConnectionsCommand {
    /// Add a connection
    #[command(after_help = "\
Examples:
  s3c connections add --name notes --bucket my-bucket --region eu-central-1 \\
      --container-tag team --access-key-id AKIA... --secret-access-key-stdin < secret.txt
  s3c connections add --name local --bucket docs --region auto --endpoint http://127.0.0.1:9000 \\
      --container-tag-regex 'users/(?<userId>[^/]+)/' --credentials environment

A secret is never an argument: it comes from standard input (--secret-access-key-stdin), from
AWS_SECRET_ACCESS_KEY, or is asked for on a terminal, and is kept in the keychain.")]
    Add(Box<AddArguments>),
    /// List the connections
    #[command(after_help = "Example:\n  s3c connections list")]
    List,
    /// Delete a connection and its documents
    #[command(after_help = "Example:\n  s3c connections delete notes --keep-documents")]
    Delete(DeleteArguments),
}

/// A new connection; field names as documented.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("credentials-from").args(["access_key_id", "credentials"]).required(true)))]
pub struct AddArguments {
    /// Name by which the other commands find it
    #[arg(long)]
    pub name: String,
    /// Bucket, the name only
    #[arg(long)]
    pub bucket: String,
    /// Region; "auto" where the provider has none
    #[arg(long)]
    pub region: String,
    /// Address of an S3-compatible service, without the bucket [default: Amazon S3]
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    pub endpoint: String,
    /// Only keys that begin with this, letter by letter
    #[arg(long, default_value = "", hide_default_value = true)]
    pub prefix: String,
    /// Container tag; the first is that of keys which no rule matches (repeatable)
    #[arg(long = "container-tag", value_name = "TAG")]
    pub container_tags: Vec<String>,
    /// Rule that finds the tag in the key: a pattern under 200 characters with a named group
    #[arg(long, value_name = "PATTERN", default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    pub container_tag_regex: String,
    /// At most this many keys have documents [default: 10000]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub document_limit: Option<i64>,
    /// Keys that the rule does not match get the first container tag, or are skipped
    #[arg(long, value_enum, value_name = "tag|skip", hide_possible_values = true, default_value_t = NoMatch::Tag)]
    pub on_no_match: NoMatch,
    /// Captured values that are no legal tag are skipped, or their illegal characters become "-"
    #[arg(long, value_enum, value_name = "skip|replace", hide_possible_values = true, default_value_t = IllegalTag::Skip)]
    pub on_illegal_tag: IllegalTag,
    /// Documents whose object is gone from the bucket are kept or removed
    #[arg(long, value_enum, value_name = "keep|remove", hide_possible_values = true, default_value_t = Gone::Keep)]
    pub on_gone: Gone,
    /// Access key; its secret comes from standard input, AWS_SECRET_ACCESS_KEY or the terminal
    #[arg(long, value_name = "ID")]
    pub access_key_id: Option<String>,
    /// Read the secret access key from standard input
    // `requires` alone is waived by clap where a conflict already rules the required argument out.
    #[arg(long, requires = "access_key_id", conflicts_with = "credentials")]
    pub secret_access_key_stdin: bool,
    /// Credentials that are kept elsewhere: environment, profile:NAME or anonymous
    #[arg(long, value_name = "WHERE", value_parser = parse_elsewhere)]
    pub credentials: Option<Elsewhere>,
    /// Where documents go
    #[arg(long, value_enum, value_name = "library", hide_possible_values = true, default_value_t = To::Library)]
    pub to: To,
}

/// Credentials that `s3c` does not keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Elsewhere {
    /// `AWS_ACCESS_KEY_ID` and the rest of the default chain of the AWS SDKs, at every sync anew.
    Environment,
    /// A profile of `~/.aws`.
    Profile(String),
    /// None: a public bucket.
    Anonymous,
}

fn parse_elsewhere(text: &str) -> Result<Elsewhere, String> {
    match text.split_once(':') {
        None if text == "environment" => Ok(Elsewhere::Environment),
        None if text == "anonymous" => Ok(Elsewhere::Anonymous),
        Some(("profile", name)) if !name.trim().is_empty() => Ok(Elsewhere::Profile(name.to_owned())),
        _ => Err("use environment, profile:NAME or anonymous".into()),
    }
}

/// For keys that the rule does not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NoMatch {
    /// The first container tag.
    Tag,
    /// No document.
    Skip,
}

/// For captured values that are no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IllegalTag {
    /// No document.
    Skip,
    /// Illegal characters become `-`.
    Replace,
}

/// For documents whose object is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Gone {
    /// They stay.
    Keep,
    /// They are removed.
    Remove,
}

/// Where documents go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum To {
    /// The full-text library in the data folder.
    Library,
}

/// A connection to delete.
#[derive(Debug, Args)]
pub struct DeleteArguments {
    /// Name or id of the connection
    pub name: String,
    /// Leave its documents in the library
    #[arg(long)]
    pub keep_documents: bool,
}

/// A connection.
#[derive(Debug, Args)]
pub struct NameArgument {
    /// Name or id of the connection
    pub name: String,
}

/// A preview.
#[derive(Debug, Args)]
pub struct PreviewArguments {
    /// Name or id of the connection
    pub name: String,
    /// Show at most this many keys [default: all; on a terminal 100]
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

/// Why a command line does not fit.
#[derive(Debug)]
pub struct Refusal {
    /// Whether JSON was asked for.
    pub json: bool,
    /// For a person: what is wrong and how it is used.
    pub text: String,
    /// For a program: what is wrong, in one line.
    pub error: Error,
}

/// Reads a command line, the program's name first.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Asked {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let options = || arguments.iter().take_while(|argument| *argument != "--");
    let json = options().any(|argument| argument == "--json");
    if options().any(is_secret_argument) {
        return Asked::Refused(Refusal::of_secret(json));
    }
    match Line::try_parse_from(arguments) {
        Ok(Line { data_dir, json, command }) => Asked::Run(Box::new(Invocation { data_dir, json, command })),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                Asked::Text(error.render().to_string().trim_end().to_owned())
            }
            _ => Asked::Refused(Refusal::of_line(json, &error)),
        },
    }
}

/// Whether somebody tried to give a secret as an argument. Checked before clap, whose refusal would quote it.
fn is_secret_argument(argument: &OsString) -> bool {
    let argument = argument.to_string_lossy();
    let (name, value) = match argument.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (&*argument, None),
    };
    match name {
        "--secret-access-key-stdin" => value.is_some(),
        "--secret-access-key" | "--secret-key" | "--secret" | "--session-token" => true,
        _ => false,
    }
}

impl Refusal {
    fn of_secret(json: bool) -> Self {
        let detail = "a secret is never an argument: give it on standard input with --secret-access-key-stdin, or in \
                      the environment (AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN); if a real one was typed here, it \
                      may be in the shell's history now";
        Self { json, text: format!("error: {detail}"), error: Error::new(ErrorCode::InvalidRequest, detail) }
    }

    fn of_line(json: bool, error: &clap::Error) -> Self {
        let text = error.render().to_string().trim_end().to_owned();
        let says: Vec<&str> = text
            .lines()
            .map(str::trim)
            .take_while(|line| !line.starts_with("Usage:"))
            .filter(|l| !l.is_empty())
            .collect();
        let detail = says.join(" ").trim_start_matches("error: ").to_owned();
        Self { json, text, error: Error::new(ErrorCode::InvalidRequest, detail) }
    }
}

#[cfg(test)]
mod tests;
