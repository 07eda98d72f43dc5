//! Requests held against the documented schema.

use std::collections::HashMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use jsonschema::paths::LocationSegment;
use serde_json::{Value, json};

use super::filters;

/// The schema as it is documented; see its own comments for where sources differ.
const SCHEMA: &str = include_str!("schema.json");
/// The bodies that are held against it, by their names in it.
const BODIES: [&str; 10] =
    ["add", "update", "upload", "batch", "deleteBulk", "list", "search", "connect", "byTags", "byTagsRequired"];

/// What is wrong with a body, in the form of the API's own complaints; empty when nothing is.
pub(super) fn complaints(name: &str, body: &Value) -> Vec<Value> {
    let mut complaints: Vec<Value> = validator(name).iter_errors(body).map(|error| complaint(&error)).collect();
    // A schema counts characters.
    let path = body.get("filepath").and_then(Value::as_str).unwrap_or_default();
    if path.len() > 4096 || path.rsplit('/').next().is_some_and(|name| name.len() > 255) {
        complaints.push(complain(&["filepath"], "Path too long"));
    }
    if filters::are_too_deep(&body["filters"]) {
        complaints.push(complain(&["filters"], "Filters are nested too deeply"));
    }
    complaints
}

/// One complaint.
pub(super) fn complain(path: &[&str], message: &str) -> Value {
    json!({"path": path, "message": message})
}

fn complaint(error: &jsonschema::ValidationError<'_>) -> Value {
    let path: Vec<Value> = error
        .instance_path()
        .into_iter()
        .map(|segment| match segment {
            LocationSegment::Property(name) => json!(name),
            LocationSegment::Index(index) => json!(index),
        })
        .collect();
    // The value itself may be a megabyte, and is in the answer anyway.
    json!({"path": path, "message": error.masked().to_string()})
}

fn validator(name: &str) -> &'static Validator {
    static VALIDATORS: OnceLock<HashMap<&'static str, Validator>> = OnceLock::new();
    &VALIDATORS.get_or_init(|| BODIES.into_iter().map(|name| (name, compile(name))).collect())[name]
}

fn compile(name: &str) -> Validator {
    let mut schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    schema["$ref"] = json!(format!("#/$defs/{name}"));
    jsonschema::draft202012::new(&schema).expect("the schema is one")
}
