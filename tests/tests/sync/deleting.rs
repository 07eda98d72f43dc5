//! Deleting a connection: what goes in which order, and what is left when it cannot be finished.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{Error, ErrorCode, Result};
use s3_connector_engine::secrets::{MemorySecrets, Secret, SecretStore};
use s3_connector_engine::view::{ConnectionState, SyncOptions};
use s3_connector_tests::held::{library, rows};
use s3_connector_tests::memory_s3::MemoryS3;
use s3_connector_tests::scene::{BUCKET, draft};
use serde_json::json;

/// A keychain that can be locked, and looks at the data folder whenever a secret is taken out.
#[derive(Default)]
struct Watching {
    inner: MemorySecrets,
    folder: PathBuf,
    locked: AtomicBool,
}

impl SecretStore for Watching {
    fn set(&self, name: &str, secret: &Secret) -> Result<()> {
        self.inner.set(name, secret)
    }

    fn get(&self, name: &str) -> Result<Option<Secret>> {
        self.inner.get(name)
    }

    fn delete(&self, name: &str) -> Result<()> {
        assert!(library(&self.folder).is_empty() && rows(&self.folder).is_empty(), "the secret goes last");
        if self.locked.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorCode::KeychainLocked, "locked by the test"));
        }
        self.inner.delete(name)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_goes_last_and_a_locked_keychain_only_delays_it() {
    let server = MemoryS3::start().await;
    (0..30).for_each(|note| server.put(BUCKET, &format!("{note}.md"), format!("pelican {note}")));
    let folder = tempfile::tempdir().unwrap();
    let keychain = Arc::new(Watching { folder: folder.path().to_owned(), ..Watching::default() });
    let open = async || Engine::open(folder.path(), Arc::clone(&keychain) as Arc<dyn SecretStore>).await.unwrap();
    let engine = open().await;
    let id = engine.connection_add(draft(&server, json!({}))).await.unwrap().id;
    let run = engine.sync_start(id.clone(), SyncOptions::default()).await.unwrap();
    assert_eq!(engine.run_wait(&run.id).await.unwrap().sent, 30);

    keychain.locked.store(true, Ordering::Relaxed);
    let error = engine.connection_delete(id.clone(), false).await.expect_err("locked");
    assert_eq!(error.code, ErrorCode::KeychainLocked);
    assert_eq!(engine.connection_find(&id).await.unwrap().state, ConnectionState::Deleting);
    engine.shut_down().await;
    drop(engine);

    // It opens all the same, and the connection is still on its way out.
    let engine = open().await;
    assert_eq!(engine.connection_find(&id).await.unwrap().state, ConnectionState::Deleting);
    engine.shut_down().await;
    drop(engine);

    keychain.locked.store(false, Ordering::Relaxed);
    let engine = open().await;
    assert!(engine.connection_list().await.unwrap().is_empty());
    assert!(keychain.get(&format!("{id}/secretAccessKey")).unwrap().is_none());
}
