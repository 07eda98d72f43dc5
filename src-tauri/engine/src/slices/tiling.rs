//! The slices of a listing: which part of the keys each one covers, and where to cut next. Pure.
//!
//! The slices tile the keys under the prefix at every moment: one begins right behind the end of another, the first begins
//! at the prefix, and one has no end. A slice is done when a page reached its end, or when the server said that nothing
//! follows. All done: the listing is complete, whoever cut it and wherever.

use std::collections::HashMap;

use super::Part;
use super::cuts::{Cut, Level, among, levels};
use super::guesses::{Guesses, Trust};
use super::slice::{From, Slice};
use crate::error::{Error, ErrorCode, Result};
use crate::object::ObjectMeta;
use crate::source::{Names, Page};

/// Answers before anything is cut, unless much more is sure to follow: a listing that ends here is no slower, and costs at
/// most the names of the folders that it goes through.
const SERIAL: u64 = 2;
/// A slice is cut when about so many pages lie behind its cuts: with fewer, its end would cost more than it saves.
const WORTH_A_CUT: f64 = 1.2;
/// With fewer pages than this behind its cuts, a slice needs new ones soon.
const RUNS_OUT: f64 = 2.0;
/// A slice with so many pages behind its cuts may hold all others up, and may cost more than is spared otherwise, by this
/// factor.
const LONG: f64 = 6.0;
const MORE_FOR_LONG: f64 = 1.4;
/// Answers until which names of folders are asked for as soon as they may help.
const EARLY: u64 = 16;
/// A folder beside one that is larger than a page is taken for this many pages.
const FOLDER: f64 = 3.0;
/// What the end of a slice costs: on average half of its last page lies beyond it. Where names count, it may be all of it:
/// what is seen is believed as soon as there are more ends than this.
const END: f64 = 0.5;
const ENDS_BEFORE: f64 = 8.0;
/// Requests beyond those of a serial listing: so many, one more for each so many that are needed, up to a bound; or this
/// share of those that are needed, where that is more.
const SPARE: f64 = 4.0;
const SPARE_GROWS: f64 = 3.0;
const MOST_SPARE: f64 = 16.0;
const SPARE_SHARE: f64 = 0.13;
/// What is still to come is believed up to this many times of what has come.
const BELIEVED: f64 = 50.0;
/// Where names have different lengths, a page tells little of how far it gets: a part is taken for no more pages than
/// this, or than this share of those that have come, or than so many times those that came in its slice.
const UNEVEN: f64 = 6.0;
const UNEVEN_SHARE: f64 = 1.0 / 16.0;
const UNEVEN_OWN: f64 = 4.0;
/// Parts of folders that are taken over from a folder beside them, at most.
const MOST_PARTS: usize = 2_000;

/// What is to be asked next.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ask {
    /// The next page of a slice.
    Page { slice: usize, from: From },
    /// The names beside a folder.
    Names(Level),
}

/// See the module.
#[derive(Debug)]
pub(super) struct Tiling {
    prefix: String,
    slices: Vec<Slice>,
    guesses: Guesses,
    /// Whether a page may be asked for that begins after a key.
    can_skip: bool,
    /// Whether the server was seen to do so.
    skips: bool,
    /// The page that would end the first slice before that was seen.
    held: Option<Page>,
    /// Folders whose names are wanted, the outermost first, with those that have come. So many of them were asked for.
    learning: Vec<(Level, Option<Names>)>,
    asked: usize,
    /// Folders whose names are known, behind one key as far as another.
    named: HashMap<String, Vec<(String, String)>>,
    /// Answers, of names too.
    requests: u64,
    keys: u64,
    /// Keys of a full page.
    page: u64,
    ends: Ends,
}

/// What the ends of slices have cost.
#[derive(Debug, Default)]
struct Ends {
    /// Slices that ended behind their first page.
    seen: f64,
    /// The shares of their last pages that lay beyond.
    beyond: f64,
}

impl Ends {
    /// About what one costs.
    fn cost(&self) -> f64 {
        (self.beyond + ENDS_BEFORE * END) / (self.seen + ENDS_BEFORE)
    }
}

