//! The real `s3c`, as a script sees it: its JSON, its exit codes, its behaviour when it is killed. Every test has a
//! server, a home and a data folder of its own.

mod battered;
mod deleting;
mod edits;
mod errors;
mod files;
mod hosted;
mod interrupted;
mod keychain;
mod keys;
mod pauses;
pub mod program;
mod removals;
mod retries;
mod round_trip;
mod runs;
mod secrets;
mod secrets_there;
mod settings;
mod sign_ins;
mod tables;
mod watch;
