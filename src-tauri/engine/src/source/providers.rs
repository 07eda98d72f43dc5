//! What is known of services that speak S3 with an accent: `providers.json`, one row a service, found by the host of
//! a connection's endpoint.
//!
//! A row says only what differs from the usual, and where that is written down. What is not known here is found by
//! trying ([`super::target`]); what a person chose goes before both.

use std::sync::LazyLock;

use serde::Deserialize;

/// How the bucket's name travels in the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Style {
    /// `https://host/bucket/key`.
    Path,
    /// `https://bucket.host/key`.
    Virtual,
}

/// Which listing a service has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u8")]
pub(super) enum ListVersion {
    /// `ListObjects`: pages begin after a key.
    One,
    /// `ListObjectsV2`: pages begin at a token.
    #[default]
    Two,
}

impl TryFrom<u8> for ListVersion {
    type Error = String;

    fn try_from(version: u8) -> Result<Self, String> {
        match version {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            other => Err(format!("there is no version {other} of a listing")),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    #[cfg_attr(not(test), expect(dead_code, reason = "for whoever reads the file, and for its test"))]
    name: String,
    /// A host, with `{region}` for its region, or `*` for anything.
    hosts: Vec<String>,
    addressing: Option<Style>,
    #[serde(default)]
    list_version: ListVersion,
    #[serde(default = "yes")]
    encodes_keys: bool,
    /// The one region that the service knows.
    region: Option<String>,
    #[serde(default = "yes")]
    names_operation: bool,
    /// Where the service, or somebody who found out, tells so.
    #[cfg_attr(not(test), expect(dead_code, reason = "for whoever reads the file, and for its test"))]
    docs: String,
}

const fn yes() -> bool {
    true
}

static ROWS: LazyLock<Vec<Row>> =
    LazyLock::new(|| serde_json::from_str(include_str!("providers.json")).expect("the file is part of the program"));

/// What is known of the service at an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quirks {
    /// The style that it takes, where only one is known to work.
    pub(super) style: Option<Style>,
    /// Which listing it has.
    pub(super) version: ListVersion,
    /// Whether it understands `encoding-type=url`.
    pub(super) encodes_keys: bool,
    /// Its region, where the host tells it or there is only one.
    pub(super) region: Option<String>,
    /// Whether a read may name its operation in the query (`x-id`), as the SDK does.
    pub(super) names_operation: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self { style: None, version: ListVersion::Two, encodes_keys: true, region: None, names_operation: true }
    }
}

/// The row of an endpoint, or the usual where there is none.
pub(super) fn quirks(endpoint: &str) -> Quirks {
    let url = url::Url::parse(endpoint).ok();
    let Some(host) = url.as_ref().and_then(url::Url::host_str) else { return Quirks::default() };
    let found = ROWS.iter().find_map(|row| {
        let region = row.hosts.iter().find_map(|pattern| matched(pattern, host))?;
        Some((row, region))
    });
    let Some((row, region)) = found else { return Quirks::default() };
    Quirks {
        style: row.addressing,
        version: row.list_version,
        encodes_keys: row.encodes_keys,
        region: row.region.clone().or(region),
        names_operation: row.names_operation,
    }
}

