//! Values that nobody can have written down before.

use std::hash::{BuildHasher, RandomState};

/// 32 hexadecimal digits. Enough for a secret of a server that lives for minutes on loopback.
pub fn text() -> String {
    let half = || RandomState::new().hash_one(std::time::SystemTime::now());
    format!("{:016x}{:016x}", half(), half())
}
