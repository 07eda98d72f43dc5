#![allow(clippy::unwrap_used)]

use clap::CommandFactory;

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

fn added(more: &[&str]) -> AddArguments {
    match accepted(&[ADD, more].concat()).command {
        Command::Connections(ConnectionsCommand::Add(arguments)) => *arguments,
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
    let secret: Vec<_> = names.iter().filter(|(name, _)| name.contains("secret") || name.contains("token")).collect();
    assert_eq!(secret, [&("secret_access_key_stdin".to_owned(), false)]);
}

#[test]
fn a_secret_that_is_typed_as_an_argument_is_refused_and_not_repeated() {
    for attempt in [
        &["--access-key-id", "AKIA", "--secret-access-key", "hunter2"][..],
        &["--access-key-id", "AKIA", "--secret-access-key=hunter2"],
        &["--access-key-id", "AKIA", "--secret-access-key-stdin=hunter2"],
        &["--access-key-id", "AKIA", "--session-token=hunter2"],
        &["--access-key-id", "AKIA", "--secret", "hunter2"],
    ] {
        let refusal = refused(&[ADD, attempt].concat());
        assert!(refusal.error.detail.contains("never an argument"), "{}", refusal.error.detail);
        assert!(!format!("{}{}", refusal.text, refusal.error.detail).contains("hunter2"), "{}", refusal.text);
    }
}

#[test]
fn exactly_one_source_of_credentials_is_asked_for() {
    assert!(added(&["--access-key-id", "AKIA"]).access_key_id.is_some());
    assert!(added(&["--access-key-id", "AKIA", "--secret-access-key-stdin"]).secret_access_key_stdin);
    refused(ADD);
    refused(&[ADD, &["--access-key-id", "AKIA", "--credentials", "environment"]].concat());
    refused(&[ADD, &["--credentials", "environment", "--secret-access-key-stdin"]].concat());
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
    assert_eq!((arguments.container_tag_regex.as_str(), arguments.document_limit), ("-(?<u>.)", Some(-1)));
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
