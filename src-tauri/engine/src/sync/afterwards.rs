//! What is left to do behind a run: a knowledge base that processes what it took is asked how documents stand, removals that
//! were answered "busy" are finished, and versions go whose successor is searchable by now. Without a listing: nothing that
//! the bucket would have to be asked about is removed here.

use tokio_util::sync::CancellationToken;

use crate::error::Result;
use crate::store::documents::Crowded;
use crate::store::{documents, keys};
use crate::sync::judge::Rules;
use crate::sync::removal::{self, Leaving, Round};
use crate::sync::settle;
use crate::sync::sides::Sides;

/// Goes once over everything that waits.
///
/// # Errors
/// What the knowledge base or the state file says; rows that were answered before stay answered.
pub async fn afterwards(sides: Sides<'_>, rules: &Rules, cancel: &CancellationToken, now: i64) -> Result<()> {
    let number = sides.connection;
    // A process that died may have left intents: when their puts land is not known.
    sides.store.write(move |db| documents::mark_left_intents(db, number, now)).await?;
    settle::settle(sides, now).await?;
    let mut after = String::new();
    let mut group: Vec<Leaving> = Vec::new();
    while !cancel.is_cancelled() {
        let start = after.clone();
        let page = sides
            .store
            .read(move |db| {
                let waiting = documents::crowded_keys(db, number, Crowded::OrLeaving, &start, keys::PAGE)?;
                waiting.iter().map(|key| keys::one(db, number, key)).collect::<Result<Vec<_>>>()
            })
            .await?;
        let Some(last) = page.last() else { break };
        after = last.key.as_str().to_owned();
        for key in &page {
            // No listing of its own, so that nothing counts as gone.
            let judgement = rules.judge(key, false);
            group.extend(removal::leaving(rules, key, &judgement, Round::Between, now));
        }
        while group.len() >= removal::GROUP {
            let rest = group.split_off(removal::GROUP);
            removal::remove(sides, std::mem::replace(&mut group, rest), now).await?;
        }
    }
    removal::remove(sides, group, now).await.map(drop)
}