impl Tiling {
    /// One slice, of everything under a prefix. `can_skip`: a page may be asked for that begins after a key.
    pub fn new(prefix: &str, can_skip: bool) -> Self {
        let begin = Cut::known(String::new(), 0.0);
        let slices = vec![Slice::new(From::Start, begin, None, Vec::new(), None)];
        let (held, learning, named) = (None, Vec::new(), HashMap::new());
        let (prefix, guesses, ends) = (prefix.to_owned(), Guesses::default(), Ends::default());
        let (skips, asked, requests, keys, page) = (false, 0, 0, 0, 1);
        Self { prefix, slices, guesses, can_skip, skips, held, learning, asked, named, requests, keys, page, ends }
    }

    /// Whether every slice is done.
    pub fn is_complete(&self) -> bool {
        self.slices.iter().all(|slice| slice.done)
    }

    /// What to ask next, beside what is asked already. Without `ahead`: only for what comes first.
    pub fn next(&mut self, ahead: bool) -> Option<Ask> {
        if !ahead {
            let open = self.slices.iter().enumerate().filter(|(_, slice)| !slice.done);
            let first = open.min_by(|(_, a), (_, b)| a.after.cmp(&b.after)).filter(|(_, slice)| !slice.asked);
            return first.map(|(slice, _)| slice).map(|slice| self.ask(slice));
        }
        if let Some(slice) = self.slices.iter().position(|slice| !slice.asked && !slice.done) {
            return Some(self.ask(slice));
        }
        if !self.can_skip || self.requests == 0 {
            return None;
        }
        while self.learning.is_empty() && self.learn() {}
        if self.is_costly() {
            return None;
        }
        if let Some((level, _)) = self.learning.get(self.asked) {
            self.asked += 1;
            return Some(Ask::Names(level.clone()));
        }
        if self.requests < SERIAL && !self.slices.iter().any(|slice| slice.sure() >= LONG) {
            return None;
        }
        self.split().map(|slice| self.ask(slice))
    }

    fn ask(&mut self, slice: usize) -> Ask {
        let at = &mut self.slices[slice];
        at.asked = true;
        Ask::Page { slice, from: at.from.clone() }
    }

    /// Whether one more slice might cost more requests than are spared for it.
    fn is_costly(&self) -> bool {
        let needed = self.keys as f64 / self.page as f64;
        let to_come: f64 = self.slices.iter().map(Slice::to_come).sum();
        let open = self.slices.iter().filter(|slice| !slice.done).count() as f64;
        let asked = self.requests as f64 + self.names_under_way() as f64;
        let spent = asked - needed + (open + 1.0) * self.ends.cost();
        let share = SPARE_SHARE * (needed + to_come).min(needed * BELIEVED);
        let spared = (SPARE + needed / SPARE_GROWS).min(MOST_SPARE).max(share);
        spent > if self.is_long() { spared * MORE_FOR_LONG } else { spared }
    }

    /// Whether a slice may hold all others up.
    fn is_long(&self) -> bool {
        self.slices.iter().any(|slice| slice.left() >= LONG)
    }

    fn names_under_way(&self) -> usize {
        self.learning.iter().take(self.asked).filter(|(_, names)| names.is_none()).count()
    }

    /// The slice that has the most before it, if that is worth a cut, and one is allowed.
    fn largest(&self, trust: Trust) -> Option<usize> {
        // Behind a guess that may be as bad as others in its folder, others would be no better.
        let is_doubtful = |slice: &Slice| slice.guessed_in.as_ref().is_some_and(|folder| self.guesses.were_bad(folder));
        let may_cut =
            |slice: &Slice| !is_doubtful(slice) && slice.cuts.iter().any(|cut| self.guesses.allow(cut, trust));
        let slices = self.slices.iter().enumerate().filter(|(_, slice)| may_cut(slice));
        let sized = slices.map(|(at, slice)| (at, slice.left()));
        let largest = sized.max_by(|(_, a), (_, b)| a.total_cmp(b));
        largest.filter(|(_, left)| *left >= WORTH_A_CUT).map(|(at, _)| at)
    }

