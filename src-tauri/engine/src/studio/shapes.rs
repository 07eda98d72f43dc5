//! Rules that the shape of the keys suggests. Keys are walked level by level, from the first folder down: where the folders
//! of a level differ, the folder is a likely container. What a guess is worth is then counted over the keys themselves.

use std::collections::{HashMap, HashSet};

use super::listed::Listed;
use crate::tag::{ContainerTag, TagRule};
use crate::view::Suggestion;

/// Keys that guesses are made from.
const SAMPLE: usize = 20_000;
/// Suggestions that are made. More would be noise.
const SHOWN: usize = 3;
/// Folders deep that guesses are made.
const DEPTH: usize = 6;
/// Branches of a level that are followed.
const BRANCHES: usize = 3;
/// What a branch must have of the keys to be followed, and a guess to be told.
const SHARE: f64 = 0.1;
/// What a further suggestion must be worth, as a share of the best one's.
const ENOUGH: f64 = 0.5;
/// What nearly all must have in common to be of one form.
const NEARLY_ALL: f64 = 0.8;

/// Folders whose sub-folders are somebody's own.
const OWNERS: [&str; 20] = [
    "accounts",
    "clients",
    "companies",
    "customers",
    "departments",
    "members",
    "orgs",
    "organisations",
    "organizations",
    "owners",
    "people",
    "profiles",
    "projects",
    "sites",
    "teams",
    "tenants",
    "tenant",
    "users",
    "user",
    "workspaces",
];

/// The rules that fit, best first, counted over all keys.
pub fn suggest(listed: &Listed) -> Vec<Suggestion> {
    let sample = listed.sample(SAMPLE);
    let mut guesses = Vec::new();
    walk(&mut guesses, "^", "", &sample, sample.len(), DEPTH);
    let mut worth: Vec<(f64, String)> =
        guesses.into_iter().filter_map(|guess| Some((guess.worth(&sample)?, guess.rule))).collect();
    worth.sort_by(|(a, first), (b, second)| b.total_cmp(a).then_with(|| first.len().cmp(&second.len())));
    worth.dedup_by(|(_, a), (_, b)| a == b);
    let enough = worth.first().map_or(0.0, |(best, _)| best * ENOUGH);
    worth
        .into_iter()
        .take_while(|(worth, _)| *worth >= enough)
        .take(SHOWN)
        .filter_map(|(_, rule)| counted(rule, listed))
        .collect()
}

/// A rule that may fit.
#[derive(Debug)]
struct Guess {
    rule: String,
    /// How likely this kind of place is somebody's own, from 0 to 1.
    likely: f64,
}

impl Guess {
    /// What it is worth on these keys; `None`: not to be told.
    fn worth(&self, keys: &[&str]) -> Option<f64> {
        let rule = TagRule::parse(&self.rule).ok()?;
        let captured = || keys.iter().filter_map(|key| rule.capture(key));
        let matched = captured().count();
        let legal = captured().filter(|capture| ContainerTag::is_legal(capture.text)).count();
        let tags = captured().map(|capture| capture.text).collect::<HashSet<_>>().len();
        let share = matched as f64 / keys.len().max(1) as f64;
        if tags < 2 || share < SHARE {
            return None;
        }
        // A container for each file is no container.
        let alone = if tags == matched && matched > 3 { 0.3 } else { 1.0 };
        Some(self.likely * share * alone * (0.5 + 0.5 * legal as f64 / matched as f64))
    }
}

fn counted(rule: String, listed: &Listed) -> Option<Suggestion> {
    let parsed = TagRule::parse(&rule).ok()?;
    let mut tags: HashSet<&str> = HashSet::new();
    let (mut matched, mut last) = (0, "");
    for block in listed.blocks() {
        for capture in (0..block.len()).filter_map(|place| parsed.capture(block.key(place))) {
            matched += 1;
            if capture.text != last {
                tags.insert(capture.text);
                last = capture.text;
            }
        }
    }
    Some(Suggestion { rule, matched, tags: tags.len() as u64 })
}

