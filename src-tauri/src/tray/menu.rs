//! What the tray shows for a set of rows: pure, so that every word has a test.

use jiff::{Timestamp, Zoned};
use s3_connector_engine::view::{ConnectionState, ConnectionView, PauseLength, RunPhase};

/// A menu that is wider than this hides what is beside it.
const LONGEST_NAME: usize = 40;

/// The icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// Nothing is going on.
    Idle,
    /// A sync runs.
    Working,
    /// A person has to look.
    NeedsYou,
}

/// What a click asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Sync every connection.
    SyncAll,
    /// Sync the connection of this id.
    Sync(String),
    /// Cancel what runs.
    Cancel,
    /// Pause every connection.
    Pause(PauseLength),
    /// Let every connection go on.
    Resume,
    /// Show the window.
    Open,
    /// End the app.
    Quit,
}

/// How long a pause can be: its id among the menu items, and its words.
const PAUSES: [(PauseLength, &str, &str); 3] = [
    (PauseLength::Hour, "pause-hour", "For an hour"),
    (PauseLength::Tomorrow, "pause-tomorrow", "Until tomorrow"),
    (PauseLength::UntilResumed, "pause", "Until I resume"),
];

impl Choice {
    /// Its id among the desktop's menu items.
    pub fn id(&self) -> String {
        match self {
            Self::SyncAll => "sync-all".to_owned(),
            Self::Sync(connection) => format!("sync:{connection}"),
            Self::Cancel => "cancel".to_owned(),
            Self::Pause(length) => PAUSES.iter().find(|(of, _, _)| of == length).map_or("", |(_, id, _)| id).to_owned(),
            Self::Resume => "resume".to_owned(),
            Self::Open => "open".to_owned(),
            Self::Quit => "quit".to_owned(),
        }
    }

    /// The choice of an id; `None` for menu items that are not the tray's.
    pub fn from_id(id: &str) -> Option<Self> {
        match id {
            "sync-all" => Some(Self::SyncAll),
            "cancel" => Some(Self::Cancel),
            "resume" => Some(Self::Resume),
            "open" => Some(Self::Open),
            "quit" => Some(Self::Quit),
            other => match PAUSES.iter().find(|(_, id, _)| *id == other) {
                Some((length, _, _)) => Some(Self::Pause(*length)),
                None => other.strip_prefix("sync:").map(|connection| Self::Sync(connection.to_owned())),
            },
        }
    }
}

/// A line of text. Without a choice it only tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What it says.
    pub label: String,
    /// What a click asks for.
    pub choice: Option<Choice>,
    /// Whether it can be clicked now.
    pub enabled: bool,
}

/// An entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A line between groups.
    Separator,
    /// A line of text.
    Leaf(Leaf),
    /// A menu in the menu.
    Submenu {
        /// What it says.
        label: &'static str,
        /// Its lines.
        leaves: Vec<Leaf>,
    },
}

/// What the tray shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuModel {
    /// The icon.
    pub glyph: Glyph,
    /// The menu. The first entry is the status line.
    pub entries: Vec<Entry>,
}

impl MenuModel {
    /// What the icon says when the mouse rests on it.
    pub fn tooltip(&self) -> String {
        let status = self.leaves().next().map_or("", |(label, _)| label);
        format!("S3 Connector: {status}")
    }

    /// Label and enabledness of every line, in order.
    pub fn leaves(&self) -> impl Iterator<Item = (&str, bool)> {
        self.entries.iter().flat_map(leaves_of).map(|leaf| (leaf.label.as_str(), leaf.enabled))
    }

    /// Whether the other has the same lines but for their words and enabledness.
    pub fn has_shape_of(&self, other: &Self) -> bool {
        fn shape(entry: &Entry) -> (bool, Option<&'static str>, Vec<Option<&Choice>>) {
            let label = match entry {
                Entry::Submenu { label, .. } => Some(*label),
                Entry::Separator | Entry::Leaf(_) => None,
            };
            let choices = leaves_of(entry).iter().map(|leaf| leaf.choice.as_ref()).collect();
            (matches!(entry, Entry::Separator), label, choices)
        }
        self.entries.iter().map(shape).eq(other.entries.iter().map(shape))
    }
}

fn leaves_of(entry: &Entry) -> &[Leaf] {
    match entry {
        Entry::Separator => &[],
        Entry::Leaf(leaf) => std::slice::from_ref(leaf),
        Entry::Submenu { leaves, .. } => leaves,
    }
}

