//! A bucket of a given shape: the same keys each time, a latency for each page, and a count of what was asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::FutureExt;
use percent_encoding::percent_decode_str;
use s3_connector_tests::loopback::Loopback;

use super::bucket::{Answer, PAGE};

/// Bytes of every object.
const SIZE: usize = 4_096;

/// What the keys look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Random,
    Tenants,
    Dates,
    Skewed,
}

impl Shape {
    pub const ALL: [Self; 4] = [Self::Random, Self::Tenants, Self::Dates, Self::Skewed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "flat random names",
            Self::Tenants => "deep folders per tenant",
            Self::Dates => "dated logs",
            Self::Skewed => "one prefix with 90 %",
        }
    }

    fn key(self, n: u64, keys: u64) -> String {
        match self {
            Self::Random => format!("{:016x}.json", mixed(n)),
            Self::Tenants => {
                let (tenant, kind) = (n / 400, ["docs", "mail", "notes"][n as usize % 3]);
                format!("tenants/tenant-{tenant:05}/{kind}/2026/{n:08}.md")
            }
            Self::Dates => {
                let day = n * 700 / keys;
                format!("logs/{}/{:02}/{:02}/{n:09}.log", 2024 + day / 360, day / 30 % 12 + 1, day % 30 + 1)
            }
            Self::Skewed => match n % 20 {
                0 => format!("archive/{n:08}.txt"),
                1 => format!("zoo/{n:08}.txt"),
                _ => format!("data/{:012x}", mixed(n) >> 16),
            },
        }
    }
}

/// A number that looks like chance, the same each time.
fn mixed(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

fn etag(at: usize) -> String {
    format!("\"{at:032x}\"")
}

/// What lies under a key: about that key, over and over.
fn document(key: &str) -> String {
    format!("A note about {key}.\n").chars().cycle().take(SIZE).collect()
}

/// A bucket that is served.
pub struct Shaped {
    requests: Arc<AtomicU64>,
    http: Loopback,
}

impl Shaped {
    pub fn start(shape: Shape, keys: u64, latency: Duration) -> Self {
        let (all, requests) = (Arc::new(Objects::of(shape, keys)), Arc::new(AtomicU64::new(0)));
        let count = Arc::clone(&requests);
        let http = Loopback::serve(Arc::new(move |request| {
            count.fetch_add(1, Ordering::Relaxed);
            let all = Arc::clone(&all);
            let query = request.uri().query().unwrap_or_default().to_owned();
            // Keys of these shapes are not encoded.
            let object = request.uri().path().strip_prefix("/big/").filter(|key| !key.is_empty()).map(str::to_owned);
            async move {
                pass(latency).await;
                let answer = hyper::Response::builder();
                let answer = match object {
                    Some(key) => answer.header("etag", all.etag(&key)).body(document(&key).into()),
                    None => answer.header("content-type", "application/xml").body(all.answer(&query).into()),
                };
                Ok(answer.expect("an answer"))
            }
            .boxed()
        }));
        Self { requests, http: http.expect("a free port on loopback") }
    }

    pub fn endpoint(&self) -> String {
        self.http.url()
    }

    /// How many requests came since this was asked last.
    pub fn requests(&self) -> u64 {
        self.requests.swap(0, Ordering::Relaxed)
    }
}

/// Lets this much time pass, and no more: by the clock of the runtime, which counts whole milliseconds and rounds up, 30 ms
/// would be 32.
async fn pass(latency: Duration) {
    if !latency.is_zero() {
        tokio::task::spawn_blocking(move || std::thread::sleep(latency)).await.unwrap();
    }
}

/// Serves a bucket until it is killed, for whoever wants to look at a program over it: a number for the shape, keys,
/// milliseconds for each page.
pub fn serve(shape: &str, keys: u64, milliseconds: u64) -> ! {
    let shape = Shape::ALL[shape.parse::<usize>().unwrap()];
    let bucket = Shaped::start(shape, keys, Duration::from_millis(milliseconds));
    println!("{keys} keys, {}: {}", shape.name(), bucket.endpoint());
    loop {
        std::thread::park();
    }
}

/// The keys of a bucket, rising, and what an answer says of each, written before anybody asks: the machine is there for the
/// program that lists, not for the server.
struct Objects {
    keys: Vec<String>,
    written: String,
    /// Where in it each object begins, and where the last one ends.
    begins: Vec<usize>,
}

impl Objects {
    fn of(shape: Shape, keys: u64) -> Self {
        let mut keys: Vec<String> = (0..keys).map(|n| shape.key(n, keys)).collect();
        keys.sort_unstable();
        let (mut answer, mut begins) = (Answer::default(), vec![0]);
        for (at, key) in keys.iter().enumerate() {
            answer.object(key, &etag(at), SIZE);
            begins.push(answer.xml.len());
        }
        Self { keys, written: answer.xml, begins }
    }

    fn etag(&self, key: &str) -> String {
        etag(self.keys.partition_point(|other| other.as_str() < key))
    }

    fn answer(&self, query: &str) -> String {
        let value = |name: &str| {
            let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            found.map(|text| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned())
        };
        let prefix = value("prefix").unwrap_or_default();
        let after = ["continuation-token", "start-after", "marker"].iter().find_map(|name| value(name));
        let begin = self.keys.partition_point(|key| *key < prefix);
        let from = after.map_or(begin, |after| self.keys.partition_point(|key| *key <= after).max(begin));
        let end = from + self.keys[from..].partition_point(|key| key.starts_with(&prefix));
        if value("delimiter").is_some_and(|delimiter| !delimiter.is_empty()) {
            return self.folders(from, end, &prefix);
        }
        let to = end.min(from + PAGE as usize);
        let mut answer = Answer::default();
        answer.xml.push_str(&self.written[self.begins[from]..self.begins[to]]);
        answer.shown = (to - from) as u64;
        answer.end((to < end).then(|| self.keys[to - 1].clone()))
    }

    /// What lies right under a prefix.
    fn folders(&self, from: usize, end: usize, prefix: &str) -> String {
        let mut answer = Answer::default();
        let (mut at, mut last) = (from, String::new());
        while answer.shown < PAGE && at < end {
            let key = &self.keys[at];
            if let Some(slash) = key[prefix.len()..].find('/') {
                let folder = &key[..prefix.len() + slash + 1];
                answer.folder(folder);
                at += self.keys[at..end].partition_point(|key| key.starts_with(folder));
                last = format!("{folder}{}", char::MAX);
            } else {
                answer.xml.push_str(&self.written[self.begins[at]..self.begins[at + 1]]);
                answer.shown += 1;
                at += 1;
                last.clone_from(key);
            }
        }
        answer.end((at < end).then_some(last))
    }
}
