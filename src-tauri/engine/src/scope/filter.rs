//! Include and exclude rules: globs over whole keys, read in order, the last one that matches decides.
//!
//! The first rule says what holds for keys that no rule matches: after a first *include* they are left out, after a
//! first *exclude* they are in. So one include alone means "only these", one exclude alone "all but these". A glob
//! is `*` within a segment, `**` over segments, `?`, `[a-z]`, `{md,txt}`; a glob without `/` is about the last
//! segment, wherever it stands, as in `.gitignore`.

use globset::{GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::FieldError;

/// Longest glob, in bytes: as long as a key may be.
const LENGTH_LIMIT: usize = 1024;

/// What a rule does with the keys that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FilterKind {
    /// They are in.
    Include,
    /// They are left out.
    Exclude,
}

/// A rule as typed, and as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FilterDraft {
    /// What it does.
    pub kind: FilterKind,
    /// Which keys it is about.
    pub glob: String,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Filter {
    draft: FilterDraft,
    matcher: GlobMatcher,
}

impl Filter {
    /// Parses a rule.
    ///
    /// # Errors
    /// A [`FieldError`] of `filters` that quotes the glob.
    pub fn parse(draft: &FilterDraft) -> Result<Self, FieldError> {
        let wrong = |message: String| FieldError { field: "filters".into(), message, span: None };
        let glob = draft.glob.as_str();
        if glob.is_empty() {
            return Err(wrong("A rule is empty. Enter a pattern such as **/*.tmp, or take the rule away.".into()));
        }
        if glob.len() > LENGTH_LIMIT {
            return Err(wrong(format!("A pattern has at most {LENGTH_LIMIT} bytes.")));
        }
        let anchored = if glob.contains('/') { glob.to_owned() } else { format!("**/{glob}") };
        let built = GlobBuilder::new(&anchored).literal_separator(true).empty_alternates(true).build();
        let built = built.map_err(|e| wrong(format!("“{glob}” is not a pattern: {}.", e.kind())))?;
        Ok(Self { draft: draft.clone(), matcher: built.compile_matcher() })
    }

    /// As typed.
    pub fn draft(&self) -> &FilterDraft {
        &self.draft
    }

    fn matches(&self, key: &str) -> bool {
        self.matcher.is_match(key)
    }
}

/// The place of the rule that decides about a key: the last one that matches it.
pub(super) fn deciding(filters: &[Filter], key: &str) -> Option<usize> {
    filters.iter().rposition(|filter| filter.matches(key))
}

/// Whether these rules let a key in that this one of them decides about; `None`: no rule matches it.
pub(super) fn lets_in(filters: &[Filter], deciding: Option<usize>) -> bool {
    match deciding {
        Some(at) => filters[at].draft.kind == FilterKind::Include,
        None => filters.first().is_none_or(|first| first.draft.kind == FilterKind::Exclude),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(rules: &[&str], key: &str) -> bool {
        let parse = |rule: &&str| {
            let (sign, glob) = rule.split_at(1);
            let kind = if sign == "+" { FilterKind::Include } else { FilterKind::Exclude };
            Filter::parse(&FilterDraft { kind, glob: glob.to_owned() }).expect("a rule")
        };
        let rules: Vec<_> = rules.iter().map(parse).collect();
        lets_in(&rules, deciding(&rules, key))
    }

    #[test]
    fn without_rules_everything_is_in() {
        assert!(admits(&[], "a//../b"));
    }

    #[test]
    fn one_include_means_only_these_and_one_exclude_all_but_these() {
        assert!(admits(&["+*.md"], "a/b.md") && !admits(&["+*.md"], "a/b.txt"));
        assert!(!admits(&["-*.tmp"], "a/b.tmp") && admits(&["-*.tmp"], "a/b.md"));
    }

    #[test]
    fn the_last_rule_that_matches_decides() {
        let rules = ["-drafts/**", "+drafts/final/**", "-*.bak"];
        for (key, is_in) in
            [("a.md", true), ("drafts/a.md", false), ("drafts/final/a.md", true), ("drafts/final/a.bak", false)]
        {
            assert_eq!(admits(&rules, key), is_in, "{key}");
        }
    }

    #[test]
    fn a_star_stays_in_its_segment_and_two_cross_them() {
        assert!(admits(&["+users/*/notes.md"], "users/u1/notes.md"));
        assert!(!admits(&["+users/*/notes.md"], "users/u1/old/notes.md"));
        assert!(admits(&["+users/**/notes.md"], "users/u1/old/notes.md"));
        assert!(admits(&["+*.{md,txt}"], "x/y.txt"));
    }

    #[test]
    fn keys_are_matched_as_they_are() {
        for key in ["a//b.md", "/lead.md", "../x.md", "müller/ü.md", "a b\u{1}.md", "a\\b.md", ".md"] {
            assert!(admits(&["+*.md"], key), "{key:?}");
        }
        assert!(!admits(&["+a/b.md"], "a//b.md"));
    }

    #[test]
    fn what_is_no_pattern_is_refused_with_its_text() {
        for glob in ["a[", "{a", ""] {
            let error = Filter::parse(&FilterDraft { kind: FilterKind::Include, glob: glob.into() }).expect_err("no");
            assert!(error.field == "filters" && error.message.contains(glob), "{}", error.message);
        }
    }
}
