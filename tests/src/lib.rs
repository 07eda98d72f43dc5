//! What tests are made of: servers on loopback, a desktop and its window, and the laws that every implementation of a
//! trait is run against. Everything runs on this computer and is ended by whoever started it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

pub mod desktop;
pub mod loopback;
pub mod memory_s3;
pub mod process;
pub mod random;
pub mod rclone;
pub mod s3_server;
pub mod samples;
pub mod scene;
pub mod source_contract;
pub mod tools;
pub mod tray;
pub mod wait;
pub mod window;
