//! Every test that needs more than one room: scenarios, contracts, faces, the desktop.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod s3c;
