//! The one face of the engine: everything that a window, an API or a command line can do.
//!
//! This room holds what is shared by all commands (the open files, the running syncs, who listens) and leaves the
//! work to the others: [`connections`](self) edits, [`drafts`](self) preview what is being typed, [`studio`](self) tries its rule, [`doctor`](self) tries connections,
//! [`runs`](self) start and watch syncs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::connection::{Credentials, Settings};
use crate::error::{Error, ErrorCode, Result};
use crate::event::EngineEvent;
use crate::knowledge_base::library::Library;
use crate::knowledge_base::supermemory::Supermemory;
use crate::knowledge_base::{Address, KnowledgeBase, SearchQuery, SearchReply, TagCount};
use crate::network::Network;
use crate::secrets::{Secret, SecretStore};
use crate::source::{Limits, ObjectSource, ResolvedCredentials, S3Source};
use crate::store::{Store, runs};
use crate::sync::now;
use crate::view::{AppStatus, Diagnostics};

mod background;
mod bases;
mod comparison;
mod connections;
mod diagnostics;
mod doctor;
mod drafts;
pub mod exports;
mod feed;
mod forms;
mod hosted;
mod keys;
mod library;
mod lines;
mod local_api;
mod notices;
mod previews;
mod removals;
mod running;
mod settings;
mod settling;
mod show;
mod sign_ins;
mod story;
mod studio;
mod trouble;
mod unwritten;

pub use local_api::{DEFAULT_PORT, local_api_token};

use drafts::Draft;
use local_api::LocalApi;
use running::Running;

/// Events that a slow listener may fall behind by before it misses some.
const EVENT_BUFFER: usize = 256;

/// The engine over one data folder. [`Engine::shut_down`] ends everything it started; whatever is under way when
/// the process dies is taken up by the next run.
pub struct Engine {
    store: Arc<Store>,
    library: Arc<Library>,
    secrets: Arc<dyn SecretStore>,
    data_dir: PathBuf,
    events: broadcast::Sender<EngineEvent>,
    running: Mutex<HashMap<String, Running>>,
    previews: Mutex<HashMap<String, Arc<previews::Preview>>>,
    draft: Mutex<Option<Arc<Draft>>>,
    comparison: Mutex<comparison::Kept>,
    turns: Semaphore,
    waiting: Mutex<background::Waiting>,
    asked: Mutex<notices::Asked>,
    sign_ins: Mutex<sign_ins::SignIns>,
    unwritten: Mutex<unwritten::Unwritten>,
    followed: Mutex<settling::Followed>,
    supermemories: Mutex<HashMap<Address, Arc<Supermemory>>>,
    local_api: LocalApi,
    chosen: settings::Chosen,
    diagnostics: Mutex<Option<Diagnostics>>,
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({})", self.data_dir.display())
    }
}

/// The data folder that app and `s3c` share unless told otherwise.
pub fn default_data_dir() -> PathBuf {
    dirs::data_dir().unwrap_or_else(|| PathBuf::from(".")).join("s3-connector")
}

impl Engine {
    /// Opens the data folder (made if it is missing), and locks it. Runs that a dead process left open are closed;
    /// deletions that had begun go on.
    ///
    /// # Errors
    /// `data_folder_busy`, `data_folder_unusable`, `state_newer`, `disk_full`.
    pub async fn open(data_dir: &Path, secrets: Arc<dyn SecretStore>) -> Result<Arc<Self>> {
        let folder = data_dir.to_owned();
        let (store, library) = crate::store::blocking(move || {
            let store = Store::open(&folder)?;
            let library = Library::open(&folder.join("library.db"))?;
            Ok((store, library))
        })
        .await?;
        store.write(|db| runs::close_left_open(db, now())).await?;
        let local_api = LocalApi::read(&store).await?;
        let chosen = settings::Chosen::read(&store).await?;
        let engine = Arc::new(Self {
            store: Arc::new(store),
            library: Arc::new(library),
            secrets,
            data_dir: data_dir.to_owned(),
            events: broadcast::channel(EVENT_BUFFER).0,
            running: Mutex::default(),
            previews: Mutex::default(),
            draft: Mutex::default(),
            comparison: Mutex::default(),
            turns: Semaphore::new(running::TURNS),
            waiting: Mutex::default(),
            asked: Mutex::default(),
            sign_ins: Mutex::default(),
            unwritten: Mutex::default(),
            followed: Mutex::default(),
            supermemories: Mutex::default(),
            local_api,
            chosen,
            diagnostics: Mutex::default(),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
        });
        engine.resume_deletions().await?;
        Ok(engine)
    }

