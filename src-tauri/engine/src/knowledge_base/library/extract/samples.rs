//! Small real files, made in memory.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A zip file of these parts.
pub fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part begins");
        zip.write_all(part.as_bytes()).expect("a part is written");
    }
    zip.finish().expect("a zip file").into_inner()
}

const W: &str = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' \
    xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'";
const A: &str = "xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main' \
    xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'";
const X: &str = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'";

/// A Word file with a body of this mark-up.
pub fn docx(body: &str) -> Vec<u8> {
    package(&[
        ("[Content_Types].xml", "<Types/>"),
        (
            "docProps/core.xml",
            "<cp xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>Plan &amp; budget</dc:title></cp>",
        ),
        ("word/document.xml", &format!("<?xml version='1.0'?><w:document {W}><w:body>{body}</w:body></w:document>")),
        ("word/footnotes.xml", &format!("<w:footnotes {W}><w:p><w:r><w:t>a footnote</w:t></w:r></w:p></w:footnotes>")),
    ])
}

/// A paragraph of runs.
pub fn paragraph(runs: &[&str]) -> String {
    let runs: String = runs.iter().map(|run| format!("<w:r><w:t>{run}</w:t></w:r>")).collect();
    format!("<w:p>{runs}</w:p>")
}

/// A workbook: shared strings, an inline one, a number, a formula's value, a boolean, a date.
pub fn xlsx() -> Vec<u8> {
    let sheet = "<row><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row>\
        <row><c t='inlineStr'><is><t>inline</t></is></c><c><v>42.5</v></c><c t='str'><f>A1&amp;B1</f><v>both</v></c>\
        <c t='b'><v>1</v></c><c s='1'><v>45352</v></c><c t='s'><v>99</v></c></row>";
    package(&[
        (
            "xl/workbook.xml",
            &format!("<workbook {X}><sheets><sheet name='Costs 2024' sheetId='1'/></sheets></workbook>"),
        ),
        (
            "xl/styles.xml",
            &format!("<styleSheet {X}><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>"),
        ),
        (
            "xl/sharedStrings.xml",
            &format!(
                "<sst {X}><si><t>Name</t></si><si><r><t>Rich </t></r><r><t>text</t></r><rPh><t>ri</t></rPh></si></sst>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", &format!("<worksheet {X}><sheetData>{sheet}</sheetData></worksheet>")),
    ])
}

/// A presentation of so many slides, with a note on the first.
pub fn pptx(slides: usize) -> Vec<u8> {
    let slide = |text: &str| format!("<p:sld {A}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>");
    let mut parts = vec![("ppt/presentation.xml".to_owned(), "<p/>".to_owned())];
    parts.extend((1..=slides).map(|n| (format!("ppt/slides/slide{n}.xml"), slide(&format!("slide number {n}")))));
    parts.push(("ppt/notesSlides/notesSlide1.xml".into(), slide("a speaker note")));
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, part)| (name.as_str(), part.as_str())).collect();
    package(&parts)
}

/// A PDF with a page for each of these contents.
pub fn pdf(contents: &[&[u8]]) -> Vec<u8> {
    let kids: Vec<String> = (0..contents.len()).map(|n| format!("{} 0 R", 4 + 2 * n)).collect();
    let mut objects: Vec<Vec<u8>> = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        format!("<</Type/Pages/Kids[{}]/Count {}>>", kids.join(" "), contents.len()).into_bytes(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_vec(),
    ];
    for (n, content) in contents.iter().enumerate() {
        objects.push(
            format!(
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents {} 0 R>>",
                5 + 2 * n
            )
            .into_bytes(),
        );
        let filter = if content.starts_with(b"\x78") { "/Filter/FlateDecode" } else { "" };
        let mut stream = format!("<</Length {}{filter}>>stream\n", content.len()).into_bytes();
        stream.extend_from_slice(content);
        stream.extend_from_slice(b"\nendstream");
        objects.push(stream);
    }
    file_of(&objects)
}

/// Numbers the objects and writes the table of their places.
fn file_of(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend_from_slice(format!("{} 0 obj\n", n + 1).as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let table = file.len();
    file.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for place in places {
        file.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    let trailer = format!("trailer<</Size {}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF", objects.len() + 1);
    file.extend_from_slice(trailer.as_bytes());
    file
}
