//! Removing documents: marked first, then removed by remote id, then forgotten, each step only after the one
//! before was answered. The place of a key goes to its successor in the transaction that forgets its last row.

use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::{RemoteId, Removal, Standing};
use crate::laws::Law;
use crate::plan::{DocumentRow, DocumentState, Step, Why, document_id, has_place};
use crate::source::{Fetched, ObjectSource};
use crate::store::documents;
use crate::store::documents::Intent;
use crate::store::keys::KeyRow;
use crate::sync::judge::{Judgement, Rules};
use crate::sync::sides::Sides;
use crate::sync::survey::bare_removals;

/// Documents removed by one request.
pub const GROUP: usize = 100;

/// Keys that the bucket still has, or does not speak of, after which a run believes its listing about no further key: a
/// listing that left these out proves nothing about the others, and each look may read a whole object.
pub const DOUBTS: usize = 3;

/// One row on its way out.
#[derive(Debug, Clone)]
pub struct Leaving {
    /// The row.
    pub row: DocumentRow,
    /// Takes over its key's place.
    pub heir: Option<Intent>,
    /// It leaves its key without a wanted version: a person sees it as removed.
    pub is_bare: bool,
    /// A person removed it by hand: its row stays, as a refusal.
    pub stays: bool,
}

/// Which removals are carried out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Before anything is sent: begun removals, wrong tags, what is gone. `brake`: bare removals are held back.
    First {
        /// Whether bare removals are held back.
        brake: bool,
    },
    /// After sending: versions that were superseded.
    Last,
    /// Between two runs, without a listing: versions that were superseded, and begun removals.
    Between,
}

/// The rows of a key that leave in this round.
pub fn leaving(rules: &Rules, key: &KeyRow, judgement: &Judgement, round: Round, now: i64) -> Vec<Leaving> {
    let bare: Vec<usize> = bare_removals(key, judgement).collect();
    let mut leaving = Vec::new();
    for step in &judgement.decision.steps {
        let index = match (step, round) {
            (Step::Finish(i) | Step::Resolve(i), _) => *i,
            (Step::Remove(i, Why::WrongTag | Why::Gone | Why::Retried), Round::First { brake }) => {
                if brake && bare.contains(i) {
                    continue;
                }
                *i
            }
            // While something is wanted, a refused row may turn out to have its bytes: it goes after sending.
            (Step::Remove(i, Why::Refused), Round::First { .. }) if judgement.decision.want.is_none() => *i,
            // What has no place any more goes where its successor has been sent; all else is for a run to count.
            (Step::Remove(i, Why::WrongTag), Round::Between) if has_successor(key, judgement) => *i,
            (Step::Remove(i, Why::Superseded), Round::Between) => *i,
            (Step::Remove(..), Round::Between) => continue,
            // What the brake has not counted goes when a later run has.
            (Step::Remove(i, _), Round::Last) if bare.contains(i) => continue,
            (Step::Remove(i, Why::WrongTag | Why::Gone | Why::Superseded | Why::Refused), Round::Last) => *i,
            (Step::Remove(_, Why::Superseded | Why::Refused), Round::First { .. })
            | (Step::Remove(_, Why::Retried), Round::Last)
            | (Step::Put, _) => continue,
        };
        let heir = heir(rules, key, judgement, index, now);
        let row = key.rows[index].clone();
        let stays = row.is_leaving_by_hand();
        leaving.push(Leaving { row, heir, is_bare: bare.contains(&index), stays });
    }
    leaving
}

fn has_successor(key: &KeyRow, judgement: &Judgement) -> bool {
    let is_sent = |state| matches!(state, DocumentState::Sent | DocumentState::Indexed);
    judgement.decision.stands.is_some_and(|stands| is_sent(key.rows[stands].state))
}

/// The wanted version's intent, if this row is what keeps the key's place.
fn heir(rules: &Rules, key: &KeyRow, judgement: &Judgement, index: usize, now: i64) -> Option<Intent> {
    let want = judgement.decision.want.as_ref()?;
    let object = key.object.as_ref()?;
    let keeps_place = key.rows[index].error_code.is_none() && rules.laws.hold(Law::Reserve);
    if !keeps_place || judgement.decision.stands.is_some() {
        return None;
    }
    let others: Vec<DocumentRow> =
        key.rows.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, row)| row.clone()).collect();
    (!has_place(&others)).then(|| Intent {
        id: document_id(&rules.connection, &key.key, &want.etag, &want.tag),
        key: key.key.clone(),
        etag: want.etag.clone(),
        tag: want.tag.clone(),
        content_hash: None,
        size: object.size,
        at: now,
    })
}

