use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use proptest::prelude::*;

use super::*;

fn read_as(key: &str, content: impl Into<Vec<u8>>) -> std::result::Result<Text, Refusal> {
    read(&ObjectKey::new(key), &Bytes::from(content.into())).expect("a thread")
}

fn body_of(key: &str, content: impl Into<Vec<u8>>) -> String {
    read_as(key, content).expect("text").body
}

fn deflated(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).expect("compressed");
    encoder.finish().expect("compressed")
}

#[test]
fn text_is_read_in_the_encoding_that_it_has() {
    let text = "Übergröße, naïve café: всё хорошо";
    let utf16: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big_endian: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    for content in [text.as_bytes().to_vec(), marked, utf16, big_endian] {
        assert_eq!(body_of("a.txt", content), text);
    }
}

#[test]
fn text_of_older_encodings_is_recognised() {
    let german = "Die Größe der Straße überrascht die Gäste aus München, Köln und Düsseldorf täglich.";
    assert_eq!(body_of("a.txt", encoding_rs::WINDOWS_1252.encode(german).0), german);
    let russian = "Съешь же ещё этих мягких французских булок, да выпей чаю.";
    assert_eq!(body_of("a.txt", encoding_rs::WINDOWS_1251.encode(russian).0), russian);
    let japanese = "これは日本語の文章です。文字コードを推測します。";
    assert_eq!(body_of("a.csv", encoding_rs::SHIFT_JIS.encode(japanese).0), japanese);
}

#[test]
fn a_declared_encoding_is_believed_before_any_guess() {
    let page = "<?xml version=\"1.0\" encoding=\"iso-8859-2\"?><a>Żółw</a>";
    assert_eq!(body_of("a.xml", encoding_rs::ISO_8859_2.encode(page).0).trim(), "Żółw");
    let page = "<html><meta charset=windows-1253><p>γάτα</p>";
    assert_eq!(body_of("a.html", encoding_rs::WINDOWS_1253.encode(page).0).trim(), "γάτα");
}

#[test]
fn a_single_slip_does_not_make_text_binary() {
    let log = format!("{}\0{}", "a line of a log\n".repeat(100), "and another\n".repeat(100));
    assert!(body_of("a.log", log).contains("and another"));
    let cut = [&"ä".repeat(100).into_bytes()[..], b"\xC3"].concat();
    assert!(body_of("a.txt", cut).starts_with("ää"));
}

#[test]
fn what_gives_no_text_is_refused_with_the_reason() {
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01".as_slice(), &[0; 50]].concat();
    let compound = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    let entry: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (key, content, refusal) in [
        ("a.txt", png, Refusal::NotText),
        ("a", vec![0xFF, 0xFE, 0, 0xD8, 0, 0xD8, 0, 0xD8], Refusal::NotText),
        ("a.md", b" \n\t\n".to_vec(), Refusal::NoText),
        ("a.pdf", samples::pdf(&[b"0 0 100 100 re f"]), Refusal::NoTextInPdf),
        ("a.pdf", b"%PDF-1.7 and no more".to_vec(), Refusal::Damaged),
        ("a.docx", [&compound[..], &entry].concat(), Refusal::Protected),
        ("a.docx", compound, Refusal::OldOffice),
        ("a.docx", samples::package(&[("word/document.xml", "<d/>")]), Refusal::NoText),
        ("a.docx", b"PK\x03\x04 and no more".to_vec(), Refusal::Damaged),
        ("a.jar", samples::package(&[("a.txt", "text")]), Refusal::Archive),
    ] {
        assert_eq!(read_as(key, content), Err(refusal), "{key}");
    }
}

#[test]
fn a_word_file_gives_its_paragraphs_tables_notes_and_title() {
    let body = [
        samples::paragraph(&["Hel", "lo &amp; welcome"]),
        "<w:p><w:r><w:t>left</w:t><w:tab/><w:t>right</w:t><w:br/><w:delText>deleted</w:delText></w:r></w:p>".into(),
        format!("<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>", samples::paragraph(&["one"]), samples::paragraph(&["two"])),
        "<mc:AlternateContent><mc:Choice><w:t>box</w:t></mc:Choice><mc:Fallback><w:t>box</w:t></mc:Fallback></mc:AlternateContent>".into(),
    ];
    let text = read_as("a.docx", samples::docx(&body.concat())).expect("text");
    assert_eq!(text.title.as_deref(), Some("Plan & budget"));
    assert_eq!(text.body, "Hello & welcome\nleft\tright\none\ntwo\nbox\na footnote\n");
}

#[test]
fn a_workbook_gives_a_line_for_each_row() {
    assert_eq!(
        body_of("a.xlsx", samples::xlsx()),
        "Costs 2024\nName\tRich text\ninline\t42.5\tboth\tTRUE\t2024-03-01\n"
    );
}

#[test]
fn a_presentation_gives_its_slides_in_order_then_the_notes() {
    let body = body_of("a.pptx", samples::pptx(11));
    let lines: Vec<&str> = body.lines().collect();
    assert_eq!(lines.len(), 12);
    assert_eq!((lines[1], lines[9], lines[11]), ("slide number 2", "slide number 10", "a speaker note"));
}

