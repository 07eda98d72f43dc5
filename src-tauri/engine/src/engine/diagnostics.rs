//! The diagnostics file: made, shown to the person, and then saved as it was shown. What may stand in it, and why nothing
//! else can, is in [`crate::diagnostics`].

use std::path::Path;

use crate::connection::Settings;
use crate::diagnostics::{Alias, Aliases, Moment, Page, Region, Server, Shape, Token, base, credentials, one_of};
use crate::diagnostics::{destination, proxy};
use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::{Address, KnowledgeBase};
use crate::store::connections::ConnectionRow;
use crate::store::{connections, documents, runs};
use crate::sync::now;
use crate::tag::TagRule;
use crate::view::{AppSettings, ConnectionView, Diagnostics, LocalApiSettings, RunView, SavedFile};

use super::exports::{self, Part};
use super::{Engine, lock};

/// Newest runs that are told of each connection.
const RUNS: u32 = 20;
/// Sessions and desktops that are told by name.
const SESSIONS: [&str; 4] = ["x11", "wayland", "tty", "none"];
const DESKTOPS: [&str; 12] = [
    "GNOME",
    "ubuntu:GNOME",
    "KDE",
    "XFCE",
    "X-Cinnamon",
    "MATE",
    "LXQt",
    "LXDE",
    "sway",
    "Hyprland",
    "Budgie",
    "none",
];

/// What is read of a connection.
struct Facts {
    row: ConnectionRow,
    states: Vec<(crate::plan::DocumentState, u64)>,
    refusals: Vec<(ErrorCode, u64)>,
    runs: Vec<RunView>,
}

impl Engine {
    /// Writes down what helps to find out why something does not work: versions, sizes, settings, states, error codes.
    /// No name, bucket, address, key or secret is in it. Nothing is saved.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn diagnostics_make(&self) -> Result<Diagnostics> {
        let text = self.report().await?;
        let made = Diagnostics { id: uuid::Uuid::now_v7().to_string(), text };
        *lock(&self.diagnostics) = Some(made.clone());
        Ok(made)
    }

    /// Saves a report in Downloads, exactly as it was made and shown.
    ///
    /// # Errors
    /// `invalid_request` where another one was made since; `file_not_written`.
    pub async fn diagnostics_save(&self, id: String) -> Result<SavedFile> {
        let made = lock(&self.diagnostics).clone().filter(|made| made.id == id);
        let made =
            made.ok_or_else(|| Error::new(ErrorCode::InvalidRequest, "this report is gone; make another one"))?;
        crate::store::blocking(move || save(&exports::downloads(), &made.text)).await
    }

    async fn report(&self) -> Result<String> {
        let (facts, schema) = self
            .store
            .read(|db| Ok((read(db)?, db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap_or(0))))
            .await?;
        let views = self.connection_list().await?;
        let (settings, local_api) = (self.app_settings_get().await?, *self.local_api_wish().borrow());
        let mut page = Page::default();
        page.part(0, "S3 Connector diagnostics");
        page.fact(1, "made", Moment(now()));
        page.fact(1, "left out", "names, buckets, addresses, keys, tags, rules, secrets");
        about_app(&mut page);
        about_folder(&mut page, &self.data_dir, schema);
        page.fact(1, "documents in the library", self.library.document_count());
        page.fact(1, "a damaged state file was set aside", self.store.set_aside().is_some());
        about_settings(&mut page, &settings, &local_api);
        let mut bases = Aliases::of("knowledge-base");
        self.about_bases(&mut page, &mut bases).await?;
        about_connections(&mut page, &facts, &views, &mut bases);
        Ok(page.text())
    }

    async fn about_bases(&self, page: &mut Page, aliases: &mut Aliases) -> Result<()> {
        let views = self.knowledge_base_list().await?;
        page.part(0, "Knowledge bases");
        page.fact(1, "known", views.len() as u64);
        for view in &views {
            let Ok(address) = Address::parse(&view.address) else { continue };
            page.part(1, aliases.alias(&view.address));
            page.fact(2, "is", base(&address));
            page.fact(2, "server", Server::of(&view.address).filter(|_| !view.is_hosted));
            page.fact(2, "has a key", view.has_key);
            page.fact(2, "has hosted connections", view.connectors);
            page.fact(2, "last answered", view.checked_at.map(Moment));
            page.fact(2, "documents", view.documents);
            let client = lock(&self.supermemories).get(&address).cloned();
            page.fact(2, "asked for fewer requests since the start", client.map(|client| client.throttled()));
        }
        Ok(())
    }
}

fn save(folder: &Path, text: &str) -> Result<SavedFile> {
    let mut part = Part::begin(folder)?;
    part.write(text.as_bytes())?;
    part.finish_new("s3-connector-diagnostics", "txt")
}

fn read(db: &rusqlite::Connection) -> Result<Vec<Facts>> {
    connections::all(db)?
        .into_iter()
        .map(|row| {
            let states = documents::by_state(db, row.number)?;
            let refusals = documents::by_error(db, row.number)?;
            let runs = runs::newest(db, Some(&row.connection.id), RUNS)?;
            Ok(Facts { row, states, refusals, runs })
        })
        .collect()
}

