//! What the hosted connector can do with a connection's settings. Pure.
//!
//! Its whole form is documented at <https://supermemory.ai/docs/connectors/s3>: keys, bucket, region, endpoint, prefix, a
//! tag rule whose group is called `userId`, one tag, a limit. Everything else here has no counterpart there, and would be
//! lost without a word.

use std::net::IpAddr;

use url::{Host, Url};

use crate::connection::{Credentials, OnGone, Settings};
use crate::error::{Error, FieldError, Result};
use crate::knowledge_base::supermemory::NewHosted;
use crate::secrets::Secret;
use crate::tag::{OnIllegalTag, OnNoMatch};
use crate::view::HostedConnection;

/// The largest `documentLimit` that is documented.
const LARGEST_LIMIT: u32 = 10_000;
/// The group whose match becomes the tag.
const GROUP: &str = "userId";

/// The access key id of settings that the hosted connector can honour whole.
///
/// # Errors
/// `invalid_connection` with every field that it cannot.
pub fn check(settings: &Settings, has_token: bool) -> Result<String> {
    let mut wrong = Vec::new();
    let mut refuse = |field: &str, message: &str| {
        wrong.push(FieldError { field: field.into(), message: message.into(), span: None });
    };
    let mut access_key = None;
    match &settings.credentials {
        Credentials::AccessKey { access_key_id, session_token } => {
            if *session_token || has_token {
                refuse("sessionToken", "A hosted connection takes lasting keys only, without a session token.");
            }
            access_key = Some(access_key_id.clone());
        }
        Credentials::Environment | Credentials::Profile { .. } | Credentials::Anonymous => {
            refuse("credentials", "A hosted connection needs an access key with its secret.");
        }
    }
    if settings.endpoint.as_deref().is_some_and(is_local) {
        refuse("endpoint", "Supermemory's cloud must reach the endpoint over the internet; this one is local.");
    }
    if settings.document_limit > LARGEST_LIMIT {
        refuse("documentLimit", "The limit of a hosted connection is 10,000 at most.");
    }
    if !settings.filters.is_empty() {
        refuse("filters", "A hosted connection has no include and exclude rules; use the prefix.");
    }
    if settings.max_size.is_some() {
        refuse("maxSize", "A hosted connection has no size limit of its own.");
    }
    if settings.ca_file.is_some() {
        refuse("caFile", "A hosted connection trusts public certificates only.");
    }
    if settings.requester_pays {
        refuse("requesterPays", "A hosted connection does not pay for requests.");
    }
    if settings.on_gone == OnGone::Remove {
        refuse("onGone", "A hosted connection is not known to remove documents whose object is gone; choose keep.");
    }
    check_tagging(settings, &mut refuse);
    match (access_key, wrong.is_empty()) {
        (Some(access_key), true) => Ok(access_key),
        _ => Err(Error::fields(wrong)),
    }
}

fn check_tagging(settings: &Settings, refuse: &mut impl FnMut(&str, &str)) {
    let tagging = &settings.tagging;
    if tagging.tags.len() > 1 {
        refuse("containerTags", "A hosted connection has one container tag.");
    }
    let Some(rule) = &tagging.rule else { return };
    if rule.groups() != [GROUP] {
        refuse("containerTagRegex", "The rule of a hosted connection has one named group, (?<userId>…).");
    } else if is_of_this_engine_only(rule.pattern()) {
        refuse("containerTagRegex", "This rule uses flags or classes that only S3 Connector knows; write it without.");
    }
    // A default tag is used for what does not match; skipping those keys is not documented.
    if tagging.on_no_match == OnNoMatch::Skip && !tagging.tags.is_empty() {
        refuse(
            "onNoMatch",
            "A hosted connection gives its tag to keys that the rule does not match; leave the tag out.",
        );
    }
    if tagging.on_illegal_tag == OnIllegalTag::Replace {
        refuse("onIllegalTag", "A hosted connection is not known to replace illegal characters; choose skip.");
    }
}

/// Over there rules are JavaScript's, which has no flags inside a pattern, no `\A` and `\z`, and no `[[:alpha:]]`.
fn is_of_this_engine_only(pattern: &str) -> bool {
    let has_flags = pattern.match_indices("(?").any(|(at, _)| {
        let rest = &pattern[at + 2..];
        !rest.starts_with([':', '<']) && !rest.starts_with("P<")
    });
    has_flags || ["\\A", "\\z", "[[:"].iter().any(|only| pattern.contains(only))
}

/// Whether an endpoint can be reached from its own network only.
fn is_local(endpoint: &str) -> bool {
    let Ok(url) = Url::parse(endpoint) else { return false };
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            // A name without a dot is known to one network; these endings are nobody's in public (RFC 6761, 6762, 8375).
            let endings = [".localhost", ".local", ".internal", ".home.arpa", ".lan", ".test"];
            !name.contains('.') || endings.iter().any(|ending| name.ends_with(ending))
        }
        Some(Host::Ipv4(address)) => is_local_address(address.into()),
        Some(Host::Ipv6(address)) => is_local_address(address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4)),
        None => false,
    }
}

