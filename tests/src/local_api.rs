//! The local API over a scene, as a program on the same computer asks it. Every reply is held against the API's own
//! OpenAPI document, and must not have a secret in it.

use std::sync::Arc;

use reqwest::{Client, Method, RequestBuilder};
use s3_connector_engine::engine::Engine;
use s3_connector_local_api::{Server, Token, openapi};
use serde_json::{Map, Value, json};

use crate::memory_s3::MemoryS3;
use crate::scene::BUCKET;

/// A reply.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub text: String,
}

impl Reply {
    /// The body, which is JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The body of a reply with this status.
    pub fn with(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.json()
    }

    /// The body of a success.
    pub fn good(&self) -> Value {
        self.with(200)
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The API, served.
pub struct LocalApi {
    /// The server.
    pub server: Server,
    /// The engine's token.
    pub token: String,
    client: Client,
    document: Document,
    secrets: Vec<String>,
}

impl LocalApi {
    /// Serves an engine on a free port.
    pub async fn start(engine: &Arc<Engine>, storage: &MemoryS3) -> Self {
        let server = Server::start(Arc::clone(engine), 0, Token::Engine).await.unwrap();
        let token = engine.local_api_token(false).await.unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        let secrets = vec![storage.secret().to_owned(), token.clone()];
        Self { server, token, client, document: Document::read(), secrets }
    }

    /// A request with the token, to be sent by [`LocalApi::send`].
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.stranger(method, path).bearer_auth(&self.token)
    }

    /// A request without a token.
    pub fn stranger(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.client.request(method, format!("{}{path}", self.server.url()))
    }

    /// Sends a request and reads its reply, which must be as the OpenAPI document says.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let request = request.build().unwrap();
        let (method, path) = (request.method().as_str().to_lowercase(), request.url().path().to_owned());
        let response = self.client.execute(request).await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let reply = Reply { status, headers, text: response.text().await.unwrap() };
        for secret in &self.secrets {
            assert!(!reply.text.contains(secret), "{method} {path} tells a secret: {reply:?}");
        }
        assert!(!reply.headers.iter().any(|(name, _)| name.starts_with("access-control")), "{reply:?}");
        self.document.check(&method, &path, &reply);
        reply
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request("GET", path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(self.request("POST", path).json(&body)).await
    }

    /// DELETE without a body.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(self.request("DELETE", path)).await
    }

    /// Any method with a JSON body.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send(self.request(method, path).json(&body)).await
    }
}

/// The settings of a connection to a server's bucket, in the documentation's words; `more` adds to them.
pub fn settings(storage: &MemoryS3, more: Value) -> Value {
    let mut settings = json!({
        "accessKeyId": storage.access_key(), "secretAccessKey": storage.secret(),
        "bucket": BUCKET, "region": "us-east-1", "endpoint": storage.endpoint(),
    });
    if let (Some(settings), Value::Object(more)) = (settings.as_object_mut(), more) {
        settings.extend(more);
    }
    settings
}

/// The OpenAPI document.
pub struct Document {
    whole: Value,
}

impl Document {
    /// The one that the crate makes.
    pub fn read() -> Self {
        Self { whole: serde_json::to_value(openapi()).unwrap() }
    }

    /// Every route: path and method.
    pub fn routes(&self) -> Vec<(String, String)> {
        let mut routes = Vec::new();
        for (path, item) in self.whole["paths"].as_object().unwrap() {
            let methods = item.as_object().unwrap().keys().filter(|key| *key != "parameters");
            routes.extend(methods.map(|method| (path.clone(), method.clone())));
        }
        routes
    }

    /// The path of the document that a request's path is, the one with the fewest parameters.
    fn path_of(&self, path: &str) -> Option<&str> {
        let paths = self.whole["paths"].as_object().unwrap().keys();
        let fits = |template: &&String| {
            let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
            let same = |(known, given): (&&str, &&str)| known.starts_with('{') || known == given;
            template.len() == path.len() && template.iter().zip(&path).all(same)
        };
        paths.filter(fits).min_by_key(|template| template.matches('{').count()).map(String::as_str)
    }

    /// Holds a reply against the document.
    pub fn check(&self, method: &str, path: &str, reply: &Reply) {
        if method == "head" {
            // As GET, without the body.
            return;
        }
        let template = self.path_of(path).unwrap_or_default();
        let operation = &self.whole["paths"][template][method];
        if !operation.is_object() {
            let is_refused = [401, 403, 404, 405, 413, 421].contains(&reply.status) || path == "/openapi.json";
            assert!(is_refused, "{method} {path} is no route: {reply:?}");
            return;
        }
        let response = &operation["responses"][reply.status.to_string()];
        // Who may ask at all is said once.
        if response.is_null() && template == "/" && [403, 421].contains(&reply.status) {
            return;
        }
        assert!(response.is_object(), "{method} {template} has no {}: {reply:?}", reply.status);
        let Some(content) = response["content"].as_object() else {
            assert!(reply.text.is_empty(), "{method} {template} has no body: {reply:?}");
            return;
        };
        let told = reply.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        let schema =
            &content.get(told).unwrap_or_else(|| panic!("{method} {template} is no {told}: {reply:?}"))["schema"];
        let body = if told == "application/json" { reply.json() } else { Value::from(reply.text.as_str()) };
        let validator = jsonschema::validator_for(&self.strict(schema, false)).unwrap();
        let wrong: Vec<String> =
            validator.iter_errors(&body).map(|e| format!("{e} at {}", e.instance_path())).collect();
        assert!(wrong.is_empty(), "{method} {template}: {wrong:#?}: {reply:?}");
    }

    /// A schema as it is said, but that fields which it does not name are wrong. Replies do not contain themselves, so that
    /// references can be written out.
    fn strict(&self, schema: &Value, is_part: bool) -> Value {
        let fields = match schema {
            Value::Object(fields) => fields,
            Value::Array(values) => return values.iter().map(|value| self.strict(value, is_part)).collect(),
            other => return other.clone(),
        };
        if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
            let name = name.rsplit('/').next().unwrap();
            return self.strict(&self.whole["components"]["schemas"][name], is_part);
        }
        let mut strict: Map<String, Value> =
            fields.iter().map(|(key, value)| (key.clone(), self.strict(value, key == "allOf"))).collect();
        let has_fields = ["properties", "allOf"].iter().any(|key| fields.contains_key(*key));
        if has_fields && !is_part && !fields.contains_key("additionalProperties") {
            strict.insert("unevaluatedProperties".into(), json!(false));
        }
        Value::Object(strict)
    }
}
