//! What protects a connection: TLS, who the other side must be, and who this side is.

mod diagnosis;
mod expiry;
mod identity;
mod pem;
mod roots;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use temporalio_client::tonic::codegen::http::Uri;
use temporalio_client::{ClientTlsOptions, TlsOptions};

use self::identity::Identity;
use self::roots::Trust;
use crate::address::Address;
use crate::error::{Error, TlsProblem};

pub(super) use diagnosis::diagnose;

/// A PEM, from a file or given as text.
///
/// A file is read again when it changes: what a rotation puts there is used for the next connection.
#[derive(Clone, PartialEq, Eq)]
pub struct Pem(pub(super) PemSource);

#[derive(Clone, PartialEq, Eq)]
pub(super) enum PemSource {
    File(PathBuf),
    Inline(String),
}

impl Pem {
    /// The PEM in a file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(PemSource::File(path.into()))
    }

    /// The PEM itself.
    pub fn inline(text: impl Into<String>) -> Self {
        Self(PemSource::Inline(text.into()))
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
            // It may be a private key.
            PemSource::Inline(_) => f.write_str("Pem(..)"),
        }
    }
}

/// How a connection is encrypted, and how both sides prove who they are.
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
    pub(super) server_ca: Option<Pem>,
    pub(super) client: Option<(Pem, Pem)>,
    pub(super) server_name: Option<String>,
}

impl Tls {
    /// TLS with the system's certificates.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Who must have issued the server's certificate; without it, anybody whom the system trusts.
    #[must_use]
    pub fn server_ca_certificate(mut self, ca: impl Into<Pem>) -> Self {
        self.server_ca = Some(ca.into());
        self
    }

    /// The certificate that this side shows to the server, and its private key (mTLS).
    #[must_use]
    pub fn client_certificate(mut self, certificate: impl Into<Pem>, key: impl Into<Pem>) -> Self {
        self.client = Some((certificate.into(), key.into()));
        self
    }

    /// The name that the server's certificate must be for; without it the host of the address.
    #[must_use]
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }
}

/// Whether a connection is encrypted.
#[derive(Clone, Default)]
pub(super) enum Transport {
    /// If the address says so, or there is an API key to protect.
    #[default]
    AsNeeded,
    Plaintext,
    Tls(Tls),
}

impl Transport {
    /// What a connection to an address is protected with, if it is.
    pub(super) fn secured(
        &self,
        address: &Address,
        has_api_key: bool,
    ) -> Result<Option<Secured>, Error> {
        let tls = match self {
            Self::Plaintext => return Ok(None),
            Self::AsNeeded if !address.is_https && !has_api_key => return Ok(None),
            Self::AsNeeded => &Tls::default(),
            Self::Tls(tls) => tls,
        };
        let secured = Secured::new(tls, &address.host);
        secured.map(Some).map_err(|problem| Error::Tls { address: address.to_string(), problem })
    }
}

/// What a connection is protected with, read and ready.
pub(super) struct Secured {
    trust: Arc<Trust>,
    identity: Arc<Identity>,
    /// The name of the server's certificate.
    server_name: String,
    is_named: bool,
}

impl Secured {
    /// Reads the certificates, and warns of those that expire.
    pub(super) fn new(tls: &Tls, host: &str) -> Result<Self, TlsProblem> {
        let host = host.trim_matches(['[', ']']);
        Ok(Self {
            trust: Arc::new(Trust::new(tls.server_ca.clone())?),
            identity: Arc::new(Identity::new(tls.client.clone())?),
            is_named: tls.server_name.is_some(),
            server_name: tls.server_name.clone().unwrap_or_else(|| host.to_owned()),
        })
    }

    /// What requests say that they are for.
    pub(super) fn origin(&self, address: &Address) -> Option<Uri> {
        let origin = if self.is_named {
            format!("https://{}", self.server_name)
        } else {
            format!("https://{address}")
        };
        origin.parse().ok()
    }

    /// The SDK's options for it.
    pub(super) fn options(&self) -> TlsOptions {
        TlsOptions::builder()
            .domain(self.server_name.clone())
            .server_cert_verifier(Arc::clone(&self.trust) as _)
            .client_cert_resolver(Arc::clone(&self.identity) as _)
            .build()
    }

    /// The SDK's options for it through a proxy, where the SDK 1.1.1 takes no resolver of certificates:
    /// the client's is the one that was read for this connection.
    pub(super) fn proxied(&self) -> TlsOptions {
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

/// The one implementation of the algorithms, that of the SDK too.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
