//! The way to the server: which certificates are trusted, and whether a proxy stands between.
//!
//! Certificates of a connection's own file are trusted *beside* those of the system, never instead of them. Proxies
//! are those of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`), as everywhere else.

use std::path::Path;

use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{Error, FieldError, Result};

/// Larger files are no certificates.
const LARGEST_CA_FILE: u64 = 10 * 1024 * 1024;

/// The HTTP client of one connection, and of whatever finds its credentials.
///
/// # Errors
/// `invalid_connection` at `caFile` when the file cannot be read, or has no certificate that can be trusted.
pub(super) fn http_client(ca_file: Option<&Path>) -> Result<SharedHttpClient> {
    let mut trusted = TrustStore::default();
    if let Some(file) = ca_file {
        trusted.add_pem_certificate(certificates(file)?);
    }
    let context = TlsContext::builder().with_trust_store(trusted).build();
    let context = context.map_err(|e| Error::internal("setting up TLS", e))?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        connector.set_tls_context(context.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.build()
    }))
}

/// The text of a file with certificates, each of them checked: the HTTP client panics on one that is none.
fn certificates(file: &Path) -> Result<Vec<u8>> {
    let wrong = |message: String| Error::fields(vec![FieldError { field: "caFile".into(), message, span: None }]);
    let unreadable = |e: std::io::Error| wrong(format!("The file cannot be read: {e}."));
    if std::fs::metadata(file).map_err(unreadable)?.len() > LARGEST_CA_FILE {
        return Err(wrong("The file is too large for a file with certificates.".into()));
    }
    let pem = std::fs::read(file).map_err(unreadable)?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let added = certificate.map_err(|e| e.to_string()).and_then(|c| roots.add(c).map_err(|e| e.to_string()));
        added.map_err(|e| wrong(format!("A certificate in the file cannot be used: {e}.")))?;
    }
    if roots.is_empty() {
        return Err(wrong("The file has no certificate. It begins with -----BEGIN CERTIFICATE-----.".into()));
    }
    Ok(pem)
}

/// Whether requests to this place go through a proxy.
pub(super) fn is_proxied(secure: bool, host: &str) -> bool {
    proxied(secure, host, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// Reads the variables as the HTTP client does: lower case after upper case, `ALL_PROXY` last, `NO_PROXY` before all.
fn proxied(secure: bool, host: &str, variable: impl Fn(&str) -> Option<String>) -> bool {
    let either = |name: &str| variable(name).or_else(|| variable(&name.to_lowercase()));
    let proxy = either(if secure { "HTTPS_PROXY" } else { "HTTP_PROXY" }).or_else(|| either("ALL_PROXY"));
    proxy.is_some() && !either("NO_PROXY").is_some_and(|rules| rules.split(',').any(|rule| is_left_out(rule, host)))
}

/// A rule is a name and everything under it, an address, a network in CIDR form, or `*`.
fn is_left_out(rule: &str, host: &str) -> bool {
    let rule = rule.trim();
    if let Some((network, bits)) = rule.split_once('/') {
        return is_in_network(network, bits, host);
    }
    let name = rule.trim_start_matches("*.").trim_start_matches('.');
    rule == "*" || (!name.is_empty() && (host == name || host.strip_suffix(name).is_some_and(|h| h.ends_with('.'))))
}

fn is_in_network(network: &str, bits: &str, host: &str) -> bool {
    use std::net::IpAddr::{self, V4, V6};
    let prefix = |address: u128, size: u32, bits: u32| address.checked_shr(size - bits.min(size)).unwrap_or(0);
    match (network.parse::<IpAddr>(), host.parse::<IpAddr>(), bits.parse::<u32>()) {
        (Ok(V4(network)), Ok(V4(host)), Ok(bits)) => {
            prefix(u128::from(network.to_bits()), 32, bits) == prefix(u128::from(host.to_bits()), 32, bits)
        }
        (Ok(V6(network)), Ok(V6(host)), Ok(bits)) => {
            prefix(network.to_bits(), 128, bits) == prefix(host.to_bits(), 128, bits)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    fn with(variables: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn a_proxy_is_that_of_the_scheme_unless_the_host_is_left_out() {
        assert!(!proxied(true, "s3.example.com", with(&[])));
        assert!(proxied(true, "s3.example.com", with(&[("https_proxy", "http://proxy:3128")])));
        assert!(!proxied(false, "s3.example.com", with(&[("HTTPS_PROXY", "http://proxy:3128")])));
        assert!(proxied(false, "s3.example.com", with(&[("ALL_PROXY", "http://proxy:3128")])));
        let variables = &[("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", "localhost, .example.com,10.0.0.0/8")];
        for (host, expected) in [
            ("s3.example.com", false),
            ("example.com", false),
            ("badexample.com", true),
            ("10.1.2.3", false),
            ("11.1.2.3", true),
            ("localhost", false),
        ] {
            assert_eq!(proxied(true, host, with(variables)), expected, "{host}");
        }
        assert!(!proxied(true, "s3.example.com", with(&[("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", "*")])));
    }

    #[test]
    fn a_file_without_a_certificate_is_refused_at_its_field() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("ca.pem");
        let said = || {
            let error = certificates(&file).expect_err("refused");
            assert_eq!((error.code, error.fields[0].field.as_str()), (ErrorCode::InvalidConnection, "caFile"));
            error.fields[0].message.clone()
        };
        assert!(said().contains("cannot be read"));
        std::fs::write(&file, "not a certificate").expect("a file");
        assert!(said().contains("no certificate"));
        std::fs::write(&file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").expect("a file");
        assert!(said().contains("cannot be used"));
    }
}
