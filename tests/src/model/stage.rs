//! The stage of a script: a data folder with a real state file, and runs of the real engine over it.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rusqlite::Connection as Db;
use s3_connector_engine::connection::{Connection, ConnectionDraft, SecretNeed, Settings};
use s3_connector_engine::error::Result;
use s3_connector_engine::knowledge_base::KnowledgeBase;
use s3_connector_engine::laws::Laws;
use s3_connector_engine::scope::{Filter, FilterDraft, FilterKind};
use s3_connector_engine::source::ObjectSource;
use s3_connector_engine::store::connections::ConnectionRow;
use s3_connector_engine::store::{Store, connections, documents, runs};
use s3_connector_engine::sync::afterwards::afterwards;
use s3_connector_engine::sync::judge::Rules;
use s3_connector_engine::sync::progress::Progress;
use s3_connector_engine::sync::sides::Sides;
use s3_connector_engine::sync::{Ends, Run};
use s3_connector_engine::tag::{ContainerTag, OnNoMatch, TagRule, Tagging};
use s3_connector_engine::view::{RunState, RunTrigger};
use serde_json::json;
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use super::rows::Rows;
use super::script::{Fault, Faults, Io, Rule};
use super::world::{Course, Wishes, World};

/// Documents that the engine has on their way at once.
pub const LANES: usize = 8;
/// The one connection.
const CONNECTION: &str = "c1";
const STATE_FILE: &str = "state.db";
/// `PRAGMA synchronous` where a commit is on disk before its effect.
const FULL: i64 = 2;

/// Files and what is in them.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A data folder, an engine and the world around them.
pub struct Stage {
    world: Arc<World>,
    store: Option<Arc<Store>>,
    laws: Laws,
    number: i64,
    runs: u32,
    folder: tempfile::TempDir,
}

impl Stage {
    /// An empty world with a connection that was just set up.
    pub fn new(laws: Laws) -> Self {
        let folder = folder();
        let path = folder.path().join(STATE_FILE);
        fs::write(&path, blank()).unwrap();
        let number =
            Db::open(&path).unwrap().query_row("SELECT number FROM connections", [], |row| row.get(0)).unwrap();
        let world = Arc::new(World::new(laws, Rows::new(&path, number)));
        let mut stage = Self { world, store: None, laws, number, runs: 0, folder };
        stage.clear();
        stage
    }

    /// Clears the stage for another script: an empty world, and a connection that was just set up.
    pub fn clear(&mut self) {
        self.world.state().begin();
        let (number, at) = (self.number, self.world.clock());
        self.write(move |db| {
            for table in ["run_items", "runs", "documents", "objects", "stretches", "plans"] {
                db.execute(&format!("DELETE FROM {table}"), []).unwrap();
            }
            // What was just set up is not compared with what is held.
            connections::set_audited(db, number, Some(at))
        });
    }

    /// The world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The state file loses its documents, and knows that it is older than what is held.
    pub fn lose(&mut self) {
        self.write(|db| {
            db.execute("DELETE FROM documents", []).unwrap();
            connections::forget_audits(db)
        });
    }

    /// A person asks to send again what was refused.
    pub fn retry(&mut self) {
        let number = self.number;
        self.write(move |db| documents::ask_retry(db, number, &[]).map(drop));
    }

    /// A run, from its row in the state file to its end; `None` where it did not come to an end.
    pub fn run(&mut self, faults: &Faults) -> Option<RunState> {
        self.runs += 1;
        let id = format!("run-{}", self.runs);
        let (begun, at) = (id.clone(), self.world.clock());
        let connection = self.connection();
        let of = connection.number;
        let number = self.write(move |db| {
            runs::close_left_open_of(db, of, at)?;
            runs::begin(db, of, &begun, RunTrigger::Manual, None, at)
        });
        let store = self.store();
        Builder::new_current_thread().build().unwrap().block_on(store.remember_run(number)).unwrap();
        let (world, laws) = (Arc::clone(&self.world), self.laws);
        let run = move |cancel, progress| Run {
            store,
            connection,
            id,
            number,
            cancel,
            progress,
            confirmed_removals: faults.confirmed,
            trial: None,
            transfers: super::LANES,
            previewed: None,
            clock: Arc::new(move || world.clock()),
            laws,
        };
        let source = Arc::clone(&self.world) as Arc<dyn ObjectSource>;
        let base = Arc::clone(&self.world) as Arc<dyn KnowledgeBase>;
        self.play(faults, |cancel, progress| run(cancel, progress).go(async { Ok(Ends { source, base }) }))
    }

    /// A look after what waits; `None` where it did not come to an end.
    pub fn settle(&mut self, faults: &Faults) -> Option<()> {
        let ConnectionRow { number, connection, .. } = self.connection();
        let (store, world, laws) = (self.store(), Arc::clone(&self.world), self.laws);
        let rules = Rules { laws, ..Rules::new(CONNECTION, &connection.settings, world.intake()) };
        self.play(faults, |cancel, _| async move {
            let (destination, at) = (connection.settings.destination.name(), world.clock());
            let base = world.as_ref() as &dyn KnowledgeBase;
            let sides = Sides { store: &store, base, connection: number, destination, laws };
            afterwards(sides, &rules, &cancel, at).await
        })
    }

    /// The connection with its settings as they are wished now.
    fn connection(&mut self) -> ConnectionRow {
        let settings = settings(&self.world.state().wishes);
        self.write(move |db| {
            connections::update(db, CONNECTION, &settings)?;
            connections::by_id(db, CONNECTION)
        })
    }

