//! A toy model of the world around a sync, against which the real engine is held.
//!
//! A world is a bucket, a knowledge base with the manners of the hosted one, a network that loses replies and lets
//! requests land late, a disk that can lose what was not forced to it. The engine in it is the real one: [`Run`] over a
//! real state file. A [`script`] says what happens, to the single I/O; the [`oracle`](self::play) judges every request
//! when it is sent and everything once all is still. It does not use the engine's decisions. `docs/laws.md` tells how to
//! read a script and how to play more of them.
//!
//! [`Run`]: s3_connector_engine::sync::Run

mod bucket;
mod chance;
mod crowd;
mod faces;
mod oracle;
mod pipeline;
mod play;
mod rows;
pub mod script;
mod shrink;
mod stage;
pub mod stories;
mod world;

pub use chance::random_script;
pub use crowd::{Tally, play_all};
pub use play::{CALM, Report, play, tell};
pub use shrink::shrink;
pub use stage::LANES;
