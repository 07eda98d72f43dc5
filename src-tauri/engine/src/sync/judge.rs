//! A connection's rules, applied to one key.

use serde_json::json;

use crate::connection::{OnGone, Settings};
use crate::laws::Laws;
use crate::object::{ObjectKey, ObjectMeta};
use crate::plan::{self, Decision, Fate, Ground, KeyFacts, Seen};
use crate::scope::{Filter, Intake, Scope};
use crate::store::keys::KeyRow;
use crate::tag::{ContainerTag, TagOf, TagRule, Tagging};

/// Everything that decides about a key, from a connection or a draft of one.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Which connection's documents these are.
    pub connection: String,
    /// Which objects are admitted.
    pub scope: Scope,
    /// Which tag they get.
    pub tagging: Tagging,
    /// What happens to documents whose object is gone.
    pub on_gone: OnGone,
    /// At most this many keys have documents.
    pub document_limit: u32,
    /// Which laws hold.
    pub laws: Laws,
}

/// What the rules say about a key.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The tag of the key.
    pub tag: TagOf,
    /// What is to be done.
    pub decision: Decision,
    /// What that means to a person.
    pub fate: Option<Fate>,
}

impl Rules {
    /// The rules of a connection whose documents go to a knowledge base with this intake.
    pub fn new(connection: &str, settings: &Settings, intake: Intake) -> Self {
        Self {
            connection: connection.to_owned(),
            scope: settings.scope(intake),
            tagging: settings.tagging.clone(),
            on_gone: settings.on_gone,
            document_limit: settings.document_limit,
            laws: Laws::default(),
        }
    }

    /// The rules as text: equal where every key would be judged alike, by this version of the app. The knowledge base is
    /// named because what it takes is its own.
    pub fn text(&self, destination: &str) -> String {
        // Whatever is added to one of these has to be said here, too.
        let Self { connection, scope, tagging, on_gone, document_limit, laws: _ } = self;
        let Scope { prefix, filters, max_size, intake } = scope;
        let Intake { size_limit, takes_extension: _ } = intake;
        let Tagging { rule, tags, on_no_match, on_illegal_tag } = tagging;
        let filters: Vec<_> = filters.iter().map(Filter::draft).collect();
        let tags: Vec<_> = tags.iter().map(ContainerTag::as_str).collect();
        json!({
            "app": env!("CARGO_PKG_VERSION"),
            "connection": connection,
            "destination": destination,
            "documentLimit": document_limit,
            "filters": filters,
            "maxSize": max_size,
            "onGone": on_gone,
            "onIllegalTag": on_illegal_tag,
            "onNoMatch": on_no_match,
            "prefix": prefix,
            "rule": rule.as_ref().map(TagRule::pattern),
            "sizeLimit": size_limit,
            "tags": tags,
        })
        .to_string()
    }

    /// Judges one key. `complete`: the listing behind it reached its end.
    pub fn judge(&self, key: &KeyRow, complete: bool) -> Judgement {
        self.judge_tagged(self.tagging.tag_of(&key.key), key, complete)
    }

    /// The same, where the tag that the rule gives the key is known already.
    pub fn judge_tagged(&self, tag: TagOf, key: &KeyRow, complete: bool) -> Judgement {
        let seen = match self.listed(key) {
            Some(object) => Seen::Listed(object, self.scope.admit(object)),
            None => Seen::Unlisted,
        };
        let facts = KeyFacts { key: &key.key, seen, tag: tag.tag(), rows: &key.rows };
        let ground = Ground { on_gone: self.on_gone, complete, laws: self.laws };
        let decision = plan::decide(&self.connection, &facts, ground);
        let fate = plan::fate(&facts, &tag, &decision);
        Judgement { tag, decision, fate }
    }

    /// The object of a key as a listing of this prefix shows it. What is recorded of other keys (an earlier prefix, an
    /// edit that was only looked at) is not part of it.
    pub fn listed<'k>(&self, key: &'k KeyRow) -> Option<&'k ObjectMeta> {
        key.object.as_ref().filter(|_| self.scope.covers(&key.key))
    }

    /// Whether a removal of this key's documents must be confirmed by the bucket itself: the key could be listed
    /// and was not. A key outside the prefix is out of scope whether it exists or not.
    pub fn needs_look(&self, key: &KeyRow) -> bool {
        key.object.is_none() && self.scope.covers(&key.key)
    }

    /// What the rule captured in a key, as [start, end) in UTF-16 units.
    pub fn capture_in_utf16(&self, key: &ObjectKey) -> Option<(u32, u32)> {
        let text = key.as_str();
        let capture = self.tagging.rule.as_ref()?.capture(text)?;
        let units = |end: usize| text[..end].encode_utf16().count() as u32;
        (capture.start < capture.end).then(|| (units(capture.start), units(capture.end)))
    }
}
