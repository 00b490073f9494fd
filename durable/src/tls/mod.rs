//! TLS: trusted issuers, certificates of clients and listeners, and diagnosis.

#[cfg(feature = "codec-server")]
mod config;
mod diagnosis;
mod expiry;
mod identity;
mod pem;
mod roots;
mod transport;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use temporalio_client::tonic::codegen::http::Uri;
use temporalio_client::{ClientTlsOptions, TlsOptions};

use self::identity::{CLIENT, Identity};
use self::roots::ServerVerifier;
use crate::address::Address;
use crate::error::TlsProblem;
use crate::secret::is_key;

#[cfg(feature = "codec-server")]
pub(crate) use config::{client_config, server_config};
pub(crate) use diagnosis::speaks_tls;
#[cfg(feature = "config")]
pub(crate) use transport::Switch;
pub(crate) use transport::Transport;

/// PEM data, from a file or given as text.
///
/// A file is read again for each connection, so rotated certificates are used for the next one.
#[derive(Clone, PartialEq, Eq)]
pub struct Pem(pub(crate) PemSource);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum PemSource {
    File(PathBuf),
    Inline(String),
}

impl Pem {
    /// Reads the PEM data from a file.
    ///
    /// A key in place of the path is not a file's, and no message shows it.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self(match path.to_str() {
            Some(text) if is_key(text) => PemSource::Inline(text.to_owned()),
            _ => PemSource::File(path),
        })
    }

    /// Takes the PEM data as text.
    pub fn inline(text: impl Into<String>) -> Self {
        Self(PemSource::Inline(text.into()))
    }

    /// Returns the path of the file, if the data comes from one.
    #[cfg(feature = "config")]
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.0 {
            PemSource::File(path) => Some(path),
            PemSource::Inline(_) => None,
        }
    }
}

impl From<PathBuf> for Pem {
    fn from(path: PathBuf) -> Self {
        Self::file(path)
    }
}

impl From<&Path> for Pem {
    fn from(path: &Path) -> Self {
        Self::file(path)
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            PemSource::File(path) => f.debug_tuple("Pem").field(path).finish(),
            // The text may be a private key.
            PemSource::Inline(_) => f.write_str("Pem(..)"),
        }
    }
}

/// TLS settings of a connection.
///
/// ```
/// use durable::Client;
/// use durable::client::{Pem, Tls};
///
/// let tls = Tls::default()
///     .server_ca_certificate(Pem::file("/run/secrets/ca.pem"))
///     .client_certificate(Pem::file("/run/secrets/client.pem"), Pem::file("/run/secrets/client.key"));
/// let builder = Client::builder().address("temporal.internal:7233").tls(tls);
/// # let _ = builder;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    pub(crate) server_ca: Option<Pem>,
    pub(crate) client: Option<(Pem, Pem)>,
    pub(crate) server_name: Option<String>,
}

impl Tls {
    /// Creates TLS settings that trust the system's certificates.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the issuer of the server's certificate. Defaults to the system's certificates.
    #[must_use]
    pub fn server_ca_certificate(mut self, ca: impl Into<Pem>) -> Self {
        self.server_ca = Some(ca.into());
        self
    }

    /// Sets the client certificate and its private key (mTLS).
    #[must_use]
    pub fn client_certificate(mut self, certificate: impl Into<Pem>, key: impl Into<Pem>) -> Self {
        self.client = Some((certificate.into(), key.into()));
        self
    }

    /// Sets the expected name in the server's certificate. Defaults to the host of the address.
    #[must_use]
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }
}

/// The TLS setup of a connection, with the certificates read.
pub(crate) struct TlsSetup {
    trust: Arc<ServerVerifier>,
    identity: Arc<Identity>,
    /// The expected name in the server's certificate.
    server_name: String,
    is_named: bool,
}

impl TlsSetup {
    /// Reads the certificates, and logs a warning about those that expire soon.
    pub(crate) fn new(tls: &Tls, address: &Address) -> Result<Self, TlsProblem> {
        let host = address.bare_host();
        Ok(Self {
            trust: Arc::new(ServerVerifier::new(tls.server_ca.clone())?),
            identity: Arc::new(Identity::new(CLIENT, tls.client.clone())?),
            is_named: tls.server_name.is_some(),
            server_name: tls.server_name.clone().unwrap_or_else(|| host.to_owned()),
        })
    }

    /// Returns the origin of requests.
    pub(crate) fn origin(&self, address: &Address) -> Option<Uri> {
        let origin = if self.is_named {
            format!("https://{}", self.server_name)
        } else {
            format!("https://{address}")
        };
        origin.parse().ok()
    }

    /// Returns the SDK's options.
    pub(crate) fn options(&self) -> TlsOptions {
        TlsOptions::builder()
            .domain(self.server_name.clone())
            .server_cert_verifier(Arc::clone(&self.trust) as _)
            .client_cert_resolver(Arc::clone(&self.identity) as _)
            .build()
    }

    /// Returns the SDK's options for a connection through a proxy, for which the SDK 1.1.1 takes no
    /// certificate resolver. They contain the client certificate that was read for this connection.
    pub(crate) fn proxied(&self) -> TlsOptions {
        let client = self.identity.pem();
        let client = client.map(|(certificate, key)| {
            ClientTlsOptions::builder().client_cert(certificate).client_private_key(key).build()
        });
        TlsOptions::builder()
            .domain(self.server_name.clone())
            .server_cert_verifier(Arc::clone(&self.trust) as _)
            .maybe_client_tls_options(client)
            .build()
    }
}

/// Returns the crypto provider, which the SDK uses too.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
