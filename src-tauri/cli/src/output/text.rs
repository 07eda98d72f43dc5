//! Words and numbers for a person.
//!
//! Keys, tags, snippets and a server's words come from outside. Shown raw they could move the cursor, recolour
//! the terminal or turn the reading direction, so what cannot be seen is written out.

use std::borrow::Cow;

/// A key (or a name) on one line: controls, line breaks and direction marks are written out (`\n`, `\u{1b}`), and a
/// backslash is doubled so that nothing can pretend to be one of these.
pub fn plain(key: &str) -> Cow<'_, str> {
    written_out(key, true)
}

/// A sentence that may quote something from outside, on one line. Its backslashes mean themselves.
pub fn sentence(text: &str) -> Cow<'_, str> {
    written_out(text, false)
}

fn written_out(text: &str, doubles_backslash: bool) -> Cow<'_, str> {
    if !text.chars().any(|c| is_unseen(c) || (doubles_backslash && c == '\\')) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\\' if doubles_backslash => shown.push_str(r"\\"),
            c if is_unseen(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// A word as a POSIX shell takes it for itself.
pub fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=+,@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Running text from outside: every stretch of blanks, line breaks and controls becomes one space.
pub fn running(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || is_unseen(c))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a character has no picture of its own but an effect on the others.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A size in the units that stores and file managers show: `4.2 KB` is 4,200 bytes.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = if value < 99.95 { 1 } else { 0 };
    format!("{value:.digits$} {}", UNITS[unit])
}

/// A count with its thousands set apart: `12,345`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A count with its noun: `1 document`, `2 documents`.
pub fn counted(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{} {noun}s", count(number)) }
}

/// A point in time in this computer's zone, to the minute.
pub fn moment(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds)
        .map(|t| t.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_else(|_| "?".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_cannot_move_the_cursor_or_turn_the_reading_direction() {
        for (key, shown) in [
            ("users/u1/notes.md", "users/u1/notes.md"),
            ("ä/\u{308}é", "ä/\u{308}é"),
            ("a\nb\tc", r"a\nb\tc"),
            ("\u{1b}[31mred", r"\u{1b}[31mred"),
            ("a\u{202e}txt.exe", r"a\u{202e}txt.exe"),
            ("\u{9b}2J", r"\u{9b}2J"),
            (r"a\nb", r"a\\nb"),
            ("a//b/../c ", "a//b/../c "),
        ] {
            assert_eq!(plain(key), shown);
        }
    }

    #[test]
    fn two_keys_that_differ_are_shown_differently() {
        assert_ne!(plain("a\nb"), plain(r"a\nb"));
    }

    #[test]
    fn a_sentence_keeps_its_backslashes_and_loses_its_controls() {
        assert_eq!(sentence("Write \\\\ for the\u{7} character."), r"Write \\ for the\u{7} character.");
    }

    #[test]
    fn a_shell_takes_a_word_for_itself() {
        for (word, shown) in [("notes", "notes"), ("my notes", "'my notes'"), ("", "''"), ("it's $x", r"'it'\''s $x'")]
        {
            assert_eq!(shell_word(word), shown);
        }
    }

    #[test]
    fn running_text_stays_on_one_line() {
        assert_eq!(running(" one\n\ttwo \u{1b}[2Jthree "), "one two [2Jthree");
        assert_eq!(running("\n"), "");
    }

    #[test]
    fn sizes_have_three_digits_at_most_and_never_say_1000() {
        for (bytes, shown) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 KB"),
            (4_200, "4.2 KB"),
            (99_949, "99.9 KB"),
            (99_950, "100 KB"),
            (999_499, "999 KB"),
            (999_500, "1.0 MB"),
            (50_000_000, "50.0 MB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(size(bytes), shown, "{bytes}");
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, shown) in [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567")] {
            assert_eq!(count(number), shown);
        }
        assert_eq!((counted(1, "key").as_str(), counted(2, "key").as_str()), ("1 key", "2 keys"));
    }

    #[test]
    fn a_time_out_of_range_is_no_panic() {
        assert_eq!(moment(i64::MAX), "?");
        assert_eq!(moment(0).len(), "1970-01-01 00:00".len());
    }
}
