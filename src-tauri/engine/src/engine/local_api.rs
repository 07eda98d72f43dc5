//! The local API, as far as the engine knows it: what was chosen, its token, and how whoever serves it says it stands.
//!
//! The server itself is a face (`src-tauri/local-api`); nothing here listens on a port.

use std::sync::Mutex;

use secrecy::ExposeSecret;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, ErrorCode, Result};
use crate::event::EngineEvent;
use crate::secrets::{Secret, SecretStore};
use crate::store::{Store, settings};
use crate::view::{LocalApiSettings, LocalApiState, LocalApiView};

use super::{Engine, lock, with_secrets};

/// The port unless another is chosen: one above that of a self-hosted Supermemory.
pub const DEFAULT_PORT: u16 = 6768;
/// Its name in the settings.
const SETTING: &str = "local_api";
/// Name of the token in the keychain. One for all data folders of a person, as the keychain is.
const TOKEN: &str = "local-api/token";
/// Says in a leak what it is.
const TOKEN_PREFIX: &str = "s3l_";
/// Bytes of a token; guessing 256 bits is out of the question.
const TOKEN_BYTES: usize = 32;

/// What the engine keeps of the local API.
pub(super) struct LocalApi {
    wish: watch::Sender<LocalApiSettings>,
    state: Mutex<LocalApiState>,
    /// The token, once it was read: requests do not wait for a keychain.
    token: tokio::sync::Mutex<Option<Secret>>,
}

impl LocalApi {
    /// As it was last chosen. Nobody serves it yet.
    pub(super) async fn read(store: &Store) -> Result<Self> {
        let chosen = store.read(|db| settings::get(db, SETTING)).await?;
        let wish = chosen.unwrap_or(LocalApiSettings { enabled: false, port: DEFAULT_PORT });
        Ok(Self { wish: watch::Sender::new(wish), state: Mutex::new(LocalApiState::Off), token: Default::default() })
    }
}

impl Engine {
    /// Whether the local API is to be served, where, and how it stands.
    ///
    /// # Errors
    /// Never; what failed is in the answer.
    pub async fn local_api_get(&self) -> Result<LocalApiView> {
        Ok(self.local_api_view())
    }

    /// Chooses whether the app serves the local API, and on which port. Whether that worked comes later, as an event.
    ///
    /// # Errors
    /// `invalid_request` for port 0; what the state file says.
    pub async fn local_api_set(&self, enabled: bool, port: u16) -> Result<LocalApiView> {
        if port == 0 {
            return Err(Error::new(ErrorCode::InvalidRequest, "a port is a number from 1 to 65535"));
        }
        let wish = LocalApiSettings { enabled, port };
        self.store.write(move |db| settings::set(db, SETTING, &wish)).await?;
        // Also where nothing changed: whoever serves it tries a port again that was in use.
        self.local_api.wish.send_replace(wish);
        self.tell_local_api();
        Ok(self.local_api_view())
    }

    /// The token of the local API, made when it is first asked for; `renew` makes another, and the one before opens
    /// nothing from then on. It leaves the engine because it is made for a person to copy.
    ///
    /// # Errors
    /// `keychain_unavailable`, `keychain_locked`.
    pub async fn local_api_token(&self, renew: bool) -> Result<String> {
        Ok(self.local_api_secret(renew).await?.expose_secret().to_owned())
    }

    /// The token as a secret, for whoever compares with it.
    ///
    /// # Errors
    /// As [`Engine::local_api_token`].
    pub async fn local_api_secret(&self, renew: bool) -> Result<Secret> {
        let mut known = self.local_api.token.lock().await;
        if let Some(token) = known.as_ref().filter(|_| !renew) {
            return Ok(token.clone());
        }
        let token = with_secrets(&self.secrets, move |keychain| local_api_token(keychain, renew)).await?;
        *known = Some(token.clone());
        Ok(token)
    }

    /// What is chosen, now and whenever it changes, for whoever serves the local API.
    pub fn local_api_wish(&self) -> watch::Receiver<LocalApiSettings> {
        self.local_api.wish.subscribe()
    }

    /// Takes note of how the local API stands. Only whoever serves it knows.
    pub fn local_api_report(&self, state: LocalApiState) {
        *lock(&self.local_api.state) = state;
        self.tell_local_api();
    }

    /// Cancelled when the engine is shut down: whoever serves it ends too.
    pub fn closing(&self) -> CancellationToken {
        self.closing.child_token()
    }

    fn local_api_view(&self) -> LocalApiView {
        let LocalApiSettings { enabled, port } = *self.local_api.wish.borrow();
        LocalApiView { enabled, port, state: lock(&self.local_api.state).clone() }
    }

    fn tell_local_api(&self) {
        self.tell(EngineEvent::LocalApi { local_api: self.local_api_view() });
    }
}

/// The token in this keychain, made where there is none or where another is asked for. Blocks for as long as the keychain
/// takes. A running engine goes on with the token that it has read: ask it instead.
///
/// # Errors
/// `keychain_unavailable`, `keychain_locked`.
pub fn local_api_token(keychain: &dyn SecretStore, renew: bool) -> Result<Secret> {
    let kept = if renew { None } else { keychain.get(TOKEN)? };
    if let Some(token) = kept.filter(|token| !token.expose_secret().is_empty()) {
        return Ok(token);
    }
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal("drawing a token", e))?;
    let token = Secret::from(format!("{TOKEN_PREFIX}{}", hex::encode(bytes)));
    keychain.set(TOKEN, &token)?;
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::MemorySecrets;

    #[test]
    fn a_token_is_made_once_and_another_one_only_when_asked_for() {
        let keychain = MemorySecrets::default();
        let token = |renew| local_api_token(&keychain, renew).expect("a token").expose_secret().to_owned();
        let first = token(false);
        assert!(first.starts_with(TOKEN_PREFIX) && first.len() == TOKEN_PREFIX.len() + 2 * TOKEN_BYTES, "{first}");
        assert_eq!(token(false), first);
        let second = token(true);
        assert_ne!(second, first);
        assert_eq!(token(false), second);
    }
}
