//! Adding, editing and deleting connections.

use std::sync::Arc;

use crate::connection::{Connection, ConnectionDraft, Credentials, Destination, DraftSecrets, SecretNeed, Settings};
use crate::error::{Error, ErrorCode, FieldError, Result};
use crate::event::EngineEvent;
use crate::knowledge_base::Owner;
use crate::laws::Laws;
use crate::source::ResolvedCredentials;
use crate::store::connections::{self, ConnectionRow, Deleting};
use crate::store::documents;
use crate::sync::sides::Sides;
use crate::sync::{now, remove_everything};
use crate::view::ConnectionView;

use super::{Engine, SECRET_ACCESS_KEY, SESSION_TOKEN, access_key, lock, resolve, secret_name, with_secrets};

impl Engine {
    /// What is wrong with a draft as typed; empty when nothing is.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn connection_check(&self, draft: ConnectionDraft, id: Option<String>) -> Result<Vec<FieldError>> {
        let need = if id.is_some() { SecretNeed::MayBeSaved } else { SecretNeed::Typed };
        let mut wrong = match draft.validate(need) {
            Ok(_) => Vec::new(),
            Err(error) => error.fields,
        };
        let name = if draft.name.trim().is_empty() { draft.bucket.trim() } else { draft.name.trim() }.to_lowercase();
        let rows = self.store.read(|db| connections::all(db)).await?;
        let taken = |row: &ConnectionRow| {
            row.connection.settings.name.to_lowercase() == name && Some(&row.connection.id) != id.as_ref()
        };
        if rows.iter().any(taken) {
            let message = "There is already a connection of this name. Choose another name.".to_owned();
            wrong.insert(0, FieldError { field: "name".into(), message, span: None });
        }
        Ok(wrong)
    }

    /// Saves a new connection, its secret in the keychain.
    ///
    /// # Errors
    /// `invalid_connection` with the fields; `keychain_unavailable`, `keychain_locked`. Nothing is saved then.
    pub async fn connection_add(&self, draft: ConnectionDraft) -> Result<ConnectionView> {
        let (settings, secrets) = draft.validate(SecretNeed::Typed)?;
        let id = self.lost_owner(&settings).await?.unwrap_or_else(|| uuid::Uuid::now_v7().to_string());
        let connection = Connection { id: id.clone(), created_at: now(), settings };
        // The secret goes first: a row without its secret would be a connection that can never sync.
        let has_secrets = matches!(connection.settings.credentials, Credentials::AccessKey { .. });
        self.save_secrets(&id, secrets).await?;
        let saved = self.store.write(move |db| connections::insert(db, &connection)).await;
        if let Err(error) = saved {
            if has_secrets {
                // Why the row was refused is the answer; an entry that stays behind has an id that nobody asks for.
                let _ = self.forget_secrets(&id).await;
            }
            return Err(error);
        }
        self.tell_connection(&id).await;
        self.show(&id).await
    }

    /// Saves an edited connection; a secret that is not typed stays. Takes effect with the next run, which may carry out
    /// as many unusual removals as a person saw in the preview of this edit and confirmed.
    ///
    /// # Errors
    /// As [`Engine::connection_add`]; a bucket cannot change while its documents are held.
    pub async fn connection_edit(
        &self,
        id: String,
        draft: ConnectionDraft,
        confirmed_removals: Option<u64>,
    ) -> Result<ConnectionView> {
        let row = self.row(&id).await?;
        let (settings, secrets) = self.edited(&row, &draft).await?;
        self.save_secrets(&id, secrets).await?;
        let (key, number) = (id.clone(), row.number);
        self.store
            .write(move |db| {
                connections::update(db, &key, &settings)?;
                connections::set_confirmed_removals(db, number, confirmed_removals.unwrap_or(0))
            })
            .await?;
        lock(&self.previews).remove(&id);
        self.tell_connection(&id).await;
        self.show(&id).await
    }

    /// The settings and secrets of an edit, as they would be saved.
    pub(super) async fn edited(
        &self,
        row: &ConnectionRow,
        draft: &ConnectionDraft,
    ) -> Result<(Settings, DraftSecrets)> {
        let saved = &row.connection.settings.credentials;
        let (mut settings, secrets) = draft.validate(secret_need(saved, draft))?;
        keep_saved_token(&mut settings, saved, &secrets);
        self.refuse_another_place(row, &settings).await?;
        Ok((settings, secrets))
    }

    /// The credentials of an edit: what was typed, else what is saved.
    pub(super) async fn draft_credentials(
        &self,
        row: &ConnectionRow,
        settings: &Settings,
        secrets: DraftSecrets,
    ) -> Result<ResolvedCredentials> {
        match (&settings.credentials, secrets.secret_access_key) {
            (Credentials::AccessKey { access_key_id, .. }, Some(secret)) => {
                Ok(access_key(access_key_id, secret, secrets.session_token))
            }
            (credentials, _) => {
                let saved = resolve(&self.secrets, &row.connection.id, credentials).await?;
                Ok(match (saved, secrets.session_token) {
                    // Only the token was typed anew.
                    (ResolvedCredentials::Keys { access_key_id, secret, .. }, Some(token)) => {
                        access_key(&access_key_id, secret, Some(token))
                    }
                    (saved, _) => saved,
                })
            }
        }
    }

    /// Deletes a connection, and its documents unless they are to be kept. Once begun it is finished, at the next
    /// start if need be.
    ///
    /// # Errors
    /// `connection_not_found`; what the library or the keychain says.
    pub async fn connection_delete(self: &Arc<Self>, id: String, keep_documents: bool) -> Result<()> {
        let row = self.row(&id).await?;
        let deleting = if keep_documents { Deleting::Keep } else { Deleting::Remove };
        self.store.write(move |db| connections::set_deleting(db, row.number, deleting)).await?;
        self.tell_connection(&id).await;
        self.stop_run(&id).await;
        let finished = self.finish_deletion(&id).await;
        if finished.is_err() {
            // Whatever hinders it may pass: it is gone on with.
            self.follow(&id);
        }
        finished
    }

    /// Goes on with deletions that an earlier process began. One that cannot be finished now (the keychain is locked)
    /// stays begun, and keeps nobody from working with the other connections.
    pub(super) async fn resume_deletions(&self) -> Result<()> {
        let rows = self.store.read(|db| connections::all(db)).await?;
        // One that needs the network is gone on with in the background: opening waits for nobody.
        let is_near = |row: &ConnectionRow| {
            row.deleting == Some(Deleting::Keep) || row.connection.settings.destination == Destination::Library
        };
        for row in rows.into_iter().filter(|row| row.deleting.is_some() && is_near(row)) {
            // What hinders it is told by the next attempt of a person, and met again at the next start.
            let _ = self.finish_deletion(&row.connection.id).await;
        }
        Ok(())
    }

    /// Documents first, then what is known of them, then the secret, and last the connection's own row: it stands for all
    /// that is still to be done, so whatever is interrupted can be gone on with.
    pub(super) async fn finish_deletion(&self, id: &str) -> Result<()> {
        let row = self.row(id).await?;
        let number = row.number;
        match row.deleting {
            Some(Deleting::Keep) => {
                let released = id.to_owned();
                self.store
                    .write(move |db| {
                        connections::release(db, &released)?;
                        documents::forget_all(db, number)
                    })
                    .await?;
            }
            _ => {
                let destination = &row.connection.settings.destination;
                let base = self.base(destination).await?;
                let (store, base, destination) = (self.store.as_ref(), base.as_ref(), destination.name());
                let sides = Sides { store, base, connection: number, destination, laws: Laws::default() };
                let waiting = remove_everything(sides).await?;
                if waiting > 0 {
                    let detail = format!("{waiting} documents are still processed; they are removed when that is done");
                    return Err(Error::new(ErrorCode::DocumentBusy, detail));
                }
            }
        }
        self.store.write(move |db| connections::forget_rows(db, number)).await?;
        match row.connection.settings.credentials {
            Credentials::AccessKey { .. } => self.forget_secrets(id).await?,
            Credentials::Environment | Credentials::Profile { .. } | Credentials::Anonymous => {}
        }
        let form = super::forms::name(Some(id));
        self.store
            .write(move |db| {
                crate::store::settings::forget(db, &form)?;
                connections::delete(db, number)
            })
            .await?;
        lock(&self.previews).remove(id);
        self.tell(EngineEvent::ConnectionRemoved { id: id.to_owned() });
        Ok(())
    }

    /// The id under which the knowledge base holds documents of this bucket whose connection nobody knows any more,
    /// because the state file was lost. Under a new id everything would be sent twice.
    async fn lost_owner(&self, settings: &Settings) -> Result<Option<String>> {
        let base = self.base(&settings.destination).await?;
        let owners = base.owners(&settings.bucket, &settings.prefix).await?;
        self.store
            .read(move |db| {
                let mut lost: Option<Owner> = None;
                for owner in owners {
                    let more = lost.as_ref().is_none_or(|most| owner.documents > most.documents);
                    if more && connections::is_lost(db, &owner.connection)? {
                        lost = Some(owner);
                    }
                }
                Ok(lost.map(|owner| owner.connection))
            })
            .await
    }

    /// The row of a connection.
    pub(super) async fn row(&self, id: &str) -> Result<ConnectionRow> {
        let id = id.to_owned();
        self.store.read(move |db| connections::by_id(db, &id)).await
    }

    async fn refuse_another_place(&self, row: &ConnectionRow, settings: &Settings) -> Result<()> {
        let (number, saved) = (row.number, &row.connection.settings);
        let counts = self.store.read(move |db| documents::counts(db, number)).await?;
        let held = counts.held;
        let (field, message) = if held == 0 {
            return Ok(());
        } else if saved.bucket != settings.bucket {
            let bucket = &saved.bucket;
            let message = format!(
                "This connection holds {held} documents of “{bucket}”. Add a new connection for another bucket."
            );
            ("bucket", message)
        } else if saved.destination != settings.destination {
            let message = format!(
                "{held} documents of this connection are held where they were sent. Add a new connection for another \
                 destination, then delete this one."
            );
            ("destination", message)
        } else {
            return Ok(());
        };
        Err(Error::fields(vec![FieldError { field: field.into(), message, span: None }]))
    }

    async fn save_secrets(&self, id: &str, secrets: DraftSecrets) -> Result<()> {
        if secrets.secret_access_key.is_none() && secrets.session_token.is_none() {
            return Ok(());
        }
        let id = id.to_owned();
        with_secrets(&self.secrets, move |keychain| {
            if let Some(secret) = &secrets.secret_access_key {
                keychain.set(&secret_name(&id, SECRET_ACCESS_KEY), secret)?;
            }
            match &secrets.session_token {
                Some(token) => keychain.set(&secret_name(&id, SESSION_TOKEN), token),
                None => Ok(()),
            }
        })
        .await
    }

    async fn forget_secrets(&self, id: &str) -> Result<()> {
        let id = id.to_owned();
        with_secrets(&self.secrets, move |keychain| {
            keychain.delete(&secret_name(&id, SECRET_ACCESS_KEY))?;
            keychain.delete(&secret_name(&id, SESSION_TOKEN))
        })
        .await
    }
}

/// The saved secret serves only the saved access key.
pub(super) fn secret_need(saved: &Credentials, draft: &ConnectionDraft) -> SecretNeed {
    match (saved, &draft.credentials) {
        (
            Credentials::AccessKey { access_key_id: saved, .. },
            crate::connection::CredentialsDraft::AccessKey { access_key_id: typed, .. },
        ) if saved == typed.trim() => SecretNeed::MayBeSaved,
        _ => SecretNeed::Typed,
    }
}

/// A session token that is not typed again stays, as long as the secret does.
fn keep_saved_token(settings: &mut Settings, saved: &Credentials, typed: &DraftSecrets) {
    if let (
        Credentials::AccessKey { session_token, .. },
        Credentials::AccessKey { session_token: was_there, .. },
        None,
    ) = (&mut settings.credentials, saved, &typed.secret_access_key)
    {
        *session_token |= *was_there;
    }
}
