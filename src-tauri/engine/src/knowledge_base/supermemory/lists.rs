//! Lists: what is held, whose documents there are, the containers.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::content;
use super::documents::Item;
use crate::connection::ConnectionId;
use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::{HeldPage, Owner, TagCount};

/// Documents of a page: what every statement about the API allows.
pub const PAGE: u32 = 100;
/// Pages that are looked at to find who owns documents of a bucket.
const OWNER_PAGES: u32 = 10;

/// A page of `POST /v3/documents/list`.
#[derive(Deserialize)]
pub struct Page {
    /// The documents; the list keeps the name of an older API.
    #[serde(rename = "memories")]
    pub documents: Vec<Item>,
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    current_page: u32,
    total_pages: u32,
}

impl Page {
    /// Whether no page comes after it.
    pub fn is_last(&self) -> bool {
        match &self.pagination {
            Some(pagination) => pagination.current_page >= pagination.total_pages,
            None => self.documents.is_empty(),
        }
    }
}

/// Reads one page.
pub async fn page(client: &Client, query: Value) -> Result<Page> {
    client.read(|| client.request(Method::POST, &["v3", "documents", "list"]).json(&query)).await
}

/// Only documents whose metadata have this value.
pub fn filter(name: &str, value: &str) -> Value {
    json!({ "AND": [{ "key": name, "value": value, "filterType": "metadata" }] })
}

/// What is held for a connection, oldest first, so that what is put meanwhile comes at the end.
pub async fn held(client: &Client, connection: &ConnectionId, after: Option<&str>, limit: u32) -> Result<HeldPage> {
    let number = match after {
        None => 1,
        Some(after) => after
            .parse::<u32>()
            .map_err(|_| Error::new(ErrorCode::InvalidRequest, "there is no such page of what is held"))?,
    };
    let query = json!({
        "limit": limit.clamp(1, PAGE),
        "page": number,
        "sort": "createdAt",
        "order": "asc",
        "includeContent": false,
        "filters": filter(content::CONNECTION, connection),
    });
    let page = page(client, query).await?;
    let next = (!page.is_last()).then(|| (number + 1).to_string());
    // A server may not know filters: what is another's is not this connection's to see.
    let ours: Vec<&Item> = page.documents.iter().filter(|item| item.names(connection)).collect();
    let documents: Vec<_> = ours.iter().filter_map(|item| item.held()).collect();
    let foreign = (ours.len() - documents.len()) as u64;
    Ok(HeldPage { documents, foreign, next })
}

/// The connections that own the newest documents of a bucket.
pub async fn owners(client: &Client, bucket: &str, prefix: &str) -> Result<Vec<Owner>> {
    let mut owners: BTreeMap<ConnectionId, u64> = BTreeMap::new();
    for number in 1..=OWNER_PAGES {
        let query = json!({
            "limit": PAGE,
            "page": number,
            "sort": "createdAt",
            "order": "desc",
            "includeContent": false,
            "filters": filter(content::BUCKET, bucket),
        });
        let page = page(client, query).await?;
        for told in page.documents.iter().filter_map(Item::told) {
            if told.bucket == bucket && told.key.as_str().starts_with(prefix) {
                *owners.entry(told.connection).or_default() += 1;
            }
        }
        if page.is_last() {
            break;
        }
    }
    Ok(owners.into_iter().map(|(connection, documents)| Owner { connection, documents }).collect())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container {
    container_tag: String,
    #[serde(default)]
    document_count: Option<u64>,
}

/// The containers with their documents, by tag.
pub async fn tags(client: &Client) -> Result<Vec<TagCount>> {
    let containers: Vec<Container> =
        client.read(|| client.request(Method::GET, &["v3", "container-tags", "list"])).await?;
    let count = |container: Container| {
        let count = container.document_count.unwrap_or_default();
        (count > 0).then_some(TagCount { tag: container.container_tag, count })
    };
    let mut tags: Vec<TagCount> = containers.into_iter().filter_map(count).collect();
    tags.sort_by(|a, b| a.tag.cmp(&b.tag));
    Ok(tags)
}