fn about_app(page: &mut Page) {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    page.part(0, "App");
    page.fact(1, "version", env!("CARGO_PKG_VERSION"));
    page.fact(1, "SQLite", rusqlite::version());
    page.fact(1, "system", (std::env::consts::OS, std::env::consts::ARCH));
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let of = |name: &str| {
        let value = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| Token::of_system(value.trim_matches('"')))
    };
    page.fact(1, "distribution", (of("ID"), of("VERSION_ID")));
    page.fact(1, "session", one_of(&SESSIONS, &variable("XDG_SESSION_TYPE").unwrap_or_else(|| "none".into())));
    page.fact(1, "desktop", one_of(&DESKTOPS, &variable("XDG_CURRENT_DESKTOP").unwrap_or_else(|| "none".into())));
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable);
    page.fact(1, "locale", locale.as_deref().and_then(Token::of_locale));
}

fn about_folder(page: &mut Page, folder: &Path, schema: u64) {
    let size = |name: &str| std::fs::metadata(folder.join(name)).map_or(0, |file| file.len());
    page.part(0, "Data folder");
    page.fact(1, "state file, bytes", size("state.db"));
    page.fact(1, "its log, bytes", size("state.db-wal"));
    page.fact(1, "library, bytes", size("library.db"));
    page.fact(1, "schema", schema);
}

fn about_settings(page: &mut Page, settings: &AppSettings, local_api: &LocalApiSettings) {
    let AppSettings { notifications, start_hidden, transfers, bandwidth, proxy: choice } = settings;
    page.part(0, "Settings");
    page.fact(1, "notifications", *notifications);
    page.fact(1, "starts hidden", *start_hidden);
    page.fact(1, "transfers at once", u64::from(*transfers));
    page.fact(1, "bandwidth, bytes a second", *bandwidth);
    page.fact(1, "proxy", proxy(choice));
    let names =
        ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];
    let set: Vec<&'static str> = names.into_iter().filter(|name| std::env::var_os(name).is_some()).collect();
    page.fact(1, "proxies of the environment", Some(set).filter(|set| !set.is_empty()));
    page.fact(1, "local API on", local_api.enabled);
    page.fact(1, "local API port", u64::from(local_api.port));
}

fn about_connections(page: &mut Page, facts: &[Facts], views: &[ConnectionView], bases: &mut Aliases) {
    let (mut names, mut buckets) = (Aliases::of("connection"), Aliases::of("bucket"));
    page.part(0, "Connections");
    page.fact(1, "known", facts.len() as u64);
    for facts in facts {
        let connection = &facts.row.connection;
        page.part(1, names.alias(&connection.id));
        about_place(page, &connection.settings, buckets.alias(&connection.settings.bucket));
        about_rules(page, &connection.settings);
        let (place, base) = destination(&connection.settings.destination, bases);
        page.fact(2, "documents go to", (place, base));
        page.fact(2, "every, minutes", connection.settings.every_minutes.map(u64::from));
        page.fact(2, "added", Moment(connection.created_at));
        page.fact(2, "last listing", facts.row.listed_at.map(Moment));
        page.fact(2, "that listing was complete", facts.row.listed_complete);
        page.fact(2, "paused", facts.row.pause.is_some());
        page.fact(2, "being deleted", facts.row.deleting.is_some());
        if let Some(view) = views.iter().find(|view| view.id == connection.id) {
            page.fact(2, "state", view.state);
            page.fact(2, "next due", view.next_due_at.map(Moment));
        }
        page.fact(2, "documents by state", Some(facts.states.clone()).filter(|states| !states.is_empty()));
        page.fact(2, "documents by error", Some(facts.refusals.clone()).filter(|errors| !errors.is_empty()));
        facts.runs.iter().for_each(|run| about_run(page, run));
    }
}

fn about_place(page: &mut Page, settings: &Settings, bucket: Alias) {
    page.fact(2, "bucket", bucket);
    match &settings.endpoint {
        Some(endpoint) => page.fact(2, "server", Server::of(endpoint)),
        None => page.fact(2, "server", "Amazon S3"),
    }
    page.fact(2, "region", Region::of(&settings.region));
    page.fact(2, "addressing", settings.addressing);
    page.fact(2, "credentials", credentials(&settings.credentials));
    page.fact(2, "certificates of its own", settings.ca_file.is_some());
    page.fact(2, "requester pays", settings.requester_pays);
}

fn about_rules(page: &mut Page, settings: &Settings) {
    let tagging = &settings.tagging;
    page.fact(2, "prefix", Shape::of(&settings.prefix));
    page.fact(2, "tag rule", tagging.rule.as_ref().map(TagRule::pattern).and_then(Shape::of));
    page.fact(2, "tags", tagging.tags.len() as u64);
    page.fact(2, "where the rule does not match", tagging.on_no_match);
    page.fact(2, "where a tag is not valid", tagging.on_illegal_tag);
    page.fact(2, "where an object is gone", settings.on_gone);
    page.fact(2, "filters", settings.filters.len() as u64);
    page.fact(2, "largest size, bytes", settings.max_size);
    page.fact(2, "document limit", u64::from(settings.document_limit));
}

fn about_run(page: &mut Page, run: &RunView) {
    page.part(2, ("run of", Moment(run.started_at)));
    let milliseconds = run.finished_at.map(|end| u64::try_from(end - run.started_at).unwrap_or(0));
    page.fact(3, "ended", (run.state, run.error.as_ref().map(|error| error.code)));
    page.fact(3, "started by", run.trigger);
    page.fact(3, "milliseconds", milliseconds);
    page.fact(3, "trial of", run.trial.map(u64::from));
    let counts = [
        ("listed", run.listed),
        ("sent", run.sent),
        ("removed", run.removed),
        ("skipped", run.skipped),
        ("failed", run.failed),
        ("held back", run.held_back),
        ("bytes", run.bytes),
    ];
    page.fact(3, "counted", counts.to_vec());
}
