//! Builds the SDK's client for one connection: where requests go, how they are signed, how long they may take.
//!
//! Retries live here and nowhere else: three attempts with the SDK's standard backoff. What the SDK cannot
//! retry, a body that breaks off, is read again by [`super::s3`].

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Config, Credentials, IdentityCache, Region, RequestChecksumCalculation,
    ResponseChecksumValidation, StalledStreamProtectionConfig,
};
use secrecy::ExposeSecret;

use super::{Limits, ResolvedCredentials};
use crate::connection::Settings;
use crate::error::{Error, FieldError, Result};

/// Amazon's global region: where its signer goes when a connection says `auto`.
const GLOBAL_REGION: &str = "us-east-1";

/// Attempts of one request, the first one included.
const ATTEMPTS: u32 = 3;

/// How the bucket's name travels in the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Addressing {
    /// `https://host/bucket/key`.
    Path,
    /// `https://bucket.host/key`.
    VirtualHost,
}

/// Compatible services that refuse path style. Every other endpoint takes it, and only path style works for
/// a server that is reached by an IP address or has no wildcard certificate.
/// <https://www.alibabacloud.com/help/en/oss/developer-reference/use-amazon-s3-sdks-to-access-oss>,
/// <https://www.tencentcloud.com/document/product/436/41284>
const VIRTUAL_HOST_ONLY: [&str; 3] = [".aliyuncs.com", ".myqcloud.com", ".volces.com"];

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) bucket: String,
    pub(super) region: String,
    pub(super) endpoint: Option<String>,
    pub(super) addressing: Addressing,
}

impl Target {
    /// What a connection's settings mean on the wire.
    ///
    /// # Errors
    /// `invalid_connection` for a directory bucket (S3 Express One Zone): its listings are not ordered and its
    /// sessions need more than the two permissions we ask for.
    pub(super) fn of(settings: &Settings) -> Result<Self> {
        let bucket = settings.bucket.clone();
        if settings.endpoint.is_none() && bucket.ends_with("--x-s3") {
            return Err(Error::fields(vec![FieldError {
                field: "bucket".into(),
                message: "Directory buckets (S3 Express One Zone) cannot be synced. Use a general purpose bucket."
                    .into(),
                span: None,
            }]));
        }
        let automatic = settings.region.eq_ignore_ascii_case("auto");
        let region = match &settings.endpoint {
            None if automatic => GLOBAL_REGION.to_owned(),
            None | Some(_) => settings.region.clone(),
        };
        let addressing = addressing(&bucket, settings.endpoint.as_deref());
        Ok(Self { bucket, region, endpoint: settings.endpoint.clone(), addressing })
    }

    /// How an error names the place, without anything secret: endpoints carry no user and no query.
    pub(super) fn place(&self) -> String {
        match &self.endpoint {
            Some(endpoint) => format!("“{}” at {endpoint}", self.bucket),
            None => format!("“{}” at Amazon S3 ({})", self.bucket, self.region),
        }
    }
}

/// Path style for compatible services; on Amazon virtual host, which newer regions insist on, unless the name
/// has a dot: no wildcard certificate covers `my.bucket.s3.amazonaws.com`.
fn addressing(bucket: &str, endpoint: Option<&str>) -> Addressing {
    match endpoint {
        None if bucket.contains('.') => Addressing::Path,
        None => Addressing::VirtualHost,
        Some(endpoint) => {
            let host = url::Url::parse(endpoint).ok().and_then(|url| url.host_str().map(str::to_owned));
            let only_virtual = host.is_some_and(|host| VIRTUAL_HOST_ONLY.iter().any(|end| host.ends_with(end)));
            if only_virtual { Addressing::VirtualHost } else { Addressing::Path }
        }
    }
}

