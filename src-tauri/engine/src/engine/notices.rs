//! Tells whoever shows notifications what to say; [`crate::notice`] decides it. What a person knows of each connection is
//! kept in the state file, so that a restart neither repeats nor forgets anything.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio::time::MissedTickBehavior;

use crate::error::Result;
use crate::event::EngineEvent;
use crate::notice::{Known, Notice, Occasion, counts, is_first_sync, judge, newest, standing_to};
use crate::sign_in;
use crate::store::settings;
use crate::sync::now;
use crate::view::{ConnectionView, RunView, SignIn};

use super::{Engine, lock};

/// Names of what is remembered, in the settings.
const KNOWN: &str = "known_to_person";
const SAID: &str = "said_once";
/// How often the wall clock is looked at while something waits to be told.
const TICK: Duration = Duration::from_secs(30);
/// Runs that are looked at, the newest: enough to tell how a connection stands.
const RUNS: u32 = 50;
/// Notices that may wait to be shown.
const BUFFER: usize = 32;

/// Connections whose next end of a run a person waits for.
pub(super) type Asked = HashSet<String>;

impl Engine {
    /// What is to be told from now on. For the one face that shows notifications: what is read here counts as told.
    pub fn notices(self: &Arc<Self>) -> mpsc::Receiver<Notice> {
        let (notices, receiver) = mpsc::channel(BUFFER);
        let events = self.events();
        let teller = Teller {
            engine: Arc::clone(self),
            notices,
            known: HashMap::new(),
            sign_ins: HashMap::new(),
            later: HashMap::new(),
        };
        self.tasks.spawn(teller.listen(events));
        receiver
    }

    /// Somebody waits to hear how the next run of this connection ends.
    pub fn expect_answer(&self, connection_id: &str) {
        lock(&self.asked).insert(connection_id.to_owned());
    }

    /// Nobody waits any more: the run did not start.
    pub fn expect_no_answer(&self, connection_id: &str) {
        lock(&self.asked).remove(connection_id);
    }

    /// Whether this was never said to the person before; from now on it was.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn is_first_time(&self, what: &'static str) -> Result<bool> {
        self.store
            .write(move |db| {
                let mut said: HashSet<String> = settings::get(db, SAID)?.unwrap_or_default();
                let is_first = said.insert(what.to_owned());
                if is_first {
                    settings::set(db, SAID, &said)?;
                }
                Ok(is_first)
            })
            .await
    }
}

struct Teller {
    engine: Arc<Engine>,
    notices: mpsc::Sender<Notice>,
    known: HashMap<String, Known>,
    /// The sign-ins of connections as they were looked at last.
    sign_ins: HashMap<String, SignIn>,
    /// Connections that have something to tell and may not yet, with when they may.
    later: HashMap<String, i64>,
}

