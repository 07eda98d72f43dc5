//! The laws of [`ObjectSource`], as functions over any implementation that a test can fill.
//!
//! [`source_contract!`] makes a module with one test per law. A law is told by its function's name.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::join_all;
use s3_connector_engine::connection::{ConnectionDraft, SecretNeed, Settings};
use s3_connector_engine::content::Content;
use s3_connector_engine::object::{ETag, ObjectKey, ObjectMeta};
use s3_connector_engine::slices::{Listing, STREAMS};
use s3_connector_engine::source::{Fetched, ObjectSource, ResolvedCredentials};

/// More pages than this are a listing that does not end.
const MOST_PAGES: usize = 100;

/// More objects than two pages of any server hold.
const MANY: usize = 2_050;

/// A bucket of its own, empty at first.
#[async_trait]
pub trait Fixture: Sized + Send + Sync {
    /// Starts it; `None` when this computer lacks what it needs (the fixture says so).
    async fn start() -> Option<Self>;
    /// Writes an object behind the source's back.
    async fn put(&self, key: &str, bytes: &[u8]);
    /// Removes an object behind the source's back.
    async fn delete(&self, key: &str);
    /// The source of this bucket.
    fn source(&self) -> Arc<dyn ObjectSource>;
    /// Keys that this server can hold.
    fn keys() -> Vec<String>;
}

/// Keys of which every server over a file system can hold all at once.
pub fn ordinary_keys() -> Vec<String> {
    ["a.md", "dir/b.md", "dir/sub/c.txt", "dir-2/d.md", "with space.md", "ünïcode/ключ.md", "emoji-😀.md", "UPPER/x.MD"]
        .map(String::from)
        .to_vec()
}

/// Keys that S3 holds and that file systems, URL libraries and XML would rather not.
pub fn odd_keys() -> Vec<String> {
    let mut keys: Vec<String> = [
        "a//b.md",
        "/lead.md",
        "//two.md",
        "/",
        "a/../b.md",
        "a/./b.md",
        "..",
        ".",
        "../up.md",
        "folder/",
        "folder",
        "with space.md",
        " lead and trail ",
        "a+b.md",
        "100%.md",
        "a%2Fb.md",
        "%",
        "%zz",
        "what?.md",
        "a#b.md",
        "a&b<c>\"d'.md",
        "&amp;.md",
        "caf\u{e9}.md",
        "cafe\u{301}.md",
        "\u{1}control.md",
        "line\nfeed.md",
        "carriage\r\nreturn.md",
        "tab\t.md",
        "\u{7f}.md",
        "emoji-😀.md",
        "tilde~.md",
        "*'()!.md",
        "back\\slash.md",
        "semi;colon=,@:$.md",
        "[a-z]{2}^|`.md",
        "s3://bucket/key",
        "Case.md",
        "case.md",
        "\u{202e}rtl.md",
        "\u{feff}bom.md",
        "\u{10ffff}",
        "\u{e000}",
    ]
    .map(String::from)
    .to_vec();
    keys.push("k".repeat(1_024));
    keys.push("ü".repeat(512));
    keys.push(format!("{}/deep.md", "d/".repeat(400)));
    keys
}

/// Settings of a connection to this bucket.
///
/// # Panics
/// When they are not valid.
pub fn settings(endpoint: &str, bucket: &str) -> Settings {
    let draft: ConnectionDraft = serde_json::from_value(serde_json::json!({
        "bucket": bucket, "region": "us-east-1", "endpoint": endpoint, "containerTags": ["t"],
        "credentials": {"kind": "anonymous"}
    }))
    .expect("a draft");
    draft.validate(SecretNeed::Typed).expect("valid settings").0
}

/// Credentials of an access key.
pub fn access_key(id: &str, secret: &str) -> ResolvedCredentials {
    ResolvedCredentials::Keys { access_key_id: id.to_owned(), secret: secret.into(), session_token: None }
}

/// Every object of every page under a prefix.
///
/// # Panics
/// When the listing fails, or does not end.
pub async fn list_all(source: &dyn ObjectSource, prefix: &str) -> Vec<ObjectMeta> {
    pages(source, prefix).await.concat()
}

/// The pages under a prefix.
///
/// # Panics
/// When the listing fails, or does not end.
pub async fn pages(source: &dyn ObjectSource, prefix: &str) -> Vec<Vec<ObjectMeta>> {
    let mut pages = Vec::new();
    let mut token = None;
    loop {
        let page = source.list(prefix, token.as_deref()).await.expect("a page");
        pages.push(page.objects);
        assert!(pages.len() <= MOST_PAGES, "the listing does not end");
        match page.next {
            Some(next) => token = Some(next),
            None => return pages,
        }
    }
}

fn text_of(key: &str) -> Vec<u8> {
    format!("the bytes of {key}").into_bytes()
}

