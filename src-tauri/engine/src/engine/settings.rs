//! What a person set for the app as a whole: read once, kept current for whoever acts by it.

use tokio::sync::watch;

use crate::error::{Error, FieldError, Result};
use crate::event::EngineEvent;
use crate::store::{Store, settings};
use crate::view::{AppSettings, MOST_TRANSFERS, Proxy};

use super::Engine;

/// Its name in the settings.
const SETTING: &str = "app";
/// Slower than this nothing gets done before it times out, in bytes a second.
const LEAST_BANDWIDTH: u64 = 16 * 1024;

/// As they were last saved.
pub(super) async fn read(store: &Store) -> Result<watch::Sender<AppSettings>> {
    let saved: Option<AppSettings> = store.read(|db| settings::get(db, SETTING)).await?;
    Ok(watch::Sender::new(saved.unwrap_or_default()))
}

impl Engine {
    /// What a person set for the app as a whole.
    ///
    /// # Errors
    /// Never.
    pub async fn app_settings_get(&self) -> Result<AppSettings> {
        Ok(self.settings.borrow().clone())
    }

    /// Saves what a person set; what runs goes by it at once.
    ///
    /// # Errors
    /// `invalid_connection` with the wrong fields; what the state file says.
    pub async fn app_settings_set(&self, settings: AppSettings) -> Result<AppSettings> {
        let fields = wrong_fields(&settings);
        if !fields.is_empty() {
            return Err(Error::fields(fields));
        }
        let saved = settings.clone();
        self.store.write(move |db| settings::set(db, SETTING, &saved)).await?;
        self.settings.send_replace(settings.clone());
        self.tell(EngineEvent::Settings { settings: settings.clone() });
        Ok(settings)
    }

    /// The settings, as they change.
    pub fn app_settings(&self) -> watch::Receiver<AppSettings> {
        self.settings.subscribe()
    }
}

fn wrong_fields(settings: &AppSettings) -> Vec<FieldError> {
    let wrong = |field: &str, message: String| FieldError { field: field.into(), message, span: None };
    let mut fields = Vec::new();
    if !(1..=MOST_TRANSFERS).contains(&settings.transfers) {
        fields.push(wrong("transfers", format!("Enter a number from 1 to {MOST_TRANSFERS}.")));
    }
    if settings.bandwidth.is_some_and(|limit| limit < LEAST_BANDWIDTH) {
        fields.push(wrong("bandwidth", "Enter at least 16 KB a second, or leave it empty for no limit.".into()));
    }
    if let Proxy::Manual { address } = &settings.proxy
        && let Err(message) = check_proxy(address)
    {
        fields.push(wrong("proxy", message));
    }
    fields
}

/// A proxy's address is kept in the state file, so there is no place for a password in it.
fn check_proxy(address: &str) -> std::result::Result<(), String> {
    let example = "Enter its address, such as http://proxy.example.com:3128.";
    let url = url::Url::parse(address.trim()).map_err(|_| example.to_owned())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(example.to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave name and password out: what is entered here is kept in a file.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(settings: AppSettings) -> Vec<String> {
        wrong_fields(&settings).into_iter().map(|field| field.field).collect()
    }

    #[test]
    fn what_is_set_at_first_is_valid() {
        assert!(wrong(AppSettings::default()).is_empty());
    }

    #[test]
    fn each_wrong_field_is_named() {
        let proxy = Proxy::Manual { address: "http://me:word@proxy.example.com".into() };
        let settings = AppSettings { transfers: 0, bandwidth: Some(1), proxy, ..AppSettings::default() };
        assert_eq!(wrong(settings), ["transfers", "bandwidth", "proxy"]);
    }

    #[test]
    fn a_proxy_is_an_address_of_the_web() {
        for good in ["http://proxy.example.com:3128", " https://10.0.0.1 "] {
            assert_eq!(check_proxy(good), Ok(()), "{good}");
        }
        for bad in ["", "proxy", "socks5://h:1", "http://", "file:///etc/passwd"] {
            assert!(check_proxy(bad).is_err(), "{bad}");
        }
    }
}
