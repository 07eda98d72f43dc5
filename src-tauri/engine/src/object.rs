//! Objects as the bucket shows them: opaque keys, opaque etags.
//!
//! A key is exactly S3's bytes (UTF-8, at most 1,024 of them,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>): it is never normalised, never
//! trimmed and never turned into a path. `a//b`, `/lead`, `..` are ordinary keys.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An object's key, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// Takes the key as the listing gave it (after `encoding-type=url` was undone).
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the last `.` of the last segment, in lower case; empty where there is none.
    pub fn extension(&self) -> String {
        extension_of(&self.0).into_owned()
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// [`ObjectKey::extension`] of a key's text; copied only where it has capitals.
pub fn extension_of(key: &str) -> Cow<'_, str> {
    let name = key.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => {
            if extension.bytes().any(|byte| byte.is_ascii_uppercase()) {
                Cow::Owned(extension.to_ascii_lowercase())
            } else {
                Cow::Borrowed(extension)
            }
        }
        _ => Cow::Borrowed(""),
    }
}

/// An entity tag: a token that changes when the bytes do. Not an MD5, not comparable across keys
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ETag(String);

impl ETag {
    /// Takes the etag as the server wrote it, quotes included.
    pub fn new(etag: impl Into<String>) -> Self {
        Self(etag.into())
    }

    /// As the server wrote it; this is what `If-Match` wants.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without its quotes (a weak `W/` stays): what is compared and hashed, because some servers quote in a
    /// listing and not in a reply.
    pub fn unquoted(&self) -> String {
        self.0.replace('"', "")
    }

    /// Whether both name the same version.
    pub fn names_same_version(&self, other: &ETag) -> bool {
        self.unquoted() == other.unquoted()
    }
}

/// What a listing tells about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectMeta {
    /// The key.
    pub key: ObjectKey,
    /// The version.
    pub etag: ETag,
    /// Size in bytes.
    pub size: u64,
    /// Last modified, in milliseconds since 1970 UTC, where the server tells.
    pub modified: Option<i64>,
    /// Storage class where it is not the standard one: `GLACIER`, `DEEP_ARCHIVE`, …
    pub storage_class: Option<String>,
}

impl ObjectMeta {
    /// Whether the object must be restored before it can be read
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html>). `GLACIER_IR` is read at once.
    pub fn is_archived(&self) -> bool {
        matches!(self.storage_class.as_deref(), Some("GLACIER" | "DEEP_ARCHIVE"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_is_that_of_the_last_segment() {
        for (key, extension) in
            [("a/b.MD", "md"), ("a.b/c", ""), (".hidden", ""), ("..", ""), ("x.tar.gz", "gz"), ("a//", "")]
        {
            assert_eq!(ObjectKey::new(key).extension(), extension, "{key}");
        }
    }

    #[test]
    fn etags_are_compared_without_their_quotes() {
        assert!(ETag::new("\"abc-2\"").names_same_version(&ETag::new("abc-2")));
        assert!(!ETag::new("W/\"abc\"").names_same_version(&ETag::new("\"abc\"")));
    }
}
