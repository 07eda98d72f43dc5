//! One error type and the one table that gives each code its status, message and solution.
//!
//! Everything that can go wrong and that somebody acts on has an [`ErrorCode`]. The code decides what a
//! person reads and what a run does next; the `detail` carries the facts of this one case (the bucket, the
//! key, the server's own words) and never a secret. Nobody matches on text.
//!
//! The first three rows are the documented ones of the S3 connector
//! (<https://supermemory.ai/docs/connectors/s3>): 401 Authentication failed, 403 Access denied,
//! 404 Bucket not found.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[cfg(test)]
mod met;

/// Result of everything in the engine.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as something that a program can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The storage does not know the access key, or the secret does not fit it.
    AuthenticationFailed,
    /// The storage knows the key and refuses what it asks for.
    AccessDenied,
    /// There is no bucket of this name at this endpoint.
    BucketNotFound,
    /// The bucket lives in another region than the connection says.
    WrongRegion,
    /// This computer's clock is too far from the server's.
    ClockSkewed,
    /// The credentials were good once and have expired.
    CredentialsExpired,
    /// No credentials were found where the connection says to look.
    CredentialsMissing,
    /// No answer: name not resolved, refused, or timed out.
    Unreachable,
    /// No answer by way of the proxy, or the proxy lets nothing through.
    ProxyFailed,
    /// An answer, but no trusted encrypted channel.
    TlsFailed,
    /// The server asks for fewer requests.
    Throttled,
    /// The storage failed on its own side (5xx), or sent what is not S3.
    StorageFailed,
    /// The object is in an archive class and has to be restored first.
    ObjectArchived,
    /// The object was there when listed and is not any more.
    ObjectGone,
    /// The object has other bytes than when it was listed.
    ObjectChanged,
    /// The knowledge base took the document's bytes and refuses them for good.
    DocumentRefused,
    /// The library's own file cannot be read or written.
    LibraryFailed,
    /// The knowledge base asks for an API key and none is known.
    ApiKeyMissing,
    /// The knowledge base does not know the API key.
    ApiKeyRejected,
    /// The knowledge base takes nothing more until credits are added.
    CreditsExhausted,
    /// The plan, or the API key, does not allow this request.
    KnowledgeBaseDenied,
    /// The plan has no hosted S3 connections.
    PlanTooLow,
    /// The document is still being processed over there.
    DocumentBusy,
    /// The knowledge base takes no document of this size.
    DocumentTooLarge,
    /// A person removed the document; it is not sent again by itself.
    DocumentRemoved,
    /// The knowledge base asks for fewer requests.
    KnowledgeBaseThrottled,
    /// The knowledge base failed on its own side (5xx), or sent what it does not document.
    KnowledgeBaseFailed,
    /// The knowledge base does not answer.
    KnowledgeBaseUnreachable,
    /// The knowledge base at this address is not the one that holds the documents.
    KnowledgeBaseChanged,
    /// This knowledge base has no hosted connections.
    ConnectorsUnavailable,
    /// There is no hosted connection of this id.
    HostedConnectionNotFound,
    /// Fields of a connection are not valid; `fields` says which.
    InvalidConnection,
    /// There is no such connection.
    ConnectionNotFound,
    /// A sync of this connection is under way.
    SyncRunning,
    /// Too many documents failed in a row; the run was stopped with this one cause.
    TooManyFailures,
    /// Removals were held back because they are unusually many.
    MassRemoval,
    /// No keychain answers on this computer.
    KeychainUnavailable,
    /// The keychain is there and locked.
    KeychainLocked,
    /// The keychain has no secret for this connection.
    SecretMissing,
    /// Another S3 Connector works on this data folder.
    DataFolderBusy,
    /// The state file is damaged.
    StateDamaged,
    /// The state file was written by a newer version.
    StateNewer,
    /// The disk is full.
    DiskFull,
    /// The data folder cannot be read or written.
    DataFolderUnusable,
    /// A file that was to be kept could not be written.
    FileNotWritten,
    /// The port of the local API is in use by another program.
    PortInUse,
    /// The desktop around the app did not do what it was asked for.
    DesktopRefused,
    /// A request to the engine that makes no sense: unknown command, wrong arguments, unknown run.
    InvalidRequest,
    /// Our own fault.
    Internal,
}

