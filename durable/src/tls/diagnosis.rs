//! The reasons of failed TLS connections.

use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, ClientConfig, Error, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{TlsSetup, expiry, provider};
use crate::error::TlsProblem;

/// Returns whether a server speaks TLS.
pub(crate) async fn speaks_tls(stream: impl AsyncRead + AsyncWrite + Unpin, host: &str) -> bool {
    // Without trusted issuers, the handshake fails if the server has a certificate.
    let Some(config) = config_without_roots() else { return false };
    let Ok(name) = ServerName::try_from(host.to_owned()) else { return false };
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    let error = handshake.err().and_then(tls_error);
    matches!(error, Some(Error::InvalidCertificate(_) | Error::AlertReceived(_)))
}

fn tls_error(error: io::Error) -> Option<Error> {
    error.into_inner()?.downcast::<Error>().ok().map(|error| *error)
}

fn config_without_roots() -> Option<ClientConfig> {
    let config = ClientConfig::builder_with_provider(provider());
    let config = config.with_safe_default_protocol_versions().ok()?;
    let mut config = config.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    config.alpn_protocols.push(b"h2".to_vec());
    Some(config)
}

impl TlsSetup {
    /// Makes a TLS connection over a stream, as the SDK does.
    pub(crate) async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<TlsStream<S>> {
        let config = Arc::new(self.config().map_err(io::Error::other)?);
        let name = ServerName::try_from(self.server_name.clone()).map_err(io::Error::other)?;
        TlsConnector::from(config).connect(name, stream).await
    }

    /// Returns the TLS problem that is the reason of an error, if there is one.
    pub(crate) fn problem(&self, error: io::Error) -> Option<TlsProblem> {
        tls_error(error).map(|error| self.explain(&error))
    }

    /// Returns the TLS configuration that the SDK's connection uses.
    fn config(&self) -> Result<ClientConfig, Error> {
        let config = ClientConfig::builder_with_provider(provider());
        let config = config.with_safe_default_protocol_versions()?;
        let mut config = config
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&self.trust) as _)
            .with_client_cert_resolver(Arc::clone(&self.identity) as _);
        config.alpn_protocols.push(b"h2".to_vec());
        Ok(config)
    }

    fn explain(&self, error: &Error) -> TlsProblem {
        match error {
            Error::InvalidCertificate(error) => self.explain_certificate(error),
            Error::InvalidMessage(_) => TlsProblem::ServerWithoutTls,
            Error::AlertReceived(alert) => self.explain_alert(*alert),
            other => TlsProblem::Other { reason: format!("the TLS handshake failed: {other}") },
        }
    }

    fn explain_certificate(&self, error: &CertificateError) -> TlsProblem {
        match error {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                TlsProblem::UnknownIssuer { trusted: self.trust.name() }
            }
            CertificateError::NotValidForNameContext { presented, .. } => TlsProblem::WrongName {
                expected: self.server_name.clone(),
                presented: presented.clone(),
            },
            CertificateError::ExpiredContext { not_after, .. } => {
                TlsProblem::Expired { on: expiry::date(*not_after) }
            }
            CertificateError::NotValidYetContext { not_before, .. } => {
                TlsProblem::NotValidYet { from: expiry::date(*not_before) }
            }
            other => TlsProblem::Other {
                reason: format!("the server's certificate is not valid: {other}"),
            },
        }
    }

    fn explain_alert(&self, alert: AlertDescription) -> TlsProblem {
        use AlertDescription as Alert;
        match alert {
            Alert::CertificateRequired | Alert::HandshakeFailure | Alert::BadCertificate
                if !self.identity.exists() =>
            {
                TlsProblem::NoClientCertificate
            }
            Alert::BadCertificate
            | Alert::CertificateExpired
            | Alert::CertificateRevoked
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::DecryptError
            | Alert::HandshakeFailure => TlsProblem::ClientCertificateRefused {
                alert: format!("{alert:?}"),
                expired: self.identity.expired(),
            },
            other => {
                TlsProblem::Other { reason: format!("the server ended the handshake: {other:?}") }
            }
        }
    }
}
