//! Where objects come from: the trait, its laws, and Amazon S3 (and everything that speaks like it).

use async_trait::async_trait;

use crate::content::Content;
use crate::error::Result;
use crate::object::{ETag, ObjectKey, ObjectMeta};
use crate::secrets::Secret;

mod classify;
mod client;
mod fetch;
mod http;
mod link;
mod listing;
mod profiles;
mod providers;
mod quick;
mod retry;
mod s3;
mod sign_in;
mod target;

pub(crate) use classify::Cause;
pub(crate) use profiles::{profiles, sign_in};
pub(crate) use retry::wait as retry_after;
pub(crate) use s3::Finding;
pub use s3::{Limits, S3Source};
pub(crate) use sign_in::{Origin, ends};
pub(crate) use target::{Way, way};

/// Credentials with their secrets, ready to sign with. Lives as long as a source is being built.
#[derive(Clone)]
pub enum ResolvedCredentials {
    /// An access key, perhaps a temporary one.
    Keys {
        /// `accessKeyId` as documented.
        access_key_id: String,
        /// `secretAccessKey` as documented.
        secret: Secret,
        /// Token of temporary credentials.
        session_token: Option<Secret>,
    },
    /// The default chain of the AWS SDKs: environment, `~/.aws`, container and instance roles.
    Environment,
    /// Exactly this profile of `~/.aws`, whatever the environment says.
    Profile(String),
    /// No signature: a public bucket.
    Anonymous,
}

impl std::fmt::Debug for ResolvedCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Keys { access_key_id, .. } => write!(f, "Keys({access_key_id}, ..)"),
            Self::Environment => f.write_str("Environment"),
            Self::Profile(name) => write!(f, "Profile({name})"),
            Self::Anonymous => f.write_str("Anonymous"),
        }
    }
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Objects, keys strictly rising by their UTF-8 bytes.
    pub objects: Vec<ObjectMeta>,
    /// Where the next page begins; `None` only when the server said that this was the last one.
    pub next: Option<String>,
}

/// What lies right in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Keys, and the beginnings of keys as far as their next `/`; rising.
    pub names: Vec<String>,
    /// More follow.
    pub more: bool,
}

/// Answer to a read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The bytes of exactly the version asked for, all of them.
    Whole(Content),
    /// The object has another version now.
    Changed,
    /// The bucket answered that there is no such object.
    Gone,
}

/// A place with objects.
///
/// Laws (the contract suite runs them against every implementation):
/// 1. `list` gives every object under the prefix exactly once, keys byte for byte as they are in the bucket, and
///    `next: None` only on the server's word that nothing follows.
/// 2. `fetch` gives the bytes of the etag asked for, whole, or says why not; never other bytes.
/// 3. Only `s3:ListBucket` and `s3:GetObject` are ever used: `ListObjectsV2`, `ListObjects`, `GetObject`.
/// 4. Every call ends: each request has a deadline. Dropping a call is safe.
#[async_trait]
pub trait ObjectSource: Send + Sync {
    /// The page that begins at `token` (the first one without).
    async fn list(&self, prefix: &str, token: Option<&str>) -> Result<Page>;
    /// The token of a page that begins after a key; `None`: pages begin only where another ended.
    fn token_after(&self, key: &str) -> Option<String> {
        let _ = key;
        None
    }
    /// What lies right in a folder after a key, on one page. Only a help to cut a listing: it may be empty.
    async fn names(&self, folder: &str, after: &str) -> Result<Names> {
        let _ = (folder, after);
        Ok(Names::default())
    }
    /// The bytes of this version of this object.
    async fn fetch(&self, key: &ObjectKey, etag: &ETag) -> Result<Fetched>;
    /// How often the server has asked for fewer requests so far, requests that were sent again included.
    fn throttled(&self) -> u64 {
        0
    }
}
