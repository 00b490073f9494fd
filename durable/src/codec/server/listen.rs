//! A listener that serves the service over HTTP or HTTPS.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;
use tracing::instrument::WithSubscriber as _;

use super::{CodecServerError, CodecService};
use crate::tls::Pem;

/// The time for a TLS handshake, and for a client to send the headers of a request. A connection without a
/// request is closed after it.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);

/// The largest headers, in bytes. A token may be large.
const LARGEST_HEADERS: usize = 64 * 1024;

/// The most open connections. Further ones wait.
const MOST_CONNECTIONS: usize = 512;

/// The time for open requests to end when the server is stopped.
const DRAIN: Duration = Duration::from_secs(5);

/// The pause after a connection couldn't be accepted, for example because file handles ran out.
const PAUSE: Duration = Duration::from_millis(200);

/// The settings of a [`CodecServer`].
#[must_use = "a builder starts a server only when `start` is called"]
pub struct CodecServerBuilder {
    pub(crate) service: CodecService,
    tls: Option<(Pem, Pem)>,
    bound: Option<TcpListener>,
}

impl CodecServerBuilder {
    /// Sets the address to listen on, as `host:port`; the default is `127.0.0.1:8081`. The port 0 is a free
    /// one.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        let address = address.into();
        self.service.settings.change(move |settings| settings.address.clone_from(&address));
        self
    }

    /// Serves HTTPS with this certificate and its private key, which are read again when they change.
    pub fn tls(mut self, certificate: impl Into<Pem>, key: impl Into<Pem>) -> Self {
        self.tls = Some((certificate.into(), key.into()));
        self
    }

    /// Sets whether to listen on an address that other machines reach, without an authorization; the
    /// default is `false`.
    pub fn allow_unauthenticated(mut self, allow: bool) -> Self {
        self.service.settings.change(move |settings| settings.allow_unauthenticated = allow);
        self
    }

    /// Serves HTTPS as configured, unless a certificate is set already.
    #[cfg(feature = "config")]
    pub(crate) fn configured_tls(mut self, tls: Option<(Pem, Pem)>) -> Self {
        self.tls = self.tls.or(tls);
        self
    }

    /// Returns whether any web page may use the server.
    #[cfg(feature = "cli")]
    pub(crate) fn has_origins(&self) -> bool {
        !self.service.settings.effective().allowed_origins.is_empty()
    }

    /// Allows the pages of an origin.
    #[cfg(all(feature = "cli", feature = "dev-server"))]
    pub(crate) fn allow_origin(mut self, origin: String) -> Self {
        self.service = self.service.allow_origin(origin);
        self
    }

    /// Listens, and returns the URL, before the server is started. Connections wait until then.
    #[cfg(all(feature = "cli", feature = "dev-server"))]
    pub(crate) async fn bind(&mut self) -> Result<String, CodecServerError> {
        let listener = self.listener().await?;
        let address = listener.local_addr();
        let address = address.map_err(|source| self.refused(source))?;
        self.bound = Some(listener);
        Ok(url(self.tls.is_some(), address))
    }

    /// Returns the listener, if its address may be listened on.
    async fn listener(&self) -> Result<TcpListener, CodecServerError> {
        let settings = self.service.settings.effective();
        let listener = TcpListener::bind(&settings.address).await;
        let listener = listener.map_err(|source| self.refused(source))?;
        let bound = listener.local_addr().map_err(|source| self.refused(source))?;
        if bound.ip().is_loopback() {
            return Ok(listener);
        }
        if self.service.is_secured() {
            if self.tls.is_none() {
                tracing::warn!(
                    address = %bound,
                    "the codec server sends values and tokens without TLS; set its certificate and key, or \
                     put it behind a proxy with TLS"
                );
            }
        } else if settings.allow_unauthenticated {
            tracing::warn!(address = %bound, "everybody who reaches the codec server can decode");
        } else {
            return Err(CodecServerError::Unauthenticated { address: bound.to_string() });
        }
        Ok(listener)
    }

    fn refused(&self, source: io::Error) -> CodecServerError {
        CodecServerError::Listen { address: self.service.settings.effective().address, source }
    }

    /// Starts the server on the current Tokio runtime.
    ///
    /// # Errors
    /// - Those of [`CodecService::router`].
    /// - [`CodecServerError::Tls`]: the certificate or its key can't be used.
    /// - [`CodecServerError::Listen`]: the address can't be listened on.
    /// - [`CodecServerError::Unauthenticated`]: other machines reach the address, and there is no
    ///   authorization.
    pub async fn start(mut self) -> Result<CodecServer, CodecServerError> {
        let listener = match self.bound.take() {
            Some(listener) => listener,
            None => self.listener().await?,
        };
        let address = listener.local_addr().map_err(|source| self.refused(source))?;
        let Self { service, tls, .. } = self;
        let router = service.router()?;
        let tls = tls.map(|(certificate, key)| crate::tls::server_config(certificate, key));
        let tls = tls.transpose()?.map(|config| TlsAcceptor::from(Arc::new(config)));
        let url = url(tls.is_some(), address);
        let (stop, stopped) = watch::channel(());
        let accepting = Accepting { listener, router, tls, stopped };
        let task = tokio::spawn(accepting.run().with_current_subscriber());
        tracing::info!(url, "the codec server listens");
        Ok(CodecServer { address, url, stop, task })
    }
}

