//! The progress bar of a sync, on standard error and only where a person watches.
//!
//! Counts go up while the bucket is listed, because nobody knows yet how many there are; a bar, a rate and a rest
//! appear once there is a total. No colour, so nothing to switch off for `NO_COLOR`.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use s3_connector_engine::view::{RunPhase, RunProgress};

use crate::output::Face;
use crate::output::text::{count, counted, size};

/// How often the little wheel turns.
const TURN: Duration = Duration::from_millis(120);

/// A bar, or nothing where nobody watches.
pub struct Bar {
    bar: Option<ProgressBar>,
    phase: Option<RunPhase>,
}

impl Bar {
    /// Begins, if standard error is a terminal and the answer is for a person.
    pub fn begin(face: Face) -> Self {
        let is_watched = face != Face::Json && std::io::stderr().is_terminal();
        Self { bar: is_watched.then(ProgressBar::new_spinner), phase: None }
    }

    /// Shows how far the run is at this time (milliseconds since 1970 UTC).
    pub fn show(&mut self, progress: &RunProgress, now: i64) {
        let Some(bar) = &self.bar else { return };
        if self.phase != Some(progress.phase) {
            bar.set_style(style(progress.phase));
            bar.enable_steady_tick(TURN);
            self.phase = Some(progress.phase);
        }
        bar.set_length(progress.planned.max(1));
        bar.set_position(progress.done);
        bar.set_message(words(progress, now));
    }

    /// Says something above the bar; says whether anybody sees it.
    pub fn say(&self, sentence: &str) -> bool {
        if let Some(bar) = &self.bar {
            bar.println(sentence);
        }
        self.bar.is_some()
    }

    /// Takes the bar away; the answer follows.
    pub fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.end();
    }
}

fn style(phase: RunPhase) -> ProgressStyle {
    let template = match phase {
        RunPhase::Sending => "{bar:24} {msg}",
        RunPhase::Waiting
        | RunPhase::Auditing
        | RunPhase::Listing
        | RunPhase::Deciding
        | RunPhase::Removing
        | RunPhase::Settling
        | RunPhase::Stopping => "{spinner} {msg}",
    };
    ProgressStyle::with_template(template).expect("the templates above are valid").progress_chars("━╸ ")
}

/// How far a run is, in words.
fn words(progress: &RunProgress, now: i64) -> String {
    match progress.phase {
        RunPhase::Waiting => "Waiting for other connections".into(),
        RunPhase::Auditing => "Comparing with the knowledge base".into(),
        RunPhase::Listing => format!("Listing: {}", counted(progress.listed, "object")),
        RunPhase::Deciding => format!("Comparing {}", counted(progress.listed, "object")),
        RunPhase::Removing if progress.removing > 0 => {
            format!("Removing: {} of {}", count(progress.removed), counted(progress.removing, "document"))
        }
        RunPhase::Removing => "Removing documents".into(),
        RunPhase::Settling => "Finishing".into(),
        RunPhase::Stopping => "Stopping: documents that are under way are finished first".into(),
        RunPhase::Sending => {
            let mut parts = vec![
                format!("{} of {}", count(progress.done), counted(progress.planned, "document")),
                format!("{} of {}", size(progress.bytes), size(progress.bytes_planned)),
            ];
            if let Some(pace) = Pace::of(progress, now) {
                parts.push(format!("{}/s", size(pace.bytes_per_second)));
                parts.push(format!("{} left", rest(pace.seconds_left)));
            }
            parts.join(" · ")
        }
    }
}

struct Pace {
    bytes_per_second: u64,
    seconds_left: u64,
}

impl Pace {
    /// The mean since sending began; nothing in the first second, which says little.
    fn of(progress: &RunProgress, now: i64) -> Option<Self> {
        let milliseconds = u64::try_from(now - progress.sending_since?).ok().filter(|&ms| ms >= 1000)?;
        let bytes_per_second = progress.bytes.saturating_mul(1000) / milliseconds;
        let bytes_left = progress.bytes_planned.saturating_sub(progress.bytes);
        if bytes_per_second == 0 {
            return None;
        }
        let seconds_left = bytes_left.div_ceil(bytes_per_second);
        Some(Self { bytes_per_second, seconds_left })
    }
}

fn rest(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sending(done: u64, bytes: u64) -> RunProgress {
        RunProgress {
            run_id: "r".into(),
            phase: RunPhase::Sending,
            listed: 5000,
            planned: 1200,
            done,
            bytes_planned: 40_000_000,
            bytes,
            started_at: 0,
            sending_since: Some(10_000),
            removing: 0,
            removed: 0,
            drift: None,
        }
    }

    #[test]
    fn while_listing_the_count_goes_up_and_no_total_is_claimed() {
        let progress = RunProgress { phase: RunPhase::Listing, ..sending(0, 0) };
        assert_eq!(words(&progress, 11_000), "Listing: 5,000 objects");
    }

    #[test]
    fn while_sending_the_pace_and_the_rest_are_told() {
        assert_eq!(
            words(&sending(300, 10_000_000), 20_000),
            "300 of 1,200 documents · 10.0 MB of 40.0 MB · 1.0 MB/s · 30 s left"
        );
    }

    #[test]
    fn without_a_pace_nothing_is_guessed() {
        assert_eq!(words(&sending(0, 0), 30_000), "0 of 1,200 documents · 0 B of 40.0 MB");
        assert_eq!(words(&sending(1, 5_000), 10_200), "1 of 1,200 documents · 5.0 KB of 40.0 MB");
        assert_eq!(words(&sending(1, 5_000), 0), "1 of 1,200 documents · 5.0 KB of 40.0 MB");
    }

    #[test]
    fn the_rest_is_told_in_fitting_units() {
        assert_eq!([rest(59), rest(61), rest(3700)], ["59 s", "2 min", "1 h 1 min"]);
    }

    #[test]
    fn every_phase_has_a_style() {
        for phase in [
            RunPhase::Listing,
            RunPhase::Deciding,
            RunPhase::Removing,
            RunPhase::Sending,
            RunPhase::Settling,
            RunPhase::Stopping,
        ] {
            let _ = style(phase);
        }
    }
}
