use proptest::prelude::*;

use super::*;

fn sent<'a>(key: &str, content: &'a [u8]) -> Form<'a> {
    form(&ObjectKey::new(key), content).unwrap_or_else(|unfit| panic!("{key} is not sent: {unfit:?}"))
}

fn file_of(key: &str, content: &[u8]) -> (String, Option<&'static str>, Option<&'static str>) {
    match sent(key, content) {
        Form::File(file) => (file.name, file.file_type, file.tells_mime.then_some(file.mime)),
        Form::Text(_) => panic!("{key} is sent as text"),
    }
}

fn document(key: &str, modified: Option<i64>) -> Document {
    Document {
        id: "s3-0".into(),
        connection: "0198f6a0-0000-7000-8000-000000000001".into(),
        bucket: "bucket".into(),
        key: ObjectKey::new(key),
        etag: ETag::new("\"9b2c\""),
        tag: ContainerTag::parse("team:blue").expect("a tag"),
        size: 12,
        modified,
    }
}

#[test]
fn utf8_is_sent_as_text_whatever_its_extension() {
    for key in ["a.md", "a", "a.py", "a.png", "a.doc", "logo.svg", "a.pdf"] {
        assert_eq!(sent(key, "grüße\u{7}".as_bytes()), Form::Text("grüße\u{7}"), "{key}");
    }
}

#[test]
fn what_is_no_utf8_is_a_file_with_the_words_that_the_api_wants() {
    for (key, name, file_type, mime) in [
        ("a.pdf", "document.pdf", Some("pdf"), Some("application/pdf")),
        ("A.JPG", "document.jpg", Some("image"), Some("image/jpeg")),
        ("a.mp4", "document.mp4", Some("video"), Some("video/mp4")),
        ("a.mp3", "document.mp3", None, Some("audio/mpeg")),
        ("a.docx", "document.docx", None, None),
        ("latin.txt", "document.txt", Some("text"), Some("text/plain")),
        ("a.unheard", "document.unheard", None, None),
        ("no extension", "document.bin", None, None),
        ("evil.\"\r\nx", "document.bin", None, None),
        ("a.verylongextensionindeed", "document.bin", None, None),
    ] {
        let content = if key == "a.pdf" { b"%PDF-1.7\n\xff\xfe".as_slice() } else { b"\xff\xfe\x00" };
        assert_eq!(file_of(key, content), (name.into(), file_type, mime), "{key}");
    }
}

#[test]
fn a_pdf_of_ascii_is_a_file() {
    assert_eq!(file_of("report", b"%PDF-1.4\n1 0 obj").1, Some("pdf"));
    assert_eq!(file_of("report.pdf", b"\n\n%PDF-1.4\n1 0 obj").1, Some("pdf"));
    assert_eq!(sent("notes.md", b"the header is %PDF-1.4"), Form::Text("the header is %PDF-1.4"));
}

#[test]
fn what_is_only_a_url_is_a_file_so_that_it_is_not_fetched() {
    for content in [
        "https://example.com",
        "  HTTP://example.com/a?b#c \r\n",
        "\u{FEFF}https://example.com/",
        "ht\u{1}tps://example.com",
        "www.example.com",
        "https:example.com",
    ] {
        let told = file_of("link.md", content.as_bytes());
        assert_eq!(told, ("document.md".into(), Some("text"), Some("text/plain")), "{content:?}");
    }
    for content in ["see https://example.com", "https://a.example https://b.example", "example", "ftp://host/x", "wwwé"]
    {
        assert_eq!(sent("link.md", content.as_bytes()), Form::Text(content));
    }
}

#[test]
fn text_over_a_megabyte_is_a_file_of_text() {
    let longest = "a".repeat(LONGEST_TEXT);
    assert_eq!(sent("a.md", longest.as_bytes()), Form::Text(&longest));
    let longer = "a".repeat(LONGEST_TEXT + 1);
    for (key, name) in [("a.csv", "document.csv"), ("a", "document.txt"), ("a.png", "document.txt")] {
        assert_eq!(file_of(key, longer.as_bytes()), (name.into(), Some("text"), Some("text/plain")));
    }
}

#[test]
fn what_is_no_text_is_not_read_to_its_end() {
    let mut reading = Reading::default();
    reading.take(&[b'a'; PDF_HEAD]);
    assert!(!reading.is_decided());
    reading.take(b"\xff");
    assert!(reading.is_decided());
}

