//! The words that tell: the status line and the next check. Every line of them has a test.

use jiff::{Timestamp, Zoned};
use s3_connector_engine::view::{ConnectionState, ConnectionView, RunPhase};

/// A menu that is wider than this hides what is beside it.
const LONGEST_NAME: usize = 40;

/// One line for all connections: what runs, else what is worst.
pub fn status(rows: &[&ConnectionView], now: &Zoned) -> String {
    if rows.is_empty() {
        return "No connections yet".to_owned();
    }
    if has(rows, ConnectionState::Syncing) {
        return syncing(rows);
    }
    needs_you(rows)
        .or_else(|| held_back_words(rows))
        .or_else(|| offline(rows))
        .or_else(|| all(rows, ConnectionState::Paused).then(|| "Paused".to_owned()))
        .or_else(|| some(rows, ConnectionState::Deleting, "is being deleted", "are being deleted"))
        .or_else(|| some(rows, ConnectionState::PartlyDone, "is partly done", "are partly done"))
        .or_else(|| some(rows, ConnectionState::Stopped, "was stopped", "were stopped"))
        .or_else(|| some(rows, ConnectionState::New, "is not synced yet", "are not synced yet"))
        .unwrap_or_else(|| up_to_date(rows, now))
}

/// When the next connection is due.
pub fn next_check(rows: &[&ConnectionView], now: &Zoned) -> String {
    let due = rows.iter().filter_map(|row| row.next_due_at).min();
    match due.and_then(|at| Timestamp::from_millisecond(at).ok()) {
        Some(_) if has(rows, ConnectionState::Offline) && due <= Some(now.timestamp().as_millisecond()) => {
            "when the network is back".to_owned()
        }
        Some(at) => moment(at, now),
        None if rows.iter().all(|row| row.pause.is_some()) => "when you resume".to_owned(),
        None => "only by hand".to_owned(),
    }
}

/// Removals of a connection that wait for a person's yes.
pub fn held_back(row: &ConnectionView) -> u64 {
    match row.state {
        ConnectionState::Syncing | ConnectionState::Deleting => 0,
        ConnectionState::New
        | ConnectionState::UpToDate
        | ConnectionState::PartlyDone
        | ConnectionState::NeedsYou
        | ConnectionState::Stopped
        | ConnectionState::Offline
        | ConnectionState::Paused => row.last_run.as_ref().map_or(0, |run| run.held_back),
    }
}

/// A name that leaves room for what stands beside it.
pub fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    name.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
}

/// A number with its thousands set apart: 12,345.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many removals, in words.
pub fn removals(number: u64) -> String {
    if number == 1 { "1 removal".to_owned() } else { format!("{} removals", grouped(number)) }
}

pub fn has(rows: &[&ConnectionView], state: ConnectionState) -> bool {
    rows.iter().any(|row| row.state == state)
}

/// Whether all are in this state; none are not.
pub fn all(rows: &[&ConnectionView], state: ConnectionState) -> bool {
    !rows.is_empty() && rows.iter().all(|row| row.state == state)
}

fn some(rows: &[&ConnectionView], state: ConnectionState, one: &str, more: &str) -> Option<String> {
    let mut of_it = rows.iter().filter(|row| row.state == state);
    match (of_it.next(), of_it.count()) {
        (None, _) => None,
        (Some(row), 0) => Some(format!("{} {one}", shortened(&row.name))),
        (Some(_), others) => Some(format!("{} connections {more}", grouped(others as u64 + 1))),
    }
}

/// One is named with its trouble.
fn needs_you(rows: &[&ConnectionView]) -> Option<String> {
    let mut needing = rows.iter().filter(|row| row.state == ConnectionState::NeedsYou);
    let first = needing.next()?;
    let error = first.last_run.as_ref().and_then(|run| run.error.as_ref());
    match (error, needing.count()) {
        (Some(error), 0) => Some(format!("{} needs you: {}", shortened(&first.name), error.message)),
        (None, 0) => Some(format!("{} needs you", shortened(&first.name))),
        (_, others) => Some(format!("{} connections need you", grouped(others as u64 + 1))),
    }
}

fn held_back_words(rows: &[&ConnectionView]) -> Option<String> {
    let mut holding = rows.iter().filter(|row| held_back(row) > 0);
    let first = holding.next()?;
    match holding.count() {
        0 => Some(format!("{} holds back {}", shortened(&first.name), removals(held_back(first)))),
        others => Some(format!("{} connections hold back removals", grouped(others as u64 + 1))),
    }
}

fn offline(rows: &[&ConnectionView]) -> Option<String> {
    if all(rows, ConnectionState::Offline) {
        return Some("Waiting for the network".to_owned());
    }
    some(rows, ConnectionState::Offline, "waits for the network", "wait for the network")
}

/// With the time of the connection whose last whole sync is the longest ago: the others are newer than that.
fn up_to_date(rows: &[&ConnectionView], now: &Zoned) -> String {
    let current = || rows.iter().filter(|row| row.state == ConnectionState::UpToDate);
    if current().any(|row| row.waiting > 0) {
        return "Sent, being processed".to_owned();
    }
    match current().filter_map(|row| row.last_complete_at).min() {
        Some(at) => format!("Up to date · checked {}", ago(now.timestamp().as_millisecond() - at)),
        None => "Up to date".to_owned(),
    }
}

/// Sums over everything that runs. While something is still listed there is no honest total.
fn syncing(rows: &[&ConnectionView]) -> String {
    let running = || rows.iter().filter_map(|row| row.progress.as_ref());
    let is_listed = |phase| match phase {
        RunPhase::Waiting | RunPhase::Auditing | RunPhase::Listing | RunPhase::Deciding => false,
        RunPhase::Removing | RunPhase::Sending | RunPhase::Settling | RunPhase::Stopping => true,
    };
    let planned: u64 = running().map(|progress| progress.planned).sum();
    if planned > 0 && running().all(|progress| is_listed(progress.phase)) {
        let done: u64 = running().map(|progress| progress.done).sum();
        return format!("Syncing {} of {}", grouped(done), grouped(planned));
    }
    match running().map(|progress| progress.listed).sum() {
        0 => "Syncing".to_owned(),
        1 => "Syncing: 1 object looked at".to_owned(),
        listed => format!("Syncing: {} objects looked at", grouped(listed)),
    }
}

/// A moment to come, as one would say it.
pub fn moment(at: Timestamp, now: &Zoned) -> String {
    if at <= now.timestamp() {
        return "now".to_owned();
    }
    let at = at.to_zoned(now.time_zone().clone());
    match now.date().until(at.date()).map(|span| span.get_days()) {
        Ok(0) => at.strftime("today %H:%M").to_string(),
        Ok(1) => at.strftime("tomorrow %H:%M").to_string(),
        Ok(2..=6) => at.strftime("%A %H:%M").to_string(),
        _ => at.strftime("%-d %b %H:%M").to_string(),
    }
}

/// So many milliseconds ago, as one would say it.
pub fn ago(milliseconds: i64) -> String {
    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    match milliseconds {
        ..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => format!("{} min ago", milliseconds / MINUTE),
        HOUR..DAY => format!("{} h ago", milliseconds / HOUR),
        DAY.. if milliseconds < 2 * DAY => "yesterday".to_owned(),
        _ => format!("{} days ago", grouped((milliseconds / DAY).unsigned_abs())),
    }
}
