//! Every key once, in parts that tile, for few requests: over made-up buckets whose answers come in any order.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use async_trait::async_trait;
use proptest::prelude::*;

use super::*;
use crate::error::ErrorCode;
use crate::object::{ETag, ObjectKey};
use crate::source::Fetched;

/// How a server may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Good,
    /// Begins every listing at its start.
    IgnoresAfter,
    /// Refuses to begin after a key.
    RefusesAfter,
    /// Knows no folders.
    Nameless,
    /// Answers so many requests at once, and refuses others.
    Busy(u64),
}

/// Turns that an answer takes.
const ANSWER: u8 = 100;

/// Keys in memory. Answers come in an order that the numbers decide.
struct Bucket {
    keys: Vec<String>,
    page: usize,
    server: Server,
    delays: Mutex<Vec<u8>>,
    requests: Mutex<u64>,
    under_way: AtomicU64,
    throttled: AtomicU64,
}

impl Bucket {
    fn of(keys: impl IntoIterator<Item = String>, page: usize, server: Server, delays: Vec<u8>) -> Arc<Self> {
        let keys: BTreeSet<String> = keys.into_iter().collect();
        let (delays, requests) = (Mutex::new(delays), Mutex::new(0));
        Arc::new(Self {
            keys: keys.into_iter().collect(),
            page,
            server,
            delays,
            requests,
            under_way: 0.into(),
            throttled: 0.into(),
        })
    }

    async fn answers(&self) {
        *self.requests.lock().unwrap() += 1;
        let turns = {
            let mut delays = self.delays.lock().unwrap();
            delays.rotate_left(1);
            delays.last().copied().unwrap_or_default()
        };
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }

    fn from(&self, after: &str) -> usize {
        self.keys.partition_point(|key| key.as_str() <= after)
    }
}

#[async_trait]
impl ObjectSource for Bucket {
    async fn list(&self, prefix: &str, token: Option<&str>) -> Result<Page> {
        let others = self.under_way.fetch_add(1, Relaxed);
        self.answers().await;
        self.under_way.fetch_sub(1, Relaxed);
        if matches!(self.server, Server::Busy(most) if others >= most) {
            self.throttled.fetch_add(1, Relaxed);
            return Err(Error::new(ErrorCode::Throttled, "too many requests"));
        }
        let start = match token.and_then(|token| token.split_once(':')) {
            None => self.keys.partition_point(|key| key.as_str() < prefix),
            Some(("at", key)) => self.from(key),
            Some((_, _)) if self.server == Server::IgnoresAfter => {
                self.keys.partition_point(|key| key.as_str() < prefix)
            }
            Some((_, _)) if self.server == Server::RefusesAfter => {
                return Err(Error::new(ErrorCode::InvalidRequest, "no start-after here"));
            }
            Some((_, key)) => self.from(key),
        };
        let under = self.keys[start..].iter().take_while(|key| key.starts_with(prefix));
        let mut shown: Vec<&String> = under.take(self.page + 1).collect();
        let more = shown.len() > self.page;
        shown.truncate(self.page);
        let object = |key: &&String| ObjectMeta {
            key: ObjectKey::new((*key).clone()),
            etag: ETag::new("e"),
            size: 1,
            modified: None,
            storage_class: None,
        };
        let next = more.then(|| format!("at:{}", shown.last().expect("a page has keys")));
        Ok(Page { objects: shown.iter().map(object).collect(), next })
    }

    async fn fetch(&self, _: &ObjectKey, _: &ETag) -> Result<Fetched> {
        Ok(Fetched::Gone)
    }

    fn throttled(&self) -> u64 {
        self.throttled.load(Relaxed)
    }

    fn token_after(&self, key: &str) -> Option<String> {
        Some(format!("after:{key}"))
    }

