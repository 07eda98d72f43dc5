//! Which container a key belongs to.
//!
//! A container tag isolates one tenant's documents from another's, so a key gets the tag that its rule gives
//! it or none at all; it never falls into somebody else's container by accident. The rule is a regular
//! expression with a named group (`users/(?<userId>[^/]+)/`), under 200 characters, as documented at
//! <https://supermemory.ai/docs/connectors/s3>; a tag is `^[A-Za-z0-9_:-]{1,100}$`, as documented at
//! <https://supermemory.ai/docs/concepts/container-tags>.

use std::fmt;

use regex::{CaptureLocations, Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::FieldError;
use crate::object::ObjectKey;

mod words;

use words::{NO_GROUP, explain, span, unnamed_group, unsupported};

/// A rule must be shorter than this, in characters.
pub const RULE_LENGTH_LIMIT: usize = 200;
/// A tag has at most this many characters.
pub const TAG_LENGTH_LIMIT: usize = 100;
/// Memory that a compiled rule may take, in bytes: enough for any honest rule, refused before it hurts.
const RULE_SIZE_LIMIT: usize = 1 << 20;

/// A valid container tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(transparent)]
pub struct ContainerTag(String);

impl ContainerTag {
    /// Parses a tag.
    pub fn parse(text: &str) -> Option<Self> {
        Self::is_legal(text).then(|| Self(text.to_owned()))
    }

    /// Whether this text is a tag.
    pub fn is_legal(text: &str) -> bool {
        !text.is_empty() && text.len() <= TAG_LENGTH_LIMIT && text.bytes().all(is_tag_byte)
    }

    /// The nearest legal tag: every illegal character becomes `-`, the end is cut off.
    pub fn replace_illegal(text: &str) -> Option<Self> {
        let replaced: String = text
            .chars()
            .map(|c| if c.is_ascii() && is_tag_byte(c as u8) { c } else { '-' })
            .take(TAG_LENGTH_LIMIT)
            .collect();
        Self::parse(&replaced)
    }

    /// The tag's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_tag_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-')
}

impl fmt::Display for ContainerTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What happens to a key that the rule does not match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OnNoMatch {
    /// It gets the connection's first tag; without one it is skipped.
    #[default]
    Tag,
    /// It is skipped.
    Skip,
}

/// What happens to a captured value that is no legal tag.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OnIllegalTag {
    /// The object is skipped.
    #[default]
    Skip,
    /// Illegal characters become `-`. Two values may then share one tag; the preview shows it.
    Replace,
}

/// A compiled `containerTagRegex`.
#[derive(Debug, Clone)]
pub struct TagRule {
    regex: Regex,
    groups: Vec<String>,
    /// Numbers of the named groups.
    places: Vec<usize>,
}

impl TagRule {
    /// Parses a rule, or says in plain words what is wrong with it and where.
    ///
    /// # Errors
    /// A [`FieldError`] of `containerTagRegex`: too long, not a pattern, without a named group.
    pub fn parse(pattern: &str) -> Result<Self, FieldError> {
        let wrong = |message: String, span| FieldError { field: "containerTagRegex".into(), message, span };
        let length = pattern.chars().count();
        if length >= RULE_LENGTH_LIMIT {
            let beyond = span(RULE_LENGTH_LIMIT - 1, length + 1 - RULE_LENGTH_LIMIT);
            let message = format!("The rule has {length} characters; it must have fewer than {RULE_LENGTH_LIMIT}.");
            return Err(wrong(message, Some(beyond)));
        }
        if let Some((message, span)) = unsupported(pattern) {
            return Err(wrong(message, Some(span)));
        }
        let regex = RegexBuilder::new(pattern).size_limit(RULE_SIZE_LIMIT).build().map_err(|error| {
            let (message, span) = explain(&error, pattern);
            wrong(message, span)
        })?;
        let named = || regex.capture_names().enumerate().filter_map(|(place, name)| Some((place, name?)));
        let groups: Vec<String> = named().map(|(_, name)| name.to_owned()).collect();
        if groups.is_empty() {
            return Err(wrong(NO_GROUP.into(), unnamed_group(pattern)));
        }
        let places = named().map(|(place, _)| place).collect();
        Ok(Self { regex, groups, places })
    }

    /// The pattern as typed.
    pub fn pattern(&self) -> &str {
        self.regex.as_str()
    }

    /// The names of the groups, in order.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The first named group that took part in the match: its text and its place in the key (bytes).
    pub fn capture<'k>(&self, key: &'k str) -> Option<Capture<'k>> {
        self.capture_into(&mut self.regex.capture_locations(), key)
    }

    /// The same, with room that is used again: for whoever reads many keys.
    fn capture_into<'k>(&self, room: &mut CaptureLocations, key: &'k str) -> Option<Capture<'k>> {
        self.regex.captures_read(room, key)?;
        let found = self.places.iter().find_map(|place| room.get(*place));
        Some(match found {
            Some((start, end)) => Capture { text: &key[start..end], start, end },
            // The pattern matched beside its group: an empty value, which is no legal tag.
            None => Capture { text: "", start: 0, end: 0 },
        })
    }
}

