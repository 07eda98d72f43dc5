//! Whole syncs over loopback: a real engine, real S3 bytes, a real library.

mod causes;
mod comparison;
mod deleting;
mod edits;
mod history;
mod keys;
mod laws;
mod lines;
mod lost;
mod network;
mod pauses;
mod removals;
mod schedule;
mod scope;
mod servers;
mod stories;
mod trouble;
