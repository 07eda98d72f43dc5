//! A slice of a listing: from one key to another, how far it has come, and where it may be cut. Pure.

use super::cuts::Cut;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum From {
    /// At the prefix.
    Start,
    /// After a key.
    After(String),
    /// Where the page before it ended, as the source calls it.
    Token(String),
}

#[derive(Debug)]
pub(super) struct Slice {
    /// The last key that was shown, or the one that it begins after.
    pub after: String,
    pub from: From,
    /// The last key that belongs to it; without one, everything that follows.
    pub until: Option<String>,
    /// Rising, all of them before `until`.
    pub cuts: Vec<Cut>,
    /// About how many pages lie before the first of them.
    pub own: f64,
    /// The keys of the last page, for as long as something is to be learnt from them.
    pub shown: Vec<String>,
    /// The folder in which its beginning was guessed, until it has answered.
    pub guessed_in: Option<String>,
    /// A key that was known before it began.
    pub before: Option<String>,
    /// Answers.
    pub pages: u32,
    pub asked: bool,
    pub done: bool,
}

impl Slice {
    pub fn new(from: From, begin: Cut, until: Option<String>, cuts: Vec<Cut>, before: Option<String>) -> Self {
        let Cut { key: after, pages: own, guessed_in, .. } = begin;
        let (shown, pages, asked, done) = (Vec::new(), 0, false, false);
        Self { after, from, until, cuts, own, shown, guessed_in, before, pages, asked, done }
    }

    /// About how many pages lie behind its cuts.
    pub fn left(&self) -> f64 {
        if self.done { 0.0 } else { self.cuts.iter().map(|cut| cut.pages).sum() }
    }

    /// About how many of them are there for sure, because names lie as by chance.
    pub fn sure(&self) -> f64 {
        self.cuts.iter().filter(|cut| cut.is_by_chance()).map(|cut| cut.pages).sum()
    }

    /// About how many pages lie before it.
    pub fn to_come(&self) -> f64 {
        if self.done { 0.0 } else { self.own + self.left() }
    }

    pub fn holds(&self, key: &str) -> bool {
        key > self.after.as_str() && self.until.as_deref().is_none_or(|until| key < until)
    }
}
