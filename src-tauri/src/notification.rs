//! What a person is told when they do not look at the window: that a first sync finished, that a connection
//! fell into trouble or got out of it, how the sync ended that they started. Never per file, never a routine
//! sync that went as the one before.
//!
//! The desktop's notification daemon is asked on a thread of its own per notification, because it answers only
//! when the notification is clicked or gone, and because nothing it does may disturb a sync.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use notify_rust::{Notification, NotificationResponse};
use s3_connector_engine::error::ErrorView;
use s3_connector_engine::event::EngineEvent;
use s3_connector_engine::view::{RunState, RunTrigger, RunView};
use tauri::{AppHandle, async_runtime};
use tokio::sync::broadcast::Receiver;

use crate::window::{self, Place, Screen};
use crate::{bridge, start};

/// Some desktops keep notifications for days; beyond so many that wait for a click, a new one is shown without
/// hearing of its click.
const LISTENERS_LIMIT: usize = 16;

static LISTENERS: AtomicUsize = AtomicUsize::new(0);

/// A notification, and where in the window it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Notice {
    title: String,
    body: String,
    place: Place,
}

/// Tells of runs that end while nobody sees the window, as long as there are events.
pub fn announce(app: &AppHandle, mut events: Receiver<EngineEvent>) {
    let app = app.clone();
    async_runtime::spawn(async move {
        while let Some(event) = bridge::next(&mut events).await {
            if let EngineEvent::RunEnded { run, first, turned } = event
                && let Some(notice) = notice(&run, first, turned)
                && !window::is_seen(&app)
            {
                show(&app, notice);
            }
        }
    });
}

/// Tells that what was clicked in the tray could not be started.
pub fn tell_refused(app: &AppHandle, error: &ErrorView) {
    let place = Place { screen: Screen::Connections, connection_id: None, run_id: None };
    show(app, Notice { title: "The sync could not start".to_owned(), body: sentence(error), place });
}

/// Whether a run that ended is worth a word, and which.
fn notice(run: &RunView, first: bool, turned: bool) -> Option<Notice> {
    let name = &run.connection_name;
    let asked_for = run.trigger == RunTrigger::Manual;
    let title = match run.state {
        RunState::Completed if first => format!("First sync of {name} finished"),
        RunState::Completed if turned => format!("{name} is well again"),
        RunState::Completed if asked_for => format!("{name} is up to date"),
        RunState::PartlyCompleted if turned || asked_for => format!("{name} is partly done"),
        RunState::Failed if turned || asked_for => format!("{name} needs you"),
        RunState::Completed | RunState::PartlyCompleted | RunState::Failed => return None,
        // Cancelled by the person who would be told, interrupted with the app that would tell, or not ended.
        RunState::Cancelled | RunState::Interrupted | RunState::Running => return None,
    };
    let body = match &run.error {
        Some(error) => sentence(error),
        None => tally(run),
    };
    let place = Place {
        screen: Screen::Activity,
        connection_id: Some(run.connection_id.clone()),
        run_id: Some(run.id.clone()),
    };
    Some(Notice { title, body, place })
}

/// What happened, then what to do.
fn sentence(error: &ErrorView) -> String {
    format!("{}. {}.", error.message, error.solution)
}

/// What a run did, in numbers that are not zero.
fn tally(run: &RunView) -> String {
    let counts = [(run.sent, "sent"), (run.removed, "removed"), (run.skipped, "skipped"), (run.failed, "failed")];
    let said: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", crate::tray::grouped(*n))).collect();
    if said.is_empty() { "Nothing had changed.".to_owned() } else { format!("Documents: {}.", said.join(", ")) }
}

/// Shows a notice; a click on it opens the window at its place.
fn show(app: &AppHandle, notice: Notice) {
    let app = app.clone();
    let spawned = thread::Builder::new().name("notification".to_owned()).spawn(move || {
        if let Err(error) = show_and_listen(&app, &notice) {
            start::complain(&format!("A notification could not be shown: {error}"));
        }
    });
    if let Err(error) = spawned {
        start::complain(&format!("A notification could not be shown: {error}"));
    }
}

