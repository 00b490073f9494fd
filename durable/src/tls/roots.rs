//! The trusted issuers of server certificates, which are read again for each connection.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::{Pem, expiry, provider};
use crate::error::TlsProblem;

const AUTHORITY: &str = "CA certificate of the server";
const SYSTEM: &str = "system's certificates";

/// Verifies the server's certificate against PEM data or the system's certificates.
#[derive(Debug)]
pub(super) struct ServerVerifier {
    /// `None` for the system's certificates.
    pem: Option<Pem>,
    current: Mutex<Current>,
}

/// The issuers that were read last.
#[derive(Debug, Clone)]
struct Current {
    bytes: Vec<u8>,
    verifier: Arc<WebPkiServerVerifier>,
}

impl ServerVerifier {
    pub(super) fn new(pem: Option<Pem>) -> Result<Self, TlsProblem> {
        let current = match &pem {
            Some(pem) => Current::read(pem, None)?,
            None => Current::from_system()?,
        };
        Ok(Self { pem, current: Mutex::new(current) })
    }

    /// Returns the trusted issuers, for messages.
    pub(super) fn name(&self) -> String {
        self.pem.as_ref().map_or_else(|| format!("any of the {SYSTEM}"), Pem::place)
    }

    /// Reads the file again. If it is invalid, it returns the previous verifier.
    fn reloaded(&self) -> Arc<WebPkiServerVerifier> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pem) = &self.pem {
            match Current::read(pem, Some(&current)) {
                Ok(read) => *current = read,
                Err(problem) => {
                    tracing::warn!(%problem, "the CA certificate cannot be read again; the previous one is used");
                }
            }
        }
        Arc::clone(&current.verifier)
    }
}

impl Current {
    fn read(pem: &Pem, before: Option<&Self>) -> Result<Self, TlsProblem> {
        let bytes = pem.read(AUTHORITY)?;
        if let Some(before) = before.filter(|before| before.bytes == bytes) {
            return Ok(before.clone());
        }
        let mut roots = RootCertStore::empty();
        for certificate in pem.certificates(AUTHORITY, &bytes)? {
            expiry::warn(AUTHORITY, &pem.place(), &certificate);
            roots.add(certificate).map_err(|error| pem.unreadable(AUTHORITY, error.to_string()))?;
        }
        if before.is_some() {
            tracing::info!(place = pem.place(), "the CA certificate was read again");
        }
        let verifier = verifier(roots).map_err(|reason| pem.unreadable(AUTHORITY, reason))?;
        Ok(Self { bytes, verifier })
    }

    fn from_system() -> Result<Self, TlsProblem> {
        let unreadable = |reason| TlsProblem::Unreadable { what: SYSTEM, file: None, reason };
        let found = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            let errors = found.errors.iter().map(ToString::to_string);
            let reason = errors.reduce(|all, error| all + ", " + &error);
            let reason = reason.unwrap_or_else(|| "no certificates found".to_owned());
            return Err(unreadable(format!(
                "{reason}; install them, or name the server's issuer with `server_ca_cert`"
            )));
        }
        Ok(Self { bytes: Vec::new(), verifier: verifier(roots).map_err(unreadable)? })
    }
}

fn verifier(roots: RootCertStore) -> Result<Arc<WebPkiServerVerifier>, String> {
    WebPkiServerVerifier::builder_with_provider(roots.into(), provider())
        .build()
        .map_err(|error| error.to_string())
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.reloaded().verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )?;
        expiry::warn("server's certificate", &server_name.to_str(), end_entity);
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.reloaded().verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.reloaded().verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.reloaded().supported_verify_schemes()
    }
}
