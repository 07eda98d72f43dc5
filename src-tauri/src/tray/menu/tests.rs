use jiff::civil::date;
use jiff::tz::TimeZone;
use s3_connector_engine::connection::{Addressing, Credentials, Destination, OnGone};
use s3_connector_engine::error::{Error, ErrorCode};
use s3_connector_engine::schedule::Pause;
use s3_connector_engine::tag::{OnIllegalTag, OnNoMatch};
use s3_connector_engine::view::{RunPhase, RunProgress, RunState, RunView};

use super::status::{ago, moment, next_check, status};
use super::*;
use crate::notification::tests::run;

/// A Wednesday afternoon.
fn now() -> Zoned {
    date(2026, 3, 4).at(14, 0, 0, 0).to_zoned(TimeZone::UTC).expect("a time")
}

fn row(name: &str, state: ConnectionState) -> ConnectionView {
    ConnectionView {
        id: format!("id-of-{name}"),
        name: name.into(),
        bucket: "bucket".into(),
        region: "auto".into(),
        endpoint: String::new(),
        prefix: String::new(),
        container_tag_regex: String::new(),
        container_tags: vec!["tag".into()],
        document_limit: 10_000,
        on_no_match: OnNoMatch::default(),
        on_illegal_tag: OnIllegalTag::default(),
        on_gone: OnGone::default(),
        filters: vec![],
        max_size: None,
        ca_file: String::new(),
        requester_pays: false,
        addressing: Addressing::Auto,
        pause: None,
        every_minutes: 240,
        destination: Destination::default(),
        credentials: Credentials::Anonymous,
        created_at: 0,
        state,
        documents: 0,
        waiting: 0,
        last_complete_at: None,
        next_due_at: None,
        sign_in: None,
        last_run: None,
        progress: None,
        recent_runs: vec![],
    }
}

fn running(name: &str, phase: RunPhase, listed: u64, done: u64, planned: u64) -> ConnectionView {
    let progress = RunProgress {
        run_id: "run".into(),
        phase,
        listed,
        planned,
        done,
        bytes_planned: 0,
        bytes: 0,
        started_at: 0,
        sending_since: None,
        removing: 0,
        removed: 0,
        drift: None,
    };
    ConnectionView { progress: Some(progress), ..row(name, ConnectionState::Syncing) }
}

fn due(at: Zoned) -> ConnectionView {
    ConnectionView { next_due_at: Some(at.timestamp().as_millisecond()), ..row("a", ConnectionState::UpToDate) }
}

fn model(rows: &[ConnectionView]) -> MenuModel {
    model_with(rows, &[])
}

fn model_with(rows: &[ConnectionView], forms: &[WaitingForm]) -> MenuModel {
    menu(&rows.iter().collect::<Vec<_>>(), forms, &now(), false)
}

/// The form of the connection of this name, or of a new one.
fn form(of: Option<&str>) -> WaitingForm {
    WaitingForm { connection_id: of.map(|name| format!("id-of-{name}")) }
}

fn last_run(state: RunState) -> RunView {
    RunView { connection_name: "a".into(), ..run(state) }
}

fn holding(name: &str, held_back: u64) -> ConnectionView {
    let run = RunView { held_back, ..last_run(RunState::PartlyCompleted) };
    ConnectionView { last_run: Some(run), ..row(name, ConnectionState::PartlyDone) }
}

fn paused(name: &str) -> ConnectionView {
    ConnectionView { pause: Some(Pause { until: None }), ..row(name, ConnectionState::Paused) }
}

/// The menu as text: disabled lines in brackets, submenu lines after a dash.
fn text(model: &MenuModel) -> Vec<String> {
    let line = |leaf: &Leaf| if leaf.enabled { leaf.label.clone() } else { format!("[{}]", leaf.label) };
    let mut text = Vec::new();
    for entry in &model.entries {
        match entry {
            Entry::Separator => text.push("---".to_owned()),
            Entry::Leaf(leaf) => text.push(line(leaf)),
            Entry::Submenu { label, leaves } => {
                text.push((*label).to_owned());
                text.extend(leaves.iter().map(|leaf| format!("- {}", line(leaf))));
            }
        }
    }
    text
}

fn status_of(rows: &[ConnectionView]) -> String {
    status(&rows.iter().collect::<Vec<_>>(), &now())
}

#[test]
fn without_connections_there_is_nothing_to_sync() {
    assert_eq!(text(&model(&[])), ["[No connections yet]", "---", "Open", "Quit"]);
}

