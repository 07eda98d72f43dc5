//! Reads the answer to `ListObjectsV2` several times faster than the SDK, whose parser takes longer for a page than the
//! network does when many pages come at once.
//!
//! One pass over the document, no tree, only what a listing needs: whether more follows and where, and for each object
//! key, size, etag, date and storage class. Whatever is unusual, an error above all, is left to the SDK, which then reads
//! the same bytes from the beginning. So this reader may only ever answer what the SDK would have answered, or nothing.

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::LazyLock;

use aws_sdk_s3::config::interceptors::BeforeSerializationInterceptorContextMut;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::operation::list_objects_v2::builders::ListObjectsV2OutputBuilder;
use aws_sdk_s3::operation::list_objects_v2::{ListObjectsV2, ListObjectsV2Output};
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sdk_s3::types::{CommonPrefix, EncodingType, Object, ObjectStorageClass};
use aws_smithy_runtime_api::client::interceptors::context::{Error, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Objects of a page, at most as many as S3 gives.
const PAGE: usize = 1_000;

/// What servers declare.
const DECLARED: [&str; 4] = [
    r#"xml version="1.0" encoding="UTF-8""#,
    r#"xml version="1.0" encoding="utf-8""#,
    r#"xml version='1.0' encoding='UTF-8'"#,
    r#"xml version="1.0""#,
];

/// Lets requests of `ListObjectsV2` be answered by this reader.
#[derive(Debug)]
pub(super) struct QuickListing;

impl Intercept for QuickListing {
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
            config.interceptor_state().store_put(SharedResponseDeserializer::new(QuickOrSdk));
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

#[derive(Debug)]
struct QuickOrSdk;

impl DeserializeResponse for QuickOrSdk {
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        config: &ConfigBag,
    ) -> Result<Output, OrchestratorError<Error>> {
        let body = response.body().bytes().filter(|_| response.status().as_u16() == 200);
        if let Some(answer) = body.and_then(answer) {
            return Ok(Output::erase(answer));
        }
        let sdk = sdk().ok_or_else(|| OrchestratorError::other("nothing reads this answer"))?;
        sdk.deserialize_nonstreaming_with_config(response, config)
    }
}

/// The answer in a document, if it is a whole and ordinary one.
fn answer(document: &[u8]) -> Option<ListObjectsV2Output> {
    let document = std::str::from_utf8(document).ok().filter(|document| is_plain(document))?;
    let mut xml = Reader::from_str(document);
    xml.config_mut().expand_empty_elements = true;
    Elements { xml }.document()
}

/// Without the characters that XML does not have, or changes: a parser has to look at each for them, this one does not.
fn is_plain(document: &str) -> bool {
    // 0xEF: U+FFFE and U+FFFF begin with it, and little that names are made of.
    let is_odd = |byte: &u8| (*byte < b' ' && !matches!(byte, b'\n' | b'\t')) || *byte == 0xEF;
    !document.as_bytes().iter().any(is_odd) && !document.contains("]]>")
}

/// The elements of a document, in their order. `None` everywhere: it is not ordinary.
struct Elements<'a> {
    xml: Reader<&'a [u8]>,
}

impl<'a> Elements<'a> {
    fn document(mut self) -> Option<ListObjectsV2Output> {
        self.root()?;
        let mut answer = ListObjectsV2Output::builder();
        let mut objects = Vec::with_capacity(PAGE);
        while let Some(child) = self.child()? {
            match &*child {
                "Contents" => objects.push(self.object()?),
                _ => answer = self.part(&child, answer)?,
            }
        }
        self.end()?;
        Some(answer.set_contents((!objects.is_empty()).then_some(objects)).build())
    }

    /// Goes into the root, before which a declaration may stand.
    fn root(&mut self) -> Option<()> {
        let mut first = self.xml.read_event().ok()?;
        if matches!(&first, Event::Decl(declaration) if DECLARED.contains(&&**declaration)) {
            first = self.xml.read_event().ok()?;
        }
        if matches!(&first, Event::Text(text) if is_blank(text)) {
            first = self.xml.read_event().ok()?;
        }
        matches!(&first, Event::Start(root) if is_root(root)).then_some(())
    }

    /// Nothing follows the root.
    fn end(&mut self) -> Option<()> {
        loop {
            match self.xml.read_event().ok()? {
                Event::Text(text) if is_blank(&text) => {}
                Event::Eof => return Some(()),
                _ => return None,
            }
        }
    }