    /// Hears of everything from now on. A listener that falls behind reads the rows again.
    pub fn events(&self) -> broadcast::Receiver<EngineEvent> {
        self.events.subscribe()
    }

    /// Cancels every run, waits until they have ended, and starts nothing any more.
    pub async fn shut_down(&self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Version, folders, counts.
    ///
    /// # Errors
    /// What the library's file says.
    pub async fn app_status(&self) -> Result<AppStatus> {
        let folder = self.data_dir.clone();
        let data_bytes = crate::store::blocking(move || Ok(size_of(&folder))).await?;
        Ok(AppStatus {
            data_bytes,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            data_dir: self.data_dir.display().to_string(),
            sqlite_version: rusqlite::version().to_owned(),
            library_documents: self.library.document_count(),
            state_set_aside: self.store.set_aside().map(|path| path.display().to_string()),
        })
    }

    /// Searches the library.
    ///
    /// # Errors
    /// What the library's file says; any text is a legal query.
    pub async fn library_search(&self, query: SearchQuery) -> Result<SearchReply> {
        self.library.search(&query).await
    }

    /// The library's containers.
    ///
    /// # Errors
    /// What the library's file says.
    pub async fn library_tags(&self) -> Result<Vec<TagCount>> {
        self.library.tags().await
    }

    /// Tells every listener; nobody listening is no error.
    fn tell(&self, event: EngineEvent) {
        let _ = self.events.send(event);
    }
}

/// Bytes of the files in a folder. The data folder has no folders in it, and a file that goes away meanwhile counts nothing.
fn size_of(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).filter(std::fs::Metadata::is_file).map(|file| file.len()).sum()
}

/// Name of a secret in the keychain: its owner (a connection's id, the address of a knowledge base) and what it is.
fn secret_name(owner: &str, field: &str) -> String {
    format!("{owner}/{field}")
}

const SECRET_ACCESS_KEY: &str = "secretAccessKey";
const SESSION_TOKEN: &str = "sessionToken";

/// Runs keychain work where it may block: it can wait for a person to unlock.
async fn with_secrets<T: Send + 'static>(
    secrets: &Arc<dyn SecretStore>,
    work: impl FnOnce(&dyn SecretStore) -> Result<T> + Send + 'static,
) -> Result<T> {
    let secrets = Arc::clone(secrets);
    crate::store::blocking(move || work(secrets.as_ref())).await
}

/// Finds the credentials of a saved connection.
async fn resolve(
    secrets: &Arc<dyn SecretStore>,
    connection: &str,
    credentials: &Credentials,
) -> Result<ResolvedCredentials> {
    match credentials {
        Credentials::Environment => Ok(ResolvedCredentials::Environment),
        Credentials::Profile { name } => Ok(ResolvedCredentials::Profile(name.clone())),
        Credentials::Anonymous => Ok(ResolvedCredentials::Anonymous),
        Credentials::AccessKey { access_key_id, session_token } => {
            let (id, wants_token) = (connection.to_owned(), *session_token);
            let (secret, token) = with_secrets(secrets, move |keychain| {
                let secret = keychain.get(&secret_name(&id, SECRET_ACCESS_KEY))?;
                let token = if wants_token { keychain.get(&secret_name(&id, SESSION_TOKEN))? } else { None };
                Ok((secret, token))
            })
            .await?;
            let missing = || Error::new(ErrorCode::SecretMissing, format!("access key {access_key_id}"));
            Ok(access_key(access_key_id, secret.ok_or_else(missing)?, token))
        }
    }
}

fn access_key(access_key_id: &str, secret: Secret, session_token: Option<Secret>) -> ResolvedCredentials {
    ResolvedCredentials::Keys { access_key_id: access_key_id.to_owned(), secret, session_token }
}

/// The bucket of these settings. Objects of it may lie in the folder while they are on their way.
async fn source(
    folder: &Path,
    network: &Network,
    settings: &Settings,
    credentials: &ResolvedCredentials,
) -> Result<Arc<dyn ObjectSource>> {
    let source = S3Source::over(network, settings, credentials, Limits::default()).await?;
    Ok(Arc::new(source.spooling_in(folder)))
}

/// A lock that a panic elsewhere does not take away: the values behind these locks are whole between statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
