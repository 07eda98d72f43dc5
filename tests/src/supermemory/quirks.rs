//! How this server behaves, as far as real ones differ or change: switches that a test sets at any time.

use std::collections::BTreeSet;
use std::time::Duration;

/// What becomes of documents that were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pipeline {
    /// They are ready before anybody can look.
    Instant,
    /// They are ready once they were looked at so often: by a read, or by one of the lists.
    Polls(u32),
    /// They wait until the test says [`work`](super::FakeSupermemory::work).
    Held,
}

/// The behaviour of the server. [`Quirks::default`] is the hosted one at its best: everything is ready at once, and what
/// is documented as a trap is one.
#[derive(Debug, Clone)]
pub struct Quirks {
    /// Self-hosted: no credentials needed, no connections, no session.
    pub self_hosted: bool,
    /// What becomes of documents that were taken.
    pub pipeline: Pipeline,
    /// At most this many documents are worked on at the same time, the oldest first; self-hosted servers take two.
    pub slots: Option<usize>,
    /// A second write to a document that is processed is answered well, and dropped.
    pub drops_writes_while_processing: bool,
    /// A document that is processed is not deleted: 409, or an entry in `errors`.
    pub keeps_what_is_processed: bool,
    /// The word for a document in progress; `None` is what the stage is called.
    pub progress_word: Option<String>,
    /// Documents whose content has this fail.
    pub fails_on: Option<String>,
    /// The reason that a failed document gives, and the name of the field; many give none.
    pub failure: Option<(&'static str, String)>,
    /// Documents whose content has this vanish instead of becoming ready.
    pub vanishes_on: Option<String>,
    /// Reads of a document are answered by 404 so often before it can be seen.
    pub invisible_reads: u32,
    /// The list of documents in progress leaves them out, as it does with those that take more than four hours.
    pub forgets_what_is_processed: bool,
    /// Complaints come as `{"error", "details"}` and not as a list.
    pub flat_complaints: bool,
    /// What is too large is refused with this status.
    pub too_large: u16,
    /// 402 once so many more documents were taken.
    pub credits: Option<u64>,
    /// 403 for these tags.
    pub forbidden_tags: BTreeSet<String>,
    /// The plan has no connections: 403.
    pub plan_too_low: bool,
    /// Connections show the secret they were made with. No document says that they do not.
    pub shows_secrets: bool,
    /// A bulk deletion leaves so many documents out (never all), and counts only the others.
    pub bulk_leaves: usize,
    /// It says which, in `errors`.
    pub bulk_tells: bool,
    /// A batch answers for what it took first and for the rest afterwards, and not in the order of the request.
    pub batch_answers_accepted_first: bool,
    /// Documents of a batch whose content has this are refused inside a 200.
    pub batch_refuses: Option<String>,
    /// Every answer comes after this long.
    pub delay: Duration,
    /// Whose key it is.
    pub organisation: String,
    /// The largest text, in bytes.
    pub text_limit: usize,
    /// The largest file, in bytes.
    pub file_limit: usize,
    /// Bodies of requests are written down; very many of them take memory.
    pub remembers_bodies: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            self_hosted: false,
            pipeline: Pipeline::Instant,
            slots: None,
            drops_writes_while_processing: true,
            keeps_what_is_processed: true,
            progress_word: None,
            fails_on: None,
            failure: None,
            vanishes_on: None,
            invisible_reads: 0,
            forgets_what_is_processed: false,
            flat_complaints: false,
            too_large: 413,
            credits: None,
            forbidden_tags: BTreeSet::new(),
            plan_too_low: false,
            shows_secrets: true,
            bulk_leaves: 0,
            bulk_tells: false,
            batch_answers_accepted_first: false,
            batch_refuses: None,
            delay: Duration::ZERO,
            organisation: "org_of_the_tests".to_owned(),
            text_limit: 1_000_000,
            file_limit: 50_000_000,
            remembers_bodies: true,
        }
    }
}

impl Quirks {
    /// A self-hosted server: slow, two documents at a time, ready after so many looks.
    pub fn self_hosted(polls: u32) -> Self {
        let organisation = "local".to_owned();
        Self { self_hosted: true, pipeline: Pipeline::Polls(polls), slots: Some(2), organisation, ..Self::default() }
    }
}
