//! One run: list → decide → remove what must go first → send → settle → remove what was superseded.
//!
//! ```text
//!  ListObjectsV2 ─▶ objects ─┐
//!                            ├─▶ decide, key by key ─▶ fetch If-Match ─▶ put ─▶ documents ─▶ settle
//!               documents ───┘        (pure)              (lanes)           (one writer)
//! ```
//! The run holds nothing that the state file does not: whatever kills it, the next run computes the same plan
//! from what is left and goes on. Order matters and is the law: begun removals and wrong tags before any put,
//! keys that have a place before new ones, superseded versions last.

use std::sync::{Arc, Mutex};

use futures::{Stream, StreamExt, TryStreamExt, stream};
use tokio_util::sync::CancellationToken;

use crate::connection::Destination;
use crate::error::{Error, Result, Stops};
use crate::knowledge_base::KnowledgeBase;
use crate::laws::{Law, Laws};
use crate::plan::Step;
use crate::plan::totals::{Brake, Places};
use crate::source::ObjectSource;
use crate::store::connections::{self, ConnectionRow};
use crate::store::documents::Crowded;
use crate::store::keys::KeyRow;
use crate::store::{Store, documents, keys, runs};
use crate::view::{ItemOutcome, Previewed, RunItem, RunPhase, RunState};

pub mod afterwards;
pub mod audit;
pub mod identity;
pub mod judge;
pub mod ledger;
pub mod listing;
pub mod outcome;
mod pace;
pub mod planning;
pub mod progress;
pub mod removal;
pub mod settle;
pub mod sides;
pub mod survey;
mod transfer;
pub mod trial;

use judge::{Judgement, Rules};
use ledger::{Entry, Ledger, Owner};
use outcome::Standing;
use planning::{Outline, Plan, Planned};
use progress::{Progress, held};
use removal::{Leaving, Round};
use sides::Sides;

/// Milliseconds since 1970 UTC.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Where a run reads the time, in milliseconds since 1970 UTC: [`now`], or a clock that a test turns.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// A run of one connection.
pub struct Run {
    /// The state file.
    pub store: Arc<Store>,
    /// The connection.
    pub connection: ConnectionRow,
    /// Id of the run, whose row is open.
    pub id: String,
    /// Number of the run.
    pub number: i64,
    /// Cancels it.
    pub cancel: CancellationToken,
    /// Its counters.
    pub progress: Arc<Progress>,
    /// Bare removals that a person said yes to for this run.
    pub confirmed_removals: u64,
    /// Sends at most this many documents.
    pub trial: Option<u32>,
    /// At most this many documents are on their way at once.
    pub transfers: usize,
    /// The preview that it was started from.
    pub previewed: Option<Previewed>,
    /// The clock.
    pub clock: Clock,
    /// Which laws hold.
    pub laws: Laws,
}

/// The two ends of a run.
pub struct Ends {
    /// Where objects come from.
    pub source: Arc<dyn ObjectSource>,
    /// Where documents go.
    pub base: Arc<dyn KnowledgeBase>,
}

impl Run {
    /// Carries the run out, ends its row and tells how it ended. The ends are made here, so that a missing secret, key or
    /// profile is this run's error.
    pub async fn go(self, ends: impl Future<Output = Result<Ends>>) -> Result<RunState> {
        let destination = self.destination().to_owned();
        let owner = Owner { connection: self.connection.number, run: self.number, destination };
        let ledger = Ledger::open(Arc::clone(&self.store), owner);
        let mut standing = Standing::default();
        let worked = async {
            let ends = ends.await?;
            self.work(&ends, &ledger, &mut standing).await
        }
        .await;
        // An error of the ledger is the cause of whatever the lanes saw.
        let result = ledger.close().await.and(worked);
        let counts = self.progress.counts();
        let cancelled = self.cancel.is_cancelled();
        let (state, error) = outcome::outcome(result, cancelled, &counts, self.progress.first_failure(), standing);
        let id = self.id.clone();
        let at = self.now();
        self.store.write(move |db| runs::end(db, &id, state, &counts, error.as_ref(), at)).await?;
        Ok(state)
    }

