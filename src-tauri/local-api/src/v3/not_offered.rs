//! What the hosted API does and this one does not: documents come from buckets only.

use std::sync::Arc;

use s3_connector_engine::engine::Engine;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::refusal::{Refusal, Refusals};

const ADDING: &str = "Documents come from S3 buckets only; put the file into a bucket that a connection syncs.";
const CHANGING: &str = "A document changes with its file in the bucket only.";
const CHOOSING: &str = "An S3 connection syncs its prefix; there is nothing to choose.";

macro_rules! not_offered {
    ($($name:ident, $method:ident, $path:literal, $why:ident, ($($parameter:literal),*), $doc:literal;)*) => { $(
        #[doc = $doc]
        #[utoipa::path($method, path = $path, tag = "not offered",
            params($(($parameter = String, Path)),*), responses(Refusals))]
        pub async fn $name() -> Refusal {
            Refusal::not_offered($why)
        }
    )* };
}

not_offered! {
    add, post, "/v3/documents", ADDING, (), "Adds a document.";
    add_file, post, "/v3/documents/file", ADDING, (), "Adds a file.";
    add_batch, post, "/v3/documents/batch", ADDING, (), "Adds several documents.";
    update, patch, "/v3/documents/{document}", CHANGING, ("document"), "Changes a document.";
    resources, get, "/v3/connections/{connection}/resources", CHOOSING, ("connection"), "Lists what can be chosen.";
    configure, post, "/v3/connections/{connection}/configure", CHOOSING, ("connection"), "Chooses what is synced.";
    add_v5, post, "/ns/{namespace}/document", ADDING, ("namespace"), "Adds a document.";
    add_batch_v5, post, "/ns/{namespace}/document/batch", ADDING, ("namespace"), "Adds several documents.";
    add_file_v5, post, "/ns/{namespace}/document/file", ADDING, ("namespace"), "Adds a file.";
    replace_file_v5, post, "/ns/{namespace}/document/file/{document}", ADDING, ("namespace", "document"), "Replaces a file.";
    update_file_v5, patch, "/ns/{namespace}/document/file/{document}", CHANGING, ("namespace", "document"), "Changes a file.";
    update_v5, patch, "/ns/{namespace}/document/{document}", CHANGING, ("namespace", "document"), "Changes a document.";
}

/// Those of them whose paths have no other method.
pub fn table() -> OpenApiRouter<Arc<Engine>> {
    OpenApiRouter::new()
        .routes(routes!(add))
        .routes(routes!(add_file))
        .routes(routes!(add_batch))
        .routes(routes!(resources))
        .routes(routes!(configure))
        .routes(routes!(add_batch_v5))
        .routes(routes!(add_file_v5))
        .routes(routes!(replace_file_v5, update_file_v5))
}
