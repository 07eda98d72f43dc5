//! When the credentials of a connection end, where that is known. Never the credentials.

use serde::Serialize;
use ts_rs::TS;

/// The end of the credentials that a connection signs with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// When they end, in milliseconds since 1970 UTC.
    pub ends_at: i64,
    /// They are renewed without anybody until then; else they were given for some hours.
    pub renews_itself: bool,
    /// How a person signs in again.
    pub again: SignInAgain,
    /// Whether that is worth a word now.
    pub stage: SignInStage,
}

/// Whether the end of a sign-in is worth a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignInStage {
    /// It is not.
    Lasts,
    /// It comes, and the next sync may come too late for it.
    Soon,
    /// It is over.
    Ended,
}

/// How a person signs in again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SignInAgain {
    /// With this command in a terminal.
    Command {
        /// The command.
        command: String,
    },
    /// With whatever wrote the credentials into the file.
    Tool,
    /// By starting the app again: what a process finds in its environment stays as it is.
    Restart,
}