    /// Cuts the largest in its middle, or as near to it as guesses are allowed.
    fn split(&mut self) -> Option<usize> {
        let (largest, trust) = match self.largest(Trust::Good) {
            Some(largest) => (largest, Trust::Good),
            None => (self.largest(Trust::Any)?, Trust::Any),
        };
        let slice = &mut self.slices[largest];
        // The first page is under way: what lies behind it is halved.
        let (mut before, half) = (slice.own, (1.0 + slice.to_come()) / 2.0);
        let middle = slice.cuts.iter().position(|cut| {
            let reached = before >= half;
            before += cut.pages;
            reached
        });
        let middle = middle.unwrap_or(slice.cuts.len() - 1);
        let allowed = slice.cuts.iter().enumerate().filter(|(_, cut)| self.guesses.allow(cut, trust));
        let (middle, _) = allowed.min_by_key(|(at, _)| at.abs_diff(middle))?;
        let mut rest = slice.cuts.split_off(middle).into_iter();
        let begin = rest.next()?;
        self.guesses.made(&begin);
        let until = slice.until.replace(begin.key.clone());
        let before = Some(slice.after.clone());
        self.slices.push(Slice::new(From::After(begin.key.clone()), begin, until, rest.collect(), before));
        Some(self.slices.len() - 1)
    }

    /// Looks which names of folders may help to cut a slice that goes on, by what its last page showed; `false`: those of no
    /// slice. They are a request each: later on only where nothing else can be cut, or nothing is known of a slice.
    fn learn(&mut self) -> bool {
        let is_cheap = self.requests < EARLY || self.largest(Trust::Good).is_none();
        let is_blind = |slice: &Slice| slice.pages >= 2 && slice.cuts.is_empty();
        let due = |slice: &Slice| !slice.done && !slice.shown.is_empty() && (is_cheap || is_blind(slice));
        let Some(at) = self.slices.iter().position(due) else { return false };
        let slice = &mut self.slices[at];
        let shown = std::mem::take(&mut slice.shown);
        let until = slice.until.clone();
        let (prefix, named) = (&self.prefix, &self.named);
        let known = |level: &Level| {
            let holds = |(after, last): &(String, String)| *after <= level.after && level.after <= *last;
            named.get(&level.folder).is_some_and(|parts| parts.iter().any(holds))
        };
        let levels = levels(prefix, &shown, until.as_deref()).into_iter().filter(|level| !known(level));
        (self.learning, self.asked) = (levels.map(|level| (level, None)).collect(), 0);
        true
    }

    /// Keeps the keys of a slice's page for as long as they may tell where to cut what follows, and cuts by them.
    fn show(&mut self, at: usize, page: &[ObjectMeta]) {
        let slice = &mut self.slices[at];
        let learns = self.can_skip && !slice.done && (slice.pages <= 2 || slice.left() < RUNS_OUT);
        if !learns {
            slice.shown = Vec::new();
            return;
        }
        slice.shown = page.iter().map(|object| object.key.as_str().to_owned()).collect();
        self.guess(at);
        // What comes later differs from the first of them in what varies.
        let Slice { shown, before, .. } = &mut self.slices[at];
        if before.is_none() {
            *before = shown.first().filter(|first| shown.iter().all(|key| key.len() == first.len())).cloned();
        }
    }

    /// Guesses cuts from the last page of a slice where it lies in one folder, which is a large one then.
    fn guess(&mut self, at: usize) {
        let Slice { shown, before, until, pages, .. } = &self.slices[at];
        let last = shown.last().map(String::as_str).unwrap_or_default();
        let folder = &last[..last.rfind('/').map_or(0, |slash| slash + 1).max(self.prefix.len())];
        let names: Vec<&str> = shown.iter().filter_map(|key| key.strip_prefix(folder)).collect();
        if names.len() == shown.len() {
            let before = before.as_deref().and_then(|key| key.strip_prefix(folder));
            let share = self.keys as f64 / self.page as f64 * UNEVEN_SHARE;
            let uneven = share.max(UNEVEN).max(f64::from(*pages) * UNEVEN_OWN);
            self.know(&among(folder, &names, before, until.as_deref(), uneven));
        }
    }