fn url(has_tls: bool, address: SocketAddr) -> String {
    format!("{}://{address}", if has_tls { "https" } else { "http" })
}

impl fmt::Debug for CodecServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodecServerBuilder").field("service", &self.service).finish_non_exhaustive()
    }
}

/// A running codec server. It stops when it is dropped.
#[derive(Debug)]
#[must_use = "a codec server stops when it is dropped"]
pub struct CodecServer {
    address: SocketAddr,
    url: String,
    stop: watch::Sender<()>,
    task: JoinHandle<()>,
}

impl CodecServer {
    /// Returns a builder for a server with this service.
    pub fn builder(service: CodecService) -> CodecServerBuilder {
        CodecServerBuilder { service, tls: None, bound: None }
    }

    /// Returns the address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns its URL: the codec endpoint for Temporal's web UI and command line, if this machine is the
    /// one that uses them.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Accepts no more requests, and waits up to 5 seconds for the open ones.
    pub async fn shutdown(mut self) {
        let _ = self.stop.send(());
        let _ = (&mut self.task).await;
    }
}

impl Drop for CodecServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The loop that accepts connections. They are closed when it is dropped.
struct Accepting {
    listener: TcpListener,
    router: Router,
    tls: Option<TlsAcceptor>,
    stopped: watch::Receiver<()>,
}

impl Accepting {
    async fn run(self) {
        let Self { listener, router, tls, mut stopped } = self;
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            let accepted = tokio::select! {
                accepted = accept(&listener, &places) => accepted,
                _ = stopped.changed() => break,
            };
            let Some((stream, place)) = accepted else { continue };
            let (router, tls, stopped) = (router.clone(), tls.clone(), stopped.clone());
            let serving = async move {
                let _place = place;
                connection(stream, tls, router, stopped).await;
            };
            connections.spawn(serving.with_current_subscriber());
        }
        drop(listener);
        let all = async { while connections.join_next().await.is_some() {} };
        let _ = timeout(DRAIN, all).await;
    }
}

/// Accepts a connection when there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            tracing::warn!(%error, "the codec server could not accept a connection");
            tokio::time::sleep(PAUSE).await;
            None
        }
    }
}

async fn connection(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    router: Router,
    stopped: watch::Receiver<()>,
) {
    // Answers are small, and must not wait for more.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return serve(stream, router, stopped).await };
    match timeout(HEADER_TIMEOUT, tls.accept(stream)).await {
        Ok(Ok(stream)) => serve(stream, router, stopped).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake with the codec server failed"),
        Err(_) => tracing::debug!("a TLS handshake with the codec server took too long"),
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    router: Router,
    mut stopped: watch::Receiver<()>,
) {
    let answering = service_fn(move |request: hyper::Request<Incoming>| {
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(LARGEST_HEADERS)
        .serve_connection(TokioIo::new(stream), answering);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the codec server broke");
    }
}
