//! What a document is sent as: text in JSON, or a file; and what is told beside it. Pure.
//!
//! | content | sent as |
//! | --- | --- |
//! | valid UTF-8 up to 1 MB (always in memory) | `content` of `POST /v3/documents` |
//! | the same, but nothing else than a URL | a text file: as `content` the URL would be fetched |
//! | longer UTF-8, PDF, what is not UTF-8 | a file |
//! | nothing, white space only, UTF-8 with NUL bytes, over 50 MB | not at all |
//!
//! Other control characters are taken out over there; the text is sent as it is.

use jiff::Timestamp;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

use super::types::{Kind, PDF, TEXT, UNKNOWN, binary};
use crate::content::IN_MEMORY;
use crate::error::ErrorCode;
use crate::knowledge_base::Document;
use crate::object::{ETag, ObjectKey};
use crate::tag::ContainerTag;

/// Longest text of a document, in bytes (<https://supermemory.ai/docs/concepts/content-types>: 1 MB).
const LONGEST_TEXT: usize = 1_000_000;
// What lies on the disk goes as a file.
const _: () = assert!(LONGEST_TEXT <= IN_MEMORY);
/// Largest file, in bytes (<https://supermemory.ai/docs/ingestion/add-memories>: 50 MB).
pub const LARGEST_FILE: u64 = 50_000_000;
/// The readers of PDF look for its header in the first kilobyte.
const PDF_HEAD: usize = 1024;
/// A longer extension is none.
const EXTENSION_LENGTH: usize = 16;

/// What a document is sent as.
#[derive(Debug, PartialEq, Eq)]
pub enum Form<'a> {
    /// Text in JSON.
    Text(&'a str),
    /// A file.
    File(File),
}

/// What is told of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// A name without anything of the key but its extension.
    pub name: String,
    /// `fileType`, where the API has to be told.
    pub file_type: Option<&'static str>,
    /// MIME type of the part.
    pub mime: &'static str,
    /// Whether it is told in `mimeType` too.
    pub tells_mime: bool,
}

/// Why content is not sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Why, for a program.
    pub code: ErrorCode,
    /// What a person reads.
    pub reason: &'static str,
}

/// What bytes are, whatever their key promises; found out piece by piece, as not all of them need be in memory.
#[derive(Debug)]
pub struct Reading {
    /// The first ones.
    head: Vec<u8>,
    is_text: bool,
    has_nul: bool,
    is_blank: bool,
    /// The beginning of a character whose rest has not come.
    cut: Vec<u8>,
}

impl Default for Reading {
    fn default() -> Self {
        Self { head: Vec::new(), is_text: true, has_nul: false, is_blank: true, cut: Vec::new() }
    }
}

impl Reading {
    /// Reads on.
    pub fn take(&mut self, piece: &[u8]) {
        let room = PDF_HEAD - self.head.len();
        self.head.extend_from_slice(&piece[..piece.len().min(room)]);
        if !self.is_text {
            return;
        }
        let mut cut = std::mem::take(&mut self.cut);
        let piece = if cut.is_empty() {
            piece
        } else {
            cut.extend_from_slice(piece);
            &cut
        };
        let whole = match std::str::from_utf8(piece) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Ok(_) | Err(_) => piece.len(),
        };
        match std::str::from_utf8(&piece[..whole]) {
            Ok(text) => {
                self.has_nul |= text.contains('\0');
                self.is_blank &= text.chars().all(is_blank);
                self.cut = piece[whole..].to_vec();
            }
            Err(_) => self.is_text = false,
        }
    }

    /// Whether what follows changes nothing.
    pub fn is_decided(&self) -> bool {
        !self.is_text && self.head.len() == PDF_HEAD
    }

    /// Whether all of it is text.
    fn is_text(&self) -> bool {
        self.is_text && self.cut.is_empty()
    }
}

