//! The library, document by document, for faces that show more of it than a search.

use crate::error::Result;
use crate::knowledge_base::library::{DocumentFilter, DocumentQuery, DocumentSearch};
use crate::view::{LibraryDocument, LibraryHits, LibraryPage};

use super::Engine;

impl Engine {
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