/// What a rule captured in a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capture<'k> {
    /// The captured text, raw.
    pub text: &'k str,
    /// First byte of it in the key.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
}

/// Everything that decides a key's tag.
#[derive(Debug, Clone)]
pub struct Tagging {
    /// The rule, if the connection has one.
    pub rule: Option<TagRule>,
    /// The connection's tags; the first is the default.
    pub tags: Vec<ContainerTag>,
    /// For keys that the rule does not match.
    pub on_no_match: OnNoMatch,
    /// For values that are no tag.
    pub on_illegal_tag: OnIllegalTag,
}

/// The container of a key, or why it has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagOf {
    /// The key's documents go into this container.
    Tag(ContainerTag),
    /// The rule does not match, and there is no default.
    None,
    /// The captured value is no legal tag.
    Illegal,
}

impl TagOf {
    /// The tag, if there is one.
    pub fn tag(&self) -> Option<&ContainerTag> {
        match self {
            Self::Tag(tag) => Some(tag),
            Self::None | Self::Illegal => None,
        }
    }
}

/// How a key came to its tag, or why it has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading<'k> {
    /// The captured text is the tag.
    Captured(&'k str),
    /// The captured text is no legal tag; this one stands for it.
    Replaced(&'k str, ContainerTag),
    /// There is no rule: every key gets the connection's first tag.
    Given(&'k ContainerTag),
    /// The rule does not match: the key gets the connection's first tag.
    Fallback(&'k ContainerTag),
    /// The rule does not match, or there is none, and no tag stands in.
    Nothing,
    /// The captured text is no legal tag.
    Illegal(&'k str),
}

impl Reading<'_> {
    fn tag_of(self) -> TagOf {
        match self {
            Self::Captured(text) => TagOf::Tag(ContainerTag(text.to_owned())),
            Self::Replaced(_, tag) => TagOf::Tag(tag),
            Self::Given(tag) | Self::Fallback(tag) => TagOf::Tag(tag.clone()),
            Self::Nothing => TagOf::None,
            Self::Illegal(_) => TagOf::Illegal,
        }
    }
}

impl Tagging {
    /// The container of this key. Depends on nothing but the key and the rule.
    pub fn tag_of(&self, key: &ObjectKey) -> TagOf {
        self.read(key.as_str()).tag_of()
    }

    /// How this key comes to its tag.
    pub fn read<'k>(&'k self, key: &'k str) -> Reading<'k> {
        self.understand(self.rule.as_ref().and_then(|rule| rule.capture(key)))
    }

    fn understand<'k>(&'k self, capture: Option<Capture<'k>>) -> Reading<'k> {
        let Some(Capture { text, .. }) = capture else {
            return match (self.tags.first(), &self.rule, self.on_no_match) {
                (Some(tag), None, _) => Reading::Given(tag),
                (Some(tag), Some(_), OnNoMatch::Tag) => Reading::Fallback(tag),
                (None, _, _) | (Some(_), Some(_), OnNoMatch::Skip) => Reading::Nothing,
            };
        };
        match self.on_illegal_tag {
            _ if ContainerTag::is_legal(text) => Reading::Captured(text),
            OnIllegalTag::Skip => Reading::Illegal(text),
            OnIllegalTag::Replace => match ContainerTag::replace_illegal(text) {
                Some(tag) => Reading::Replaced(text, tag),
                None => Reading::Illegal(text),
            },
        }
    }
}

/// Reads many keys, one after another, without asking for memory each time. One per thread.
#[derive(Debug)]
pub struct TagReader<'t> {
    tagging: &'t Tagging,
    /// A copy of its own: threads that share one wait for each other.
    rule: Option<(TagRule, CaptureLocations)>,
}

impl<'t> TagReader<'t> {
    /// A reader of these rules.
    pub fn new(tagging: &'t Tagging) -> Self {
        let rule = tagging.rule.clone().map(|rule| {
            let room = rule.regex.capture_locations();
            (rule, room)
        });
        Self { tagging, rule }
    }

    /// As [`Tagging::tag_of`].
    pub fn tag_of(&mut self, key: &ObjectKey) -> TagOf {
        let capture = self.rule.as_mut().and_then(|(rule, room)| rule.capture_into(room, key.as_str()));
        self.tagging.understand(capture).tag_of()
    }

    /// As [`Tagging::read`].
    pub fn read<'k>(&mut self, key: &'k str) -> Reading<'k>
    where
        't: 'k,
    {
        let capture = self.rule.as_mut().and_then(|(rule, room)| rule.capture_into(room, key));
        self.tagging.understand(capture)
    }
}

#[cfg(test)]
mod tests;
