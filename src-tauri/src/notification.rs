//! What a person is told when they do not look at the window. What is worth a word, and when, the engine decides
//! ([`s3_connector_engine::notice`]); here it gets its words and a place in the window.
//!
//! The desktop's notification daemon is asked on a thread of its own per notification, because it answers only
//! when the notification is clicked or gone, and because nothing it does may disturb a sync.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use jiff::{Timestamp, Zoned};
use notify_rust::{Notification, NotificationResponse};
use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::ErrorView;
use s3_connector_engine::notice::{News, Notice};
use s3_connector_engine::view::{Notifications, RunState, RunView, SignIn, SignInAgain};
use tauri::{AppHandle, async_runtime};

use crate::start;
use crate::tray::{grouped, moment, removals};
use crate::window::{self, Place, Screen};

/// Some desktops keep notifications for days; beyond so many that wait for a click, a new one is shown without
/// hearing of its click.
const LISTENERS_LIMIT: usize = 16;

static LISTENERS: AtomicUsize = AtomicUsize::new(0);

/// A notification, and where in the window it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    title: String,
    body: String,
    place: Place,
}

/// Tells what the engine wants told while nobody sees the window, as long as it lives.
pub fn announce(app: &AppHandle, engine: &Arc<Engine>) {
    let (app, mut notices) = (app.clone(), engine.notices());
    async_runtime::spawn(async move {
        while let Some(notice) = notices.recv().await {
            if !window::is_seen(&app) {
                show(&app, words(&notice, &Zoned::now()));
            }
        }
    });
}

/// Tells that what was clicked in the tray could not be started.
pub fn tell_refused(app: &AppHandle, error: &ErrorView) {
    let place = Place::of(Screen::Connections);
    show(app, Told { title: "The sync could not start".to_owned(), body: sentence(error), place });
}

/// Tells, the first time, that the app goes on without its window.
pub async fn tell_hidden(app: &AppHandle, engine: &Engine) {
    let is_wanted = engine.app_settings().borrow().notifications != Notifications::None;
    if is_wanted && engine.is_first_time("window_hides").await.unwrap_or(false) {
        let title = "S3 Connector goes on in the tray".to_owned();
        let body = "It syncs as planned without its window. Its icon in the tray opens it again, or quits.".to_owned();
        show(app, Told { title, body, place: Place::of(Screen::Connections) });
    }
}

/// A notice in words, with its place.
fn words(notice: &Notice, now: &Zoned) -> Told {
    match notice {
        Notice::Run { news, run } => of_run(*news, run),
        Notice::SignIn { connection_id, connection_name, others, sign_in } => Told {
            title: ends(connection_name, *others, sign_in, now),
            body: then(&sign_in.again),
            place: Place::connection(connection_id),
        },
    }
}

fn of_run(news: News, run: &RunView) -> Told {
    let name = &run.connection_name;
    let title = match (news, run.state) {
        (News::FirstSync, _) => format!("First sync of {name} finished"),
        (News::WellAgain, _) => format!("{name} is well again"),
        (News::HeldBack, _) => format!("{name} holds back {}", removals(run.held_back)),
        (News::NeedsYou | News::RunEnded, RunState::PartlyCompleted) => format!("{name} is partly done"),
        (News::NeedsYou, _) => format!("{name} needs you"),
        (News::RunEnded, RunState::Failed) => format!("{name} could not sync"),
        (News::RunEnded, _) if run.trial.is_some() => format!("Trial of {name} finished"),
        (News::RunEnded, _) => format!("{name} is up to date"),
    };
    let body = match (news, &run.error) {
        (News::HeldBack, _) => {
            "Unusually many documents would go. Look at them, then confirm or correct it.".to_owned()
        }
        (_, Some(error)) => sentence(error),
        (_, None) => tally(run),
    };
    let place = match news {
        News::HeldBack => Place::removals_of(&run.connection_id),
        News::FirstSync | News::WellAgain | News::NeedsYou | News::RunEnded => Place::run(run),
    };
    Told { title, body, place }
}

