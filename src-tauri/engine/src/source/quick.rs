//! Reads the answer to `ListObjectsV2` many times faster than the SDK, whose parser takes longer for a page than the
//! network does when many pages come at once.
//!
//! One pass over the document, no tree and no events: only what a listing needs is taken (whether more follows and where,
//! and for each object key, size, etag, date and storage class), as slices of the document, from which the engine's own
//! objects are made. Whatever is unusual, an error above all, is left to the SDK, which then reads the same bytes from the
//! beginning. So this reader may only ever answer what the SDK would have answered, or nothing.

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use aws_sdk_s3::config::interceptors::BeforeSerializationInterceptorContextMut;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::operation::list_objects_v2::{ListObjectsV2, ListObjectsV2Output};
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_smithy_runtime_api::client::interceptors::context::{Error, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use memchr::{memchr, memmem};
use quick_xml::escape::unescape;

use super::listing::{Answer, Shown, Wrong, milliseconds};

/// Objects of a page, at most as many as S3 gives.
const PAGE: usize = 1_000;

/// What servers declare.
const DECLARED: [&str; 4] = [
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<?xml version="1.0" encoding="utf-8"?>"#,
    r#"<?xml version='1.0' encoding='UTF-8'?>"#,
    r#"<?xml version="1.0"?>"#,
];

/// Names that come with every object.
const KNOWN: [&str; 6] = ["Contents", "Key", "LastModified", "ETag", "Size", "StorageClass"];

/// What is made of an answer.
type Make<T> = dyn Fn(Answer<'_>) -> Result<T, Wrong> + Send + Sync;

/// Lets a request of `ListObjectsV2` be answered by this reader: what is made of the answer is to be taken when the request
/// has succeeded. Nothing is there when it was left to the SDK.
pub(super) struct QuickListing<T> {
    make: Arc<Make<T>>,
    made: Arc<Mutex<Option<T>>>,
}

impl<T> QuickListing<T> {
    pub(super) fn new(make: impl Fn(Answer<'_>) -> Result<T, Wrong> + Send + Sync + 'static) -> Self {
        Self { make: Arc::new(make), made: Arc::default() }
    }

    /// What was made of the answer; made now, of what the SDK has read, where it was left to it.
    pub(super) fn made_of(&self, answer: &ListObjectsV2Output) -> Result<T, Wrong> {
        self.take().map_or_else(|| (self.make)(Answer::of(answer)), Ok)
    }

    fn take(&self) -> Option<T> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, made: Option<T>) -> bool {
        let is_made = made.is_some();
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = made;
        is_made
    }
}

impl<T> Clone for QuickListing<T> {
    fn clone(&self) -> Self {
        Self { make: Arc::clone(&self.make), made: Arc::clone(&self.made) }
    }
}

impl<T> std::fmt::Debug for QuickListing<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("QuickListing(..)")
    }
}

impl<T: Send + 'static> Intercept for QuickListing<T> {
    fn name(&self) -> &'static str {
        "QuickListing"
    }

    fn modify_before_serialization(
        &self,
        _: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if sdk().is_some() {
            config.interceptor_state().store_put(SharedResponseDeserializer::new(self.clone()));
        }
        Ok(())
    }
}

/// The SDK's own reader of these answers: from the configuration that it gives to each of these requests.
fn sdk() -> Option<&'static SharedResponseDeserializer> {
    static CONFIG: LazyLock<ConfigBag> = LazyLock::new(|| {
        let mut config = ConfigBag::base();
        if let Some(layer) = ListObjectsV2::new().config() {
            config.push_shared_layer(layer);
        }
        config
    });
    CONFIG.load::<SharedResponseDeserializer>()
}

impl<T: Send + 'static> DeserializeResponse for QuickListing<T> {
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        config: &ConfigBag,
    ) -> Result<Output, OrchestratorError<Error>> {
        let body = response.body().bytes().filter(|_| response.status().as_u16() == 200);
        // What is wrong with an answer is said once, by who reads what the SDK has read.
        let made = body.and_then(answer).and_then(|answer| (self.make)(answer).ok());
        if self.set(made) {
            return Ok(Output::erase(ListObjectsV2Output::builder().build()));
        }
        let sdk = sdk().ok_or_else(|| OrchestratorError::other("nothing reads this answer"))?;
        sdk.deserialize_nonstreaming_with_config(response, config)
    }
}