#[test]
fn an_opendocument_gives_its_paragraphs() {
    let content = "<o xmlns:text='t'><text:h>Head</text:h><text:p>one<text:s/>two<text:tab/>&lt;</text:p></o>";
    let odt = samples::package(&[("content.xml", content), ("META-INF/manifest.xml", "<m/>")]);
    assert_eq!(body_of("a.odt", odt), "Head\none two\t<\n");
    let locked = samples::package(&[("content.xml", "junk"), ("META-INF/manifest.xml", "<m><encryption-data/></m>")]);
    assert_eq!(read_as("a.odt", locked), Err(Refusal::Protected));
}

#[test]
fn a_pdf_gives_words_and_lines_of_every_page() {
    let first =
        b"BT /F1 12 Tf 50 700 Td (Hello wo) Tj (rld) Tj [(ka) -20 (rn) -600 (gap)] TJ 0 -20 Td (next line) Tj ET";
    let second = deflated(b"BT /F1 12 Tf 50 700 Td (page two caf\\351) Tj ET");
    assert_eq!(body_of("a.pdf", samples::pdf(&[first, &second])), "Hello worldkarn gap\nnext line\npage two café\n");
}

#[test]
fn text_of_a_pdf_that_is_drawn_twice_to_be_bold_is_read_once() {
    let content = b"BT /F1 12 Tf 50 700 Td (bold) Tj ET BT /F1 12 Tf 50.3 700 Td (bold) Tj ET";
    assert_eq!(body_of("a.pdf", samples::pdf(&[content])), "bold\n");
}

#[test]
fn a_file_that_unpacks_to_far_more_than_it_should_is_refused() {
    let spaces = " ".repeat(210_000_000);
    let docx = samples::package(&[("word/document.xml", &format!("<d>{spaces}</d>"))]);
    assert!(docx.len() < 2_000_000);
    assert_eq!(read_as("a.docx", docx), Err(Refusal::Bomb));
    let once = deflated(spaces.as_bytes());
    assert_eq!(read_as("a.pdf", samples::pdf(&[&once])), Err(Refusal::Bomb));
    let twice = deflated(&once);
    assert!(twice.len() < once.len() / 20);
    assert_eq!(read_as("a.pdf", samples::pdf(&[&twice])), Err(Refusal::Bomb));
}

#[test]
fn a_file_with_more_text_than_anybody_reads_is_refused() {
    assert_eq!(read_as("a.txt", "word ".repeat(TEXT_LIMIT / 5 + 1)), Err(Refusal::TooMuchText));
    assert!(read_as("a.txt", "word ".repeat(1000)).is_ok());
    // One text, referred to by very many cells.
    let cells = "<c t='s'><v>0</v></c>".repeat(30_000);
    let xlsx = samples::package(&[
        ("xl/workbook.xml", "<w/>"),
        ("xl/sharedStrings.xml", &format!("<s><si><t>{}</t></si></s>", "x".repeat(1000))),
        ("xl/worksheets/sheet1.xml", &format!("<w>{cells}</w>")),
    ]);
    assert_eq!(read_as("a.xlsx", xlsx), Err(Refusal::TooMuchText));
}

#[test]
fn depth_does_not_break_any_reader() {
    let deep = "<a>".repeat(500_000);
    assert!(read_as("a.xml", format!("{deep}x")).is_ok());
    assert!(read_as("a.html", format!("{deep}x")).is_ok());
    assert!(read_as("a.json", "[".repeat(500_000)).is_ok());
    assert!(read_as("a.docx", samples::docx(&format!("{deep}{}", samples::paragraph(&["x"])))).is_ok());
    let arrays = format!("BT /F1 12 Tf {} (x) Tj ET", "[".repeat(500_000));
    // Whatever it answers, it answers.
    let _ = read_as("a.pdf", samples::pdf(&[arrays.as_bytes()]));
}

#[test]
fn a_pdf_whose_drawings_call_themselves_ends() {
    let file = samples::pdf(&[b"/X Do BT /F1 12 Tf 50 700 Td (after) Tj ET"]);
    let text = String::from_utf8(file).expect("ascii");
    let form = "6 0 obj\n<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>/Length 12>>stream\n/X Do /X Do \nendstream\nendobj\n";
    let file = text.replace("/Font<<", "/XObject<</X 6 0 R>>/Font<<").replace("xref\n0", &format!("{form}xref\n0"));
    assert_eq!(body_of("a.pdf", file), "after\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_break_a_reader(
        extension in prop::sample::select(vec!["pdf", "docx", "xlsx", "pptx", "html", "xml", "json", "md", "txt", "odt"]),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        kind in 0..6_usize,
    ) {
        let mut content = match kind {
            0 => samples::pdf(&[b"BT /F1 12 Tf 50 700 Td (Hello) Tj ET"]),
            1 => samples::docx(&samples::paragraph(&["Hello"])),
            2 => samples::xlsx(),
            3 => samples::pptx(2),
            4 => b"<html><title>x</title><p>Hello &amp; <b>all</b><script>1</script></html>".to_vec(),
            _ => Vec::new(),
        };
        for (place, byte) in places {
            if content.is_empty() {
                content.push(byte);
            } else {
                let place = place.index(content.len());
                content[place] = byte;
            }
        }
        let answer = read_as(&format!("a.{extension}"), content);
        prop_assert!(!matches!(answer, Err(Refusal::Unreadable | Refusal::TooLong)), "{answer:?}");
    }
}