/// Whom an error stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stops {
    /// This one object; the run goes on.
    Object,
    /// The whole run: every further request would end the same way.
    Run,
}

/// What a person reads for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// The HTTP status that the documentation gives this error, or the nearest one.
    pub status: u16,
    /// What happened.
    pub message: &'static str,
    /// What to do about it.
    pub solution: &'static str,
}

impl ErrorCode {
    /// The row of the table: status, message, solution.
    pub const fn text(self) -> Text {
        let (status, message, solution) = match self {
            Self::AuthenticationFailed => (401, "Authentication failed", "Verify access key and secret"),
            Self::AccessDenied => (403, "Access denied", "Check IAM permissions and bucket policy"),
            Self::BucketNotFound => (404, "Bucket not found", "Verify bucket name and region"),
            Self::WrongRegion => (400, "Wrong region", "Set the region that the storage names"),
            Self::ClockSkewed => {
                (403, "This computer's clock is wrong", "Set date and time automatically, then try again")
            }
            Self::CredentialsExpired => {
                (401, "The credentials have expired", "Sign in again or enter a new session token")
            }
            Self::CredentialsMissing => {
                (401, "No credentials found", "Check the AWS profile or the environment that the connection names")
            }
            Self::Unreachable => (503, "The storage cannot be reached", "Check the endpoint and the network"),
            Self::ProxyFailed => {
                (502, "No answer through the proxy", "Check the proxy in Settings, or with s3c settings")
            }
            Self::TlsFailed => (
                495,
                "No trusted encrypted connection",
                "Check the endpoint's certificate, or use http:// for a local server",
            ),
            Self::Throttled => {
                (429, "The server asks to slow down", "Wait a little; the next sync goes on where this one stopped")
            }
            Self::StorageFailed => {
                (502, "The storage answered with an error", "Try again later; if it stays, ask the storage provider")
            }
            Self::ObjectArchived => (403, "The object is archived", "Restore it in the storage, then sync again"),
            Self::ObjectGone => {
                (404, "The object is no longer in the bucket", "Nothing to do: the next sync settles it")
            }
            Self::ObjectChanged => {
                (412, "The object changed while it was read", "Nothing to do: the next sync takes the new version")
            }
            Self::DocumentRefused => {
                (422, "The knowledge base refused the document", "Change the file, or leave it out")
            }
            Self::LibraryFailed => {
                (500, "The library cannot be used", "Check the data folder and the free space on its disk")
            }
            Self::ApiKeyMissing => (
                401,
                "The knowledge base needs an API key",
                "Enter an API key for it in Settings, or with s3c knowledge-base set",
            ),
            Self::ApiKeyRejected => {
                (401, "The API key is not accepted", "Enter a valid API key; the Supermemory console shows them")
            }
            Self::CreditsExhausted => (
                402,
                "The Supermemory credits are used up",
                "Add credits or change the plan in the Supermemory console, then sync again",
            ),
            Self::KnowledgeBaseDenied => (
                403,
                "The knowledge base does not allow this",
                "Check the plan, and that the API key may use these container tags",
            ),
            Self::PlanTooLow => (
                403,
                "The plan has no hosted S3 connections",
                "Choose the Scale plan or higher, or let this computer sync: that works with every plan",
            ),
            Self::DocumentBusy => {
                (409, "The document is still being processed", "Nothing to do: it is tried again by itself")
            }
            Self::DocumentTooLarge => {
                (413, "The document is too large for the knowledge base", "Make the file smaller, or leave it out")
            }
            Self::DocumentRemoved => (410, "The document was removed by hand", "Retry it where it shall be sent again"),
            Self::KnowledgeBaseThrottled => (
                429,
                "The knowledge base asks to slow down",
                "Wait a little; the next sync goes on where this one stopped",
            ),
            Self::KnowledgeBaseFailed => (
                502,
                "The knowledge base answered with an error",
                "Try again later; if it stays, check that its address is that of a Supermemory",
            ),
            Self::KnowledgeBaseUnreachable => {
                (503, "The knowledge base cannot be reached", "Check its address and the network")
            }
            Self::KnowledgeBaseChanged => (
                409,
                "Another organisation answers at this address",
                "Use an API key of the organisation that holds the documents, or add a new connection",
            ),
            Self::ConnectorsUnavailable => {
                (501, "This knowledge base has no hosted connections", "Let this computer sync instead")
            }
            Self::HostedConnectionNotFound => {
                (404, "There is no such hosted connection", "List the hosted connections and use an id from there")
            }
            Self::InvalidConnection => (400, "Some fields need a change", "Correct the marked fields"),
            Self::ConnectionNotFound => {
                (404, "There is no such connection", "List the connections and use a name or id from there")
            }
            Self::SyncRunning => (409, "A sync of this connection is running", "Wait until it ends, or cancel it"),
            Self::TooManyFailures => {
                (502, "Too many documents failed", "Read the cause of the failures, then sync again")
            }
            Self::MassRemoval => (
                409,
                "Unusually many documents would be removed",
                "Look at the preview and confirm, or correct the connection",
            ),
            Self::KeychainUnavailable => (
                503,
                "No keychain on this computer",
                "Start a keychain (GNOME Keyring or KWallet), then try again; or use an AWS profile or environment credentials",
            ),
            Self::KeychainLocked => (423, "The keychain is locked", "Unlock the keychain, then try again"),
            Self::SecretMissing => (401, "The secret is not in the keychain", "Enter the secret access key again"),
            Self::DataFolderBusy => {
                (409, "S3 Connector is already open", "Close the other S3 Connector, or use another data folder")
            }
            Self::StateDamaged => (
                500,
                "The state file is damaged",
                "Start S3 Connector again: the file is set aside and a new one begun",
            ),
            Self::StateNewer => (500, "The state file is from a newer version", "Update S3 Connector"),
            Self::DiskFull => (507, "The disk is full", "Free some space, then sync again"),
            Self::DataFolderUnusable => {
                (500, "The data folder cannot be used", "Check that the folder exists and may be written")
            }
            Self::FileNotWritten => (
                500,
                "The file could not be written",
                "Check that its folder exists, has room and may be written, then try again",
            ),
            Self::PortInUse => {
                (409, "The port is in use", "Choose another port, or close the program that listens on it")
            }
            Self::DesktopRefused => {
                (501, "The desktop does not do this here", "Do it by hand; the detail says what the desktop answered")
            }
            Self::InvalidRequest => (400, "The request makes no sense", "Check the command and its arguments"),
            Self::Internal => (
                500,
                "Something is wrong inside S3 Connector",
                "Try again; if it stays, report it with the detail below",
            ),
        };
        Text { status, message, solution }
    }