    async fn names(&self, folder: &str, after: &str) -> Result<Names> {
        self.answers().await;
        if self.server == Server::Nameless {
            return Err(Error::new(ErrorCode::InvalidRequest, "no delimiter here"));
        }
        let mut names: BTreeSet<String> = BTreeSet::new();
        for key in self.keys[self.from(after)..].iter().take_while(|key| key.starts_with(folder)) {
            let rest = &key[folder.len()..];
            names.insert(format!("{folder}{}", rest.split_inclusive('/').next().unwrap_or(rest)));
        }
        let more = names.len() > self.page;
        Ok(Names { names: names.into_iter().take(self.page).collect(), more })
    }
}

/// All parts.
fn listed(bucket: &Arc<Bucket>, prefix: &str, streams: usize) -> Vec<Part> {
    timed(bucket, prefix, streams).0
}

/// All parts, and how often each task had its turn by then: time that does not depend on the machine.
fn timed(bucket: &Arc<Bucket>, prefix: &str, streams: usize) -> (Vec<Part>, u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let turns = Arc::new(AtomicU64::new(0));
    runtime.block_on(async {
        let clock = Arc::clone(&turns);
        tokio::spawn(async move {
            loop {
                clock.fetch_add(1, Relaxed);
                tokio::task::yield_now().await;
            }
        });
        let mut listing = Listing::new(Arc::clone(bucket) as _, prefix, streams);
        let mut parts = Vec::new();
        while let Some(part) = listing.next(true).await.expect("a listing") {
            parts.push(part);
        }
        (parts, turns.load(Relaxed))
    })
}

/// The parts tile, each is in order and in its bounds; all keys under the prefix, each once.
fn check(bucket: &Bucket, prefix: &str, mut parts: Vec<Part>) {
    parts.sort_by(|a, b| a.after.cmp(&b.after).then_with(|| a.until.is_none().cmp(&b.until.is_none())));
    let mut end = Some(String::new());
    for part in &parts {
        assert_eq!(Some(&part.after), end.as_ref(), "parts begin where another ends");
        let inside = |o: &ObjectMeta| {
            let key = o.key.as_str();
            key > part.after.as_str() && part.until.as_deref().is_none_or(|until| key <= until)
        };
        assert!(part.objects.iter().all(inside));
        end.clone_from(&part.until);
    }
    assert_eq!(end, None, "the last part reaches to the end");
    let shown: Vec<&str> = parts.iter().flat_map(|part| &part.objects).map(|o| o.key.as_str()).collect();
    let wanted: Vec<&str> = bucket.keys.iter().map(String::as_str).filter(|key| key.starts_with(prefix)).collect();
    assert_eq!(shown, wanted);
}

fn requests(bucket: &Bucket) -> u64 {
    *bucket.requests.lock().unwrap()
}

