use proptest::prelude::*;

use super::*;

#[test]
fn every_word_is_looked_for_as_it_stands_and_the_last_one_may_be_incomplete() {
    for (typed, expected) in [
        ("tea", Some("\"tea\"*")),
        ("te", Some("\"te\"*")),
        ("t", Some("\"t\"")),
        ("green tea", Some("\"green\" \"tea\"*")),
        ("\"green tea\"", Some("\"green tea\"")),
        ("\"green tea\" cup", Some("\"green tea\" \"cup\"*")),
        ("an \"unclosed quote", Some("\"an\" \"unclosed\" \"quote\"*")),
        ("NOT a* AND -b OR (c", Some("\"NOT\" \"a*\" \"AND\" \"-b\" \"OR\" \"(c\"*")),
        ("src/main.rs", Some("\"src/main.rs\"*")),
        ("全文", Some("\"全\u{200B}文\"*")),
        ("", None),
        (" - \" * ", None),
        ("\u{0}", None),
    ] {
        assert_eq!(expression(typed).as_deref(), expected, "{typed}");
    }
}

#[test]
fn a_snippet_is_cut_at_its_marks() {
    let part = |text: &str, hit| SnippetPart { text: text.to_owned(), hit };
    assert_eq!(
        parts("…before \u{FDD0}全\u{200B}文\u{FDD1}\n\n after"),
        [part("…before ", false), part("全文", true), part(" after", false)]
    );
    assert_eq!(parts("\u{FDD0}all\u{FDD1}"), [part("all", true)]);
    assert_eq!(parts(""), []);
}

proptest! {
    #[test]
    fn whatever_is_typed_is_a_query(typed in "\\PC{0,40}|[\"*^(){}:+\\-\\\\ a-cANDORT\u{0}\n全文]{0,60}", tag in proptest::option::of("[a-z']{0,3}")) {
        let mut connection = Connection::open_in_memory().expect("memory");
        connection.execute_batch(include_str!("../schema.sql")).expect("the schema");
        let query = SearchQuery { query: typed, tag, ..SearchQuery::default() };
        let reply = search(&mut connection, &query);
        prop_assert!(reply.is_ok_and(|reply| reply.total == 0));
    }
}
