//! The local API as its users know it: Supermemory's official packages and the `curl` lines of its documentation run the
//! documented examples against `s3c serve`, with a real S3 server behind it. What they leave behind is looked up in the
//! library's own tables. And schemathesis holds the API to the OpenAPI document that it serves.

mod document;
mod examples;
mod place;

pub use place::skipped;
