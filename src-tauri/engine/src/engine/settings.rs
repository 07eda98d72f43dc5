//! What a person set for the app as a whole: read once, kept current for whoever acts by it.

use tokio::sync::watch;

use crate::error::{Error, FieldError, Result};
use crate::event::EngineEvent;
use crate::network::{Bandwidth, Network, Proxy, ProxyAddress};
use crate::store::{Store, settings};
use crate::view::{AppSettings, MOST_TRANSFERS, ProxyChoice};

use super::{Engine, lock};

/// Its name in the settings.
const SETTING: &str = "app";
/// Slower than this nothing gets done before it times out, in bytes a second.
const LEAST_BANDWIDTH: u64 = 16_000;

/// What the engine keeps of them.
pub(super) struct Chosen {
    settings: watch::Sender<AppSettings>,
    /// One limit for all that read from buckets, whatever they began with.
    bandwidth: Bandwidth,
}

impl Chosen {
    /// As they were last saved.
    pub(super) async fn read(store: &Store) -> Result<Self> {
        let saved: Option<AppSettings> = store.read(|db| settings::get(db, SETTING)).await?;
        // What an older or a newer version has left is taken as far as it is valid.
        let settings = saved.filter(|saved| wrong_fields(saved).is_empty()).unwrap_or_default();
        let bandwidth = Bandwidth::default();
        bandwidth.limit(settings.bandwidth);
        Ok(Self { settings: watch::Sender::new(settings), bandwidth })
    }
}

impl Engine {
    /// What a person set for the app as a whole.
    ///
    /// # Errors
    /// Never.
    pub async fn app_settings_get(&self) -> Result<AppSettings> {
        Ok(self.chosen.settings.borrow().clone())
    }

    /// Saves what a person set. The bandwidth counts at once; proxy and transfers for what begins from now on.
    ///
    /// # Errors
    /// `invalid_connection` with the wrong fields; what the state file says.
    pub async fn app_settings_set(&self, settings: AppSettings) -> Result<AppSettings> {
        let fields = wrong_fields(&settings);
        if !fields.is_empty() {
            return Err(Error::fields(fields));
        }
        let settings = AppSettings { proxy: as_kept(settings.proxy), ..settings };
        let saved = settings.clone();
        self.store.write(move |db| settings::set(db, SETTING, &saved)).await?;
        let before = self.chosen.settings.send_replace(settings.clone());
        self.chosen.bandwidth.limit(settings.bandwidth);
        if before.proxy != settings.proxy {
            // Each of them goes the way that it was made with.
            lock(&self.supermemories).clear();
        }
        self.tell(EngineEvent::Settings { settings: settings.clone() });
        Ok(settings)
    }

    /// The settings, as they change.
    pub fn app_settings(&self) -> watch::Receiver<AppSettings> {
        self.chosen.settings.subscribe()
    }

    /// The way out, for what begins now.
    pub(super) fn network(&self) -> Network {
        Network { proxy: proxy(&self.chosen.settings.borrow().proxy), bandwidth: self.chosen.bandwidth.clone() }
    }

    /// Documents of a run that may be on their way at once.
    pub(super) fn transfers(&self) -> usize {
        self.chosen.settings.borrow().transfers as usize
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
    if let ProxyChoice::Manual { address } = &settings.proxy
        && let Err(message) = ProxyAddress::parse(address)
    {
        fields.push(wrong("proxy", message));
    }
    fields
}

/// The way through which requests go; an address that is none was refused when it was typed.
fn proxy(choice: &ProxyChoice) -> Proxy {
    match choice {
        ProxyChoice::System => Proxy::System,
        ProxyChoice::None => Proxy::None,
        ProxyChoice::Manual { address } => ProxyAddress::parse(address).map_or(Proxy::System, Proxy::Manual),
    }
}

/// The choice with its address written out.
fn as_kept(choice: ProxyChoice) -> ProxyChoice {
    match proxy(&choice) {
        Proxy::Manual(address) => ProxyChoice::Manual { address: address.url() },
        Proxy::System | Proxy::None => choice,
    }
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
        let proxy = ProxyChoice::Manual { address: "http://me:word@proxy.example.com".into() };
        let settings = AppSettings { transfers: 0, bandwidth: Some(1), proxy, ..AppSettings::default() };
        assert_eq!(wrong(settings), ["transfers", "bandwidth", "proxy"]);
    }

    #[test]
    fn a_proxy_is_kept_as_a_whole_address() {
        let kept = as_kept(ProxyChoice::Manual { address: " proxy.example.com:3128/".into() });
        assert_eq!(kept, ProxyChoice::Manual { address: "http://proxy.example.com:3128".into() });
    }
}