    async fn work(&self, ends: &Ends, ledger: &Ledger, standing: &mut Standing) -> Result<()> {
        let (number, at) = (self.connection.number, self.now());
        self.store.write(move |db| documents::mark_left_intents(db, number, at)).await?;
        if let Destination::Supermemory(address) = &self.connection.connection.settings.destination {
            identity::check(&self.store, ends.base.as_ref(), address).await?;
        }
        if audit::is_due(&self.connection, at) {
            self.progress.enter(RunPhase::Auditing, at);
            let audit = audit::audit(self.sides(ends), &self.connection.connection.id, at);
            self.unless_cancelled(async { audit.await.map(drop) }).await?;
        }
        self.unless_cancelled(settle::settle(self.sides(ends), self.now())).await?;

        self.progress.enter(RunPhase::Listing, self.now());
        let settings = &self.connection.connection.settings;
        let listed = |count: usize| self.progress.add_listed(count as u64);
        let under = listing::Under::Prefix(&settings.prefix);
        let complete =
            listing::list(&self.store, Arc::clone(&ends.source), number, under, &self.cancel, &self.clock, listed)
                .await;
        // An error ends the run here, as a cancel does: nothing is decided on a listing without its end.
        if self.laws.hold(Law::Complete) && !complete? {
            return Ok(());
        }
        let intake = ends.base.intake();
        let rules = Rules { laws: self.laws, ..Rules::new(&self.connection.connection.id, settings, intake) };
        let rules = Arc::new(rules);
        let Some((plan, holds)) = self.plan(ledger, &rules, standing).await? else { return Ok(()) };
        self.carry_out(ends, ledger, &rules, &plan, Round::First { brake: holds }).await
    }

    /// Does what the plan says. What it has nothing to do with is not walked.
    async fn carry_out(
        &self,
        ends: &Ends,
        ledger: &Ledger,
        rules: &Arc<Rules>,
        plan: &Plan,
        first: Round,
    ) -> Result<()> {
        let is_held_busy = plan.outline.sums.held_busy > 0;
        self.progress.enter(RunPhase::Removing, self.now());
        if is_held_busy {
            self.remove_round(ends, ledger, rules, first, Which::Held).await?;
        }
        self.progress.enter(RunPhase::Sending, self.now());
        if is_held_busy {
            self.send(ends, ledger, rules, plan, Sending::KeysWithPlace).await?;
        }
        if !plan.is_idle() {
            self.send(ends, ledger, rules, plan, Sending::NewKeys).await?;
        }
        self.progress.enter(RunPhase::Settling, self.now());
        let has_settled = self.unless_cancelled(settle::settle(self.sides(ends), self.now())).await?;
        // Where nothing was sent and nothing had waited, nothing was superseded.
        if plan.is_idle() && !has_settled {
            return Ok(());
        }
        self.remove_round(ends, ledger, rules, Round::Last, Which::SeveralRows).await
    }

