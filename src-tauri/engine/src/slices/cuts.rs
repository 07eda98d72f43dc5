//! Where a listing may be cut, learnt from the keys that it has shown. Pure.
//!
//! A cut is a guess about speed only: slices tile the keys wherever they are cut, so a bad one costs a request and never a
//! key. Nothing is assumed of how keys are made. What is used: a page of them (which characters vary, and how far one page
//! gets), and the names of the folders beside those on the way to its last key.
//!
//! Characters, not bytes: a cut travels as text, and text is in the same order as its UTF-8 bytes.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::STREAMS;

/// A key that a slice may begin after.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cut {
    pub key: String,
    /// About how many pages lie between it and the next cut.
    pub pages: f64,
    /// The folder in which it was guessed from how names vary; `None`: something is known to follow it.
    pub guessed_in: Option<String>,
    /// How many guesses like this may be made at once in a folder of which nothing is known yet.
    pub at_once: f64,
}

/// What counts may have come to its end: one after the other.
const COUNTED: f64 = 1.0;
/// A folder beside it has such a part.
const BESIDE: f64 = 7.0;
/// Names lie as by chance, so they are everywhere.
const BY_CHANCE: f64 = STREAMS as f64;

impl Cut {
    /// Before something that is known.
    pub fn known(key: String, pages: f64) -> Self {
        Self { key, pages, guessed_in: None, at_once: COUNTED }
    }

    /// Before a part of a folder, as a folder beside it has one.
    pub fn within(folder: &str, part: &str, pages: f64) -> Self {
        Self { key: format!("{folder}{part}"), pages, guessed_in: Some(folder.to_owned()), at_once: BESIDE }
    }

    /// Whether names lie as by chance there, so that something follows it.
    pub fn is_by_chance(&self) -> bool {
        self.at_once >= BY_CHANCE
    }
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
/// Parts with so many pages are cut into theirs. Where lengths differ, as of numbers without leading zeros, a part may be
/// much larger than it looks.
const WORTH: f64 = 1.0;
const WORTH_UNEVEN: f64 = 0.5;
/// Where the steps from one name to the next vary more than this, names lie as by chance: the variance beside the square
/// of the mean. Chance itself gives 1, counting 0, and counting of which every second name is gone 0.5.
const CHANCE: f64 = 0.65;
/// Names of a page that are looked at one by one: more would tell little more, while pages wait.
const SAMPLE: usize = 128;
/// Names by which chance is told from counting: with fewer, chance itself may look even.
const STEPS: usize = 512;
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
        // The first began on an earlier page, and the last goes on.
        let pages = (children > 1).then(|| 1.0 / (children - 1) as f64);
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
/// `uneven`: pages that a part has at most where names have different lengths.
pub(super) fn among(folder: &str, names: &[&str], before: Option<&str>, until: Option<&str>, uneven: f64) -> Vec<Cut> {
    let (Some(first), Some(last)) = (names.first(), names.last()) else { return Vec::new() };
    let sample: Vec<&str> = names.iter().copied().step_by(names.len().div_ceil(SAMPLE)).chain([*last]).collect();
    let alphabet = varying(&sample);
    if alphabet.len() < 2 {
        return Vec::new();
    }
    // One that differs in what never varies here is of another kind.
    let is_alike = |before: &&str| last[common(before, last).len()..].starts_with(|next| alphabet.contains(&next));
    let shared = common(before.filter(is_alike).unwrap_or(first), last);
    let last_chars: Vec<char> = last.chars().collect();
    let here = shared.chars().count();
    let passed = value(last, here, &alphabet) - value(first, here, &alphabet);
    let is_even = names.iter().all(|name| name.len() == first.len());
    let most = if is_even { MANY } else { uneven };
    let unit = (1.0 / passed.max(1e-6)).min(most);
    let is_by_chance =
        is_even && lie_by_chance(&names[..names.len().min(STEPS)], common(first, last).chars().count(), &alphabet);
    let at_once = if is_by_chance { BY_CHANCE } else { COUNTED };
    let is_before_end = |cut: &Cut| until.is_none_or(|until| cut.key.as_str() < until);
    let cut = |upto: usize, next: char, pages: f64, at_once: f64| {
        let key = last_chars[..upto].iter().chain(std::iter::once(&next)).fold(folder.to_owned(), |mut text, c| {
            text.push(*c);
            text
        });
        Cut { key, pages, guessed_in: Some(folder.to_owned()), at_once }
    };
    let beyond = |char: &char| alphabet.range((Bound::Excluded(*char), Bound::Unbounded)).copied();
    let mut cuts: Vec<Cut> = Vec::new();
    // Where names vary: each further character begins a part of its own. Deeper, where there is none, until the parts are
    // smaller than is worth a request; and where what the last name lies in is worth being cut itself.
    let worth = if is_even { WORTH } else { WORTH_UNEVEN };
    let mut pages = unit;
    for (at, char) in last_chars.iter().enumerate().skip(here).take(DEPTH) {
        if pages < SMALLEST {
            break;
        }
        cuts.extend(beyond(char).map(|next| cut(at, next, pages, at_once)).filter(is_before_end));
        pages /= alphabet.len() as f64;
        if !cuts.is_empty() && pages < worth {
            break;
        }
    }
    // Where they have been the same so far. What lies by chance varies there, too: only its first names have come. What
    // counts may never get there; the next character would skip all that begins like this.
    let (mut pages, mut varies) = (unit, is_by_chance);
    for (at, char) in last_chars.iter().enumerate().take(here).rev() {
        pages = (pages * alphabet.len() as f64).min(most);
        // What never varied and is no such character is part of all names.
        if !alphabet.contains(char) {
            varies = false;
        } else if varies {
            cuts.extend(beyond(char).map(|next| cut(at, next, pages, BY_CHANCE)).filter(is_before_end));
        } else if let Some(next) = beyond(char).next() {
            cuts.extend(Some(cut(at, next, (pages / 2.0).min(uneven), COUNTED)).filter(is_before_end));
            break;
        }
    }
    cuts.sort_by(|a, b| a.key.cmp(&b.key));
    cuts
}

/// Whether names of one length lie in their alphabet as by chance, and not in steps.
fn lie_by_chance(names: &[&str], from: usize, alphabet: &BTreeSet<char>) -> bool {
    let values: Vec<f64> = names.iter().map(|name| value(name, from, alphabet)).collect();
    let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mean = steps.iter().sum::<f64>() / steps.len() as f64;
    let variance = steps.iter().map(|step| (step - mean).powi(2)).sum::<f64>() / steps.len() as f64;
    variance > CHANCE * mean * mean
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
        let cuts = among("d/", &page, None, None, MANY);
        // 1,000 names end in 000999: the first digit that varies has no further one. Whether the one before it ever varies
        // is not known, and those before that are not looked at until it does.
        assert_eq!(keys(&cuts), ["d/file-001"], "{cuts:?}");
        assert_eq!(cuts[0].at_once, COUNTED);
        assert!(cuts.iter().all(|cut| cut.key.starts_with("d/file-") && cut.key.len() < 12), "{cuts:?}");
        assert!(cuts.windows(2).all(|pair| pair[0].key < pair[1].key));
    }

