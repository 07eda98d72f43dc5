//! The documented connector API (<https://supermemory.ai/docs/connectors/s3>) on loopback, over the engine of this
//! computer: the documentation's own examples run with only the base URL changed.
//!
//! - [`server`](self): listens on 127.0.0.1 and ::1, with limits, and ends cleanly; [`keep`] does so as the person chose
//! - `guard`: who may ask: the right host, no web page, the token
//! - `routes`: the one table of routes, which is also the OpenAPI document
//! - `v3`: the routes of the documentation; `v5`: those of today's Python SDK; both over the same connections, documents
//!   and searches
//!
//! What the API cannot do here (adding documents, other providers) is answered with 501 in the API's own error shape.
//! It decides nothing about documents: that is the engine's. Where the documentation contradicts itself or is silent,
//! a comment says what was chosen.

mod connections;
mod create;
mod documents;
mod filters;
mod guard;
mod keep;
mod refusal;
mod request;
mod routes;
mod server;
mod times;
mod v3;
mod v5;

pub use keep::keep;
pub use routes::openapi;
pub use server::{Server, Token};
