//! Turns an answer to `ListObjectsV2`, or to the older `ListObjects`, into a page, or says what is wrong with it. Pure.
//!
//! What an answer must tell: for each object its key, size and version, and whether more follows. An answer
//! that leaves one of them out is an error, never a shorter listing: a listing that looks complete and is not
//! would make documents look gone.

use std::borrow::Cow;

use aws_sdk_s3::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::operation::list_objects::ListObjectsOutput;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{EncodingType, Object};
use memchr::memchr2;
use percent_encoding::percent_decode_str;

use super::{Names, Page};
use crate::object::{ETag, ObjectKey, ObjectMeta};

/// What is wrong with an answer, in the words of an error's detail.
pub(super) type Wrong = String;

/// Where a listing goes on, as it is handed out: which listing gave it stands before it, so that neither is asked for
/// the other's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// After this key (the marker of `ListObjects`, `start-after` of `ListObjectsV2`).
    After(String),
    /// At this token of the server (`ListObjectsV2`).
    At(String),
}

impl Token {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("1", key)) => Some(Self::After(key.to_owned())),
            Some(("2", token)) => Some(Self::At(token.to_owned())),
            Some(_) | None => None,
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::After(key) => format!("1:{key}"),
            Self::At(token) => format!("2:{token}"),
        }
    }
}

/// What an answer says, whoever read it.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer<'a> {
    pub(super) objects: Vec<Shown<'a>>,
    pub(super) folders: Vec<Option<Cow<'a, str>>>,
    pub(super) is_truncated: Option<bool>,
    pub(super) next: Option<Cow<'a, str>>,
    /// Keys are URL-encoded.
    pub(super) is_encoded: bool,
}

/// What it says of one object.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown<'a> {
    pub(super) key: Option<Cow<'a, str>>,
    pub(super) etag: Option<Cow<'a, str>>,
    pub(super) size: Option<i64>,
    /// Milliseconds since 1970 UTC.
    pub(super) modified: Option<i64>,
    pub(super) storage_class: Option<Cow<'a, str>>,
}

impl<'a> Answer<'a> {
    /// As the SDK has read it.
    pub(super) fn of(answer: &'a ListObjectsV2Output) -> Self {
        Self {
            objects: answer.contents().iter().map(Shown::of).collect(),
            folders: answer.common_prefixes().iter().map(|folder| folder.prefix().map(Cow::Borrowed)).collect(),
            is_truncated: answer.is_truncated(),
            next: answer.next_continuation_token().map(Cow::Borrowed),
            is_encoded: answer.encoding_type() == Some(&EncodingType::Url),
        }
    }
}

impl<'a> Shown<'a> {
    fn of(object: &'a Object) -> Self {
        Self {
            key: object.key().map(Cow::Borrowed),
            etag: object.e_tag().map(Cow::Borrowed),
            size: object.size(),
            modified: object.last_modified().and_then(milliseconds),
            storage_class: object.storage_class().map(|class| Cow::Borrowed(class.as_str())),
        }
    }
}

/// The page in an answer to the request with this prefix and token.
pub(super) fn page(answer: Answer<'_>, prefix: &str, token: Option<&str>) -> Result<Page, Wrong> {
    let next = next_token(&answer, token)?.map(|next| Token::At(next).text());
    let objects = answer.objects.into_iter().map(|object| meta(object, answer.is_encoded, prefix));
    Ok(Page { objects: objects.collect::<Result<_, _>>()?, next })
}

/// The page in an answer to the older listing, asked for after this key. Its pages have no token: the next one begins
/// after the last key (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html>).
pub(super) fn old_page(answer: &ListObjectsOutput, prefix: &str, after: Option<&str>) -> Result<Page, Wrong> {
    let encoded = answer.encoding_type() == Some(&EncodingType::Url);
    let more = answer.is_truncated();
    let objects = answer.contents().iter().map(|object| meta(Shown::of(object), encoded, prefix));
    let objects = objects.collect::<Result<Vec<_>, _>>()?;
    let last = objects.last().map(|object| object.key.as_str().to_owned());
    let next = match (more, last) {
        (Some(false), _) => None,
        (Some(true), None) => {
            return Err("the listing breaks off: more follows, but the server does not say where".into());
        }
        (Some(true), Some(last)) if after.is_some_and(|after| last.as_str() <= after) => {
            return Err("the listing does not go on: the server gave the same page twice".into());
        }
        (Some(true), Some(last)) => Some(Token::After(last).text()),
        (None, _) => return Err("the server does not say whether the listing is complete".into()),
    };
    Ok(Page { objects, next })
}

