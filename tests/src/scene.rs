//! A scene: an in-memory S3 server, an engine over a folder of its own, and one connection between them. Documents go to
//! the library, or to a Supermemory.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use s3_connector_engine::connection::ConnectionDraft;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::knowledge_base::SearchQuery;
use s3_connector_engine::secrets::{MemorySecrets, SecretStore};
use s3_connector_engine::view::{
    ConnectionView, KeyStory, KnowledgeBaseDraft, PlanFilter, PlanItem, PlanSummary, PlanTotals, Previewed, RunView,
    SyncOptions,
};
use serde_json::{Value, json};

use crate::held;
use crate::memory_s3::MemoryS3;
use crate::supermemory::FakeSupermemory;
use crate::wait::eventually;

/// The bucket of every scene.
pub const BUCKET: &str = "user-files";

/// An engine and its bucket.
pub struct Scene {
    /// The server; change its bucket at any time.
    pub server: MemoryS3,
    /// The engine.
    pub engine: Arc<Engine>,
    /// The connection.
    pub connection: ConnectionView,
    /// The data folder.
    pub folder: tempfile::TempDir,
    /// Where documents go, if not to the library.
    supermemory: Option<FakeSupermemory>,
    secrets: Arc<MemorySecrets>,
}

impl Scene {
    /// A scene whose connection has these fields beside the usual ones.
    pub async fn new(fields: Value) -> Self {
        Self::to(None, fields).await
    }

    /// A scene whose documents go to this Supermemory, with its key.
    pub async fn with_supermemory(supermemory: FakeSupermemory, fields: Value) -> Self {
        Self::to(Some(supermemory), fields).await
    }

    async fn to(supermemory: Option<FakeSupermemory>, fields: Value) -> Self {
        let server = MemoryS3::start().await;
        server.bucket(BUCKET);
        let folder = tempfile::tempdir().unwrap();
        let secrets = Arc::new(MemorySecrets::default());
        let engine = Engine::open(folder.path(), Arc::clone(&secrets) as Arc<dyn SecretStore>).await.unwrap();
        if let Some(supermemory) = &supermemory {
            engine.knowledge_base_set(knowledge_base(&supermemory.url(), supermemory.key())).await.unwrap();
        }
        let fields = with_destination(supermemory.as_ref(), fields);
        let connection = engine.connection_add(draft(&server, fields)).await.unwrap();
        Self { server, engine, connection, folder, supermemory, secrets }
    }

    /// The Supermemory that documents go to.
    pub fn supermemory(&self) -> &FakeSupermemory {
        self.supermemory.as_ref().expect("documents go to the library")
    }

    /// What is held where documents go.
    pub fn held(&self) -> Vec<held::Document> {
        match &self.supermemory {
            Some(supermemory) => held::supermemory(supermemory),
            None => held::library(self.folder.path()),
        }
    }

    /// Everything that differs from what is desired, row by row.
    pub fn differences(&self, tag: impl Fn(&str) -> Option<String>) -> Vec<String> {
        held::differences_of(self.held(), self.folder.path(), &held::desired(&self.server, BUCKET, tag))
    }

    /// Looks once at what waits for the knowledge base; says how many documents still do.
    pub async fn settle(&self) -> u64 {
        let settled = || async {
            match self.engine.settle(&self.connection.id).await {
                Ok(waiting) => Some(waiting),
                // The engine may be looking by itself.
                Err(error) if error.code == ErrorCode::SyncRunning => None,
                Err(error) => panic!("{error}"),
            }
        };
        eventually("a turn to look", Duration::from_secs(60), settled).await
    }

    /// Restarts after so many minutes, as far as the documents that wait can tell.
    pub async fn later(&mut self, minutes: i64) {
        self.restart_after(|folder| held::grow_old(folder, minutes)).await;
    }

    /// Writes an object.
    pub fn put(&self, key: &str, text: impl Into<Vec<u8>>) {
        self.server.put(BUCKET, key, text.into());
    }

    /// Closes the engine and opens it again, as a restart does.
    pub async fn restart(&mut self) {
        self.restart_after(|_| {}).await;
    }

    /// The same, with something done to the data folder while it is closed.
    pub async fn restart_after(&mut self, act: impl FnOnce(&Path)) {
        self.engine.shut_down().await;
        let folder = self.folder.path().to_owned();
        // The lock of the folder goes with the last reference.
        let placeholder = tempfile::tempdir().unwrap();
        self.engine = open(placeholder.path(), &self.secrets).await;
        act(&folder);
        self.engine = open(&folder, &self.secrets).await;
    }

    /// Restarts with a file of the data folder lost.
    pub async fn lose(&mut self, file: &str) {
        self.restart_after(|folder| {
            for suffix in ["", "-wal", "-shm"] {
                let path = folder.join(format!("{file}{suffix}"));
                if path.exists() {
                    std::fs::remove_file(path).unwrap();
                }
            }
        })
        .await;
    }

    /// Adds the same connection once more.
    pub async fn add_again(&mut self) {
        self.connection = self.engine.connection_add(self.blank_draft(json!({}))).await.unwrap();
    }

    /// Adds the same connection once more, to this destination.
    pub async fn add_again_to(&mut self, destination: &str) {
        let fields = json!({"destination": destination, "name": "Elsewhere"});
        self.connection = self.engine.connection_add(self.blank_draft(fields)).await.unwrap();
    }

