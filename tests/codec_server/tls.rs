//! TLS of the listener, and of the connection to the identity provider.

use std::fs;

use durable::client::Pem;
use durable::codec::server::{CodecServer, CodecServerError};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::http::Asked;
use crate::service;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key can be made");
        Self(CertifiedIssuer::self_signed(params, key).expect("it can be signed"))
    }

    /// A certificate for `localhost`, and its key.
    fn issue(&self) -> (String, String) {
        let params = CertificateParams::new(["localhost".to_owned()]).expect("it is a name");
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.signed_by(&key, &self.0).expect("it can be signed");
        (certificate.pem(), key.serialize_pem())
    }
}

#[tokio::test]
async fn serves_https_and_reads_a_renewed_certificate() {
    let (old, new) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key) = (folder.path().join("tls.pem"), folder.path().join("tls.key"));
    let install = |authority: &Authority| {
        let issued = authority.issue();
        fs::write(&certificate, issued.0).expect("it can be written");
        fs::write(&key, issued.1).expect("it can be written");
    };
    install(&old);
    let builder = CodecServer::builder(service()).address("127.0.0.1:0");
    let server = builder.tls(Pem::file(&certificate), Pem::file(&key)).start().await;
    let server = server.expect("it starts");
    assert_eq!(server.url(), format!("https://{}", server.address()));
    Asked::decode().send_tls(server.address(), &old.0.pem()).await.is_decoded();
    install(&new);
    Asked::decode().send_tls(server.address(), &new.0.pem()).await.is_decoded();
}

#[tokio::test]
async fn unusable_certificates_are_refused_at_the_start() {
    let (certificate, _) = Authority::new().issue();
    let (_, other) = Authority::new().issue();
    for (certificate, key, reason) in [
        (
            Pem::file("/missing.pem"),
            Pem::inline(&other),
            "cannot use the server certificate /missing.pem",
        ),
        (
            Pem::inline("none"),
            Pem::inline(&other),
            "cannot use the given server certificate: no `BEGIN",
        ),
        (Pem::inline(&certificate), Pem::inline(&other), "cannot use the given key of the server"),
    ] {
        let builder = CodecServer::builder(service()).address("127.0.0.1:0");
        let error = builder.tls(certificate, key).start().await.expect_err("it is unusable");
        assert!(matches!(error, CodecServerError::Tls(_)), "{error}");
        assert!(error.to_string().starts_with(reason), "{error}");
    }
}
