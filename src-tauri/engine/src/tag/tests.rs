use proptest::prelude::*;

use super::*;

fn tagging(rule: Option<&str>, tags: &[&str]) -> Tagging {
    Tagging {
        rule: rule.map(|r| TagRule::parse(r).expect("a valid rule")),
        tags: tags.iter().map(|t| ContainerTag::parse(t).expect("a valid tag")).collect(),
        on_no_match: OnNoMatch::Tag,
        on_illegal_tag: OnIllegalTag::Skip,
    }
}

fn tag_of(tagging: &Tagging, key: &str) -> Option<String> {
    tagging.tag_of(&ObjectKey::new(key)).tag().map(ToString::to_string)
}

#[test]
fn the_documented_example_gives_the_user() {
    for rule in ["users/(?<userId>[^/]+)/", "users/(?P<userId>[^/]+)/"] {
        let t = tagging(Some(rule), &["fallback"]);
        assert_eq!(tag_of(&t, "users/user-123/documents/notes.md").as_deref(), Some("user-123"));
        assert_eq!(tag_of(&t, "shared/handbook.pdf").as_deref(), Some("fallback"));
    }
}

#[test]
fn an_illegal_value_is_skipped_and_never_falls_back() {
    let t = tagging(Some("users/(?<userId>[^/]+)/"), &["fallback"]);
    assert_eq!(t.tag_of(&ObjectKey::new("users/müller/a.md")), TagOf::Illegal);
    let replaced = Tagging { on_illegal_tag: OnIllegalTag::Replace, ..t };
    assert_eq!(tag_of(&replaced, "users/müller/a.md").as_deref(), Some("m-ller"));
}

#[test]
fn the_first_group_that_took_part_is_the_tag() {
    let t = tagging(Some("^(?:org/(?<org>[^/]+)|team/(?<team>[^/]+))/"), &[]);
    assert_eq!(tag_of(&t, "team/blue/x").as_deref(), Some("blue"));
    assert_eq!(t.tag_of(&ObjectKey::new("other/x")), TagOf::None);
}

#[test]
fn a_match_beside_the_group_is_an_illegal_tag_and_not_the_default() {
    let t = tagging(Some("a(?<x>b)?"), &["fallback"]);
    assert_eq!(t.tag_of(&ObjectKey::new("a")), TagOf::Illegal);
}

#[test]
fn a_rule_of_199_characters_is_taken_and_one_of_200_is_refused() {
    let rule = |length: usize| format!("(?<u>{})", "a".repeat(length - 6));
    assert!(TagRule::parse(&rule(199)).is_ok());
    assert_eq!(TagRule::parse(&rule(202)).unwrap_err().span, Some((199, 202)), "what is too much");
    assert!(TagRule::parse(&rule(200)).unwrap_err().message.contains("200 characters"));
}

#[test]
fn wrong_rules_are_refused_in_plain_words_at_their_place() {
    for (rule, words, place) in [
        ("users/([^/]+)/", "needs a named group", Some((6, 13))),
        ("users/[^/]+/", "needs a named group", None),
        ("users/(?<userId>[^/]+/", "never closed", Some((6, 7))),
        ("a(?=b)(?<u>c)", "looks ahead", Some((1, 4))),
        ("(?<!x)(?<u>c)", "looks behind", Some((0, 4))),
        (r"(?<u>a)\1", "repeats an earlier group", Some((7, 9))),
        ("(?<u>[a)", "[ is never closed", Some((5, 6))),
        ("*(?<u>a)", "nothing before", Some((0, 1))),
        ("(?<u>.{1000}){1000}", "too large", None),
    ] {
        let error = TagRule::parse(rule).unwrap_err();
        assert_eq!(error.field, "containerTagRegex");
        assert!(error.message.contains(words), "{rule}: {}", error.message);
        assert_eq!(error.span, place, "{rule}");
    }
}

#[test]
fn look_around_inside_a_character_class_or_escaped_is_only_text() {
    assert!(TagRule::parse(r"(?<u>[(?=]+)").is_ok());
    assert!(TagRule::parse(r"\(\?=(?<u>a)").is_ok());
}

proptest! {
    #[test]
    fn a_reader_says_of_every_key_what_the_rule_says(keys in prop::collection::vec("[a-c/=ü _]{0,12}", 0..20), at in 0usize..6, replace: bool, skip: bool) {
        let rules = ["(?<u>[^/]+)/", "^a(?<u>b)?", "(?:(?<a>a+)|(?<b>b+))/", "=(?<u>.*)", "(?<u>ü)", "x(?<u>y)"];
        let t = Tagging {
            on_illegal_tag: if replace { OnIllegalTag::Replace } else { OnIllegalTag::Skip },
            on_no_match: if skip { OnNoMatch::Skip } else { OnNoMatch::Tag },
            ..tagging(Some(rules[at]), &["fallback"])
        };
        let mut reader = TagReader::new(&t);
        for key in &keys {
            prop_assert_eq!(reader.read(key), t.read(key));
        }
    }

    #[test]
    fn every_tag_is_legal_whatever_the_key(key in ".{0,60}", replace: bool) {
        let mut t = tagging(Some("(?<u>.*)"), &[]);
        if replace { t.on_illegal_tag = OnIllegalTag::Replace; }
        if let TagOf::Tag(tag) = t.tag_of(&ObjectKey::new(key)) {
            prop_assert!(ContainerTag::parse(tag.as_str()).is_some());
        }
    }

    #[test]
    fn a_pattern_of_any_text_is_taken_or_refused_and_never_panics(pattern in ".{0,220}") {
        let _ = TagRule::parse(&pattern);
    }
}