    /// Whom it stops: one object, or the run.
    pub const fn stops(self) -> Stops {
        match self {
            Self::ObjectArchived
            | Self::ObjectGone
            | Self::ObjectChanged
            | Self::DocumentRefused
            | Self::StorageFailed
            | Self::Unreachable
            | Self::ProxyFailed
            | Self::Throttled
            | Self::DocumentBusy
            | Self::DocumentTooLarge
            | Self::DocumentRemoved
            | Self::KnowledgeBaseThrottled
            | Self::KnowledgeBaseFailed
            | Self::KnowledgeBaseUnreachable => Stops::Object,
            // An API key that may not use one container tag may use the next.
            Self::KnowledgeBaseDenied => Stops::Object,
            // A 403 on one key says nothing about the next key; a 403 on the listing ends the run by itself.
            Self::AccessDenied => Stops::Object,
            Self::AuthenticationFailed
            | Self::BucketNotFound
            | Self::WrongRegion
            | Self::ClockSkewed
            | Self::CredentialsExpired
            | Self::CredentialsMissing
            | Self::TlsFailed
            | Self::LibraryFailed
            | Self::ApiKeyMissing
            | Self::ApiKeyRejected
            | Self::CreditsExhausted
            | Self::PlanTooLow
            | Self::KnowledgeBaseChanged
            | Self::ConnectorsUnavailable
            | Self::HostedConnectionNotFound
            | Self::InvalidConnection
            | Self::ConnectionNotFound
            | Self::SyncRunning
            | Self::TooManyFailures
            | Self::MassRemoval
            | Self::KeychainUnavailable
            | Self::KeychainLocked
            | Self::SecretMissing
            | Self::DataFolderBusy
            | Self::StateDamaged
            | Self::StateNewer
            | Self::DiskFull
            | Self::DataFolderUnusable
            | Self::FileNotWritten
            | Self::PortInUse
            | Self::DesktopRefused
            | Self::InvalidRequest
            | Self::Internal => Stops::Run,
        }
    }

