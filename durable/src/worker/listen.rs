//! The HTTP listener for probes: `/live` and `/ready`.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::WorkerError;
use super::health::WorkerHealth;

/// The time for a client to send its headers. Probes send them at once.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// The pause after a connection couldn't be accepted, for example because file handles ran out.
const PAUSE: Duration = Duration::from_millis(200);

/// A listener, which stops when it's dropped.
pub(super) struct Listener {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Listener {
    pub(super) async fn start(address: &str, health: &WorkerHealth) -> Result<Self, WorkerError> {
        let refused = |source| WorkerError::HealthListener { address: address.to_owned(), source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let bound = listener.local_addr().map_err(refused)?;
        tracing::info!(address = %bound, "answering /live and /ready");
        let accepting = tokio::spawn(accept(listener, health.clone()));
        Ok(Self { address: bound, accepting })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, health: WorkerHealth) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream, health.clone()))),
            Err(error) => {
                tracing::warn!(%error, "the health listener could not accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, health: WorkerHealth) {
    let answering = service_fn(|request: Request<Incoming>| {
        let health = health.clone();
        async move { Ok::<_, Infallible>(answer(&request, &health).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answering);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection to the health listener broke");
    }
}

async fn answer(request: &Request<Incoming>, health: &WorkerHealth) -> Response<Full<Bytes>> {
    let (status, body) = if !matches!(*request.method(), Method::GET | Method::HEAD) {
        (StatusCode::METHOD_NOT_ALLOWED, json!({ "error": "method not allowed; use GET or HEAD" }))
    } else if request.uri().path() == "/live" {
        let live = health.is_live();
        (status(live), json!({ "live": live, "workers": health.workers() }))
    } else if request.uri().path() == "/ready" {
        let readiness = health.readiness().await;
        (status(readiness.ready), json!(readiness))
    } else {
        (StatusCode::NOT_FOUND, json!({ "error": "not found; use /live or /ready" }))
    };
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

fn status(good: bool) -> StatusCode {
    if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}