/// The client. Nothing is sent yet, and no profile is read: missing credentials show at the first request.
pub(super) async fn build(target: &Target, credentials: &ResolvedCredentials, limits: &Limits) -> Client {
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(target.region.clone()))
        .force_path_style(target.addressing == Addressing::Path)
        // R2 and older MinIO refuse the newer default checksums, and we only read.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        // A session would be a third operation, and so a third permission.
        .disable_s3_express_session_auth(true)
        .timeout_config(timeouts(limits))
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        // One failing connection must not use up the retry quota of the others.
        .retry_partition(RetryPartition::new(format!("{target:?}")))
        .stalled_stream_protection(StalledStreamProtectionConfig::enabled().grace_period(limits.stalled).build())
        // A `credential_process` may ask the person to touch a key.
        .identity_cache(IdentityCache::lazy().load_timeout(limits.credentials).build());
    if let Some(endpoint) = &target.endpoint {
        config = config.endpoint_url(endpoint);
    }
    Client::from_conf(sign(config, target, credentials).await.build())
}

fn timeouts(limits: &Limits) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(limits.connect)
        .read_timeout(limits.read)
        .operation_attempt_timeout(limits.attempt)
        .operation_timeout(limits.operation)
        .build()
}

/// Only credentials come from the environment and the profile, never the endpoint or the region: the
/// connection says where it goes.
async fn sign(config: Builder, target: &Target, credentials: &ResolvedCredentials) -> Builder {
    match credentials {
        ResolvedCredentials::Keys { access_key_id, secret, session_token } => {
            config.credentials_provider(Credentials::new(
                access_key_id,
                secret.expose_secret(),
                session_token.as_ref().map(|token| token.expose_secret().to_owned()),
                None,
                "connection",
            ))
        }
        ResolvedCredentials::Environment => {
            let chain = DefaultCredentialsChain::builder().region(sts_region(target)).build().await;
            config.credentials_provider(chain)
        }
        ResolvedCredentials::Profile(name) => {
            let provider = ProviderConfig::without_region().with_region(Some(sts_region(target)));
            let profile = ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(name).build();
            config.credentials_provider(profile)
        }
        ResolvedCredentials::Anonymous => config.allow_no_auth(),
    }
}

/// Roles are assumed in the bucket's region on Amazon; the regions of other services mean nothing to STS.
fn sts_region(target: &Target) -> Region {
    match &target.endpoint {
        None => Region::new(target.region.clone()),
        Some(_) => Region::new(GLOBAL_REGION),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amazon_buckets_are_hosts_unless_a_dot_breaks_the_certificate() {
        assert_eq!(addressing("user-files", None), Addressing::VirtualHost);
        assert_eq!(addressing("files.example.com", None), Addressing::Path);
    }

    #[test]
    fn other_endpoints_get_path_style_unless_they_are_known_to_refuse_it() {
        for endpoint in ["http://127.0.0.1:9000", "https://id.r2.cloudflarestorage.com", "https://nas.local/s3"] {
            assert_eq!(addressing("user-files", Some(endpoint)), Addressing::Path, "{endpoint}");
        }
        assert_eq!(addressing("user-files", Some("https://oss-eu-central-1.aliyuncs.com")), Addressing::VirtualHost);
        assert_eq!(addressing("user-files", Some("https://aliyuncs.com.example.org")), Addressing::Path);
    }

    #[test]
    fn auto_is_amazons_global_region_and_stays_as_it_is_elsewhere() {
        let mut settings = super::super::s3::tests::settings();
        settings.region = "auto".into();
        assert_eq!(Target::of(&settings).expect("valid").region, "us-east-1");
        settings.endpoint = Some("https://id.r2.cloudflarestorage.com".into());
        assert_eq!(Target::of(&settings).expect("valid").region, "auto");
    }

    #[test]
    fn directory_buckets_are_refused_at_the_bucket_field() {
        let mut settings = super::super::s3::tests::settings();
        settings.bucket = "fast--use1-az4--x-s3".into();
        let error = Target::of(&settings).expect_err("refused");
        assert_eq!(error.fields[0].field, "bucket");
    }
}