/// Whether a host is of this pattern, and the region in it.
fn matched(pattern: &str, host: &str) -> Option<Option<String>> {
    if let Some((start, end)) = pattern.split_once("{region}") {
        let region = host.strip_prefix(start)?.strip_suffix(end)?;
        return (!region.is_empty() && !region.contains('.')).then(|| Some(region.to_owned()));
    }
    match pattern.split_once('*') {
        Some((start, end)) => {
            let between = host.strip_prefix(start)?.strip_suffix(end)?;
            (!between.is_empty()).then_some(None)
        }
        None => (pattern == host).then_some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, endpoint, style, listing, encoding, region, `x-id`.
    type Case = (&'static str, &'static str, Option<Style>, ListVersion, bool, Option<&'static str>, bool);

    /// One case a row: an endpoint of the service, and everything that its row says.
    #[rustfmt::skip]
    const CASES: &[Case] = {
        use ListVersion::{One, Two};
        use Style::{Path, Virtual};
        &[
            ("Alibaba Cloud OSS", "https://oss-eu-central-1.aliyuncs.com", Some(Virtual), Two, true, Some("eu-central-1"), true),
            ("Tencent Cloud COS", "https://cos.eu-frankfurt.myqcloud.com", Some(Virtual), One, true, Some("eu-frankfurt"), true),
            ("Volcengine TOS", "https://tos-s3-cn-beijing.volces.com", Some(Virtual), Two, true, Some("cn-beijing"), true),
            ("Huawei Cloud OBS", "https://obs.cn-east-3.myhuaweicloud.com", None, One, false, Some("cn-east-3"), true),
            ("IBM Cloud Object Storage", "https://s3.eu-de.cloud-object-storage.appdomain.cloud", Some(Path), One, false, Some("eu-de"), true),
            ("ArvanCloud", "https://s3.ir-thr-at1.arvanstorage.ir", Some(Path), One, false, Some("ir-thr-at1"), true),
            ("Netease NOS", "https://nos-eastchina1.126.net", None, One, false, None, true),
            ("Qiniu Kodo", "https://s3-cn-east-1.qiniucs.com", Some(Path), Two, false, Some("cn-east-1"), true),
            ("DigitalOcean Spaces", "https://fra1.digitaloceanspaces.com", None, Two, false, Some("fra1"), true),
            ("Selectel", "https://s3.ru-1.storage.selcloud.ru", None, Two, false, Some("ru-1"), true),
            ("Cloudflare R2", "https://0123abcd.r2.cloudflarestorage.com", Some(Path), Two, true, Some("auto"), true),
            ("Google Cloud Storage", "https://storage.googleapis.com", Some(Path), Two, true, Some("auto"), false),
            ("IONOS", "https://s3-eu-central-1.ionoscloud.com", Some(Path), Two, true, Some("eu-central-1"), true),
            ("Wasabi", "https://s3.eu-central-1.wasabisys.com", None, Two, true, Some("eu-central-1"), true),
            ("Backblaze B2", "https://s3.us-west-004.backblazeb2.com", None, Two, true, Some("us-west-004"), true),
            ("Scaleway", "https://s3.fr-par.scw.cloud", None, Two, true, Some("fr-par"), true),
            ("OVHcloud", "https://s3.gra.io.cloud.ovh.net", None, Two, true, Some("gra"), true),
            ("Hetzner", "https://fsn1.your-objectstorage.com", None, Two, true, Some("fsn1"), true),
            ("Akamai (Linode)", "https://eu-central-1.linodeobjects.com", None, Two, true, Some("eu-central-1"), true),
            ("Amazon S3 by its address", "https://s3.eu-west-1.amazonaws.com", None, Two, true, Some("eu-west-1"), true),
        ]
    };

    #[test]
    fn every_row_says_what_its_case_says_and_has_one() {
        let named: Vec<&str> = CASES.iter().map(|case| case.0).collect();
        let rows: Vec<&str> = ROWS.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(named, rows, "each row has a case, in the order of the file");
        for (name, endpoint, style, version, encodes_keys, region, names_operation) in CASES {
            let expected = Quirks {
                style: *style,
                version: *version,
                encodes_keys: *encodes_keys,
                region: region.map(str::to_owned),
                names_operation: *names_operation,
            };
            assert_eq!(quirks(endpoint), expected, "{name}");
        }
    }

    #[test]
    fn every_row_says_where_it_is_from() {
        assert!(ROWS.iter().all(|row| row.docs.starts_with("https://") && !row.hosts.is_empty()));
    }

    #[test]
    fn a_host_is_matched_as_a_whole() {
        assert_eq!(matched("s3.{region}.scw.cloud", "s3.fr-par.scw.cloud"), Some(Some("fr-par".into())));
        assert_eq!(matched("*.aliyuncs.com", "oss.aliyuncs.com"), Some(None));
        for (pattern, host) in [
            ("s3.{region}.scw.cloud", "s3.fr.par.scw.cloud"),
            ("s3.{region}.scw.cloud", "s3..scw.cloud"),
            ("*.aliyuncs.com", "aliyuncs.com.example.org"),
            ("*.aliyuncs.com", ".aliyuncs.com"),
            ("storage.googleapis.com", "xstorage.googleapis.com"),
        ] {
            assert_eq!(matched(pattern, host), None, "{pattern} {host}");
        }
    }

    #[test]
    fn an_unknown_service_has_no_quirks() {
        for endpoint in ["http://127.0.0.1:9000", "https://nas.local/s3", "https://aliyuncs.com.example.org", "?"] {
            assert_eq!(quirks(endpoint), Quirks::default(), "{endpoint}");
        }
    }
}
