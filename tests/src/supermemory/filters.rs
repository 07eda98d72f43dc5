//! `filters` of lists and searches: conditions on metadata, joined by `AND` and `OR`.

use serde_json::Value;

use super::state::StoredDocument;

/// The deepest that conditions may be nested.
const DEPTH: usize = 5;

/// Whether a document is what the filters ask for; null asks for nothing.
pub(super) fn hold(filters: &Value, document: &StoredDocument) -> bool {
    match (filters.get("AND").and_then(Value::as_array), filters.get("OR").and_then(Value::as_array)) {
        (Some(all), _) => all.iter().all(|condition| hold(condition, document)),
        (None, Some(any)) => any.iter().any(|condition| hold(condition, document)),
        (None, None) => filters.get("key").is_none() || holds(filters, document),
    }
}

/// Whether conditions are nested more deeply than is documented.
pub(super) fn are_too_deep(filters: &Value) -> bool {
    depth(filters) > DEPTH
}

fn depth(filters: &Value) -> usize {
    let inner = filters.get("AND").or_else(|| filters.get("OR")).and_then(Value::as_array);
    inner.map_or(0, |inner| 1 + inner.iter().map(depth).max().unwrap_or(0))
}

fn holds(condition: &Value, document: &StoredDocument) -> bool {
    let text = |name: &str| condition[name].as_str().unwrap_or_default();
    let own = document.metadata.get(text("key")).map(plain);
    let fold = |text: &str| if condition["ignoreCase"] == true { text.to_lowercase() } else { text.to_owned() };
    let wanted = text("value");
    let holds = own.is_some_and(|own| match text("filterType") {
        "numeric" => compares(&own, text("numericOperator"), wanted),
        "string_contains" => fold(&own).contains(&fold(wanted)),
        // There are no lists in metadata here.
        "array_contains" => false,
        _ => fold(&own) == fold(wanted),
    });
    holds != (condition["negate"] == true)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn compares(own: &str, operator: &str, wanted: &str) -> bool {
    let (Ok(own), Ok(wanted)) = (own.parse::<f64>(), wanted.parse::<f64>()) else { return false };
    match operator {
        ">" => own > wanted,
        "<" => own < wanted,
        ">=" => own >= wanted,
        "<=" => own <= wanted,
        _ => own == wanted,
    }
}
