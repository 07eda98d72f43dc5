//! What is wrong now, one row for each cause.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::{ErrorCode, ErrorView};

/// What a cause has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TroubleKind {
    /// Files could not be read from the bucket; every sync tries them again.
    NotRead,
    /// Files could not be sent to the knowledge base; every sync tries them again.
    NotSent,
    /// The knowledge base refused documents; they are sent again when they change, or when a person asks for it.
    Refused,
    /// The last sync ended before its work was done.
    Run,
}

/// Names a cause, for whoever wants its files or wants them tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TroubleCause {
    /// What it has done.
    pub kind: TroubleKind,
    /// What went wrong.
    pub code: ErrorCode,
    /// For refusals: the one reason of all its documents; `None` where each has another.
    pub reason: Option<String>,
}

/// What mends a cause, beside trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TroubleFix {
    /// The connection needs a change.
    EditConnection,
    /// The key may not read: its permissions are those of the connection's policy.
    CopyPolicy,
    /// The knowledge base needs another API key.
    OpenSettings,
    /// A person says yes or no to removals that were held back.
    ReviewRemovals,
}

/// A cause of trouble that stands now.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TroubleView {
    /// The connection.
    pub connection_id: String,
    /// Its name.
    pub connection_name: String,
    /// Names the cause.
    pub cause: TroubleCause,
    /// Files that it concerns; for a run that ended early, removals that it held back.
    pub count: u64,
    /// When it was first seen.
    pub since: i64,
    /// What happened and what to do, with the newest case as its detail.
    pub error: ErrorView,
    /// The newest run that met it; `None` for refusals.
    pub run_id: Option<String>,
    /// The last sync stopped because of it, and did not look at further files.
    pub stopped: bool,
    /// What mends it.
    pub fix: Option<TroubleFix>,
}

impl TroubleKind {
    /// What a failure of this code has done to a file.
    pub const fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::AuthenticationFailed
            | ErrorCode::AccessDenied
            | ErrorCode::BucketNotFound
            | ErrorCode::WrongRegion
            | ErrorCode::ClockSkewed
            | ErrorCode::CredentialsExpired
            | ErrorCode::CredentialsMissing
            | ErrorCode::Unreachable
            | ErrorCode::TlsFailed
            | ErrorCode::ProxyFailed
            | ErrorCode::Throttled
            | ErrorCode::StorageFailed
            | ErrorCode::ObjectArchived
            | ErrorCode::ObjectGone
            | ErrorCode::ObjectChanged
            | ErrorCode::KeychainUnavailable
            | ErrorCode::KeychainLocked
            | ErrorCode::SecretMissing
            | ErrorCode::InvalidConnection
            | ErrorCode::ConnectionNotFound => Self::NotRead,
            ErrorCode::DocumentRefused
            | ErrorCode::LibraryFailed
            | ErrorCode::ApiKeyMissing
            | ErrorCode::ApiKeyRejected
            | ErrorCode::CreditsExhausted
            | ErrorCode::KnowledgeBaseDenied
            | ErrorCode::PlanTooLow
            | ErrorCode::DocumentBusy
            | ErrorCode::DocumentTooLarge
            | ErrorCode::DocumentRemoved
            | ErrorCode::KnowledgeBaseThrottled
            | ErrorCode::KnowledgeBaseFailed
            | ErrorCode::KnowledgeBaseUnreachable
            | ErrorCode::KnowledgeBaseChanged
            | ErrorCode::ConnectorsUnavailable
            | ErrorCode::HostedConnectionNotFound
            | ErrorCode::SyncRunning
            | ErrorCode::TooManyFailures
            | ErrorCode::MassRemoval
            | ErrorCode::DataFolderBusy
            | ErrorCode::StateDamaged
            | ErrorCode::StateNewer
            | ErrorCode::DiskFull
            | ErrorCode::DataFolderUnusable
            | ErrorCode::PortInUse
            | ErrorCode::DesktopRefused
            | ErrorCode::FileNotWritten
            | ErrorCode::InvalidRequest
            | ErrorCode::Internal => Self::NotSent,
        }
    }
}

impl TroubleFix {
    /// What mends an error of this code; `None` where trying again is all there is to do.
    pub const fn of(code: ErrorCode) -> Option<Self> {
        match code {
            ErrorCode::AuthenticationFailed
            | ErrorCode::BucketNotFound
            | ErrorCode::WrongRegion
            | ErrorCode::CredentialsExpired
            | ErrorCode::CredentialsMissing
            | ErrorCode::TlsFailed
            | ErrorCode::Unreachable
            | ErrorCode::SecretMissing
            | ErrorCode::InvalidConnection => Some(Self::EditConnection),
            ErrorCode::AccessDenied => Some(Self::CopyPolicy),
            ErrorCode::ApiKeyMissing
            | ErrorCode::ProxyFailed
            | ErrorCode::ApiKeyRejected
            | ErrorCode::KnowledgeBaseDenied
            | ErrorCode::KnowledgeBaseChanged => Some(Self::OpenSettings),
            ErrorCode::MassRemoval => Some(Self::ReviewRemovals),
            ErrorCode::ClockSkewed
            | ErrorCode::Throttled
            | ErrorCode::StorageFailed
            | ErrorCode::ObjectArchived
            | ErrorCode::ObjectGone
            | ErrorCode::ObjectChanged
            | ErrorCode::DocumentRefused
            | ErrorCode::LibraryFailed
            | ErrorCode::CreditsExhausted
            | ErrorCode::PlanTooLow
            | ErrorCode::DocumentBusy
            | ErrorCode::DocumentTooLarge
            | ErrorCode::DocumentRemoved
            | ErrorCode::KnowledgeBaseThrottled
            | ErrorCode::KnowledgeBaseFailed
            | ErrorCode::KnowledgeBaseUnreachable
            | ErrorCode::ConnectorsUnavailable
            | ErrorCode::HostedConnectionNotFound
            | ErrorCode::ConnectionNotFound
            | ErrorCode::SyncRunning
            | ErrorCode::TooManyFailures
            | ErrorCode::KeychainUnavailable
            | ErrorCode::KeychainLocked
            | ErrorCode::DataFolderBusy
            | ErrorCode::StateDamaged
            | ErrorCode::StateNewer
            | ErrorCode::DiskFull
            | ErrorCode::DataFolderUnusable
            | ErrorCode::PortInUse
            | ErrorCode::DesktopRefused
            | ErrorCode::FileNotWritten
            | ErrorCode::InvalidRequest
            | ErrorCode::Internal => None,
        }
    }
}
