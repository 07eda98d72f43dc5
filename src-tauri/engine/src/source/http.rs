//! The HTTP client of a bucket: which certificates are trusted, and what stands between.
//!
//! Certificates of a connection's own file are trusted *beside* those of the system, never instead of them.

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
use crate::network::Proxy;

/// Larger files are no certificates.
const LARGEST_CA_FILE: u64 = 10 * 1024 * 1024;

/// The HTTP client of one connection, and of whatever finds its credentials.
///
/// # Errors
/// `invalid_connection` at `caFile` when the file cannot be read, or has no certificate that can be trusted.
pub(super) fn http_client(ca_file: Option<&Path>, proxy: &Proxy) -> Result<SharedHttpClient> {
    let proxy = proxy_config(proxy)?;
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
        connector.set_proxy_config(Some(proxy.clone()));
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.build()
    }))
}

fn proxy_config(proxy: &Proxy) -> Result<ProxyConfig> {
    match proxy {
        Proxy::System => Ok(ProxyConfig::from_env()),
        Proxy::None => Ok(ProxyConfig::disabled()),
        Proxy::Manual(address) => {
            let config = ProxyConfig::all(address.url()).map_err(|e| Error::internal("setting a proxy", e))?;
            Ok(config.no_proxy(Proxy::LEFT_OUT))
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

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
