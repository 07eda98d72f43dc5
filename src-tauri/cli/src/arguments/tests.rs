#![allow(clippy::unwrap_used)]

use clap::CommandFactory;
use s3_connector_engine::connection::{Addressing, OnGone};
use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::tag::{OnIllegalTag, OnNoMatch};
use s3_connector_engine::view::{ItemOutcome, PauseLength};

use super::*;

const ADD: &[&str] = &["connections", "add", "--name", "n", "--bucket", "bbb", "--region", "r"];

fn read_line(words: &[&str]) -> Asked {
    read(std::iter::once("s3c").chain(words.iter().copied()).map(OsString::from))
}

fn refused(words: &[&str]) -> Refusal {
    match read_line(words) {
        Asked::Refused(refusal) => refusal,
        other => panic!("{words:?} should be refused: {other:?}"),
    }
}

fn accepted(words: &[&str]) -> Invocation {
    match read_line(words) {
        Asked::Run(invocation) => *invocation,
        other => panic!("{words:?} should be accepted: {other:?}"),
    }
}

fn added(more: &[&str]) -> FieldArguments {
    match accepted(&[ADD, more].concat()).command {
        Command::Connections(ConnectionsCommand::Add(arguments)) => arguments.fields,
        other => panic!("{other:?}"),
    }
}

