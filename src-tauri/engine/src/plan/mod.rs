//! What a sync has to do, decided key by key and without any I/O.
//!
//! A *document* is the triple (key, etag, tag). [`decide`] looks at one key: what the bucket shows of it, which
//! tag its rule gives, which documents are held; it returns the steps that bring held closer to desired. The
//! preview shows these steps, a run takes them, a test compares them with a model. Two sums over all keys are
//! needed before acting, and live in [`totals`]: places under the document limit, and the brake.
//!
//! Not here: order of execution, retries, anything that waits.

use serde::Serialize;
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::connection::OnGone;
use crate::error::ErrorCode;
use crate::knowledge_base::{DocumentId, RemoteId};
use crate::laws::{Law, Laws};
use crate::object::{ETag, ObjectKey, ObjectMeta};
use crate::scope::Admission;
use crate::tag::ContainerTag;

mod fate;
pub mod totals;

pub use fate::{Fate, fate};

/// How the state file believes a document to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// About to be put: it may or may not be there.
    Intended,
    /// Taken, and not yet searchable.
    Sent,
    /// Searchable.
    Indexed,
    /// Refused, with its reason; nothing of it is there.
    Rejected,
    /// Its removal has begun and is finished before anything else.
    Removing,
}

/// A document that the knowledge base holds or may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// The engine's id.
    pub id: DocumentId,
    /// Key of the object.
    pub key: ObjectKey,
    /// Version; moves on when a later version turned out to have the same bytes.
    pub etag: ETag,
    /// Container.
    pub tag: ContainerTag,
    /// Order in which rows were made: of two versions the higher is the newer.
    pub sequence: i64,
    /// Id over there, once it is known.
    pub remote_id: Option<RemoteId>,
    /// How it stands.
    pub state: DocumentState,
    /// When it came into its state, in milliseconds since 1970 UTC.
    pub changed_at: i64,
    /// Since when a put of it was never answered, in milliseconds since 1970 UTC.
    pub unanswered_at: Option<i64>,
    /// Why it was refused; stays while it is removed, so that it never takes a place.
    pub error_code: Option<String>,
    /// The refusal in a sentence.
    pub error_detail: Option<String>,
    /// SHA-256 of the bytes.
    pub content_hash: Option<Vec<u8>>,
    /// Size of the object in bytes.
    pub size: u64,
    /// It was refused, and a person asked to send it once more.
    pub retry: bool,
}

impl DocumentRow {
    /// Whether a person began to remove it by hand. Such a removal is finished like any other, but its row then stays, as
    /// a refusal: the document must not come back with the next run. Asked for again, it is removed as if by a rule.
    pub fn is_leaving_by_hand(&self) -> bool {
        self.state == DocumentState::Removing && self.was_removed_by_hand() && !self.retry
    }

    /// Whether a person removed it by hand, or began to.
    pub fn was_removed_by_hand(&self) -> bool {
        self.error_code.as_deref().is_some_and(|code| ErrorCode::from_name(code) == ErrorCode::DocumentRemoved)
    }
}

/// The version and tag that a key should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Version.
    pub etag: ETag,
    /// Container.
    pub tag: ContainerTag,
}

/// What the bucket shows of a key.
#[derive(Debug, Clone, Copy)]
pub enum Seen<'a> {
    /// It is in the listing.
    Listed(&'a ObjectMeta, Admission),
    /// It is not.
    Unlisted,
}

/// One key, whole.
#[derive(Debug, Clone, Copy)]
pub struct KeyFacts<'a> {
    /// The key.
    pub key: &'a ObjectKey,
    /// What the bucket shows.
    pub seen: Seen<'a>,
    /// The tag that its rule gives; `None` where it gives none or an illegal one. It comes from the key alone, so
    /// it exists for unlisted keys too.
    pub tag: Option<&'a ContainerTag>,
    /// Its documents, oldest first.
    pub rows: &'a [DocumentRow],
}

/// What holds for the connection as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ground {
    /// What happens to documents whose object is gone or out of scope.
    pub on_gone: OnGone,
    /// Whether this run's own listing reached its end.
    pub complete: bool,
    /// Which laws hold.
    pub laws: Laws,
}

/// Why a document is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its tag is not what the rule gives its key now. First of all, whatever else holds.
    WrongTag,
    /// Its object is gone or out of scope, and the connection says that such documents go.
    Gone,
    /// It was refused: only its row is left.
    Refused,
    /// It was refused, and a person asked for it to be sent once more: what is left of it goes before it is put.
    Retried,
    /// A newer version is searchable.
    Superseded,
}

/// One thing to do for a key. Rows are named by their index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Finish a removal that has begun.
    Finish(usize),
    /// Ask whether a put that may have landed did, and forget the row if not.
    Resolve(usize),
    /// Remove.
    Remove(usize, Why),
    /// Put the wanted document.
    Put,
}

/// The decision for one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What the key should have; `None` where it should have nothing new.
    pub want: Option<Wanted>,
    /// The row that stands for `want`, by etag or by id.
    pub stands: Option<usize>,
    /// What to do, in no particular order.
    pub steps: Vec<Step>,
}

/// The id of a document: `s3-` and 40 hex digits of SHA-256 over connection, key, etag and tag.
///
/// Every field is preceded by its length; without that, (`ab`, `c`) and (`a`, `bc`) would share an id, and so
/// could two tenants.
pub fn document_id(connection: &str, key: &ObjectKey, etag: &ETag, tag: &ContainerTag) -> DocumentId {
    let mut hash = Sha256::new();
    for field in [connection, key.as_str(), &etag.unquoted(), tag.as_str()] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    }
    format!("s3-{}", hex::encode(&hash.finalize()[..20]))
}

