//! How many tokens Supermemory may make of what would be sent, as far as keys and sizes tell. It charges by the tokens that
//! it processes (<https://supermemory.ai/docs/billing>), and it alone knows them: this is an estimate, and said to be one.

use super::types::{TEXT, UNKNOWN, binary};
use crate::object::extension_of;
use crate::view::TokenEstimate;

/// Bytes of text that are taken for a token: the usual rule of thumb for English text.
const BYTES: u64 = 4;
/// Documents beyond those of [`binary`] whose bytes say nothing of their text: they are packed, or mostly form.
const PACKED: [&str; 8] = ["epub", "key", "numbers", "odp", "ods", "odt", "pages", "rtf"];

/// Counts documents that are to be sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tokens {
    bytes: u64,
    untold: u64,
}

impl Tokens {
    /// Adds a document.
    pub fn add(&mut self, key: &str, size: u64) {
        let extension = extension_of(key);
        // What is of no known type is mostly somebody's text.
        let is_text = matches!(binary(&extension).1, TEXT | UNKNOWN) && !PACKED.contains(&&*extension);
        if is_text {
            self.bytes += size;
        } else {
            self.untold += 1;
        }
    }

    /// What it comes to.
    pub fn estimate(self) -> TokenEstimate {
        TokenEstimate { text: self.bytes.div_ceil(BYTES), untold: self.untold }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_estimated_by_its_size_and_nothing_else_is() {
        let mut tokens = Tokens::default();
        assert_eq!(tokens.estimate(), TokenEstimate { text: 0, untold: 0 });
        for key in ["a.md", "B.TXT", "code/a.rs", "LICENSE"] {
            tokens.add(key, 1_000);
        }
        for key in ["a.pdf", "b.JPG", "c.docx", "d.mp4", "e.odt"] {
            tokens.add(key, 1_000_000);
        }
        assert_eq!(tokens.estimate(), TokenEstimate { text: 1_000, untold: 5 });
        tokens.add("one.txt", 1);
        assert_eq!(tokens.estimate().text, 1_001);
    }
}
