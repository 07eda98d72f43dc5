//! Kinds of text that need little reading: plain, Markdown, JSON.

use super::{Gathered, Refusal, Text};

/// Text as it stands.
pub fn plain(text: &str) -> Result<Text, Refusal> {
    let mut body = Gathered::default();
    body.push(text)?;
    Ok(Text { title: None, body: body.0 })
}

/// Text as it stands; the first heading is the title, unless the front matter has one.
pub fn markdown(text: &str) -> Result<Text, Refusal> {
    Ok(Text { title: front_title(text).or_else(|| first_heading(text)), ..plain(text)? })
}

fn front_title(text: &str) -> Option<String> {
    let mut lines = text.lines();
    (lines.next()?.trim_end() == "---").then_some(())?;
    let title = lines.take_while(|line| line.trim_end() != "---").find_map(|line| line.strip_prefix("title:"))?;
    Some(title.trim().trim_matches(['"', '\'']).to_owned())
}

fn first_heading(text: &str) -> Option<String> {
    let mut before = "";
    let mut in_code = false;
    for line in text.lines().take(500) {
        in_code ^= line.trim_start().starts_with("```");
        let hashes = line.len() - line.trim_start_matches('#').len();
        if !in_code && (1..=6).contains(&hashes) && line[hashes..].starts_with([' ', '\t']) {
            return Some(line[hashes..].trim().trim_end_matches('#').trim_end().to_owned());
        }
        let is_underline = !line.is_empty() && line.trim_end().chars().all(|c| c == '=');
        if !in_code && is_underline && !before.trim().is_empty() {
            return Some(before.trim().to_owned());
        }
        before = line;
    }
    None
}

/// JSON with the escapes of its strings undone, so that `\n` and `\u00e9` do not stick to words. Works on what is not
/// quite JSON as well: outside of strings there are no backslashes.
pub fn json(text: &str) -> Result<Text, Refusal> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (character, length) = unescaped(&rest[at..]);
        out.push(character);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    plain(&out)
}

/// The character that the escape at the beginning stands for, and the escape's length in bytes.
fn unescaped(escape: &str) -> (char, usize) {
    match escape.as_bytes().get(1) {
        Some(b'n' | b'r' | b'f') => ('\n', 2),
        Some(b't' | b'b') => ('\t', 2),
        Some(c @ (b'"' | b'/' | b'\\')) => (char::from(*c), 2),
        Some(b'u') => unescaped_unit(escape).unwrap_or((' ', 2)),
        _ => ('\\', 1),
    }
}

/// One `\uXXXX`, or two that are one character.
fn unescaped_unit(escape: &str) -> Option<(char, usize)> {
    let unit = |at: usize| u16::from_str_radix(escape.get(at..at + 4)?, 16).ok();
    let first = unit(2)?;
    let second = escape.get(6..8).filter(|u| *u == "\\u").and_then(|_| unit(8));
    if let Some(second) = second
        && let Some(Ok(character)) = char::decode_utf16([first, second]).next()
        && character as u32 > 0xFFFF
    {
        return Some((character, 12));
    }
    Some((char::from_u32(first.into()).unwrap_or('\u{FFFD}'), 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_heading_of_markdown_is_its_title() {
        for (text, title) in [
            ("# One\n## Two", Some("One")),
            ("intro\n\n### Deep ###\n", Some("Deep")),
            ("Old style\n=====\n", Some("Old style")),
            ("---\ntitle: \"Front\"\n---\n# Other", Some("Front")),
            ("```\n# comment\n```\n# Real", Some("Real")),
            ("#hashtag\n", None),
        ] {
            assert_eq!(markdown(text).expect("text").title.as_deref(), title, "{text}");
        }
    }

    #[test]
    fn escapes_of_json_do_not_stick_to_words() {
        for (text, plain) in [
            (r#"{"a":"one\ntwo\t\"three\" c:\\dir"}"#, "{\"a\":\"one\ntwo\t\"three\" c:\\dir\"}"),
            (r#""caf\u00e9 \ud83d\ude00 \ud83d x""#, "\"café 😀 \u{FFFD} x\""),
            (r"broken \u12 and \", r"broken  12 and \"),
        ] {
            assert_eq!(json(text).expect("text").body, plain);
        }
    }
}
