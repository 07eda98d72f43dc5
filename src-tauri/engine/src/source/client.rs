//! Builds the SDK's client for one connection: where requests go, how they are signed, how long they may take.
//!
//! Retries live here and in [`super::retry`] and nowhere else: three attempts, with the SDK's jittered backoff or after
//! what the server asks for. What the SDK cannot retry, a body that breaks off, is read again by [`super::fetch`].

use std::sync::Arc;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Config, Credentials, IdentityCache, Region, RequestChecksumCalculation,
    ResponseChecksumValidation, SharedHttpClient, StalledStreamProtectionConfig,
};
use secrecy::ExposeSecret;

use super::providers::Style;
use super::retry::{Ear, LONGEST_WAIT, NamelessOperation, Patience, Signals};
use super::target::{GLOBAL_REGION, Target};
use super::{Limits, ResolvedCredentials};

/// Attempts of one request, the first one included.
const ATTEMPTS: u32 = 3;

/// The client. Nothing is sent yet, and no profile is read: missing credentials show at the first request.
pub(super) async fn build(
    target: &Target,
    credentials: &ResolvedCredentials,
    limits: &Limits,
    http: SharedHttpClient,
    signals: Arc<Signals>,
) -> Client {
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http.clone())
        .interceptor(Ear(signals))
        .retry_classifier(Patience)
        // R2 and older MinIO refuse the newer default checksums, and we only read.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        // A session would be a third operation, and so a third permission.
        .disable_s3_express_session_auth(true)
        .timeout_config(timeouts(limits))
        .retry_config(attempts(ATTEMPTS))
        // One failing connection must not use up the retry quota of the others.
        .retry_partition(RetryPartition::new(format!("{target:?}")))
        .stalled_stream_protection(StalledStreamProtectionConfig::enabled().grace_period(limits.stalled).build())
        // A `credential_process` may ask the person to touch a key.
        .identity_cache(IdentityCache::lazy().load_timeout(limits.credentials).build());
    if let Some(endpoint) = &target.endpoint {
        config = config.endpoint_url(endpoint);
    }
    if !target.names_operation {
        config = config.interceptor(NamelessOperation);
    }
    let config = sign(config, target, credentials, http).await;
    Client::from_conf(aimed(config, target).build())
}

/// A client that goes elsewhere and is the same in everything else.
pub(super) fn redirected(client: &Client, target: &Target) -> Client {
    Client::from_conf(aimed(client.config().to_builder(), target).build())
}

fn aimed(config: Builder, target: &Target) -> Builder {
    config.region(Region::new(target.region.clone())).force_path_style(target.style == Style::Path)
}

/// This many attempts of a request, the first one included.
pub(super) fn attempts(attempts: u32) -> RetryConfig {
    RetryConfig::standard().with_max_attempts(attempts).with_max_backoff(LONGEST_WAIT)
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
async fn sign(config: Builder, target: &Target, credentials: &ResolvedCredentials, http: SharedHttpClient) -> Builder {
    let provider =
        || ProviderConfig::without_region().with_region(Some(sts_region(target))).with_http_client(http.clone());
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
            let chain = DefaultCredentialsChain::builder().configure(provider()).region(sts_region(target));
            let chain = chain.build().await;
            config.credentials_provider(chain)
        }
        ResolvedCredentials::Profile(name) => {
            let profile = ProfileFileCredentialsProvider::builder().configure(&provider()).profile_name(name).build();
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
