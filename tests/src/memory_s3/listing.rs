//! `ListObjectsV2`, and the older `ListObjects`: pages of keys in the order of their bytes, encoded as Amazon does.

use std::ops::Bound;

use s3s::dto::{ETag, EncodingType, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output};
use s3s::dto::{Object, ObjectStorageClass};
use s3s::{S3Result, s3_error};

use super::store::{Bucket, State, StoredObject};

/// The page that this request asks for.
pub(super) fn page(state: &State, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let bucket = state.buckets.get(&input.bucket).ok_or_else(|| s3_error!(NoSuchBucket, "no such bucket"))?;
    let encode = state.encodes_keys && input.encoding_type.as_ref().is_some_and(|e| e.as_str() == EncodingType::URL);
    let shown = |text: &str| if encode { url_encode(text) } else { text.to_owned() };
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = match input.continuation_token.as_deref() {
        Some(token) => {
            Some(key_of(token).ok_or_else(|| s3_error!(InvalidArgument, "the continuation token is wrong"))?)
        }
        None => input.start_after.clone(),
    };
    let asked = input.max_keys.and_then(|keys| usize::try_from(keys).ok()).unwrap_or(1_000);
    let size = asked.min(state.page_size).min(1_000);
    let mut found = matching(bucket, &prefix, after.as_deref());
    let page: Vec<_> = found.by_ref().take(size).collect();
    let more = found.next().is_some();
    let next = page.last().filter(|_| more).map(|(key, _)| token_of(key));
    Ok(ListObjectsV2Output {
        name: Some(input.bucket.clone()),
        prefix: Some(shown(&prefix)),
        max_keys: Some(i32::try_from(size).expect("at most 1,000")),
        key_count: Some(i32::try_from(page.len()).expect("at most 1,000")),
        is_truncated: Some(more),
        continuation_token: input.continuation_token,
        next_continuation_token: next,
        encoding_type: encode.then(|| EncodingType::from_static(EncodingType::URL)),
        contents: Some(page.into_iter().map(|(key, stored)| object(shown(key), stored)).collect()),
        ..ListObjectsV2Output::default()
    })
}

/// The page of the older listing: it begins after a key, and says no more than whether one follows.
pub(super) fn old_page(state: &State, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    let bucket = state.buckets.get(&input.bucket).ok_or_else(|| s3_error!(NoSuchBucket, "no such bucket"))?;
    let encode = state.encodes_keys && input.encoding_type.as_ref().is_some_and(|e| e.as_str() == EncodingType::URL);
    let shown = |text: &str| if encode { url_encode(text) } else { text.to_owned() };
    let prefix = input.prefix.clone().unwrap_or_default();
    let mut found = matching(bucket, &prefix, input.marker.as_deref());
    let page: Vec<_> = found.by_ref().take(state.page_size.min(1_000)).collect();
    let more = found.next().is_some();
    Ok(ListObjectsOutput {
        name: Some(input.bucket.clone()),
        prefix: Some(shown(&prefix)),
        marker: input.marker.as_deref().map(shown),
        is_truncated: Some(more),
        encoding_type: encode.then(|| EncodingType::from_static(EncodingType::URL)),
        contents: Some(page.into_iter().map(|(key, stored)| object(shown(key), stored)).collect()),
        ..ListObjectsOutput::default()
    })
}

fn matching<'a>(
    bucket: &'a Bucket,
    prefix: &'a str,
    after: Option<&str>,
) -> impl Iterator<Item = (&'a String, &'a StoredObject)> {
    let from = match after {
        Some(key) => Bound::Excluded(key.to_owned()),
        None => Bound::Unbounded,
    };
    bucket.objects.range((from, Bound::Unbounded)).filter(move |(key, _)| key.starts_with(prefix))
}

fn object(key: String, stored: &StoredObject) -> Object {
    let class = stored.storage_class.clone().unwrap_or_else(|| ObjectStorageClass::STANDARD.to_owned());
    Object {
        key: Some(key),
        e_tag: Some(ETag::Strong(stored.etag.clone())),
        size: Some(i64::try_from(stored.bytes.len()).expect("it is in memory")),
        last_modified: Some(stored.modified.into()),
        storage_class: Some(ObjectStorageClass::from(class)),
        ..Object::default()
    }
}

/// Everything but letters, digits and `-_.*/` as `%XX`, the space as `+`: what Amazon sends for
/// `encoding-type=url`.
fn url_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Tokens mean nothing to clients; here they are the last key's bytes in hexadecimal.
fn token_of(key: &str) -> String {
    key.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn key_of(token: &str) -> Option<String> {
    let pairs = token.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    let bytes: Option<Vec<u8>> = pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_its_key() {
        for key in ["", "a//b", "ü\u{1}"] {
            assert_eq!(key_of(&token_of(key)).as_deref(), Some(key));
        }
        assert_eq!(key_of("zz"), None);
    }

    #[test]
    fn encoded_keys_are_plain_ascii() {
        assert_eq!(url_encode("a b+c/%2F~ü\u{1}*"), "a+b%2Bc/%252F%7E%C3%BC%01*");
    }
}
