//! From options to the draft of a connection: a new one begins blank, an edit begins with what is saved.

use s3_connector_engine::connection::{Addressing, ConnectionDraft, Credentials, CredentialsDraft, OnGone};
use s3_connector_engine::error::{Error, ErrorCode, Result};
use s3_connector_engine::tag::{OnIllegalTag, OnNoMatch};
use s3_connector_engine::view::ConnectionView;

use crate::arguments::{Elsewhere, FieldArguments};
use crate::secret::{Entered, session_token};

/// The draft of a new connection.
pub fn of_new(fields: FieldArguments, entered: Entered) -> Result<ConnectionDraft> {
    let blank = ConnectionDraft {
        name: String::new(),
        bucket: String::new(),
        region: String::new(),
        endpoint: String::new(),
        prefix: String::new(),
        container_tag_regex: String::new(),
        container_tags: Vec::new(),
        document_limit: None,
        on_no_match: OnNoMatch::default(),
        on_illegal_tag: OnIllegalTag::default(),
        on_gone: OnGone::default(),
        filters: Vec::new(),
        max_size: None,
        ca_file: String::new(),
        requester_pays: false,
        addressing: Addressing::default(),
        every_minutes: None,
        destination: String::new(),
        credentials: CredentialsDraft::Anonymous,
    };
    changed(blank, fields, entered)
}

/// The draft of an edit: what is saved, with what these fields change.
pub fn of_edit(saved: ConnectionView, fields: FieldArguments, entered: Entered) -> Result<ConnectionDraft> {
    let same = ConnectionDraft {
        name: saved.name,
        bucket: saved.bucket,
        region: saved.region,
        endpoint: saved.endpoint,
        prefix: saved.prefix,
        container_tag_regex: saved.container_tag_regex,
        container_tags: saved.container_tags,
        document_limit: Some(saved.document_limit.into()),
        on_no_match: saved.on_no_match,
        on_illegal_tag: saved.on_illegal_tag,
        on_gone: saved.on_gone,
        filters: saved.filters,
        max_size: saved.max_size.and_then(|size| i64::try_from(size).ok()),
        ca_file: saved.ca_file,
        requester_pays: saved.requester_pays,
        addressing: saved.addressing,
        every_minutes: Some(saved.every_minutes),
        destination: saved.destination.name().to_owned(),
        credentials: match saved.credentials {
            // A secret that is not entered stays as saved.
            Credentials::AccessKey { access_key_id, .. } => {
                CredentialsDraft::AccessKey { access_key_id, secret_access_key: None, session_token: None }
            }
            Credentials::Environment => CredentialsDraft::Environment,
            Credentials::Profile { name } => CredentialsDraft::Profile { name },
            Credentials::Anonymous => CredentialsDraft::Anonymous,
        },
    };
    changed(same, fields, entered)
}

fn changed(draft: ConnectionDraft, fields: FieldArguments, entered: Entered) -> Result<ConnectionDraft> {
    Ok(ConnectionDraft {
        name: fields.name.unwrap_or(draft.name),
        bucket: fields.bucket.unwrap_or(draft.bucket),
        region: fields.region.unwrap_or(draft.region),
        endpoint: fields.endpoint.unwrap_or(draft.endpoint),
        prefix: fields.prefix.unwrap_or(draft.prefix),
        container_tag_regex: fields.container_tag_regex.unwrap_or(draft.container_tag_regex),
        container_tags: fields.container_tags.unwrap_or(draft.container_tags),
        document_limit: fields.document_limit.or(draft.document_limit),
        on_no_match: fields.on_no_match.unwrap_or(draft.on_no_match),
        on_illegal_tag: fields.on_illegal_tag.unwrap_or(draft.on_illegal_tag),
        on_gone: fields.on_gone.unwrap_or(draft.on_gone),
        filters: fields.filters.0.unwrap_or(draft.filters),
        max_size: fields.max_size.map_or(draft.max_size, |size| size.0),
        ca_file: fields.ca_file.unwrap_or(draft.ca_file),
        requester_pays: fields.requester_pays.unwrap_or(draft.requester_pays),
        addressing: fields.addressing.unwrap_or(draft.addressing),
        every_minutes: fields.every.or(draft.every_minutes),
        destination: fields.to.unwrap_or(draft.destination),
        credentials: credentials(draft.credentials, fields.access_key_id, fields.credentials, entered)?,
    })
}

fn credentials(
    before: CredentialsDraft,
    access_key_id: Option<String>,
    elsewhere: Option<Elsewhere>,
    entered: Entered,
) -> Result<CredentialsDraft> {
    let Entered { secret_access_key, session_token: token, api_key: _ } = entered;
    Ok(match (access_key_id, elsewhere, before) {
        (Some(access_key_id), _, _) => {
            CredentialsDraft::AccessKey { access_key_id, secret_access_key, session_token: token }
        }
        (None, Some(Elsewhere::Environment), _) => CredentialsDraft::Environment,
        (None, Some(Elsewhere::Profile(name)), _) => CredentialsDraft::Profile { name },
        (None, Some(Elsewhere::Anonymous), _) => CredentialsDraft::Anonymous,
        (None, None, before) if secret_access_key.is_none() && token.is_none() => before,
        (None, None, CredentialsDraft::AccessKey { access_key_id, .. }) => {
            let token = token.or_else(|| secret_access_key.as_ref().and_then(|_| session_token(&access_key_id)));
            CredentialsDraft::AccessKey { access_key_id, secret_access_key, session_token: token }
        }
        (None, None, _) => {
            let detail = "the connection has no access key whose secret this could be: name one with --access-key-id";
            return Err(Error::new(ErrorCode::InvalidRequest, detail));
        }
    })
}
