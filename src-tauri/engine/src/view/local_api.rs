//! The local API as faces see it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::ErrorView;

/// What a person chose for the local API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LocalApiSettings {
    /// Whether the app serves it.
    pub enabled: bool,
    /// Its port on loopback.
    pub port: u16,
}

/// Whether the local API is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LocalApiState {
    /// Nobody listens.
    Off,
    /// It is served.
    Listening {
        /// Base URL.
        url: String,
    },
    /// It should be served and cannot.
    Failed {
        /// Why.
        error: ErrorView,
    },
}

/// The local API: what was chosen, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LocalApiView {
    /// Whether the app is to serve it.
    pub enabled: bool,
    /// Its port on loopback.
    pub port: u16,
    /// How it stands.
    pub state: LocalApiState,
}