async fn etag_of(source: &dyn ObjectSource, key: &str) -> ETag {
    let objects = list_all(source, key).await;
    let object = objects.into_iter().find(|object| object.key.as_str() == key);
    object.unwrap_or_else(|| panic!("“{}” is not listed", key.escape_debug())).etag
}

fn fetched(bytes: impl Into<Bytes>) -> Fetched {
    Fetched::Whole(Content::of(bytes))
}

/// Fills the bucket with every key that the server can hold.
async fn fill(fixture: &impl Fixture, keys: &[String]) {
    for key in keys {
        fixture.put(key, &text_of(key)).await;
    }
}

/// Nothing is listed, on one page, and that is no error.
pub async fn an_empty_bucket_lists_nothing(fixture: &impl Fixture) {
    let page = fixture.source().list("", None).await.expect("a page");
    assert_eq!((page.objects, page.next), (Vec::new(), None));
}

/// Each key comes once, byte for byte, in the order of its bytes, with its size and a version.
pub async fn every_key_is_listed_once_byte_for_byte<F: Fixture>(fixture: &F) {
    let mut keys = F::keys();
    fill(fixture, &keys).await;
    let objects = list_all(&*fixture.source(), "").await;
    let listed: Vec<_> = objects.iter().map(|object| object.key.to_string()).collect();
    keys.sort_unstable();
    assert_eq!(listed, keys);
    for object in objects {
        assert_eq!(object.size, text_of(object.key.as_str()).len() as u64, "{}", object.key);
        assert!(!object.etag.as_str().is_empty());
        assert!(object.modified.is_some_and(|time| time > 1_600_000_000_000), "{}", object.key);
    }
}

/// No two keys are taken for each other, and none is rewritten on its way.
pub async fn every_key_listed_can_be_read<F: Fixture>(fixture: &F) {
    fill(fixture, &F::keys()).await;
    let source = fixture.source();
    let objects = list_all(&*source, "").await;
    let read = objects.iter().map(|object| source.fetch(&object.key, &object.etag));
    for (object, read) in objects.iter().zip(join_all(read).await) {
        let read = read.unwrap_or_else(|e| panic!("“{}”: {e}", object.key.as_str().escape_debug()));
        assert_eq!(read, fetched(text_of(object.key.as_str())), "{}", object.key);
    }
}

/// A prefix is bytes that a key begins with: no folder, no pattern, no normal form.
pub async fn a_prefix_is_literal<F: Fixture>(fixture: &F) {
    let keys = F::keys();
    fill(fixture, &keys).await;
    let source = fixture.source();
    let mut prefixes: Vec<String> =
        ["", "d", "dir", "dir/", "dir/s", "no such", "*", ".*", "[a-z]*", "dir*", "?", "+", "^a", "(", "\\"]
            .map(String::from)
            .to_vec();
    // The beginnings of every key, cut where a character ends.
    for key in &keys {
        prefixes.push(key.clone());
        prefixes.extend(key.char_indices().map(|(end, _)| key[..end].to_owned()).filter(|p| !p.is_empty()).take(3));
    }
    prefixes.sort_unstable();
    prefixes.dedup();
    for prefix in prefixes {
        let mut wanted: Vec<_> = keys.iter().filter(|key| key.starts_with(&prefix)).cloned().collect();
        wanted.sort_unstable();
        let listed: Vec<_> =
            list_all(&*source, &prefix).await.into_iter().map(|object| object.key.to_string()).collect();
        assert_eq!(listed, wanted, "under “{}”", prefix.escape_debug());
    }
}

/// Many pages give every object exactly once.
pub async fn many_pages_give_every_object_once(fixture: &impl Fixture) {
    let keys: Vec<String> = (0..MANY).map(|n| format!("many/{n:05}.md")).collect();
    fill(fixture, &keys).await;
    let pages = pages(&*fixture.source(), "").await;
    assert!(pages.len() > 2, "{} objects came on {} pages", MANY, pages.len());
    let listed: Vec<_> = pages.concat().into_iter().map(|object| object.key.to_string()).collect();
    assert_eq!(listed, keys);
}

/// A page that begins after a key shows what a serial listing shows after it, whether there is such a key or not.
pub async fn a_page_begins_after_any_key<F: Fixture>(fixture: &F) {
    let mut keys = F::keys();
    fill(fixture, &keys).await;
    keys.sort_unstable();
    let source = fixture.source();
    let after: Vec<String> = keys.iter().flat_map(|key| [key.clone(), format!("{key}!")]).collect();
    for after in after {
        let token = source.token_after(&after).expect("a token");
        let page = source.list("", Some(&token)).await.expect("a page");
        let listed: Vec<&str> = page.objects.iter().map(|object| object.key.as_str()).collect();
        let wanted: Vec<&str> = keys.iter().filter(|key| **key > after).map(String::as_str).collect();
        assert_eq!(listed, wanted, "after “{}”", after.escape_debug());
    }
}

