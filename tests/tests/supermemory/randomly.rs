//! Random operations, as in the model's worlds, but through real HTTP: the bucket moves, the rule is edited, the server gets
//! and loses its quirks, requests and replies get lost, both sides restart. Left alone afterwards it ends with exactly what
//! the bucket asks for, and at no time is a document left under a wrong tag by a run that completed.

use std::collections::{BTreeMap, BTreeSet};

use s3_connector_engine::plan::DocumentState;
use s3_connector_engine::view::{RunState, RunView, SyncOptions};
use s3_connector_tests::memory_s3::StoredObject;
use s3_connector_tests::random::Chance;
use s3_connector_tests::scene::{BUCKET, Scene};
use s3_connector_tests::supermemory::{Fault, On, Pipeline, Quirks, Status};
use serde_json::json;

use super::scene_with;

const WORLDS: usize = 6;
const STEPS: usize = 40;
/// Keys there may be.
const KEYS: u64 = 30;
/// Quiet syncs that may be needed at the end.
const LAST_SYNCS: usize = 8;

const RULES: [(&str, usize); 2] = [("users/(?<userId>[^/]+)/", 1), ("users/[^/]+/(?<kind>[^/]+)/", 2)];

struct World {
    scene: Scene,
    chance: Chance,
    seed: u64,
    rule: usize,
    version: u64,
    done: Vec<String>,
}

impl World {
    async fn new() -> Self {
        let chance = Chance::new();
        let fields = json!({"containerTagRegex": RULES[0].0, "containerTags": [], "onGone": "remove"});
        let scene = scene_with(Quirks::default(), fields).await;
        let seed = chance.seed();
        Self { scene, chance, seed, rule: 0, version: 0, done: Vec::new() }
    }

    fn below(&mut self, end: u64) -> u64 {
        self.chance.below(end)
    }

    fn tag(&self, key: &str) -> Option<String> {
        key.split('/').nth(RULES[self.rule].1).map(str::to_owned)
    }

    /// Puts, overwrites, touches and deletes some objects.
    fn move_on(&mut self) {
        for _ in 0..=self.below(8) {
            let number = self.below(KEYS);
            let key = format!("users/u{}/kind-{}/{number:02}.md", number % 4, number % 3);
            self.version += 1;
            match (self.below(8), self.scene.server.object(BUCKET, &key)) {
                (0 | 1, Some(_)) => drop(self.scene.server.delete(BUCKET, &key)),
                (2, Some(object)) => {
                    let etag = format!("touched-{}", self.version);
                    self.scene.server.put_object(BUCKET, &key, StoredObject { etag, ..object });
                }
                (3, _) => self.scene.put(&key, "words that come back"),
                _ => self.scene.put(&key, format!("words of version {}", self.version)),
            }
        }
    }

    fn change_quirks(&mut self) {
        let pipeline = match self.below(4) {
            0 => Pipeline::Held,
            1 => Pipeline::Polls(u32::try_from(self.chance.below(4)).unwrap()),
            _ => Pipeline::Instant,
        };
        let chances = [(); 6].map(|()| self.chance.below(4) == 0);
        let [slots, tells, flat, orders, forgets, word] = chances;
        let (left, unseen) = (self.below(3), self.below(3));
        let marker = format!("version {}", self.version + self.chance.below(4));
        let fails = self.below(4);
        // Only what is put from now on is not seen at first.
        self.scene.supermemory().show();
        self.scene.supermemory().set(|quirks| {
            quirks.pipeline = pipeline;
            quirks.slots = slots.then_some(2);
            (quirks.bulk_tells, quirks.bulk_leaves) = (tells, left as usize);
            quirks.flat_complaints = flat;
            quirks.batch_answers_accepted_first = orders;
            quirks.forgets_what_is_processed = forgets;
            quirks.progress_word = word.then(|| "pondering".to_owned());
            quirks.invisible_reads = unseen as u32;
            quirks.fails_on = (fails == 0).then(|| marker.clone());
            quirks.vanishes_on = (fails == 1).then(|| marker.clone());
            quirks.batch_refuses = (fails == 2).then_some(marker);
        });
    }

    fn make_trouble(&mut self) {
        let on = [On::Any, On::Write, On::Write, On::Delete, On::Read][self.below(5) as usize].clone();
        let fault = match self.below(9) {
            0 => Fault::Status(500),
            1 => Fault::Status(503),
            2 => Fault::TooManyRequests(Some(0)),
            3 => Fault::TooManyRequests(Some(3600)),
            4 => Fault::Hangup,
            5 => Fault::LostReply,
            6 => Fault::LandsLate,
            7 => Fault::CutBody,
            _ => Fault::HalfBody,
        };
        let times = 1 + self.below(6) as u32;
        self.scene.supermemory().fail(times, on, fault);
    }

    async fn edit_rule(&mut self) {
        self.rule = 1 - self.rule;
        let fields = json!({"containerTagRegex": RULES[self.rule].0, "containerTags": [], "onGone": "remove"});
        self.scene.edit(fields).await;
    }

