//! A listener for HTTP requests of monitoring: probes and metrics.
//!
//! Anybody who reaches it may send anything. So connections are limited in number and time.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use crate::background::CONTROL;

/// The time for a client to send its headers. Probes send them at once.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);

/// The time for a whole connection.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest headers, in bytes.
const LARGEST_HEADERS: usize = 16 * 1024;

/// The most open connections. The oldest one is closed for a new one.
const MOST_CONNECTIONS: usize = 128;

/// The time that a connection has for its request before it may be closed for a new one.
const GRACE: Duration = Duration::from_millis(200);

/// The pause after a connection couldn't be accepted, for example because file handles ran out.
const PAUSE: Duration = Duration::from_millis(200);

/// The answer to a request.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

/// The source of the answers to the paths of requests. `None` is answered with 404.
pub(crate) type Answers =
    Arc<dyn Fn(String) -> BoxFuture<'static, Option<Answer>> + Send + Sync + 'static>;

/// A listener, which stops when it's dropped.
pub(crate) struct HttpListener {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl HttpListener {
    /// Starts to listen, on the runtime of the control, so that answers don't wait for activities.
    pub(crate) fn start(address: &str, paths: &'static str, answers: Answers) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let bound = listener.local_addr()?;
        let listener = CONTROL.enter(|| TcpListener::from_std(listener))?;
        tracing::info!(address = %bound, "answering {paths}");
        let accepting = CONTROL.spawn(accept(listener, paths, answers));
        Ok(Self { address: bound, accepting })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for HttpListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, paths: &'static str, answers: Answers) {
    let mut connections = Connections::default();
    loop {
        connections.make_room().await;
        match listener.accept().await {
            Ok((stream, _)) => connections.add(serve(stream, paths, Arc::clone(&answers))),
            Err(error) => {
                tracing::warn!(%error, "the listener for {paths} could not accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// The open connections, which are closed when they are dropped.
#[derive(Default)]
struct Connections {
    tasks: JoinSet<()>,
    /// The tasks with the times of their begin, the oldest first.
    open: VecDeque<(Instant, AbortHandle)>,
}

impl Connections {
    fn add(&mut self, connection: impl Future<Output = ()> + Send + 'static) {
        self.open.push_back((Instant::now(), self.tasks.spawn(connection)));
    }

    /// Waits until one more connection may be open. Clients that send nothing must not keep a probe out,
    /// so the oldest connection is closed once it has had its time.
    async fn make_room(&mut self) {
        loop {
            while self.tasks.try_join_next().is_some() {}
            self.open.retain(|(_, task)| !task.is_finished());
            let Some((began, oldest)) = self.open.front() else { return };
            if self.open.len() < MOST_CONNECTIONS {
                return;
            }
            let left = GRACE.saturating_sub(began.elapsed());
            if left.is_zero() {
                oldest.abort();
                self.open.pop_front();
                return;
            }
            tokio::select! {
                _ = self.tasks.join_next() => {}
                () = tokio::time::sleep(left) => {}
            }
        }
    }
}

async fn serve(stream: TcpStream, paths: &'static str, answers: Answers) {
    let answering = service_fn(|request: Request<Incoming>| {
        let answers = Arc::clone(&answers);
        async move { Ok::<_, Infallible>(answer(&request, paths, &answers).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(LARGEST_HEADERS)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answering);
    match tokio::time::timeout(CONNECTION_TIMEOUT, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection for {paths} broke"),
        Err(_) => tracing::debug!("a connection for {paths} took too long"),
    }
}

async fn answer(
    request: &Request<Incoming>,
    paths: &str,
    answers: &Answers,
) -> Response<Full<Bytes>> {
    let answered = if matches!(*request.method(), Method::GET | Method::HEAD) {
        answers(request.uri().path().to_owned())
            .await
            .unwrap_or_else(|| refusal(StatusCode::NOT_FOUND, &format!("not found; use {paths}")))
    } else {
        refusal(StatusCode::METHOD_NOT_ALLOWED, "method not allowed; use GET or HEAD")
    };
    let mut response = Response::new(Full::new(Bytes::from(answered.body)));
    *response.status_mut() = answered.status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answered.content_type));
    response
}

fn refusal(status: StatusCode, error: &str) -> Answer {
    Answer::json(status, &serde_json::json!({ "error": error }))
}

impl Answer {
    pub(crate) fn json(status: StatusCode, body: &serde_json::Value) -> Self {
        Self { status, content_type: "application/json", body: body.to_string() }
    }

    /// Answers with metrics in the text format of Prometheus.
    pub(crate) fn metrics(text: String) -> Self {
        let content_type = "text/plain; version=0.0.4; charset=utf-8";
        Self { status: StatusCode::OK, content_type, body: text }
    }
}
