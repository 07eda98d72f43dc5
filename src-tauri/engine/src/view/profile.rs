//! What is shown of the AWS profiles on this computer: enough to choose one, never a secret.

use serde::Serialize;
use ts_rs::TS;

/// Where a profile's credentials come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProfileKind {
    /// An access key that stands in the file.
    Keys,
    /// A session that a person signs in to (IAM Identity Center).
    SingleSignOn,
    /// A role that is assumed with other credentials.
    Role,
    /// A program that is asked for them.
    Process,
    /// A token in a file, exchanged for a role.
    WebIdentity,
    /// Nothing that could be used here.
    Unusable,
}

/// One profile of `~/.aws`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AwsProfile {
    /// Its name, as `--profile` takes it.
    pub name: String,
    /// Its region, where it names one.
    pub region: Option<String>,
    /// Where its credentials come from.
    pub kind: ProfileKind,
    /// The command that a person signs in with, where somebody has to.
    pub sign_in: Option<String>,
}

/// The profiles that were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AwsProfiles {
    /// By name, `default` first.
    pub profiles: Vec<AwsProfile>,
    /// The files that were looked at.
    pub places: Vec<String>,
    /// Why they could not be read, in the words of the SDK, which names file and line.
    pub trouble: Option<String>,
}
