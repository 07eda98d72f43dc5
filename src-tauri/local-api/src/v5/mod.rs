//! The routes of today's Python SDK: a namespace is a container tag, the id of a document is the engine's.

pub mod connectors;
pub mod documents;
pub mod namespaces;
pub mod search;