    #[test]
    fn what_an_earlier_name_differs_in_is_cut_into_its_parts() {
        let page = names(100_000..101_000);
        let page: Vec<&str> = page.iter().map(String::as_str).collect();
        let cuts = among("", &page, Some("file-001999.dat"), None, MANY);
        // A page is a hundredth of what begins with 1 here, of which much is still to come.
        for (key, pages) in [("file-2", 100.0), ("file-3", 100.0), ("file-11", 10.0), ("file-101", 1.0)] {
            let cut = cuts.iter().find(|cut| cut.key == key).expect("a cut there");
            assert!((cut.pages / pages - 1.0).abs() < 0.01, "{cut:?}");
        }
    }

    #[test]
    fn random_names_are_cut_by_what_is_seen_anywhere_in_them() {
        let page = ["00a9", "00f3", "0172", "01cc"];
        let cuts = among("", &page, None, None, MANY);
        assert!(keys(&cuts).contains(&"0a") && keys(&cuts).contains(&"1"), "{cuts:?}");
        let cuts = among("", &page, None, Some("0f"), MANY);
        assert!(cuts.iter().all(|cut| cut.key.as_str() < "0f"));
    }

    #[test]
    fn names_that_lie_by_chance_are_cut_where_they_have_not_varied_yet() {
        let mut chance: u64 = 1;
        let mut hashed = || {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            format!("{:012x}", chance >> 16)
        };
        let mut all: Vec<String> = (0..50_000).map(|_| hashed()).collect();
        all.sort_unstable();
        let page: Vec<&str> = all.iter().take(1_000).map(String::as_str).collect();
        assert!(page.iter().all(|name| name.starts_with('0')), "one page has the first of them only");
        let cuts = among("", &page, None, None, MANY);
        for digit in "123456789abcdef".chars() {
            let cut = cuts.iter().find(|cut| cut.key == digit.to_string()).expect("a cut at each digit");
            assert!(cut.at_once == BY_CHANCE && cut.pages > 1.0, "{cut:?}");
        }
    }

    #[test]
    fn names_of_another_kind_do_not_tell_what_varies() {
        let page = names(1..1000);
        let page: Vec<&str> = page.iter().map(String::as_str).collect();
        assert_eq!(among("", &page, Some("b/1"), None, MANY), among("", &page, None, None, MANY));
    }

    #[test]
    fn folders_on_the_way_are_asked_for_with_what_one_of_them_holds() {
        let page: Vec<String> = (0..4).flat_map(|t| (0..3).map(move |n| format!("p/t{t}/docs/{n}"))).collect();
        let found = levels("p/", &page, None);
        let shown: Vec<(&str, &str)> = found.iter().map(|l| (l.folder.as_str(), l.after.as_str())).collect();
        assert_eq!(shown, [("p/", "p/t30")]);
        // The first of four began before it, or the last goes on.
        assert_eq!(found[0].pages, Some(1.0 / 3.0));
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
        assert!(among("", &["é1", "é2", "è"], None, None, MANY).iter().all(|cut| cut.key.is_char_boundary(0)));
    }
}
