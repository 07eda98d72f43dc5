//! `s3c sync` killed at random, and cut off at random, over a bucket that does not stand still, into the library and into a
//! Supermemory. Left alone afterwards it ends with exactly what the bucket asks for: every object once, nothing twice,
//! nothing that nobody knows of.

use std::sync::Arc;
use std::time::{Duration, Instant};

use s3_connector_engine::engine::Engine;
use s3_connector_engine::secrets::MemorySecrets;
use s3_connector_tests::held::{self, Desired, desired};
use s3_connector_tests::memory_s3::{MemoryS3, StoredObject};
use s3_connector_tests::proxy::{Operation, Proxy, Trouble, Where};
use s3_connector_tests::random::Chance;
use s3_connector_tests::scene::draft;
use s3_connector_tests::supermemory::{FakeSupermemory, Fault, On, Quirks};
use serde_json::{Value, json};

use super::program::{BUCKET, Ended, S3c, end_of};

/// Objects at the beginning.
const OBJECTS: u64 = 2_000;
/// Numbers that objects may have; those beyond the first ones are free.
const NUMBERS: u64 = 2_400;
/// Keys that are deleted in all: under the brake, which holds back more than a tenth.
const DELETIONS: usize = 150;
const KILLS: usize = 50;
const KILLS_THERE: usize = 25;
const CUTS: usize = 16;
/// Syncs that may be needed at the end until one plans nothing.
const LAST_SYNCS: usize = 8;

/// Which part of the key is the tag; the other one is taken after an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    User,
    Kind,
}

impl Rule {
    fn pattern(self) -> &'static str {
        match self {
            Self::User => "users/(?<userId>[^/]+)/",
            Self::Kind => "users/[^/]+/(?<kind>[^/]+)/",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::User => Self::Kind,
            Self::Kind => Self::User,
        }
    }

    fn tag(self, key: &str) -> Option<String> {
        let part = if self == Self::User { 1 } else { 2 };
        key.split('/').nth(part).map(str::to_owned)
    }
}

/// A bucket that moves, the proxy before it, and the program.
struct World {
    server: Arc<MemoryS3>,
    proxy: Proxy,
    s3c: S3c,
    /// Where documents go, if not into the library.
    supermemory: Option<FakeSupermemory>,
    id: String,
    rule: Rule,
    chance: Chance,
    deleted: usize,
    version: u64,
}

fn key(number: u64) -> String {
    format!("users/u{}/kind-{}/{number:04}.md", number % 7, number % 3)
}

impl World {
    async fn new(supermemory: Option<FakeSupermemory>) -> Self {
        let server = Arc::new(MemoryS3::start().await);
        server.page_size(200);
        for number in 0..OBJECTS {
            server.put(BUCKET, &key(number), format!("first words of {number}"));
        }
        let proxy = Proxy::before(&server.endpoint());
        let s3c = S3c::new(&server);
        let endpoint = proxy.endpoint();
        let rule = Rule::User;
        let add = s3c.add_words(&endpoint, "notes", BUCKET);
        let more = ["--container-tag-regex", rule.pattern(), "--credentials", "environment", "--on-gone", "remove"];
        let url = supermemory.as_ref().map(FakeSupermemory::url);
        let to = url.as_ref().map_or_else(Vec::new, |url| vec!["--to", url]);
        let added = s3c.answer(&[&add[..], &more, &to].concat()).await;
        let id = added["connection"]["id"].as_str().unwrap().to_owned();
        let chance = Chance::new();
        Self { server, proxy, s3c, supermemory, id, rule, chance, deleted: 0, version: 0 }
    }

    /// Puts, overwrites, touches and deletes some objects.
    fn move_on(&mut self, steps: u64) {
        for _ in 0..self.chance.below(steps + 1) {
            let key = key(self.chance.below(NUMBERS));
            self.version += 1;
            let there = self.server.object(BUCKET, &key);
            match (self.chance.below(10), there) {
                (0, Some(_)) if self.deleted < DELETIONS => {
                    self.server.delete(BUCKET, &key);
                    self.deleted += 1;
                }
                // The same bytes under another etag.
                (1..=3, Some(object)) => {
                    let etag = format!("touched-{}", self.version);
                    self.server.put_object(BUCKET, &key, StoredObject { etag, ..object });
                }
                // Back to the bytes of the beginning, whose document may still be there.
                (4, Some(_)) => self.server.put(BUCKET, &key, "words that come back"),
                _ => self.server.put(BUCKET, &key, format!("words of version {}", self.version)),
            }
        }
    }

