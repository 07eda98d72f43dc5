//! The doctor: climbs from the credentials to the bytes of one object, and tells at which rung a connection fails and
//! what would help.
//!
//! Of the bucket, only a listing and one read are asked for. The way there is walked with plain sockets, unless a proxy
//! stands between. A change is proposed when the server named it or when it was tried and worked: the trials are
//! listings too, at most one for each change that fits the failure.

use std::net::IpAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::connection::{Addressing, ConnectionDraft, SecretNeed, Settings};
use crate::doctor::{Ladder, Proof, Remedy, changed, remedies, rung_of, way_on};
use crate::error::{Error, ErrorCode, Result};
use crate::network::{Network, ProxyAddress};
use crate::object::ObjectMeta;
use crate::policy::{least_privilege, least_privilege_of_draft};
use crate::source::{self, Cause, Fetched, Finding, Limits, ObjectSource, Page, ResolvedCredentials, S3Source, Way};
use crate::view::{AwsProfiles, Fix, Rung, TestReport};

use super::drafts::reachable;
use super::{Engine, resolve};

/// The largest object that a test reads.
const LARGEST_READ: u64 = 1_000_000;
/// How long a name or a connection may take.
const STEP: Duration = Duration::from_secs(10);

/// How long a knock may take, with all that is tried.
const KNOCK: Duration = Duration::from_secs(10);

/// A person is waiting.
fn limits() -> Limits {
    Limits {
        read: Duration::from_secs(15),
        attempt: Duration::from_secs(20),
        operation: Duration::from_secs(40),
        fetch: Duration::from_secs(60),
        ..Limits::default()
    }
}

impl Engine {
    /// Tries a draft against its bucket.
    ///
    /// # Errors
    /// `invalid_connection` when the draft's own fields are wrong; what the bucket says is in the report.
    pub async fn connection_test_draft(&self, draft: ConnectionDraft, id: Option<String>) -> Result<TestReport> {
        match self.resolve_draft(&draft, id.as_deref()).await {
            Ok((settings, credentials)) => examine(&self.network(), &settings, &credentials).await,
            Err(error) if error.code == ErrorCode::InvalidConnection => Err(error),
            // Only the credentials are missing: the fields are valid.
            Err(error) => {
                let (settings, _) = reachable(&draft).validate(SecretNeed::MayBeSaved)?;
                Ok(without_credentials(&error, &settings))
            }
        }
    }

    /// Asks the bucket of a draft for the beginning of its listing, and for nothing else: a connection test in one
    /// request, for a program that waits.
    ///
    /// # Errors
    /// `invalid_connection` with the fields; what the bucket says.
    pub async fn connection_knock(&self, draft: &ConnectionDraft) -> Result<()> {
        let (settings, credentials) = self.resolve_draft(draft, None).await?;
        let limits = Limits { operation: KNOCK, ..limits() };
        let source = S3Source::over(&self.network(), &settings, &credentials, limits).await?;
        source.list(&settings.prefix, None).await.map(drop)
    }

    /// Tries a saved connection.
    ///
    /// # Errors
    /// `connection_not_found`, and `invalid_connection` for a file with certificates that cannot be used any more; what
    /// the bucket says is in the report.
    pub async fn connection_test(&self, id: String) -> Result<TestReport> {
        let settings = self.row(&id).await?.connection.settings;
        match resolve(&self.secrets, &id, &settings.credentials).await {
            Ok(credentials) => examine(&self.network(), &settings, &credentials).await,
            Err(error) => Ok(without_credentials(&error, &settings)),
        }
    }

    /// The IAM policy with the permissions that syncs of a connection need and no more.
    ///
    /// # Errors
    /// `connection_not_found`.
    pub async fn connection_policy(&self, id: String) -> Result<String> {
        Ok(least_privilege(&self.row(&id).await?.connection.settings))
    }

    /// The same for what is being typed, whether it is valid yet or not.
    ///
    /// # Errors
    /// Never.
    pub async fn draft_policy(&self, draft: ConnectionDraft) -> Result<String> {
        Ok(least_privilege_of_draft(&draft))
    }

    /// The AWS profiles of this computer, without anything secret.
    ///
    /// # Errors
    /// Never; files that cannot be read are told in the answer.
    pub async fn aws_profiles(&self) -> Result<AwsProfiles> {
        Ok(source::profiles().await)
    }
}

fn without_credentials(error: &Error, settings: &Settings) -> TestReport {
    let fix = way_on(Rung::Credentials, &Finding { error: error.clone(), cause: Cause::Other }, settings);
    Ladder::default().fail(Rung::Credentials, error, fix).report(least_privilege(settings))
}

