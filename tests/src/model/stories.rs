//! The shortest story that shows why each law is there: with the law nothing goes wrong, without it this does.

use s3_connector_engine::laws::Law;

/// A story of a law.
#[derive(Debug, Clone, Copy)]
pub struct Story {
    /// The law.
    pub law: Law,
    /// What happens.
    pub script: &'static str,
    /// What goes wrong without the law.
    pub wrong: &'static str,
}

/// One for each law.
pub const STORIES: [Story; 21] = [
    Story { law: Law::IntentPut, script: "put k1 a · run", wrong: "a document without a row" },
    Story {
        law: Law::IntentRemove,
        script: "put k1 a · run · wait · put k1 b · run · wait · run {del1:lost} · put k1 a",
        wrong: "a row says indexed, nothing is there",
    },
    Story {
        law: Law::OneWay,
        script: "put k1 a · run · wait · put k1 b · run · wait · run {del1:late} · put k1 a · run",
        wrong: "stale at rest",
    },
    Story {
        law: Law::ById,
        script: "put k1 a · run · wait · put k1 b · run · wait · run {del1:late} · put k1 a · run · work · land",
        wrong: "stale at rest",
    },
    Story {
        law: Law::Window,
        script: "put k1 a · run {put1:crash+late} · del k1 · run",
        wrong: "a document without a row",
    },
    Story {
        law: Law::SeenAbsent,
        script: "put k1 a · run · wait · run {get1:down}",
        wrong: "a row says refused, its document is there",
    },
    Story {
        law: Law::EarlyAbsent,
        script: "put k1 a · run {get1:blind}",
        wrong: "a row says refused, its document is there",
    },
    Story {
        law: Law::IndexedFirst,
        script: "put k1 a · run · wait · run · put k1 P · run",
        wrong: "no version left of what is to be kept",
    },
    Story {
        law: Law::NewestOnly,
        script: "put k1 a · run · wait · put k1 b · run · work · put k1 P",
        wrong: "two versions at rest",
    },
    Story {
        law: Law::Isolation,
        script: "put k1 a · run · wait · put k1 P · rule B",
        wrong: "held under another tag at rest",
    },
    Story {
        law: Law::Reserve,
        script: "limit 1 · put k2 a · run · wait · run · put k1 b · rule B · run {fetch1:crash}",
        wrong: "a held object lost its place",
    },
    Story {
        law: Law::StandsById,
        script: "put k1 a · run · touch k1 · run · touch k1",
        wrong: "what is held was read again",
    },
    Story {
        law: Law::Complete,
        script: "put k1 a · put k2 a · run · wait · del k1 · run · gone remove · run {list1:down}",
        wrong: "removed after an incomplete listing",
    },
    Story {
        law: Law::FreshLook,
        script: "limit 3 · gone remove · put k1 a · put k2 a · put k3 a · run · wait · run {list1:lie}",
        wrong: "no version left of a living object",
    },
    Story {
        law: Law::Archived,
        script: "gone remove · put k1 a · run · put k1 b · archive k1",
        wrong: "no version left of a living object",
    },
    Story {
        law: Law::Brake,
        script: "limit 11 · fill 11 a · run · wait · rule none · run",
        wrong: "the brake did not hold",
    },
    Story {
        law: Law::Places,
        script: "gone remove · put k1 a · put k2 b · put k3 a · run · wait · del k1 · run {look1:down}",
        wrong: "over the limit",
    },
    Story { law: Law::FullSync, script: "put k1 a · run {get1:cut} · del k1", wrong: "an orphan at rest" },
    Story { law: Law::Resolve, script: "put k1 b · run {put1:dead} · put k1 c", wrong: "a row never resolved" },
    Story {
        law: Law::KeptPlan,
        script: "put k1 a · run · wait · run · rule B",
        wrong: "held under another tag at rest",
    },
    Story { law: Law::IfMatch, script: "put k1 b · run {fetch1:put+k1+c}", wrong: "other bytes than the etag names" },
];

/// What once went wrong and must not again: the script, and what it showed.
pub const ONCE_WRONG: [(&str, &str); 5] = [
    (
        "put k2 a · run {put1:crash+late} · run · work · rule B",
        "an unanswered put was forgotten once a second one was answered, and landed after the removal",
    ),
    (
        "put k1 a · run {put1:down} · wait · run {put1:crash+late} · del k1 · run",
        "the time in which a repeated put may land was counted from the first one",
    ),
    (
        "put k1 b · run · rule B · run · del k1 · work · run",
        "removals that became due while a run was sending went past the brake",
    ),
    (
        "put k7 a · run · wait · put k7 c · run · rule own · settle",
        "a look after what waits removed what nothing had replaced yet, and no listing had counted it",
    ),
    (
        "put k1 a · run · wait · put k1 b · run {put1:crash+late} · rule B · settle · land",
        "an intent that a dead process had left was believed absent",
    ),
];
