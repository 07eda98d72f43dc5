//! Where a listing may be cut, learnt from the keys that it has shown. Pure.
//!
//! A cut is a guess about speed only: slices tile the keys wherever they are cut, so a bad one costs a request and never a
//! key. Nothing is assumed of how keys are made. What is used: a page of them (which characters vary, and how far one page
//! gets), and the names of the folders beside those on the way to its last key.
//!
//! Characters, not bytes: a cut travels as text, and text is in the same order as its UTF-8 bytes.

use std::collections::BTreeSet;
use std::ops::Bound;

/// A key that a slice may begin after.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cut {
    pub key: String,
    /// About how many pages lie between it and the next cut.
    pub pages: f64,
    /// The folder in which it was guessed from how names vary; `None`: something is known to follow it.
    pub guessed_in: Option<String>,
}

/// A folder on the way to a key, whose other folders may be asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Level {
    /// The folder, with the `/` at its end; or what is listed.
    pub folder: String,
    /// Names after this one are not known yet.
    pub after: String,
    /// About how many pages one of its folders has, where a page had several; otherwise it has a page at least.
    pub pages: Option<f64>,
}

/// More pages than this are not told apart.
const MANY: f64 = 10_000.0;
/// Parts with fewer pages are not cut off one by one.
const SMALLEST: f64 = 0.05;
/// Characters of a name that are looked at beyond what all names share.
const DEPTH: usize = 6;

/// The folders on the way to the last key of a page, the outermost first. In those that end before `until`, nothing more
/// is to be found.
pub(super) fn levels(prefix: &str, page: &[String], until: Option<&str>) -> Vec<Level> {
    let Some(last) = page.last() else { return Vec::new() };
    let slashes = last[prefix.len()..].match_indices('/').map(|(at, _)| prefix.len() + at + 1);
    let starts: Vec<usize> = std::iter::once(prefix.len()).chain(slashes).collect();
    let level = |pair: &[usize]| {
        let (folder, child) = (&last[..pair[0]], &last[..pair[1]]);
        let children = distinct(page, folder);
        let after = format!("{}0", &child[..child.len() - 1]);
        // A folder that begins on this page is a small one, as far as anybody knows.
        let is_large = page[0].starts_with(folder) && until.is_none_or(|until| after.as_str() < until);
        let pages = (children > 1).then(|| 1.0 / children as f64);
        is_large.then(|| Level { folder: folder.to_owned(), after, pages })
    };
    starts.windows(2).filter_map(level).collect()
}

/// How many different names right under a folder a page has.
fn distinct(page: &[String], folder: &str) -> usize {
    let name = |key: &'_ String| key.strip_prefix(folder).map(|rest| rest.split('/').next().unwrap_or(rest).len());
    let mut count = 0;
    let mut last: Option<&str> = None;
    for key in page {
        let Some(length) = name(key) else { continue };
        let child = &key[..folder.len() + length];
        if last != Some(child) {
            count += 1;
            last = Some(child);
        }
    }
    count
}

/// Cuts among names that lie side by side in a folder, behind the last of them.
///
/// `names`: one page of them, rising. `before`: one that came earlier, if one is known: what differs from it varies.
pub(super) fn among(folder: &str, names: &[&str], before: Option<&str>, until: Option<&str>) -> Vec<Cut> {
    let (Some(first), Some(last)) = (names.first(), names.last()) else { return Vec::new() };
    let alphabet = varying(names);
    if alphabet.len() < 2 {
        return Vec::new();
    }
    let shared = common(before.unwrap_or(first), last);
    let last_chars: Vec<char> = last.chars().collect();
    let here = shared.chars().count();
    let passed = value(last, here, &alphabet) - value(first, here, &alphabet);
    let unit = (1.0 / passed.max(1e-6)).min(MANY);
    let is_before_end = |key: &String| until.is_none_or(|until| key.as_str() < until);
    let text = |upto: usize, next: char| -> String {
        last_chars[..upto].iter().chain(std::iter::once(&next)).fold(folder.to_owned(), |mut text, c| {
            text.push(*c);
            text
        })
    };
    let guessed_in = || Some(folder.to_owned());
    let mut cuts: Vec<Cut> = Vec::new();
    // Where names vary: each further character begins a part of its own. Deeper, where there is none, until the parts are
    // smaller than is worth a request.
    let mut pages = unit;
    for (at, char) in last_chars.iter().enumerate().skip(here).take(DEPTH) {
        if pages < SMALLEST {
            break;
        }
        let beyond = alphabet.range((Bound::Excluded(char), Bound::Unbounded));
        cuts.extend(
            beyond
                .map(|next| Cut { key: text(at, *next), pages, guessed_in: guessed_in() })
                .filter(|cut| is_before_end(&cut.key)),
        );
        if !cuts.is_empty() {
            break;
        }
        pages /= alphabet.len() as f64;
    }
    // Where they have been the same so far, the next character would skip all that begins like this.
    let mut pages = unit;
    for (at, char) in last_chars.iter().enumerate().take(here).rev() {
        pages = (pages * alphabet.len() as f64).min(MANY);
        // What never varied and is no such character is part of all names.
        if !alphabet.contains(char) {
            continue;
        }
        let next = alphabet.range((Bound::Excluded(char), Bound::Unbounded)).next();
        let cut = next.map(|next| Cut { key: text(at, *next), pages: pages / 2.0, guessed_in: guessed_in() });
        cuts.extend(cut.filter(|cut| is_before_end(&cut.key)));
    }
    cuts.sort_by(|a, b| a.key.cmp(&b.key));
    cuts
}

