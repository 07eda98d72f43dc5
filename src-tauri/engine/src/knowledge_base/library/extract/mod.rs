//! Text out of files.
//!
//! What a file is, is told by its bytes; the extension only decides between kinds of text. Files come from strangers:
//! every reader here is bounded in what it unpacks and in what it returns, runs on a thread of its own with a deep
//! stack and a deadline, and may panic without harm. A file that gives no text is refused with a sentence, never dropped.

mod decode;
mod html;
mod office;
mod pdf;
mod plain;
mod sheet;
mod types;
mod xml;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use bytes::Bytes;

pub use self::types::takes_extension;
use crate::error::{Error, Result};
use crate::object::ObjectKey;

/// Most text of one file, in bytes of UTF-8: a hundred thick books.
const TEXT_LIMIT: usize = 20_000_000;
/// Stack of the reading thread; only what is used of it costs anything.
const STACK: usize = 64 << 20;
/// A file that takes longer is refused.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// What was read out of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The title that the document gives itself.
    pub title: Option<String>,
    /// Everything.
    pub body: String,
}

/// Why a file gives no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Bytes that are no characters.
    NotText,
    /// Nothing but white space.
    NoText,
    /// Pages without characters.
    NoTextInPdf,
    /// Encrypted with a password.
    Protected,
    /// Broken: the format's own rules do not hold.
    Damaged,
    /// A zip file that is no document.
    Archive,
    /// Word, Excel or PowerPoint before 2007.
    OldOffice,
    /// More than [`TEXT_LIMIT`].
    TooMuchText,
    /// It unpacks to very much more than its size.
    Bomb,
    /// It took longer than [`TIME_LIMIT`].
    TooLong,
    /// The reader gave up in a way that it should not.
    Unreadable,
}

impl Refusal {
    /// What a person reads.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotText => "The file is not text",
            Self::NoText => "The file has no text",
            Self::NoTextInPdf => "The PDF has no text (it may be a scan)",
            Self::Protected => "The file is password-protected",
            Self::Damaged => "The file is damaged",
            Self::Archive => "The file is an archive, not a document",
            Self::OldOffice => "The file has an old Office format; save it as docx, xlsx or pptx",
            Self::TooMuchText => "The file has more than 20 MB of text",
            Self::Bomb => "The file unpacks to far more than a document should",
            Self::TooLong => "The file takes too long to read",
            Self::Unreadable => "The file's text cannot be read",
        }
    }
}

/// Reads the text of a file, or says why there is none. Blocks.
///
/// # Errors
/// Only where this computer has no thread left.
pub fn read(key: &ObjectKey, content: &Bytes) -> Result<std::result::Result<Text, Refusal>> {
    let deadline = Instant::now() + TIME_LIMIT;
    let (answer, question) = mpsc::sync_channel(1);
    let (extension, content) = (key.extension(), content.clone());
    let reader = move || {
        let text = catch_unwind(AssertUnwindSafe(|| text_of(&extension, &content, deadline)));
        let text = text
            .unwrap_or_else(|panic| Err(if panic.is::<pdf::Stop>() { Refusal::TooLong } else { Refusal::Unreadable }));
        // Nobody listens any more when it took too long.
        let _ = answer.send(text);
    };
    std::thread::Builder::new()
        .name("read a document".into())
        .stack_size(STACK)
        .spawn(reader)
        .map_err(|e| Error::internal("start to read a document", e))?;
    // A reader that hangs is left behind: a thread cannot be ended from outside.
    Ok(question.recv_timeout(TIME_LIMIT + Duration::from_secs(5)).unwrap_or(Err(Refusal::TooLong)))
}

fn text_of(extension: &str, content: &Bytes, deadline: Instant) -> std::result::Result<Text, Refusal> {
    let text = match types::kind_of(extension, content) {
        types::Kind::Pdf => pdf::text(content, deadline),
        types::Kind::Package => office::text(content),
        types::Kind::Compound => Err(office::why_not_compound(content)),
        types::Kind::Html => html::text(&decode::decode(content)?),
        types::Kind::Xml => xml::text(&decode::decode(content)?),
        types::Kind::Json => plain::json(&decode::decode(content)?),
        types::Kind::Markdown => plain::markdown(&decode::decode(content)?),
        types::Kind::Plain => plain::plain(&decode::decode(content)?),
    }?;
    if text.body.trim().is_empty() {
        return Err(Refusal::NoText);
    }
    let title = text.title.map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "));
    Ok(Text { title: title.filter(|title| !title.is_empty()), body: text.body })
}

/// Text that grows no further than [`TEXT_LIMIT`].
#[derive(Debug, Default)]
struct Gathered(String);

impl Gathered {
    fn push(&mut self, text: &str) -> std::result::Result<(), Refusal> {
        if self.0.len() + text.len() > TEXT_LIMIT {
            return Err(Refusal::TooMuchText);
        }
        self.0.push_str(text);
        Ok(())
    }

    /// A separator: not at the beginning, not twice in a row, and a line end instead of the blank before it.
    fn separate(&mut self, by: char) -> std::result::Result<(), Refusal> {
        let last = self.0.chars().next_back();
        match (last, by) {
            (None | Some('\n'), _) => Ok(()),
            (Some(' ' | '\t'), '\n') => {
                self.0.pop();
                self.separate('\n')
            }
            (Some(' ' | '\t'), _) => Ok(()),
            (Some(_), _) => self.push(by.encode_utf8(&mut [0; 4])),
        }
    }
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