    /// Plays something over the state file, with what befalls it.
    fn play<T, F: Future<Output = Result<T>>>(
        &mut self,
        faults: &Faults,
        part: impl FnOnce(CancellationToken, Arc<Progress>) -> F,
    ) -> Option<T> {
        let store = self.store();
        let runtime = Builder::new_current_thread().build().unwrap();
        let (cancel, progress) = (CancellationToken::new(), Arc::new(Progress::new(self.world.clock())));
        let stage = &*self;
        let (end, before) = runtime.block_on(async {
            let is_cut = faults.hits.iter().any(|(_, fault)| *fault == Fault::Cut);
            let before = if is_cut { stage.power_cut_leaves(&store).await } else { None };
            let crash = stage.begin(faults, &cancel, &progress);
            let end = tokio::select! {
                biased;
                () = crash.cancelled() => None,
                end = part(cancel.clone(), Arc::clone(&progress)) => end.ok(),
            };
            (end, before)
        });
        // What the run has left behind ends with its runtime.
        drop(runtime);
        let mut state = self.world.state();
        let crashed = state.course.as_ref().is_some_and(|course| course.crash.is_cancelled());
        let cut = state.course.as_ref().is_some_and(|course| course.cut);
        if crashed {
            self.store = None;
            state.rows.close();
        }
        if let (true, Some(before)) = (cut, before) {
            self.restore(&before);
        }
        state.judge_end(LANES);
        state.end();
        state.pass(1);
        end
    }

    fn begin(&self, faults: &Faults, cancel: &CancellationToken, progress: &Arc<Progress>) -> CancellationToken {
        let mut state = self.world.state();
        let crash = CancellationToken::new();
        let rows = state.rows.all();
        let course = Course {
            cancel: cancel.clone(),
            progress: Arc::clone(progress),
            faults: faults.clone(),
            crash: crash.clone(),
            cut: false,
            dead: false,
            under_way: Vec::new(),
            sent: HashSet::new(),
            lasting: state.bucket.objects.keys().cloned().collect(),
            seen: BTreeMap::new(),
            shown: Vec::new(),
            held: 0,
            rows,
            bare: 0,
            counted: [0; Io::ALL.len()],
        };
        state.course = Some(course);
        crash
    }

    /// What a power cut may leave of the state file: `None` where every commit is on disk before its effect.
    async fn power_cut_leaves(&self, store: &Store) -> Option<Files> {
        let synchronous = |db: &rusqlite::Transaction<'_>| {
            Ok(db.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0)).unwrap())
        };
        let is_safe = store.write(synchronous).await.unwrap() == FULL;
        let read = |path: PathBuf| (path.clone(), fs::read(path).unwrap());
        (!is_safe).then(|| files(self.folder.path()).into_iter().map(read).collect())
    }

    fn restore(&self, before: &Files) {
        files(self.folder.path()).iter().for_each(|path| fs::remove_file(path).unwrap());
        before.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
    }

    fn store(&mut self) -> Arc<Store> {
        let world = Arc::clone(&self.world);
        let (folder, laws) = (self.folder.path(), self.laws);
        let store = self
            .store
            .get_or_insert_with(|| Arc::new(Store::open_gated(folder, laws, move || world.commit()).unwrap()));
        Arc::clone(store)
    }

    /// Writes past every run.
    fn write<T: Send + 'static>(
        &mut self,
        statements: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        let store = self.store();
        Builder::new_current_thread().build().unwrap().block_on(store.write(statements)).unwrap()
    }
}

/// A folder in memory, where there is one: nothing of it has to outlive the test.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let builder = tempfile::Builder::new();
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { builder.tempdir() }.unwrap()
}

/// The state file and its log; SQLite makes the rest anew.
fn files(folder: &Path) -> Vec<PathBuf> {
    let is_state = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(STATE_FILE));
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(is_state).collect()
}

/// A state file with one connection, made once.
fn blank() -> &'static [u8] {
    static BLANK: OnceLock<Vec<u8>> = OnceLock::new();
    BLANK.get_or_init(|| {
        let folder = folder();
        let store = Store::open(folder.path()).unwrap();
        let connection = Connection { id: CONNECTION.into(), created_at: 0, settings: blank_settings() };
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(store.write(move |db| connections::insert(db, &connection))).unwrap();
        drop(store);
        let path = folder.path().join(STATE_FILE);
        // The whole of it is in the one file then.
        Db::open(&path).unwrap().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        fs::read(path).unwrap()
    })
}

fn settings(wishes: &Wishes) -> Settings {
    let mut settings = blank_settings();
    settings.document_limit = wishes.limit;
    settings.on_gone = wishes.gone;
    let exclude = |key: &String| Filter::parse(&FilterDraft { kind: FilterKind::Exclude, glob: key.clone() }).unwrap();
    settings.filters = wishes.out.iter().map(exclude).collect();
    settings.tagging = tagging(wishes.rule);
    settings
}

fn blank_settings() -> Settings {
    let draft =
        json!({"bucket": "model", "region": "auto", "containerTags": ["A"], "credentials": {"kind": "anonymous"}});
    let draft: ConnectionDraft = serde_json::from_value(draft).unwrap();
    draft.validate(SecretNeed::MayBeSaved).unwrap().0
}

/// The rule as a person would write it.
fn tagging(rule: Rule) -> Tagging {
    let pattern = match rule {
        Rule::A | Rule::B => None,
        Rule::Own => Some("^(?<key>k(?:[2-9]|[0-9]{2,}))$"),
        Rule::None => Some("^(?<nothing>x)$"),
    };
    let tags = [ContainerTag::parse(if rule == Rule::B { "B" } else { "A" }).unwrap()];
    let rule = pattern.map(|pattern| TagRule::parse(pattern).unwrap());
    Tagging { rule, tags: tags.into(), on_no_match: OnNoMatch::Skip, on_illegal_tag: Default::default() }
}
