//! What tests are made of: servers on loopback, a desktop and its window, and the laws that every implementation of a
//! trait is run against. Everything runs on this computer and is ended by whoever started it. The desktop and what is on
//! it need the programs of a Unix.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

pub mod authority;
pub mod bridge;
pub mod browser;
#[cfg(unix)]
pub mod desktop;
pub mod held;
pub mod knowledge_base_contract;
pub mod local_api;
pub mod loopback;
pub mod memory_s3;
pub mod model;
pub mod moto;
#[cfg(unix)]
pub mod process;
pub mod proxy;
pub mod random;
pub mod rclone;
pub mod s3_server;
pub mod samples;
pub mod scene;
pub mod sdk;
pub mod showroom;
pub mod sign_in;
pub mod source_contract;
pub mod supermemory;
pub mod tools;
#[cfg(unix)]
pub mod tray;
pub mod tunnel;
pub mod wait;
#[cfg(unix)]
pub mod window;