/// What lies right in a folder, in an answer that was asked for with a delimiter.
pub(super) fn names(answer: Answer<'_>) -> Result<Names, Wrong> {
    let folders = answer.folders.into_iter().flatten();
    let keys = answer.objects.into_iter().filter_map(|object| object.key);
    let decoded = |name: Cow<'_, str>| if answer.is_encoded { decode(name) } else { Ok(name.into_owned()) };
    let mut names = folders.chain(keys).map(decoded).collect::<Result<Vec<_>, Wrong>>()?;
    names.sort_unstable();
    Ok(Names { names, more: answer.is_truncated.unwrap_or_default() })
}

/// Only the server's word ends a listing, and only a new token goes on with it: the same one again would
/// list the same page for ever.
fn next_token(answer: &Answer<'_>, token: Option<&str>) -> Result<Option<String>, Wrong> {
    match (answer.is_truncated, answer.next.as_deref().filter(|next| !next.is_empty())) {
        (Some(false), _) => Ok(None),
        (Some(true), None) => Err("the listing breaks off: more follows, but the server does not say where".into()),
        (Some(true), Some(next)) if Some(next) == token => {
            Err("the listing does not go on: the server gave the same continuation token twice".into())
        }
        (Some(true), Some(next)) => Ok(Some(next.to_owned())),
        (None, _) => Err("the server does not say whether the listing is complete".into()),
    }
}

/// Keys outside the prefix are the server's fault. They are refused rather than passed on: whoever chose the
/// prefix decided that nothing else may be read.
fn meta(object: Shown<'_>, is_encoded: bool, prefix: &str) -> Result<ObjectMeta, Wrong> {
    let Shown { key, etag, size, modified, storage_class } = object;
    let key = key.ok_or("the listing has an object without a key")?;
    let key = if is_encoded { decode(key)? } else { key.into_owned() };
    if !key.starts_with(prefix) {
        return Err(format!("the listing has the key “{}”, which is not under the prefix", key.escape_debug()));
    }
    let size = size.and_then(|size| u64::try_from(size).ok());
    let size = size.ok_or_else(|| format!("the listing has no size for the key “{}”", key.escape_debug()))?;
    let etag = match (etag.filter(|etag| !etag.is_empty()), modified) {
        (Some(etag), _) => ETag::new(etag.into_owned()),
        (None, Some(modified)) => Stamp { modified, size }.etag(),
        (None, None) => {
            return Err(format!("the listing has neither etag nor date for the key “{}”", key.escape_debug()));
        }
    };
    let storage_class = storage_class.filter(|class| class != "STANDARD" && !class.is_empty()).map(Cow::into_owned);
    Ok(ObjectMeta { key: ObjectKey::new(key), etag, size, modified, storage_class })
}

pub(super) fn milliseconds(time: &DateTime) -> Option<i64> {
    time.to_millis().ok()
}

/// Undoes `encoding-type=url`: `+` is a space, `%XX` a byte.
fn decode(key: Cow<'_, str>) -> Result<String, Wrong> {
    if memchr2(b'+', b'%', key.as_bytes()).is_none() {
        return Ok(key.into_owned());
    }
    let spaced = key.replace('+', " ");
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(key) => Ok(key.into_owned()),
        Err(_) => Err(format!("the listing has a key that is not UTF-8: “{}”", key.escape_debug())),
    }
}

/// A listing whose XML ends too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the listing breaks off in the middle of its XML")]
pub(super) struct CutListing;

