//! What `POST /v3/connections/s3` is sent, in both forms that the documentation has had: the settings under `metadata`
//! with one `containerTag`, and the older one with everything at the top level; and what v5 is sent as `config`.
//!
//! Names in `snake_case` are understood too: the Python examples of the older documentation send them.

use s3_connector_engine::connection::{ConnectionDraft, CredentialsDraft};
use s3_connector_engine::secrets::Secret;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::refusal::Refusal;

/// The tag of a connection that names none and has no rule: the hosted API's default project.
const DEFAULT_TAG: &str = "sm_project_default";
/// Documented limits of `documentLimit`.
const DOCUMENT_LIMIT: std::ops::RangeInclusive<i64> = 1..=10_000;

/// The settings of an S3 connection. `bucket`, `region`, `accessKeyId` and `secretAccessKey` are needed.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct S3Settings {
    /// Access key id.
    #[serde(alias = "access_key_id")]
    pub access_key_id: Option<String>,
    /// Secret access key. Never returned.
    #[serde(alias = "secret_access_key")]
    #[schema(value_type = Option<String>, format = Password)]
    pub secret_access_key: Option<Secret>,
    /// Bucket.
    pub bucket: Option<String>,
    /// Region; `auto` where the provider has none.
    pub region: Option<String>,
    /// Base URL of an S3-compatible service, without the bucket.
    pub endpoint: Option<String>,
    /// Only keys that begin with this.
    pub prefix: Option<String>,
    /// Under 200 characters, with a named group; what it captures is the container tag of a key.
    #[serde(alias = "container_tag_regex")]
    pub container_tag_regex: Option<String>,
}

/// A new connection.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateConnection {
    /// Container tag of keys that the rule does not match, or of all.
    #[serde(alias = "container_tag")]
    pub container_tag: Option<String>,
    /// The same in the older form.
    #[serde(alias = "container_tags")]
    pub container_tags: Option<Vec<String>>,
    /// At most this many documents, 1 to 10,000.
    #[serde(alias = "document_limit")]
    #[schema(minimum = 1, maximum = 10_000)]
    pub document_limit: Option<i64>,
    /// Where the settings stand now.
    pub metadata: Option<S3Settings>,
    /// In the older form the settings stand at the top level; under `metadata` they win.
    #[serde(alias = "access_key_id")]
    pub access_key_id: Option<String>,
    /// As `accessKeyId`. Never returned.
    #[serde(alias = "secret_access_key")]
    #[schema(value_type = Option<String>, format = Password)]
    pub secret_access_key: Option<Secret>,
    /// As `accessKeyId`.
    pub bucket: Option<String>,
    /// As `accessKeyId`.
    pub region: Option<String>,
    /// As `accessKeyId`.
    pub endpoint: Option<String>,
    /// As `accessKeyId`.
    pub prefix: Option<String>,
    /// As `accessKeyId`.
    #[serde(alias = "container_tag_regex")]
    pub container_tag_regex: Option<String>,
}

impl CreateConnection {
    /// The draft of the connection. What is missing or wrong in it is found by the draft's own validation.
    ///
    /// # Errors
    /// 400 for a document limit that the API does not know.
    pub fn draft(self) -> Result<ConnectionDraft, Refusal> {
        let now = self.metadata.unwrap_or_default();
        let settings = S3Settings {
            access_key_id: now.access_key_id.or(self.access_key_id),
            secret_access_key: now.secret_access_key.or(self.secret_access_key),
            bucket: now.bucket.or(self.bucket),
            region: now.region.or(self.region),
            endpoint: now.endpoint.or(self.endpoint),
            prefix: now.prefix.or(self.prefix),
            container_tag_regex: now.container_tag_regex.or(self.container_tag_regex),
        };
        let tags = match self.container_tag {
            Some(tag) => vec![tag],
            None => self.container_tags.unwrap_or_default(),
        };
        draft(settings, tags, self.document_limit)
    }
}

