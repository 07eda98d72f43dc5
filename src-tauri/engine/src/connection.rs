//! A connection: one bucket (or a prefix of it), how to reach it, which tags its keys get, where they go.
//!
//! [`ConnectionDraft`] is what a person typed; [`ConnectionDraft::validate`] turns it into [`Settings`], or
//! returns every field error at once. A `Settings` that exists is valid. Field names are those of the
//! documentation (<https://supermemory.ai/docs/connectors/s3>).

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::{Error, FieldError, Result};
use crate::knowledge_base::Address;
use crate::scope::{Filter, FilterDraft, Intake, Scope};
use crate::secrets::Secret;
use crate::tag::{ContainerTag, OnIllegalTag, OnNoMatch, TagRule, Tagging};

/// The documented default of `documentLimit`.
pub const DEFAULT_DOCUMENT_LIMIT: u32 = 10_000;
/// The documented interval between syncs, in minutes.
pub const DEFAULT_EVERY_MINUTES: u32 = 240;
/// The shortest interval, in minutes.
pub const SHORTEST_EVERY_MINUTES: u32 = 5;
/// S3 keys, and so prefixes, have at most this many bytes.
const PREFIX_LENGTH_LIMIT: usize = 1024;

/// Id of a connection: a UUID in text form.
pub type ConnectionId = String;

/// Where credentials come from, as typed.
#[derive(Clone, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum CredentialsDraft {
    /// An access key; its secret goes to the keychain. Without a secret an edit keeps the saved one.
    AccessKey {
        /// `accessKeyId` as documented.
        access_key_id: String,
        /// `secretAccessKey` as documented.
        #[ts(as = "Option<String>", optional)]
        secret_access_key: Option<Secret>,
        /// Token of temporary credentials.
        #[ts(as = "Option<String>", optional)]
        session_token: Option<Secret>,
    },
    /// `AWS_ACCESS_KEY_ID` and the rest of the default chain of the AWS SDKs.
    Environment,
    /// A profile of `~/.aws`, by reference.
    Profile {
        /// Its name.
        name: String,
    },
    /// No signature: a public bucket.
    Anonymous,
}

impl std::fmt::Debug for CredentialsDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AccessKey { access_key_id, .. } => write!(f, "AccessKey({access_key_id}, ..)"),
            Self::Environment => f.write_str("Environment"),
            Self::Profile { name } => write!(f, "Profile({name})"),
            Self::Anonymous => f.write_str("Anonymous"),
        }
    }
}

/// Where credentials come from, as saved: without any secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Credentials {
    /// An access key whose secret is in the keychain.
    AccessKey {
        /// `accessKeyId` as documented.
        access_key_id: String,
        /// Whether the keychain also has a session token.
        session_token: bool,
    },
    /// The default chain of the AWS SDKs.
    Environment,
    /// A profile of `~/.aws`.
    Profile {
        /// Its name.
        name: String,
    },
    /// No signature.
    Anonymous,
}

/// What happens to documents whose object is gone from the bucket or no longer in scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OnGone {
    /// They stay.
    #[default]
    Keep,
    /// They are removed, once a complete listing and the bucket itself say so.
    Remove,
}

/// How the bucket's name travels in the URL
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Addressing {
    /// Whichever the service is known to take, or is found to take by trying.
    #[default]
    Auto,
    /// `https://host/bucket/key`.
    Path,
    /// `https://bucket.host/key`.
    Virtual,
}

/// Which knowledge base documents go to. Its name is the same word in the window, the state file and `s3c`: `library`,
/// or the address of a Supermemory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Destination {
    /// The embedded full-text library of this computer.
    #[default]
    Library,
    /// A Supermemory, hosted or self-hosted.
    Supermemory(Address),
}

impl Destination {
    const LIBRARY: &str = "library";
    const SUPERMEMORY: &str = "supermemory";

    /// Reads what was typed: `library` (or nothing), `supermemory` (the hosted one), or the address of one.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match text.trim() {
            "" | Self::LIBRARY => Ok(Self::Library),
            Self::SUPERMEMORY => Address::parse("").map(Self::Supermemory),
            address => Address::parse(address).map(Self::Supermemory),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Library => Self::LIBRARY,
            Self::Supermemory(address) => address.as_str(),
        }
    }
}

