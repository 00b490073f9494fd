//! Finding the reason of a failed TLS connection.
//!
//! The error of the SDK's transport depends on the step that failed: with TLS 1.3 the server
//! requests a missing certificate only after the handshake. So a failed connection is tried once
//! more here, up to the first bytes of the server.

use std::io::{self, Read as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, Error, RootCertStore,
    Stream,
};

use super::{TlsSetup, expiry, provider};
use crate::error::TlsProblem;

/// The longest time of each step of the diagnosis.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);

/// Returns the TLS problem of a failed connection, or `None` if TLS is not the reason.
///
/// It blocks for at most a few seconds.
pub(crate) fn diagnose(secured: Option<&TlsSetup>, host: &str, port: u16) -> Option<TlsProblem> {
    let host = host.trim_matches(['[', ']']);
    if let Some(secured) = secured {
        let error = handshake(secured.config().ok()?, &secured.server_name, host, port)?;
        return Some(secured.explain(&error));
    }
    // Without trusted issuers, the handshake fails if the server has a certificate.
    let error = handshake(config_without_roots()?, host, host, port)?;
    let tls = matches!(error, Error::InvalidCertificate(_) | Error::AlertReceived(_));
    tls.then_some(TlsProblem::ServerWithTls)
}

/// Returns the TLS error of a handshake and of the first bytes of the server, if there is one.
fn handshake(config: ClientConfig, name: &str, host: &str, port: u16) -> Option<Error> {
    let name = ServerName::try_from(name.to_owned()).ok()?;
    let mut connection = ClientConnection::new(Arc::new(config), name).ok()?;
    let address = (host, port).to_socket_addrs().ok()?.next()?;
    let mut socket = TcpStream::connect_timeout(&address, HEALTH_TIMEOUT).ok()?;
    socket.set_read_timeout(Some(HEALTH_TIMEOUT)).ok()?;
    socket.set_write_timeout(Some(HEALTH_TIMEOUT)).ok()?;
    let mut stream = Stream::new(&mut connection, &mut socket);
    // An HTTP/2 server sends first, after it has accepted the client's certificate.
    let error = stream.read(&mut [0; 1]).err()?;
    tls_error(error)
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
