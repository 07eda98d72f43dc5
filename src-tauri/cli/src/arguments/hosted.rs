//! What can be typed after `s3c hosted`.

use clap::{ArgGroup, Args, Subcommand};

use super::fields::FieldArguments;

/// What to do with hosted connections.
#[derive(Debug, Subcommand)]
pub enum HostedCommand {
    /// Make a hosted connection; the keys leave this computer and are kept by Supermemory
    #[command(after_help = "\
Example:
  s3c hosted create --bucket my-bucket --region eu-central-1 --container-tag team \\
      --access-key-id AKIA... --secret-access-key-stdin < secret.txt

Supermemory's cloud syncs it every four hours; plans below Scale have none. It knows no include and exclude
rules, no size limit, no temporary keys and one container tag; the rule's group is called userId. A secret is never
an argument.")]
    Create(Box<HostedCreateArguments>),
    /// List the hosted connections
    #[command(after_help = "Example:\n  s3c hosted list")]
    List(HostedAddress),
    /// Show a hosted connection and its newest syncs
    #[command(after_help = "Example:\n  s3c hosted show pbzy9vhWVLrNNkW54aLMQm")]
    Show(HostedId),
    /// Ask for a sync now, of this one and of every other under the same container tags
    #[command(after_help = "Example:\n  s3c hosted import pbzy9vhWVLrNNkW54aLMQm")]
    Import(HostedId),
    /// Show the documents of a hosted connection and of every other under the same container tags
    #[command(after_help = "Example:\n  s3c --json hosted documents pbzy9vhWVLrNNkW54aLMQm")]
    Documents(HostedId),
    /// Delete a hosted connection; what becomes of its documents has to be said
    #[command(after_help = "Example:\n  s3c hosted delete pbzy9vhWVLrNNkW54aLMQm --keep-documents")]
    Delete(HostedDeleteArguments),
}

/// Which Supermemory.
#[derive(Debug, Args)]
pub struct HostedAddress {
    /// Base URL of a Supermemory [default: the hosted one]
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    pub url: String,
}

/// A hosted connection.
#[derive(Debug, Args)]
pub struct HostedId {
    /// Id of the hosted connection, as `hosted list` tells it
    pub id: String,
    /// Where.
    #[command(flatten)]
    pub address: HostedAddress,
}

/// A new hosted connection.
#[derive(Debug, Args)]
#[command(
    mut_arg("name", |name| name.hide(true)),
    mut_arg("to", |to| to.hide(true)),
    mut_arg("bucket", |bucket| bucket.required(true)),
    mut_arg("region", |region| region.required(true)),
    mut_arg("access_key_id", |key| key.required(true)),
    mut_arg("credentials", |credentials| credentials.hide(true)),
)]
pub struct HostedCreateArguments {
    /// What it is.
    #[command(flatten)]
    pub fields: FieldArguments,
    /// Where.
    #[command(flatten)]
    pub address: HostedAddress,
}

/// A hosted connection to delete.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("documents").args(["keep_documents", "delete_documents"]).required(true)))]
pub struct HostedDeleteArguments {
    /// Which one.
    #[command(flatten)]
    pub hosted: HostedId,
    /// Leave its documents where they are
    #[arg(long)]
    pub keep_documents: bool,
    /// Delete its documents too; there is no way back
    #[arg(long)]
    pub delete_documents: bool,
}