/// Slices give what a serial listing gives.
pub async fn many_requests_at_once_give_every_object_once(fixture: &impl Fixture) {
    let mut keys: Vec<String> = (0..MANY).map(|n| format!("many/{}/{n:05}.md", n % 7)).collect();
    fill(fixture, &keys).await;
    keys.sort_unstable();
    let mut listing = Listing::new(fixture.source(), "many/", STREAMS);
    let mut parts = Vec::new();
    while let Some(part) = listing.next(true).await.expect("a part") {
        parts.push(part);
    }
    parts.sort_by(|a, b| a.after.cmp(&b.after));
    let listed: Vec<_> = parts.iter().flat_map(|part| &part.objects).map(|object| object.key.to_string()).collect();
    assert_eq!(listed, keys);
}

/// The bytes of another version are never given.
pub async fn a_changed_object_is_changed(fixture: &impl Fixture) {
    let source = fixture.source();
    fixture.put("a.md", b"first").await;
    let first = etag_of(&*source, "a.md").await;
    fixture.put("a.md", b"second, and longer").await;
    let key = ObjectKey::new("a.md");
    assert_eq!(source.fetch(&key, &first).await.expect("an answer"), Fetched::Changed);
    let second = etag_of(&*source, "a.md").await;
    assert!(!second.names_same_version(&first));
    assert_eq!(source.fetch(&key, &second).await.expect("an answer"), fetched("second, and longer"));
}

/// A removed object is gone, and no error.
pub async fn a_removed_object_is_gone(fixture: &impl Fixture) {
    let source = fixture.source();
    fixture.put("a.md", b"text").await;
    fixture.put("b.md", b"text").await;
    let etag = etag_of(&*source, "a.md").await;
    fixture.delete("a.md").await;
    assert_eq!(source.fetch(&ObjectKey::new("a.md"), &etag).await.expect("an answer"), Fetched::Gone);
    let listed = list_all(&*source, "").await;
    assert_eq!(listed.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["b.md"]);
}

/// All bytes come, none of them touched, whatever their number.
pub async fn bytes_come_whole_and_untouched(fixture: &impl Fixture) {
    let source = fixture.source();
    let mut wanted = BTreeMap::new();
    for size in [0, 1, 4_096, 65_537, 3_000_001] {
        let bytes: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
        fixture.put(&format!("{size}.bin"), &bytes).await;
        wanted.insert(format!("{size}.bin"), bytes);
    }
    // Bytes that something on the way might take for compressed.
    let gzip = b"\x1f\x8b\x08\x00not really".to_vec();
    fixture.put("text.md.gz", &gzip).await;
    wanted.insert("text.md.gz".into(), gzip);
    for object in list_all(&*source, "").await {
        let bytes = wanted.remove(object.key.as_str()).expect("one of ours");
        assert_eq!(object.size, bytes.len() as u64);
        assert_eq!(source.fetch(&object.key, &object.etag).await.expect("bytes"), fetched(bytes), "{}", object.key);
    }
    assert!(wanted.is_empty());
}

/// A call that is dropped does no harm to the next ones.
pub async fn dropping_a_call_is_safe(fixture: &impl Fixture) {
    let source = fixture.source();
    fixture.put("a.md", b"text").await;
    let etag = etag_of(&*source, "a.md").await;
    let key = ObjectKey::new("a.md");
    for _ in 0..8 {
        let mut call = source.fetch(&key, &etag);
        // Once: the request is on its way, and nobody waits for the answer.
        let _ = futures::poll!(&mut call);
    }
    assert_eq!(source.fetch(&key, &etag).await.expect("bytes"), fetched("text"));
}

/// Makes a module of tests, one per law, for a [`Fixture`].
#[macro_export]
macro_rules! source_contract {
    ($module:ident, $fixture:ty) => {
        mod $module {
            #[allow(unused_imports, reason = "fixtures live in the enclosing module")]
            use super::*;
            $crate::source_contract!(@laws $fixture,
                an_empty_bucket_lists_nothing,
                every_key_is_listed_once_byte_for_byte,
                every_key_listed_can_be_read,
                a_prefix_is_literal,
                many_pages_give_every_object_once,
                a_page_begins_after_any_key,
                many_requests_at_once_give_every_object_once,
                a_changed_object_is_changed,
                a_removed_object_is_gone,
                bytes_come_whole_and_untouched,
                dropping_a_call_is_safe,
            );
        }
    };
    (@laws $fixture:ty, $($law:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $law() {
                use $crate::source_contract::Fixture;
                if let Some(fixture) = <$fixture>::start().await {
                    $crate::source_contract::$law(&fixture).await;
                }
            }
        )+
    };
}