/// Refuses a listing that was cut on its way. The SDK's parser takes the end of the bytes for the end of the
/// document, and `IsTruncated` comes before the objects: half an answer would read as a complete, shorter listing.
#[derive(Debug)]
pub(super) struct WholeListing;

impl Intercept for WholeListing {
    fn name(&self) -> &'static str {
        "WholeListing"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let whole = response.body().bytes().is_some_and(is_whole);
        if whole || !response.status().is_success() || context.output_or_error().is_err() {
            Ok(())
        } else {
            Err(CutListing.into())
        }
    }
}

fn is_whole(xml: &[u8]) -> bool {
    let xml = xml.trim_ascii_end();
    let end = xml.rsplit(|byte| *byte == b'<').next().unwrap_or_default();
    end.starts_with(b"/") && end.ends_with(b"ListBucketResult>")
}

/// The version of an object whose server lists no etags (some servers over a file system do not compute
/// hashes for a listing): its date and size. It has no quotes, so it cannot be mistaken for an etag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Milliseconds since 1970 UTC.
    pub(super) modified: i64,
    /// Bytes.
    pub(super) size: u64,
}

impl Stamp {
    const MARK: &str = "no-etag";

    fn etag(self) -> ETag {
        ETag::new(format!("{};{};{}", Self::MARK, self.modified, self.size))
    }