/// The tray for these rows at this time.
pub fn menu(rows: &[&ConnectionView], now: &Zoned) -> MenuModel {
    let mut entries = vec![told(status(rows))];
    if !rows.is_empty() {
        entries.push(told(format!("Next check: {}", next_check(rows, now))));
        entries.push(Entry::Separator);
        entries.push(sync_now(rows));
    }
    if count(rows, ConnectionState::Syncing) > 0 {
        entries.push(clickable("Cancel", Choice::Cancel));
    }
    let paused = rows.iter().filter(|row| row.pause.is_some()).count();
    if paused < rows.len() {
        let leaf = |(length, _, words): &(PauseLength, &str, &str)| Leaf {
            label: (*words).to_owned(),
            choice: Some(Choice::Pause(*length)),
            enabled: true,
        };
        entries.push(Entry::Submenu { label: "Pause", leaves: PAUSES.iter().map(leaf).collect() });
    }
    if paused > 0 {
        entries.push(clickable("Resume", Choice::Resume));
    }
    entries.extend([Entry::Separator, clickable("Open", Choice::Open), clickable("Quit", Choice::Quit)]);
    MenuModel { glyph: glyph(rows), entries }
}

fn told(label: String) -> Entry {
    Entry::Leaf(Leaf { label, choice: None, enabled: false })
}

fn clickable(label: &str, choice: Choice) -> Entry {
    Entry::Leaf(Leaf { label: label.to_owned(), choice: Some(choice), enabled: true })
}

fn sync_now(rows: &[&ConnectionView]) -> Entry {
    let startable = |row: &ConnectionView| match row.state {
        ConnectionState::Syncing | ConnectionState::Deleting => false,
        ConnectionState::New
        | ConnectionState::UpToDate
        | ConnectionState::PartlyDone
        | ConnectionState::NeedsYou
        | ConnectionState::Stopped
        | ConnectionState::Paused => true,
    };
    let mut by_name = rows.to_vec();
    by_name.sort_by(|a, b| a.name.to_lowercase().cmp(&b.name.to_lowercase()).then_with(|| a.id.cmp(&b.id)));
    let mut leaves = vec![Leaf {
        label: "All connections".to_owned(),
        choice: Some(Choice::SyncAll),
        enabled: rows.iter().any(|row| startable(row)),
    }];
    leaves.extend(by_name.into_iter().map(|row| Leaf {
        label: shortened(&row.name),
        choice: Some(Choice::Sync(row.id.clone())),
        enabled: startable(row),
    }));
    Entry::Submenu { label: "Sync now", leaves }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    name.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
}

fn count(rows: &[&ConnectionView], state: ConnectionState) -> usize {
    rows.iter().filter(|row| row.state == state).count()
}

fn glyph(rows: &[&ConnectionView]) -> Glyph {
    if count(rows, ConnectionState::Syncing) > 0 {
        Glyph::Working
    } else if count(rows, ConnectionState::NeedsYou) > 0 {
        Glyph::NeedsYou
    } else {
        Glyph::Idle
    }
}

/// One line for all connections: what runs, else what is worst.
fn status(rows: &[&ConnectionView]) -> String {
    let connections = |n: usize, one: &str, more: &str| match n {
        0 => None,
        1 => Some(format!("1 connection {one}")),
        n => Some(format!("{} connections {more}", grouped(n as u64))),
    };
    let of = |state| count(rows, state);
    if rows.is_empty() {
        return "No connections yet".to_owned();
    }
    if of(ConnectionState::Syncing) > 0 {
        return syncing(rows);
    }
    if of(ConnectionState::Paused) == rows.len() {
        return "Paused".to_owned();
    }
    connections(of(ConnectionState::NeedsYou), "needs you", "need you")
        .or_else(|| connections(of(ConnectionState::Deleting), "is being deleted", "are being deleted"))
        .or_else(|| connections(of(ConnectionState::PartlyDone), "is partly done", "are partly done"))
        .or_else(|| connections(of(ConnectionState::Stopped), "was stopped", "were stopped"))
        .or_else(|| connections(of(ConnectionState::New), "not synced yet", "not synced yet"))
        .unwrap_or_else(|| "Up to date".to_owned())
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

/// When the next connection is due.
fn next_check(rows: &[&ConnectionView], now: &Zoned) -> String {
    let due = rows.iter().filter_map(|row| row.next_due_at).min();
    match due.and_then(|at| Timestamp::from_millisecond(at).ok()) {
        Some(at) => moment(at, now),
        None if rows.iter().all(|row| row.pause.is_some()) => "when you resume".to_owned(),
        None => "only by hand".to_owned(),
    }
}

/// A moment to come, as one would say it.
fn moment(at: Timestamp, now: &Zoned) -> String {
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

#[cfg(test)]
mod tests;
