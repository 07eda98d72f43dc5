//! What a connection test shows: the ladder, rung by rung, and what can be done about a failure.

use serde::Serialize;
use ts_rs::TS;

use crate::connection::Addressing;
use crate::error::ErrorView;

/// A rung of the connection test, bottom first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// The credentials are found (keychain, profile, environment).
    Credentials,
    /// The server's name is known to this network.
    Name,
    /// The server takes a connection, and answers.
    Connect,
    /// The channel is encrypted, by a server that this computer trusts.
    Tls,
    /// This computer's clock is near enough to the server's.
    Clock,
    /// The server knows the key, and the secret fits it.
    Signature,
    /// The bucket is there and may be listed.
    List,
    /// One object can be read.
    Read,
}

impl Rung {
    /// All of them, bottom first.
    pub const ALL: [Self; 8] =
        [Self::Credentials, Self::Name, Self::Connect, Self::Tls, Self::Clock, Self::Signature, Self::List, Self::Read];
}

/// What a rung showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Good.
    Passed,
    /// Not good; `error` says why.
    Failed,
    /// Not tried, because an earlier rung failed or there is nothing to try it on.
    NotTried,
}

/// The way on from a failed rung: a change of the connection that makes it good, found out and not guessed; else where a
/// person puts it right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Fix {
    /// The bucket lives in this region.
    SetRegion {
        /// As the server names it.
        region: String,
    },
    /// The server takes this style of addresses.
    SetAddressing {
        /// It.
        addressing: Addressing,
    },
    /// The server answers at this address.
    SetEndpoint {
        /// It.
        endpoint: String,
    },
    /// The bucket is listed for those who pay for it.
    SetRequesterPays,
    /// The server's certificate is from an authority that this computer does not know: its file has to be chosen.
    TrustCertificate,
    /// What is wrong stands in this field.
    EditField {
        /// As a draft names it.
        field: String,
    },
    /// The key may not do what is needed: whoever looks after the bucket grants it the policy of the report.
    GrantPolicy,
    /// A command for a terminal, after which the test is worth another try.
    RunCommand {
        /// It.
        command: String,
    },
    /// The proxy stands in the settings of the app.
    OpenSettings,
    /// It may pass by itself.
    TryAgain,
}

/// One line of a test report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RungView {
    /// Which.
    pub rung: Rung,
    /// What it showed.
    pub verdict: Verdict,
    /// In one sentence.
    pub sentence: String,
    /// Why it failed.
    pub error: Option<ErrorView>,
    /// What makes it good. Every failure has a way on.
    pub fix: Option<Fix>,
}

/// What a connection test showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TestReport {
    /// Whether every rung that was tried is good.
    pub passed: bool,
    /// The rungs, bottom first.
    pub rungs: Vec<RungView>,
    /// The first failure.
    pub error: Option<ErrorView>,
    /// The IAM policy with the permissions that a sync needs and no more, as JSON.
    pub policy: String,
}
