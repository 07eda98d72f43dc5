//! Knowledge bases as faces see them.

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::secrets::Secret;

/// A Supermemory as typed.
#[derive(Clone, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct KnowledgeBaseDraft {
    /// Its base URL; empty for the hosted one.
    pub address: String,
    /// Its API key; without one the saved one serves.
    #[ts(as = "Option<String>", optional)]
    pub api_key: Option<Secret>,
}

impl KnowledgeBaseDraft {
    /// The key that was typed.
    pub fn api_key(&self) -> Option<Secret> {
        // Copied from a page, a key often comes with a space or a line break.
        let trimmed = self.api_key.as_ref().map(|key| Secret::from(key.expose_secret().trim().to_owned()));
        trimmed.filter(|key| !key.expose_secret().is_empty())
    }
}

impl std::fmt::Debug for KnowledgeBaseDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KnowledgeBaseDraft({}, ..)", self.address)
    }
}

/// A Supermemory that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KnowledgeBaseView {
    /// Its base URL.
    pub address: String,
    /// It is Supermemory's own service.
    pub is_hosted: bool,
    /// The keychain has an API key for it.
    pub has_key: bool,
    /// Whose documents it holds, where it tells.
    pub organisation: Option<String>,
    /// Its plan, where it tells.
    pub plan: Option<String>,
    /// Whether it has hosted connections; `None` before it was asked.
    pub connectors: Option<bool>,
    /// When it last answered a test, in milliseconds since 1970 UTC.
    pub checked_at: Option<i64>,
    /// Connections that send their documents there.
    pub connections: u64,
    /// Documents that are held there, or may be.
    pub documents: u64,
}

/// What a Supermemory answered to a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KnowledgeBaseReport {
    /// Its base URL.
    pub address: String,
    /// The organisation of the key, where it tells.
    pub organisation: Option<String>,
    /// Its plan, where it tells.
    pub plan: Option<String>,
    /// Whether it has hosted connections.
    pub connectors: bool,
}
