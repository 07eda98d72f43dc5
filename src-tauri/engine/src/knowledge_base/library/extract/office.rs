//! Text of Office Open XML (docx, xlsx, pptx) and OpenDocument (odt, ods, odp): zip files with XML parts.
//!
//! Parts are found by their well-known places, unpacked under one budget and read as a stream of events.

use std::io::{Cursor, Read};

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use super::{Gathered, Refusal, Text, decode, sheet, xml};

/// Most bytes that all parts of a file may unpack to: mark-up is many times its text.
const UNPACK_LIMIT: u64 = 200_000_000;

/// Text of a package, or why there is none.
pub fn text(content: &[u8]) -> Result<Text, Refusal> {
    let mut package = Package::open(content)?;
    let mut body = Gathered::default();
    if package.has("xl/workbook.xml") {
        sheet::gather(&mut package, &mut body)?;
        package.gather_all(&["xl/drawings/drawing", "xl/comments"], &mut body, runs)?;
    } else if package.has("ppt/presentation.xml") {
        let parts = ["ppt/slides/slide", "ppt/notesSlides/notesSlide", "ppt/diagrams/data", "ppt/comments/"];
        package.gather_all(&parts, &mut body, runs)?;
    } else if package.names.iter().any(|name| name.starts_with("word/document")) {
        let parts = ["word/document", "word/footnotes", "word/endnotes", "word/header", "word/footer", "word/comments"];
        package.gather_all(&parts, &mut body, runs)?;
    } else if package.has("content.xml") && package.has("META-INF/manifest.xml") {
        if package.part("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")) {
            return Err(Refusal::Protected);
        }
        package.gather_all(&["content.xml"], &mut body, paragraphs)?;
    } else {
        return Err(Refusal::Archive);
    }
    Ok(Text { title: package.title(), body: body.0 })
}

/// Why a compound file is not read: new Office files are wrapped in one when they have a password.
pub fn why_not_compound(content: &[u8]) -> Refusal {
    let entry: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let is_encrypted = content.windows(entry.len()).any(|bytes| bytes == entry);
    if is_encrypted { Refusal::Protected } else { Refusal::OldOffice }
}

/// A zip file whose parts are unpacked under one budget.
pub struct Package<'c> {
    zip: ZipArchive<Cursor<&'c [u8]>>,
    names: Vec<String>,
    left: u64,
}

impl<'c> Package<'c> {
    fn open(content: &'c [u8]) -> Result<Self, Refusal> {
        let zip = ZipArchive::new(Cursor::new(content)).map_err(|_| Refusal::Damaged)?;
        let mut names: Vec<String> = zip.file_names().flatten().map(|name| name.into_owned()).collect();
        // slide2 before slide10.
        names.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        Ok(Self { zip, names, left: UNPACK_LIMIT })
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name)
    }

    /// The names of the XML parts that begin so, in natural order.
    pub fn parts(&self, beginning: &str) -> Vec<String> {
        let is_part = |name: &&String| name.starts_with(beginning) && name.ends_with(".xml");
        self.names.iter().filter(is_part).cloned().collect()
    }

    /// One part, if it is there.
    pub fn part(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let entry = match self.zip.by_name(name) {
            Ok(entry) => entry,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => return Err(Refusal::Protected),
            Err(_) => return Err(Refusal::Damaged),
        };
        let mut bytes = Vec::new();
        let read = entry.take(self.left + 1).read_to_end(&mut bytes).map_err(|_| Refusal::Damaged)?;
        self.left = self.left.checked_sub(read as u64).ok_or(Refusal::Bomb)?;
        decode::decode(&bytes).map(|text| Some(text.into_owned())).map_err(|_| Refusal::Damaged)
    }

    fn gather_all(
        &mut self,
        beginnings: &[&str],
        body: &mut Gathered,
        gather: fn(&str, &mut Gathered) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        for beginning in beginnings {
            for name in self.parts(beginning) {
                if let Some(part) = self.part(&name)? {
                    gather(&part, body)?;
                    body.separate('\n')?;
                }
            }
        }
        Ok(())
    }

    /// The title in the document's properties; one that cannot be read is none.
    fn title(&mut self) -> Option<String> {
        let name = if self.has("docProps/core.xml") { "docProps/core.xml" } else { "meta.xml" };
        let properties = self.part(name).ok()??;
        let mut reader = xml::reader(&properties);
        let mut title = Gathered::default();
        let mut inside = false;
        loop {
            match reader.read_event().ok()? {
                Event::Start(element) => inside = element.local_name().as_ref() == "title",
                Event::End(_) => inside = false,
                Event::Text(text) if inside => title.push(&text).ok()?,
                Event::GeneralRef(reference) if inside => title.push(&xml::resolved(&reference)).ok()?,
                Event::Eof => return Some(title.0),
                Event::Empty(_)
                | Event::Text(_)
                | Event::GeneralRef(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_) => {}
            }
        }
    }
}