/// Whether the bucket itself answers that this key's object is not there.
///
/// # Errors
/// What the bucket says instead.
pub async fn is_gone(source: &dyn ObjectSource, row: &DocumentRow) -> Result<bool> {
    Ok(source.fetch(&row.key, &row.etag).await? == Fetched::Gone)
}

/// What is said of a key that the listing left out and that is there.
pub fn left_out(row: &DocumentRow) -> Error {
    let key = row.key.as_str().escape_debug();
    let detail = format!("the listing left out “{key}”, which is there; its document stays, and so do others like it");
    Error::new(ErrorCode::StorageFailed, detail)
}

/// Carries out removals (at most [`GROUP`]). Returns those whose documents are gone.
///
/// # Errors
/// What the knowledge base or the state file says. Rows stay as they are marked; the next run goes on.
pub async fn remove(sides: Sides<'_>, mut group: Vec<Leaving>, now: i64) -> Result<Vec<Leaving>> {
    let Sides { store, base, connection, destination, laws } = sides;
    let mut gone = locate(sides, &mut group, now).await?;
    if !group.is_empty() {
        if laws.hold(Law::IntentRemove) {
            let marked: Vec<_> = group.iter().map(|l| l.row.id.clone()).collect();
            store.write(move |db| marked.iter().try_for_each(|id| documents::set_removing(db, id))).await?;
        }
        let name = |l: &Leaving| if laws.hold(Law::ById) { l.row.remote_id.clone() } else { Some(l.row.id.clone()) };
        let names: Vec<RemoteId> = group.iter().filter_map(name).collect();
        let answers = base.remove(&names).await?;
        // Where a put may still land, the row stays until it cannot: then the document is looked for once more.
        let is_over = |l: &Leaving, a: Removal| a == Removal::Gone && sides.absence_is_proven(&l.row, now);
        gone.extend(group.into_iter().zip(answers).filter(|(l, a)| is_over(l, *a)).map(|(l, _)| l));
    }
    let (forgotten, destination) = (gone.clone(), destination.to_owned());
    store
        .write(move |db| {
            forgotten.iter().try_for_each(|l| match l.stays {
                true => documents::set_removed_by_hand(db, &l.row.id),
                false => documents::forget(db, connection, &destination, &l.row.id, l.heir.as_ref()),
            })
        })
        .await?;
    Ok(gone)
}

/// Finds the remote ids of rows that have none, or whose put was never answered. Leaves in `group` only rows
/// that may be there under a known id; returns those that are proven absent.
async fn locate(sides: Sides<'_>, group: &mut Vec<Leaving>, now: i64) -> Result<Vec<Leaving>> {
    let (unsure, sure): (Vec<_>, Vec<_>) =
        std::mem::take(group).into_iter().partition(|l| l.row.remote_id.is_none() || l.row.unanswered_at.is_some());
    *group = sure;
    let ids: Vec<_> = unsure.iter().map(|l| l.row.id.clone()).collect();
    let standings = if ids.is_empty() { Vec::new() } else { sides.ask(&ids).await? };
    let mut absent = Vec::new();
    for (mut leaving, standing) in unsure.into_iter().zip(standings) {
        match standing {
            Standing::Absent if sides.absence_is_proven(&leaving.row, now) => absent.push(leaving),
            // It may be there and not be shown: under the id that it was given it can be removed all the same, and once begun
            // the removal is looked after until it is over.
            Standing::Absent if leaving.row.remote_id.is_some() && leaving.row.state != DocumentState::Intended => {
                group.push(leaving);
            }
            Standing::Absent => {}
            Standing::Processing { remote_id }
            | Standing::Indexed { remote_id }
            | Standing::Failed { remote_id, .. } => {
                let (id, known) = (leaving.row.id.clone(), remote_id.clone());
                let state = leaving.row.state;
                sides
                    .store
                    .write(move |db| match state {
                        // It landed after all. The next decision says what becomes of it.
                        DocumentState::Intended => documents::set_accepted(db, &id, &known, DocumentState::Sent, now),
                        _ => documents::set_remote_id(db, &id, &known),
                    })
                    .await?;
                leaving.row.remote_id = Some(remote_id);
                if state != DocumentState::Intended {
                    group.push(leaving);
                }
            }
        }
    }
    Ok(absent)
}
