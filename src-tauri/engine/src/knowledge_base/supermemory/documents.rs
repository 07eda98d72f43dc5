//! Documents one by one: putting them, asking how they stand, removing them by id.

use futures::{StreamExt, TryStreamExt, stream};
use reqwest::multipart::{Form as Multipart, Part};
use reqwest::{Body, Method};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client::{Client, REQUESTS, Repeat, Reply, Silence, time_for};
use super::content::{self, File, Form, Reading, Told};
use super::lists;
use super::refusal::{self, Means};
use crate::content::Content;
use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::{Document, DocumentId, Held, Put, RemoteId, Removal, Standing};
use crate::plan::document_id;
use crate::tag::ContainerTag;

/// Documents that one request can remove (`DELETE /v3/documents/bulk`).
const BULK: usize = 100;
/// An id over there is at most so long; what is longer was not given there.
const LONGEST_ID: usize = 128;

/// A document as every route shows it; of these fields, whichever the route has.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Its id over there.
    pub id: RemoteId,
    custom_id: Option<String>,
    container_tags: Option<Vec<String>>,
    container_tag: Option<String>,
    metadata: Option<Map<String, Value>>,
    #[serde(default)]
    status: String,
    error_message: Option<Value>,
    error_reason: Option<Value>,
    error: Option<Value>,
    failure_reason: Option<Value>,
}

impl Item {
    /// The object that it tells, where it does.
    pub fn told(&self) -> Option<Told> {
        content::told(self.metadata.as_ref()?)
    }

    /// Whether its metadata name a connection, in whatever form the rest is.
    pub fn names(&self, connection: &str) -> bool {
        let named = self.metadata.as_ref().and_then(|all| all.get(content::CONNECTION));
        named.and_then(Value::as_str) == Some(connection)
    }

    /// Its only container.
    fn tag(&self) -> Option<ContainerTag> {
        match (self.container_tags.as_deref(), &self.container_tag) {
            (Some([tag]), _) => ContainerTag::parse(tag),
            (None, Some(tag)) => ContainerTag::parse(tag),
            _ => None,
        }
    }

    /// As a document of ours, where it tells all that this takes.
    pub fn held(&self) -> Option<Held> {
        let Told { key, etag, .. } = self.told()?;
        Some(Held { id: self.custom_id.clone()?, remote_id: self.id.clone(), key, etag, tag: self.tag()? })
    }

    /// The engine's id, if this is the very document that the id means.
    ///
    /// A server may know several documents of one `customId`, each under its own tags, and shows any of them to whoever
    /// asks by `customId`. Removing goes by what was found here, so what was found must reproduce the id: connection,
    /// key, version and tag.
    pub fn proven_id(&self) -> Option<DocumentId> {
        let connection = self.told()?.connection;
        let Held { id, key, etag, tag, .. } = self.held()?;
        (id == document_id(&connection, &key, &etag, &tag)).then_some(id)
    }

    /// How it stands. A word that is not documented means that it is still worked on.
    pub fn standing(&self) -> Standing {
        let remote_id = self.id.clone();
        match self.status.as_str() {
            "done" => Standing::Indexed { remote_id },
            "failed" => Standing::Failed { remote_id, reason: self.reason() },
            _ => Standing::Processing { remote_id },
        }
    }

    /// Why it failed. No field is documented for it; these are the ones that servers were seen to have.
    fn reason(&self) -> String {
        let fields = [&self.error_message, &self.error_reason, &self.error, &self.failure_reason];
        let said =
            fields.into_iter().flatten().filter_map(|value| value.as_str().or_else(|| value.get("message")?.as_str()));
        let said = said.map(refusal::shortened).find(|text| !text.is_empty());
        said.unwrap_or_else(|| "Supermemory could not process the file, and gives no reason".into())
    }
}

/// What was taken.
#[derive(Deserialize)]
struct Taken {
    id: RemoteId,
    #[serde(default)]
    status: String,
}

