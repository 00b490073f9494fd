//! The HTTP listener for probes: `/live` and `/ready`.
//!
//! Anybody who reaches it may send anything. So connections are limited in number and time, and their
//! number doesn't change the number of calls to the server.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use super::WorkerError;
use super::health::WorkerHealth;
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

/// The time for which an answer of the server is passed on.
const ANSWER_AGE: Duration = Duration::from_secs(1);

/// The pause after a connection couldn't be accepted, for example because file handles ran out.
const PAUSE: Duration = Duration::from_millis(200);

/// A listener, which stops when it's dropped.
pub(super) struct Listener {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Listener {
    /// Starts to listen, on the runtime of the control, so that probes don't wait for activities.
    pub(super) async fn start(address: &str, health: &WorkerHealth) -> Result<Self, WorkerError> {
        let refused = |source| WorkerError::HealthListener { address: address.to_owned(), source };
        let binding = TcpListener::bind(address.to_owned());
        let listener = CONTROL.run(binding).await.map_err(refused)?;
        let bound = listener.local_addr().map_err(refused)?;
        tracing::info!(address = %bound, "answering /live and /ready");
        let probes = Probes { health: health.clone(), server: Kept::default() };
        let accepting = CONTROL.spawn(accept(listener, Arc::new(probes)));
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

async fn accept(listener: TcpListener, probes: Arc<Probes>) {
    let mut connections = Connections::default();
    loop {
        connections.make_room().await;
        match listener.accept().await {
            Ok((stream, _)) => connections.add(serve(stream, Arc::clone(&probes))),
            Err(error) => {
                tracing::warn!(%error, "the health listener could not accept a connection");
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

async fn serve(stream: TcpStream, probes: Arc<Probes>) {
    let answering = service_fn(|request: Request<Incoming>| {
        let probes = Arc::clone(&probes);
        async move { Ok::<_, Infallible>(answer(&request, &probes).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(LARGEST_HEADERS)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answering);
    match tokio::time::timeout(CONNECTION_TIMEOUT, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection to the health listener broke"),
        Err(_) => tracing::debug!("a connection to the health listener took too long"),
    }
}

/// The sources of the answers to probes.
struct Probes {
    health: WorkerHealth,
    /// The reason why the server doesn't answer, if there is one.
    server: Kept<Option<String>>,
}

/// A value that is kept for a while, so that many who ask for it cause one call.
struct Kept<T>(Mutex<Option<(Instant, T)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Kept<T> {
    /// Returns the value if it isn't older than `age`, and otherwise that of the call. Others wait for a
    /// call that has begun.
    async fn get(&self, age: Duration, call: impl Future<Output = T>) -> T {
        let mut kept = self.0.lock().await;
        if let Some((since, value)) = &*kept
            && since.elapsed() < age
        {
            return value.clone();
        }
        let value = call.await;
        *kept = Some((Instant::now(), value.clone()));
        value
    }
}

async fn answer(request: &Request<Incoming>, probes: &Probes) -> Response<Full<Bytes>> {
    let health = &probes.health;
    let (status, body) = if !matches!(*request.method(), Method::GET | Method::HEAD) {
        (StatusCode::METHOD_NOT_ALLOWED, json!({ "error": "method not allowed; use GET or HEAD" }))
    } else if request.uri().path() == "/live" {
        let live = health.is_live();
        (status(live), json!({ "live": live, "workers": health.workers() }))
    } else if request.uri().path() == "/ready" {
        let server = probes.server.get(ANSWER_AGE, health.ask_server()).await;
        let readiness = health.readiness_with(server);
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use futures_util::future::join_all;

    use super::Kept;

    const LONG: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn many_probes_cause_one_call_until_the_answer_is_old() {
        let (kept, calls) = (Kept::default(), AtomicU32::new(0));
        let call = || async {
            tokio::task::yield_now().await;
            calls.fetch_add(1, Ordering::Relaxed) + 1
        };
        let answers = join_all((0..50).map(|_| kept.get(LONG, call()))).await;
        assert_eq!(answers, [1; 50]);
        assert_eq!(kept.get(Duration::ZERO, call()).await, 2);
        assert_eq!(kept.get(LONG, call()).await, 2);
    }

    #[tokio::test]
    async fn a_call_that_is_dropped_keeps_nobody_waiting() {
        let kept = Kept::default();
        let hanging = kept.get(LONG, std::future::pending());
        let _ = tokio::time::timeout(Duration::from_millis(10), hanging).await;
        assert_eq!(kept.get(LONG, async { 7 }).await, 7);
    }
}
