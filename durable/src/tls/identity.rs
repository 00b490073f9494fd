//! The own certificate of a client or a listener, which is read again for each connection.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

use super::{Pem, expiry, provider};
use crate::error::TlsProblem;

/// The names of a certificate and its key, for messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    certificate: &'static str,
    key: &'static str,
}

pub(super) const CLIENT: Names =
    Names { certificate: "client certificate", key: "key of the client certificate" };

#[cfg(feature = "codec-server")]
pub(super) const LISTENER: Names =
    Names { certificate: "server certificate", key: "key of the server certificate" };

/// A certificate and its key, if there is one.
#[derive(Debug)]
pub(super) struct Identity {
    names: Names,
    files: Option<(Pem, Pem)>,
    current: Mutex<Option<Current>>,
}

/// The certificate that was read last.
#[derive(Debug, Clone)]
struct Current {
    bytes: (Vec<u8>, Vec<u8>),
    key: Arc<CertifiedKey>,
}

impl Identity {
    pub(super) fn new(names: Names, files: Option<(Pem, Pem)>) -> Result<Self, TlsProblem> {
        let read = |files| Current::read(names, files, None);
        let current = files.as_ref().map(read).transpose()?;
        Ok(Self { names, files, current: Mutex::new(current) })
    }

    /// Returns whether there is a client certificate.
    pub(super) fn exists(&self) -> bool {
        self.files.is_some()
    }

    /// Returns the certificate and its key that were read last.
    pub(super) fn pem(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().map(|current| current.bytes.clone())
    }

    /// Returns the time of the certificate's expiry, if it has expired.
    pub(super) fn expired(&self) -> Option<String> {
        let key = self.reloaded()?;
        expiry::expired(key.cert.first()?)
    }

    /// Reads the certificate's files again. If they are invalid, it returns the previous
    /// certificate.
    fn reloaded(&self) -> Option<Arc<CertifiedKey>> {
        let files = self.files.as_ref()?;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match Current::read(self.names, files, current.as_ref()) {
            Ok(read) => *current = Some(read),
            // A rotation may have replaced only one of the two files yet.
            Err(problem) => {
                let name = self.names.certificate;
                tracing::warn!(%problem, "the {name} cannot be read again; the previous one is used");
            }
        }
        current.as_ref().map(|current| Arc::clone(&current.key))
    }
}

impl Current {
    /// Reads the files, and parses them if they have changed.
    fn read(
        names: Names,
        (certificate, key): &(Pem, Pem),
        before: Option<&Self>,
    ) -> Result<Self, TlsProblem> {
        let bytes = (certificate.read(names.certificate)?, key.read(names.key)?);
        if let Some(before) = before.filter(|before| before.bytes == bytes) {
            return Ok(before.clone());
        }
        let chain = certificate.certificates(names.certificate, &bytes.0)?;
        expiry::warn(names.certificate, &certificate.place(), &chain[0]);
        let private_key = key.private_key(names.key, &bytes.1)?;
        let key = CertifiedKey::from_der(chain, private_key, &provider())
            .map_err(|error| key.unreadable(names.key, error.to_string()))?;
        if before.is_some() {
            let name = names.certificate;
            tracing::info!(place = certificate.place(), "the {name} was read again");
        }
        Ok(Self { bytes, key: Arc::new(key) })
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.reloaded()
    }

    fn has_certs(&self) -> bool {
        self.exists()
    }
}

#[cfg(feature = "codec-server")]
impl rustls::server::ResolvesServerCert for Identity {
    fn resolve(&self, _: rustls::server::ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.reloaded()
    }
}
