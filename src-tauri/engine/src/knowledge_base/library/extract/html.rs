//! Text of HTML: what a reader sees, without scripts, styles and mark-up.
//!
//! Only the tokenizer of the HTML standard is used. It makes no tree, so that neither depth nor missing end tags
//! matter, and its time is linear.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::{Gathered, Refusal, Text};

/// Text and title of a page.
pub fn text(page: &str) -> Result<Text, Refusal> {
    let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    // Pieces, because a tendril holds less than 4 GiB and is copied when it is cut.
    let mut rest = page;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(rest.len().min(1 << 16)));
        queue.push_back(StrTendril::from_slice(piece));
        // It pauses at scripts, and says so; it is done when the queue is.
        while !queue.is_empty() {
            let _ = tokenizer.feed(&queue);
        }
        rest = after;
    }
    tokenizer.end();
    let seen = tokenizer.sink.0.into_inner();
    seen.refusal.map_or(Ok(()), Err)?;
    Ok(Text { title: Some(seen.title), body: seen.body.0 })
}

#[derive(Default)]
struct Reader(RefCell<Seen>);

#[derive(Default)]
struct Seen {
    body: Gathered,
    title: String,
    /// The element whose characters are not the page's text.
    inside: Option<Inside>,
    refusal: Option<Refusal>,
}

#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Title,
    Unseen(&'static str),
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut seen = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => seen.characters(&text),
            Token::TagToken(tag) => return seen.tag(&tag),
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl Seen {
    fn note(&mut self, result: Result<(), Refusal>) {
        self.refusal = self.refusal.or(result.err());
    }

    fn characters(&mut self, text: &str) {
        match self.inside {
            None => {
                let result = self.body.push(text);
                self.note(result);
            }
            // Titles of pages are short; a longer one is body, or nonsense.
            Some(Inside::Title) if self.title.len() < 1000 => self.title.push_str(text),
            Some(Inside::Title | Inside::Unseen(_)) => {}
        }
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        let separator = separator(name);
        if let Some(by) = separator {
            let result = self.body.separate(by);
            self.note(result);
        }
        match tag.kind {
            TagKind::EndTag => {
                let ends = match self.inside {
                    Some(Inside::Title) => name == "title",
                    Some(Inside::Unseen(element)) => name == element,
                    None => false,
                };
                if ends {
                    self.inside = None;
                }
                TokenSinkResult::Continue
            }
            TagKind::StartTag => {
                self.attributes(tag);
                self.enter(name)
            }
        }
    }

    /// Some elements change how the tokenizer reads on.
    fn enter(&mut self, name: &str) -> TokenSinkResult<()> {
        let (inside, raw) = match name {
            // A page has one title; those of drawings in it are text.
            "title" if self.title.is_empty() => (Some(Inside::Title), RawKind::Rcdata),
            "script" => (Some(Inside::Unseen("script")), RawKind::ScriptData),
            "style" => (Some(Inside::Unseen("style")), RawKind::Rawtext),
            "iframe" => (Some(Inside::Unseen("iframe")), RawKind::Rawtext),
            "textarea" => (None, RawKind::Rcdata),
            _ => return TokenSinkResult::Continue,
        };
        self.inside = inside.or(self.inside);
        TokenSinkResult::RawData(raw)
    }

    /// Text that stands in attributes: descriptions of pages and of pictures.
    fn attributes(&mut self, tag: &Tag) {
        let value = |name: &str| tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| &*a.value);
        let text = match &*tag.name {
            "img" => value("alt"),
            "meta" if value("name").is_some_and(|n| matches!(n, "description" | "keywords")) => value("content"),
            _ => None,
        };
        if let Some(text) = text.filter(|_| self.inside.is_none()) {
            let result =
                self.body.separate(' ').and_then(|()| self.body.push(text)).and_then(|()| self.body.separate(' '));
            self.note(result);
        }
    }
}

/// What stands between the text before a tag and the text after it: nothing where it is mark-up inside a line.
fn separator(name: &str) -> Option<char> {
    match name {
        "a" | "abbr" | "b" | "bdi" | "bdo" | "cite" | "code" | "del" | "dfn" | "em" | "font" | "i" | "ins" | "kbd"
        | "mark" | "q" | "s" | "samp" | "small" | "span" | "strong" | "sub" | "sup" | "time" | "u" | "var" | "wbr" => {
            None
        }
        "td" | "th" | "option" => Some('\t'),
        "img" | "input" | "button" | "label" => Some(' '),
        _ => Some('\n'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str) -> (String, String) {
        let text = text(page).expect("text");
        (text.title.unwrap_or_default(), text.body)
    }

    #[test]
    fn a_page_gives_what_a_reader_sees() {
        let page = "<!doctype html><head><title>Tea &amp; cake</title><style>p{color:red}</style>\
            <meta name=description content='all about tea'></head><body><script>if (a<b) hidden()</script>\
            <p>Hel<b>lo</b> w&ouml;rld<br>next<table><tr><td>one<td>two</table><img alt='a cup'><textarea><i>raw</textarea>";
        let (title, body) = read(page);
        assert_eq!(title, "Tea & cake");
        assert_eq!(body, "all about tea\nHello wörld\nnext\none\ttwo\na cup\n<i>raw\n");
    }

    #[test]
    fn a_page_that_never_closes_anything_is_read_in_linear_time() {
        let page = format!("{}deep{}", "<div><table><td>".repeat(200_000), "<script>".repeat(10));
        let (_, body) = read(&page);
        assert_eq!(body.trim(), "deep");
    }

    #[test]
    fn an_unended_title_takes_the_rest_with_it_and_nothing_breaks() {
        assert_eq!(read("<title>all of it <p>here").1, "");
    }
}