/// The characters that make names differ from each other.
fn varying(names: &[&str]) -> BTreeSet<char> {
    let (first, last) = (names[0], names[names.len() - 1]);
    let begin = common(first, last).len();
    let end = names.iter().map(|name| common_end(first, name)).min().unwrap_or_default();
    let inner = names.iter().filter_map(|name| name.get(begin..name.len().saturating_sub(end).max(begin)));
    inner.flat_map(str::chars).collect()
}

/// What two texts begin with.
pub(super) fn common<'t>(a: &'t str, b: &str) -> &'t str {
    let same = a.char_indices().zip(b.chars()).find(|((_, x), y)| x != y).map(|((at, _), _)| at);
    &a[..same.unwrap_or(a.len().min(b.len()))]
}

/// Bytes that two texts end with.
fn common_end(a: &str, b: &str) -> usize {
    a.chars().rev().zip(b.chars().rev()).take_while(|(x, y)| x == y).map(|(c, _)| c.len_utf8()).sum()
}

/// A name as a number: its characters from a place on are the digits, the first one before the point.
fn value(name: &str, from: usize, alphabet: &BTreeSet<char>) -> f64 {
    let base = alphabet.len() as f64;
    let digits = name.chars().skip(from).take(DEPTH);
    let mut weight = 1.0;
    digits.fold(0.0, |sum, digit| {
        let sum = sum + alphabet.range(..digit).count() as f64 * weight;
        weight /= base;
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(range: std::ops::Range<u32>) -> Vec<String> {
        range.map(|n| format!("file-{n:06}.dat")).collect()
    }

    fn keys(cuts: &[Cut]) -> Vec<&str> {
        cuts.iter().map(|cut| cut.key.as_str()).collect()
    }

    #[test]
    fn numbers_are_cut_at_their_digits_and_letters_that_never_change_are_left_alone() {
        let page = names(0..1000);
        let page: Vec<&str> = page.iter().map(String::as_str).collect();
        let cuts = among("d/", &page, None, None);
        // 1,000 names end in 000999: the first digit that varies has no further one, those before it do.
        assert!(keys(&cuts).contains(&"d/file-001"), "{cuts:?}");
        assert!(keys(&cuts).contains(&"d/file-1"), "{cuts:?}");
        assert!(cuts.iter().all(|cut| cut.key.starts_with("d/file-") && cut.key.len() < 12), "{cuts:?}");
        assert!(cuts.windows(2).all(|pair| pair[0].key < pair[1].key));
    }

    #[test]
    fn what_an_earlier_name_differs_in_is_cut_into_its_parts() {
        let page = names(100_000..101_000);
        let page: Vec<&str> = page.iter().map(String::as_str).collect();
        let cuts = among("", &page, Some("file-001999.dat"), None);
        assert_eq!(keys(&cuts)[..2], ["file-2", "file-3"]);
        // A page is a hundredth of them.
        assert!((cuts[0].pages - 100.0).abs() < 1.0, "{cuts:?}");
    }

    #[test]
    fn random_names_are_cut_by_what_is_seen_anywhere_in_them() {
        let page = ["00a9", "00f3", "0172", "01cc"];
        let cuts = among("", &page, None, None);
        assert!(keys(&cuts).contains(&"0a") && keys(&cuts).contains(&"1"), "{cuts:?}");
        let cuts = among("", &page, None, Some("0f"));
        assert!(cuts.iter().all(|cut| cut.key.as_str() < "0f"));
    }

    #[test]
    fn folders_on_the_way_are_asked_for_with_what_one_of_them_holds() {
        let page: Vec<String> = (0..4).flat_map(|t| (0..3).map(move |n| format!("p/t{t}/docs/{n}"))).collect();
        let found = levels("p/", &page, None);
        let shown: Vec<(&str, &str)> = found.iter().map(|l| (l.folder.as_str(), l.after.as_str())).collect();
        assert_eq!(shown, [("p/", "p/t30")]);
        assert_eq!(found[0].pages, Some(0.25));
        let found = levels("p/", &page[9..], None);
        let shown: Vec<(&str, &str)> = found.iter().map(|l| (l.folder.as_str(), l.after.as_str())).collect();
        assert_eq!(shown, [("p/", "p/t30"), ("p/t3/", "p/t3/docs0")]);
        // Another tenant begins where the slice ends: beside this one there is nothing more to find.
        assert_eq!(levels("p/", &page[9..], Some("p/t30")).len(), 1);
    }

    #[test]
    fn what_begins_alike_is_cut_between_characters() {
        assert_eq!(common("aé1", "aé2"), "aé");
        assert_eq!(common("aé", "aè"), "a");
        assert_eq!(common("ab", "abc"), "ab");
        assert_eq!(common("abc", "ab"), "ab");
        assert!(among("", &["é1", "é2", "è"], None, None).iter().all(|cut| cut.key.is_char_boundary(0)));
    }
}
