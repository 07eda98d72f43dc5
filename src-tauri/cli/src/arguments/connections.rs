//! What can be typed after `s3c connections`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Subcommand};
use s3_connector_engine::view::PauseLength;

use super::fields::{FieldArguments, parse_supermemory};

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
    /// Change a connection: only what is named changes, everything else stays as saved
    #[command(after_help = "\
Examples:
  s3c connections edit notes --exclude 'drafts/**' --include 'drafts/final/**' --preview
  s3c connections edit notes --name archive --every manual --max-size none
  s3c connections edit notes --secret-access-key-stdin < new-secret.txt

--preview shows what a sync would do with these changes and saves nothing. Patterns and container
tags that are named take the place of all that were saved.")]
    Edit(Box<EditArguments>),
    /// List the connections
    #[command(after_help = "Example:\n  s3c connections list")]
    List,
    /// Pause a connection, or all: the app and `watch` do not sync it; `sync` still does
    #[command(after_help = "Example:\n  s3c connections pause notes --for tomorrow")]
    Pause(PauseArguments),
    /// Let a paused connection, or all, go on
    #[command(after_help = "Example:\n  s3c connections resume --all")]
    Resume(Which),
    /// Hand a connection over to Supermemory's cloud: its keys leave this computer, and here it is paused
    #[command(after_help = "\
Example:
  s3c connections hand-over notes --yes

A hosted connection of the same settings is made, with the secret from the keychain. The documents that are held
stay; delete the connection here when the hosted one is in step.")]
    HandOver(HandOverArguments),
    /// Delete a connection and its documents
    #[command(after_help = "Example:\n  s3c connections delete notes --keep-documents")]
    Delete(DeleteArguments),
}

/// A new connection.
#[derive(Debug, Args)]
#[command(
    mut_arg("name", |name| name.required(true)),
    mut_arg("bucket", |bucket| bucket.required(true)),
    mut_arg("region", |region| region.required(true)),
    group(ArgGroup::new("credentials-from").args(["access_key_id", "credentials"]).required(true))
)]
pub struct AddArguments {
    /// What it is.
    #[command(flatten)]
    pub fields: FieldArguments,
}

/// An edit of a connection.
#[derive(Debug, Args)]
pub struct EditArguments {
    /// Name or id of the connection
    #[arg(value_name = "NAME")]
    pub connection: String,
    /// What changes.
    #[command(flatten)]
    pub fields: FieldArguments,
    /// Show what a sync would do with these changes; nothing is saved and nothing is sent
    #[arg(long, conflicts_with = "confirm_removals")]
    pub preview: bool,
    /// With --preview, show at most this many keys [default: all; on a terminal 100]
    #[arg(long, value_name = "N", requires = "preview")]
    pub limit: Option<u64>,
    /// Say yes to this many removals that the next sync would hold back
    #[arg(long, value_name = "N")]
    pub confirm_removals: Option<u64>,
}

/// One connection, or all of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// Name or id of the connection
    pub name: Option<String>,
    /// Every connection
    #[arg(long)]
    pub all: bool,
}

/// A pause.
#[derive(Debug, Args)]
pub struct PauseArguments {
    /// Of what.
    #[command(flatten)]
    pub which: Which,
    /// How long: an hour, until tomorrow at 8, or until it is resumed
    #[arg(
        long = "for",
        value_name = "hour|tomorrow|resumed",
        hide_possible_values = true,
        default_value = "resumed",
        value_parser = PossibleValuesParser::new(["hour", "tomorrow", "resumed"]).map(|word| length(&word))
    )]
    pub length: PauseLength,
}

fn length(word: &str) -> PauseLength {
    match word {
        "hour" => PauseLength::Hour,
        "tomorrow" => PauseLength::Tomorrow,
        _ => PauseLength::UntilResumed,
    }
}

/// A connection to hand over.
#[derive(Debug, Args)]
pub struct HandOverArguments {
    /// Name or id of the connection
    pub name: String,
    /// Which Supermemory [default: the hosted one]
    #[arg(long, value_name = "supermemory|supermemory=URL", default_value = "supermemory", hide_default_value = true, value_parser = parse_supermemory)]
    pub to: String,
    /// Say yes to the keys leaving this computer
    #[arg(long)]
    pub yes: bool,
}

/// A connection to delete.
#[derive(Debug, Args)]
pub struct DeleteArguments {
    /// Name or id of the connection
    pub name: String,
    /// Leave its documents where they are
    #[arg(long)]
    pub keep_documents: bool,
}
