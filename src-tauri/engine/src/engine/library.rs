//! What is held where documents go: searched, and read in the bucket; and the library, document by document, for faces
//! that show more of it than a search.

use std::time::Duration;

use crate::connection::{Credentials, Destination};
use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::library::{DocumentFilter, DocumentQuery, DocumentSearch};
use crate::knowledge_base::{SearchQuery, SearchReply, TagCount};
use crate::object::ObjectKey;
use crate::source::S3Source;
use crate::store::knowledge_bases;
use crate::sync::now;
use crate::view::{LibraryDocument, LibraryHits, LibraryPage, ObjectLink, TagPage};

use super::{Engine, resolve};

/// How long a link to an object lasts.
const LINK_LASTS: Duration = Duration::from_secs(300);
/// Containers that a page has unless told otherwise, and at most.
const TAGS: (u32, u32) = (100, 1_000);

impl Engine {
    /// Searches where documents go: `library`, or a Supermemory that is known, by its address.
    ///
    /// # Errors
    /// `invalid_request` for any other address; what the knowledge base says. Any text is a legal query.
    pub async fn search(&self, destination: String, query: SearchQuery) -> Result<SearchReply> {
        let destination = self.known_destination(&destination).await?;
        self.base(&destination).await?.search(&query).await
    }

    /// The containers of a destination whose tag contains a text, the largest first; `limit` 0 means 100.
    ///
    /// # Errors
    /// As [`Engine::search`].
    pub async fn search_tags(&self, destination: String, text: String, limit: u32) -> Result<TagPage> {
        let destination = self.known_destination(&destination).await?;
        let mut tags = self.base(&destination).await?.tags().await?;
        let (documents, containers) = (tags.iter().map(|tag| tag.count).sum(), tags.len() as u64);
        let text = text.trim().to_lowercase();
        tags.retain(|tag: &TagCount| tag.tag.to_lowercase().contains(&text));
        tags.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.tag.cmp(&b.tag)));
        let total = tags.len() as u64;
        tags.truncate(if limit == 0 { TAGS.0 } else { limit.min(TAGS.1) } as usize);
        Ok(TagPage { tags, total, documents, containers })
    }

    /// An address that nobody entered gets no question, and no API key.
    async fn known_destination(&self, text: &str) -> Result<Destination> {
        let unknown = || Error::new(ErrorCode::InvalidRequest, format!("“{text}” is no knowledge base that is known"));
        let destination = Destination::parse(text).map_err(|_| unknown())?;
        if let Destination::Supermemory(address) = &destination {
            let known = self.store.read(|db| knowledge_bases::addresses(db)).await?;
            if !known.iter().any(|known| known == address.as_str()) {
                return Err(unknown());
            }
        }
        Ok(destination)
    }

    /// A link that reads one object of a connection's bucket for five minutes, with no more than `s3:GetObject`.
    ///
    /// # Errors
    /// `connection_not_found`; `object_gone` and what else the bucket says to a read.
    pub async fn object_link(&self, id: String, key: String) -> Result<ObjectLink> {
        let settings = self.row(&id).await?.connection.settings;
        let credentials = resolve(&self.secrets, &id, &settings.credentials).await?;
        let source = S3Source::new(&settings, &credentials).await?;
        let made_at = now();
        let url = source.link(&ObjectKey::new(key), LINK_LASTS).await?;
        let expires_at = match settings.credentials {
            Credentials::Anonymous => None,
            Credentials::AccessKey { .. } | Credentials::Profile { .. } | Credentials::Environment => {
                Some(made_at + LINK_LASTS.as_millis() as i64)
            }
        };
        Ok(ObjectLink { url, expires_at })
    }

    /// A page of the library.
    ///
    /// # Errors
    /// What the library's file says.
    pub async fn library_page(&self, query: DocumentQuery) -> Result<LibraryPage> {
        self.library.page(query).await
    }

    /// Searches the library among the documents that a filter leaves.
    ///
    /// # Errors
    /// What the library's file says; any text is a legal query.
    pub async fn library_hits(&self, asked: DocumentSearch) -> Result<LibraryHits> {
        self.library.search_documents(asked).await
    }

    /// The document that a filter leaves, with its text: of one id, perhaps in a container.
    ///
    /// # Errors
    /// What the library's file says.
    pub async fn library_document(&self, filter: DocumentFilter) -> Result<Option<LibraryDocument>> {
        let query = DocumentQuery { filter, limit: 1, with_text: true, ..DocumentQuery::default() };
        Ok(self.library.page(query).await?.documents.pop())
    }
}
