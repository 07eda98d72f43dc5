//! What a request says, read so that whatever does not fit is answered in the API's own shape.

use std::fmt;

use axum::body::Bytes;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer};
use serde_path_to_error::Segment;

use crate::refusal::{Issue, PathItem, Refusal};

/// A JSON body. The SDKs send none where they have nothing to say, with any content type or without: that is `{}`.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        // The guard has read it already, within its limit.
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "The body did not arrive whole"))?;
        read(&bytes).map(Self)
    }
}

impl<T: DeserializeOwned> Body<T> {
    /// Reads the body now: after the path was looked at, since what another provider would be sent is nobody's business.
    pub async fn of(request: Request) -> Result<T, Refusal> {
        Self::from_request(request, &()).await.map(|Self(body)| body)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let text = bytes.trim_ascii();
    let bytes = if text.is_empty() || text == b"null" { b"{}" } else { bytes };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(refusal)?;
    deserializer.end().map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "The body is not valid JSON"))?;
    Ok(value)
}

fn refusal(error: serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    if !error.inner().is_data() {
        return Refusal::new(StatusCode::BAD_REQUEST, "The body is not valid JSON");
    }
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => PathItem::Index(*index),
        Segment::Map { key } => PathItem::Name(key.clone()),
        Segment::Enum { variant } => PathItem::Name(variant.clone()),
        Segment::Unknown => PathItem::Name("?".into()),
    };
    let mut path: Vec<PathItem> = error.path().iter().map(segment).collect();
    let (message, missing) = sentence(&error.inner().to_string());
    path.extend(missing.map(PathItem::Name));
    Refusal::invalid(vec![Issue { path, message }])
}

/// What serde says without the value that it quotes, which may be a secret that stands in the wrong place; and the field
/// that is missing.
fn sentence(said: &str) -> (String, Option<String>) {
    let said = said.rsplit_once(" at line ").map_or(said, |(said, _)| said);
    if let Some(field) = said.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        return ("Required".into(), Some(field.to_owned()));
    }
    match said.rsplit_once(", expected ") {
        Some((_, wanted)) => (format!("Invalid input: expected {wanted}"), None),
        None => ("Invalid input".into(), None),
    }
}

/// The names in a path.
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let refuse = |_: PathRejection| Refusal::new(StatusCode::BAD_REQUEST, "The path is not valid UTF-8");
        let Path(names) = Path::<T>::from_request_parts(parts, state).await.map_err(refuse)?;
        Ok(Self(names))
    }
}

/// The part of a URL behind the question mark.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let refuse = |error: QueryRejection| {
            let (message, _) = sentence(&error.body_text());
            Refusal::with(StatusCode::BAD_REQUEST, "The query of the URL does not fit", message)
        };
        let Query(asked) = Query::<T>::from_request_parts(parts, state).await.map_err(refuse)?;
        Ok(Self(asked))
    }
}

/// A whole number, as a number or as its text: the documentation has both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count(pub u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

struct CountVisitor;

impl Visitor<'_> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 0")
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Count, E> {
        Ok(Count(number))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Count, E> {
        u64::try_from(number).map(Count).map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(number), &self))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Count, E> {
        let is_whole = number.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&number);
        if is_whole {
            return Ok(Count(number as u64));
        }
        Err(E::invalid_value(serde::de::Unexpected::Float(number), &self))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Count, E> {
        text.trim().parse().map(Count).map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }
}

/// A page of a list.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// From 1.
    pub number: u64,
    /// Entries.
    pub limit: u64,
}

impl Page {
    /// The page that was asked for, within the list's own limits.
    ///
    /// # Errors
    /// 400 for numbers that are out of range.
    pub fn asked(page: Option<Count>, limit: Option<Count>, usual: u64, most: u64) -> Result<Self, Refusal> {
        let limit = limit.map_or(usual, |limit| limit.0);
        if limit < 1 {
            return Err(Refusal::field("limit", "Limit must be at least 1"));
        }
        if limit > most {
            return Err(Refusal::field("limit", &format!("Limit must be at most {most}")));
        }
        let number = page.map_or(1, |page| page.0);
        if number < 1 {
            return Err(Refusal::field("page", "Page must be at least 1"));
        }
        // The document says int64.
        if i64::try_from(number).is_err() {
            return Err(Refusal::field("page", "There is no such page"));
        }
        Ok(Self { number, limit })
    }

    /// Entries before it.
    pub fn offset(self) -> u64 {
        (self.number - 1).saturating_mul(self.limit)
    }

    /// How many pages so many entries make.
    pub fn count(self, total: u64) -> u64 {
        total.div_ceil(self.limit)
    }

    /// Its part of a list.
    pub fn of<T>(self, all: Vec<T>) -> Vec<T> {
        let offset = usize::try_from(self.offset()).unwrap_or(usize::MAX);
        all.into_iter().skip(offset).take(usize::try_from(self.limit).unwrap_or(usize::MAX)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Example {
        name: String,
        limit: Option<Count>,
        tags: Option<Vec<String>>,
    }

    fn refused(body: &str) -> String {
        format!("{:?}", read::<Example>(body.as_bytes()).expect_err("it does not fit"))
    }

    #[test]
    fn what_does_not_fit_names_its_place_and_never_quotes_the_value() {
        let said = refused(r#"{"name": {"s3cr3t": 1}}"#);
        assert!(said.contains("Name(\"name\")") && !said.contains("s3cr3t"), "{said}");
        let said = refused(r#"{"name": "n", "tags": ["a", "s3cr3t, expected x", 12345]}"#);
        assert!(said.contains("Index(2)") && !said.contains("12345") && !said.contains("s3cr3t"), "{said}");
        let said = refused(r#"{"name": "n", "limit": "s3cr3t"}"#);
        assert!(said.contains("expected a whole number") && !said.contains("s3cr3t"), "{said}");
        assert!(refused("").contains("Required"));
        assert!(refused("{]").contains("not valid JSON"));
    }

    #[test]
    fn a_count_may_be_a_number_or_its_text() {
        for body in [r#"{"name":"n","limit":7}"#, r#"{"name":"n","limit":"7"}"#, r#"{"name":"n","limit":7.0}"#] {
            assert_eq!(read::<Example>(body.as_bytes()).expect("it fits").limit, Some(Count(7)), "{body}");
        }
    }
}