/// Text of WordprocessingML and DrawingML: it stands in `t` elements, everything else is layout, fields and deletions.
fn runs(part: &str, body: &mut Gathered) -> Result<(), Refusal> {
    let mut reader = xml::reader(part);
    let mut in_text = false;
    // What is inside of `Fallback` was there already, for newer programs.
    let mut fallbacks = 0_u32;
    loop {
        match reader.read_event().map_err(|_| Refusal::Damaged)? {
            Event::Start(element) => match element.local_name().as_ref() {
                "t" => in_text = fallbacks == 0,
                "Fallback" => fallbacks += 1,
                _ => run_break(&element, body)?,
            },
            Event::Empty(element) => run_break(&element, body)?,
            Event::End(element) => match element.local_name().as_ref() {
                "t" => in_text = false,
                "Fallback" => fallbacks = fallbacks.saturating_sub(1),
                "p" => body.separate('\n')?,
                "tc" => body.separate('\t')?,
                _ => {}
            },
            Event::Text(text) if in_text => body.push(&text)?,
            Event::CData(text) if in_text => body.push(&text)?,
            Event::GeneralRef(reference) if in_text => body.push(&xml::resolved(&reference))?,
            Event::Eof => return Ok(()),
            Event::Text(_)
            | Event::CData(_)
            | Event::GeneralRef(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

fn run_break(element: &BytesStart<'_>, body: &mut Gathered) -> Result<(), Refusal> {
    match element.local_name().as_ref() {
        "tab" | "ptab" => body.separate('\t'),
        "br" | "cr" => body.separate('\n'),
        "noBreakHyphen" => body.push("-"),
        _ => Ok(()),
    }
}

/// Text of OpenDocument: it stands in paragraphs and headings.
fn paragraphs(part: &str, body: &mut Gathered) -> Result<(), Refusal> {
    let mut reader = xml::reader(part);
    let mut depth = 0_u32;
    let mut deletions = 0_u32;
    loop {
        match reader.read_event().map_err(|_| Refusal::Damaged)? {
            Event::Start(element) => match element.local_name().as_ref() {
                "p" | "h" => depth += 1,
                "tracked-changes" => deletions += 1,
                _ => {}
            },
            Event::Empty(element) => match element.local_name().as_ref() {
                "s" => body.separate(' ')?,
                "tab" => body.separate('\t')?,
                "line-break" => body.separate('\n')?,
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "p" | "h" => {
                    depth = depth.saturating_sub(1);
                    body.separate('\n')?;
                }
                "tracked-changes" => deletions = deletions.saturating_sub(1),
                _ => {}
            },
            Event::Text(text) if depth > 0 && deletions == 0 => body.push(&text)?,
            Event::GeneralRef(reference) if depth > 0 && deletions == 0 => body.push(&xml::resolved(&reference))?,
            Event::Eof => return Ok(()),
            Event::Text(_)
            | Event::GeneralRef(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}