#[test]
fn what_cannot_be_sent_is_refused_with_its_reason() {
    let large = vec![b'a'; LARGEST_FILE as usize + 1];
    for (content, code, word) in [
        (b"".as_slice(), ErrorCode::DocumentRefused, "empty"),
        (b" \t\r\n\x0b".as_slice(), ErrorCode::DocumentRefused, "white space"),
        ("\u{FEFF}\u{1}\u{85}".as_bytes(), ErrorCode::DocumentRefused, "white space"),
        (b"text\0more".as_slice(), ErrorCode::DocumentRefused, "NUL"),
        (large.as_slice(), ErrorCode::DocumentTooLarge, "50 MB"),
    ] {
        let unfit = form(&ObjectKey::new("a.txt"), content).expect_err(word);
        assert_eq!(unfit.code, code);
        assert!(unfit.reason.contains(word), "{}", unfit.reason);
    }
    assert_eq!(file_of("tiny.gif", b"GIF89a\0\0").1, Some("image"));
}

#[test]
fn metadata_are_scalars_and_an_unknown_time_is_absent() {
    let told = metadata(&document("a/b.md", Some(1_700_000_000_000)));
    let expected = serde_json::json!({
        "bucket": "bucket", "key": "a/b.md", "etag": "\"9b2c\"", "size": 12,
        "lastModified": "2023-11-14T22:13:20.000Z", "connection": "0198f6a0-0000-7000-8000-000000000001",
        "containerTag": "team:blue",
    });
    assert_eq!(Value::Object(told), expected);
    assert!(!metadata(&document("a", None)).contains_key("lastModified"));
}

#[test]
fn a_path_is_told_where_the_key_is_one() {
    for key in ["a.md", "a/b c/d.tar.gz", "a.b/é.md", "profile.md/a.md"] {
        assert_eq!(filepath(&ObjectKey::new(key)), Some(format!("/{key}")));
    }
    let long_name = format!("{}.md", "n".repeat(253));
    for key in [
        "/a.md",
        "a//b.md",
        "a/",
        "a",
        "a/b",
        ".hidden",
        "a/../b.md",
        "./a.md",
        "a.",
        "\u{1}.md",
        "profile.md",
        &long_name,
    ] {
        assert_eq!(filepath(&ObjectKey::new(key)), None, "{key}");
    }
}

proptest! {
    #[test]
    fn every_key_comes_back_byte_for_byte(key in any::<String>().prop_filter("a key", |key| !key.is_empty()),
                                          modified in proptest::option::of(-62_135_596_800_000_i64..253_402_300_799_999)) {
        let document = document(&key, modified);
        let told_by = metadata(&document);
        for value in told_by.values() {
            prop_assert!(value.is_string() || value.is_number());
            prop_assert!(!value.as_str().is_some_and(|text| text.chars().any(char::is_control)));
        }
        let back = told(&told_by).expect("an object");
        prop_assert_eq!(&back.key, &document.key);
        prop_assert_eq!(&back.etag, &document.etag);
        prop_assert_eq!(back.tag.as_ref(), Some(&document.tag));
        prop_assert_eq!((back.size, back.modified), (document.size, document.modified));
    }

    #[test]
    fn text_is_sent_whole_or_not_as_text(content in proptest::collection::vec(any::<u8>(), 0..300)) {
        match form(&ObjectKey::new("a.txt"), &content) {
            Ok(Form::Text(text)) => {
                prop_assert_eq!(text.as_bytes(), &content[..]);
                prop_assert!(!text.contains('\0') && !text.trim().is_empty());
            }
            Ok(Form::File(file)) => prop_assert!(file.name.starts_with("document.")),
            Err(unfit) => prop_assert!(!unfit.reason.is_empty()),
        }
    }

    #[test]
    fn what_bytes_are_does_not_depend_on_the_pieces_in_which_they_are_read(
        content in proptest::collection::vec(prop_oneof![
            Just("words "), Just(" "), Just("\t"), Just("é"), Just("汉"), Just("🦭"), Just("\u{feff}"), Just("%PDF-"),
        ], 0..30),
        spoiled in proptest::option::of((any::<prop::sample::Index>(), any::<u8>())),
        key in prop_oneof![Just("a.txt"), Just("a.pdf"), Just("a.png"), Just("a.docx"), Just("a")],
        piece in 1..9_usize,
    ) {
        let mut content = content.concat().into_bytes();
        if let Some((at, byte)) = spoiled && !content.is_empty() {
            let at = at.index(content.len());
            content[at] = byte;
        }
        let mut reading = Reading::default();
        content.chunks(piece).for_each(|piece| reading.take(piece));
        let key = ObjectKey::new(key);
        match (form(&key, &content), form_on_disk(&key, content.len() as u64, &reading)) {
            (Ok(Form::File(whole)), pieces) => prop_assert_eq!(Ok(whole), pieces),
            (Ok(Form::Text(_)), pieces) => prop_assert_eq!(Ok(text_file(&key)), pieces),
            (Err(whole), pieces) => prop_assert_eq!(Err(whole), pieces),
        }
    }
}