    /// Whether it passes by itself: trying again soon is worth it, and no person is needed.
    pub const fn passes(self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::ProxyFailed
                | Self::Throttled
                | Self::StorageFailed
                | Self::KnowledgeBaseUnreachable
                | Self::KnowledgeBaseThrottled
                | Self::KnowledgeBaseFailed
        )
    }

    /// The stable name used in JSON, SQL and `s3c`.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            _ => unreachable!("a unit variant serialises to its name"),
        }
    }

    /// The code of a stable name; unknown names (a newer state file) read as [`ErrorCode::Internal`].
    pub fn from_name(name: &str) -> Self {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).unwrap_or(Self::Internal)
    }
}

/// One field of a connection that is not valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// The field as documented: `bucket`, `containerTagRegex`, `documentLimit`, …
    pub field: String,
    /// What is wrong and what to do, in one sentence.
    pub message: String,
    /// Where in the typed text, as [start, end) in Unicode characters; only for a pattern.
    pub span: Option<(u32, u32)>,
}

/// Something went wrong: the code, the facts, and where they are known the fields.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", code.text().message)]
pub struct Error {
    /// What went wrong.
    pub code: ErrorCode,
    /// The facts of this one case; never a secret.
    pub detail: String,
    /// Field errors of [`ErrorCode::InvalidConnection`].
    pub fields: Vec<FieldError>,
    /// The region that the storage named, for [`ErrorCode::WrongRegion`].
    pub region: Option<String>,
}

impl Error {
    /// An error of this code with the facts of the case.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), fields: Vec::new(), region: None }
    }

    /// Our own fault, with what was being done.
    pub fn internal(doing: &str, cause: impl std::fmt::Display) -> Self {
        Self::new(ErrorCode::Internal, format!("{doing}: {cause}"))
    }

    /// Invalid fields of a connection.
    pub fn fields(fields: Vec<FieldError>) -> Self {
        let detail = fields.iter().map(|f| format!("{}: {}", f.field, f.message)).collect::<Vec<_>>().join("; ");
        Self { code: ErrorCode::InvalidConnection, detail, fields, region: None }
    }

    /// The form that crosses every border: window, API, `s3c --json`.
    pub fn view(&self) -> ErrorView {
        let Text { status, message, solution } = self.code.text();
        ErrorView {
            code: self.code,
            status,
            message: message.to_owned(),
            solution: match &self.region {
                Some(region) => format!("Use {region}"),
                None => solution.to_owned(),
            },
            detail: self.detail.clone(),
            fields: self.fields.clone(),
            region: self.region.clone(),
        }
    }
}

/// An [`Error`] as the faces show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ErrorView {
    /// Stable code.
    pub code: ErrorCode,
    /// HTTP status as documented, or the nearest one.
    pub status: u16,
    /// What happened.
    pub message: String,
    /// What to do.
    pub solution: String,
    /// The facts of this case.
    pub detail: String,
    /// Invalid fields, for `invalid_connection`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<FieldError>>", optional)]
    pub fields: Vec<FieldError>,
    /// The right region, for `wrong_region`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub region: Option<String>,
}
