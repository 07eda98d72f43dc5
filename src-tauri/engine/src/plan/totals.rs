//! The two sums over all keys that a run needs before it acts: places and the brake.

use serde::{Deserialize, Serialize};

/// More bare removals than this …
pub const BRAKE_COUNT: u64 = 10;
/// … and more than this share of what is held, are held back until a person says yes.
pub const BRAKE_SHARE: f64 = 0.10;

/// Counts bare removals: those that leave their key without a wanted version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brake {
    /// Bare removals that are planned.
    pub bare: u64,
    /// Documents that are held.
    pub held: u64,
    /// Objects that the listing showed.
    pub listed: u64,
    /// A person said yes to this many.
    pub confirmed: u64,
}

impl Brake {
    /// Whether the bare removals are held back. An empty listing while anything is held always asks: it is what
    /// a wrong bucket, a wrong prefix or an unmounted disk looks like.
    pub fn holds(&self) -> bool {
        let many = self.bare > BRAKE_COUNT && self.bare as f64 > BRAKE_SHARE * self.held as f64;
        let nothing_listed = self.bare > 0 && self.listed == 0;
        (many || nothing_listed) && self.bare > self.confirmed
    }
}

/// Places under the document limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Places {
    free: u64,
}

impl Places {
    /// `taken` keys have a place, `leaving` of them are giving it up.
    pub fn new(limit: u32, taken: u64, leaving: u64) -> Self {
        Self { free: u64::from(limit).saturating_sub(taken.saturating_sub(leaving)) }
    }

    /// How many are free.
    pub fn free(self) -> u64 {
        self.free
    }

    /// Takes a place for a new key, if one is free. Called in key order.
    pub fn take(&mut self) -> bool {
        let free = self.free > 0;
        self.free = self.free.saturating_sub(1);
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brake_holds_when_removals_are_many_and_a_large_share() {
        let brake = |bare, held, listed, confirmed| Brake { bare, held, listed, confirmed }.holds();
        assert!(!brake(10, 20, 5, 0));
        assert!(!brake(11, 110, 5, 0));
        assert!(brake(11, 109, 5, 0));
        assert!(!brake(11, 109, 5, 11));
        assert!(brake(12, 109, 5, 11));
    }

    #[test]
    fn an_empty_listing_always_asks() {
        assert!(Brake { bare: 1, held: 1000, listed: 0, confirmed: 0 }.holds());
        assert!(!Brake { bare: 0, held: 1000, listed: 0, confirmed: 0 }.holds());
    }

    #[test]
    fn lowering_the_limit_below_what_is_held_leaves_no_place_and_takes_none_away() {
        let mut places = Places::new(5, 9, 2);
        assert!(!places.take());
        let mut places = Places::new(5, 5, 1);
        assert!(places.take());
        assert!(!places.take());
    }
}
