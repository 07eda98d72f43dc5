//! What is being typed: previewed on its bucket's real keys before anything is saved or sent.
//!
//! One listing is kept at a time. It is there with its first keys; the rest comes in behind, so that nobody waits for a
//! large bucket before typing. A bucket that was listed before is read from the state file, without the network.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock};

use tokio_util::sync::CancellationToken;

use crate::connection::{ConnectionDraft, CredentialsDraft, Destination, SecretNeed, Settings};
use crate::error::{Error, ErrorCode, FieldError, Result};
use crate::knowledge_base::intake;
use crate::source::ResolvedCredentials;
use crate::store::connections::ConnectionRow;
use crate::studio::{Judged, Listed, judge_all};
use crate::sync::judge::Rules;
use crate::sync::now;
use crate::tag::Tagging;
use crate::view::{DraftListing, DraftPreview, PlanFilter, PlanItem, PlanPage, PlanSummary, TokenEstimate};

use super::connections::secret_need;
use super::feed::{Feed, Part};
use super::{Engine, access_key, lock, resolve, source};

/// Keys that a draft's listing keeps in memory, about a hundred bytes each. The sync itself has no such bound.
pub(super) const DRAFT_KEYS: usize = 1_000_000;
/// Rows of a page unless the filter says otherwise, and at most.
const PAGE: usize = 100;
const LARGEST_PAGE: usize = 10_000;

/// The last listing of a draft.
#[derive(Debug)]
pub struct Draft {
    id: String,
    connection: String,
    progress: Mutex<Progress>,
    /// Ends the listing.
    pub(super) cancel: CancellationToken,
    /// Number of the last question about all keys; an older one is no longer wanted.
    pub(super) turns: AtomicU64,
    /// The last answer to it.
    pub(super) judged: Mutex<Option<Arc<Answer>>>,
    /// The last plan, which other steps of the form ask for. It is worked out once, whoever asks meanwhile.
    planned: Mutex<Option<Arc<Answer>>>,
}

/// How far the listing is.
#[derive(Debug, Default)]
struct Progress {
    listed: Listed,
    is_complete: bool,
    is_under_way: bool,
    listed_at: i64,
    error: Option<Error>,
}

/// The keys that were seen, as far as they are there.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub listed: Listed,
    pub is_complete: bool,
    listed_at: i64,
}

/// All keys of a listing, judged by the rules of a draft.
#[derive(Debug)]
pub(super) struct Answer {
    /// What was asked.
    question: String,
    /// How many keys there were.
    pub keys: usize,
    pub judged: Judged,
    /// Tokens of what would be sent, once somebody asked.
    tokens: OnceLock<TokenEstimate>,
}

impl Engine {
    /// Lists the bucket for a draft and keeps the listing: its first keys are there at once, the others come in behind. A
    /// saved connection's last listing is read instead, unless it is to be listed again, or the draft is about another place.
    ///
    /// # Errors
    /// Wrong fields, and what the bucket says.
    pub async fn draft_list(&self, draft: ConnectionDraft, id: Option<String>, refresh: bool) -> Result<DraftListing> {
        let row = match &id {
            Some(id) => Some(self.row(id).await?),
            None => None,
        };
        let number = row.as_ref().map(|row| row.number);
        let recorded = match row.filter(|_| !refresh) {
            Some(row) => recorded(&row, &draft)?,
            None => None,
        };
        let (mut feed, listed_at) = match (recorded, number) {
            (Some((prefix, at)), Some(number)) => (Feed::records(&self.store, number, prefix), at),
            _ => {
                let (settings, credentials) = self.resolve_draft(&draft, id.as_deref()).await?;
                let bucket = source(&self.data_dir, &self.network(), &settings, &credentials).await?;
                (Feed::bucket(&self.store, number, settings.prefix, bucket), now())
            }
        };
        let first = feed.next().await?;
        let listing_id = uuid::Uuid::now_v7().to_string();
        let kept = Arc::new(Draft {
            connection: id.unwrap_or_else(|| listing_id.clone()),
            id: listing_id,
            progress: Mutex::new(Progress { listed_at, is_under_way: true, ..Progress::default() }),
            cancel: self.closing.child_token(),
            turns: AtomicU64::new(0),
            judged: Mutex::default(),
            planned: Mutex::default(),
        });
        if kept.take(first) {
            let draft = Arc::clone(&kept);
            self.tasks.spawn(async move { draft.fill(feed).await });
        }
        let listing = kept.listing();
        if let Some(other) = lock(&self.draft).replace(kept) {
            other.cancel.cancel();
        }
        Ok(listing)
    }

    /// How far a listing is.
    ///
    /// # Errors
    /// `invalid_request` when it was replaced by a newer one.
    pub async fn draft_listing(&self, listing_id: String) -> Result<DraftListing> {
        Ok(self.drafted(&listing_id)?.listing())
    }

