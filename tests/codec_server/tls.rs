//! TLS of the listener, and of the connection to the identity provider.

use std::fs;
use std::sync::Arc;

use durable::client::Pem;
use durable::codec::server::{CodecServer, CodecServerError, Jwt};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use durable_tests::Log;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};

use crate::http::Asked;
use crate::tokens::{AUDIENCE, Signer};
use crate::{service, start};

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

/// An identity provider over TLS, with one key. It ends with the test's runtime. Returns its URL.
async fn provider(authority: &Authority, signer: &Signer) -> String {
    let (certificate, key) = authority.issue();
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).expect("it is PEM");
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("it is PEM");
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("the key fits");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let body = serde_json::json!({ "keys": [signer.public] }).to_string();
    let length = body.len();
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("it is bound").port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("it can be accepted");
            // A client that doesn't trust the certificate ends the handshake.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("https://localhost:{port}/jwks.json")
}

#[tokio::test]
async fn keys_are_fetched_only_from_a_trusted_server() {
    let (log, _guard) = Log::collect();
    let (authority, stranger) = (Authority::new(), Authority::new());
    let signer = Signer::elliptic("k1");
    let jwt = Jwt::new(provider(&authority, &signer).await).audience(AUDIENCE);
    let asked = Asked::decode().header("Authorization", &format!("Bearer {}", signer.token()));
    let trusted = jwt.clone().ca_certificate(Pem::inline(authority.0.pem()));
    let (_server, address) = start(service().jwt(trusted)).await;
    asked.clone().send(address).await.is_decoded();
    let other = jwt.ca_certificate(Pem::inline(stranger.0.pem()));
    let (_server, address) = start(service().jwt(other)).await;
    asked.send(address).await.refused(503);
    assert!(log.text().contains("cannot fetch the keys of tokens"), "{}", log.text());
}
