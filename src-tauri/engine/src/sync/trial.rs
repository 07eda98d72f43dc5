//! The documents of a trial: few that stand for the rest. Pure, and the same for the same plan.
//!
//! Every document belongs to a stratum: its container, its file type and the class of its size. One of each stratum is
//! kept; of these, those are taken first that show most of what was not shown yet, and then the first of the others.

use std::collections::HashSet;

/// Documents of a trial, unless another number is asked for.
pub const SIZE: u32 = 10;
/// Strata that are told apart; a bucket with more has enough to choose from.
const STRATA: usize = 4_096;

/// The class of a size: small, medium, large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum SizeClass {
    /// Under 10 KB.
    Small,
    /// Under 1 MB.
    Medium,
    /// Beyond.
    Large,
}

impl SizeClass {
    fn of(size: u64) -> Self {
        match size {
            0..10_000 => Self::Small,
            10_000..1_000_000 => Self::Medium,
            _ => Self::Large,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Stratum {
    tag: String,
    extension: String,
    class: SizeClass,
}

/// Chooses while documents go by, in key order.
#[derive(Debug)]
pub struct Sample<T> {
    size: usize,
    seen: HashSet<Stratum>,
    /// The first of each stratum, with its place among all.
    firsts: Vec<(usize, Stratum, T)>,
    /// The first of the others.
    others: Vec<(usize, T)>,
    offered: usize,
}

impl<T> Sample<T> {
    /// A sample of at most this many.
    pub fn new(size: u32) -> Self {
        Self { size: size as usize, seen: HashSet::new(), firsts: Vec::new(), others: Vec::new(), offered: 0 }
    }

    /// The next document.
    pub fn offer(&mut self, tag: &str, extension: &str, size: u64, document: impl FnOnce() -> T) {
        let place = self.offered;
        self.offered += 1;
        let is_open = self.firsts.len() < STRATA;
        if !is_open && self.others.len() >= self.size {
            return;
        }
        let stratum = Stratum { tag: tag.to_owned(), extension: extension.to_owned(), class: SizeClass::of(size) };
        if is_open && self.seen.insert(stratum.clone()) {
            self.firsts.push((place, stratum, document()));
        } else if self.others.len() < self.size {
            self.others.push((place, document()));
        }
    }

    /// What is taken, in key order.
    pub fn taken(mut self) -> Vec<T> {
        let mut taken = Vec::new();
        let mut shown = Shown::default();
        while taken.len() < self.size && !self.firsts.is_empty() {
            // Of several that show as much, the first: the largest of the list turned round.
            let news = |(at, (_, stratum, _)): &(usize, &(usize, Stratum, T))| (shown.news(stratum), usize::MAX - at);
            let Some((best, _)) = self.firsts.iter().enumerate().max_by_key(news) else { break };
            let (place, stratum, document) = self.firsts.remove(best);
            shown.add(stratum);
            taken.push((place, document));
        }
        let room = self.size - taken.len();
        taken.extend(self.others.into_iter().take(room));
        taken.sort_by_key(|(place, _)| *place);
        taken.into_iter().map(|(_, document)| document).collect()
    }
}

/// What a sample shows so far.
#[derive(Default)]
struct Shown {
    tags: HashSet<String>,
    extensions: HashSet<String>,
    classes: HashSet<SizeClass>,
}

impl Shown {
    /// How many of its three sides a stratum would show for the first time.
    fn news(&self, stratum: &Stratum) -> u8 {
        u8::from(!self.tags.contains(&stratum.tag))
            + u8::from(!self.extensions.contains(&stratum.extension))
            + u8::from(!self.classes.contains(&stratum.class))
    }

    fn add(&mut self, stratum: Stratum) {
        self.tags.insert(stratum.tag);
        self.extensions.insert(stratum.extension);
        self.classes.insert(stratum.class);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(size: u32, documents: &[(&'static str, &'static str, u64)]) -> Vec<usize> {
        let mut sample = Sample::new(size);
        for (at, (tag, extension, size)) in documents.iter().enumerate() {
            sample.offer(tag, extension, *size, || at);
        }
        sample.taken()
    }

    #[test]
    fn one_of_each_type_tag_and_size_class_is_taken_before_any_second_one() {
        let many = [("a", "md", 1); 20];
        let rest = [("a", "md", 20_000), ("a", "md", 2_000_000), ("a", "pdf", 1), ("b", "md", 1)];
        assert_eq!(sample(5, &[&many[..], &rest].concat()), [0, 20, 21, 22, 23]);
    }

    #[test]
    fn where_not_all_fit_those_that_show_most_come_first() {
        let documents = [("a", "md", 1), ("a", "txt", 1), ("b", "pdf", 50_000), ("c", "html", 9_000_000)];
        assert_eq!(sample(3, &documents), [0, 2, 3], "each shows a container, a type and a size of its own");
    }

    #[test]
    fn it_is_filled_up_with_the_first_others_and_never_longer_than_asked_for() {
        assert_eq!(sample(4, &[("a", "md", 1); 20]), [0, 1, 2, 3]);
        assert_eq!(sample(4, &[("a", "md", 1); 3]), [0, 1, 2]);
        assert_eq!(sample(0, &[("a", "md", 1)]), [0; 0]);
    }

    #[test]
    fn a_bucket_of_a_container_per_key_takes_bounded_memory() {
        let mut sample = Sample::new(SIZE);
        (0..3 * STRATA).for_each(|at| sample.offer(&format!("user-{at}"), "md", 1, || at));
        assert!(sample.firsts.len() + sample.others.len() <= STRATA + SIZE as usize);
        assert_eq!(sample.taken(), (0..SIZE as usize).collect::<Vec<_>>());
    }
}
