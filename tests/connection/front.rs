//! A front of the dev server: a proxy that counts connections, with or without TLS.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use durable_tests::Shared;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::authority::{Authority, Issued};

/// A running front; it ends with the test's runtime.
pub(crate) struct Front {
    pub(crate) port: u16,
    state: Arc<State>,
}

struct State {
    accepted: AtomicUsize,
    /// The TLS settings of the front, if it uses TLS.
    tls: Mutex<Option<Arc<ServerConfig>>>,
    /// The certificates that clients showed, in DER.
    shown: Mutex<Vec<Vec<u8>>>,
    /// Counts up when all connections are to be closed.
    hang_up: watch::Sender<u32>,
}

impl Front {
    /// A front without TLS.
    pub(crate) async fn plain() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self::on(listener, None)
    }

    /// A front that speaks TLS with this certificate, and wants one of the client if an authority for
    /// that is named.
    pub(crate) async fn tls(certificate: &Issued, clients: Option<&Authority>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self::on(listener, Some(server(certificate, clients)))
    }

    /// A front on a socket.
    pub(crate) fn on(listener: TcpListener, tls: Option<Arc<ServerConfig>>) -> Self {
        let port = listener.local_addr().expect("it is bound").port();
        let state = Arc::new(State {
            accepted: AtomicUsize::new(0),
            tls: Mutex::new(tls),
            shown: Mutex::default(),
            hang_up: watch::Sender::new(0),
        });
        let accepting = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                accepting.accepted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(pass_on(client, Arc::clone(&accepting)));
            }
        });
        Self { port, state }
    }

    /// The front's address, by a name.
    pub(crate) fn address(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// Returns the number of connections so far.
    pub(crate) fn accepted(&self) -> usize {
        self.state.accepted.load(Ordering::SeqCst)
    }

    /// Shows another certificate from now on.
    pub(crate) fn show(&self, certificate: &Issued, clients: Option<&Authority>) {
        *self.state.tls.lock().expect("nobody panics with it") = Some(server(certificate, clients));
    }

    /// Closes all connections, as a server does that lets none grow old.
    pub(crate) fn hang_up(&self) {
        self.state.hang_up.send_modify(|count| *count += 1);
    }

    /// The certificate that a client showed last.
    pub(crate) fn last_shown(&self) -> Option<Vec<u8>> {
        self.state.shown.lock().expect("nobody panics with it").last().cloned()
    }
}

/// Returns the TLS settings of a server.
pub(crate) fn server(certificate: &Issued, clients: Option<&Authority>) -> Arc<ServerConfig> {
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let config = config.with_safe_default_protocol_versions().expect("there are versions");
    let config = match clients {
        None => config.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(der(&authority.pem())).expect("it is a certificate");
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            config.with_client_cert_verifier(verifier.build().expect("there is an authority"))
        }
    };
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).expect("it is a key");
    let mut config =
        config.with_single_cert(vec![der(&certificate.certificate)], key).expect("they fit");
    config.alpn_protocols.push(b"h2".to_vec());
    // A session that is resumed shows no certificates.
    config.send_tls13_tickets = 0;
    Arc::new(config)
}

/// The bytes of a certificate.
pub(crate) fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("it is a certificate")
}

async fn pass_on(client: TcpStream, state: Arc<State>) {
    let tls = state.tls.lock().expect("nobody panics with it").clone();
    match tls {
        None => pipe(client, &state).await,
        Some(tls) => {
            // A client that does not like the certificate, or has none, ends here.
            let Ok(stream) = TlsAcceptor::from(tls).accept(client).await else { return };
            if let Some([shown, ..]) = stream.get_ref().1.peer_certificates() {
                state.shown.lock().expect("nobody panics with it").push(shown.to_vec());
            }
            pipe(stream, &state).await;
        }
    }
}

async fn pipe(mut client: impl AsyncRead + AsyncWrite + Unpin, state: &State) {
    let mut hang_up = state.hang_up.subscribe();
    let address = Shared::get().address();
    let mut server = TcpStream::connect(address).await.expect("the dev server answers");
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = hang_up.changed() => {}
    }
}
