//! The listing of a run: pages flow from the bucket into the state file; nothing of them stays in memory.

use tokio_util::sync::CancellationToken;

use crate::error::{Error, ErrorCode, Result};
use crate::object::ObjectMeta;
use crate::source::ObjectSource;
use crate::store::{Store, connections, objects};
use crate::sync::Clock;

/// What is listed.
#[derive(Debug, Clone, Copy)]
pub enum Under<'a> {
    /// Everything under the connection's prefix; what was recorded outside of it goes.
    Prefix(&'a str),
    /// Everything under the prefix of an edit that is not saved yet; what was recorded outside of it stays.
    DraftPrefix(&'a str),
}

impl<'a> Under<'a> {
    fn prefix(self) -> &'a str {
        match self {
            Self::Prefix(prefix) | Self::DraftPrefix(prefix) => prefix,
        }
    }
}

/// Lists everything under a prefix into the state file. Returns whether the listing is proven complete, which
/// is false only when it was cancelled.
///
/// # Errors
/// What the bucket says; `storage_failed` when a page is not in order. The keys seen so far are recorded, and no
/// key is taken out.
pub async fn list(
    store: &Store,
    source: &dyn ObjectSource,
    connection: i64,
    under: Under<'_>,
    cancel: &CancellationToken,
    clock: &Clock,
    mut on_page: impl FnMut(usize),
) -> Result<bool> {
    store.write(move |db| objects::begin_listing(db, connection)).await?;
    let prefix = under.prefix();
    let mut token: Option<String> = None;
    let mut after = String::new();
    loop {
        let page = tokio::select! {
            () = cancel.cancelled() => return Ok(false),
            page = source.list(prefix, token.as_deref()) => page?,
        };
        check_order(&after, &page.objects, prefix)?;
        on_page(page.objects.len());
        let is_last = page.next.is_none();
        let from = after.clone();
        if let Some(last) = page.objects.last() {
            after = last.key.as_str().to_owned();
        }
        let span = objects::Span { prefix: prefix.to_owned(), after: from, is_last };
        let outside_goes = matches!(under, Under::Prefix(_));
        let at = clock();
        store
            .write(move |db| {
                objects::record_page(db, connection, &span, &page.objects)?;
                if is_last {
                    objects::end_complete_listing(db, connection)?;
                    if outside_goes {
                        objects::forget_outside(db, connection, &span.prefix)?;
                        connections::set_listed(db, connection, at, true)?;
                    }
                }
                Ok(())
            })
            .await?;
        match page.next {
            Some(next) => token = Some(next),
            None => return Ok(true),
        }
    }
}

/// Pages must rise strictly and stay under the prefix: what is missing between two keys is taken for absent, so
/// a listing out of order proves nothing.
pub(crate) fn check_order(after: &str, page: &[ObjectMeta], prefix: &str) -> Result<()> {
    let mut last = after;
    for object in page {
        let key = object.key.as_str();
        if key <= last && !last.is_empty() {
            let detail = format!("the listing is out of order: “{key}” came after “{last}”");
            return Err(Error::new(ErrorCode::StorageFailed, detail));
        }
        if !key.starts_with(prefix) {
            let detail = format!("the listing of “{prefix}” has the key “{key}”");
            return Err(Error::new(ErrorCode::StorageFailed, detail));
        }
        last = key;
    }
    Ok(())
}
