//! What a person set for the app as a whole.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// As many documents of a connection as any knowledge base is given at once.
pub const MOST_TRANSFERS: u32 = 64;

/// What a person set for the app as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct AppSettings {
    /// Which notifications are shown.
    pub notifications: Notifications,
    /// The app starts without its window when it is started at login.
    pub start_hidden: bool,
    /// Documents of a connection that are on their way at once, from 1 to 64. A knowledge base may take
    /// fewer.
    pub transfers: u32,
    /// Bytes a second that all connections together read from their buckets; `None`: as fast as it goes.
    pub bandwidth: Option<u64>,
    /// The way to storages and knowledge bases.
    pub proxy: ProxyChoice,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self {
            notifications: Notifications::default(),
            start_hidden: false,
            transfers: MOST_TRANSFERS,
            bandwidth: None,
            proxy: ProxyChoice::default(),
        }
    }
}

/// Which notifications are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Notifications {
    /// Trouble, its end, and what waits for a person.
    #[default]
    Problems,
    /// The end of every run, too.
    EveryRun,
    /// None at all.
    None,
}

/// The way to storages and knowledge bases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProxyChoice {
    /// As the environment and the system say.
    #[default]
    System,
    /// Straight, whatever the environment says.
    None,
    /// Through this one, but for what is on this computer.
    Manual {
        /// `http://host:port`; without a name or password in it.
        address: String,
    },
}
