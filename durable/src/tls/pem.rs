//! Reading and parsing PEM data.

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{Pem, PemSource};
use crate::error::TlsProblem;

impl Pem {
    /// Reads the bytes.
    pub(super) fn read(&self, what: &'static str) -> Result<Vec<u8>, TlsProblem> {
        match &self.0 {
            PemSource::Inline(text) => Ok(text.clone().into_bytes()),
            PemSource::File(path) => {
                std::fs::read(path).map_err(|error| self.unreadable(what, error.to_string()))
            }
        }
    }

    /// Parses the certificates in the bytes of this PEM; there must be at least one.
    pub(super) fn certificates(
        &self,
        what: &'static str,
        bytes: &[u8],
    ) -> Result<Vec<CertificateDer<'static>>, TlsProblem> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
        match certificates {
            Ok(certificates) if certificates.is_empty() => {
                Err(self.unreadable(what, "no `BEGIN CERTIFICATE` found".to_owned()))
            }
            Ok(certificates) => Ok(certificates),
            Err(error) => Err(self.unreadable(what, error.to_string())),
        }
    }

    /// Parses the private key in the bytes of this PEM.
    pub(super) fn private_key(
        &self,
        what: &'static str,
        bytes: &[u8],
    ) -> Result<PrivateKeyDer<'static>, TlsProblem> {
        PrivateKeyDer::from_pem_slice(bytes)
            .map_err(|error| self.unreadable(what, error.to_string()))
    }

    pub(super) fn unreadable(&self, what: &'static str, reason: String) -> TlsProblem {
        let file = match &self.0 {
            PemSource::File(path) => Some(path.clone()),
            PemSource::Inline(_) => None,
        };
        TlsProblem::Unreadable { what, file, reason }
    }

    /// Returns the file, or a placeholder for text, for messages.
    pub(super) fn place(&self) -> String {
        match &self.0 {
            PemSource::File(path) => path.display().to_string(),
            PemSource::Inline(_) => "(given as text)".to_owned(),
        }
    }
}
