//! Whether the knowledge base at an address is still the one that holds the documents. With a key of another organisation,
//! or after a self-hosted server was set up anew, what is held describes another store: everything would be sent again,
//! and removals would be answered by somebody who never had the documents.

use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::{Address, KnowledgeBase};
use crate::store::{Store, knowledge_bases};

/// Compares who answers with who did before, and remembers it where nothing is held there yet.
///
/// # Errors
/// `knowledge_base_changed`; what the knowledge base or the state file says.
pub async fn check(store: &Store, base: &dyn KnowledgeBase, address: &Address) -> Result<()> {
    // One that does not tell is believed to be the same.
    let Some(organisation) = base.organisation().await? else { return Ok(()) };
    let known = address.clone();
    let (row, documents) = store
        .read(move |db| Ok((knowledge_bases::get(db, &known)?, knowledge_bases::documents_at(db, &known)?)))
        .await?;
    match &row.organisation {
        Some(before) if *before == organisation => return Ok(()),
        Some(before) if documents > 0 => {
            let detail = format!("{documents} documents are with {before}; {organisation} answers at {address}");
            return Err(Error::new(ErrorCode::KnowledgeBaseChanged, detail));
        }
        Some(_) | None => {}
    }
    let address = address.clone();
    store
        .write(move |db| {
            let row = knowledge_bases::KnowledgeBaseRow { organisation: Some(organisation), ..row };
            knowledge_bases::set(db, &address, &row)
        })
        .await
}
