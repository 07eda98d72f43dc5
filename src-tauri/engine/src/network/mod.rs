//! The way out of this computer, as a person set it: through which proxy, and how fast. What a certificate is worth and
//! how a request is sent is the business of whoever sends it.

mod bandwidth;
mod proxy;

pub use bandwidth::Bandwidth;
pub use proxy::{Proxy, ProxyAddress};

/// The way out, for everything that asks something of a network. Clones share one limit.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// What stands between.
    pub proxy: Proxy,
    /// How fast objects come.
    pub bandwidth: Bandwidth,
}
