//! Which container a key belongs to.
//!
//! A container tag isolates one tenant's documents from another's, so a key gets the tag that its rule gives
//! it or none at all; it never falls into somebody else's container by accident. The rule is a regular
//! expression with a named group (`users/(?<userId>[^/]+)/`), under 200 characters, as documented at
//! <https://supermemory.ai/docs/connectors/s3>; a tag is `^[A-Za-z0-9_:-]{1,100}$`, as documented at
//! <https://supermemory.ai/docs/concepts/container-tags>.

use std::fmt;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::FieldError;
use crate::object::ObjectKey;

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
        let legal = !text.is_empty() && text.len() <= TAG_LENGTH_LIMIT && text.bytes().all(is_tag_byte);
        legal.then(|| Self(text.to_owned()))
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
            return Err(wrong(
                format!("The rule has {length} characters; it must have fewer than {RULE_LENGTH_LIMIT}."),
                None,
            ));
        }
        if let Some((message, span)) = unsupported(pattern) {
            return Err(wrong(message, Some(span)));
        }
        let regex = RegexBuilder::new(pattern).size_limit(RULE_SIZE_LIMIT).build().map_err(|error| {
            let (message, span) = explain(&error, pattern);
            wrong(message, span)
        })?;
        let groups: Vec<String> = regex.capture_names().flatten().map(str::to_owned).collect();
        if groups.is_empty() {
            return Err(wrong(
                "The rule needs a named group around the part that becomes the tag, such as (?<userId>[^/]+).".into(),
                None,
            ));
        }
        Ok(Self { regex, groups })
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
        let captures = self.regex.captures(key)?;
        let found = self.groups.iter().find_map(|name| captures.name(name));
        Some(match found {
            Some(group) => Capture { text: group.as_str(), start: group.start(), end: group.end() },
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

impl Tagging {
    /// The container of this key. Depends on nothing but the key and the rule.
    pub fn tag_of(&self, key: &ObjectKey) -> TagOf {
        let default = || self.tags.first().cloned().map_or(TagOf::None, TagOf::Tag);
        let Some(rule) = &self.rule else { return default() };
        let Some(capture) = rule.capture(key.as_str()) else {
            return match self.on_no_match {
                OnNoMatch::Tag => default(),
                OnNoMatch::Skip => TagOf::None,
            };
        };
        let legal = ContainerTag::parse(capture.text);
        let tag = match self.on_illegal_tag {
            OnIllegalTag::Skip => legal,
            OnIllegalTag::Replace => legal.or_else(|| ContainerTag::replace_illegal(capture.text)),
        };
        tag.map_or(TagOf::Illegal, TagOf::Tag)
    }
}

/// Names what linear-time patterns cannot do, before the parser says it in its own terms.
fn unsupported(pattern: &str) -> Option<(String, (u32, u32))> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut in_class = false;
    let mut at = 0;
    while at < characters.len() {
        let rest = &characters[at..];
        match rest[0] {
            '\\' => {
                if !in_class && rest.get(1).is_some_and(|c| ('1'..='9').contains(c)) {
                    return Some((
                        format!(
                            "\\{} repeats an earlier group, which rules cannot do. Write the pattern out instead.",
                            rest[1]
                        ),
                        span(at, 2),
                    ));
                }
                at += 1;
            }
            '[' if !in_class => in_class = true,
            ']' => in_class = false,
            '(' if !in_class && rest.get(1) == Some(&'?') => {
                let look = match (rest.get(2), rest.get(3)) {
                    (Some('=' | '!'), _) => Some(("looks ahead", 3)),
                    (Some('<'), Some('=' | '!')) => Some(("looks behind", 4)),
                    _ => None,
                };
                if let Some((what, length)) = look {
                    return Some((
                        format!(
                            "This part {what}, which rules cannot do. Match the text itself and put the named group around the part you want."
                        ),
                        span(at, length),
                    ));
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn span(start: usize, length: usize) -> (u32, u32) {
    (start as u32, (start + length) as u32)
}

/// The parser's error in plain words. Its own text ends in `error: <cause>`; the marked place is the column of `^`.
fn explain(error: &regex::Error, pattern: &str) -> (String, Option<(u32, u32)>) {
    match error {
        regex::Error::CompiledTooBig(_) => ("The rule is too large. Use fewer or smaller repetitions.".into(), None),
        regex::Error::Syntax(text) => {
            let cause =
                text.lines().rev().find_map(|line| line.strip_prefix("error: ")).unwrap_or("not a valid pattern");
            let plain = match cause {
                "unclosed group" => "A ( is never closed. Add the missing ).".to_owned(),
                "unopened group" => "There is a ) without its (.".to_owned(),
                "unclosed character class" => "A [ is never closed. Add the missing ].".to_owned(),
                "repetition operator missing expression" => {
                    "There is nothing before this repetition sign for it to repeat.".to_owned()
                }
                "incomplete escape sequence, reached end of pattern prematurely" => {
                    "The rule ends in a single \\. Write \\\\ for the character itself.".to_owned()
                }
                "unrecognized escape sequence" => {
                    "This \\ is followed by a character that needs none, or has no meaning here.".to_owned()
                }
                "duplicate capture group name" => "Two groups have the same name. Give each its own.".to_owned(),
                "empty capture group name" => "The group has no name. Write (?<userId>…).".to_owned(),
                "invalid capture group character" => {
                    "A group's name may have letters, digits and _ only, and begins with a letter.".to_owned()
                }
                other => format!("Not a valid pattern: {other}."),
            };
            let marks =
                text.lines().find(|line| !line.trim().is_empty() && line.trim().chars().all(|c| c == '^' || c == ' '));
            let place = marks.filter(|_| !pattern.contains('\n')).and_then(|line| {
                // The parser indents the pattern and its marks by four columns.
                let start = line.find('^')?.checked_sub(4)?;
                Some(span(start, line.trim_end().len() - 4 - start))
            });
            (plain, place)
        }
        other => (format!("Not a valid pattern: {other}."), None),
    }
}

#[cfg(test)]
mod tests;
