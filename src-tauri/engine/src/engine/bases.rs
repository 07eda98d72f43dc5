//! Knowledge bases beside the library: their addresses, their API keys, and whether they answer.

use std::sync::Arc;

use crate::connection::Destination;
use crate::error::{Error, ErrorCode, FieldError, Result};
use crate::knowledge_base::supermemory::{Supermemory, Tested};
use crate::knowledge_base::{Address, KnowledgeBase};
use crate::network::Proxy;
use crate::secrets::{API_KEY_ENDING, Secret};
use crate::store::knowledge_bases::{self, KnowledgeBaseRow};
use crate::store::{Store, connections};
use crate::sync::now;
use crate::view::{KnowledgeBaseDraft, KnowledgeBaseReport, KnowledgeBaseView};

use super::{Engine, lock, with_secrets};

impl Engine {
    /// The knowledge base of a destination, with its key.
    ///
    /// # Errors
    /// `api_key_missing`; what the keychain says.
    pub(super) async fn base(&self, destination: &Destination) -> Result<Arc<dyn KnowledgeBase>> {
        match destination {
            Destination::Library => Ok(Arc::clone(&self.library) as _),
            Destination::Supermemory(address) => Ok(self.supermemory(address).await? as _),
        }
    }

    /// The client of a Supermemory; one for each address, so that all connections together keep its pace.
    pub(super) async fn supermemory(&self, address: &Address) -> Result<Arc<Supermemory>> {
        if let Some(client) = lock(&self.supermemories).get(address) {
            return Ok(Arc::clone(client));
        }
        let key = self.api_key(address).await?;
        let client = Arc::new(client(&self.network().proxy, address, key)?);
        lock(&self.supermemories).insert(address.clone(), Arc::clone(&client));
        Ok(client)
    }

    async fn api_key(&self, address: &Address) -> Result<Option<Secret>> {
        let name = key_name(address);
        match with_secrets(&self.secrets, move |keychain| keychain.get(&name)).await {
            Ok(key) => Ok(key),
            // A server of one's own may need no key, and its computer may have no keychain.
            Err(_) if !address.is_hosted() && !self.known(address).await?.has_key => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn known(&self, address: &Address) -> Result<KnowledgeBaseRow> {
        let address = address.clone();
        self.store.read(move |db| knowledge_bases::get(db, &address)).await
    }

    /// Every Supermemory that is known, by address.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn knowledge_base_list(&self) -> Result<Vec<KnowledgeBaseView>> {
        let addresses = self.store.read(|db| knowledge_bases::addresses(db)).await?;
        let mut views = Vec::new();
        for address in addresses.iter().filter_map(|address| Address::parse(address).ok()) {
            views.push(show(&self.store, address).await?);
        }
        Ok(views)
    }

    /// Keeps an API key for a Supermemory, in the keychain; without one the address alone is remembered. The key of before
    /// stays where none is typed.
    ///
    /// # Errors
    /// `invalid_connection` for an address that is none; `keychain_unavailable`, `keychain_locked`.
    pub async fn knowledge_base_set(&self, draft: KnowledgeBaseDraft) -> Result<KnowledgeBaseView> {
        let address = address(&draft)?;
        let mut row = self.known(&address).await?;
        if let Some(key) = draft.api_key() {
            let name = key_name(&address);
            with_secrets(&self.secrets, move |keychain| keychain.set(&name, &key)).await?;
            row.has_key = true;
        }
        let saved = address.clone();
        self.store.write(move |db| knowledge_bases::set(db, &saved, &row)).await?;
        // The next use reads the key anew.
        lock(&self.supermemories).remove(&address);
        show(&self.store, address).await
    }

    /// Asks a Supermemory who it is and what it can do, with the key that was typed or else the saved one.
    ///
    /// # Errors
    /// `api_key_missing`, `api_key_rejected`, `knowledge_base_unreachable` and what else it says.
    pub async fn knowledge_base_test(&self, draft: KnowledgeBaseDraft) -> Result<KnowledgeBaseReport> {
        let address = address(&draft)?;
        let typed = draft.api_key();
        let is_typed = typed.is_some();
        let key = match typed {
            Some(key) => Some(key),
            None => self.api_key(&address).await?,
        };
        let Tested { organisation, plan, connectors } = client(&self.network().proxy, &address, key)?.test().await?;
        let report = KnowledgeBaseReport {
            address: address.as_str().to_owned(),
            organisation: organisation.clone(),
            plan: plan.clone(),
            connectors,
        };
        let known = self.known(&address).await?;
        // What a key that is not saved was told is nobody's to remember.
        if !is_typed && known != KnowledgeBaseRow::default() {
            let (before, checked_at) = (known.organisation.clone(), Some(now()));
            // Whose documents are held there is for a sync to find changed.
            let organisation = before.or(organisation);
            let row = KnowledgeBaseRow { organisation, checked_at, plan, connectors: Some(connectors), ..known };
            self.store.write(move |db| knowledge_bases::set(db, &address, &row)).await?;
        }
        Ok(report)
    }

    /// Forgets a Supermemory and its API key.
    ///
    /// # Errors
    /// `invalid_request` while a connection sends its documents there; what the keychain says.
    pub async fn knowledge_base_forget(&self, address: String) -> Result<()> {
        let address = parse(&address)?;
        let rows = self.store.read(|db| connections::all(db)).await?;
        let used = |row: &connections::ConnectionRow| row.connection.settings.destination.name() == address.as_str();
        if let Some(row) = rows.iter().find(|row| used(row)) {
            let detail = format!("“{}” sends its documents there", row.connection.settings.name);
            return Err(Error::new(ErrorCode::InvalidRequest, detail));
        }
        let name = key_name(&address);
        with_secrets(&self.secrets, move |keychain| keychain.delete(&name)).await?;
        lock(&self.supermemories).remove(&address);
        self.store.write(move |db| knowledge_bases::forget(db, &address)).await
    }
}

/// Name of an API key in the keychain.
fn key_name(address: &Address) -> String {
    format!("{address}{API_KEY_ENDING}")
}

fn client(proxy: &Proxy, address: &Address, key: Option<Secret>) -> Result<Supermemory> {
    if key.is_none() && address.is_hosted() {
        return Err(Error::new(ErrorCode::ApiKeyMissing, address.as_str()));
    }
    Supermemory::through(proxy, address, key)
}

fn address(draft: &KnowledgeBaseDraft) -> Result<Address> {
    parse(&draft.address)
}

pub(super) fn parse(text: &str) -> Result<Address> {
    Address::parse(text).map_err(|message| {
        Error::fields(vec![FieldError { field: "address".into(), message: message.into(), span: None }])
    })
}

async fn show(store: &Store, address: Address) -> Result<KnowledgeBaseView> {
    store
        .read(move |db| {
            let KnowledgeBaseRow { has_key, organisation, checked_at, plan, connectors } =
                knowledge_bases::get(db, &address)?;
            let used = connections::all(db)?;
            let used = used.iter().filter(|row| row.connection.settings.destination.name() == address.as_str());
            Ok(KnowledgeBaseView {
                connections: used.count() as u64,
                documents: knowledge_bases::documents_at(db, &address)?,
                is_hosted: address.is_hosted(),
                address: address.as_str().to_owned(),
                has_key,
                organisation,
                plan,
                connectors,
                checked_at,
            })
        })
        .await
}
