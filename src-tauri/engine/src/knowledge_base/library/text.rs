//! The form in which text is stored and looked for, and back to the form that a person reads.
//!
//! Scripts without spaces between words would be one endless word to the index. A zero-width space between their
//! characters makes each character a word, and a query for several of them a phrase; it is taken out again of
//! everything that is shown.

use std::borrow::Cow;

/// Marks the beginning of a hit in a snippet; a noncharacter, which [`stored`] keeps out of every text.
pub const HIT_BEGINS: char = '\u{FDD0}';
/// Marks the end of a hit in a snippet.
pub const HIT_ENDS: char = '\u{FDD1}';
/// Keeps two characters apart that are words of their own.
const BETWEEN: char = '\u{200B}';

/// The stored form: one kind of line end, no control characters, ligatures as letters, scripts without spaces split up.
pub fn stored(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut before = ' ';
    for c in text.chars() {
        let c = match c {
            // Invisible, and would hide the word that they are in.
            BETWEEN | '\u{AD}' | '\u{FEFF}' => continue,
            '\n' | '\t' => c,
            '\u{FB00}'..='\u{FB06}' => {
                out.push_str(LIGATURES[c as usize - 0xFB00]);
                before = 'f';
                continue;
            }
            '\r' | HIT_BEGINS | HIT_ENDS => ' ',
            c if c.is_control() => ' ',
            c => c,
        };
        if (stands_alone(c) && before.is_alphanumeric()) || (stands_alone(before) && c.is_alphanumeric()) {
            out.push(BETWEEN);
        }
        out.push(c);
        before = c;
    }
    out
}

/// ﬀ ﬁ ﬂ ﬃ ﬄ ﬅ ﬆ, as typesetters join them, above all in PDF.
const LIGATURES: [&str; 7] = ["ff", "fi", "fl", "ffi", "ffl", "st", "st"];

/// Whether the character belongs to a script that writes words without spaces between them.
fn stands_alone(c: char) -> bool {
    matches!(c as u32,
        0x0E00..=0x0EFF // Thai, Lao
        | 0x1000..=0x109F // Myanmar
        | 0x1780..=0x17FF // Khmer
        | 0x3005..=0x3007 | 0x3040..=0x312F | 0x31A0..=0x31BF | 0x31F0..=0x31FF // Kana, Bopomofo
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF // Han
        | 0xFF66..=0xFF9F // half-width Katakana
        | 0x2_0000..=0x3_FFFF // Han, the rare ones
    )
}

/// The shown form of a piece of stored text, its white space run together.
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| *c != BETWEEN) {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
    }
    out
}

/// The form that a program reads: as it is stored, without what only the index needs.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| *c != BETWEEN).collect()
}

/// Cuts the middle out of a piece that is longer than anybody reads, such as a line of encoded bytes.
pub fn shortened(text: &str, longest: usize) -> Cow<'_, str> {
    let length = text.chars().count();
    if length <= longest {
        return Cow::Borrowed(text);
    }
    let half = longest / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(length - half).collect();
    Cow::Owned(format!("{head}…{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_shown_again_without_a_trace_of_the_splitting() {
        for text in ["plain text", "全文検索 works", "ภาษาไทย", "中文abc中", "a\u{301}b"] {
            assert_eq!(shown(&stored(text)), text);
        }
    }

    #[test]
    fn a_script_without_spaces_is_split_into_its_characters() {
        assert_eq!(stored("中文abc"), "中\u{200B}文\u{200B}abc");
        assert_eq!(stored("中。文"), "中。文");
    }

    #[test]
    fn invisible_and_control_characters_cannot_hide_or_fake_anything() {
        assert_eq!(stored("soft\u{AD}ware\u{0}\u{FDD0}x\r\ny \u{FB01}nd"), "software  x \ny find");
    }

    #[test]
    fn a_piece_that_nobody_reads_is_cut_in_the_middle() {
        assert_eq!(shortened("abcdefgh", 4), "ab…gh");
        assert_eq!(shortened("äbcd", 4), "äbcd");
    }
}