    /// Forgets a listing; what of it is still on its way is not waited for.
    ///
    /// # Errors
    /// None.
    pub async fn draft_drop(&self, listing_id: String) -> Result<()> {
        if let Some(draft) = lock(&self.draft).take_if(|draft| draft.id == listing_id) {
            draft.cancel.cancel();
        }
        Ok(())
    }

    /// What the draft's rules would do with the keys of a listing. Nothing is sent.
    ///
    /// # Errors
    /// `invalid_request` when the listing was replaced by a newer one.
    pub async fn draft_preview(
        &self,
        listing_id: String,
        draft: ConnectionDraft,
        filter: PlanFilter,
    ) -> Result<DraftPreview> {
        let listed = self.drafted(&listing_id)?;
        let mut wrong = Vec::new();
        let tagging = draft.validate_tagging(&mut wrong);
        let rules = tagging.and_then(|tagging| listed.rules(&draft, tagging, &mut wrong));
        let Some(rules) = rules.filter(|_| wrong.is_empty()) else {
            return Ok(DraftPreview { field_errors: wrong, summary: None, page: None, rule_hits: Vec::new() });
        };
        crate::store::blocking(move || Ok(listed.preview(&rules, &filter))).await
    }

    /// The listing of this id.
    pub(super) fn drafted(&self, listing_id: &str) -> Result<Arc<Draft>> {
        let kept = lock(&self.draft).clone().filter(|draft| draft.id == listing_id);
        kept.ok_or_else(|| Error::new(ErrorCode::InvalidRequest, "the listing is gone; list again"))
    }

    /// Valid settings and credentials of a draft whose tags may still be missing.
    pub(super) async fn resolve_draft(
        &self,
        draft: &ConnectionDraft,
        id: Option<&str>,
    ) -> Result<(Settings, ResolvedCredentials)> {
        let saved = match id {
            Some(id) => Some(self.row(id).await?.connection.settings.credentials),
            None => None,
        };
        let need = saved.as_ref().map_or(SecretNeed::Typed, |saved| secret_need(saved, draft));
        let (settings, secrets) = reachable(draft).validate(need)?;
        let credentials = match (&draft.credentials, secrets.secret_access_key, id) {
            (CredentialsDraft::AccessKey { access_key_id, .. }, Some(secret), _) => {
                access_key(access_key_id.trim(), secret, secrets.session_token)
            }
            (_, _, Some(id)) => {
                let saved = saved.filter(|_| need == SecretNeed::MayBeSaved);
                resolve(&self.secrets, id, saved.as_ref().unwrap_or(&settings.credentials)).await?
            }
            (_, _, None) => resolve(&self.secrets, "", &settings.credentials).await?,
        };
        Ok((settings, credentials))
    }
}

impl Draft {
    fn listing(&self) -> DraftListing {
        let progress = lock(&self.progress);
        DraftListing {
            listing_id: self.id.clone(),
            keys: progress.listed.len() as u64,
            complete: progress.is_complete,
            under_way: progress.is_under_way,
            listed_at: progress.listed_at,
            error: progress.error.as_ref().map(Error::view),
        }
    }

    pub(super) fn seen(&self) -> Seen {
        let Progress { listed, is_complete, listed_at, .. } = &*lock(&self.progress);
        Seen { listed: listed.clone(), is_complete: *is_complete, listed_at: *listed_at }
    }

    /// Adds the next keys; says whether there are more to come.
    fn take(&self, part: Part) -> bool {
        let mut progress = lock(&self.progress);
        progress.listed.push(part.block);
        progress.listed.push_strays(part.strays);
        progress.is_complete = part.is_last;
        progress.is_under_way = !part.is_last && progress.listed.len() < DRAFT_KEYS;
        progress.is_under_way
    }

    async fn fill(&self, mut feed: Feed) {
        loop {
            let part = tokio::select! {
                () = self.cancel.cancelled() => return,
                part = feed.next() => part,
            };
            match part {
                Ok(part) => {
                    if !self.take(part) {
                        return;
                    }
                }
                Err(error) => {
                    let mut progress = lock(&self.progress);
                    progress.is_under_way = false;
                    progress.error = Some(error);
                    return;
                }
            }
        }
    }

    /// The rules of a draft; `None` with its wrong fields.
    pub(super) fn rules(
        &self,
        draft: &ConnectionDraft,
        tagging: Tagging,
        wrong: &mut Vec<FieldError>,
    ) -> Option<Rules> {
        rules_of(&self.connection, draft, tagging, wrong)
    }