impl Serialize for Destination {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A connection as typed. Text is not trimmed in `prefix` and patterns: spaces are legal there.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionDraft {
    /// A name of the person's choice; empty means the bucket's name.
    #[serde(default)]
    pub name: String,
    /// Bucket.
    #[serde(default)]
    pub bucket: String,
    /// Region; `auto` where the provider has none.
    #[serde(default)]
    pub region: String,
    /// Base URL of an S3-compatible service, without the bucket; empty for Amazon S3.
    #[serde(default)]
    pub endpoint: String,
    /// Only keys that begin with this, literally.
    #[serde(default)]
    pub prefix: String,
    /// The tag rule; empty for none.
    #[serde(default)]
    pub container_tag_regex: String,
    /// Container tags; the first is the default.
    #[serde(default)]
    pub container_tags: Vec<String>,
    /// At most this many keys have documents; absent means 10,000.
    #[serde(default)]
    pub document_limit: Option<i64>,
    /// For keys that the rule does not match.
    #[serde(default)]
    pub on_no_match: OnNoMatch,
    /// For captured values that are no tag.
    #[serde(default)]
    pub on_illegal_tag: OnIllegalTag,
    /// For documents whose object is gone.
    #[serde(default)]
    pub on_gone: OnGone,
    /// Include and exclude rules, in order.
    #[serde(default)]
    pub filters: Vec<FilterDraft>,
    /// Larger objects are skipped, in bytes; absent means whatever the destination takes.
    #[serde(default)]
    #[ts(optional)]
    pub max_size: Option<i64>,
    /// Path of a file with certificates (PEM) that are trusted beside the system's; empty for none.
    #[serde(default)]
    pub ca_file: String,
    /// The requests are paid by whoever asks.
    #[serde(default)]
    pub requester_pays: bool,
    /// How the bucket's name travels.
    #[serde(default)]
    pub addressing: Addressing,
    /// Minutes between syncs; absent means 240, 0 means only by hand.
    #[serde(default)]
    pub every_minutes: Option<u32>,
    /// Where documents go: `library` (or nothing), `supermemory` for the hosted one, or the address of a Supermemory.
    #[serde(default)]
    pub destination: String,
    /// Where credentials come from.
    pub credentials: CredentialsDraft,
}

/// A valid connection, without identity and without secrets.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name; never empty.
    pub name: String,
    /// Bucket.
    pub bucket: String,
    /// Region; never empty.
    pub region: String,
    /// Endpoint without a final slash.
    pub endpoint: Option<String>,
    /// Literal prefix, perhaps empty.
    pub prefix: String,
    /// Everything that decides a tag.
    pub tagging: Tagging,
    /// At most this many keys have documents.
    pub document_limit: u32,
    /// For documents whose object is gone.
    pub on_gone: OnGone,
    /// Include and exclude rules, in order.
    pub filters: Vec<Filter>,
    /// Larger objects are skipped, in bytes.
    pub max_size: Option<u64>,
    /// Certificates (PEM) that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Requests say that their sender pays
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html>).
    pub requester_pays: bool,
    /// How the bucket's name travels.
    pub addressing: Addressing,
    /// Minutes between syncs; `None`: only by hand.
    pub every_minutes: Option<u32>,
    /// Where documents go.
    pub destination: Destination,
    /// Where credentials come from.
    pub credentials: Credentials,
}

impl Settings {
    /// Which objects are admitted when documents go to a knowledge base with this intake.
    pub fn scope(&self, intake: Intake) -> Scope {
        let Self { prefix, filters, max_size, .. } = self;
        Scope { prefix: prefix.clone(), filters: filters.clone(), max_size: *max_size, intake }
    }
}

/// A saved connection.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// When it was added, in milliseconds since 1970 UTC.
    pub created_at: i64,
    /// What it is.
    pub settings: Settings,
}

/// The secrets of a draft, on their way to the keychain.
#[derive(Clone, Default)]
pub struct DraftSecrets {
    /// `secretAccessKey`.
    pub secret_access_key: Option<Secret>,
    /// Session token.
    pub session_token: Option<Secret>,
}