fn ends(name: &str, others: u64, sign_in: &SignIn, now: &Zoned) -> String {
    let whose = match others {
        0 => name.to_owned(),
        1 => format!("{name} and 1 other connection"),
        _ => format!("{name} and {} other connections", grouped(others)),
    };
    let at = Timestamp::from_millisecond(sign_in.ends_at).map_or_else(|_| "soon".to_owned(), |at| moment(at, now));
    format!("Sign-in of {whose} ends {at}")
}

/// What to do once a sign-in has ended: earlier it may change nothing.
fn then(again: &SignInAgain) -> String {
    match again {
        SignInAgain::Command { command } => format!("Then sign in again: {command}"),
        SignInAgain::Tool => "Then sign in again as you did before.".to_owned(),
        SignInAgain::Restart => "Then start S3 Connector again with new credentials.".to_owned(),
    }
}

/// What happened, then what to do.
fn sentence(error: &ErrorView) -> String {
    format!("{}. {}.", error.message, error.solution)
}

/// What a run did, in numbers that are not zero.
fn tally(run: &RunView) -> String {
    let counts = [(run.sent, "sent"), (run.removed, "removed"), (run.skipped, "skipped"), (run.failed, "failed")];
    let said: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", grouped(*n))).collect();
    if said.is_empty() { "Nothing had changed.".to_owned() } else { format!("Documents: {}.", said.join(", ")) }
}

/// Shows it; a click on it opens the window at its place.
fn show(app: &AppHandle, told: Told) {
    let app = app.clone();
    let spawned = thread::Builder::new().name("notification".to_owned()).spawn(move || {
        if let Err(error) = show_and_listen(&app, &told) {
            start::complain(&format!("A notification could not be shown: {error}"));
        }
    });
    if let Err(error) = spawned {
        start::complain(&format!("A notification could not be shown: {error}"));
    }
}

fn show_and_listen(app: &AppHandle, told: &Told) -> notify_rust::error::Result<()> {
    let shown = Notification::new()
        .appname("S3 Connector")
        .icon("s3-connector")
        .summary(&told.title)
        .body(&plain(&told.body))
        .action("default", "Show")
        .show()?;
    if LISTENERS.fetch_add(1, Ordering::Relaxed) < LISTENERS_LIMIT {
        // The answer is lost with the daemon, and with it the notification.
        let _ = shown.wait_for_response(|response: &NotificationResponse| match response {
            NotificationResponse::Default | NotificationResponse::Action(_) => window::open_at(app, &told.place),
            NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => {}
        });
    }
    LISTENERS.fetch_sub(1, Ordering::Relaxed);
    Ok(())
}