    /// The stamp in an etag, if it is one.
    pub(super) fn parse(etag: &ETag) -> Option<Self> {
        let mut parts = etag.as_str().split(';');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Self::MARK), Some(modified), Some(size), None) => {
                Some(Self { modified: modified.parse().ok()?, size: size.parse().ok()? })
            }
            _ => None,
        }
    }

    /// Whether a reply with this date and length is the version listed. HTTP dates have whole seconds.
    pub(super) fn matches(self, modified: Option<&DateTime>, length: u64) -> bool {
        modified.is_some_and(|time| time.secs() == self.modified.div_euclid(1000)) && length == self.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn object(key: &str) -> Object {
        Object::builder().key(key).e_tag("\"e1\"").size(3).last_modified(DateTime::from_millis(1_500)).build()
    }

    fn whole() -> aws_sdk_s3::operation::list_objects_v2::builders::ListObjectsV2OutputBuilder {
        ListObjectsV2Output::builder().is_truncated(false)
    }

    fn keys(answer: ListObjectsV2Output) -> Vec<String> {
        page(Answer::of(&answer), "", None).expect("a page").objects.into_iter().map(|o| o.key.to_string()).collect()
    }

    #[test]
    fn keys_are_decoded_only_when_the_answer_says_that_they_are_encoded() {
        assert_eq!(keys(whole().contents(object("a%2Bb+c%01")).build()), ["a%2Bb+c%01"]);
        let encoded = whole().encoding_type(EncodingType::Url).contents(object("a%2Bb+c%01/%252F")).build();
        assert_eq!(keys(encoded), ["a+b c\u{1}/%2F"]);
    }

    #[test]
    fn a_key_that_is_no_utf8_is_an_error() {
        let answer = whole().encoding_type(EncodingType::Url).contents(object("a%FF")).build();
        assert!(page(Answer::of(&answer), "", None).expect_err("wrong").contains("UTF-8"));
    }

    #[test]
    fn a_listing_ends_only_on_the_servers_word() {
        let next = |answer: ListObjectsV2Output, token| page(Answer::of(&answer), "", token).map(|page| page.next);
        let truncated = || ListObjectsV2Output::builder().is_truncated(true);
        assert_eq!(next(whole().next_continuation_token("t").build(), None), Ok(None));
        assert_eq!(next(truncated().next_continuation_token("t").build(), None), Ok(Some("2:t".into())));
        assert!(next(truncated().build(), None).is_err());
        assert!(next(truncated().next_continuation_token("").build(), None).is_err());
        assert!(next(truncated().next_continuation_token("t").build(), Some("t")).is_err());
        assert!(next(ListObjectsV2Output::builder().build(), None).is_err());
    }

    #[test]
    fn the_older_listing_goes_on_after_its_last_key() {
        let old = |more: bool, key: Option<&str>| {
            let answer = ListObjectsOutput::builder().is_truncated(more).encoding_type(EncodingType::Url);
            key.map_or(answer.clone(), |key| answer.contents(object(key))).build()
        };
        let next = |answer, after| old_page(&answer, "", after).map(|page| page.next);
        assert_eq!(next(old(false, Some("a")), None), Ok(None));
        assert_eq!(next(old(true, Some("a+b%3A")), None), Ok(Some("1:a b:".into())));
        assert_eq!(Token::parse("1:a b:"), Some(Token::After("a b:".into())));
        assert!(next(old(true, Some("a")), Some("a")).is_err(), "the same page again");
        assert!(next(old(true, None), None).is_err());
        assert!(next(ListObjectsOutput::builder().build(), None).is_err());
    }

    #[test]
    fn a_token_is_of_one_of_the_two_listings() {
        assert_eq!(Token::parse("2:1:x"), Some(Token::At("1:x".into())));
        assert_eq!(Token::parse("3:x"), None);
        assert_eq!(Token::parse("x"), None);
    }

    #[test]
    fn an_object_without_key_size_or_version_is_an_error() {
        for wrong in [
            Object::builder().e_tag("e").size(1).build(),
            Object::builder().key("k").e_tag("e").build(),
            Object::builder().key("k").e_tag("e").size(-1).build(),
            Object::builder().key("k").size(1).build(),
        ] {
            assert!(page(Answer::of(&whole().contents(wrong).build()), "", None).is_err());
        }
    }

    #[test]
    fn a_key_outside_the_prefix_is_an_error() {
        assert!(page(Answer::of(&whole().contents(object("b")).build()), "a", None).is_err());
    }

    #[test]
    fn the_standard_storage_class_is_no_class() {
        use aws_sdk_s3::types::ObjectStorageClass as Class;
        let class = |class| {
            let object = Object::builder().key("k").e_tag("e").size(1).storage_class(class).build();
            let answer = whole().contents(object).build();
            page(Answer::of(&answer), "", None).expect("a page").objects[0].storage_class.clone()
        };
        assert_eq!(class(Class::Standard), None);
        assert_eq!(class(Class::DeepArchive).as_deref(), Some("DEEP_ARCHIVE"));
        assert_eq!(class(Class::from("COLDER")).as_deref(), Some("COLDER"));
    }

    #[test]
    fn only_a_closed_document_is_a_whole_listing() {
        assert!(is_whole(b"<ListBucketResult><Key>a</Key></ListBucketResult>\n"));
        assert!(is_whole(b"<s3:ListBucketResult></s3:ListBucketResult>"));
        for cut in ["", "<ListBucketResult>", "<ListBucketResult><Key>a</Key>", "<ListBucketResult></ListBucketRes"] {
            assert!(!is_whole(cut.as_bytes()), "{cut}");
        }
    }

    #[test]
    fn without_etags_date_and_size_are_the_version() {
        let object = Object::builder().key("k").size(7).last_modified(DateTime::from_millis(1_500)).build();
        let answer = whole().contents(object).build();
        let meta = page(Answer::of(&answer), "", None).expect("a page").objects.remove(0);
        let stamp = Stamp::parse(&meta.etag).expect("a stamp");
        assert_eq!(stamp, Stamp { modified: 1_500, size: 7 });
        assert!(stamp.matches(Some(&DateTime::from_secs(1)), 7));
        assert!(!stamp.matches(Some(&DateTime::from_secs(2)), 7));
        assert!(!stamp.matches(Some(&DateTime::from_secs(1)), 8));
        assert!(!stamp.matches(None, 7));
        assert_eq!(Stamp::parse(&ETag::new("\"no-etag;1;2\"")), None);
    }

    proptest! {
        #[test]
        fn every_key_survives_its_encoding(key in "\\PC{0,40}|[\\x00-\\x7f]{0,40}") {
            let encoded: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
            prop_assert_eq!(decode(encoded.into()), Ok(key));
        }
    }
}