fn show_and_listen(app: &AppHandle, notice: &Notice) -> notify_rust::error::Result<()> {
    let shown = Notification::new()
        .appname("S3 Connector")
        .icon("s3-connector")
        .summary(&notice.title)
        .body(&plain(&notice.body))
        .action("default", "Show")
        .show()?;
    if LISTENERS.fetch_add(1, Ordering::Relaxed) < LISTENERS_LIMIT {
        // The answer is lost with the daemon, and with it the notification.
        let _ = shown.wait_for_response(|response: &NotificationResponse| match response {
            NotificationResponse::Default | NotificationResponse::Action(_) => window::open_at(app, &notice.place),
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
mod tests {
    use s3_connector_engine::error::{Error, ErrorCode};

    use super::*;

    fn run(state: RunState, trigger: RunTrigger) -> RunView {
        RunView {
            id: "run-1".into(),
            connection_id: "connection-1".into(),
            connection_name: "Reports".into(),
            trigger,
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

    fn title(state: RunState, trigger: RunTrigger, first: bool, turned: bool) -> Option<String> {
        notice(&run(state, trigger), first, turned).map(|notice| notice.title)
    }

    #[test]
    fn a_routine_run_that_ends_as_the_one_before_is_silent() {
        for state in [RunState::Completed, RunState::PartlyCompleted, RunState::Failed] {
            assert_eq!(title(state, RunTrigger::Schedule, false, false), None, "{state:?}");
        }
    }

    #[test]
    fn the_first_success_is_told() {
        let told = title(RunState::Completed, RunTrigger::Schedule, true, false);
        assert_eq!(told.as_deref(), Some("First sync of Reports finished"));
    }

    #[test]
    fn falling_into_trouble_and_getting_out_of_it_are_told() {
        let told = |state| title(state, RunTrigger::Schedule, false, true);
        assert_eq!(told(RunState::Failed).as_deref(), Some("Reports needs you"));
        assert_eq!(told(RunState::PartlyCompleted).as_deref(), Some("Reports is partly done"));
        assert_eq!(told(RunState::Completed).as_deref(), Some("Reports is well again"));
    }

    #[test]
    fn a_run_that_a_person_started_is_told_however_it_ends() {
        let told = |state| title(state, RunTrigger::Manual, false, false);
        assert_eq!(told(RunState::Failed).as_deref(), Some("Reports needs you"));
        assert_eq!(told(RunState::PartlyCompleted).as_deref(), Some("Reports is partly done"));
        assert_eq!(told(RunState::Completed).as_deref(), Some("Reports is up to date"));
    }

    #[test]
    fn what_a_person_cancelled_or_the_end_of_the_app_interrupted_is_silent() {
        for state in [RunState::Cancelled, RunState::Interrupted, RunState::Running] {
            assert_eq!(title(state, RunTrigger::Manual, true, true), None, "{state:?}");
        }
    }

    #[test]
    fn the_body_says_what_was_done_or_what_to_do() {
        let body = |run: &RunView| notice(run, false, true).map(|notice| notice.body);
        let mut done = run(RunState::Completed, RunTrigger::Schedule);
        assert_eq!(body(&done).as_deref(), Some("Nothing had changed."));
        (done.sent, done.failed) = (1204, 3);
        assert_eq!(body(&done).as_deref(), Some("Documents: 1,204 sent, 3 failed."));
        done.state = RunState::Failed;
        done.error = Some(Error::new(ErrorCode::AccessDenied, "s3:ListBucket on reports").view());
        assert_eq!(body(&done).as_deref(), Some("Access denied. Check IAM permissions and bucket policy."));
    }

    #[test]
    fn a_notice_leads_to_its_run() {
        let notice = notice(&run(RunState::Failed, RunTrigger::Manual), false, false).expect("a notice");
        assert_eq!(notice.place.screen, Screen::Activity);
        assert_eq!(notice.place.run_id.as_deref(), Some("run-1"));
        assert_eq!(notice.place.connection_id.as_deref(), Some("connection-1"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn markup_in_a_text_is_shown_and_not_obeyed() {
        assert_eq!(plain("Use <b>eu & us</b>"), "Use &lt;b&gt;eu &amp; us&lt;/b&gt;");
    }
}
