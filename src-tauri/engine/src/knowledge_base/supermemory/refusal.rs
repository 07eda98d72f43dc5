//! What an answer other than yes means, and the words that it has for a person.
//!
//! The API has two shapes of errors: `{"error": "…", "details": "…"}`, and for what does not fit its schema
//! `{"success": false, "data": <the input>, "error": [{"path": ["content"], "message": "…"}]}`. The input is never read:
//! it may be a document.

use std::error::Error as StdError;

use serde_json::Value;

use crate::error::{Error, ErrorCode};

/// Longest words of a server that are passed on, in characters.
const LONGEST_WORDS: usize = 200;

/// The code of a status that does not mean yes.
pub fn code(status: u16, asked_with_key: bool) -> ErrorCode {
    match status {
        401 if asked_with_key => ErrorCode::ApiKeyRejected,
        401 => ErrorCode::ApiKeyMissing,
        402 => ErrorCode::CreditsExhausted,
        403 => ErrorCode::KnowledgeBaseDenied,
        407 => ErrorCode::ProxyFailed,
        409 => ErrorCode::DocumentBusy,
        413 => ErrorCode::DocumentTooLarge,
        429 => ErrorCode::KnowledgeBaseThrottled,
        _ => ErrorCode::KnowledgeBaseFailed,
    }
}

/// What a refused put means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// The document is refused for good.
    Document(ErrorCode),
    /// Nothing was taken, for a reason that lies elsewhere.
    NotNow,
    /// Nobody knows whether it was taken.
    Unknown,
}

/// What the status of a refused put means for the document.
pub fn of_put(status: u16) -> Means {
    match status {
        413 => Means::Document(ErrorCode::DocumentTooLarge),
        401 | 402 | 403 | 409 | 429 => Means::NotNow,
        // No such route, a redirection, or a word of something that stands between: none of them speaks of the document.
        300..=399 | 404 | 405 | 407 | 421 | 425 | 426 | 428 | 431 | 451 => Means::NotNow,
        // Whoever waited for the rest of the request may have passed on what had come.
        408 => Means::Unknown,
        400..=499 => Means::Document(ErrorCode::DocumentRefused),
        _ => Means::Unknown,
    }
}

/// The words of an answer: its details, else its error.
pub fn words(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let said = match (text("details"), text("error"), body.get("error").and_then(Value::as_array)) {
        (Some(details), ..) => details.to_owned(),
        (None, Some(error), _) => error.to_owned(),
        (None, None, Some(issues)) => issue(issues.first()?)?,
        (None, None, None) => text("message")?.to_owned(),
    };
    Some(shortened(&said))
}

/// One place that does not fit the schema: `content: Required`.
fn issue(issue: &Value) -> Option<String> {
    let message = issue.get("message").and_then(Value::as_str).unwrap_or("does not fit");
    let path = issue.get("path").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let path: Vec<String> = path
        .iter()
        .filter_map(|part| part.as_str().map(str::to_owned).or_else(|| part.as_u64().map(|n| n.to_string())))
        .collect();
    if path.is_empty() && issue.get("message").is_none() {
        return None;
    }
    Some(if path.is_empty() { message.to_owned() } else { format!("{}: {message}", path.join(".")) })
}

/// On one line, and not longer than a person reads.
pub fn shortened(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.trim();
    match line.char_indices().nth(LONGEST_WORDS) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

/// What a handshake failed of, where that is why there is no answer.
pub fn tls_cause(error: &reqwest::Error) -> Option<String> {
    causes(error).find_map(tls_error).map(ToString::to_string)
}

/// An error of ours that an error comes from.
pub fn own_cause(error: &reqwest::Error) -> Option<&Error> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |cause| (**cause).source())
}

/// The error of TLS in an error of I/O, or in an error of I/O in one: those name the source of what they wrap, and not what
/// they wrap.
fn tls_error<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    error.downcast_ref().or_else(|| tls_error(error.downcast_ref::<std::io::Error>()?.get_ref()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &str) -> Option<String> {
        words(body.as_bytes())
    }

    #[test]
    fn both_shapes_of_errors_are_read() {
        let unauthorized = r#"{"error":"Unauthorized","details":"Invalid or missing API key"}"#;
        assert_eq!(said(unauthorized).as_deref(), Some("Invalid or missing API key"));
        assert_eq!(said(r#"{"error":"Document not found"}"#).as_deref(), Some("Document not found"));
        let schema = r#"{"success":false,"data":{"content":"secret words"},
            "error":[{"path":["documents",0,"content"],"message":"Required","code":"invalid_type"}]}"#;
        assert_eq!(said(schema).as_deref(), Some("documents.0.content: Required"));
        assert_eq!(said(r#"{"error":[{"path":[],"message":"Too many"}]}"#).as_deref(), Some("Too many"));
        for nothing in
            ["", "<html>502</html>", "null", "[]", "{}", r#"{"error":[]}"#, r#"{"error":" "}"#, r#"{"error":[1]}"#]
        {
            assert_eq!(said(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn words_are_cut_and_stay_on_one_line() {
        let long = said(&format!(r#"{{"error":"a\nb{}"}}"#, "é".repeat(500))).expect("words");
        assert!(long.starts_with("a bé") && long.ends_with('…'), "{long}");
        assert_eq!(long.chars().count(), LONGEST_WORDS + 1);
    }

    #[test]
    fn each_status_has_its_code() {
        for (status, expected) in [
            (401, ErrorCode::ApiKeyRejected),
            (402, ErrorCode::CreditsExhausted),
            (403, ErrorCode::KnowledgeBaseDenied),
            (404, ErrorCode::KnowledgeBaseFailed),
            (409, ErrorCode::DocumentBusy),
            (413, ErrorCode::DocumentTooLarge),
            (429, ErrorCode::KnowledgeBaseThrottled),
            (500, ErrorCode::KnowledgeBaseFailed),
        ] {
            assert_eq!(code(status, true), expected, "{status}");
        }
        assert_eq!(code(401, false), ErrorCode::ApiKeyMissing);
    }

    #[test]
    fn a_refused_put_speaks_of_the_document_or_of_something_else_or_of_nothing() {
        for status in [400, 415, 422] {
            assert_eq!(of_put(status), Means::Document(ErrorCode::DocumentRefused));
        }
        assert_eq!(of_put(413), Means::Document(ErrorCode::DocumentTooLarge));
        for status in [301, 401, 402, 403, 404, 409, 429] {
            assert_eq!(of_put(status), Means::NotNow, "{status}");
        }
        for status in [408, 500, 502, 503, 599] {
            assert_eq!(of_put(status), Means::Unknown, "{status}");
        }
    }
}
