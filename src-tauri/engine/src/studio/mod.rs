//! The tag studio: a rule that is being typed, tried on every key that a bucket showed.
//!
//! What it promises: a person sees what a sync would do, because the verdicts are those of
//! [`Rules`](crate::sync::judge::Rules) (a test compares them with the plan of a run); rows in sight are answered by
//! themselves, in time that does not grow with the bucket; the totals over all keys are one parallel pass, which gives
//! way as soon as the next character is typed.
//!
//! Not here: where the keys come from, and who asks ([`engine`](crate::engine)). Nothing here waits or knows the time.

mod count;
mod judged;
mod listed;
mod pass;
mod shapes;
mod tags;

pub use judged::Judged;
pub use listed::{Block, Listed};
pub use pass::judge_all;
pub use shapes::suggest;

#[cfg(test)]
mod tests;
