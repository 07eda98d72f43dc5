//! A bucket of any size that takes no memory: its pages and its objects are made up when they are asked for.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures::FutureExt;
use s3_connector_tests::loopback::Loopback;
use s3s::Body;

/// Keys of a page, as many as S3 gives.
pub const PAGE: u64 = 1_000;

pub struct MadeUp {
    size: Arc<AtomicU64>,
    length: Arc<AtomicU64>,
    http: Loopback,
}

impl MadeUp {
    /// Its objects are small notes.
    pub fn start() -> Self {
        Self::serve(|number, length| text(number, length).into())
    }

    /// Its objects are these texts, all of them of one length.
    pub fn of(texts: Arc<Vec<Bytes>>) -> Self {
        let (objects, length) = (texts.len() as u64, texts.first().map_or(0, Bytes::len) as u64);
        let bucket = Self::serve(move |number, _| texts[number as usize].clone());
        bucket.resize(objects);
        bucket.lengthen(length);
        bucket
    }

    fn serve(object: impl Fn(u64, usize) -> Bytes + Send + Sync + 'static) -> Self {
        let size = Arc::new(AtomicU64::new(0));
        let length = Arc::new(AtomicU64::new(0));
        let (known, words) = (Arc::clone(&size), Arc::clone(&length));
        let http = Loopback::serve(Arc::new(move |request| {
            let (size, length) = (known.load(Ordering::Relaxed), words.load(Ordering::Relaxed) as usize);
            let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
            let answer = match path.rsplit_once('/').and_then(|(_, name)| name.strip_suffix(".md")?.parse().ok()) {
                Some(number) => {
                    hyper::Response::builder().header("etag", etag(number)).body(Body::from(object(number, length)))
                }
                None => hyper::Response::builder()
                    .header("content-type", "application/xml")
                    .body(page(size, |number| object(number, length).len(), query).into()),
            };
            async move { Ok(answer.expect("an answer")) }.boxed()
        }));
        Self { size, length, http: http.expect("a free port on loopback") }
    }

    pub fn endpoint(&self) -> String {
        self.http.url()
    }

    pub fn resize(&self, objects: u64) {
        self.size.store(objects, Ordering::Relaxed);
    }

    /// Every object is this long at least, in bytes.
    pub fn lengthen(&self, bytes: u64) {
        self.length.store(bytes, Ordering::Relaxed);
    }
}

pub fn key(number: u64) -> String {
    format!("users/user-{:03}/notes/{number:09}.md", number / 4_000)
}

fn etag(number: u64) -> String {
    format!("\"{number:032x}\"")
}

fn text(number: u64, length: usize) -> String {
    let others = number % 97;
    let line =
        format!("# Note {number}\n\nThe walrus of number {number} met {others} others, as every small note tells.\n");
    if line.len() < length { line.chars().cycle().take(length).collect() } else { line }
}

fn page(size: u64, length: impl Fn(u64) -> usize, query: &str) -> String {
    let token = query.split('&').find_map(|pair| pair.strip_prefix("continuation-token="));
    let from: u64 = token.and_then(|token| token.parse().ok()).unwrap_or(0);
    let to = size.min(from + PAGE);
    let mut answer = Answer::default();
    for number in from..to {
        answer.object(&key(number), &etag(number), length(number));
    }
    answer.end((to < size).then(|| to.to_string()))
}

/// An answer to `ListObjectsV2`. Its keys need no encoding.
#[derive(Default)]
pub struct Answer {
    pub xml: String,
    pub shown: u64,
}

impl Answer {
    pub fn object(&mut self, key: &str, etag: &str, size: usize) {
        let etag = etag.replace('"', "&quot;");
        let _ = write!(
            self.xml,
            "<Contents><Key>{key}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>{etag}</ETag>\
             <Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        );
        self.shown += 1;
    }

    pub fn folder(&mut self, folder: &str) {
        let _ = write!(self.xml, "<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>");
        self.shown += 1;
    }

    /// With the token of the next page, where one follows.
    pub fn end(self, next: Option<String>) -> String {
        let Self { xml, shown } = self;
        let more = next.is_some();
        let token =
            next.map(|next| format!("<NextContinuationToken>{next}</NextContinuationToken>")).unwrap_or_default();
        format!(
            "<ListBucketResult><Name>big</Name><EncodingType>url</EncodingType>{xml}<KeyCount>{shown}</KeyCount>\
             <MaxKeys>{PAGE}</MaxKeys><IsTruncated>{more}</IsTruncated>{token}</ListBucketResult>"
        )
    }
}