/// The answer in a document, if it is a whole and ordinary one.
fn answer(document: &[u8]) -> Option<Answer<'_>> {
    let document = std::str::from_utf8(document).ok().filter(|document| is_plain(document))?;
    Elements { rest: document }.document()
}

/// Without the characters that XML does not have, or changes: a parser has to look at each for them, this one does not.
fn is_plain(document: &str) -> bool {
    // 0xEF: U+FFFE and U+FFFF begin with it, and little that names are made of.
    let is_odd = |byte: u8| (byte < b' ' && byte != b'\n' && byte != b'\t') || byte == 0xEF;
    // Without an end in the middle of a block, many bytes are looked at at once.
    let has_odd = |block: &[u8]| block.iter().fold(false, |odd, byte| odd | is_odd(*byte));
    !document.as_bytes().chunks(4_096).any(has_odd) && memmem::find(document.as_bytes(), b"]]>").is_none()
}

/// An element that has just begun.
#[derive(Clone, Copy)]
struct Element<'a> {
    name: &'a str,
    /// Begun and ended in one, as in `<Prefix/>`.
    is_over: bool,
}

/// The elements of a document, in their order. `None` everywhere: it is not ordinary.
struct Elements<'a> {
    rest: &'a str,
}

impl<'a> Elements<'a> {
    fn document(mut self) -> Option<Answer<'a>> {
        let root = self.root()?;
        let mut answer = Answer { objects: Vec::with_capacity(PAGE), ..Answer::default() };
        while let Some(child) = self.child(root)? {
            match child.name {
                "Contents" => answer.objects.push(self.object(child)?),
                "IsTruncated" => answer.is_truncated = Some(self.parsed(child)?),
                "NextContinuationToken" => answer.next = Some(self.text(child)?),
                "EncodingType" => answer.is_encoded = self.text(child)? == "url",
                "CommonPrefixes" => answer.folders.push(self.folder(child)?),
                "KeyCount" | "MaxKeys" => drop(self.parsed::<i32>(child)?),
                _ => drop(self.text(child)?),
            }
        }
        self.pass_blank();
        self.rest.is_empty().then_some(answer)
    }

    /// Goes into the root, before which a declaration may stand.
    fn root(&mut self) -> Option<Element<'a>> {
        if let Some(rest) = DECLARED.iter().find_map(|declared| self.rest.strip_prefix(declared)) {
            self.rest = rest;
            self.pass_blank();
        }
        let begun = self.upto(b'>')?.strip_prefix('<')?;
        let attributes = begun.strip_prefix("ListBucketResult")?;
        (attributes.is_empty() || is_namespace(attributes))
            .then_some(Element { name: "ListBucketResult", is_over: false })
    }

    /// The next element in this one, which is its name and no more; `Some(None)` at the end of this one. Attributes are not
    /// ordinary.
    fn child(&mut self, parent: Element<'a>) -> Option<Option<Element<'a>>> {
        if parent.is_over {
            return Some(None);
        }
        self.pass_blank();
        if self.rest.starts_with("</") {
            return self.end(parent).map(|()| None);
        }
        let begun = self.upto(b'>')?.strip_prefix('<')?;
        let name = begun.strip_suffix('/').unwrap_or(begun);
        let is_name = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let is_plain = KNOWN.contains(&name) || is_name(name);
        is_plain.then_some(Some(Element { name, is_over: name.len() < begun.len() }))
    }

    /// The text of the element that was just begun, to its end.
    fn text(&mut self, of: Element<'a>) -> Option<Cow<'a, str>> {
        if of.is_over {
            return Some(Cow::Borrowed(""));
        }
        let (text, rest) = self.rest.split_at(memchr(b'<', self.rest.as_bytes())?);
        self.rest = rest;
        self.end(of)?;
        if memchr(b'&', text.as_bytes()).is_none() { Some(Cow::Borrowed(text)) } else { unescape(text).ok() }
    }

    fn parsed<T: FromStr>(&mut self, of: Element<'a>) -> Option<T> {
        self.text(of)?.parse().ok()
    }

    /// Passes elements of text, to the end of the one that they are in.
    fn pass(&mut self, parent: Element<'a>) -> Option<()> {
        while let Some(child) = self.child(parent)? {
            self.text(child)?;
        }
        Some(())
    }

    fn folder(&mut self, parent: Element<'a>) -> Option<Option<Cow<'a, str>>> {
        let mut folder = None;
        while let Some(child) = self.child(parent)? {
            let text = self.text(child)?;
            if child.name == "Prefix" {
                folder = Some(text);
            }
        }
        Some(folder)
    }

    fn object(&mut self, parent: Element<'a>) -> Option<Shown<'a>> {
        let mut object = Shown::default();
        while let Some(child) = self.child(parent)? {
            match child.name {
                "Key" => object.key = Some(self.text(child)?),
                "ETag" => object.etag = Some(self.text(child)?),
                "Size" => object.size = Some(self.parsed(child)?),
                "StorageClass" => object.storage_class = Some(self.text(child)?),
                "LastModified" => object.modified = milliseconds(&time(&self.text(child)?)?),
                "Owner" => self.pass(child)?,
                // Only comes when it is asked for, and is more than text.
                "RestoreStatus" => return None,
                _ => drop(self.text(child)?),
            }
        }
        Some(object)
    }

    /// Passes the end of an element.
    fn end(&mut self, of: Element<'a>) -> Option<()> {
        self.rest = self.rest.strip_prefix("</")?.strip_prefix(of.name)?.strip_prefix('>')?;
        Some(())
    }

    /// What stands before a byte of ASCII, which is passed with it.
    fn upto(&mut self, end: u8) -> Option<&'a str> {
        let at = memchr(end, self.rest.as_bytes())?;
        let (before, rest) = (&self.rest[..at], &self.rest[at + 1..]);
        self.rest = rest;
        Some(before)
    }

    fn pass_blank(&mut self) {
        let blank = self.rest.bytes().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t')).count();
        self.rest = &self.rest[blank..];
    }
}

/// The one namespace that these answers have.
fn is_namespace(attributes: &str) -> bool {
    let value = attributes.strip_prefix(" xmlns=\"").and_then(|rest| rest.strip_suffix('"'));
    value.is_some_and(|value| !value.contains(['"', '<', '&']))
}

fn time(text: &str) -> Option<DateTime> {
    DateTime::from_str(text, DateTimeFormat::DateTimeWithOffset).ok()
}

#[cfg(test)]
mod tests {
    use super::super::listing::{names, page};
    use super::*;
    use aws_sdk_s3::Client;
    use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use aws_smithy_types::body::SdkBody;
    use proptest::prelude::*;

    fn response(document: &[u8]) -> HttpResponse {
        HttpResponse::new(200.try_into().expect("a status"), SdkBody::from(document.to_vec()))
    }

    fn by_sdk(document: &[u8]) -> Option<ListObjectsV2Output> {
        let sdk = sdk().expect("the SDK gives its reader");
        let answer = sdk.deserialize_nonstreaming_with_config(&response(document), &ConfigBag::base());
        answer.ok()?.downcast().ok()
    }

    /// As the reference shows it, as MinIO answers, as Ceph does.
    const ORDINARY: [&str; 3] = [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n  <Name>quotes</Name>\n  <Prefix/>\n  \
         <KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated>\
         <NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>\
         <Contents><Key>ExampleObject.txt</Key><LastModified>2013-09-17T18:07:53.000Z</LastModified>\
         <ETag>&quot;599bab3ed2c697f1d26842727561fd94&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>\
         <ChecksumType>FULL_OBJECT</ChecksumType><Size>857</Size><StorageClass>REDUCED_REDUNDANCY</StorageClass>\
         </Contents><Contents><Key>q&amp;a &#233;.txt</Key><LastModified>2013-09-17T18:07:53Z</LastModified>\
         <ETag>\"5\"</ETag><Size>0</Size></Contents>\n</ListBucketResult>\n",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name><Prefix></Prefix>\
         <KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><Delimiter></Delimiter><IsTruncated>false</IsTruncated>\
         <Contents><Key>a+b%2Bc/%25</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified>\
         <ETag>&#34;00000000000000000000000000000000-2&#34;</ETag><Size>9</Size><Owner><ID></ID>\
         <DisplayName></DisplayName></Owner><StorageClass>STANDARD</StorageClass></Contents>\
         <EncodingType>url</EncodingType></ListBucketResult>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult><Name>b</Name><Delimiter>/</Delimiter>\
         <CommonPrefixes><Prefix>2026/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>2027/</Prefix>\
         </CommonPrefixes><Contents><Key>k</Key><Size>1</Size><ETag>e</ETag><Owner><ID>u</ID>\
         <DisplayName>U</DisplayName></Owner><Type>Normal</Type></Contents>\
         <IsTruncated>false</IsTruncated></ListBucketResult>",
    ];

    /// Both readers say the same, or this one leaves it to the SDK's.
    fn agrees(document: &[u8]) -> Result<bool, TestCaseError> {
        let Some(quick) = answer(document) else { return Ok(false) };
        let Some(slow) = by_sdk(document) else {
            return Err(TestCaseError::fail(format!("only this one reads {}", String::from_utf8_lossy(document))));
        };
        let slow = Answer::of(&slow);
        prop_assert_eq!(page(quick.clone(), "", None), page(slow.clone(), "", None));
        prop_assert_eq!(names(quick), names(slow));
        Ok(true)
    }

    #[test]
    fn ordinary_answers_are_read_as_the_sdk_reads_them() {
        for document in ORDINARY {
            assert!(agrees(document.as_bytes()).expect("the same"), "{document}");
        }
    }

    #[test]
    fn an_answer_that_breaks_off_anywhere_is_not_read() {
        for document in ORDINARY {
            let whole = document.trim_end().len();
            for end in 0..whole {
                assert!(answer(&document.as_bytes()[..end]).is_none(), "{}", &document[..end]);
            }
        }
    }

    #[test]
    fn errors_are_left_to_the_sdk() {
        for error in ["<Error><Code>NoSuchBucket</Code></Error>", "", "{}", "<html><body>no</body></html>"] {
            assert!(answer(error.as_bytes()).is_none(), "{error}");
        }
    }

    #[derive(Debug, Clone)]
    struct Always(&'static str);

    impl HttpConnector for Always {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            HttpConnectorFuture::ready(Ok(response(self.0.as_bytes())))
        }
    }

    #[tokio::test]
    async fn requests_are_answered_by_it() {
        let http = http_client_fn(|_, _| SharedHttpConnector::new(Always(ORDINARY[1])));
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("k", "s", None, None, "test"))
            .http_client(http);
        let request = Client::from_conf(config.build()).list_objects_v2().bucket("b");
        let by_sdk = request.clone().send().await.expect("an answer");
        let quick = QuickListing::new(|answer| page(answer, "", None));
        let answer = request.customize().interceptor(quick.clone()).send().await.expect("an answer");
        // What the SDK would have made of it is not made.
        assert_eq!((by_sdk.name(), answer.name()), (Some("b"), None));
        assert_eq!(quick.take(), page(Answer::of(&by_sdk), "", None).ok());
    }

    /// What may stand anywhere in a document, right or wrong.
    const ODD: [&str; 23] = [
        "<!-- x -->",
        "<?pi x?>",
        "&amp;",
        "&bogus;",
        "&#x41;",
        "&#0;",
        "<![CDATA[x]]>",
        "]]>",
        "\r\n",
        "\u{1}",
        "\u{fffe}",
        " ",
        "<Owner><ID>1</ID></Owner>",
        "<Key>k</Key>",
        "<Contents></Contents>",
        "</Contents>",
        "<a b='1'/>",
        "<x:Key>y</x:Key>",
        "<IsTruncated>false</IsTruncated>",
        "<RestoreStatus><IsRestoreInProgress>?</IsRestoreInProgress></RestoreStatus>",
        "<",
        "&",
        "é",
    ];

    proptest! {
        #[test]
        fn whatever_stands_there_it_answers_as_the_sdk_does_or_not_at_all(
            which in 0..ORDINARY.len(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0..30usize, 0..ODD.len() * 2), 0..4),
        ) {
            let mut document = ORDINARY[which].as_bytes().to_vec();
            for (at, gone, odd) in edits {
                let at = at.index(document.len() + 1);
                let to = document.len().min(at + if odd % 2 == 0 { gone } else { 0 });
                document.splice(at..to, ODD[odd / 2].bytes());
            }
            agrees(&document)?;
        }
    }
}