fn is_local_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            // 100.64.0.0/10 is shared inside networks of providers (RFC 6598).
            let is_shared = v4.octets()[0] == 100 && (64..128).contains(&v4.octets()[1]);
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified() || is_shared
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// These settings, which were checked, as the hosted connector takes them.
pub fn form(settings: &Settings, access_key_id: String, secret_access_key: Secret) -> NewHosted {
    let tagging = &settings.tagging;
    NewHosted {
        bucket: settings.bucket.clone(),
        region: settings.region.clone(),
        endpoint: settings.endpoint.clone(),
        prefix: settings.prefix.clone(),
        // The older way to write a named group is not JavaScript's.
        container_tag_regex: tagging.rule.as_ref().map(|rule| rule.pattern().replace("(?P<", "(?<")),
        container_tag: tagging.tags.first().map(ToString::to_string),
        document_limit: settings.document_limit,
        access_key_id,
        secret_access_key,
    }
}

/// A connection that was just made, as far as it is known here.
pub fn as_made(id: String, new: &NewHosted) -> HostedConnection {
    HostedConnection {
        id,
        bucket: new.bucket.clone(),
        region: new.region.clone(),
        endpoint: new.endpoint.clone().unwrap_or_default(),
        prefix: new.prefix.clone(),
        container_tag_regex: new.container_tag_regex.clone().unwrap_or_default(),
        access_key_id: new.access_key_id.clone(),
        container_tags: new.container_tag.iter().cloned().collect(),
        document_limit: Some(new.document_limit.into()),
        created_at: None,
        last_run: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{Addressing, ConnectionDraft, CredentialsDraft, SecretNeed};
    use crate::scope::{FilterDraft, FilterKind};

    fn draft(change: impl FnOnce(&mut ConnectionDraft)) -> Settings {
        let mut draft: ConnectionDraft = serde_json::from_value(serde_json::json!({
            "bucket": "bucket", "region": "auto", "endpoint": "https://minio.example.com", "prefix": "in/",
            "containerTagRegex": "users/(?P<userId>[^/]+)/", "containerTags": ["team"], "documentLimit": 500,
            "credentials": { "kind": "access_key", "accessKeyId": "AK", "secretAccessKey": "SK" },
        }))
        .expect("a draft");
        change(&mut draft);
        draft.validate(SecretNeed::Typed).expect("valid here").0
    }

    fn refused(change: impl FnOnce(&mut ConnectionDraft)) -> Vec<String> {
        let error = check(&draft(change), false).expect_err("refused");
        error.fields.into_iter().map(|field| field.field).collect()
    }

    #[test]
    fn what_fits_is_taken_over_whole() {
        let settings = draft(|_| {});
        assert_eq!(check(&settings, false).expect("fits"), "AK");
        let new = form(&settings, "AK".into(), Secret::from("SK"));
        assert_eq!(new.container_tag_regex.as_deref(), Some("users/(?<userId>[^/]+)/"));
        assert_eq!((new.container_tag.as_deref(), new.document_limit, &*new.prefix), (Some("team"), 500, "in/"));
    }

    #[test]
    fn what_the_hosted_connector_cannot_do_is_refused_by_its_field() {
        let filter = FilterDraft { kind: FilterKind::Exclude, glob: "*.tmp".into() };
        assert_eq!(refused(|d| d.filters = vec![filter]), ["filters"]);
        assert_eq!(refused(|d| d.credentials = CredentialsDraft::Anonymous), ["credentials"]);
        assert_eq!(refused(|d| d.credentials = CredentialsDraft::Environment), ["credentials"]);
        assert_eq!(refused(|d| d.document_limit = Some(10_001)), ["documentLimit"]);
        assert_eq!(refused(|d| d.max_size = Some(5)), ["maxSize"]);
        assert_eq!(refused(|d| d.ca_file = "/ca.pem".into()), ["caFile"]);
        assert_eq!(refused(|d| d.requester_pays = true), ["requesterPays"]);
        assert_eq!(refused(|d| d.on_gone = OnGone::Remove), ["onGone"]);
        assert_eq!(refused(|d| d.container_tags.push("second".into())), ["containerTags"]);
        assert_eq!(refused(|d| d.container_tag_regex = "(?<tenant>[^/]+)/".into()), ["containerTagRegex"]);
        assert_eq!(refused(|d| d.container_tag_regex = "(?i)(?<userId>[^/]+)/".into()), ["containerTagRegex"]);
        assert_eq!(refused(|d| d.on_no_match = OnNoMatch::Skip), ["onNoMatch"]);
        assert_eq!(refused(|d| d.on_illegal_tag = OnIllegalTag::Replace), ["onIllegalTag"]);
        assert_eq!(check(&draft(|_| {}), true).expect_err("a token").fields[0].field, "sessionToken");
        // How the bucket's name travels, and when it syncs, are the hosted connector's own.
        assert!(check(&draft(|d| d.addressing = Addressing::Path), false).is_ok());
    }

    #[test]
    fn an_endpoint_that_only_its_own_network_reaches_is_refused() {
        for endpoint in [
            "http://localhost:9000",
            "http://127.0.0.1:9000",
            "http://10.1.2.3",
            "http://192.168.1.5",
            "http://172.16.0.1",
            "http://169.254.1.1",
            "http://100.64.0.1",
            "http://[::1]:9000",
            "http://[fd00::1]",
            "http://[::ffff:10.0.0.1]",
            "http://minio:9000",
            "https://nas.local",
        ] {
            assert_eq!(refused(|d| d.endpoint = endpoint.into()), ["endpoint"], "{endpoint}");
        }
        for endpoint in ["", "https://s3.example.com", "https://1.2.3.4", "https://[2001:4860::1]"] {
            assert!(check(&draft(|d| d.endpoint = endpoint.into()), false).is_ok(), "{endpoint}");
        }
    }
}