/// Guesses for the keys below one place. `before` is the pattern of the way there, `parent` the last folder of it,
/// `rest` what is left of each key.
fn walk(guesses: &mut Vec<Guess>, before: &str, parent: &str, rest: &[&str], all: usize, depth: usize) {
    if depth == 0 || rest.len() < 2 || (rest.len() as f64) < SHARE * all as f64 {
        return;
    }
    let folders: Vec<(&str, &str)> = rest.iter().filter_map(|key| key.split_once('/')).collect();
    if ((rest.len() - folders.len()) as f64) >= NEARLY_ALL * rest.len() as f64 {
        let names: Vec<&str> = rest.iter().copied().filter(|key| !key.contains('/')).collect();
        guesses.extend(beginnings(before, parent, &names));
    }
    let mut values: HashMap<&str, Vec<&str>> = HashMap::new();
    for (folder, rest) in &folders {
        values.entry(folder).or_default().push(rest);
    }
    let below = || folders.iter().map(|(_, rest)| *rest).collect::<Vec<_>>();
    let nearly_all = |holds: &dyn Fn(&str) -> bool| {
        folders.iter().filter(|(folder, _)| holds(folder)).count() as f64 >= NEARLY_ALL * folders.len() as f64
    };
    if let Some(name) = assigned(&folders) {
        // `tenant=acme/`, as tables partitioned by a column are stored.
        if values.len() > 1 {
            let likely = if is_owners(&name) || is_owners(&format!("{name}s")) { 1.0 } else { 0.8 };
            let date = ["date", "day", "dt", "hour", "month", "year"].contains(&name.as_str());
            let rule = format!("{before}{}=(?<{name}>[^/]+)/", escaped(&name));
            guesses.push(Guess { rule, likely: if date { 0.2 } else { likely } });
        }
        return walk(guesses, &format!("{before}{}=[^/]+/", escaped(&name)), "", &below(), all, depth - 1);
    }
    if values.len() > 1 && !is_owners(parent) && nearly_all(&is_date) {
        return walk(guesses, &format!("{before}[^/]+/"), "", &below(), all, depth - 1);
    }
    if values.len() > 1 {
        let likely = if is_owners(parent) {
            1.0
        } else if parent.is_empty() {
            0.5
        } else {
            0.7
        };
        guesses.push(Guess { rule: format!("{before}(?<{}>[^/]+)/", group_name(parent)), likely });
        if is_owners(parent) {
            return;
        }
    }
    let mut branches: Vec<(&str, Vec<&str>)> = values.into_iter().collect();
    branches.sort_by(|(a, first), (b, second)| second.len().cmp(&first.len()).then_with(|| a.cmp(b)));
    for (folder, rest) in branches.into_iter().take(BRANCHES) {
        walk(guesses, &format!("{before}{}/", escaped(folder)), folder, &rest, all, depth - 1);
    }
}

/// Files that begin with somebody's name: `acme_2024.csv`, `globex_2024.csv`.
fn beginnings(before: &str, parent: &str, names: &[&str]) -> Option<Guess> {
    ['_', '-'].into_iter().find_map(|sign| {
        let begin = |name: &&str| {
            let (begin, _) = name.split_once(sign)?;
            let is_word = begin.starts_with(|c: char| c.is_ascii_alphabetic());
            (is_word && begin.chars().all(|c| c.is_ascii_alphanumeric())).then(|| begin.to_owned())
        };
        let words: Vec<String> = names.iter().filter_map(begin).collect();
        let different = words.iter().collect::<HashSet<_>>().len();
        let is_form = words.len() as f64 >= NEARLY_ALL * names.len() as f64 && different > 1 && different < words.len();
        let group = if is_owners(parent) { group_name(parent) } else { "name".into() };
        is_form.then(|| Guess { rule: format!("{before}(?<{group}>[A-Za-z0-9]+){sign}"), likely: 0.6 })
    })
}

/// The name that nearly all folders give a value to, as in `tenant=acme`.
fn assigned(folders: &[(&str, &str)]) -> Option<String> {
    let names = || folders.iter().filter_map(|(folder, _)| folder.split_once('=')).map(|(name, _)| name);
    let name = names().next()?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let same = names().filter(|other| *other == name).count() as f64;
    (is_name && same >= NEARLY_ALL * folders.len() as f64).then(|| name.to_owned())
}

/// `2024`, `2024-05`, `05`, `20240501`: when, not whose.
fn is_date(folder: &str) -> bool {
    let mut parts = folder.split(['-', '_']);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_year = |part: &str| matches!(part.len(), 4 | 6 | 8) && (part.starts_with("19") || part.starts_with("20"));
    let is_day = |part: &str| part.len() <= 2 && part.parse().is_ok_and(|number: u32| number <= 31);
    let first = parts.next().unwrap_or_default();
    digits(first) && (is_year(first) || is_day(first)) && parts.all(|part| digits(part) && is_day(part))
}

fn is_owners(folder: &str) -> bool {
    OWNERS.contains(&folder.to_ascii_lowercase().as_str())
}

/// `users` suggests `userId`; without a parent the group is a folder.
fn group_name(parent: &str) -> String {
    if parent.is_empty() || !parent.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return "folder".into();
    }
    let word = parent.to_ascii_lowercase();
    let singular = match word.strip_suffix('s') {
        Some(singular) if word.len() > 3 && !singular.ends_with('s') => {
            singular.strip_suffix("ie").map_or_else(|| singular.to_owned(), |stem| format!("{stem}y"))
        }
        _ => word,
    };
    format!("{singular}Id")
}

/// A folder as a pattern that matches just it.
fn escaped(text: &str) -> String {
    regex::escape(text)
}