#[test]
fn at_rest_every_connection_can_be_synced_by_name() {
    let rows = [row("beta", ConnectionState::UpToDate), row("Alpha", ConnectionState::UpToDate)];
    assert_eq!(
        text(&model(&rows)),
        [
            "[Up to date]",
            "[Next check: only by hand]",
            "---",
            "Sync now",
            "- All connections",
            "- Alpha",
            "- beta",
            "Pause all",
            "- For an hour",
            "- Until tomorrow",
            "- Until I resume",
            "---",
            "Open",
            "Quit"
        ]
    );
}

#[test]
fn a_single_connection_is_synced_by_one_click() {
    let alone = row("a", ConnectionState::UpToDate);
    let lines = text(&model(std::slice::from_ref(&alone)));
    assert_eq!(lines[3..5], ["Sync now", "Pause"]);
    let Entry::Leaf(leaf) = &model(&[alone]).entries[3] else { panic!("no line of its own") };
    assert_eq!(leaf.choice, Some(Choice::Sync("id-of-a".into())));
}

#[test]
fn what_runs_can_be_cancelled_and_not_started_again() {
    let rows = [running("a", RunPhase::Sending, 300, 34, 210)];
    assert_eq!(
        text(&model(&rows)),
        [
            "[Syncing 34 of 210]",
            "[Next check: only by hand]",
            "---",
            "Cancel",
            "Pause",
            "- For an hour",
            "- Until tomorrow",
            "- Until I resume",
            "---",
            "Open",
            "Quit"
        ]
    );
    let two = [running("a", RunPhase::Listing, 0, 0, 0), running("b", RunPhase::Listing, 0, 0, 0)];
    assert_eq!(text(&model(&two))[3], "Cancel all 2 syncs");
    let beside = [running("a", RunPhase::Listing, 0, 0, 0), row("b", ConnectionState::UpToDate)];
    assert_eq!(text(&model(&beside))[3..8], ["Sync now", "- All connections", "- [a]", "- b", "Cancel"]);
}

#[test]
fn a_menu_of_very_many_connections_ends_with_the_way_to_all_of_them() {
    let rows: Vec<_> = (0..60).map(|i| row(&format!("{i:02}"), ConnectionState::UpToDate)).collect();
    let lines = text(&model(&rows));
    let more = lines.iter().position(|line| line == "- More in the window…").expect("a line for the rest");
    assert_eq!(lines[more - 1], "- 24");
}

#[test]
fn what_is_paused_can_go_on_and_what_is_not_can_be_paused() {
    let all = text(&model(&[paused("a"), paused("b")]));
    assert_eq!(all[..2], ["[Paused]", "[Next check: when you resume]"]);
    assert!(all.contains(&"Resume all".to_owned()) && !all.contains(&"Pause all".to_owned()), "{all:?}");
    let some = text(&model(&[paused("a"), row("b", ConnectionState::UpToDate)]));
    assert!(some.contains(&"Resume all".to_owned()) && some.contains(&"Pause all".to_owned()), "{some:?}");
    assert_eq!(some[0], "[Up to date]");
    assert!(text(&model(&[paused("a")])).contains(&"Resume".to_owned()));
}

#[test]
fn what_waits_for_a_yes_can_be_reviewed_and_nothing_else() {
    let review = |rows: &[ConnectionView]| {
        let lines = text(&model(rows));
        lines.into_iter().filter(|line| line.contains("eview") || line.contains("removal")).collect::<Vec<_>>()
    };
    assert_eq!(review(&[row("a", ConnectionState::PartlyDone)]), [""; 0]);
    assert_eq!(review(&[holding("a", 1)]), ["[a holds back 1 removal]", "Review 1 removal in a…"]);
    assert_eq!(
        review(&[holding("a", 1204), holding("b", 20)]),
        ["[2 connections hold back removals]", "Review", "- a: 1,204 removals…", "- b: 20 removals…"]
    );
    let during = ConnectionView { state: ConnectionState::Syncing, ..holding("a", 12) };
    assert_eq!(review(&[during]), [""; 0], "the run that is under way finds out anew");
}