/// What this content is sent as.
///
/// # Errors
/// Why it is not sent at all.
pub fn form<'a>(key: &ObjectKey, content: &'a [u8]) -> Result<Form<'a>, Unfit> {
    let mut reading = Reading::default();
    reading.take(content);
    if let Some(file) = file_unless_text(key, content.len() as u64, &reading)? {
        return Ok(Form::File(file));
    }
    match std::str::from_utf8(content) {
        Ok(text) if text.len() <= LONGEST_TEXT && !is_url(text) => Ok(Form::Text(text)),
        Ok(_) | Err(_) => Ok(Form::File(text_file(key))),
    }
}

/// What content of this length is sent as that is not in memory, and was read as far as it decides.
///
/// # Errors
/// Why it is not sent at all.
pub fn form_on_disk(key: &ObjectKey, length: u64, reading: &Reading) -> Result<File, Unfit> {
    Ok(file_unless_text(key, length, reading)?.unwrap_or_else(|| text_file(key)))
}

/// The file that content is sent as which is something else than text.
fn file_unless_text(key: &ObjectKey, length: u64, reading: &Reading) -> Result<Option<File>, Unfit> {
    let refused = |reason| Err(Unfit { code: ErrorCode::DocumentRefused, reason });
    if length == 0 {
        return refused("The file is empty");
    }
    if length > LARGEST_FILE {
        return Err(Unfit { code: ErrorCode::DocumentTooLarge, reason: "Supermemory takes files up to 50 MB" });
    }
    let extension = key.extension();
    if is_pdf(&extension, &reading.head) {
        return Ok(Some(file("pdf", Kind::Pdf, PDF)));
    }
    let (kind, mime) = binary(&extension);
    if !reading.is_text() {
        return Ok(Some(file(&extension, kind, mime)));
    }
    if reading.has_nul {
        return match kind {
            // Nothing that is text, whatever its bytes happen to spell.
            Kind::Image | Kind::Audio | Kind::Video => Ok(Some(file(&extension, kind, mime))),
            _ => refused("The file looks like text and has NUL bytes, which Supermemory does not take"),
        };
    }
    if reading.is_blank {
        return refused("The file has only white space");
    }
    Ok(None)
}

/// Text as a file.
fn text_file(key: &ObjectKey) -> File {
    let extension = key.extension();
    file(if takes_text(&extension) { &extension } else { "txt" }, Kind::Text, TEXT)
}

fn file(extension: &str, kind: Kind, mime: &'static str) -> File {
    let is_plain =
        |e: &str| !e.is_empty() && e.len() <= EXTENSION_LENGTH && e.bytes().all(|b| b.is_ascii_alphanumeric());
    let extension = if is_plain(extension) { extension } else { "bin" };
    let tells_mime = kind != Kind::Other;
    File { name: format!("document.{extension}"), file_type: kind.file_type(), mime, tells_mime }
}

/// PDF may be pure ASCII, and is no text to search all the same.
fn is_pdf(extension: &str, head: &[u8]) -> bool {
    head.starts_with(b"%PDF-") || (extension == "pdf" && head.windows(5).any(|bytes| bytes == b"%PDF-"))
}

/// Extensions that promise a type other than text would contradict what is told of the file.
fn takes_text(extension: &str) -> bool {
    !extension.is_empty() && matches!(binary(extension).1, TEXT | UNKNOWN)
}

/// Nothing is left of it over there, where control characters are taken out and the ends trimmed.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{FEFF}'
}

/// Whether this text might be taken for a URL, and fetched: a single word that is one, or begins like one.
fn is_url(text: &str) -> bool {
    let text = text.trim_matches(is_blank);
    if text.contains(char::is_whitespace) {
        return false;
    }
    let bare: String = text.chars().filter(|c| !c.is_control()).collect();
    let has_scheme = url::Url::parse(&bare).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    has_scheme || bare.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
}

/// Names of the metadata that tell a document's object.
mod name {
    pub const BUCKET: &str = "bucket";
    pub const KEY: &str = "key";
    pub const KEY_ENCODING: &str = "keyEncoding";
    pub const ETAG: &str = "etag";
    pub const SIZE: &str = "size";
    pub const MODIFIED: &str = "lastModified";
    pub const CONNECTION: &str = "connection";
    pub const TAG: &str = "containerTag";
}

/// Name of the metadata that says whose a document is.
pub const CONNECTION: &str = name::CONNECTION;
/// Name of the metadata with the bucket.
pub const BUCKET: &str = name::BUCKET;

