//! The engine of S3 Connector: it keeps what a knowledge base holds equal to what a bucket shows.
//!
//! One idea carries it. A *document* is one version of one object under one tag. *Desired* are the documents
//! that the bucket and the rules ask for, *held* are those that the knowledge base has or may have. A sync
//! puts what is desired and not held, then removes what is held and not desired. Incremental syncs, retagging,
//! resuming after a crash and the preview are the same computation. `docs/design.md` tells the whole story.
//!
//! There is no window and no HTTP server in here; the desktop app, the local API and `s3c` are faces over
//! [`engine::Engine`].

pub mod api;
pub mod connection;
pub mod content;
mod diagnostics;
mod doctor;
pub mod engine;
pub mod error;
pub mod event;
pub mod knowledge_base;
pub mod laws;
pub mod network;
pub mod notice;
pub mod object;
pub mod plan;
pub mod policy;
pub mod schedule;
pub mod scope;
pub mod secrets;
pub mod sign_in;
pub mod slices;
pub mod source;
pub mod store;
pub mod studio;
pub mod sync;
pub mod tag;
pub mod view;