    /// Edits the rule, as a person does between two syncs.
    async fn edit_rule(&mut self) {
        self.rule = self.rule.other();
        let folder = self.s3c.home().join("s3c");
        let engine = Engine::open(&folder, Arc::new(MemorySecrets::default())).await.unwrap();
        let fields = json!({
            "name": "notes", "endpoint": self.proxy.endpoint(), "containerTags": [], "onGone": "remove",
            "containerTagRegex": self.rule.pattern(), "credentials": {"kind": "environment"},
            "destination": self.supermemory.as_ref().map(FakeSupermemory::url).unwrap_or_default(),
        });
        engine.connection_edit(self.id.clone(), draft(&self.server, fields), None).await.unwrap();
        engine.shut_down().await;
    }

    /// Syncs undisturbed until a sync plans nothing, and compares.
    async fn ends_exactly(&self, seed: u64) {
        let mut runs = Vec::new();
        for _ in 0..LAST_SYNCS {
            if self.supermemory.is_some() {
                // Puts that were never answered may land for ten minutes; these have passed.
                held::grow_old(&self.s3c.home().join("s3c"), 11);
            }
            let run = self.s3c.answer(&["sync", "notes"]).await["run"].clone();
            let is_idle = [&run["sent"], &run["removed"]].iter().all(|count| **count == json!(0));
            runs.push(run);
            if is_idle && (self.supermemory.is_none() || self.differences().is_empty()) {
                break;
            }
        }
        let last = runs.last().unwrap();
        assert_eq!((&last["state"], &last["sent"]), (&json!("completed"), &json!(0)), "seed {seed}: {runs:#?}");
        let totals = self.s3c.answer(&["preview", "notes", "--limit", "0"]).await["totals"].clone();
        let planned = ["new", "changed", "retagged", "removed"].map(|name| totals[name].clone());
        assert!(planned.iter().all(|count| *count == json!(0)), "seed {seed}: {totals}");
        let wrong = self.differences();
        assert!(wrong.is_empty(), "seed {seed}: {} differences: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
        assert_eq!(self.proxy.operations(), [Operation::ListObjectsV2, Operation::GetObject]);
    }

    fn differences(&self) -> Vec<String> {
        let folder = self.s3c.home().join("s3c");
        match &self.supermemory {
            Some(server) => held::differences_of(held::supermemory(server), &folder, &self.desired()),
            None => held::differences(&folder, &self.desired()),
        }
    }

    fn desired(&self) -> Desired {
        desired(&self.server, BUCKET, |key| self.rule.tag(key))
    }
}

/// How far a sync had come when it was killed.
#[derive(Debug, Default)]
struct Reached {
    before_any_request: usize,
    listing: usize,
    reading: usize,
    after_its_end: usize,
}

/// A server of one's own, which needs no key; a little slow.
fn own_server() -> FakeSupermemory {
    FakeSupermemory::with(Quirks { slots: None, ..Quirks::self_hosted(1) })
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_fifty_times_at_random_and_then_left_alone_it_holds_exactly_what_the_bucket_asks_for() {
    killed_at_random(World::new(None).await, KILLS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_while_it_sends_to_a_supermemory_it_holds_exactly_what_the_bucket_asks_for() {
    killed_at_random(World::new(Some(own_server())).await, KILLS_THERE).await;
}

async fn killed_at_random(mut world: World, kills: usize) {
    let seed = world.chance.seed();
    let mut reached = Reached::default();
    for kill in 0..kills {
        if kill % 12 == 11 {
            world.edit_rule().await;
        }
        world.move_on(40);
        let before = world.proxy.count();
        let mut child = world.s3c.start(&["sync", "notes"]);
        // After a moment, after some requests of the listing, or after some of the reads.
        let (after, moment) = match world.chance.below(4) {
            0 => (0, world.chance.below(400)),
            1 => (world.chance.below(11), world.chance.below(20)),
            _ => (11 + world.chance.below(120), world.chance.below(30)),
        };
        let ready = Instant::now();
        let wait = async {
            world.proxy.arrived(before + after as usize).await;
            tokio::time::sleep(Duration::from_millis(moment)).await;
        };
        let ended = tokio::select! {
            () = wait => None,
            status = child.wait() => Some(status.unwrap()),
        };
        world.move_on(10);
        assert!(ended.is_none_or(|status| status.success()), "seed {seed}: {ended:?} after {:?}", ready.elapsed());
        let _ = child.kill().await;
        let asked = world.proxy.requests()[before..].to_vec();
        match asked.last().map(s3_connector_tests::proxy::Request::operation) {
            _ if ended.is_some() => reached.after_its_end += 1,
            None => reached.before_any_request += 1,
            Some(Operation::GetObject) => reached.reading += 1,
            Some(_) => reached.listing += 1,
        }
    }
    assert!(reached.listing >= 2 && reached.reading >= kills / 5, "seed {seed}: kills that prove little: {reached:?}");
    world.ends_exactly(seed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_at_random_and_then_left_alone_it_holds_exactly_what_the_bucket_asks_for() {
    cut_off_at_random(World::new(None).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_at_random_from_a_supermemory_it_holds_exactly_what_the_bucket_asks_for() {
    cut_off_at_random(World::new(Some(own_server())).await).await;
}

/// Something goes wrong at the far side.
fn trouble_there(server: &FakeSupermemory, chance: &mut Chance) {
    let fault = match chance.below(7) {
        0 => return server.restart(),
        1 => Fault::Hangup,
        2 => Fault::LostReply,
        3 => Fault::LandsLate,
        4 => Fault::CutBody,
        5 => Fault::Status(503),
        _ => Fault::TooManyRequests(Some(1)),
    };
    server.fail(12, On::Any, fault);
}

async fn cut_off_at_random(mut world: World) {
    let seed = world.chance.seed();
    let mut failed = 0;
    for cut in 0..CUTS {
        if cut % 12 == 11 {
            world.edit_rule().await;
        }
        world.move_on(40);
        let before = world.proxy.count();
        let child = world.s3c.start(&["--json", "sync", "notes"]);
        let end = end_of(child);
        tokio::pin!(end);
        // Single connections that are reset, moments without network, and a network that stays away.
        let kind = world.chance.below(6);
        let after = before + world.chance.below(60) as usize;
        let cut_off = async {
            world.proxy.arrived(after).await;
            if let Some(server) = &world.supermemory
                && world.chance.below(3) > 0
            {
                return trouble_there(server, &mut world.chance);
            }
            match kind {
                0 => world.proxy.cut(),
                1 | 2 => {
                    world.proxy.cut();
                    tokio::time::sleep(Duration::from_millis(world.chance.below(300))).await;
                    world.proxy.heal();
                }
                3 => world.proxy.trouble(8, Where::Anywhere, Trouble::HalfBody),
                _ => world.proxy.trouble(12, Where::Anywhere, Trouble::Reset),
            }
        };
        let ended: Ended = tokio::select! {
            ended = &mut end => ended,
            () = cut_off => end.await,
        };
        world.proxy.heal();
        if let Some(server) = &world.supermemory {
            server.heal();
            server.land().await;
        }
        match ended.exit {
            Some(0) => {}
            Some(1 | 3) => {
                failed += 1;
                let error: Value = serde_json::from_str(&ended.errors).unwrap();
                let code = error["error"]["code"].as_str().unwrap();
                let there = code.starts_with("knowledge_base_") || code == "too_many_failures";
                let is_known = code == "unreachable" || (world.supermemory.is_some() && there);
                assert!(is_known, "seed {seed}: {ended:#?}");
            }
            _ => panic!("seed {seed}: {ended:#?}"),
        }
    }
    assert!(failed > 0, "seed {seed}: no cut was ever felt");
    world.ends_exactly(seed).await;
}