/// The metadata of a document: scalars only, and never null. `containerTag` is told once more, because search results
/// do not say which container they come from.
pub fn metadata(document: &Document) -> Map<String, Value> {
    let Document { id: _, connection, bucket, key, etag, tag, size, modified } = document;
    let mut all = Map::new();
    let mut tell = |name: &str, value: Value| drop(all.insert(name.to_owned(), value));
    tell(name::BUCKET, bucket.as_str().into());
    if is_told_as_it_is(key.as_str()) {
        tell(name::KEY, key.as_str().into());
    } else {
        tell(name::KEY, utf8_percent_encode(key.as_str(), ENCODED).to_string().into());
        tell(name::KEY_ENCODING, "url".into());
    }
    tell(name::ETAG, etag.as_str().into());
    tell(name::SIZE, (*size).into());
    if let Some(at) = modified.and_then(|at| Timestamp::from_millisecond(at).ok()) {
        tell(name::MODIFIED, format!("{at:.3}").into());
    }
    tell(name::CONNECTION, connection.as_str().into());
    tell(name::TAG, tag.as_str().into());
    all
}

/// Everything that does not survive every JSON store (NUL, which a text column of PostgreSQL refuses; other control
/// characters, which this API strips from text; white space at the ends, which many trim), and the sign of the
/// encoding itself. Everything outside ASCII is encoded as well.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%').add(b' ');

/// A key of plain characters is told as it is, for whoever reads it; any other is encoded like in a listing of S3 with
/// `encoding-type=url`, so that it comes back byte for byte.
fn is_told_as_it_is(key: &str) -> bool {
    !key.chars().any(char::is_control) && key.trim().len() == key.len() && !key.is_empty()
}

/// The object that a document's metadata tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The connection that owns the document.
    pub connection: String,
    /// Bucket.
    pub bucket: String,
    /// Key.
    pub key: ObjectKey,
    /// Version.
    pub etag: ETag,
    /// Container when it was put.
    pub tag: Option<ContainerTag>,
    /// Size of the object, in bytes.
    pub size: u64,
    /// Last modified, in milliseconds since 1970 UTC.
    pub modified: Option<i64>,
}

/// Reads metadata back; `None` where it does not tell an object.
pub fn told(metadata: &Map<String, Value>) -> Option<Told> {
    let text = |name: &str| metadata.get(name).and_then(Value::as_str);
    let key = text(name::KEY)?;
    let key = match text(name::KEY_ENCODING) {
        None => key.to_owned(),
        Some("url") => percent_decode_str(key).decode_utf8().ok()?.into_owned(),
        Some(_) => return None,
    };
    Some(Told {
        connection: text(name::CONNECTION)?.to_owned(),
        bucket: text(name::BUCKET)?.to_owned(),
        key: ObjectKey::new(key),
        etag: ETag::new(text(name::ETAG)?),
        tag: text(name::TAG).and_then(ContainerTag::parse),
        // Some JSON stores give whole numbers back as 12.0.
        size: metadata.get(name::SIZE).and_then(Value::as_f64).map_or(0, |size| size as u64),
        modified: text(name::MODIFIED).and_then(|at| at.parse().ok()).map(Timestamp::as_millisecond),
    })
}

/// `filepath`, where the key fits the rules of Supermemory's own sync client: absolute, at most 4,096 bytes, no empty
/// segment, no control characters, a name of at most 255 bytes with an extension, not `/profile.md`. Segments of dots
/// are left out too: whoever resolves them gets another file's path.
pub fn filepath(key: &ObjectKey) -> Option<String> {
    let path = format!("/{key}");
    let name = path.rsplit('/').next().unwrap_or_default();
    let has_extension =
        name.rsplit_once('.').is_some_and(|(stem, extension)| !stem.is_empty() && !extension.is_empty());
    let fits = path.len() <= 4096
        && !path.contains("//")
        && !path.chars().any(char::is_control)
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
        && name.len() <= 255
        && has_extension
        && path != "/profile.md";
    fits.then_some(path)
}

#[cfg(test)]
mod tests;