    /// All keys, judged by these rules; `None` when the answer was not wanted any more.
    pub(super) fn judge(&self, rules: &Rules, is_wanted: &(dyn Fn() -> bool + Sync)) -> Option<Arc<Answer>> {
        let seen = self.seen();
        // Rules are what they print.
        let question = format!("{rules:?} of {} keys, {}", seen.listed.len(), seen.is_complete);
        let known = [&self.judged, &self.planned]
            .into_iter()
            .find_map(|kept| lock(kept).clone().filter(|answer| answer.question == question));
        if known.is_some() {
            return known;
        }
        let judged = judge_all(&seen.listed, rules, seen.is_complete, is_wanted)?;
        Some(Arc::new(Answer { question, keys: seen.listed.len(), judged, tokens: OnceLock::new() }))
    }

    fn preview(&self, rules: &Rules, filter: &PlanFilter) -> DraftPreview {
        let answer = {
            let answer = self.judge(rules, &|| true);
            lock(&self.planned).clone_from(&answer);
            answer
        };
        let seen = self.seen();
        let page = answer.as_ref().map(|answer| page(&answer.judged, &seen, rules, filter));
        let summary = answer.map(|answer| PlanSummary {
            tokens: *answer.tokens.get_or_init(|| answer.judged.tokens(&seen.listed)),
            ..answer.judged.summary(seen.listed_at)
        });
        let rule_hits = seen.listed.rule_hits(&rules.scope);
        DraftPreview { field_errors: Vec::new(), summary, page, rule_hits }
    }
}

fn page(judged: &Judged, seen: &Seen, rules: &Rules, filter: &PlanFilter) -> PlanPage {
    let text = filter.text.to_lowercase();
    let limit = if filter.limit == 0 { PAGE } else { (filter.limit as usize).min(LARGEST_PAGE) };
    let item = |at| Judged::row(Some(judged), &seen.listed, rules, seen.is_complete, at).map(|row| row.item);
    let contains = |item: &PlanItem| {
        item.key.to_lowercase().contains(&text)
            || item.tag.as_ref().is_some_and(|tag| tag.to_lowercase().contains(&text))
    };
    let shown = judged.planned(filter.action);
    if text.is_empty() {
        let positions: Vec<u32> = shown.collect();
        let part = positions.iter().skip(filter.offset as usize).take(limit);
        return PlanPage { total: positions.len() as u64, items: part.filter_map(|at| item(*at)).collect() };
    }
    let mut page = PlanPage { items: Vec::new(), total: 0 };
    for found in shown.filter_map(item).filter(contains) {
        if page.total >= filter.offset && page.items.len() < limit {
            page.items.push(found);
        }
        page.total += 1;
    }
    page
}

/// The rules of a draft whose tags are valid; `None` with its wrong filters.
pub(super) fn rules_of(
    connection: &str,
    draft: &ConnectionDraft,
    tagging: Tagging,
    wrong: &mut Vec<FieldError>,
) -> Option<Rules> {
    let before = wrong.len();
    let filters = draft.validate_filters(wrong);
    let limit = draft.document_limit.and_then(|l| u32::try_from(l).ok()).filter(|l| *l > 0);
    (wrong.len() == before).then(|| Rules {
        connection: connection.to_owned(),
        scope: crate::scope::Scope {
            prefix: draft.prefix.clone(),
            filters,
            max_size: draft.max_size.and_then(|size| u64::try_from(size).ok()).filter(|size| *size > 0),
            // What is no destination yet is wrong elsewhere in the form.
            intake: intake(&Destination::parse(&draft.destination).unwrap_or_default()),
        },
        tagging,
        on_gone: draft.on_gone,
        document_limit: limit.unwrap_or(crate::connection::DEFAULT_DOCUMENT_LIMIT),
        laws: crate::laws::Laws::default(),
    })
}

/// Prefix and time of the recorded listing, if it shows all that the draft is about.
fn recorded(row: &ConnectionRow, draft: &ConnectionDraft) -> Result<Option<(String, i64)>> {
    let saved = &row.connection.settings;
    let need = secret_need(&saved.credentials, draft);
    let (settings, _) = reachable(draft).validate(need)?;
    let is_there = (&settings.bucket, &settings.endpoint) == (&saved.bucket, &saved.endpoint);
    let is_within = settings.prefix.starts_with(&saved.prefix);
    let at = row.listed_at.filter(|_| is_there && is_within && row.listed_complete);
    Ok(at.map(|at| (settings.prefix, at)))
}

/// A draft as far as it says where the bucket is. Tags, limit and interval say nothing about that; a placeholder keeps
/// them out of the way.
pub(super) fn reachable(draft: &ConnectionDraft) -> ConnectionDraft {
    ConnectionDraft {
        container_tag_regex: String::new(),
        container_tags: vec!["draft".into()],
        document_limit: None,
        filters: Vec::new(),
        max_size: None,
        every_minutes: None,
        destination: String::new(),
        ..draft.clone()
    }
}
