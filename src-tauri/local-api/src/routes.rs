//! The one table of routes: what is served is what the OpenAPI document says, and the reverse.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::{Json, Router, middleware};
use s3_connector_engine::engine::Engine;
use serde::Serialize;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::guard::{Gate, guard};
use crate::refusal::{BadRequest, ErrorReply, Issue, PathItem, Refusal, ValidationReply};
use crate::{v3, v5};

/// The document without its routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "S3 Connector",
        description = "The documented connector API of Supermemory on this computer, over the library of S3 Connector.",
        license(name = "MIT OR Apache-2.0")
    ),
    security(("bearer" = []), ("apiKey" = [])),
    components(schemas(ErrorReply, BadRequest, ValidationReply, Issue, PathItem)),
    modifiers(&Keys),
)]
struct Document;

/// Both ways of sending the token.
struct Keys;

impl Modify for Keys {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        let header = ApiKey::Header(ApiKeyValue::new("x-api-key"));
        components.add_security_scheme("apiKey", SecurityScheme::ApiKey(header));
    }
}

/// What is served at `/`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Greeting {
    /// `S3 Connector`.
    name: &'static str,
    /// Its version.
    version: &'static str,
    /// Where the OpenAPI document is.
    openapi: &'static str,
}

/// Says that somebody is here, to anybody on this computer: the SDKs look for a local server so.
#[utoipa::path(get, path = "/", tag = "server", security(()), responses((status = 200, body = Greeting)))]
async fn greet() -> Json<Greeting> {
    Json(Greeting { name: "S3 Connector", version: env!("CARGO_PKG_VERSION"), openapi: "/openapi.json" })
}

fn table() -> OpenApiRouter<Arc<Engine>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(greet))
        .routes(routes!(v3::connections::list_all))
        .routes(routes!(v3::connections::list))
        .routes(routes!(v3::connections::show, v3::connections::create, v3::connections::delete))
        .routes(routes!(v3::connections::show_by_tag))
        .routes(routes!(v3::connections::import))
        .routes(routes!(v3::connections::documents))
        .routes(routes!(v3::connections::sync_runs))
        .routes(routes!(v3::documents::list))
        .routes(routes!(v3::documents::delete_bulk))
        .routes(routes!(v3::documents::show, v3::documents::delete, v3::not_offered::update))
        .routes(routes!(v3::search::search))
        .routes(routes!(v5::connectors::list_all))
        .routes(routes!(v5::connectors::list, v5::connectors::create))
        .routes(routes!(v5::connectors::show, v5::connectors::update, v5::connectors::delete))
        .routes(routes!(v5::connectors::sync))
        .routes(routes!(v5::documents::delete, v3::not_offered::add_v5))
        .routes(routes!(v5::documents::show, v3::not_offered::update_v5))
        .routes(routes!(v5::documents::list))
        .routes(routes!(v5::search::search))
        .routes(routes!(v5::namespaces::list))
        .routes(routes!(v5::namespaces::list_alias))
        .routes(routes!(v5::namespaces::show))
        .merge(v3::not_offered::table())
}

/// The OpenAPI document. It holds no secret, so it is served to anybody on this computer: tools read it before they know
/// a token.
pub fn openapi() -> utoipa::openapi::OpenApi {
    finished(table().into_openapi())
}

/// Names every operation by its method and path: names of functions are not unique.
fn finished(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for (path, item) in &mut document.paths.paths {
        let words: Vec<&str> =
            path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let operations = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some([&[method], words.as_slice()].concat().join("_"));
            }
        }
    }
    document
}

/// Everything that is served, behind the guard.
pub fn router(gate: Gate) -> Router {
    let engine = Arc::clone(&gate.engine);
    let (router, document) = table().split_for_parts();
    let document = finished(document);
    router
        .route("/openapi.json", axum::routing::get(|| async move { Json(document) }))
        .fallback(|| async { Refusal::not_found("Route") })
        .method_not_allowed_fallback(|| async { Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed") })
        .with_state(engine)
        .layer(middleware::from_fn_with_state(Arc::new(gate), guard))
}