    /// Documents by their ids over there, with the state of their rows.
    async fn rows(&self) -> BTreeMap<String, DocumentState> {
        let id = self.scene.connection.id.clone();
        let rows = self.scene.engine.document_list(id, None, 1_000).await.unwrap().documents;
        let states: BTreeMap<String, DocumentState> = rows.into_iter().map(|row| (row.id, row.state)).collect();
        let documents = self.scene.supermemory().documents().into_iter();
        documents.filter_map(|d| Some((d.id, *states.get(&d.custom_id?)?))).collect()
    }

    /// Syncs with a yes to every removal, and looks whether what was known to be searchable under a wrong tag has gone, or
    /// that its removal has begun: a server may be busy with it. What is found to be searchable only while the run goes on
    /// waits for the next one, which counts it for the brake.
    async fn sync(&mut self) -> RunView {
        let wrong = |world: &Self| -> BTreeSet<String> {
            let documents = world.scene.supermemory().documents().into_iter();
            let key =
                |metadata: &serde_json::Map<String, serde_json::Value>| metadata["key"].as_str().unwrap().to_owned();
            let wrong = documents
                .filter(|d| d.status == Status::Done && world.tag(&key(&d.metadata)) != d.tags.first().cloned());
            wrong.map(|document| document.id).collect()
        };
        let known = self.rows().await;
        let is_known = |id: &String| known.get(id) == Some(&DocumentState::Indexed);
        let before: BTreeSet<String> = wrong(self).into_iter().filter(is_known).collect();
        let options = SyncOptions { confirm_removals: Some(1_000), ..SyncOptions::default() };
        let run = self.scene.sync_with(options).await;
        if run.state == RunState::Completed {
            let rows = self.rows().await;
            let has_begun = |id: &&String| rows.get(*id) == Some(&DocumentState::Removing);
            let left: Vec<_> = wrong(self).intersection(&before).filter(|id| !has_begun(id)).cloned().collect();
            assert!(left.is_empty(), "{}: under a wrong tag after a run that completed: {left:?}", self.story());
        }
        run
    }

    async fn step(&mut self) {
        let (name, dice) = match self.below(20) {
            0..=4 => ("the bucket moves", 0),
            5 | 6 => ("trouble", 1),
            7 | 8 => ("quirks", 2),
            9 => ("rule", 3),
            10 => ("work", 4),
            11 => ("land", 5),
            12 => ("the server restarts", 6),
            13 => ("the engine restarts", 7),
            14 => ("time passes", 8),
            15 => ("settle", 9),
            _ => ("sync", 10),
        };
        self.done.push(name.to_owned());
        match dice {
            0 => self.move_on(),
            1 => self.make_trouble(),
            2 => self.change_quirks(),
            3 => self.edit_rule().await,
            4 => drop(self.scene.supermemory().work()),
            5 => drop(self.scene.supermemory().land().await),
            6 => self.scene.supermemory().restart(),
            7 => self.scene.restart().await,
            8 => {
                // What is still under way after the window lands never.
                self.scene.supermemory().land().await;
                // And what is there after it is seen.
                self.scene.supermemory().show();
                self.scene.later(11).await;
            }
            9 => drop(self.scene.engine.settle(&self.scene.connection.id).await),
            _ => {
                let run = self.sync().await;
                let told = format!(" {:?} {} sent {} removed", run.state, run.sent, run.removed);
                self.done.last_mut().unwrap().push_str(&told);
            }
        }
    }

    fn story(&self) -> String {
        format!("seed {}: {:#?}", self.seed, self.done)
    }

    /// Everything heals and nobody does anything any more.
    async fn quiet(&mut self) {
        self.scene.supermemory().heal();
        self.scene.supermemory().set(|quirks| *quirks = Quirks::default());
        self.scene.supermemory().land().await;
        while self.scene.supermemory().work() > 0 {}
        for _ in 0..LAST_SYNCS {
            self.scene.supermemory().show();
            self.scene.later(11).await;
            self.retry_what_was_refused().await;
            let run = self.sync().await;
            assert_eq!((run.state, &run.error), (RunState::Completed, &None), "{}", self.story());
            if (run.sent, run.removed) == (0, 0) && self.differences().is_empty() {
                return;
            }
        }
        panic!("{}: it does not come to rest: {:#?}", self.story(), self.differences());
    }

    fn differences(&self) -> Vec<String> {
        self.scene.differences(|key| self.tag(key))
    }

    async fn retry_what_was_refused(&self) {
        let id = self.scene.connection.id.clone();
        let rows = self.scene.engine.document_list(id.clone(), None, 1_000).await.unwrap().documents;
        let refused = rows.into_iter().filter(|row| row.state == DocumentState::Rejected);
        let keys: BTreeSet<String> = refused.map(|row| row.key).collect();
        // Only what the bucket still has can be asked for again.
        let there = self.scene.server.keys(BUCKET);
        let keys: Vec<String> = keys.into_iter().filter(|key| there.contains(key)).collect();
        if !keys.is_empty() {
            let run = self.scene.engine.sync_retry(id, keys).await.unwrap();
            self.scene.engine.run_wait(&run.id).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_in_whatever_order_it_ends_with_exactly_what_the_bucket_asks_for() {
    for _ in 0..WORLDS {
        let mut world = World::new().await;
        for _ in 0..STEPS {
            world.step().await;
        }
        world.quiet().await;
        // Nothing was ever asked that is not as documented, or dropped, or added to what was there.
        world.scene.supermemory().assert_clean();
    }
}
