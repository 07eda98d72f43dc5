//! The fields of a connection as options: the same for a new connection and for an edit, where only what is named
//! changes.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use s3_connector_engine::connection::{Addressing, Destination, OnGone};
use s3_connector_engine::tag::{OnIllegalTag, OnNoMatch};
use serde::de::value::{Error as NameError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

use super::filters::Filters;

/// Word that empties an option.
const NONE: &str = "none";

/// Fields of a connection, named as documented; `None` where the line says nothing.
#[derive(Debug, Args)]
pub struct FieldArguments {
    /// Name by which the other commands find it
    #[arg(long)]
    pub name: Option<String>,
    /// Bucket, the name only
    #[arg(long)]
    pub bucket: Option<String>,
    /// Region; "auto" where the provider has none
    #[arg(long)]
    pub region: Option<String>,
    /// Address of an S3-compatible service, without the bucket; '' for Amazon S3 [new: Amazon S3]
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Only keys that begin with this, letter by letter; '' for all [new: all]
    #[arg(long)]
    pub prefix: Option<String>,
    /// Rules that let keys in or leave them out.
    #[command(flatten)]
    pub filters: Filters,
    /// Leave out larger objects; "none" for whatever the destination takes [new: none]
    #[arg(long, value_name = "BYTES|none", value_parser = parse_max_size, allow_negative_numbers = true)]
    pub max_size: Option<MaxSize>,
    /// Container tag; the first is that of keys which no rule matches (repeatable)
    #[arg(long = "container-tag", value_name = "TAG")]
    pub container_tags: Option<Vec<String>>,
    /// Rule that finds the tag in the key: a pattern under 200 characters with a named group; '' for none
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    pub container_tag_regex: Option<String>,
    /// At most this many keys have documents [new: 10000]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub document_limit: Option<i64>,
    /// Keys that the rule does not match get the first container tag, or are skipped [new: tag]
    #[arg(long, value_name = "tag|skip", hide_possible_values = true, value_parser = one_of::<OnNoMatch>(&["tag", "skip"]))]
    pub on_no_match: Option<OnNoMatch>,
    /// Captured values that are no legal tag are skipped, or their illegal characters become "-" [new: skip]
    #[arg(long, value_name = "skip|replace", hide_possible_values = true, value_parser = one_of::<OnIllegalTag>(&["skip", "replace"]))]
    pub on_illegal_tag: Option<OnIllegalTag>,
    /// Documents whose object is gone from the bucket, or left out now, are kept or removed [new: keep]
    #[arg(long, value_name = "keep|remove", hide_possible_values = true, value_parser = one_of::<OnGone>(&["keep", "remove"]))]
    pub on_gone: Option<OnGone>,
    /// Minutes between syncs of the app and of `watch`, from 5; "manual" for none [new: 240]
    #[arg(long, value_name = "MINUTES|manual", value_parser = parse_every)]
    pub every: Option<u32>,
    /// File of certificates (PEM) that are trusted beside the system's; "none" for none
    #[arg(long, value_name = "FILE|none", value_parser = parse_ca_file)]
    pub ca_file: Option<String>,
    /// The requests are paid by whoever asks; --requester-pays=false takes it back
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub requester_pays: Option<bool>,
    /// How the bucket's name travels: in the path, in the host's name, or whichever works [new: auto]
    #[arg(long, value_name = "auto|path|virtual", hide_possible_values = true, value_parser = one_of::<Addressing>(&["auto", "path", "virtual"]))]
    pub addressing: Option<Addressing>,
    /// Access key; its secret comes from standard input, AWS_SECRET_ACCESS_KEY or the terminal
    #[arg(long, value_name = "ID", conflicts_with = "credentials")]
    pub access_key_id: Option<String>,
    /// Read the secret access key from standard input
    #[arg(long, conflicts_with = "credentials")]
    pub secret_access_key_stdin: bool,
    /// Read the session token from standard input; behind the secret, on a line of its own, where both are read
    #[arg(long, conflicts_with = "credentials")]
    pub session_token_stdin: bool,
    /// Credentials that are kept elsewhere: environment, profile:NAME or anonymous
    #[arg(long, value_name = "WHERE", value_parser = parse_elsewhere)]
    pub credentials: Option<Elsewhere>,
    /// Where documents go: the library of this computer, the hosted Supermemory, or another one [new: library]
    #[arg(long, value_name = "library|supermemory|supermemory=URL", value_parser = parse_destination)]
    pub to: Option<String>,
}

/// A largest size in bytes, perhaps none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxSize(pub Option<i64>);

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

/// One of these words, as the engine's own type is written.
fn one_of<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| {
        let word: StrDeserializer<'_, NameError> = word.as_str().into_deserializer();
        T::deserialize(word)
    })
}

fn parse_elsewhere(text: &str) -> Result<Elsewhere, String> {
    match text.split_once(':') {
        None if text == "environment" => Ok(Elsewhere::Environment),
        None if text == "anonymous" => Ok(Elsewhere::Anonymous),
        Some(("profile", name)) if !name.trim().is_empty() => Ok(Elsewhere::Profile(name.to_owned())),
        _ => Err("use environment, profile:NAME or anonymous".into()),
    }
}

/// Whether the number can be a size is the engine's to say, at its field.
fn parse_max_size(text: &str) -> Result<MaxSize, String> {
    match text {
        NONE => Ok(MaxSize(None)),
        _ => text.parse().map(|size| MaxSize(Some(size))).map_err(|_| "use a number of bytes, or none".into()),
    }
}

/// `supermemory=URL`, or a destination by its name.
fn parse_destination(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("supermemory=").unwrap_or(text);
    Destination::parse(name).map(|destination| destination.name().to_owned()).map_err(str::to_owned)
}

/// The address of a Supermemory: `supermemory`, or `supermemory=URL`.
pub fn parse_supermemory(text: &str) -> Result<String, String> {
    match Destination::parse(text.strip_prefix("supermemory=").unwrap_or(text)) {
        Ok(Destination::Supermemory(address)) => Ok(address.as_str().to_owned()),
        Ok(Destination::Library) => Err("use supermemory, or supermemory=URL".into()),
        Err(message) => Err(message.to_owned()),
    }
}

fn parse_every(text: &str) -> Result<u32, String> {
    match text {
        "manual" => Ok(0),
        _ => text.parse().map_err(|_| "use a number of minutes, or manual".into()),
    }
}

/// A path is kept for later, when the working folder is another one.
fn parse_ca_file(text: &str) -> Result<String, String> {
    if text == NONE || text.is_empty() {
        return Ok(String::new());
    }
    let path = std::path::absolute(text).map_err(|e| e.to_string())?;
    path.into_os_string().into_string().map_err(|_| "use a path that can be written as text".into())
}
