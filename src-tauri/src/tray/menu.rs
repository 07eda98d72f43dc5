//! What the tray shows for a set of rows: pure, so that every word has a test.

use jiff::Zoned;
use s3_connector_engine::view::{ConnectionState, ConnectionView, PauseLength, WaitingForm};

mod status;

use status::{all, has, held_back, shortened};
pub use status::{grouped, moment, removals};

/// A menu with more names than this is no shortcut any more; the window has them all.
const MOST_NAMES: usize = 25;

/// The icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// Nothing is going on.
    Idle,
    /// A sync runs.
    Working,
    /// Every connection is paused.
    Paused,
    /// A person has to look.
    NeedsYou,
    /// What is due waits for the network.
    Offline,
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
    /// Show the removals that the connection of this id holds back.
    Review(String),
    /// Show the form of the connection of this id, or of a new one, as it was left.
    Form(Option<String>),
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
            Self::Review(connection) => format!("review:{connection}"),
            Self::Form(None) => "form".to_owned(),
            Self::Form(Some(connection)) => format!("form:{connection}"),
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
            "form" => Some(Self::Form(None)),
            "open" => Some(Self::Open),
            "quit" => Some(Self::Quit),
            other => match PAUSES.iter().find(|(_, id, _)| *id == other) {
                Some((length, _, _)) => Some(Self::Pause(*length)),
                None => {
                    let of = |prefix| other.strip_prefix(prefix).map(str::to_owned);
                    let form = || of("form:").map(|id| Self::Form(Some(id)));
                    of("sync:").map(Self::Sync).or_else(|| of("review:").map(Self::Review)).or_else(form)
                }
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

/// The tray for these rows and forms at this time. `is_quit_asked`: somebody chose *Quit* while a sync ran, and was asked
/// back.
pub fn menu(rows: &[&ConnectionView], forms: &[WaitingForm], now: &Zoned, is_quit_asked: bool) -> MenuModel {
    let mut entries = vec![told(status::status(rows, now))];
    if !rows.is_empty() {
        entries.push(told(format!("Next check: {}", status::next_check(rows, now))));
        entries.push(Entry::Separator);
    }
    entries.extend(sync_now(rows));
    entries.extend(cancel(rows));
    entries.extend(pause(rows));
    entries.extend(review(rows, forms));
    let quit = match has(rows, ConnectionState::Syncing) {
        true if is_quit_asked => "Quit now (a sync is running)",
        true | false => "Quit",
    };
    entries.extend([Entry::Separator, clickable("Open", Choice::Open), clickable(quit, Choice::Quit)]);
    MenuModel { glyph: glyph(rows), entries }
}

fn glyph(rows: &[&ConnectionView]) -> Glyph {
    if has(rows, ConnectionState::Syncing) {
        Glyph::Working
    } else if has(rows, ConnectionState::NeedsYou) || rows.iter().any(|row| held_back(row) > 0) {
        Glyph::NeedsYou
    } else if has(rows, ConnectionState::Offline) {
        Glyph::Offline
    } else if all(rows, ConnectionState::Paused) {
        Glyph::Paused
    } else {
        Glyph::Idle
    }
}

fn told(label: String) -> Entry {
    Entry::Leaf(Leaf { label, choice: None, enabled: false })
}

fn clickable(label: &str, choice: Choice) -> Entry {
    Entry::Leaf(leaf(label, choice))
}

fn leaf(label: impl Into<String>, choice: Choice) -> Leaf {
    Leaf { label: label.into(), choice: Some(choice), enabled: true }
}

/// One connection is synced by one click; of several each has its line. Nothing where all of them sync already.
fn sync_now(rows: &[&ConnectionView]) -> Option<Entry> {
    let is_startable = |row: &ConnectionView| match row.state {
        ConnectionState::Syncing | ConnectionState::Deleting => false,
        ConnectionState::New
        | ConnectionState::UpToDate
        | ConnectionState::PartlyDone
        | ConnectionState::NeedsYou
        | ConnectionState::Stopped
        | ConnectionState::Offline
        | ConnectionState::Paused => true,
    };
    if !rows.iter().any(|row| is_startable(row)) {
        return None;
    }
    if let [row] = rows {
        return Some(clickable("Sync now", Choice::Sync(row.id.clone())));
    }
    let mut by_name = rows.to_vec();
    by_name.sort_by(|a, b| a.name.to_lowercase().cmp(&b.name.to_lowercase()).then_with(|| a.id.cmp(&b.id)));
    let more = by_name.len() > MOST_NAMES;
    by_name.truncate(MOST_NAMES);
    let mut leaves = vec![leaf("All connections", Choice::SyncAll)];
    leaves.extend(by_name.into_iter().map(|row| Leaf {
        label: shortened(&row.name),
        choice: Some(Choice::Sync(row.id.clone())),
        enabled: is_startable(row),
    }));
    leaves.extend(more.then(|| leaf("More in the window…", Choice::Open)));
    Some(Entry::Submenu { label: "Sync now", leaves })
}

fn cancel(rows: &[&ConnectionView]) -> Option<Entry> {
    match rows.iter().filter(|row| row.state == ConnectionState::Syncing).count() {
        0 => None,
        1 => Some(clickable("Cancel", Choice::Cancel)),
        syncing => Some(clickable(&format!("Cancel all {} syncs", grouped(syncing as u64)), Choice::Cancel)),
    }
}

/// What is not paused can be, what is can go on.
fn pause(rows: &[&ConnectionView]) -> Vec<Entry> {
    let paused = rows.iter().filter(|row| row.pause.is_some()).count();
    let (pause, resume) = if rows.len() == 1 { ("Pause", "Resume") } else { ("Pause all", "Resume all") };
    let mut entries = Vec::new();
    if paused < rows.len() {
        let leaves = PAUSES.iter().map(|(length, _, words)| leaf(*words, Choice::Pause(*length))).collect();
        entries.push(Entry::Submenu { label: pause, leaves });
    }
    if paused > 0 {
        entries.push(clickable(resume, Choice::Resume));
    }
    entries
}

/// Something that waits for a person, by itself and among others.
struct Waiting {
    alone: String,
    among: String,
    choice: Choice,
}

/// Only where something waits: removals for a yes, and what was typed before the window closed. Removals come first.
fn review(rows: &[&ConnectionView], forms: &[WaitingForm]) -> Option<Entry> {
    let held = rows.iter().filter(|row| held_back(row) > 0).map(|row| {
        let (removals, name) = (removals(held_back(row)), shortened(&row.name));
        Waiting {
            alone: format!("Review {removals} in {name}…"),
            among: format!("{name}: {removals}…"),
            choice: Choice::Review(row.id.clone()),
        }
    });
    let left = forms.iter().filter_map(|form| {
        let choice = Choice::Form(form.connection_id.clone());
        let Some(id) = &form.connection_id else {
            let (alone, among) = ("Review the connection you began…".into(), "A connection you began…".into());
            return Some(Waiting { alone, among, choice });
        };
        let name = shortened(&rows.iter().find(|row| row.id == *id)?.name);
        let alone = format!("Review your unsaved edit of {name}…");
        Some(Waiting { alone, among: format!("{name}: your unsaved edit…"), choice })
    });
    let mut waiting: Vec<Waiting> = held.chain(left).take(MOST_NAMES).collect();
    match waiting.len() {
        0 => None,
        1 => waiting.pop().map(|one| clickable(&one.alone, one.choice)),
        _ => {
            let leaves = waiting.into_iter().map(|one| leaf(one.among, one.choice)).collect();
            Some(Entry::Submenu { label: "Review", leaves })
        }
    }
}

#[cfg(test)]
mod tests;
