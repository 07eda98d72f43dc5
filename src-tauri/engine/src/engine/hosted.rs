//! Hosted connections: those that Supermemory's cloud syncs by itself, and handing a connection over to it.
//!
//! The keys leave this computer then. What the hosted connector cannot do is refused field by field before anything is
//! sent.

use super::{Engine, bases, resolve};
use crate::connection::{ConnectionDraft, SecretNeed, Settings};
use crate::error::{Error, ErrorCode, Result};
use crate::knowledge_base::supermemory::Supermemory;
use crate::secrets::Secret;
use crate::source::ResolvedCredentials;
use crate::view::{HostedConnection, HostedDetails, HostedDocument, PauseLength};

mod fit;

impl Engine {
    /// Makes a hosted connection at a Supermemory (`address`; empty for Supermemory's own service).
    ///
    /// # Errors
    /// `invalid_connection` with every field that the hosted connector cannot honour; `plan_too_low`,
    /// `connectors_unavailable`.
    pub async fn hosted_create(&self, address: String, draft: ConnectionDraft) -> Result<HostedConnection> {
        let (settings, secrets) = draft.validate(SecretNeed::Typed)?;
        let has_token = secrets.session_token.is_some();
        let access_key_id = fit::check(&settings, has_token)?;
        let missing = || Error::new(ErrorCode::SecretMissing, format!("access key {access_key_id}"));
        let secret = secrets.secret_access_key.ok_or_else(missing)?;
        self.create_hosted(&address, &settings, access_key_id, secret).await
    }

    /// The hosted S3 connections of a Supermemory, oldest first.
    ///
    /// # Errors
    /// `plan_too_low`, `connectors_unavailable`; what it says.
    pub async fn hosted_list(&self, address: String) -> Result<Vec<HostedConnection>> {
        self.at(&address).await?.hosted_list().await
    }

    /// One hosted connection with its newest syncs.
    ///
    /// # Errors
    /// `hosted_connection_not_found`; as [`Engine::hosted_list`].
    pub async fn hosted_show(&self, address: String, id: String) -> Result<HostedDetails> {
        let client = self.at(&address).await?;
        let connection = client.hosted_get(&id).await?;
        let runs = client.hosted_runs(&id).await?;
        Ok(HostedDetails { connection, runs })
    }

    /// Asks for a sync now. The API knows only an import of all S3 connections under the same tags: the others of these
    /// tags sync too.
    ///
    /// # Errors
    /// `hosted_connection_not_found`; as [`Engine::hosted_list`].
    pub async fn hosted_import(&self, address: String, id: String) -> Result<()> {
        let client = self.at(&address).await?;
        let connection = client.hosted_get(&id).await?;
        client.hosted_import(&connection.container_tags).await
    }

    /// The documents of a hosted connection, and of the others under the same tags: the API does not tell them apart.
    ///
    /// # Errors
    /// `hosted_connection_not_found`; as [`Engine::hosted_list`].
    pub async fn hosted_documents(&self, address: String, id: String) -> Result<Vec<HostedDocument>> {
        let client = self.at(&address).await?;
        let connection = client.hosted_get(&id).await?;
        client.hosted_documents(&connection.container_tags).await
    }

    /// Deletes a hosted connection, and its documents or not.
    ///
    /// # Errors
    /// `hosted_connection_not_found`; as [`Engine::hosted_list`].
    pub async fn hosted_delete(&self, address: String, id: String, delete_documents: bool) -> Result<()> {
        self.at(&address).await?.hosted_delete(&id, delete_documents).await
    }

    /// Hands a connection over to the hosted connector: makes a hosted one of the same settings, with the secret from the
    /// keychain, and then pauses the one here until it is resumed. What it holds stays; a person deletes it when the
    /// hosted one is in step.
    ///
    /// # Errors
    /// As [`Engine::hosted_create`]; `connection_not_found`, `secret_missing`. Nothing is paused then.
    pub async fn connection_hand_over(&self, id: String, address: String) -> Result<HostedConnection> {
        let row = self.row(&id).await?;
        if row.deleting.is_some() {
            let detail = format!("“{}” is being deleted", row.connection.settings.name);
            return Err(Error::new(ErrorCode::InvalidRequest, detail));
        }
        let settings = &row.connection.settings;
        fit::check(settings, false)?;
        let hosted = match resolve(&self.secrets, &id, &settings.credentials).await? {
            ResolvedCredentials::Keys { access_key_id, secret, .. } => {
                self.create_hosted(&address, settings, access_key_id, secret).await?
            }
            // What has no key of its own was refused.
            ResolvedCredentials::Environment | ResolvedCredentials::Profile(_) | ResolvedCredentials::Anonymous => {
                return Err(Error::internal("hand a connection over", "it has no access key"));
            }
        };
        self.sync_pause(Some(id), PauseLength::UntilResumed).await?;
        Ok(hosted)
    }

    async fn at(&self, address: &str) -> Result<std::sync::Arc<Supermemory>> {
        self.supermemory(&bases::parse(address)?).await
    }

    async fn create_hosted(
        &self,
        address: &str,
        settings: &Settings,
        access_key_id: String,
        secret_access_key: Secret,
    ) -> Result<HostedConnection> {
        let client = self.at(address).await?;
        let new = fit::form(settings, access_key_id, secret_access_key);
        let id = client.hosted_create(&new).await?;
        match client.hosted_get(&id).await {
            Ok(connection) => Ok(connection),
            // It was made; that it cannot be looked at yet is no failure.
            Err(_) => Ok(fit::as_made(id, &new)),
        }
    }
}