    /// Syncs and waits for the end.
    pub async fn sync(&self) -> RunView {
        self.sync_with(SyncOptions::default()).await
    }

    /// Syncs in a special way and waits for the end.
    pub async fn sync_with(&self, options: SyncOptions) -> RunView {
        let run = self.engine.sync_start(self.connection.id.clone(), options).await.unwrap();
        self.engine.run_wait(&run.id).await.unwrap()
    }

    /// The connection as it stands now.
    pub async fn shown(&self) -> ConnectionView {
        self.engine.connection_find(&self.connection.id).await.unwrap()
    }

    /// Why a key is, or is not, in.
    pub async fn why(&self, key: &str) -> KeyStory {
        self.engine.key_why(self.connection.id.clone(), key.to_owned()).await.unwrap()
    }

    /// A fresh preview.
    pub async fn preview(&self) -> PlanSummary {
        self.engine.preview_make(self.connection.id.clone(), true).await.unwrap()
    }

    /// Syncs from a preview that was made before, and waits for the end.
    pub async fn sync_from(&self, summary: &PlanSummary) -> RunView {
        self.sync_with(SyncOptions { previewed: Some(previewed(summary)), ..SyncOptions::default() }).await
    }

    /// The rows of the last preview.
    pub async fn plan(&self) -> Vec<PlanItem> {
        let filter = PlanFilter { limit: 10_000, ..PlanFilter::default() };
        self.engine.preview_page(self.connection.id.clone(), filter).await.unwrap().items
    }

    /// The row of a key in a fresh preview.
    pub async fn plan_of(&self, key: &str) -> PlanItem {
        self.preview().await;
        self.plan().await.into_iter().find(|item| item.key == key).unwrap()
    }

    /// Edits the connection.
    pub async fn edit(&self, fields: Value) {
        self.engine.connection_edit(self.connection.id.clone(), self.draft(fields), None).await.unwrap();
    }

    /// A draft of an edit of the connection.
    pub fn draft(&self, fields: Value) -> ConnectionDraft {
        let mut draft = self.blank_draft(fields);
        draft.name.clone_from(&self.connection.name);
        draft
    }

    fn blank_draft(&self, fields: Value) -> ConnectionDraft {
        draft(&self.server, with_destination(self.supermemory.as_ref(), fields))
    }

    /// Keys found for a query, sorted.
    pub async fn found(&self, query: &str) -> Vec<String> {
        self.found_under(query, None).await
    }

    /// Keys found for a query under a tag, sorted.
    pub async fn found_under(&self, query: &str, tag: Option<&str>) -> Vec<String> {
        let query =
            SearchQuery { query: query.to_owned(), tag: tag.map(str::to_owned), connection_id: None, limit: 10_000 };
        let results = self.engine.library_search(query).await.unwrap().results;
        let mut keys: Vec<_> = results.into_iter().map(|r| r.key.as_str().to_owned()).collect();
        keys.sort();
        keys
    }

    /// Documents that the library has.
    pub async fn documents(&self) -> u64 {
        self.engine.app_status().await.unwrap().library_documents
    }
}

fn with_destination(supermemory: Option<&FakeSupermemory>, mut fields: Value) -> Value {
    if let (Some(supermemory), Some(fields)) = (supermemory, fields.as_object_mut()) {
        fields.entry("destination").or_insert_with(|| supermemory.url().into());
    }
    fields
}

/// A Supermemory as a person types it.
pub fn knowledge_base(address: &str, key: &str) -> KnowledgeBaseDraft {
    serde_json::from_value(json!({"address": address, "apiKey": key})).unwrap()
}

async fn open(folder: &Path, secrets: &Arc<MemorySecrets>) -> Arc<Engine> {
    Engine::open(folder, Arc::clone(secrets) as Arc<dyn SecretStore>).await.unwrap()
}

/// A draft for the scene's bucket; `fields` add to the usual ones or replace them.
pub fn draft(server: &MemoryS3, fields: Value) -> ConnectionDraft {
    let mut whole = json!({"endpoint": server.endpoint()});
    if let (Some(whole), Value::Object(fields)) = (whole.as_object_mut(), fields) {
        whole.extend(fields);
    }
    draft_with(whole, server.access_key(), server.secret())
}

/// A draft for the scene's bucket at any place, with this key.
pub fn draft_with(fields: Value, access_key: &str, secret: &str) -> ConnectionDraft {
    let mut whole = json!({
        "name": "Files",
        "bucket": BUCKET,
        "region": "us-east-1",
        "containerTags": ["shared"],
        "everyMinutes": 0,
        "credentials": {"kind": "access_key", "accessKeyId": access_key, "secretAccessKey": secret},
    });
    if let (Some(whole), Value::Object(fields)) = (whole.as_object_mut(), fields) {
        whole.extend(fields);
    }
    serde_json::from_value(whole).unwrap()
}

/// What a face tells of a preview when it starts a sync from it.
pub fn previewed(summary: &PlanSummary) -> Previewed {
    let PlanSummary { totals, removals, fingerprint, .. } = summary.clone();
    Previewed { totals, removals, fingerprint }
}

/// Totals of new, changed, retagged, unchanged, skipped, removed, kept.
pub fn totals(summary: &PlanSummary) -> [u64; 7] {
    let PlanTotals { new, changed, retagged, unchanged, skipped, removed, kept } = summary.totals;
    [new, changed, retagged, unchanged, skipped, removed, kept]
}
