//! All tests that need more than one crate, in one program: it links once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod asking;
mod browser;
mod desktop;
mod forms;
mod harness;
mod hosted;
mod knowledge_base;
mod local_api;
mod model;
mod preview;
mod s3c;
mod sdk;
mod settings;
mod shell;
mod source;
mod supermemory;
mod sync;
