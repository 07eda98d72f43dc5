//! Whole syncs over loopback: a real engine, real S3 bytes, a real library.

mod edits;
mod history;
mod keys;
mod laws;
mod pauses;
mod removals;
mod schedule;
mod scope;
mod trouble;