    /// Asks, unless it is cancelled: what was answered by then is written down, and the rest is asked by the next run.
    async fn unless_cancelled<T: Default>(&self, asking: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Ok(T::default()),
            asked = asking => asked,
        }
    }

    /// Plans, and tells whether bare removals are held back; `None` when it is cancelled.
    async fn plan(&self, ledger: &Ledger, rules: &Arc<Rules>, standing: &mut Standing) -> Result<Option<(Plan, bool)>> {
        self.progress.enter(RunPhase::Deciding, self.now());
        let number = self.connection.number;
        let planned = Planned { number, rules: Arc::clone(rules), destination: self.destination().to_owned() };
        let plan = planning::plan(&self.store, planned, self.trial, self.cancel.clone(), self.now()).await?;
        let Some(plan) = plan else { return Ok(None) };
        let confirmed = self.confirmed_removals.max(self.connection.confirmed_removals);
        let brake = Brake { confirmed, ..plan.outline.sums.brake };
        // What was shown was said yes to by starting from it, and no more than that.
        let shown = self.previewed.as_ref().map(|previewed| previewed.removals);
        let beyond_shown = shown.is_some_and(|shown| brake.bare > shown.max(confirmed));
        let holds = (brake.holds() || beyond_shown) && self.laws.hold(Law::Brake);
        *standing = Standing { held: brake.held, held_back: if holds { brake.bare } else { 0 }, shown };
        self.progress.set_held_back(standing.held_back);
        let Outline { summary, skipped, .. } = &plan.outline;
        let totals = &summary.totals;
        self.progress.set_plan(plan.sends, plan.bytes, totals.skipped, if holds { 0 } else { totals.removed });
        if let Some(drift) = self.previewed.as_ref().and_then(|previewed| previewed.drift(summary)) {
            self.progress.set_drift(drift);
            let id = self.id.clone();
            self.store.write(move |db| runs::set_drift(db, &id, &drift)).await?;
        }
        for item in skipped {
            ledger.enter(Entry::Item(self.progress.next_line(), item.clone())).await?;
        }
        if self.connection.confirmed_removals > 0 {
            // A yes is for one run: this one has counted with it.
            self.store.write(move |db| connections::set_confirmed_removals(db, number, 0)).await?;
        }
        Ok(Some((plan, holds)))
    }

    fn sides<'a>(&'a self, ends: &'a Ends) -> Sides<'a> {
        let (store, base) = (self.store.as_ref(), ends.base.as_ref());
        Sides { store, base, connection: self.connection.number, destination: self.destination(), laws: self.laws }
    }

    fn destination(&self) -> &str {
        self.connection.connection.settings.destination.name()
    }

    fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Walks keys with documents, and removes what leaves in this round.
    async fn remove_round(
        &self,
        ends: &Ends,
        ledger: &Ledger,
        rules: &Rules,
        round: Round,
        which: Which,
    ) -> Result<()> {
        let mut after = String::new();
        let mut group: Vec<Leaving> = Vec::new();
        let mut doubts = 0;
        while !self.cancel.is_cancelled() {
            let page = self.next_keys(after, which).await?;
            let Some(last) = page.last() else { return self.remove_group(ends, ledger, group).await };
            after = last.key.as_str().to_owned();
            for key in &page {
                // What is not begun is decided anew by the next run.
                if self.cancel.is_cancelled() {
                    return Ok(());
                }
                let judgement = rules.judge(key, true);
                let leaving = removal::leaving(rules, key, &judgement, round, self.now());
                let bare = leaving.iter().find(|l| l.is_bare).filter(|_| rules.needs_look(key));
                // The listing did not show it; the bucket itself has to say that it is gone.
                if let Some(bare) = bare
                    && self.laws.hold(Law::FreshLook)
                    && (doubts >= removal::DOUBTS || !self.is_gone(ends.source.as_ref(), ledger, bare).await?)
                {
                    doubts += 1;
                    continue;
                }
                group.extend(leaving);
                if group.len() >= removal::GROUP {
                    self.remove_group(ends, ledger, std::mem::take(&mut group)).await?;
                }
            }
        }
        Ok(())
    }

    /// Whether the bucket answers that a key is gone. What it says instead is this document's failure.
    async fn is_gone(&self, source: &dyn ObjectSource, ledger: &Ledger, leaving: &Leaving) -> Result<bool> {
        let error = match removal::is_gone(source, &leaving.row).await {
            Ok(true) => return Ok(true),
            Ok(false) => removal::left_out(&leaving.row),
            Err(error) if error.code.stops() == Stops::Object => error,
            Err(error) => return Err(error),
        };
        self.progress.add_failed(&error);
        let (code, detail) = (Some(error.code.name()), Some(error.detail));
        let item = RunItem { outcome: ItemOutcome::Failed, code, detail, ..removed_item(leaving, self.now()) };
        ledger.enter(Entry::Item(self.progress.next_line(), item)).await?;
        Ok(false)
    }

    /// The next keys of a kind.
    async fn next_keys(&self, after: String, which: Which) -> Result<Vec<KeyRow>> {
        let number = self.connection.number;
        self.store
            .read(move |db| match which {
                Which::All => keys::page(db, number, &after),
                Which::Held => keys::held_page(db, number, &after),
                Which::SeveralRows => documents::crowded_keys(db, number, Crowded::SeveralRows, &after, keys::PAGE)?
                    .iter()
                    .map(|key| keys::one(db, number, key))
                    .collect(),
            })
            .await
    }

    async fn remove_group(&self, ends: &Ends, ledger: &Ledger, mut group: Vec<Leaving>) -> Result<()> {
        while !group.is_empty() {
            let rest = group.split_off(group.len().min(removal::GROUP));
            let gone = removal::remove(self.sides(ends), group, self.now()).await?;
            let mut last_key = None;
            for leaving in gone.iter().filter(|l| l.is_bare) {
                // A key with two documents is one removal to the person.
                if last_key != Some(&leaving.row.key) {
                    self.progress.add_removed();
                }
                last_key = Some(&leaving.row.key);
                ledger.enter(Entry::Item(self.progress.next_line(), removed_item(leaving, self.now()))).await?;
            }
            group = rest;
        }
        Ok(())
    }

    /// Sends what is wanted and not held, several documents at once, in key order. What came of it is on disk then.
    async fn send(
        &self,
        ends: &Ends,
        ledger: &Ledger,
        rules: &Arc<Rules>,
        plan: &Plan,
        sending: Sending,
    ) -> Result<()> {
        let connection = &self.connection.connection;
        let progress = self.progress.as_ref();
        let (source, base, settings) = (ends.source.as_ref(), ends.base.as_ref(), &connection.settings);
        let clock = &self.clock;
        let laws = self.laws;
        // What stops the run starts nothing more, and lets puts that are under way be answered: dropped, each of them
        // would be one that nobody knows the fate of.
        let stop = self.cancel.child_token();
        let cause = Mutex::new(None);
        let width = base.lanes().min(self.transfers).max(1);
        let lanes =
            transfer::Lanes::new(&connection.id, settings, source, base, ledger, progress, &stop, clock, laws, width);
        let places = Mutex::new(self.places(plan, sending).await?);
        self.planned_puts(rules, plan, sending, &places)
            .take_until(stop.cancelled())
            .try_for_each_concurrent(width, |(key, judgement)| {
                let (lanes, stop, cause) = (&lanes, &stop, &cause);
                async move {
                    if let Err(error) = lanes.send(&key, &judgement).await {
                        held(cause).get_or_insert(error);
                        stop.cancel();
                    }
                    Ok(())
                }
            })
            .await?;
        match cause.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            Some(error) => Err(error),
            None => ledger.flush().await,
        }
    }

    /// Places that are free now: a place is free when its row is gone, not when its removal is planned.
    async fn places(&self, plan: &Plan, sending: Sending) -> Result<Places> {
        let number = self.connection.number;
        let limit = self.connection.connection.settings.document_limit;
        match sending {
            Sending::KeysWithPlace => Ok(Places::default()),
            Sending::NewKeys if !self.laws.hold(Law::Places) => {
                Ok(Places::new(limit, plan.outline.sums.places, plan.outline.sums.leaving))
            }
            Sending::NewKeys => {
                let taken = self.store.read(move |db| documents::places(db, number)).await?;
                Ok(Places::new(limit, taken, 0))
            }
        }
    }

    /// The puts of a pass, in key order, read page by page while the lanes work.
    fn planned_puts<'a>(
        &'a self,
        rules: &'a Arc<Rules>,
        plan: &'a Plan,
        sending: Sending,
        places: &'a Mutex<Places>,
    ) -> impl Stream<Item = Result<(KeyRow, Judgement)>> + 'a {
        // A key that has a place has a document.
        let which = if sending.needs_place() { Which::All } else { Which::Held };
        let is_over = move || {
            let is_full = || held(places).free() == 0;
            self.cancel.is_cancelled() || (sending.needs_place() && is_full())
        };
        let pages = stream::try_unfold(String::new(), move |after| async move {
            if is_over() {
                return Ok::<_, Error>(None);
            }
            let page = self.next_keys(after, which).await?;
            let next = page.last().map(|last| last.key.as_str().to_owned());
            Ok(next.map(|next| (page, next)))
        });
        let planned = move |key: KeyRow| {
            if plan.trial.as_ref().is_some_and(|taken| !taken.contains(&key.key)) {
                return None;
            }
            let judgement = rules.judge(&key, true);
            let fate = judgement.fate?;
            let wanted = judgement.decision.steps.contains(&Step::Put) && fate.needs_place == sending.needs_place();
            let goes = wanted && (!fate.needs_place || held(places).take());
            goes.then_some((key, judgement))
        };
        pages
            .map_ok(move |page| stream::iter(page.into_iter().filter_map(planned).map(Ok).collect::<Vec<_>>()))
            .try_flatten()
    }
}

