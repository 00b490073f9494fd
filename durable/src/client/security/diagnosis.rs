//! Why a connection was not made, where TLS is the reason.
//!
//! What the SDK's transport reports depends on where the handshake broke: under TLS 1.3 the server says
//! only after it that it wants a certificate. So a connection that failed is tried once more by hand,
//! up to the server's first words.

use std::io::{self, Read as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, Error, RootCertStore,
    Stream,
};

use super::{Secured, expiry, provider};
use crate::error::TlsProblem;

/// How long each step of the diagnosis may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why no connection can be made, or `None` where TLS is not the reason.
///
/// It blocks for a few seconds at most.
pub(in crate::client) fn diagnose(
    secured: Option<&Secured>,
    host: &str,
    port: u16,
) -> Option<TlsProblem> {
    let host = host.trim_matches(['[', ']']);
    if let Some(secured) = secured {
        let error = handshake(secured.config().ok()?, &secured.server_name, host, port)?;
        return Some(secured.explain(&error));
    }
    // Nobody is trusted, so that a server that shows a certificate ends the handshake.
    let error = handshake(distrusting()?, host, host, port)?;
    let tls = matches!(error, Error::InvalidCertificate(_) | Error::AlertReceived(_));
    tls.then_some(TlsProblem::ServerWithTls)
}

/// What a handshake and the server's first words end with, if it is an error of TLS.
fn handshake(config: ClientConfig, name: &str, host: &str, port: u16) -> Option<Error> {
    let name = ServerName::try_from(name.to_owned()).ok()?;
    let mut connection = ClientConnection::new(Arc::new(config), name).ok()?;
    let address = (host, port).to_socket_addrs().ok()?.next()?;
    let mut socket = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    socket.set_read_timeout(Some(PATIENCE)).ok()?;
    socket.set_write_timeout(Some(PATIENCE)).ok()?;
    let mut stream = Stream::new(&mut connection, &mut socket);
    // A server of HTTP/2 speaks first, once it is content with the client's certificate.
    let error = stream.read(&mut [0; 1]).err()?;
    tls_error(error)
}

fn tls_error(error: io::Error) -> Option<Error> {
    error.into_inner()?.downcast::<Error>().ok().map(|error| *error)
}

fn distrusting() -> Option<ClientConfig> {
    let config = ClientConfig::builder_with_provider(provider());
    let config = config.with_safe_default_protocol_versions().ok()?;
    let mut config = config.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    config.alpn_protocols.push(b"h2".to_vec());
    Some(config)
}

impl Secured {
    /// What the SDK's connection is made with.
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