    /// Takes in what lies beside a folder; once that of all folders on the way is there, it is known how large each is.
    pub fn names(&mut self, level: &Level, names: Names) {
        self.requests += 1;
        let end = || format!("{}{}", level.folder, char::MAX);
        let known = if names.more { names.names.last().cloned() } else { None };
        let part = (level.after.clone(), known.unwrap_or_else(end));
        self.named.entry(level.folder.clone()).or_default().push(part);
        if let Some((_, answer)) = self.learning.iter_mut().find(|(asked, _)| asked == level) {
            *answer = Some(names);
        }
        if self.learning.iter().any(|(_, names)| names.is_none()) {
            return;
        }
        let mut cuts = Vec::new();
        let mut inner = FOLDER;
        // What a folder on the way has in it, and how many pages of each: those beside it may have the same.
        let mut within: (Vec<String>, f64) = (Vec::new(), 0.0);
        for (Level { folder, pages, .. }, names) in std::mem::take(&mut self.learning).into_iter().rev() {
            let Names { names, more } = names.unwrap_or_default();
            let pages = pages.unwrap_or(inner);
            inner = pages * (names.len() + 1) as f64;
            let short: Vec<String> =
                names.iter().filter_map(|name| name.strip_prefix(&folder)).map(str::to_owned).collect();
            if more {
                let names: Vec<&str> = short.iter().map(String::as_str).collect();
                let beyond = among(&folder, &names, None, None, UNEVEN).into_iter();
                // One page of names stands for as many folders.
                cuts.extend(beyond.map(|cut| Cut { pages: cut.pages * inner, ..cut }));
            }
            let (parts, of_part) = &within;
            if pages >= FOLDER && !parts.is_empty() && parts.len() * names.len() <= MOST_PARTS {
                for name in names {
                    cuts.extend(parts.iter().map(|part| Cut::within(&name, part, *of_part)));
                    cuts.push(Cut::known(name, *of_part));
                }
                let inner = short.iter().flat_map(|name| parts.iter().map(move |part| format!("{name}{part}")));
                within = (inner.chain(short.iter().cloned()).collect(), *of_part);
                continue;
            }
            // A name that is no folder is one key.
            let size = |name: &str| if name.ends_with('/') { pages } else { 1.0 / self.page as f64 };
            cuts.extend(names.into_iter().map(|name| {
                let pages = size(&name);
                Cut::known(name, pages)
            }));
            within = (short, pages);
        }
        self.know(&cuts);
    }

    /// Gives each cut to the slice that it lies in.
    fn know(&mut self, cuts: &[Cut]) {
        for slice in self.slices.iter_mut().filter(|slice| !slice.done) {
            let inside: Vec<Cut> = cuts.iter().filter(|cut| slice.holds(&cut.key)).cloned().collect();
            if !inside.is_empty() {
                slice.cuts.extend(inside);
                slice.cuts.sort_by(|a, b| a.key.cmp(&b.key));
                slice.cuts.dedup_by(|a, b| a.key == b.key);
            }
        }
    }

    /// Takes in a page of a slice, and gives out what of it was not listed before.
    ///
    /// # Errors
    /// `storage_failed` when the page is out of order, or not under the prefix.
    pub fn page(&mut self, at: usize, page: Page) -> Result<Vec<Part>> {
        self.requests += 1;
        // A slice that was given up when the server turned out to begin every listing at its start.
        let Some(slice) = self.slices.get(at) else { return Ok(Vec::new()) };
        let skipped = matches!(slice.from, From::After(_));
        let first = page.objects.first().map(|object| object.key.as_str());
        if skipped && !self.skips {
            if first.is_some_and(|first| first <= slice.after.as_str()) {
                return self.serial();
            }
            // Without objects, too: one that begins at the start would have shown those that are known.
            self.skips = true;
        }
        let reaches = |until: &String| {
            page.next.is_none() || page.objects.last().is_some_and(|o| o.key.as_str() > until.as_str())
        };
        if at == 0 && !self.skips && self.slices.len() > 1 && slice.until.as_ref().is_some_and(reaches) {
            self.held = Some(page);
            return Ok(Vec::new());
        }
        let mut parts: Vec<Part> = self.part(at, page)?.into_iter().collect();
        if self.skips
            && let Some(held) = self.held.take()
        {
            parts.extend(self.part(0, held)?);
        }
        Ok(parts)
    }

