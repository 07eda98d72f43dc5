//! What tests are made of: servers on loopback, and the laws that every implementation of a trait is run against.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

pub mod loopback;
pub mod memory_s3;
pub mod rclone;
pub mod s3_server;
pub mod source_contract;