    /// The next element in this one, which is its name and no more; `Some(None)` at the end of this one. Attributes are not ordinary.
    fn child(&mut self) -> Option<Option<BytesStart<'a>>> {
        loop {
            match self.xml.read_event().ok()? {
                Event::Text(text) if is_blank(&text) => {}
                Event::Start(child) if is_name(&child) => return Some(Some(child)),
                Event::End(_) => return Some(None),
                _ => return None,
            }
        }
    }

    /// The text of the element that was just begun, to its end.
    fn text(&mut self) -> Option<Cow<'a, str>> {
        let mut whole = Cow::Borrowed("");
        loop {
            match self.xml.read_event().ok()? {
                Event::Text(text) if whole.is_empty() => whole = text.into_inner(),
                Event::Text(text) => whole.to_mut().push_str(&text),
                Event::GeneralRef(reference) => whole.to_mut().push(character(&reference)?),
                Event::End(_) => return Some(whole),
                _ => return None,
            }
        }
    }

    fn parsed<T: FromStr>(&mut self) -> Option<T> {
        self.text()?.parse().ok()
    }

    /// Passes elements of text, to the end of the one that they are in.
    fn pass(&mut self) -> Option<()> {
        while self.child()?.is_some() {
            self.text()?;
        }
        Some(())
    }

    /// What stands beside the objects.
    fn part(&mut self, name: &str, answer: ListObjectsV2OutputBuilder) -> Option<ListObjectsV2OutputBuilder> {
        Some(match name {
            "IsTruncated" => answer.is_truncated(self.parsed()?),
            "NextContinuationToken" => answer.next_continuation_token(self.text()?),
            "EncodingType" => answer.encoding_type(EncodingType::from(self.text()?.as_ref())),
            "CommonPrefixes" => answer.common_prefixes(self.folder()?),
            "KeyCount" | "MaxKeys" => self.parsed::<i32>().map(|_| answer)?,
            _ => self.text().map(|_| answer)?,
        })
    }

    fn folder(&mut self) -> Option<CommonPrefix> {
        let mut folder = CommonPrefix::builder();
        while let Some(child) = self.child()? {
            match &*child {
                "Prefix" => folder = folder.prefix(self.text()?),
                _ => drop(self.text()?),
            }
        }
        Some(folder.build())
    }

    fn object(&mut self) -> Option<Object> {
        let mut object = Object::builder();
        while let Some(child) = self.child()? {
            object = match &*child {
                "Key" => object.key(self.text()?),
                "ETag" => object.e_tag(self.text()?),
                "Size" => object.size(self.parsed()?),
                "StorageClass" => object.storage_class(ObjectStorageClass::from(self.text()?.as_ref())),
                "LastModified" => object.last_modified(time(&self.text()?)?),
                "Owner" => self.pass().map(|()| object)?,
                // Only comes when it is asked for, and is more than text.
                "RestoreStatus" => return None,
                _ => self.text().map(|_| object)?,
            };
        }
        Some(object.build())
    }
}

/// Of the one namespace that these answers have, or of none.
fn is_root(element: &BytesStart<'_>) -> bool {
    let mut namespaces = element.attributes();
    element.name().as_ref() == "ListBucketResult"
        && namespaces.all(|n| n.is_ok_and(|n| n.key.as_ref() == "xmlns" && !n.value.contains(['<', '&'])))
}

/// Nothing but a name, and a plain one.
fn is_name(element: &str) -> bool {
    element.starts_with(|first: char| first.is_ascii_alphabetic()) && element.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\n' | b'\t'))
}

/// What a reference stands for, where no DTD has to be asked.
fn character(reference: &BytesRef<'_>) -> Option<char> {
    if let Some(character) = reference.resolve_char_ref().ok()? {
        return Some(character);
    }
    let mut characters = resolve_predefined_entity(reference)?.chars();
    characters.next().filter(|_| characters.next().is_none())
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
        let quick = request.customize().interceptor(QuickListing).send().await.expect("an answer");
        // What nobody asks for is not kept.
        assert_eq!((by_sdk.name(), quick.name()), (Some("b"), None));
        assert_eq!(page(quick, "", None), page(by_sdk, "", None));
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
