//! The TLS of HTTP: listeners of this crate, and calls of other servers.

use std::sync::Arc;

use rustls::{ClientConfig, ServerConfig};

use super::identity::{Identity, LISTENER};
use super::roots::ServerVerifier;
use super::{Pem, provider};
use crate::error::TlsProblem;

/// The only protocol that the listeners speak.
const HTTP_1: &[u8] = b"http/1.1";

/// Returns the TLS of a listener with this certificate and key, which are read again when they change.
pub(crate) fn server_config(certificate: Pem, key: Pem) -> Result<ServerConfig, TlsProblem> {
    let identity = Identity::new(LISTENER, Some((certificate, key)))?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| other(&error))?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(identity));
    config.alpn_protocols = vec![HTTP_1.to_vec()];
    Ok(config)
}

/// Returns the TLS of calls to a server whose certificate is issued by this authority, or by one that the
/// system trusts.
pub(crate) fn client_config(authority: Option<Pem>) -> Result<ClientConfig, TlsProblem> {
    let verifier = ServerVerifier::new(authority)?;
    Ok(ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| other(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

fn other(error: &rustls::Error) -> TlsProblem {
    TlsProblem::Other { reason: error.to_string() }
}
