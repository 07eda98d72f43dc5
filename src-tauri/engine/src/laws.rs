//! The laws of a sync by name, and the place where each of them is kept.
//!
//! A law that nobody misses is no law: the tests switch each one off, one at a time, and a story must then go
//! wrong. For that the code asks [`Laws::hold`] where it keeps a law. Without the feature `switchable-laws`, which
//! only the tests ask for, the answer is the constant *yes* and the question is gone from the program.

/// A law that can be switched off in a test. The documentation of each is the law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    /// A row is on disk as `intended` before its put.
    IntentPut,
    /// A row is on disk as `removing` before its delete.
    IntentRemove,
    /// `removing` ends only by an answered delete; the same document is put again after that, never revived.
    OneWay,
    /// Deletes name the remote id, never the engine's id.
    ById,
    /// Absence is believed only when no unanswered put can land any more.
    Window,
    /// A row is forgotten on a received "not there", never on the lack of an answer.
    SeenAbsent,
    /// A "not there" about a document that was just sent means "not yet".
    EarlyAbsent,
    /// An old version goes only when a newer one is indexed.
    IndexedFirst,
    /// Of several indexed versions one stays: the wanted one, else the newest.
    NewestOnly,
    /// A document under another tag than the rule gives goes at once, whatever becomes of its successor.
    Isolation,
    /// The last row of a key that wants a document is replaced by its successor's intent in one transaction.
    Reserve,
    /// A row stands for a document by etag or by id.
    StandsById,
    /// Unlisted keys lose documents only after this run's own complete listing …
    Complete,
    /// … and after the bucket itself answered that the key is gone.
    FreshLook,
    /// What cannot be read now is neither gone nor out of scope.
    Archived,
    /// Unusually many removals without a successor are held back.
    Brake,
    /// A place under the limit is free when its row is gone, not when its removal is planned.
    Places,
    /// Commits are on disk before their effect (`synchronous = FULL`).
    FullSync,
    /// An `intended` row that is not wanted any more is asked about, then removed or forgotten.
    Resolve,
    /// A plan is used again only while rules, objects and documents are what it was made of.
    KeptPlan,
    /// The bytes that are put are those of the row's etag. Kept by every source, which the contract suite holds to it.
    IfMatch,
}

impl Law {
    /// Every law.
    pub const ALL: [Self; 21] = [
        Self::IntentPut,
        Self::IntentRemove,
        Self::OneWay,
        Self::ById,
        Self::Window,
        Self::SeenAbsent,
        Self::EarlyAbsent,
        Self::IndexedFirst,
        Self::NewestOnly,
        Self::Isolation,
        Self::Reserve,
        Self::StandsById,
        Self::Complete,
        Self::FreshLook,
        Self::Archived,
        Self::Brake,
        Self::Places,
        Self::FullSync,
        Self::Resolve,
        Self::KeptPlan,
        Self::IfMatch,
    ];
}

/// Which laws hold: all of them, unless a test says otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Laws {
    #[cfg(feature = "switchable-laws")]
    off: Option<Law>,
}

impl Laws {
    /// All but one.
    #[cfg(feature = "switchable-laws")]
    pub const fn without(law: Law) -> Self {
        Self { off: Some(law) }
    }

    /// Whether a law holds.
    #[cfg(feature = "switchable-laws")]
    pub fn hold(self, law: Law) -> bool {
        self.off != Some(law)
    }

    /// Whether a law holds.
    #[cfg(not(feature = "switchable-laws"))]
    pub const fn hold(self, _: Law) -> bool {
        true
    }
}