/// Climbs until a rung fails.
async fn examine(network: &Network, settings: &Settings, credentials: &ResolvedCredentials) -> Result<TestReport> {
    let source = S3Source::over(network, settings, credentials, limits()).await?;
    let ladder = match credentials {
        ResolvedCredentials::Keys { .. } => Ladder::default().pass(Rung::Credentials, "The access key is there"),
        ResolvedCredentials::Anonymous => Ladder::default().pass(Rung::Credentials, "None are needed"),
        // They are looked for by the first request that needs them.
        ResolvedCredentials::Environment | ResolvedCredentials::Profile(_) => Ladder::default(),
    };
    let policy = least_privilege(settings);
    let ladder = match walk(&source.way(), settings, ladder).await {
        Ok(ladder) => ladder,
        Err(ladder) => return Ok(ladder.report(policy)),
    };
    match source.examine(&settings.prefix).await {
        Ok(page) => {
            let ladder = answered(ladder, &source, credentials, Rung::Read);
            Ok(read(&source, page, ladder, settings).await.report(policy))
        }
        Err(finding) => {
            let rung = rung_of(&finding.error);
            let ladder = answered(ladder, &source, credentials, rung);
            let fix = match proven(network, settings, credentials, &finding).await {
                Some(fix) => fix,
                None => {
                    signing_in(credentials, &finding.error).await.unwrap_or_else(|| way_on(rung, &finding, settings))
                }
            };
            Ok(ladder.fail(rung, &finding.error, fix).report(policy))
        }
    }
}

/// Looks the name up and connects. Either way the ladder comes back, `Err` where there is no going on.
async fn walk(way: &Way, settings: &Settings, ladder: Ladder) -> Result<Ladder, Ladder> {
    if let Some(proxy) = &way.proxy {
        return knock_at(proxy, ladder.skip(Rung::Name, "Not looked up: the proxy finds the server itself")).await;
    }
    let mut host = way.host.as_str();
    let mut found = addresses(host, way.port).await;
    if found.is_err()
        && let Some(plain) = &way.plain_host
    {
        let plainly = addresses(plain, way.port).await;
        match (settings.addressing, plainly) {
            // A sync goes there by itself.
            (Addressing::Auto, Ok(addresses)) if settings.endpoint.is_some() => (host, found) = (plain, Ok(addresses)),
            (Addressing::Virtual, Ok(_)) => {
                let error = found.err().unwrap_or_else(|| unreachable(host, "its name does not resolve"));
                let fix = Fix::SetAddressing { addressing: Addressing::Path };
                return Err(ladder.fail(Rung::Name, &error, fix));
            }
            _ => {}
        }
    }
    let stuck = |rung, error: Error| {
        let finding = Finding { error, cause: Cause::NoAnswer };
        let fix = way_on(rung, &finding, settings);
        (finding.error, fix)
    };
    let addresses = match found {
        Ok(addresses) => addresses,
        Err(error) => {
            let (error, fix) = stuck(Rung::Name, error);
            return Err(ladder.fail(Rung::Name, &error, fix));
        }
    };
    let ladder = match host.parse::<IpAddr>() {
        Ok(_) => ladder.pass(Rung::Name, format!("{host} is an address: there is no name to look up")),
        Err(_) => ladder.pass(Rung::Name, format!("{host} is known")),
    };
    let why = match timeout(STEP, TcpStream::connect(addresses.as_slice())).await {
        Ok(Ok(_)) => return Ok(ladder.pass(Rung::Connect, format!("{host} takes a connection at port {}", way.port))),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "nobody answered in time".to_owned(),
    };
    let (error, fix) = stuck(Rung::Connect, unreachable(host, &why));
    Err(ladder.fail(Rung::Connect, &error, fix))
}

/// Connects to the proxy; what lies behind it, the listing tells.
async fn knock_at(proxy: &ProxyAddress, ladder: Ladder) -> Result<Ladder, Ladder> {
    let failed = |why: String| Error::new(ErrorCode::ProxyFailed, format!("the proxy {proxy}: {why}"));
    match timeout(STEP, TcpStream::connect(proxy.place())).await {
        Ok(Ok(_)) => Ok(ladder.pass(Rung::Connect, format!("Through the proxy {proxy}, which takes a connection"))),
        Ok(Err(error)) => Err(ladder.fail(Rung::Connect, &failed(error.to_string()), Fix::OpenSettings)),
        Err(_) => Err(ladder.fail(Rung::Connect, &failed("nobody answered in time".into()), Fix::OpenSettings)),
    }
}

