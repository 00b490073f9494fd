//! What protects a connection: TLS, who the other side must be, and who this side is.

use std::fmt;
use std::path::PathBuf;

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
    /// Who must have issued the server's certificate; without it, anybody whom the system trusts.
    #[must_use]
    pub fn server_ca_certificate(mut self, ca: Pem) -> Self {
        self.server_ca = Some(ca);
        self
    }

    /// The certificate that this side shows to the server, and its private key (mTLS).
    #[must_use]
    pub fn client_certificate(mut self, certificate: Pem, key: Pem) -> Self {
        self.client = Some((certificate, key));
        self
    }

    /// The name that the server's certificate must be for; without it the host of the address.
    #[must_use]
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }
}
