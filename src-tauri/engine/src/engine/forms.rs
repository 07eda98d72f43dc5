//! Forms that were left before they were saved: kept in the state file, without secrets, until they are saved or begun
//! anew.

use crate::error::{Error, ErrorCode, Result};
use crate::event::EngineEvent;
use crate::store::settings;
use crate::view::{FormDraft, FormText, WaitingForm};

use super::Engine;

/// How the names of the settings begin.
const NAME: &str = "form/";
/// The longest form that is kept, in bytes of JSON. Nobody types more; a paste gone wrong may be anything.
const LONGEST: usize = 256 * 1024;
/// Secrets of S3 services have at least as many characters, their key ids fewer.
const SHORTEST_SECRET: usize = 40;

impl Engine {
    /// The form of a connection (`id` absent: of a new one) as it was left; nothing where it was not left half done.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn form_kept(&self, id: Option<String>) -> Result<Option<FormDraft>> {
        self.store.read(move |db| settings::get(db, &name(id.as_deref()))).await
    }

    /// Keeps a form as it is, in place of what was kept before.
    ///
    /// # Errors
    /// `connection_not_found` for the form of a connection that is not there; `invalid_request` for one that is too long
    /// to be anybody's; what the state file says.
    pub async fn form_keep(&self, id: Option<String>, mut draft: FormDraft) -> Result<()> {
        if let Some(id) = &id {
            self.row(id).await?;
        }
        leave_out_secrets(&mut draft.typed);
        let length = serde_json::to_string(&draft).map_err(|e| Error::internal("measuring a form", e))?.len();
        if length > LONGEST {
            return Err(Error::new(ErrorCode::InvalidRequest, format!("a form of {length} bytes is not kept")));
        }
        let is_new = self
            .store
            .write(move |db| {
                let name = name(id.as_deref());
                let is_new = settings::get::<FormDraft>(db, &name)?.is_none();
                settings::set(db, &name, &draft)?;
                Ok(is_new)
            })
            .await?;
        if is_new {
            self.tell_forms().await?;
        }
        Ok(())
    }

    /// Forgets what was kept of a form.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn form_forget(&self, id: Option<String>) -> Result<()> {
        self.store.write(move |db| settings::forget(db, &name(id.as_deref()))).await?;
        self.tell_forms().await
    }

    /// The forms that were left before they were saved: that of a new connection first.
    ///
    /// # Errors
    /// What the state file says.
    pub async fn forms_waiting(&self) -> Result<Vec<WaitingForm>> {
        let ids = self.store.read(|db| settings::names_after(db, NAME)).await?;
        let waiting = |id: String| WaitingForm { connection_id: (!id.is_empty()).then_some(id) };
        Ok(ids.into_iter().map(waiting).collect())
    }

    async fn tell_forms(&self) -> Result<()> {
        let waiting = self.forms_waiting().await?;
        self.tell(EngineEvent::Forms { waiting });
        Ok(())
    }
}

/// The name of the setting.
pub(super) fn name(id: Option<&str>) -> String {
    format!("{NAME}{}", id.unwrap_or_default())
}

/// A secret may stand where none belongs: a password in an address, the signature of a pasted link, the secret in the
/// field of the key's id.
fn leave_out_secrets(typed: &mut FormText) {
    for address in [&mut typed.endpoint, &mut typed.own_address, &mut typed.cloud_address] {
        if address.contains(['@', '?', '#']) {
            address.clear();
        }
    }
    if typed.access_key_id.trim().len() >= SHORTEST_SECRET {
        typed.access_key_id.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_in_the_wrong_place_is_not_kept() {
        let mut typed = FormText {
            endpoint: "https://me:hunter2@s3.example.com".into(),
            own_address: "https://memory.example.com/?token=hunter2".into(),
            cloud_address: "https://api.supermemory.ai".into(),
            access_key_id: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            ..FormText::default()
        };
        leave_out_secrets(&mut typed);
        assert_eq!((typed.endpoint.as_str(), typed.own_address.as_str(), typed.access_key_id.as_str()), ("", "", ""));
        assert_eq!(typed.cloud_address, "https://api.supermemory.ai");
    }

    #[test]
    fn key_ids_and_addresses_are_kept() {
        let typed = FormText {
            endpoint: "http://127.0.0.1:9000".into(),
            // That of R2, the longest of those that are known.
            access_key_id: "0123456789abcdef0123456789abcdef".into(),
            ..FormText::default()
        };
        let mut kept = typed.clone();
        leave_out_secrets(&mut kept);
        assert_eq!(kept, typed);
    }

    #[test]
    fn a_field_for_a_secret_does_not_fit() {
        let with_secret = serde_json::json!({"typed": {"secretAccessKey": "x"}, "step": 0, "reached": 0});
        assert!(serde_json::from_value::<FormDraft>(with_secret).is_err());
    }
}