/// The draft of a connection with these settings.
///
/// # Errors
/// 400 for a document limit that the API does not know.
pub fn draft(settings: S3Settings, mut tags: Vec<String>, limit: Option<i64>) -> Result<ConnectionDraft, Refusal> {
    if limit.is_some_and(|limit| !DOCUMENT_LIMIT.contains(&limit)) {
        return Err(Refusal::field("documentLimit", "The limit is a whole number from 1 to 10,000."));
    }
    let rule = settings.container_tag_regex.unwrap_or_default();
    // A key that a rule does not match gets no document then: it must not fall into a container that nobody named.
    if tags.is_empty() && rule.is_empty() {
        tags.push(DEFAULT_TAG.into());
    }
    let fields = json!({
        "bucket": settings.bucket.unwrap_or_default(),
        "region": settings.region.unwrap_or_default(),
        "endpoint": settings.endpoint.unwrap_or_default(),
        "prefix": settings.prefix.unwrap_or_default(),
        "containerTagRegex": rule,
        "containerTags": tags,
        "documentLimit": limit,
        "credentials": {"kind": "anonymous"},
    });
    let draft: ConnectionDraft =
        serde_json::from_value(fields).map_err(|_| Refusal::field("metadata", "The settings do not fit"))?;
    let credentials = CredentialsDraft::AccessKey {
        access_key_id: settings.access_key_id.unwrap_or_default(),
        secret_access_key: settings.secret_access_key,
        session_token: None,
    };
    Ok(ConnectionDraft { credentials, ..draft })
}

#[cfg(test)]
mod tests {
    use s3_connector_engine::connection::{SecretNeed, Settings};
    use serde_json::Value;

    use super::*;

    fn settings(body: Value) -> Settings {
        let body: CreateConnection = serde_json::from_value(body).expect("a readable body");
        let draft = body.draft().expect("a readable draft");
        draft.validate(SecretNeed::Typed).expect("a valid connection").0
    }

    #[test]
    fn every_documented_form_gives_the_same_connection() {
        let new = settings(json!({
            "containerTag": "user-files", "documentLimit": 500,
            "metadata": {
                "accessKeyId": "AKIAEXAMPLE", "secretAccessKey": "secret", "bucket": "my-bucket", "region": "us-east-1",
                "prefix": "users/", "containerTagRegex": "users/(?<userId>[^/]+)/"
            }
        }));
        let old = settings(json!({
            "containerTags": ["user-files"], "documentLimit": 500, "redirectUrl": "https://x.example",
            "accessKeyId": "AKIAEXAMPLE", "secretAccessKey": "secret", "bucket": "my-bucket", "region": "us-east-1",
            "prefix": "users/", "containerTagRegex": "users/(?<userId>[^/]+)/"
        }));
        let snake = settings(json!({
            "container_tags": ["user-files"], "document_limit": 500,
            "access_key_id": "AKIAEXAMPLE", "secret_access_key": "secret", "bucket": "my-bucket", "region": "us-east-1",
            "prefix": "users/", "container_tag_regex": "users/(?<userId>[^/]+)/"
        }));
        assert_eq!(format!("{new:?}"), format!("{old:?}"));
        assert_eq!(format!("{new:?}"), format!("{snake:?}"));
        assert_eq!((new.document_limit, new.bucket.as_str()), (500, "my-bucket"));
    }

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let bare = json!({
            "metadata": {"accessKeyId": "A", "secretAccessKey": "s", "bucket": "my-bucket", "region": "auto"}
        });
        let settings = settings(bare);
        assert_eq!(settings.document_limit, 10_000);
        assert_eq!(settings.tagging.tags.iter().map(ToString::to_string).collect::<Vec<_>>(), [DEFAULT_TAG]);
    }

    #[test]
    fn a_limit_out_of_range_is_refused() {
        for limit in [0, -1, 10_001] {
            let body: CreateConnection = serde_json::from_value(json!({"documentLimit": limit})).expect("readable");
            assert!(body.draft().is_err(), "{limit}");
        }
    }
}
