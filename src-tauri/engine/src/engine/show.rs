//! Rows as faces see them.

use crate::connection::Settings;
use crate::error::{Error, ErrorCode, Result};
use crate::event::EngineEvent;
use crate::schedule;
use crate::store::connections::ConnectionRow;
use crate::store::{connections, documents, runs};
use crate::sync::now;
use crate::tag::TagRule;
use crate::view::{ConnectionState, ConnectionView, RunState, RunView};

use super::{Engine, lock};

impl Engine {
    /// Every connection with how it stands, by name.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn connection_list(&self) -> Result<Vec<ConnectionView>> {
        let mut views = self
            .store
            .read(|db| connections::all(db)?.into_iter().map(|row| view(db, row)).collect::<Result<Vec<_>>>())
            .await?;
        for view in &mut views {
            self.add_progress(view);
            self.show_unwritten(view);
            self.show_waiting(view);
        }
        self.show_sign_ins(&mut views).await;
        Ok(views)
    }

    /// The connection of this name or id.
    ///
    /// # Errors
    /// `connection_not_found`.
    pub async fn connection_find(&self, name_or_id: &str) -> Result<ConnectionView> {
        let wanted = name_or_id.to_lowercase();
        let views = self.connection_list().await?;
        let found = views.into_iter().find(|view| view.id == name_or_id || view.name.to_lowercase() == wanted);
        found.ok_or_else(|| Error::new(ErrorCode::ConnectionNotFound, name_or_id))
    }

    /// One connection as it stands now.
    pub(super) async fn show(&self, id: &str) -> Result<ConnectionView> {
        let id = id.to_owned();
        let mut shown = self.store.read(move |db| view(db, connections::by_id(db, &id)?)).await?;
        self.add_progress(&mut shown);
        self.show_unwritten(&mut shown);
        self.show_waiting(&mut shown);
        self.show_sign_ins(std::slice::from_mut(&mut shown)).await;
        Ok(shown)
    }

    /// Tells listeners how a connection stands now, and whoever asked too. One that cannot be read now is read again by
    /// whoever needs it.
    pub(super) async fn tell_connection(&self, id: &str) -> Option<ConnectionView> {
        let connection = self.show(id).await.ok()?;
        self.tell(EngineEvent::Connection { connection: connection.clone() });
        Some(connection)
    }

    pub(super) fn add_progress(&self, view: &mut ConnectionView) {
        view.progress = lock(&self.running).get(&view.id).and_then(super::running::Running::sample);
    }
}

fn view(db: &rusqlite::Connection, row: ConnectionRow) -> Result<ConnectionView> {
    let counts = documents::counts(db, row.number)?;
    let last_run = runs::newest(db, Some(&row.connection.id), 1)?.into_iter().next();
    let Settings { name, bucket, region, endpoint, prefix, tagging, .. } = row.connection.settings.clone();
    let settings = row.connection.settings;
    let pause = row.pause.filter(|pause| pause.holds(now()));
    let facts = schedule::Facts {
        id: &row.connection.id,
        every_minutes: settings.every_minutes,
        created_at: row.connection.created_at,
        last_started_at: last_run.as_ref().map(|run| run.started_at),
        last_finished_at: last_run.as_ref().and_then(|run| run.finished_at),
        setbacks: runs::setbacks(db, row.number)?,
        pause,
    };
    let next_due_at = schedule::next_due(&facts, now());
    Ok(ConnectionView {
        state: state(row.deleting.is_some(), pause.is_some(), last_run.as_ref()),
        documents: counts.held,
        waiting: counts.waiting,
        last_complete_at: runs::last_complete_at(db, row.number)?,
        next_due_at,
        pause,
        last_run,
        progress: None,
        sign_in: None,
        recent_runs: runs::bars(db, row.number)?,
        id: row.connection.id,
        created_at: row.connection.created_at,
        name,
        bucket,
        region,
        endpoint: endpoint.unwrap_or_default(),
        prefix,
        container_tag_regex: tagging.rule.as_ref().map(TagRule::pattern).unwrap_or_default().to_owned(),
        container_tags: tagging.tags.iter().map(ToString::to_string).collect(),
        document_limit: settings.document_limit,
        on_no_match: tagging.on_no_match,
        on_illegal_tag: tagging.on_illegal_tag,
        on_gone: settings.on_gone,
        filters: settings.filters.iter().map(|filter| filter.draft().clone()).collect(),
        max_size: settings.max_size,
        ca_file: settings.ca_file.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
        requester_pays: settings.requester_pays,
        addressing: settings.addressing,
        every_minutes: settings.every_minutes.unwrap_or(0),
        destination: settings.destination,
        credentials: settings.credentials,
    })
}

fn state(deleting: bool, paused: bool, last_run: Option<&RunView>) -> ConnectionState {
    let is_trial = last_run.is_some_and(|run| run.trial.is_some());
    match last_run.map(|run| run.state) {
        _ if deleting => ConnectionState::Deleting,
        Some(RunState::Running) => ConnectionState::Syncing,
        _ if paused => ConnectionState::Paused,
        None => ConnectionState::New,
        Some(RunState::Completed) if is_trial => ConnectionState::PartlyDone,
        Some(RunState::Completed) => ConnectionState::UpToDate,
        Some(RunState::PartlyCompleted) => ConnectionState::PartlyDone,
        Some(RunState::Failed) => ConnectionState::NeedsYou,
        Some(RunState::Cancelled | RunState::Interrupted) => ConnectionState::Stopped,
    }
}