async fn addresses(host: &str, port: u16) -> Result<Vec<std::net::SocketAddr>> {
    match timeout(STEP, lookup_host((host, port))).await {
        Ok(Ok(found)) => Ok(found.collect()),
        Ok(Err(error)) => Err(unreachable(host, &format!("its name does not resolve: {error}"))),
        Err(_) => Err(unreachable(host, "its name was not found in time")),
    }
}

fn unreachable(host: &str, why: &str) -> Error {
    Error::new(ErrorCode::Unreachable, format!("{host}: {why}"))
}

/// What an answer to the listing shows about the rungs below this one.
fn answered(ladder: Ladder, source: &S3Source, credentials: &ResolvedCredentials, below: Rung) -> Ladder {
    let mut ladder = ladder;
    for rung in Rung::ALL.into_iter().filter(|rung| *rung < below) {
        ladder = match rung {
            Rung::Credentials => ladder.pass(rung, "Credentials found"),
            Rung::Name | Rung::Connect | Rung::Read | Rung::List => ladder,
            Rung::Tls if source.way().secure => ladder.pass(rung, "The channel is encrypted and the server trusted"),
            Rung::Tls => ladder.skip(rung, "Not encrypted: the address begins with http://"),
            Rung::Clock => ladder.clock(source.clock_skew()),
            Rung::Signature if matches!(credentials, ResolvedCredentials::Anonymous) => {
                ladder.skip(rung, "Requests are not signed")
            }
            Rung::Signature => ladder.pass(rung, "The server knows the key, and the secret fits"),
        };
    }
    ladder
}

/// Reads one small object of the first page.
async fn read(source: &S3Source, page: Page, ladder: Ladder, settings: &Settings) -> Ladder {
    let more = if page.next.is_some() { "at least " } else { "" };
    let ladder = ladder.pass(Rung::List, format!("The bucket lists {more}{} keys", page.objects.len()));
    let readable = |o: &&ObjectMeta| o.size > 0 && o.size <= LARGEST_READ && !o.is_archived();
    let Some(object) = page.objects.iter().find(readable) else {
        return ladder.skip(Rung::Read, "Nothing to read: there is no small object on the first page");
    };
    match source.fetch(&object.key, &object.etag).await {
        Ok(Fetched::Whole(_)) => ladder.pass(Rung::Read, format!("Read “{}”", object.key)),
        Ok(Fetched::Changed | Fetched::Gone) => ladder.skip(Rung::Read, "The object changed meanwhile"),
        Err(error) => {
            let finding = Finding { error, cause: Cause::Other };
            let fix = way_on(Rung::Read, &finding, settings);
            ladder.fail(Rung::Read, &finding.error, fix)
        }
    }
}

/// The command that a person signs in with, where that is what is missing.
async fn signing_in(credentials: &ResolvedCredentials, error: &Error) -> Option<Fix> {
    if !matches!(error.code, ErrorCode::CredentialsMissing | ErrorCode::CredentialsExpired) {
        return None;
    }
    let command = match credentials {
        ResolvedCredentials::Profile(name) => source::sign_in(Some(name)).await,
        ResolvedCredentials::Environment => source::sign_in(None).await,
        ResolvedCredentials::Keys { .. } | ResolvedCredentials::Anonymous => None,
    };
    command.map(|command| Fix::RunCommand { command })
}

/// The first change that helps.
async fn proven(
    network: &Network,
    settings: &Settings,
    credentials: &ResolvedCredentials,
    finding: &Finding,
) -> Option<Fix> {
    for Remedy { fix, proof } in remedies(settings, finding) {
        let changed = changed(settings, &fix);
        let helps = match proof {
            Proof::Stated => true,
            Proof::Lists => listing(network, &changed, credentials).await.is_some_and(|answer| answer.is_ok()),
            // Without a signature: what is not known to be the right place gets nothing of ours.
            Proof::Answers => match listing(network, &changed, &ResolvedCredentials::Anonymous).await {
                Some(Ok(_)) => true,
                Some(Err(Finding { error, .. })) => {
                    use ErrorCode::{ProxyFailed, StorageFailed, TlsFailed, Unreachable};
                    !matches!(error.code, ProxyFailed | StorageFailed | TlsFailed | Unreachable)
                }
                None => false,
            },
        };
        if helps {
            return Some(fix);
        }
    }
    None
}

/// A listing with other settings; `None` where they make no source.
async fn listing(
    network: &Network,
    settings: &Settings,
    credentials: &ResolvedCredentials,
) -> Option<Result<Page, Finding>> {
    let source = S3Source::over(network, settings, credentials, limits()).await.ok()?;
    Some(source.examine(&settings.prefix).await)
}
