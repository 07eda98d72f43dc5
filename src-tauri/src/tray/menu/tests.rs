use jiff::civil::date;
use jiff::tz::TimeZone;
use s3_connector_engine::connection::{Addressing, Credentials, Destination, OnGone};
use s3_connector_engine::schedule::Pause;
use s3_connector_engine::tag::{OnIllegalTag, OnNoMatch};
use s3_connector_engine::view::RunProgress;

use super::*;

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
    menu(&rows.iter().collect::<Vec<_>>(), &now())
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
    status(&rows.iter().collect::<Vec<_>>())
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
            "Pause",
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
fn what_runs_can_be_cancelled_and_not_started_again() {
    let rows = [running("a", RunPhase::Sending, 300, 34, 210)];
    assert_eq!(
        text(&model(&rows)),
        [
            "[Syncing 34 of 210]",
            "[Next check: only by hand]",
            "---",
            "Sync now",
            "- [All connections]",
            "- [a]",
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
}

#[test]
fn what_is_paused_can_go_on_and_what_is_not_can_be_paused() {
    let paused =
        |name: &str| ConnectionView { pause: Some(Pause { until: None }), ..row(name, ConnectionState::Paused) };
    let all = text(&model(&[paused("a"), paused("b")]));
    assert_eq!(all[..2], ["[Paused]", "[Next check: when you resume]"]);
    assert!(all.contains(&"Resume".to_owned()) && !all.contains(&"Pause".to_owned()), "{all:?}");
    let some = text(&model(&[paused("a"), row("b", ConnectionState::UpToDate)]));
    assert!(some.contains(&"Resume".to_owned()) && some.contains(&"Pause".to_owned()), "{some:?}");
    assert_eq!(some[0], "[Up to date]");
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
    for state in [
        ConnectionState::New,
        ConnectionState::Stopped,
        ConnectionState::PartlyDone,
        ConnectionState::Deleting,
        ConnectionState::NeedsYou,
        ConnectionState::NeedsYou,
        ConnectionState::Syncing,
    ] {
        rows.push(row("b", state));
        told.push(status_of(&rows));
    }
    assert_eq!(
        told,
        [
            "Up to date",
            "1 connection not synced yet",
            "1 connection was stopped",
            "1 connection is partly done",
            "1 connection is being deleted",
            "1 connection needs you",
            "2 connections need you",
            "Syncing"
        ]
    );
}

#[test]
fn the_icon_shows_work_before_trouble_and_trouble_before_rest() {
    let glyph = |states: &[ConnectionState]| model(&states.iter().map(|s| row("a", *s)).collect::<Vec<_>>()).glyph;
    assert_eq!(glyph(&[]), Glyph::Idle);
    assert_eq!(glyph(&[ConnectionState::UpToDate, ConnectionState::PartlyDone]), Glyph::Idle);
    assert_eq!(glyph(&[ConnectionState::UpToDate, ConnectionState::NeedsYou]), Glyph::NeedsYou);
    assert_eq!(glyph(&[ConnectionState::Syncing, ConnectionState::NeedsYou]), Glyph::Working);
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
    for choice in [Choice::SyncAll, Choice::Sync("sync:all".into()), Choice::Cancel, Choice::Open, Choice::Quit] {
        assert_eq!(Choice::from_id(&choice.id()), Some(choice));
    }
    assert_eq!(Choice::from_id("undo"), None);
}

#[test]
fn a_long_name_is_cut_between_characters() {
    let cut = shortened(&"ä".repeat(60));
    assert_eq!(cut.chars().count(), LONGEST_NAME);
    assert!(cut.ends_with('…'));
    assert_eq!(shortened("short"), "short");
}

#[test]
fn thousands_are_set_apart() {
    let told = [0, 999, 1000, 12_345, 1_234_567].map(grouped);
    assert_eq!(told, ["0", "999", "1,000", "12,345", "1,234,567"]);
}
