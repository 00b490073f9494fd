//! The client certificate, which is read again for each connection.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

use super::{Pem, expiry, provider};
use crate::error::TlsProblem;

const CERTIFICATE: &str = "client certificate";
const KEY: &str = "key of the client certificate";

/// The client certificate and its key, if there is one.
#[derive(Debug)]
pub(super) struct Identity {
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
    pub(super) fn new(files: Option<(Pem, Pem)>) -> Result<Self, TlsProblem> {
        let current = files.as_ref().map(|files| Current::read(files, None)).transpose()?;
        Ok(Self { files, current: Mutex::new(current) })
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
        match Current::read(files, current.as_ref()) {
            Ok(read) => *current = Some(read),
            // A rotation may have replaced only one of the two files yet.
            Err(problem) => {
                tracing::warn!(%problem, "the client certificate cannot be read again; the previous one is used");
            }
        }
        current.as_ref().map(|current| Arc::clone(&current.key))
    }
}

impl Current {
    /// Reads the files, and parses them if they have changed.
    fn read((certificate, key): &(Pem, Pem), before: Option<&Self>) -> Result<Self, TlsProblem> {
        let bytes = (certificate.read(CERTIFICATE)?, key.read(KEY)?);
        if let Some(before) = before.filter(|before| before.bytes == bytes) {
            return Ok(before.clone());
        }
        let chain = certificate.certificates(CERTIFICATE, &bytes.0)?;
        expiry::warn(CERTIFICATE, &certificate.place(), &chain[0]);
        let private_key = key.private_key(KEY, &bytes.1)?;
        let key = CertifiedKey::from_der(chain, private_key, &provider())
            .map_err(|error| key.unreadable(KEY, error.to_string()))?;
        if before.is_some() {
            tracing::info!(place = certificate.place(), "the client certificate was read again");
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