#[test]
fn what_was_typed_and_not_saved_can_be_reviewed_behind_what_waits_for_a_yes() {
    let review = |rows: &[ConnectionView], forms: &[WaitingForm]| {
        let model = model_with(rows, forms);
        let waits = |line: &String| line.contains("eview") || line.starts_with("- ") && line.ends_with("…");
        text(&model).into_iter().filter(waits).collect::<Vec<_>>()
    };
    assert_eq!(review(&[], &[form(None)]), ["Review the connection you began…"]);
    let files = || row("files", ConnectionState::UpToDate);
    assert_eq!(review(&[files()], &[form(Some("files"))]), ["Review your unsaved edit of files…"]);
    assert_eq!(review(&[files()], &[form(Some("gone"))]), [""; 0], "a connection that is not there has no form");
    assert_eq!(
        review(&[files(), holding("notes", 12)], &[form(None), form(Some("files"))]),
        ["Review", "- notes: 12 removals…", "- A connection you began…", "- files: your unsaved edit…"]
    );
    assert_eq!(model_with(&[files()], &[form(None)]).glyph, Glyph::Idle, "nothing is wrong");
}

#[test]
fn who_wants_to_quit_while_a_sync_runs_sees_what_a_second_click_does() {
    let quit = |rows: &[ConnectionView], asked| {
        let model = menu(&rows.iter().collect::<Vec<_>>(), &[], &now(), asked);
        text(&model).pop().expect("a last line")
    };
    let busy = [running("a", RunPhase::Sending, 9, 1, 9)];
    assert_eq!(quit(&busy, false), "Quit");
    assert_eq!(quit(&busy, true), "Quit now (a sync is running)");
    assert_eq!(quit(&[row("a", ConnectionState::UpToDate)], true), "Quit", "nothing runs any more");
}

#[test]
fn progress_is_the_sum_of_what_runs_and_has_a_total_only_when_all_is_listed() {
    let sending = || running("a", RunPhase::Sending, 3000, 1034, 2000);
    assert_eq!(status_of(&[sending(), running("b", RunPhase::Removing, 9, 0, 5)]), "Syncing 1,034 of 2,005");
    let listing = running("b", RunPhase::Listing, 9, 0, 0);
    assert_eq!(status_of(&[sending(), listing]), "Syncing: 3,009 objects looked at");
    assert_eq!(status_of(&[running("b", RunPhase::Listing, 1, 0, 0)]), "Syncing: 1 object looked at");
    assert_eq!(status_of(&[row("b", ConnectionState::Syncing)]), "Syncing");
}

#[test]
fn the_status_line_tells_what_is_worst() {
    let mut rows = vec![row("a", ConnectionState::UpToDate)];
    let mut told = vec![status_of(&rows)];
    for (name, state) in [
        ("new", ConnectionState::New),
        ("stopped", ConnectionState::Stopped),
        ("partly", ConnectionState::PartlyDone),
        ("going", ConnectionState::Deleting),
        ("away", ConnectionState::Offline),
        ("away too", ConnectionState::Offline),
        ("bad", ConnectionState::NeedsYou),
        ("worse", ConnectionState::NeedsYou),
        ("busy", ConnectionState::Syncing),
    ] {
        rows.push(row(name, state));
        told.push(status_of(&rows));
    }
    assert_eq!(
        told,
        [
            "Up to date",
            "new is not synced yet",
            "stopped was stopped",
            "partly is partly done",
            "going is being deleted",
            "away waits for the network",
            "2 connections wait for the network",
            "bad needs you",
            "2 connections need you",
            "Syncing"
        ]
    );
}

#[test]
fn one_connection_in_trouble_is_named_with_what_is_wrong() {
    let error = Some(Error::new(ErrorCode::AccessDenied, "").view());
    let run = RunView { error, ..last_run(RunState::Failed) };
    let bad = ConnectionView { last_run: Some(run), ..row("Reports", ConnectionState::NeedsYou) };
    assert_eq!(status_of(&[bad, row("b", ConnectionState::UpToDate)]), "Reports needs you: Access denied");
}

#[test]
fn without_a_network_all_wait_for_it() {
    let now = now().timestamp().as_millisecond();
    let waiting = ConnectionView { next_due_at: Some(now - 1), ..row("a", ConnectionState::Offline) };
    let lines = text(&model(&[waiting]));
    assert_eq!(lines[..2], ["[Waiting for the network]", "[Next check: when the network is back]"]);
}

#[test]
fn up_to_date_is_as_old_as_the_oldest_of_what_is() {
    let now = now().timestamp().as_millisecond();
    let checked = |minutes: i64| ConnectionView {
        last_complete_at: Some(now - minutes * 60_000),
        ..row("a", ConnectionState::UpToDate)
    };
    assert_eq!(status_of(&[checked(2), checked(12)]), "Up to date · checked 12 min ago");
    let processed = ConnectionView { waiting: 3, ..checked(1) };
    assert_eq!(status_of(&[checked(2), processed]), "Sent, being processed");
}