/// Puts a document.
pub async fn put(client: &Client, document: &Document, bytes: Content) -> Result<Put> {
    let form = match bytes.in_memory() {
        Some(bytes) => content::form(&document.key, bytes),
        None => match look_through(&bytes).await {
            Ok(reading) => content::form_on_disk(&document.key, bytes.length(), &reading).map(Form::File),
            // Nothing was sent.
            Err(error) => return Ok(Put::Declined(error)),
        },
    };
    let form = match form {
        Ok(form) => form,
        Err(unfit) => return Ok(Put::Refused { code: unfit.code, reason: unfit.reason.into() }),
    };
    let answer = match form {
        Form::Text(text) => {
            let body = text_body(document, text);
            let request = || client.request(Method::POST, &["v3", "documents"]).json(&body);
            client.answer(Repeat::WhenRefused, request).await
        }
        Form::File(file) => {
            let request = || {
                let request = client.request(Method::POST, &["v3", "documents", "file"]);
                request.multipart(file_body(document, &file, &bytes)).timeout(time_for(bytes.length()))
            };
            client.answer(Repeat::WhenRefused, request).await
        }
    };
    let reply = match answer {
        Ok(reply) => reply,
        // Without a connection nothing can have been taken.
        Err(Silence { error, unsent: true }) => return Ok(Put::Declined(error)),
        Err(Silence { error, unsent: false }) => return Err(error),
    };
    if reply.is_yes() {
        let Taken { id, status } = reply.json()?;
        if !is_remote_id(&id) {
            return Err(Error::new(ErrorCode::KnowledgeBaseFailed, "the document was taken without an id"));
        }
        // A document that failed before is taken up again, or will be found to have failed.
        let is_done = status == "done";
        return Ok(if is_done { Put::Indexed { remote_id: id } } else { Put::Accepted { remote_id: id } });
    }
    match refusal::of_put(reply.status) {
        Means::Document(code) => {
            let words = reply.words().unwrap_or_else(|| format!("status {}", reply.status));
            Ok(Put::Refused { code, reason: format!("Supermemory says: {words}") })
        }
        Means::NotNow => Ok(Put::Declined(reply.refusal())),
        Means::Unknown => Err(reply.refusal()),
    }
}

/// The body of `POST /v3/documents`.
pub fn text_body(document: &Document, text: &str) -> Value {
    let mut body = json!({
        "content": text,
        "containerTag": document.tag,
        "customId": document.id,
        "metadata": content::metadata(document),
    });
    if let Some(path) = content::filepath(&document.key) {
        body["filepath"] = path.into();
    }
    body
}

/// As far as it takes to know what the bytes are.
async fn look_through(bytes: &Content) -> Result<Reading> {
    let (mut reading, mut pieces) = (Reading::default(), bytes.pieces());
    while !reading.is_decided()
        && let Some(piece) = pieces.try_next().await?
    {
        reading.take(&piece);
    }
    Ok(reading)
}

/// The body of `POST /v3/documents/file`. The bytes are shared, not copied; those on the disk are read while they go.
fn file_body(document: &Document, file: &File, bytes: &Content) -> Multipart {
    let mut form = Multipart::new()
        .text("containerTag", document.tag.to_string())
        .text("customId", document.id.clone())
        .text("metadata", Value::Object(content::metadata(document)).to_string());
    if let Some(path) = content::filepath(&document.key) {
        form = form.text("filepath", path);
    }
    if let Some(file_type) = file.file_type {
        form = form.text("fileType", file_type);
    }
    if file.tells_mime {
        form = form.text("mimeType", file.mime);
    }
    let body = || bytes.in_memory().map_or_else(|| Body::wrap_stream(bytes.pieces()), |bytes| bytes.clone().into());
    let part = || Part::stream_with_length(body(), bytes.length()).file_name(file.name.clone());
    // Every type of the table is well formed; one that were not would be left out.
    let part = part().mime_str(file.mime).unwrap_or_else(|_| part());
    form.part("file", part)
}

/// Asks for each of these documents by itself.
pub async fn ask_each(client: &Client, ids: &[DocumentId]) -> Result<Vec<Standing>> {
    let look = |id: DocumentId| async move { look(client, &id).await };
    stream::iter(ids.to_vec()).map(look).buffered(REQUESTS).try_collect().await
}

