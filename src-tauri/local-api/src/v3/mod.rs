//! The routes of the documentation.

pub mod connections;
pub mod documents;
pub mod not_offered;
pub mod search;
