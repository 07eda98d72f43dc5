//! Whole syncs over loopback: a real engine, real S3 bytes, a real library.

mod keys;
mod laws;
mod network;
mod trouble;
