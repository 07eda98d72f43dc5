//! The tag studio's questions. Rows in sight and totals are asked apart, so that the rows never wait for the totals; a new
//! question about all keys takes the place of the one before.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::connection::ConnectionDraft;
use crate::error::{FieldError, Result};
use crate::object::{ETag, ObjectKey, ObjectMeta};
use crate::store::blocking;
use crate::studio::{Block, Judged, Listed, judge_all, suggest};
use crate::tag::Tagging;
use crate::view::{StudioAnswer, StudioRows, StudioTrial, StudioView, Suggestion};

use super::drafts::{Draft, rules_of};
use super::{Engine, lock};

/// Rows that are judged at once, at most: more than a window shows.
const ROWS: usize = 500;
/// Keys of a person's own that are tried at once, at most.
const TRIED: usize = 500;
/// The longest key of S3, in bytes.
const LONGEST_KEY: usize = 1024;

impl Engine {
    /// The keys at these places of a listing, judged by a rule that is being typed.
    ///
    /// # Errors
    /// `invalid_request` when the listing was replaced by a newer one.
    pub async fn studio_rows(&self, listing_id: String, draft: ConnectionDraft, at: Vec<u32>) -> Result<StudioRows> {
        let listed = self.drafted(&listing_id)?;
        let total = at.len() as u64;
        blocking(move || Ok(rows(&listed, &draft, at.into_iter().take(ROWS), total))).await
    }

    /// A part of the keys in the order of the last totals: what needs a look comes first.
    ///
    /// # Errors
    /// `invalid_request` when the listing was replaced by a newer one.
    pub async fn studio_page(
        &self,
        listing_id: String,
        draft: ConnectionDraft,
        view: StudioView,
        offset: u64,
        limit: u32,
    ) -> Result<StudioRows> {
        let listed = self.drafted(&listing_id)?;
        blocking(move || {
            let last = lock(&listed.judged).clone();
            let limit = (limit as usize).min(ROWS);
            let (at, total) = match last {
                Some(answer) => answer.judged.positions(&view, offset, limit),
                // Nobody has asked yet: as they are in the bucket.
                None => {
                    let keys = if view == StudioView::All { listed.seen().listed.len() as u64 } else { 0 };
                    let end = keys.min(offset + limit as u64);
                    ((offset.min(end)..end).map(|at| at as u32).collect(), keys)
                }
            };
            Ok(rows(&listed, &draft, at, total))
        })
        .await
    }

    /// What the rule does with all keys of a listing, without an answer as soon as it is asked anew.
    ///
    /// # Errors
    /// `invalid_request` when the listing was replaced by a newer one.
    pub async fn studio_totals(&self, listing_id: String, draft: ConnectionDraft) -> Result<StudioAnswer> {
        let listed = self.drafted(&listing_id)?;
        let turn = listed.turns.fetch_add(1, Ordering::SeqCst) + 1;
        blocking(move || {
            let mut wrong = Vec::new();
            let tagging = tagging_of(&draft, &mut wrong);
            let rules = tagging.and_then(|tagging| listed.rules(&draft, tagging, &mut wrong));
            let Some(rules) = rules else { return Ok(StudioAnswer { field_errors: wrong, totals: None, keys: 0 }) };
            let is_wanted = || listed.turns.load(Ordering::SeqCst) == turn && !listed.cancel.is_cancelled();
            let answer = listed.judge(&rules, &is_wanted).filter(|_| is_wanted());
            let Some(answer) = answer else {
                return Ok(StudioAnswer { field_errors: Vec::new(), totals: None, keys: 0 });
            };
            *lock(&listed.judged) = Some(Arc::clone(&answer));
            let totals = Some(answer.judged.totals.clone());
            Ok(StudioAnswer { field_errors: Vec::new(), totals, keys: answer.keys as u64 })
        })
        .await
    }

    /// Rules that the shape of a listing's keys suggests, best first.
    ///
    /// # Errors
    /// `invalid_request` when the listing was replaced by a newer one.
    pub async fn studio_suggest(&self, listing_id: String) -> Result<Vec<Suggestion>> {
        let listed = self.drafted(&listing_id)?;
        blocking(move || Ok(suggest(&listed.seen().listed))).await
    }

    /// Judges keys that a person typed, as if the bucket had them.
    ///
    /// # Errors
    /// None; wrong fields are in the reply.
    pub async fn studio_try(&self, draft: ConnectionDraft, keys: Vec<String>) -> Result<StudioTrial> {
        blocking(move || Ok(try_keys(&draft, keys))).await
    }
}

fn rows(listed: &Draft, draft: &ConnectionDraft, at: impl IntoIterator<Item = u32>, total: u64) -> StudioRows {
    let mut wrong = Vec::new();
    // While a rule is half typed the keys are shown all the same.
    let tagging = tagging_of(draft, &mut wrong).unwrap_or_else(|| no_tags(draft));
    let Some(rules) = listed.rules(draft, tagging, &mut wrong) else {
        return StudioRows { field_errors: wrong, rows: Vec::new(), total };
    };
    let (seen, last) = (listed.seen(), lock(&listed.judged).clone());
    let before = last.as_ref().map(|answer| &answer.judged);
    let row = |at| Judged::row(before, &seen.listed, &rules, seen.is_complete, at);
    StudioRows { field_errors: wrong, rows: at.into_iter().filter_map(row).collect(), total }
}

fn try_keys(draft: &ConnectionDraft, keys: Vec<String>) -> StudioTrial {
    let mut wrong = Vec::new();
    let tagging = tagging_of(draft, &mut wrong);
    let Some(rules) = tagging.and_then(|tagging| rules_of("", draft, tagging, &mut wrong)) else {
        return StudioTrial { field_errors: wrong, rows: Vec::new(), collisions: Vec::new() };
    };
    let fits = |key: &String| !key.is_empty() && key.len() <= LONGEST_KEY;
    let object = |key: String| ObjectMeta {
        key: ObjectKey::new(key),
        etag: ETag::new(""),
        size: 1,
        modified: None,
        storage_class: None,
    };
    let mut listed = Listed::default();
    listed.push(Block::new(keys.into_iter().filter(fits).take(TRIED).map(|key| (object(key), Vec::new()))));
    let judged = judge_all(&listed, &rules, false, &|| true);
    let row = |at| Judged::row(judged.as_ref(), &listed, &rules, false, at);
    let rows = (0..listed.len() as u32).filter_map(row).collect();
    let collisions = judged.as_ref().map(|judged| judged.totals.collisions.clone()).unwrap_or_default();
    StudioTrial { field_errors: wrong, rows, collisions }
}

/// The rules of a draft that may have neither tag nor rule yet: then no key has a tag.
fn tagging_of(draft: &ConnectionDraft, wrong: &mut Vec<FieldError>) -> Option<Tagging> {
    let is_blank = draft.container_tag_regex.is_empty() && draft.container_tags.iter().all(|tag| tag.trim().is_empty());
    if !is_blank {
        return draft.validate_tagging(wrong);
    }
    Some(no_tags(draft))
}

fn no_tags(draft: &ConnectionDraft) -> Tagging {
    let (on_no_match, on_illegal_tag) = (draft.on_no_match, draft.on_illegal_tag);
    Tagging { rule: None, tags: Vec::new(), on_no_match, on_illegal_tag }
}
