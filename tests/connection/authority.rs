//! An authority that a test makes, and the certificates that it issues.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An authority, with a folder for what it issues.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

/// A certificate and its key, as PEM.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "the test's authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().expect("a key can be made");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("it can be signed");
        Self { issuer, folder: tempfile::tempdir().expect("a folder") }
    }

    /// The authority's own certificate.
    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for a server of this name.
    pub(crate) fn server(&self, name: &str) -> Issued {
        self.issue(name, ExtendedKeyUsagePurpose::ServerAuth, SystemTime::now() + 365 * DAY)
    }

    /// A certificate for a server, which ends then.
    pub(crate) fn server_until(&self, name: &str, end: SystemTime) -> Issued {
        self.issue(name, ExtendedKeyUsagePurpose::ServerAuth, end)
    }

    /// A certificate for a client of this name.
    pub(crate) fn client(&self, name: &str) -> Issued {
        self.issue(name, ExtendedKeyUsagePurpose::ClientAuth, SystemTime::now() + 365 * DAY)
    }

    /// A certificate for a client, which ends then.
    pub(crate) fn client_until(&self, name: &str, end: SystemTime) -> Issued {
        self.issue(name, ExtendedKeyUsagePurpose::ClientAuth, end)
    }

    fn issue(&self, name: &str, usage: ExtendedKeyUsagePurpose, end: SystemTime) -> Issued {
        let mut params = CertificateParams::new([name.to_owned()]).expect("it is a name");
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![usage];
        params.not_before = (SystemTime::now() - 400 * DAY).into();
        params.not_after = end.into();
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.signed_by(&key, &self.issuer).expect("it can be signed");
        Issued { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    /// Writes a file into the authority's folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("it can be written");
        path
    }

    /// The file with the authority's own certificate.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.file("ca.pem", &self.pem())
    }

    /// The files of a client's certificate and key.
    pub(crate) fn client_files(&self, issued: &Issued) -> (PathBuf, PathBuf) {
        (self.file("client.pem", &issued.certificate), self.file("client.key", &issued.key))
    }
}