/// Which keys a walk goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    /// Those with documents.
    Held,
    /// Those with more than one.
    SeveralRows,
}

/// Which puts a pass sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sending {
    /// Keys that have a place: changed and retagged ones, and what a crash left.
    KeysWithPlace,
    /// New keys, into places that are free.
    NewKeys,
}

impl Sending {
    fn needs_place(self) -> bool {
        self == Self::NewKeys
    }
}

fn removed_item(leaving: &Leaving, at: i64) -> RunItem {
    let row = &leaving.row;
    let (key, tag) = (row.key.as_str().to_owned(), row.tag.to_string());
    RunItem { key, tag, outcome: ItemOutcome::Removed, code: None, detail: None, size: row.size, at, is_new: None }
}

/// Removes every document of a connection from the knowledge base, whatever its state; resumable at any point.
/// Returns how many rows still wait (busy over there).
///
/// # Errors
/// What the knowledge base or the state file says.
pub async fn remove_everything(sides: Sides<'_>) -> Result<u64> {
    let Sides { store, connection, .. } = sides;
    let mut waiting = 0;
    // What lands while the first walk goes on is known to the second.
    for _ in 0..2 {
        waiting = 0;
        let mut after = 0;
        loop {
            let rows = store.read(move |db| documents::page(db, connection, after, removal::GROUP as u32)).await?;
            let Some(last) = rows.last() else { break };
            after = last.sequence;
            let count = rows.len();
            let group = rows.into_iter().map(|row| Leaving { row, heir: None, is_bare: false, stays: false }).collect();
            let gone = removal::remove(sides, group, now()).await?;
            waiting += (count - gone.len()) as u64;
        }
        if waiting == 0 {
            break;
        }
    }
    Ok(waiting)
}
