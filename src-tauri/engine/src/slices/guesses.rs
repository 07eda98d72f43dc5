//! How guesses of where to cut have turned out. Pure.
//!
//! A guess is of a folder, from how the names in it vary. Names of one folder are made alike, so one bad guess says
//! something of the others there: where none has turned out yet, as many are open at once as guesses of this kind deserve,
//! and as many again for each that was good. Where one was bad they are few; and where most were, one at a time, and
//! everything else comes first.

use std::collections::HashMap;

use super::cuts::Cut;

/// So many more at once for each guess that was better than bad, in a folder where one was bad.
const FOR_A_BETTER_ONE: f64 = 2.0;

/// Which guesses are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Those in folders where most were good.
    Good,
    /// Any.
    Any,
}

/// Of one folder.
#[derive(Debug, Clone, Copy, Default)]
struct Record {
    open: f64,
    good: f64,
    bad: f64,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Guesses(HashMap<String, Record>);

impl Guesses {
    /// Whether a cut may be made now.
    pub fn allow(&self, cut: &Cut, trust: Trust) -> bool {
        let record = cut.guessed_in.as_ref().and_then(|folder| self.0.get(folder));
        record.is_none_or(|Record { open, good, bad }| {
            let at_once =
                if *bad > 0.0 { (1.0 + FOR_A_BETTER_ONE * (good - bad)).max(1.0) } else { cut.at_once * (1.0 + good) };
            *open < at_once && (trust == Trust::Any || good >= bad)
        })
    }

    /// Whether one in this folder was bad.
    pub fn were_bad(&self, folder: &str) -> bool {
        self.0.get(folder).is_some_and(|record| record.bad > 0.0)
    }

    /// A cut is made.
    pub fn made(&mut self, cut: &Cut) {
        if let Some(folder) = &cut.guessed_in {
            self.0.entry(folder.clone()).or_default().open += 1.0;
        }
    }

    /// It has turned out whether something in the folder follows it.
    pub fn turned_out(&mut self, folder: String, is_good: bool) {
        let Record { open, good, bad } = self.0.entry(folder).or_default();
        *open -= 1.0;
        *(if is_good { good } else { bad }) += 1.0;
    }
}
