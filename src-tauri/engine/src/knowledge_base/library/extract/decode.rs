//! Bytes to characters: UTF-8, UTF-16 with its mark, what the file declares, and the best guess for the rest.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

use super::Refusal;

/// One control character in so many bytes is a slip; more of them are no text.
const CONTROLS: usize = 200;
/// One broken sequence in so many whole ones is a slip in UTF-8; more of them are another encoding.
const BROKEN: usize = 20;
/// Declarations stand in the first bytes.
const DECLARED_WITHIN: usize = 1024;

/// The characters of a text file; refuses what is no text.
pub fn decode(content: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    if let Some((encoding, mark)) = Encoding::for_bom(content) {
        let (text, _) = encoding.decode_without_bom_handling(&content[mark..]);
        // A mark before bytes that are something else.
        let broken = text.chars().filter(|c| *c == '\u{FFFD}' || is_foreign(*c)).count();
        return if broken * CONTROLS > text.len() { Err(Refusal::NotText) } else { Ok(text) };
    }
    if content.iter().filter(|byte| is_foreign(char::from(**byte))).count() * CONTROLS > content.len() {
        return Err(Refusal::NotText);
    }
    if let Ok(text) = std::str::from_utf8(content) {
        return Ok(Cow::Borrowed(text));
    }
    if let Some(encoding) = declared(content) {
        let (text, _, broken) = encoding.decode(content);
        if !broken {
            return Ok(text);
        }
    }
    if is_nearly_utf8(content) {
        return Ok(String::from_utf8_lossy(content));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(content, true);
    Ok(detector.guess(None, Utf8Detection::Deny).decode(content).0)
}

/// Control characters that no text file has, other than by accident.
fn is_foreign(c: char) -> bool {
    matches!(c, '\0'..='\x08' | '\x0B' | '\x0E'..='\x1A' | '\x1C'..='\x1F')
}

/// What an XML declaration or an HTML `meta` says.
fn declared(content: &[u8]) -> Option<&'static Encoding> {
    let head = content[..content.len().min(DECLARED_WITHIN)].to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head);
    if !head.trim_start().starts_with('<') {
        return None;
    }
    let (_, value) = head.split_once("encoding=").or_else(|| head.split_once("charset="))?;
    let value = value.trim_start_matches(['"', '\'']);
    let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c)))?;
    Encoding::for_label(&value.as_bytes()[..end])
}

fn is_nearly_utf8(content: &[u8]) -> bool {
    let text = String::from_utf8_lossy(content);
    let broken = text.chars().filter(|c| *c == '\u{FFFD}').count();
    let whole = text.chars().filter(|c| !c.is_ascii()).count() - broken;
    broken * BROKEN < whole
}