impl Teller {
    async fn listen(mut self, mut events: broadcast::Receiver<EngineEvent>) {
        self.known = self.engine.store.read(|db| settings::get(db, KNOWN)).await.ok().flatten().unwrap_or_default();
        self.look_at_all().await;
        let closing = self.engine.closing.clone();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = closing.cancelled() => return,
                event = events.recv() => match event {
                    Ok(EngineEvent::RunEnded { run }) => self.hear(&run).await,
                    // What was not wanted before may be now; what was missed is in the rows.
                    Ok(EngineEvent::Settings { .. }) | Err(RecvError::Lagged(_)) => self.look_at_all().await,
                    Ok(EngineEvent::Connection { connection }) => self.see(&connection).await,
                    Ok(EngineEvent::ConnectionRemoved { id }) => self.forget(&id),
                    Ok(EngineEvent::LocalApi { .. } | EngineEvent::Forms { .. }) => {}
                    Err(RecvError::Closed) => return,
                },
                _ = tick.tick(), if !self.later.is_empty() => self.look_at_what_may_speak().await,
            }
        }
    }

    async fn hear(&mut self, run: &RunView) {
        let is_asked = lock(&self.engine.asked).remove(&run.connection_id);
        if counts(run) {
            self.look(&run.connection_id, if is_asked { Occasion::Asked } else { Occasion::RunEnded }).await;
        }
    }

    /// Of a connection as such only its sign-in may be worth a word.
    async fn see(&mut self, connection: &ConnectionView) {
        if self.sign_ins.get(&connection.id) != connection.sign_in.as_ref() {
            self.look(&connection.id, Occasion::Later).await;
        }
    }

    fn forget(&mut self, id: &str) {
        self.later.remove(id);
        self.sign_ins.remove(id);
    }

    async fn look_at_all(&mut self) {
        let Ok(views) = self.engine.connection_list().await else { return };
        let ids: HashSet<String> = views.into_iter().map(|view| view.id).collect();
        self.known.retain(|id, _| ids.contains(id));
        for id in ids {
            self.look(&id, Occasion::Later).await;
        }
    }

    async fn look_at_what_may_speak(&mut self) {
        let now = now();
        let ids: Vec<String> = self.later.iter().filter(|(_, at)| **at <= now).map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.look(&id, Occasion::Later).await;
        }
    }

    async fn look(&mut self, id: &str, occasion: Occasion) {
        // A state file that does not answer now is asked again at the next occasion.
        let Ok(runs) = self.engine.run_list(Some(id.to_owned()), RUNS).await else { return };
        let Ok(view) = self.engine.show(id).await else { return };
        let (now, wish) = (now(), self.engine.app_settings().borrow().notifications);
        let known = self.known.get(id).copied().unwrap_or_default();
        let judged = judge(occasion, wish, known, standing_to(known, &runs), is_first_sync(&runs), now);
        let sign_in = sign_in::judge(wish, judged.known, view.sign_in.as_ref(), newest(&runs), now);
        self.learn(id, known, sign_in.known).await;
        match judged.again_at.into_iter().chain(sign_in.again_at).min() {
            Some(at) => self.later.insert(id.to_owned(), at),
            None => self.later.remove(id),
        };
        match &view.sign_in {
            Some(sign_in) => self.sign_ins.insert(id.to_owned(), sign_in.clone()),
            None => self.sign_ins.remove(id),
        };
        if let (Some(news), Some(run)) = (judged.news, runs.into_iter().find(counts)) {
            self.tell(Notice::Run { news, run: Box::new(run) }).await;
        }
        if let (true, Some(sign_in)) = (sign_in.tells, view.sign_in) {
            self.tell_of_sign_in(view.id, view.name, sign_in, now).await;
        }
    }

    /// What ends at one moment is one sign-in: it is told once, however many connections it serves.
    async fn tell_of_sign_in(&mut self, connection_id: String, connection_name: String, sign_in: SignIn, now: i64) {
        let mut others = 0;
        for other in self.engine.connection_list().await.unwrap_or_default() {
            let Some(same) = other.sign_in.filter(|other| other.ends_at == sign_in.ends_at) else { continue };
            if other.id != connection_id {
                others += 1;
                let known = self.known.get(&other.id).copied().unwrap_or_default();
                self.learn(&other.id, known, sign_in::told(known, &same, now)).await;
            }
        }
        self.tell(Notice::SignIn { connection_id, connection_name, others, sign_in }).await;
    }

    async fn tell(&self, notice: Notice) {
        // Nobody listens any more only when the app is on its way out.
        let _ = self.notices.send(notice).await;
    }

    async fn learn(&mut self, id: &str, known: Known, learnt: Known) {
        if learnt != known {
            self.known.insert(id.to_owned(), learnt);
            self.remember().await;
        }
    }

    async fn remember(&self) {
        let known = self.known.clone();
        // At worst something is said twice after a restart.
        let _ = self.engine.store.write(move |db| settings::set(db, KNOWN, &known)).await;
    }
}