    /// A request of a slice was in vain, and is to be made again.
    pub fn again(&mut self, at: usize) {
        self.requests += 1;
        if let Some(slice) = self.slices.get_mut(at) {
            slice.asked = false;
        }
    }

    /// A request failed that was to begin after a key: a server that cannot do so is listed from its start. Otherwise the
    /// listing has failed.
    ///
    /// # Errors
    /// The error.
    pub fn failed(&mut self, at: usize, error: Error) -> Result<Vec<Part>> {
        self.requests += 1;
        match self.slices.get(at) {
            None => Ok(Vec::new()),
            Some(slice) if matches!(slice.from, From::After(_)) && !self.skips => self.serial(),
            Some(_) => Err(error),
        }
    }

    /// Gives up all slices but the first, which then has no end.
    fn serial(&mut self) -> Result<Vec<Part>> {
        self.can_skip = false;
        self.slices.truncate(1);
        self.learning.clear();
        self.slices[0].until = None;
        self.slices[0].cuts.clear();
        let held = self.held.take();
        let part = held.map(|page| self.part(0, page)).transpose()?;
        Ok(part.flatten().into_iter().collect())
    }

    /// What a page adds; nothing when it has no objects and does not end anything.
    fn part(&mut self, at: usize, mut page: Page) -> Result<Option<Part>> {
        let slice = &mut self.slices[at];
        check_order(&slice.after, &page.objects, &self.prefix)?;
        slice.asked = false;
        self.page = self.page.max(page.objects.len() as u64);
        if let Some(until) = &slice.until {
            let inside = page.objects.partition_point(|object| object.key.as_str() <= until.as_str());
            slice.done = inside < page.objects.len();
            if slice.done && slice.pages > 0 {
                self.ends.seen += 1.0;
                self.ends.beyond += 1.0 - inside as f64 / page.objects.len() as f64;
            }
            page.objects.truncate(inside);
        }
        slice.done |= page.next.is_none();
        self.keys += page.objects.len() as u64;
        if let Some(folder) = slice.guessed_in.take() {
            let is_good = page.objects.first().is_some_and(|object| object.key.as_str().starts_with(&folder));
            self.guesses.turned_out(folder, is_good);
        }
        let after = slice.after.clone();
        if let Some(last) = page.objects.last() {
            slice.after = last.key.as_str().to_owned();
        }
        let until = if slice.done { slice.until.clone() } else { Some(slice.after.clone()) };
        let passed = slice.cuts.partition_point(|cut| cut.key <= slice.after);
        slice.own = slice.cuts.drain(..passed).next_back().map_or(slice.own - 1.0, |cut| cut.pages - 1.0).max(0.0);
        match page.next {
            Some(token) if !slice.done => slice.from = From::Token(token),
            _ => slice.cuts.clear(),
        }
        slice.pages += 1;
        self.show(at, &page.objects);
        let part = Part { after, until, objects: page.objects };
        Ok(Some(part).filter(|part| part.until.as_ref() != Some(&part.after)))
    }
}

/// Pages must rise strictly and stay under the prefix: what is missing between two keys is taken for absent, so
/// a listing out of order proves nothing.
fn check_order(after: &str, page: &[ObjectMeta], prefix: &str) -> Result<()> {
    let mut last = after;
    for object in page {
        let key = object.key.as_str();
        if key <= last && !last.is_empty() {
            let detail = format!("the listing is out of order: “{key}” came after “{last}”");
            return Err(Error::new(ErrorCode::StorageFailed, detail));
        }
        if !key.starts_with(prefix) {
            let detail = format!("the listing of “{prefix}” has the key “{key}”");
            return Err(Error::new(ErrorCode::StorageFailed, detail));
        }
        last = key;
    }
    Ok(())
}