#[test]
fn a_time_that_is_over_is_said_as_one_would_say_it() {
    let told = [0, 59_999, 60_000, 3_599_999, 7_200_000, 86_400_000, 3 * 86_400_000].map(ago);
    assert_eq!(told, ["just now", "just now", "1 min ago", "59 min ago", "2 h ago", "yesterday", "3 days ago"]);
}

#[test]
fn the_icon_shows_work_before_trouble_and_trouble_before_rest() {
    let glyph = |states: &[ConnectionState]| model(&states.iter().map(|s| row("a", *s)).collect::<Vec<_>>()).glyph;
    assert_eq!(glyph(&[]), Glyph::Idle);
    assert_eq!(glyph(&[ConnectionState::UpToDate, ConnectionState::PartlyDone]), Glyph::Idle);
    assert_eq!(glyph(&[ConnectionState::UpToDate, ConnectionState::Paused]), Glyph::Idle);
    assert_eq!(glyph(&[ConnectionState::Paused, ConnectionState::Paused]), Glyph::Paused);
    assert_eq!(glyph(&[ConnectionState::Paused, ConnectionState::Offline]), Glyph::Offline);
    assert_eq!(glyph(&[ConnectionState::Offline, ConnectionState::NeedsYou]), Glyph::NeedsYou);
    assert_eq!(glyph(&[ConnectionState::Syncing, ConnectionState::NeedsYou]), Glyph::Working);
    assert_eq!(model(&[holding("a", 12)]).glyph, Glyph::NeedsYou, "a yes is waited for");
}

#[test]
fn the_next_check_is_the_soonest_and_said_as_one_would_say_it() {
    let said = |rows: &[ConnectionView]| next_check(&rows.iter().collect::<Vec<_>>(), &now());
    let at = |day, hour| date(2026, 3, day).at(hour, 5, 0, 0).to_zoned(TimeZone::UTC).expect("a time");
    assert_eq!(said(&[due(at(4, 18)), row("by hand", ConnectionState::New), due(at(9, 1))]), "today 18:05");
    assert_eq!(said(&[due(at(5, 0))]), "tomorrow 00:05");
    assert_eq!(said(&[due(at(6, 9))]), "Friday 09:05");
    assert_eq!(said(&[due(at(10, 9))]), "Tuesday 09:05");
    assert_eq!(said(&[due(at(11, 9))]), "11 Mar 09:05");
    assert_eq!(said(&[due(at(4, 13))]), "now");
}

#[test]
fn the_next_check_is_told_in_the_persons_own_zone() {
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    let at = date(2026, 3, 4).at(18, 0, 0, 0).to_zoned(TimeZone::UTC).expect("a time");
    assert_eq!(moment(at.timestamp(), &now().with_time_zone(zone)), "tomorrow 02:00");
}

#[test]
fn only_words_change_while_the_same_things_run() {
    let earlier = model(&[running("a", RunPhase::Sending, 9, 1, 9), row("b", ConnectionState::New)]);
    let later = model(&[running("a", RunPhase::Sending, 9, 2, 9), row("b", ConnectionState::NeedsYou)]);
    assert!(earlier != later && earlier.has_shape_of(&later));
    let ended = model(&[row("a", ConnectionState::UpToDate), row("b", ConnectionState::New)]);
    assert!(!later.has_shape_of(&ended), "the line that cancels is gone");
    let other = model(&[row("a", ConnectionState::UpToDate), row("c", ConnectionState::New)]);
    assert!(!ended.has_shape_of(&other), "a line means another connection");
}

#[test]
fn a_choice_is_found_again_by_its_id() {
    for choice in [
        Choice::SyncAll,
        Choice::Sync("sync:all".into()),
        Choice::Review("sync:a".into()),
        Choice::Cancel,
        Choice::Pause(PauseLength::Hour),
        Choice::Pause(PauseLength::Tomorrow),
        Choice::Pause(PauseLength::UntilResumed),
        Choice::Resume,
        Choice::Open,
        Choice::Quit,
    ] {
        assert_eq!(Choice::from_id(&choice.id()), Some(choice));
    }
    assert_eq!(Choice::from_id("undo"), None);
}

#[test]
fn a_long_name_is_cut_between_characters() {
    let cut = shortened(&"ä".repeat(60));
    assert_eq!(cut.chars().count(), 40);
    assert!(cut.ends_with('…'));
    assert_eq!(shortened("short"), "short");
}

#[test]
fn thousands_are_set_apart() {
    let told = [0, 999, 1000, 12_345, 1_234_567].map(grouped);
    assert_eq!(told, ["0", "999", "1,000", "12,345", "1,234,567"]);
}