fn edited(more: &[&str]) -> EditArguments {
    match accepted(&[&["connections", "edit", "n"], more].concat()).command {
        Command::Connections(ConnectionsCommand::Edit(arguments)) => *arguments,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_table_of_arguments_is_sound() {
    Line::command().debug_assert();
}

#[test]
fn no_argument_takes_a_secret() {
    fn names_of(command: &clap::Command, names: &mut Vec<(String, bool)>) {
        for argument in command.get_arguments() {
            names.push((argument.get_id().to_string(), argument.get_action().takes_values()));
        }
        command.get_subcommands().for_each(|c| names_of(c, names));
    }
    let mut names = Vec::new();
    names_of(&Line::command(), &mut names);
    names.retain(|(name, _)| name.contains("secret") || name.contains("token"));
    names.sort();
    names.dedup();
    // `--secrets` says where they are kept.
    let (places, switches): (Vec<_>, Vec<_>) = names.into_iter().partition(|(_, takes_value)| *takes_value);
    assert_eq!(places, [("secrets".to_owned(), true)]);
    assert_eq!(switches, ["secret_access_key_stdin", "session_token_stdin"].map(|name| (name.to_owned(), false)));
}

#[test]
fn a_secret_that_is_typed_as_an_argument_is_refused_and_not_repeated() {
    for attempt in [
        &["--access-key-id", "AKIA", "--secret-access-key", "hunter2"][..],
        &["--access-key-id", "AKIA", "--secret-access-key=hunter2"],
        &["--access-key-id", "AKIA", "--secret-access-key-stdin=hunter2"],
        &["--access-key-id", "AKIA", "--session-token=hunter2"],
        &["--access-key-id", "AKIA", "--secret", "hunter2"],
        &["--access-key-id", "AKIA", "--secret-access-key-stdin", "hunter2"],
        &["--access-key-id", "AKIA", "--session-token-stdin", "hunter2"],
        &["--access-key-id", "AKIA", "--session-token-stdin=hunter2"],
        &["--access-key-id", "AKIA", "--token=hunter2"],
    ] {
        for command in [ADD, &["connections", "edit", "n"]] {
            let refusal = refused(&[command, attempt].concat());
            assert!(refusal.error.detail.contains("never an argument"), "{}", refusal.error.detail);
            assert!(!format!("{}{}", refusal.text, refusal.error.detail).contains("hunter2"), "{}", refusal.text);
        }
    }
}

#[test]
fn exactly_one_source_of_credentials_is_asked_for() {
    assert!(added(&["--access-key-id", "AKIA"]).access_key_id.is_some());
    assert!(added(&["--access-key-id", "AKIA", "--secret-access-key-stdin"]).secret_access_key_stdin);
    refused(ADD);
    refused(&[ADD, &["--access-key-id", "AKIA", "--credentials", "environment"]].concat());
    refused(&[ADD, &["--credentials", "environment", "--secret-access-key-stdin"]].concat());
    refused(&[ADD, &["--credentials", "environment", "--session-token-stdin"]].concat());
    refused(&[ADD, &["--secret-access-key-stdin"]].concat());
    refused(&["connections", "edit", "n", "--credentials", "anonymous", "--access-key-id", "AKIA"]);
    assert!(edited(&["--secret-access-key-stdin"]).fields.secret_access_key_stdin, "the id may stay as saved");
}

#[test]
fn a_new_connection_needs_a_name_a_bucket_and_a_region_and_an_edit_needs_nothing() {
    let whole = [("--name", "n"), ("--bucket", "bbb"), ("--region", "r")];
    for missing in whole {
        let given = whole.iter().filter(|pair| **pair != missing).flat_map(|(name, value)| [*name, *value]);
        let words: Vec<&str> = ["connections", "add", "--credentials", "anonymous"].into_iter().chain(given).collect();
        assert!(refused(&words).error.detail.contains(missing.0), "{missing:?}");
    }
    assert!(edited(&[]).fields.bucket.is_none());
    refused(&["connections", "edit", "--bucket", "bbb"]);
}

#[test]
fn includes_and_excludes_keep_their_common_order() {
    let typed = |words: &[&str]| edited(words).fields.filters.0;
    let rules = typed(&["--exclude", "a/**", "--include", "a/b/**", "--exclude=*.tmp", "--include", "c"]).unwrap();
    let rules: Vec<String> = rules.iter().map(|rule| format!("{:?} {}", rule.kind, rule.glob)).collect();
    assert_eq!(rules, ["Exclude a/**", "Include a/b/**", "Exclude *.tmp", "Include c"]);
    assert_eq!(typed(&[]), None, "not named: they stay as they are");
    assert_eq!(typed(&["--no-filters"]), Some(Vec::new()));
    refused(&["connections", "edit", "n", "--no-filters", "--include", "x"]);
    assert_eq!(added(&["--credentials", "anonymous", "--include", "x"]).filters.0.unwrap().len(), 1);
}

#[test]
fn options_have_words_that_empty_them() {
    let fields =
        edited(&["--max-size", "none", "--ca-file", "none", "--requester-pays=false", "--every", "manual"]).fields;
    assert_eq!((fields.max_size.unwrap().0, fields.ca_file.as_deref()), (None, Some("")));
    assert_eq!((fields.requester_pays, fields.every), (Some(false), Some(0)));
    let fields = edited(&["--container-tag-regex", "", "--prefix", "", "--container-tag", ""]).fields;
    assert_eq!((fields.container_tag_regex.as_deref(), fields.prefix.as_deref()), (Some(""), Some("")));
    assert_eq!(fields.container_tags.unwrap(), [""]);
}

#[test]
fn options_of_a_connection_are_read() {
    let fields = edited(&["--max-size", "-5", "--requester-pays", "--every", "15", "--addressing", "virtual"]).fields;
    assert_eq!((fields.max_size.unwrap().0, fields.requester_pays, fields.every), (Some(-5), Some(true), Some(15)));
    assert_eq!(fields.addressing, Some(Addressing::Virtual));
    let fields = edited(&["--on-gone", "remove", "--on-no-match", "skip", "--on-illegal-tag", "replace"]).fields;
    assert_eq!((fields.on_gone, fields.on_no_match), (Some(OnGone::Remove), Some(OnNoMatch::Skip)));
    assert_eq!(fields.on_illegal_tag, Some(OnIllegalTag::Replace));
    let relative = edited(&["--ca-file", "certificates/ca.pem"]).fields.ca_file.unwrap();
    let relative = std::path::Path::new(&relative);
    assert!(relative.is_absolute() && relative.ends_with("certificates/ca.pem"), "{relative:?}");
    for wrong in [
        &["--max-size", "big"][..],
        &["--every", "hourly"],
        &["--addressing", "dns"],
        &["--on-gone", "forget"],
        &["--requester-pays=maybe"],
        &["--preview", "--confirm-removals", "3"],
        &["--limit", "3"],
    ] {
        refused(&[&["connections", "edit", "n"], wrong].concat());
    }
}

#[test]
fn a_retry_needs_keys_or_all_and_a_pause_a_name_or_all() {
    for words in [
        &["retry", "n"][..],
        &["retry", "n", "k", "--all"],
        &["connections", "pause"],
        &["connections", "pause", "n", "--all"],
        &["connections", "resume"],
        &["connections", "pause", "n", "--for", "ever"],
        &["items", "r", "--failed", "--skipped"],
        &["sync", "n", "--trial", "0"],
    ] {
        refused(words);
    }
    assert!(matches!(accepted(&["retry", "n", "k", "l"]).command, Command::Retry(retry) if retry.keys == ["k", "l"]));
    match accepted(&["connections", "pause", "--all"]).command {
        Command::Connections(ConnectionsCommand::Pause(pause)) => {
            assert!(pause.which.all && pause.length == PauseLength::UntilResumed);
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(accepted(&["items", "r", "--refused"]).command,
        Command::Items(items) if items.outcome() == Some(ItemOutcome::Refused)));
}

#[test]
fn credentials_that_are_kept_elsewhere_are_named() {
    for (text, elsewhere) in [
        ("environment", Elsewhere::Environment),
        ("anonymous", Elsewhere::Anonymous),
        ("profile:work", Elsewhere::Profile("work".into())),
        ("profile:a:b", Elsewhere::Profile("a:b".into())),
    ] {
        assert_eq!(added(&["--credentials", text]).credentials, Some(elsewhere));
    }
    for text in ["", "profile", "profile:", "profile: ", "env", "Environment", "anonymous:x"] {
        let refusal = refused(&[ADD, &["--credentials", text]].concat());
        assert!(!refusal.error.detail.is_empty());
    }
}

#[test]
fn a_rule_and_a_limit_may_begin_with_a_hyphen() {
    let arguments =
        added(&["--credentials", "anonymous", "--container-tag-regex", "-(?<u>.)", "--document-limit", "-1"]);
    assert_eq!((arguments.container_tag_regex.as_deref(), arguments.document_limit), (Some("-(?<u>.)"), Some(-1)));
}

#[test]
fn json_and_data_dir_are_read_before_and_after_the_command() {
    for words in [&["--json", "--data-dir", "/d", "sync", "n"][..], &["sync", "n", "--data-dir", "/d", "--json"]] {
        let invocation = accepted(words);
        assert!(invocation.json);
        assert_eq!(invocation.data_dir, Some(PathBuf::from("/d")));
    }
}

#[test]
fn a_refusal_is_json_where_json_was_asked_for() {
    assert!(refused(&["sync", "--json"]).json);
    assert!(!refused(&["sync"]).json);
    assert!(!refused(&["sync", "a", "b", "--", "--json"]).json);
}

#[test]
fn a_refusal_says_what_is_wrong_in_one_line() {
    let error = refused(&["preview", "n", "--limit", "many", "--json"]).error;
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    assert!(error.detail.contains("many") && error.detail.contains("--limit"), "{}", error.detail);
    assert!(!error.detail.contains('\n') && !error.detail.contains("Usage:"), "{}", error.detail);
    let error = refused(&["--json"]).error;
    assert!(error.detail.contains("requires a subcommand"), "{}", error.detail);
}

#[test]
fn help_and_version_are_texts_and_every_command_has_an_example() {
    assert!(matches!(read_line(&["--version"]), Asked::Text(text) if text.starts_with("s3c ")));
    for command in [
        &["--help"][..],
        &["connections", "add", "--help"],
        &["connections", "list", "--help"],
        &["connections", "delete", "--help"],
        &["connections", "edit", "--help"],
        &["connections", "pause", "--help"],
        &["connections", "resume", "--help"],
        &["retry", "--help"],
        &["runs", "--help"],
        &["items", "--help"],
        &["why", "--help"],
        &["documents", "--help"],
        &["watch", "--help"],
        &["test", "--help"],
        &["preview", "--help"],
        &["sync", "--help"],
        &["search", "--help"],
    ] {
        match read_line(command) {
            Asked::Text(text) => assert!(text.contains("Example"), "{text}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_search_may_have_several_words_and_a_bounded_limit() {
    match accepted(&["search", "two", "words", "--tag", "t"]).command {
        Command::Search(SearchArguments { query, tag, limit }) => {
            assert_eq!((query, tag.as_deref(), limit), (vec!["two".to_owned(), "words".to_owned()], Some("t"), 20));
        }
        other => panic!("{other:?}"),
    }
    refused(&["search"]);
    refused(&["search", "x", "--limit", "0"]);
}