impl std::fmt::Debug for DraftSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DraftSecrets(..)")
    }
}

/// Which secret a draft must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretNeed {
    /// A new connection: the secret must be typed.
    Typed,
    /// An edit: an absent secret keeps the saved one.
    MayBeSaved,
}

impl ConnectionDraft {
    /// Parses what was typed.
    ///
    /// # Errors
    /// `invalid_connection` with every wrong field, in the order of the form.
    pub fn validate(&self, need: SecretNeed) -> Result<(Settings, DraftSecrets)> {
        let mut wrong = Vec::new();
        let mut refuse = |field: &str, message: &str| {
            wrong.push(FieldError { field: field.into(), message: message.into(), span: None })
        };

        let bucket = self.bucket.trim().to_owned();
        if let Some(message) = bucket_error(&bucket) {
            refuse("bucket", message);
        }
        let region = self.region.trim().to_owned();
        if region.is_empty() {
            refuse("region", "Enter the region, or auto where the provider has none.");
        } else if !region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            refuse("region", "A region has letters, digits and hyphens only, such as us-east-1.");
        }
        let endpoint = match parse_endpoint(self.endpoint.trim()) {
            Ok(endpoint) => endpoint,
            Err(message) => {
                refuse("endpoint", message);
                None
            }
        };
        if self.prefix.len() > PREFIX_LENGTH_LIMIT {
            refuse("prefix", "A prefix has at most 1,024 bytes.");
        }
        let ca_file = Some(self.ca_file.trim()).filter(|path| !path.is_empty()).map(PathBuf::from);
        if ca_file.as_ref().is_some_and(|path| !path.is_absolute()) {
            refuse("caFile", "Enter the whole path of the certificate file.");
        }
        let credentials = self.validate_credentials(need, &mut refuse);
        let document_limit = match self.document_limit {
            None => DEFAULT_DOCUMENT_LIMIT,
            Some(limit) => u32::try_from(limit).ok().filter(|l| (1..=10_000_000).contains(l)).unwrap_or_else(|| {
                refuse("documentLimit", "The limit is a whole number from 1 to 10,000,000.");
                1
            }),
        };
        let every_minutes = match self.every_minutes {
            None => Some(DEFAULT_EVERY_MINUTES),
            Some(0) => None,
            Some(minutes) => {
                if minutes < SHORTEST_EVERY_MINUTES {
                    refuse("everyMinutes", "The shortest interval is 5 minutes.");
                }
                Some(minutes)
            }
        };
        let max_size = self.max_size.map(|size| {
            u64::try_from(size).ok().filter(|size| *size > 0).unwrap_or_else(|| {
                refuse("maxSize", "The largest size is a whole number of bytes, from 1.");
                1
            })
        });
        let destination = Destination::parse(&self.destination).unwrap_or_else(|message| {
            refuse("destination", message);
            Destination::Library
        });
        let filters = self.validate_filters(&mut wrong);
        let tagging = self.validate_tagging(&mut wrong);
        match (tagging, wrong.is_empty()) {
            (Some(tagging), true) => {
                let (credentials, secrets) = credentials;
                let name = if self.name.trim().is_empty() { bucket.clone() } else { self.name.trim().to_owned() };
                let settings = Settings {
                    name,
                    bucket,
                    region,
                    endpoint,
                    prefix: self.prefix.clone(),
                    tagging,
                    document_limit,
                    on_gone: self.on_gone,
                    filters,
                    max_size,
                    ca_file,
                    requester_pays: self.requester_pays,
                    addressing: self.addressing,
                    every_minutes,
                    destination,
                    credentials,
                };
                Ok((settings, secrets))
            }
            _ => Err(Error::fields(wrong)),
        }
    }

    /// Only the include and exclude rules; those that are no pattern are refused and left out.
    pub fn validate_filters(&self, wrong: &mut Vec<FieldError>) -> Vec<Filter> {
        self.filters.iter().filter_map(|draft| Filter::parse(draft).map_err(|e| wrong.push(e)).ok()).collect()
    }

    /// Only the tag fields: what the live preview needs while the rest is still being typed.
    pub fn validate_tagging(&self, wrong: &mut Vec<FieldError>) -> Option<Tagging> {
        let before = wrong.len();
        let rule = match self.container_tag_regex.as_str() {
            "" => None,
            pattern => TagRule::parse(pattern).map_err(|e| wrong.push(e)).ok(),
        };
        let mut tags = Vec::new();
        for text in self.container_tags.iter().map(|t| t.trim()).filter(|t| !t.is_empty()) {
            match ContainerTag::parse(text) {
                Some(tag) => tags.push(tag),
                None => wrong.push(FieldError {
                    field: "containerTags".into(),
                    message: format!(
                        "“{text}” is not a legal tag. Use up to 100 letters, digits, hyphens, underscores and colons."
                    ),
                    span: None,
                }),
            }
        }
        if self.container_tag_regex.is_empty() && tags.is_empty() && wrong.len() == before {
            wrong.push(FieldError {
                field: "containerTags".into(),
                message: "Enter a container tag, or a rule that finds it in the key.".into(),
                span: None,
            });
        }
        (wrong.len() == before).then_some(Tagging {
            rule,
            tags,
            on_no_match: self.on_no_match,
            on_illegal_tag: self.on_illegal_tag,
        })
    }

    fn validate_credentials(
        &self,
        need: SecretNeed,
        refuse: &mut impl FnMut(&str, &str),
    ) -> (Credentials, DraftSecrets) {
        use secrecy::ExposeSecret;
        let present = |secret: &Option<Secret>| secret.clone().filter(|s| !s.expose_secret().is_empty());
        match &self.credentials {
            CredentialsDraft::AccessKey { access_key_id, secret_access_key, session_token } => {
                let access_key_id = access_key_id.trim().to_owned();
                let secrets = DraftSecrets {
                    secret_access_key: present(secret_access_key),
                    session_token: present(session_token),
                };
                if access_key_id.is_empty() {
                    refuse("accessKeyId", "Enter the access key ID.");
                }
                if secrets.secret_access_key.is_none() && need == SecretNeed::Typed {
                    refuse("secretAccessKey", "Enter the secret access key.");
                }
                let is_temporary = access_key_id.starts_with("ASIA");
                if is_temporary && secrets.secret_access_key.is_some() && secrets.session_token.is_none() {
                    refuse("sessionToken", "A key that begins with ASIA is temporary: enter its session token too.");
                }
                (Credentials::AccessKey { access_key_id, session_token: secrets.session_token.is_some() }, secrets)
            }
            CredentialsDraft::Environment => (Credentials::Environment, DraftSecrets::default()),
            CredentialsDraft::Profile { name } => {
                if name.trim().is_empty() {
                    refuse("profile", "Enter the name of an AWS profile.");
                }
                (Credentials::Profile { name: name.trim().to_owned() }, DraftSecrets::default())
            }
            CredentialsDraft::Anonymous => (Credentials::Anonymous, DraftSecrets::default()),
        }
    }
}

/// Bucket names: 3 to 63 characters on Amazon (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>);
/// older and compatible services allow upper case and underscores, so only what can never be a name is refused.
fn bucket_error(bucket: &str) -> Option<&'static str> {
    if bucket.is_empty() {
        Some("Enter the bucket's name.")
    } else if bucket.contains("://") || bucket.contains('/') {
        Some("Enter the bucket's name only, without s3://, a path or slashes. The path goes into the prefix.")
    } else if bucket.len() < 3
        || bucket.len() > 255
        || !bucket.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    {
        Some("A bucket's name has at least 3 letters, digits, dots, hyphens or underscores.")
    } else {
        None
    }
}

fn parse_endpoint(text: &str) -> std::result::Result<Option<String>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let url = url::Url::parse(text).map_err(|_| "Enter a full address, such as https://minio.example.com:9000.")?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("The address begins with https:// or http://.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave user and password out of the address; keys go into their own fields.");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("Leave everything after ? or # out of the address.");
    }
    Ok(Some(text.trim_end_matches('/').to_owned()))
}

#[cfg(test)]
mod tests;
