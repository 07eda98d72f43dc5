//! Replies without what nobody reads: a document that is asked for (`GET /v3/documents/{id}`) comes with its whole text, up
//! to 50 MB of it, which is left out while it comes. Pure.

/// Bytes that are kept of a string; no field that is read is as long.
const LONGEST_STRING: usize = 64 * 1024;

/// Takes JSON piece by piece, and keeps it with the ends of long strings cut off. What is not JSON stays as it is, up to
/// the first such string.
#[derive(Debug, Default)]
pub struct Excerpt {
    kept: Vec<u8>,
    at: At,
    /// Bytes of the string that it is in.
    string: usize,
    /// Whether the rest of this string is left out.
    cuts: bool,
    /// Whether what was just read is a `\u` escape, which may need the next one.
    after_unicode: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum At {
    #[default]
    Outside,
    String,
    /// Behind a backslash.
    Escape,
    /// So many digits of a `\u` escape are to come.
    Digits(u8),
}

impl Excerpt {
    /// Takes the next bytes.
    pub fn take(&mut self, piece: &[u8]) {
        let mut bytes = piece.iter();
        // Where a string is left out, nothing else than these ends or changes that.
        let matters = |this: &Self, byte: u8| !(this.cuts && this.at == At::String) || matches!(byte, b'"' | b'\\');
        while let Some(byte) = bytes.find(|byte| matters(self, **byte)) {
            self.step(*byte);
        }
    }

    /// How many bytes were kept.
    pub fn length(&self) -> usize {
        self.kept.len()
    }

    /// What was kept.
    pub fn whole(self) -> Vec<u8> {
        self.kept
    }

    fn step(&mut self, byte: u8) {
        self.cuts |= self.string >= LONGEST_STRING && self.begins(byte);
        let next = match (self.at, byte) {
            (At::Outside, b'"') => At::String,
            (At::Outside, _) => At::Outside,
            (At::String, b'"') => {
                self.cuts = false;
                At::Outside
            }
            (At::String, b'\\') => At::Escape,
            (At::Escape, b'u') => At::Digits(4),
            (At::Digits(left), _) if left > 1 => At::Digits(left - 1),
            (At::String | At::Escape | At::Digits(_), _) => At::String,
        };
        if !self.cuts {
            self.kept.push(byte);
        }
        self.after_unicode = matches!(self.at, At::Digits(1));
        self.string = if next == At::Outside { 0 } else { self.string + 1 };
        self.at = next;
    }

    /// Whether a character begins with this byte, none of the escapes that come in pairs being open.
    fn begins(&self, byte: u8) -> bool {
        self.at == At::String && !self.after_unicode && !(0x80..0xC0).contains(&byte)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn excerpt(json: &[u8], pieces: &[usize]) -> Vec<u8> {
        let (mut excerpt, mut rest) = (Excerpt::default(), json);
        for length in pieces.iter().cycle() {
            let (piece, behind) = rest.split_at(rest.len().min(*length));
            excerpt.take(piece);
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
        excerpt.whole()
    }

    /// The same, but for strings that go on.
    fn is_excerpt(kept: &Value, whole: &Value) -> bool {
        match (kept, whole) {
            (Value::String(kept), Value::String(whole)) => {
                kept == whole || (whole.starts_with(kept.as_str()) && kept.len() >= LONGEST_STRING / 6)
            }
            (Value::Array(kept), Value::Array(whole)) => {
                kept.len() == whole.len() && kept.iter().zip(whole).all(|(kept, whole)| is_excerpt(kept, whole))
            }
            (Value::Object(kept), Value::Object(whole)) => {
                kept.len() == whole.len()
                    && kept.iter().zip(whole).all(|((a, kept), (b, whole))| a == b && is_excerpt(kept, whole))
            }
            (kept, whole) => kept == whole,
        }
    }

    /// Without letters outside ASCII, as some servers write.
    fn in_ascii(json: &str) -> String {
        let unit = |character: char| {
            let escaped = character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect();
            if character.is_ascii() { character.to_string() } else { escaped }
        };
        json.chars().map(unit).collect()
    }

    /// Texts of the characters that are written in several ways, some of them long.
    fn text() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec!["a", "\"", "\\", "\n", "ö", "汉", "🦦", "\u{0}", " ", "\\u12"]);
        let times = prop_oneof![3 => Just(1_usize), 1 => 9_000_usize..30_000];
        (prop::collection::vec(word, 0..6), times).prop_map(|(words, times)| words.concat().repeat(times))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn what_is_kept_is_the_same_json_but_for_long_strings(
            texts in prop::collection::vec(text(), 1..5),
            pieces in prop::collection::vec(1_usize..9_000, 1..4),
        ) {
            let value = serde_json::json!({ "content": texts[0], "rest": [texts, 1, null, { "status": "done" }] });
            for json in [value.to_string(), in_ascii(&value.to_string())] {
                let kept: Value = serde_json::from_slice(&excerpt(json.as_bytes(), &pieces)).expect("JSON");
                prop_assert!(is_excerpt(&kept, &value));
            }
        }

        #[test]
        fn what_has_no_long_string_stays_byte_for_byte(
            bytes in prop::collection::vec(any::<u8>(), 0..5_000),
            pieces in prop::collection::vec(1_usize..900, 1..4),
        ) {
            prop_assert_eq!(excerpt(&bytes, &pieces), bytes);
        }
    }

    #[test]
    fn a_long_text_takes_no_more_than_its_beginning() {
        for text in ["words and ", "汉字", "🦦", "\n\t"] {
            let json = serde_json::json!({ "content": text.repeat(1_000_000), "status": "done" }).to_string();
            let kept = excerpt(json.as_bytes(), &[16_384]);
            assert!(kept.len() < LONGEST_STRING + 100, "{text:?}: {}", kept.len());
            assert_eq!(serde_json::from_slice::<Value>(&kept).expect("JSON")["status"], "done");
        }
    }
}