/// Whether these rows give their key a place under the document limit: any row without an error does.
pub fn has_place(rows: &[DocumentRow]) -> bool {
    rows.iter().any(|row| row.error_code.is_none())
}

/// Decides for one key.
///
/// | row | tag is not the rule's | stands for what is wanted | same tag, other version | same tag, gone and to be removed |
/// | --- | --- | --- | --- | --- |
/// | removing | finish | finish, then put | finish | finish |
/// | removing, by hand | finish | finish, and put nothing | finish | finish |
/// | intended | resolve | put | resolve | resolve |
/// | sent | wait | wait | wait | wait |
/// | indexed | remove first of all | nothing | remove once another is searchable and better | remove |
/// | rejected | remove | nothing; asked for again: remove, then put | remove if something is wanted or the listing is complete | remove |
pub fn decide(connection: &str, facts: &KeyFacts<'_>, ground: Ground) -> Decision {
    let laws = ground.laws;
    let want = wanted(facts);
    let stands = want.as_ref().and_then(|want| standing_row(connection, facts, want, laws));
    let mut steps = Vec::new();
    let again = stands.filter(|i| facts.rows[*i].state == DocumentState::Rejected && facts.rows[*i].retry);
    if want.is_some() && stands.is_none_or(|i| facts.rows[i].state == DocumentState::Intended || again == Some(i)) {
        steps.push(Step::Put);
    }
    let leaves = want.is_none() && ground.on_gone == OnGone::Remove && ground.complete && !is_blocked(facts.seen, laws);
    let best = best_row(facts, stands, laws);
    for (i, row) in facts.rows.iter().enumerate() {
        let same_tag = Some(&row.tag) == facts.tag;
        let step = match row.state {
            // It settles first: removing what is still processed would be refused, and could land late.
            DocumentState::Sent => None,
            _ if again == Some(i) => Some(Step::Remove(i, Why::Retried)),
            DocumentState::Removing if row.is_leaving_by_hand() => Some(Step::Finish(i)),
            _ if stands == Some(i) => None,
            DocumentState::Removing => Some(Step::Finish(i)),
            DocumentState::Intended => laws.hold(Law::Resolve).then_some(Step::Resolve(i)),
            DocumentState::Indexed if !same_tag && (best.is_some() || laws.hold(Law::Isolation)) => {
                Some(Step::Remove(i, Why::WrongTag))
            }
            DocumentState::Indexed if leaves => Some(Step::Remove(i, Why::Gone)),
            DocumentState::Indexed => best.filter(|b| *b != i).map(|_| Step::Remove(i, Why::Superseded)),
            DocumentState::Rejected if !same_tag || want.is_some() || ground.complete => {
                Some(Step::Remove(i, Why::Refused))
            }
            DocumentState::Rejected => None,
        };
        steps.extend(step);
    }
    Decision { want, stands, steps }
}

/// What cannot be read now is neither gone nor out of scope.
fn is_blocked(seen: Seen<'_>, laws: Laws) -> bool {
    matches!(seen, Seen::Listed(_, Admission::Unreadable(_))) && laws.hold(Law::Archived)
}

fn wanted(facts: &KeyFacts<'_>) -> Option<Wanted> {
    let tag = facts.tag?;
    let Seen::Listed(object, admission) = facts.seen else { return None };
    let settled = |row: &DocumentRow| {
        matches!(row.state, DocumentState::Sent | DocumentState::Indexed | DocumentState::Rejected)
            && row.tag == *tag
            && row.etag.names_same_version(&object.etag)
    };
    let wanted = match admission {
        Admission::Admitted => true,
        // An archived object that is held as it is counts as unchanged; it cannot be fetched otherwise.
        Admission::Unreadable(_) => facts.rows.iter().any(settled),
        Admission::Refused(_) => false,
    };
    wanted.then(|| Wanted { etag: object.etag.clone(), tag: tag.clone() })
}

/// A row stands for the wanted triple by etag, or by id: a row that followed to a later etag keeps its first id.
/// A removal once begun is finished, so a row that is on its way out stands for nothing, unless a person removed it: it
/// stays as a refusal.
fn standing_row(connection: &str, facts: &KeyFacts<'_>, want: &Wanted, laws: Laws) -> Option<usize> {
    let is_leaving =
        |row: &DocumentRow| row.state == DocumentState::Removing && !row.is_leaving_by_hand() && laws.hold(Law::OneWay);
    let open = |row: &DocumentRow| row.tag == want.tag && !is_leaving(row);
    let by_etag = facts.rows.iter().position(|row| open(row) && row.etag.names_same_version(&want.etag));
    // Where nothing is held no id is compared: a hash for each of a million new keys is a second.
    if by_etag.is_some() || facts.rows.is_empty() || !laws.hold(Law::StandsById) {
        return by_etag;
    }
    let id = document_id(connection, facts.key, &want.etag, &want.tag);
    facts.rows.iter().position(|row| open(row) && row.id == id)
}

/// The one version that stays at rest: the wanted one once searchable, until then the newest searchable one.
fn best_row(facts: &KeyFacts<'_>, stands: Option<usize>, laws: Laws) -> Option<usize> {
    let is_searchable = |row: &DocumentRow| match row.state {
        DocumentState::Indexed => true,
        DocumentState::Sent => !laws.hold(Law::IndexedFirst),
        DocumentState::Intended | DocumentState::Rejected | DocumentState::Removing => false,
    };
    let candidate = |row: &DocumentRow| Some(&row.tag) == facts.tag && is_searchable(row);
    let newest = || facts.rows.iter().rposition(candidate).filter(|_| laws.hold(Law::NewestOnly));
    stands.filter(|i| candidate(&facts.rows[*i])).or_else(newest)
}

#[cfg(test)]
mod tests;