/// Text as it is: the daemons of Linux read markup in the body.
#[cfg(all(unix, not(target_os = "macos")))]
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text as it is.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn plain(text: &str) -> String {
    text.to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use s3_connector_engine::error::{Error, ErrorCode};
    use s3_connector_engine::view::{RunTrigger, SignInStage};

    use super::*;

    pub(crate) fn run(state: RunState) -> RunView {
        RunView {
            id: "run-1".into(),
            connection_id: "connection-1".into(),
            connection_name: "Reports".into(),
            trigger: RunTrigger::Schedule,
            state,
            started_at: 0,
            finished_at: Some(1),
            listed: 0,
            sent: 0,
            removed: 0,
            skipped: 0,
            failed: 0,
            bytes: 0,
            held_back: 0,
            trial: None,
            drift: None,
            error: None,
        }
    }

    fn told(news: News, run: RunView) -> Told {
        words(&Notice::Run { news, run: Box::new(run) }, &Zoned::now())
    }

    #[test]
    fn the_end_of_a_sign_in_is_told_with_what_to_do_then_and_leads_to_its_connection() {
        let now: Zoned = "2026-11-25T13:10[UTC]".parse().expect("a time");
        let told = |others, again| {
            let ends_at = now.timestamp().as_millisecond() + 50 * 60_000;
            let sign_in = SignIn { ends_at, renews_itself: false, again, stage: SignInStage::Soon };
            let (connection_id, connection_name) = ("c1".to_owned(), "Reports".to_owned());
            words(&Notice::SignIn { connection_id, connection_name, others, sign_in }, &now)
        };
        let command = SignInAgain::Command { command: "aws sso login --profile work".to_owned() };
        let of_command = told(0, command);
        assert_eq!(of_command.title, "Sign-in of Reports ends today 14:00");
        assert_eq!(of_command.body, "Then sign in again: aws sso login --profile work");
        assert_eq!(of_command.place, Place::connection("c1"));
        assert_eq!(told(1, SignInAgain::Tool).title, "Sign-in of Reports and 1 other connection ends today 14:00");
        assert_eq!(told(2, SignInAgain::Tool).title, "Sign-in of Reports and 2 other connections ends today 14:00");
        assert_eq!(told(0, SignInAgain::Tool).body, "Then sign in again as you did before.");
        assert_eq!(told(0, SignInAgain::Restart).body, "Then start S3 Connector again with new credentials.");
    }

    #[test]
    fn every_news_has_its_title() {
        let title = |news, state| told(news, run(state)).title;
        assert_eq!(title(News::FirstSync, RunState::Completed), "First sync of Reports finished");
        assert_eq!(title(News::WellAgain, RunState::Completed), "Reports is well again");
        assert_eq!(title(News::NeedsYou, RunState::Failed), "Reports needs you");
        assert_eq!(title(News::NeedsYou, RunState::PartlyCompleted), "Reports is partly done");
        assert_eq!(title(News::RunEnded, RunState::Completed), "Reports is up to date");
        assert_eq!(title(News::RunEnded, RunState::PartlyCompleted), "Reports is partly done");
        assert_eq!(title(News::RunEnded, RunState::Failed), "Reports could not sync");
        let trial = RunView { trial: Some(10), ..run(RunState::Completed) };
        assert_eq!(told(News::RunEnded, trial).title, "Trial of Reports finished");
        for (held_back, title) in [(1, "Reports holds back 1 removal"), (1204, "Reports holds back 1,204 removals")] {
            let run = RunView { held_back, ..run(RunState::PartlyCompleted) };
            assert_eq!(told(News::HeldBack, run).title, title);
        }
    }

    #[test]
    fn the_body_says_what_was_done_or_what_to_do() {
        let mut run = run(RunState::Completed);
        assert_eq!(told(News::WellAgain, run.clone()).body, "Nothing had changed.");
        (run.sent, run.failed) = (1204, 3);
        assert_eq!(told(News::WellAgain, run.clone()).body, "Documents: 1,204 sent, 3 failed.");
        run.state = RunState::Failed;
        run.error = Some(Error::new(ErrorCode::AccessDenied, "s3:ListBucket on reports").view());
        assert_eq!(told(News::NeedsYou, run.clone()).body, "Access denied. Check IAM permissions and bucket policy.");
        let held = told(News::HeldBack, run).body;
        assert_eq!(held, "Unusually many documents would go. Look at them, then confirm or correct it.");
    }

    #[test]
    fn a_notice_leads_to_its_run_and_removals_to_where_they_are_confirmed() {
        let place = told(News::NeedsYou, run(RunState::Failed)).place;
        assert_eq!((place.screen, place.run_id.as_deref()), (Screen::Activity, Some("run-1")));
        let place = told(News::HeldBack, run(RunState::PartlyCompleted)).place;
        assert_eq!((place.screen, place.connection_id.as_deref()), (Screen::Removals, Some("connection-1")));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn markup_in_a_text_is_shown_and_not_obeyed() {
        assert_eq!(plain("Use <b>eu & us</b>"), "Use &lt;b&gt;eu &amp; us&lt;/b&gt;");
    }
}
