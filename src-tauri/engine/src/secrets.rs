//! Secrets go in and never come out of the engine: into the OS keychain, and from there into a signer.
//!
//! A [`Secret`] cannot be printed, compared or serialised, and is wiped when dropped. The keychain's texts are
//! localised and name no cause a program can rely on, so its errors are mapped by kind to three codes:
//! unavailable, locked, missing.

use std::collections::HashMap;
use std::sync::Mutex;

use secrecy::ExposeSecret;
pub use secrecy::SecretString as Secret;

use crate::error::{Error, ErrorCode, Result};

/// Service name of every entry in the keychain.
pub const SERVICE: &str = "s3-connector";

/// How the names of API keys end; before it stands the address of the knowledge base.
pub const API_KEY_ENDING: &str = "/apiKey";

/// Where secrets are kept. Names are `<connection id>/<field>` and `<address of a knowledge base>/apiKey`.
///
/// Laws: what was set is got until deleted; deleting what is not there is no error; no method logs or
/// returns a secret in an error.
pub trait SecretStore: Send + Sync {
    /// Keeps a secret under a name, replacing an earlier one.
    fn set(&self, name: &str, secret: &Secret) -> Result<()>;
    /// The secret of this name, or `None`.
    fn get(&self, name: &str) -> Result<Option<Secret>>;
    /// Forgets it.
    fn delete(&self, name: &str) -> Result<()>;
}

/// The keychain of the operating system: Secret Service, macOS Keychain, Windows Credential Manager.
#[derive(Debug, Default)]
pub struct Keychain;

impl Keychain {
    fn entry(name: &str) -> Result<keyring_core::Entry> {
        match keyring::Entry::new(SERVICE, name) {
            Ok(entry) => Ok(entry.inner),
            // The keychain could not be opened when it was first asked for. It may be there by now.
            Err(keyring::Error::NoDefaultStore) => {
                if keyring_core::get_default_store().is_none() {
                    open_again().map_err(|e| keychain_error(&e))?;
                }
                keyring_core::Entry::new(SERVICE, name).map_err(|e| keychain_error(&e))
            }
            Err(e) => Err(keychain_error(&e)),
        }
    }
}

impl SecretStore for Keychain {
    fn set(&self, name: &str, secret: &Secret) -> Result<()> {
        Self::entry(name)?.set_password(secret.expose_secret()).map_err(|e| keychain_error(&e))
    }

    fn get(&self, name: &str) -> Result<Option<Secret>> {
        match Self::entry(name)?.get_password() {
            Ok(text) => Ok(Some(Secret::from(text))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(e) => Err(keychain_error(&e)),
        }
    }

    fn delete(&self, name: &str) -> Result<()> {
        match Self::entry(name)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(e) => Err(keychain_error(&e)),
        }
    }
}

/// Opens the keychain once more, where it is a program of its own that may start after this one.
#[cfg(target_os = "linux")]
fn open_again() -> keyring::Result<()> {
    keyring_core::set_default_store(zbus_secret_service_keyring_store::Store::new()?);
    Ok(())
}

/// The keychain is part of the system: what it said at first stays true.
#[cfg(not(target_os = "linux"))]
fn open_again() -> keyring::Result<()> {
    match keyring::Entry::store_status() {
        Ok(()) => Ok(()),
        Err(_) => Err(keyring::Error::NoDefaultStore),
    }
}

/// Maps by kind. The text of the cause is kept (it names D-Bus errors, not secrets).
fn keychain_error(error: &keyring::Error) -> Error {
    let code = match error {
        keyring::Error::NoStorageAccess(_) => ErrorCode::KeychainLocked,
        _ => ErrorCode::KeychainUnavailable,
    };
    // Only the first failure to open the keychain tells the cause.
    let detail = match (error, keyring::Entry::store_status()) {
        (keyring::Error::NoDefaultStore, Err(cause)) => cause.to_string(),
        _ => error.to_string(),
    };
    Error::new(code, detail)
}

/// Secrets in memory only: for tests, and for a server without a keychain whose owner chose so.
#[derive(Default)]
pub struct MemorySecrets(Mutex<HashMap<String, Secret>>);

impl std::fmt::Debug for MemorySecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemorySecrets(..)")
    }
}

impl SecretStore for MemorySecrets {
    fn set(&self, name: &str, secret: &Secret) -> Result<()> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(name.to_owned(), secret.clone());
        Ok(())
    }

    fn get(&self, name: &str) -> Result<Option<Secret>> {
        Ok(self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(name).cloned())
    }

    fn delete(&self, name: &str) -> Result<()> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(name);
        Ok(())
    }
}
