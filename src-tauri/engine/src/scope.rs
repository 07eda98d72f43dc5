//! Which objects are admitted, or the one reason why not.
//!
//! The reasons are a closed list: each has one sentence, is counted, and can be listed. What cannot be read
//! now (archived) is kept apart from what is not wanted, because only the latter may ever lead to a removal.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::object::{ObjectKey, ObjectMeta, extension_of};

mod filter;

pub use filter::{Filter, FilterDraft, FilterKind};

/// Why an object has no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// A "folder" that a console made: the key ends in `/`.
    FolderMarker,
    /// It has no bytes.
    Empty,
    /// It has more bytes than the knowledge base takes.
    TooLarge,
    /// The knowledge base cannot read this type of file.
    UnsupportedType,
    /// It is in an archive class and would have to be restored first.
    Archived,
    /// The connection's own rules leave it out.
    ExcludedByRule,
    /// The tag rule does not match and there is no default tag.
    NoTag,
    /// The captured value is no legal tag.
    IllegalTag,
    /// The connection's document limit is reached.
    OverLimit,
    /// The knowledge base refused this version; it is not sent again until it changes.
    Refused,
}

impl SkipReason {
    /// Every reason, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::IllegalTag,
        Self::NoTag,
        Self::Refused,
        Self::OverLimit,
        Self::TooLarge,
        Self::UnsupportedType,
        Self::Archived,
        Self::ExcludedByRule,
        Self::Empty,
        Self::FolderMarker,
    ];

    /// The stable name used in JSON and SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FolderMarker => "folder_marker",
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::UnsupportedType => "unsupported_type",
            Self::Archived => "archived",
            Self::ExcludedByRule => "excluded_by_rule",
            Self::NoTag => "no_tag",
            Self::IllegalTag => "illegal_tag",
            Self::OverLimit => "over_limit",
            Self::Refused => "refused",
        }
    }

    /// The reason of a stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == name)
    }

    /// What a person reads, short enough for a column of a table.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::FolderMarker => "A folder marker",
            Self::Empty => "The file is empty",
            Self::TooLarge => "Too large",
            Self::UnsupportedType => "No text in this file type",
            Self::Archived => "Archived; restore it first",
            Self::ExcludedByRule => "Left out by the rules",
            Self::NoTag => "The rule finds no tag",
            Self::IllegalTag => "Not a legal tag",
            Self::OverLimit => "Waits: limit reached",
            Self::Refused => "Refused until it changes",
        }
    }
}

/// What the knowledge base takes, as far as key and size tell.
#[derive(Debug, Clone, Copy)]
pub struct Intake {
    /// Largest file, in bytes.
    pub size_limit: u64,
    /// Whether files with this extension (lower case, no dot) can be read at all.
    pub takes_extension: fn(&str) -> bool,
}

/// Whether an object gets a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It does.
    Admitted,
    /// It cannot be read now; a document that is held stays as it is.
    Unreadable(SkipReason),
    /// It does not; a document that is held is out of scope.
    Refused(SkipReason),
}

/// The scope of a connection.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Literal prefix.
    pub prefix: String,
    /// Include and exclude rules, in order.
    pub filters: Vec<Filter>,
    /// The person's own limit of an object's size, in bytes.
    pub max_size: Option<u64>,
    /// What the destination takes.
    pub intake: Intake,
}

impl Scope {
    /// Whether this object is admitted. Depends on nothing but the object and the rules.
    pub fn admit(&self, object: &ObjectMeta) -> Admission {
        self.admit_text(object.key.as_str(), object.size, object.is_archived())
    }

    /// The same, of an object whose key is text among others.
    pub fn admit_text(&self, key: &str, size: u64, is_archived: bool) -> Admission {
        self.admit_decided(self.deciding(key), key, size, is_archived)
    }

    /// The place of the include or exclude rule that decides about a key; `None` where none matches it, or where it is
    /// not under the prefix.
    pub fn deciding(&self, key: &str) -> Option<usize> {
        filter::deciding(&self.filters, key).filter(|_| key.starts_with(&self.prefix))
    }

    /// The same as [`Self::admit_text`] where it is known already which rule decides.
    pub fn admit_decided(&self, deciding: Option<usize>, key: &str, size: u64, is_archived: bool) -> Admission {
        // First of all: what a person left out is not told to be too large or empty.
        if !key.starts_with(&self.prefix) || !filter::lets_in(&self.filters, deciding) {
            Admission::Refused(SkipReason::ExcludedByRule)
        } else if key.ends_with('/') {
            Admission::Refused(SkipReason::FolderMarker)
        } else if size == 0 {
            Admission::Refused(SkipReason::Empty)
        } else if !(self.intake.takes_extension)(&extension_of(key)) {
            Admission::Refused(SkipReason::UnsupportedType)
        } else if size > self.max_size.unwrap_or(u64::MAX).min(self.intake.size_limit) {
            Admission::Refused(SkipReason::TooLarge)
        } else if is_archived {
            Admission::Unreadable(SkipReason::Archived)
        } else {
            Admission::Admitted
        }
    }

    /// Whether the key is under the prefix.
    pub fn covers(&self, key: &ObjectKey) -> bool {
        key.as_str().starts_with(&self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::ETag;

    fn admit(key: &str, size: u64, class: Option<&str>) -> Admission {
        let scope = Scope {
            prefix: "in/".into(),
            filters: Vec::new(),
            max_size: None,
            intake: Intake { size_limit: 100, takes_extension: |e| e != "png" },
        };
        scope.admit(&ObjectMeta {
            key: ObjectKey::new(key),
            etag: ETag::new("e"),
            size,
            modified: None,
            storage_class: class.map(str::to_owned),
        })
    }

    #[test]
    fn each_object_is_admitted_or_has_one_reason() {
        assert_eq!(admit("in/a.md", 1, None), Admission::Admitted);
        assert_eq!(admit("in/a.md", 1, Some("GLACIER_IR")), Admission::Admitted);
        assert_eq!(admit("in/a.md", 1, Some("DEEP_ARCHIVE")), Admission::Unreadable(SkipReason::Archived));
        for (key, size, reason) in [
            ("out/a.md", 1, SkipReason::ExcludedByRule),
            ("in/folder/", 0, SkipReason::FolderMarker),
            ("in/folder/", 12, SkipReason::FolderMarker),
            ("in/a.md", 0, SkipReason::Empty),
            ("in/a.png", 1, SkipReason::UnsupportedType),
            ("in/a.md", 101, SkipReason::TooLarge),
        ] {
            assert_eq!(admit(key, size, None), Admission::Refused(reason), "{key}");
        }
    }

    #[test]
    fn every_reason_is_listed_once_and_its_name_is_that_of_its_json() {
        for reason in SkipReason::ALL {
            assert_eq!(serde_json::to_value(reason).expect("a name"), reason.name());
            assert_eq!(SkipReason::from_name(reason.name()), Some(reason));
        }
    }
}
