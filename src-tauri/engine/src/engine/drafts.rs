//! What is being typed: previewed on its bucket's real keys before anything is saved or sent.

use std::sync::Arc;
use std::time::Duration;

use crate::connection::{ConnectionDraft, CredentialsDraft, Destination, SecretNeed, Settings};
use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::intake;
use crate::object::ObjectMeta;
use crate::source::{ObjectSource, ResolvedCredentials};
use crate::store::documents;
use crate::store::keys::KeyRow;
use crate::sync::judge::Rules;
use crate::sync::{now, survey};
use crate::view::{DraftListing, DraftPreview, PlanFilter, PlanItem, PlanPage};

use super::connections::secret_need;
use super::{Engine, access_key, lock, resolve, source};

/// Keys that a draft's listing keeps in memory. Enough to see the shape of a bucket; the preview of a saved
/// connection has them all.
const DRAFT_KEYS: usize = 10_000;
/// A draft's listing stops after this long with what it has.
const DRAFT_PATIENCE: Duration = Duration::from_secs(30);

/// The last listing of a draft.
#[derive(Debug)]
pub struct Draft {
    listing: DraftListing,
    connection: String,
    keys: Vec<KeyRow>,
}

impl Engine {
    /// Lists the bucket for a draft and keeps the listing for [`Engine::draft_preview`].
    ///
    /// # Errors
    /// Wrong fields, and what the bucket says.
    pub async fn draft_list(&self, draft: ConnectionDraft, id: Option<String>) -> Result<DraftListing> {
        let (settings, credentials) = self.resolve_draft(&draft, id.as_deref()).await?;
        let source = source(&self.network(), &settings, &credentials).await?;
        let (objects, complete) = first_keys(source.as_ref(), &settings.prefix).await?;
        let keys = self.with_documents(id.as_deref(), objects).await?;
        let listing = DraftListing {
            listing_id: uuid::Uuid::now_v7().to_string(),
            keys: keys.len() as u64,
            complete,
            listed_at: now(),
        };
        let connection = id.unwrap_or_else(|| listing.listing_id.clone());
        *lock(&self.draft) = Some(Arc::new(Draft { listing: listing.clone(), connection, keys }));
        Ok(listing)
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
        let listed = lock(&self.draft).clone().filter(|d| d.listing.listing_id == listing_id);
        let listed = listed.ok_or_else(|| Error::new(ErrorCode::InvalidRequest, "the listing is gone; list again"))?;
        let mut wrong = Vec::new();
        let filters = draft.validate_filters(&mut wrong);
        let Some(tagging) = draft.validate_tagging(&mut wrong).filter(|_| wrong.is_empty()) else {
            return Ok(DraftPreview { field_errors: wrong, summary: None, page: None });
        };
        let limit = draft.document_limit.and_then(|l| u32::try_from(l).ok()).filter(|l| *l > 0);
        let rules = Rules {
            connection: listed.connection.clone(),
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
        };
        crate::store::blocking(move || preview(&rules, &listed, &filter)).await
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

    /// Objects with the documents that the edited connection already holds of them.
    async fn with_documents(&self, id: Option<&str>, objects: Vec<ObjectMeta>) -> Result<Vec<KeyRow>> {
        let bare = |object: ObjectMeta| KeyRow { key: object.key.clone(), object: Some(object), rows: Vec::new() };
        let mut keys: Vec<KeyRow> = objects.into_iter().map(bare).collect();
        let (Some(id), Some(last)) = (id, keys.last()) else { return Ok(keys) };
        let (number, end) = (self.row(id).await?.number, last.key.as_str().to_owned());
        let rows = self.store.read(move |db| documents::range(db, number, "", &end)).await?;
        for row in rows {
            if let Ok(index) = keys.binary_search_by(|key| key.key.cmp(&row.key)) {
                keys[index].rows.push(row);
            }
        }
        Ok(keys)
    }
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

/// The first keys of a bucket, and whether that is all.
async fn first_keys(source: &dyn ObjectSource, prefix: &str) -> Result<(Vec<ObjectMeta>, bool)> {
    let started = tokio::time::Instant::now();
    let mut objects: Vec<ObjectMeta> = Vec::new();
    let mut token = None;
    loop {
        let page = source.list(prefix, token.as_deref()).await?;
        objects.extend(page.objects);
        token = page.next;
        if token.is_none() {
            return Ok((objects, true));
        }
        if objects.len() >= DRAFT_KEYS || started.elapsed() > DRAFT_PATIENCE {
            objects.truncate(DRAFT_KEYS);
            return Ok((objects, false));
        }
    }
}

fn preview(rules: &Rules, draft: &Draft, filter: &PlanFilter) -> Result<DraftPreview> {
    let mut pages = |after: &str| {
        let start = draft.keys.partition_point(|key| key.key.as_str() <= after);
        Ok(draft.keys[start..].iter().take(2_000).cloned().collect())
    };
    let sums = survey::sums(rules, draft.listing.complete, &mut pages)?;
    let text = filter.text.to_lowercase();
    let limit = if filter.limit == 0 { 100 } else { filter.limit } as usize;
    let mut page = PlanPage { items: Vec::new(), total: 0 };
    let summary =
        survey::survey(rules, draft.listing.complete, draft.listing.listed_at, &sums, &mut pages, |key, j, line| {
            let item = || survey::item(rules, key, j, line);
            if filter.action.is_none_or(|action| action == line.action) && matches(&text, key, item) {
                if page.total >= filter.offset && page.items.len() < limit {
                    page.items.push(item());
                }
                page.total += 1;
            }
            Ok(())
        })?;
    Ok(DraftPreview { field_errors: Vec::new(), summary: Some(summary), page: Some(page) })
}

fn matches(text: &str, key: &KeyRow, item: impl Fn() -> PlanItem) -> bool {
    text.is_empty()
        || key.key.as_str().to_lowercase().contains(text)
        || item().tag.is_some_and(|tag| tag.to_lowercase().contains(text))
}