/// A number that looks like chance, the same each time.
fn mixed(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// The shapes that people's buckets have.
fn shapes(keys: u64) -> [(&'static str, Vec<String>); 7] {
    let flat = |n| format!("{:016x}.json", mixed(n));
    let tenant =
        |n: u64| format!("tenants/tenant-{:04}/{}/{:06}.md", n / 200, ["docs", "mail", "notes"][n as usize % 3], n);
    let log =
        |n: u64| format!("logs/20{:02}/{:02}/{:02}/{n:07}.log", 20 + n / 36_500, n / 3_100 % 12 + 1, n / 100 % 31 + 1);
    let skewed = |n: u64| match n % 20 {
        0 => format!("archive/{:05}.txt", n),
        1 => format!("zoo/{:05}.txt", n),
        _ => format!("data/{:012x}", mixed(n) >> 16),
    };
    let numbered = |n: u64| format!("export/part-{n:09}.parquet");
    let counted = |n: u64| format!("item-{n}.json");
    let named = |n: u64| format!("Büro/{}é{:x}/ß{n}", ["Ärzte", "中文", "plan"][n as usize % 3], mixed(n) % 97);
    [
        ("flat random names", (0..keys).map(flat).collect()),
        ("folders of tenants", (0..keys).map(tenant).collect()),
        ("dated logs", (0..keys).map(log).collect()),
        ("one prefix with nine tenths", (0..keys).map(skewed).collect()),
        ("numbered", (0..keys).map(numbered).collect()),
        ("numbered without zeros", (0..keys).map(counted).collect()),
        ("other scripts", (0..keys).map(named).collect()),
    ]
}

#[test]
fn a_large_bucket_of_any_shape_is_cut_for_few_requests() {
    for (shape, keys) in shapes(40_000) {
        let bucket = Bucket::of(keys, 200, Server::Good, vec![ANSWER]);
        let (parts, turns) = timed(&bucket, "", STREAMS);
        check(&bucket, "", parts);
        let serial = bucket.keys.len().div_ceil(bucket.page) as u64;
        let (asked, rounds) = (requests(&bucket), turns as f64 / f64::from(ANSWER));
        assert!(asked as f64 <= serial as f64 * 1.17, "{shape}: {asked} requests instead of {serial}");
        // Numbers are the hardest: that all begin with zeros is found out zero by zero, and without zeros, nothing tells
        // how many digits follow.
        let most = if shape.starts_with("numbered") { 30.0 } else { 20.0 };
        assert!(rounds <= most, "{shape}: in the time of {rounds} requests instead of {serial}");
    }
}

#[test]
fn a_short_listing_is_serial() {
    let bucket = Bucket::of((0..20).map(|n| n.to_string()), 10, Server::Good, vec![1]);
    check(&bucket, "", listed(&bucket, "", STREAMS));
    assert_eq!(requests(&bucket), 2);
}

#[test]
fn a_listing_of_two_pages_waits_for_no_names_and_asks_for_few() {
    for (shape, keys) in shapes(350) {
        // Two pages, and names that take much longer.
        let bucket = Bucket::of(keys, 200, Server::Good, [vec![ANSWER; 2], vec![u8::MAX; 20]].concat());
        let (parts, turns) = timed(&bucket, "", STREAMS);
        check(&bucket, "", parts);
        assert!(turns < 2 * u64::from(ANSWER) + 20, "{shape}: {turns} turns");
        assert!(requests(&bucket) <= 2 + 4, "{shape}: {} requests", requests(&bucket));
    }
}

#[test]
fn a_server_that_cannot_begin_after_a_key_is_listed_from_its_start() {
    for server in [Server::IgnoresAfter, Server::RefusesAfter] {
        for (_, keys) in shapes(4_000) {
            let bucket = Bucket::of(keys, 50, server, vec![0, 3, 1]);
            check(&bucket, "", listed(&bucket, "", STREAMS));
            assert!(requests(&bucket) < 100, "{server:?}: {} requests", requests(&bucket));
        }
    }
}

#[test]
fn a_server_that_has_too_much_to_do_gets_fewer_requests_at_once() {
    for (_, keys) in shapes(8_000) {
        let bucket = Bucket::of(keys, 50, Server::Busy(3), vec![20]);
        check(&bucket, "", listed(&bucket, "", STREAMS));
        assert!(bucket.throttled() > 0, "there were too many at first");
        assert!(bucket.throttled() < 60, "{} were refused", bucket.throttled());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn every_key_comes_once_whatever_they_are_and_however_answers_come(
        keys in prop::collection::vec("[abé/中]{1,7}|[0-9a-f]{3}|t/[0-9]{2}/[a-c]{1,3}", 0..400),
        prefix in prop::sample::select(vec!["", "a", "t/", "é"]),
        page in 1_usize..9,
        streams in 1_usize..20,
        delays in prop::collection::vec(0_u8..9, 1..12),
        server in prop::sample::select(vec![Server::Good, Server::IgnoresAfter, Server::RefusesAfter, Server::Nameless]),
    ) {
        let bucket = Bucket::of(keys, page, server, delays);
        check(&bucket, prefix, listed(&bucket, prefix, streams));
    }
}