async fn look(client: &Client, id: &DocumentId) -> Result<Standing> {
    let reply = client.answer(Repeat::Safe, || client.request(Method::GET, &["v3", "documents", id])).await?;
    if reply.status == 404 {
        return speaks_of_documents(client, &reply).await.map(|()| Standing::Absent);
    }
    let item: Item = reply.json()?;
    // What is there under this id and is not the document that it means is nobody's to touch.
    Ok(if item.proven_id().as_ref() == Some(id) { item.standing() } else { Standing::Absent })
}

/// Makes sure that a 404 speaks of a document, and not of the route: under an address that is not this API's any more,
/// everything would seem to have vanished.
async fn speaks_of_documents(client: &Client, reply: &Reply) -> Result<()> {
    let words = reply.words().ok_or_else(|| reply.refusal())?;
    if !words.to_lowercase().contains("document") {
        lists::page(client, json!({ "limit": 1, "page": 1 })).await?;
    }
    Ok(())
}

/// What a removal of several documents says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Removed {
    #[serde(default)]
    deleted_count: u64,
    errors: Option<Vec<Trouble>>,
}

#[derive(Deserialize)]
struct Trouble {
    id: String,
    #[serde(default)]
    error: String,
}

/// Removes documents by their ids over there. Never by tag: that would take what others put there.
pub async fn remove(client: &Client, ids: &[RemoteId]) -> Result<Vec<Removal>> {
    // Nothing was ever put there under such an id.
    let known: Vec<&RemoteId> = ids.iter().filter(|id| is_remote_id(id)).collect();
    let mut answers = Vec::with_capacity(known.len());
    for group in known.chunks(BULK) {
        answers.extend(match group {
            [one] => vec![remove_one(client, one).await?],
            _ => remove_group(client, group).await?,
        });
    }
    let mut answers = answers.into_iter();
    let answer = |id: &RemoteId| if is_remote_id(id) { answers.next().unwrap_or(Removal::Busy) } else { Removal::Gone };
    Ok(ids.iter().map(answer).collect())
}

async fn remove_group(client: &Client, ids: &[&RemoteId]) -> Result<Vec<Removal>> {
    let body = json!({ "ids": ids });
    let request = || client.request(Method::DELETE, &["v3", "documents", "bulk"]).json(&body);
    let reply = client.answer(Repeat::Safe, request).await?;
    if matches!(reply.status, 400 | 404 | 405 | 409 | 422 | 501) {
        return remove_singly(client, ids).await;
    }
    let Removed { deleted_count, errors } = reply.json()?;
    let errors = errors.unwrap_or_default();
    // What neither was removed nor has an error was not answered.
    if deleted_count + (errors.len() as u64) < ids.len() as u64 {
        return remove_singly(client, ids).await;
    }
    let answer = |id: &&RemoteId| match errors.iter().find(|trouble| trouble.id == **id) {
        Some(trouble) if !trouble.error.to_lowercase().contains("not found") => Removal::Busy,
        Some(_) | None => Removal::Gone,
    };
    Ok(ids.iter().map(answer).collect())
}

async fn remove_singly(client: &Client, ids: &[&RemoteId]) -> Result<Vec<Removal>> {
    let ids: Vec<RemoteId> = ids.iter().map(|id| (*id).clone()).collect();
    let remove = |id: RemoteId| async move { remove_one(client, &id).await };
    stream::iter(ids).map(remove).buffered(REQUESTS).try_collect().await
}

async fn remove_one(client: &Client, id: &RemoteId) -> Result<Removal> {
    let reply = client.answer(Repeat::Safe, || client.request(Method::DELETE, &["v3", "documents", id])).await?;
    match reply.status {
        200..=299 | 410 => Ok(Removal::Gone),
        404 => speaks_of_documents(client, &reply).await.map(|()| Removal::Gone),
        409 => Ok(Removal::Busy),
        _ => Err(reply.refusal()),
    }
}

/// Whether this can be an id that was given over there. An id of the engine's own never is: the route takes it for a
/// `customId`, and a removal that comes late would hit a document that was put since. Nor are the words of routes.
fn is_remote_id(id: &str) -> bool {
    let is_plain = !id.is_empty() && id.len() <= LONGEST_ID;
    let is_plain = is_plain && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    is_plain && !id.starts_with("s3-") && !matches!(id, "bulk" | "batch" | "file" | "list" | "processing")
}

#[cfg(test)]
mod tests;
