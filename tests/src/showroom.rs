//! Worlds that have something to show on every screen of the window, served to a browser: real engines over servers on
//! loopback, each connection brought into its state by what happens to people.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::secrets::{MemorySecrets, SecretStore};
use s3_connector_engine::view::{PauseLength, SyncOptions};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bridge::Bridge;
use crate::memory_s3::{Fault, Gate, MemoryS3, On};
use crate::samples;
use crate::scene::{draft_with, knowledge_base};
use crate::supermemory::FakeSupermemory;

/// The connection of the samples, up to date.
pub const TENANTS: &str = "Tenants";
/// The connection whose listing is made up.
pub const VAST: &str = "Vast";

/// A world with its bridge.
#[derive(Debug)]
pub struct Showroom {
    /// The storage.
    pub server: MemoryS3,
    /// The engine.
    pub engine: Arc<Engine>,
    supermemory: Option<FakeSupermemory>,
    secrets: Arc<MemorySecrets>,
    bridge: Option<Bridge>,
    folder: TempDir,
    /// What waits for as long as this lives.
    held: Vec<Gate>,
}

impl Showroom {
    /// Nothing but a bucket of samples: what somebody has who opens the window for the first time.
    pub async fn first() -> Self {
        let server = MemoryS3::start().await;
        put_samples(&server);
        let folder = tempfile::tempdir().unwrap();
        let secrets = Arc::new(MemorySecrets::default());
        let engine = Engine::open(folder.path(), Arc::clone(&secrets) as Arc<dyn SecretStore>).await.unwrap();
        Self { server, engine, supermemory: None, secrets, bridge: None, folder, held: Vec::new() }
    }

    /// A connection in every state, runs of every end, a searchable library, and a Supermemory with a hosted connection.
    pub async fn full() -> Self {
        let mut room = Self::first().await;
        room.sync(&room.add(TENANTS, samples::BUCKET, json!({"containerTagRegex": samples::RULE})).await).await;
        room.add("Fresh", samples::BUCKET, json!({"prefix": "shared/"})).await;
        let paused = room.add("Paused", samples::BUCKET, json!({"prefix": "users/user-123/"})).await;
        room.engine.sync_pause(Some(paused), PauseLength::UntilResumed).await.unwrap();
        room.refuse().await;
        room.hold_back().await;
        room.leave_one_out().await;
        room.stay_at_work().await;
        room.host().await;
        room
    }

    /// A connection whose last listing showed so many objects.
    pub async fn vast(objects: u64) -> Self {
        let mut room = Self::first().await;
        let fields = json!({"containerTagRegex": samples::RULE, "documentLimit": 2_000_000});
        room.add(VAST, samples::BUCKET, fields).await;
        room.engine.shut_down().await;
        // The lock of the folder goes with the last reference.
        let elsewhere = tempfile::tempdir().unwrap();
        room.engine = room.open(elsewhere.path()).await;
        make_up_listing(&room.folder.path().join("state.db"), objects);
        room.engine = room.open(room.folder.path()).await;
        room
    }

    /// The address of its window, which is served from now on.
    pub fn url(&mut self) -> String {
        self.bridge.get_or_insert_with(|| Bridge::serve(&self.engine)).url()
    }

    /// The bridge of its window.
    ///
    /// # Panics
    /// Before anybody asked for its address.
    pub fn bridge(&self) -> &Bridge {
        self.bridge.as_ref().expect("the window is served")
    }

    /// What a person needs to add the bucket of samples: endpoint, key, bucket, rule.
    pub fn place(&self) -> Value {
        json!({
            "endpoint": self.server.endpoint(),
            "accessKeyId": self.server.access_key(),
            "secretAccessKey": self.server.secret(),
            "bucket": samples::BUCKET,
            "rule": samples::RULE,
            "tag": samples::SHARED_TAG,
        })
    }

    async fn open(&self, folder: &Path) -> Arc<Engine> {
        Engine::open(folder, Arc::clone(&self.secrets) as Arc<dyn SecretStore>).await.unwrap()
    }

    async fn add(&self, name: &str, bucket: &str, fields: Value) -> String {
        let mut whole = json!({
            "name": name, "bucket": bucket, "endpoint": self.server.endpoint(), "everyMinutes": 240,
            "containerTags": [samples::SHARED_TAG],
        });
        if let (Some(whole), Value::Object(fields)) = (whole.as_object_mut(), fields) {
            whole.extend(fields);
        }
        let draft = draft_with(whole, self.server.access_key(), self.server.secret());
        self.engine.connection_add(draft).await.unwrap().id
    }

