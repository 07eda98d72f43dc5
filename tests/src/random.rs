//! Values that nobody can have written down before, and values that come again with their seed.

use std::hash::{BuildHasher, RandomState};

/// 32 hexadecimal digits. Enough for a secret of a server that lives for minutes on loopback.
pub fn text() -> String {
    let half = || RandomState::new().hash_one(std::time::SystemTime::now());
    format!("{:016x}{:016x}", half(), half())
}

/// Chance that a seed repeats (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The chance of `S3_CONNECTOR_TEST_SEED`, else of this moment. A failing test tells it.
    pub fn new() -> Self {
        let named = std::env::var("S3_CONNECTOR_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        Self(named.unwrap_or_else(|| RandomState::new().hash_one(std::time::SystemTime::now()) >> 16))
    }

    /// The chance of this seed.
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// What repeats it from here on.
    pub fn seed(&self) -> u64 {
        self.0
    }

    /// A number below this one.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }
}

impl Default for Chance {
    fn default() -> Self {
        Self::new()
    }
}