    async fn sync(&self, id: &str) {
        let run = self.engine.sync_start(id.to_owned(), SyncOptions::default()).await.unwrap();
        self.engine.run_wait(&run.id).await.unwrap();
    }

    /// The storage takes the key no longer.
    async fn refuse(&self) {
        self.server.bucket("archive");
        let id = self.add("Archive", "archive", json!({})).await;
        self.server.forbid("archive", true);
        self.sync(&id).await;
    }

    /// Most of what was there is gone.
    async fn hold_back(&self) {
        put_notes(&self.server, "field-notes", 40);
        let id = self.add("Field notes", "field-notes", json!({"onGone": "remove"})).await;
        self.sync(&id).await;
        for key in self.server.keys("field-notes").into_iter().skip(12) {
            self.server.delete("field-notes", &key);
        }
        self.sync(&id).await;
    }

    /// One object may not be read.
    async fn leave_one_out(&self) {
        put_notes(&self.server, "reports", 12);
        let key =
            "users/u-1/a-rather-long-folder-name-as-people-have-them/and-one-more-of-them/minutes of the meeting.md";
        self.server.put("reports", key, "Nobody reads this.");
        self.server.put("reports", "users/مريم/ملاحظات.md", "A key in another script.");
        self.server.put("reports", "users/u-2/turned\u{202e}dm.around", "Text that turns around.");
        self.server.fail_always(On::Key(key.to_owned()), Fault::s3_error(403, "AccessDenied", "Access Denied"));
        let id = self.add("Reports", "reports", json!({"containerTagRegex": samples::RULE})).await;
        self.sync(&id).await;
    }

    /// A sync that is in the middle of its work for as long as this lives.
    async fn stay_at_work(&mut self) {
        put_notes(&self.server, "receipts", 30);
        self.server.put("receipts", "users/u-9/held.md", "Held.");
        let gate = self.server.hold(On::Key("users/u-9/held.md".to_owned()));
        let id = self.add("Receipts", "receipts", json!({})).await;
        self.engine.sync_start(id, SyncOptions::default()).await.unwrap();
        gate.arrived(1).await;
        self.held.push(gate);
    }

    /// A Supermemory whose cloud syncs a bucket by itself.
    async fn host(&mut self) {
        let supermemory = FakeSupermemory::start();
        let (url, key) = (supermemory.url(), supermemory.key());
        self.engine.knowledge_base_set(knowledge_base(&url, key)).await.unwrap();
        let fields = json!({
            "bucket": "company-data", "region": "auto", "endpoint": "https://minio.example.com", "prefix": "in/",
            "containerTags": ["team"], "documentLimit": 500,
        });
        let made = self.engine.hosted_create(url, draft_with(fields, "AKIATEST", "secret-of-the-cloud")).await.unwrap();
        supermemory.sync_connection(&made.id, &[("in/a.md", "one"), ("in/b.md", "two")], None);
        supermemory.sync_connection(&made.id, &[], Some("Access denied"));
        self.supermemory = Some(supermemory);
    }
}

fn put_samples(server: &MemoryS3) {
    let root = samples::folder();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let key = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                server.put(samples::BUCKET, &key, std::fs::read(&path).unwrap());
            }
        }
    }
}

fn put_notes(server: &MemoryS3, bucket: &str, count: u32) {
    for number in 0..count {
        let key = format!("users/u-{}/notes/{number:04}.md", number % 5);
        server.put(bucket, &key, format!("# Note {number}\n\nThe walrus of number {number} sleeps."));
    }
}

/// Writes a listing that nobody made, as a listing would have written it.
fn make_up_listing(file: &Path, objects: u64) {
    let state = Connection::open(file).unwrap();
    let rows = "
        WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?1)
        INSERT INTO objects (connection, key, etag, size, modified)
        SELECT 1, printf('users/user-%03d/notes/%09d.md', n / 4000, n), printf('\"%032x\"', n), 100 + n % 9000,
               1760000000000 + n * 1000
        FROM numbers";
    assert_eq!(state.execute(rows, [objects]).unwrap() as u64, objects);
    state.execute("UPDATE connections SET listed_at = 1770000000000, listed_complete = 1", []).unwrap();
}
