//! The HTTP listener for probes: `/live` and `/ready`, also by Kubernetes' names `/livez` and `/readyz`, and for
//! metrics: `/metrics`.
//!
//! The number of probes doesn't change the number of calls to the server.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use hyper::StatusCode;
use serde_json::json;
use tokio::sync::Mutex;

use super::WorkerError;
use super::health::WorkerHealth;
use crate::background::CONTROL;
use crate::http_listener::{Answer, Answers, HttpListener};
use crate::metrics;

/// The time for which an answer of the server is passed on.
const ANSWER_AGE: Duration = Duration::from_secs(1);

/// Starts to listen for probes.
pub(super) async fn start(
    address: &str,
    health: &WorkerHealth,
) -> Result<HttpListener, WorkerError> {
    let probes = Arc::new(Probes { health: health.clone(), server: Kept::default() });
    let answers: Answers = Arc::new(move |path| {
        let probes = Arc::clone(&probes);
        async move { answer(&path, &probes).await }.boxed()
    });
    let bound = address.to_owned();
    // The address may be the name of a host, which is looked up.
    let starting = CONTROL.run(async move { HttpListener::start(&bound, PATHS, answers) });
    let refused = |source| WorkerError::HealthListener { address: address.to_owned(), source };
    starting.await.map_err(refused)
}

const PATHS: &str = "/live, /ready or /metrics";

/// The sources of the answers to probes.
struct Probes {
    health: WorkerHealth,
    /// The reason why the server doesn't answer, if there is one.
    server: Kept<Option<String>>,
}

/// A value that is kept for a while, so that many who ask for it cause one call.
pub(crate) struct Kept<T>(Mutex<Option<(Instant, T)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Kept<T> {
    /// Returns the value if it isn't older than `age`, and otherwise that of the call. Others wait for a
    /// call that has begun.
    pub(crate) async fn get(&self, age: Duration, call: impl Future<Output = T>) -> T {
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

async fn answer(path: &str, probes: &Probes) -> Option<Answer> {
    let health = &probes.health;
    match path {
        "/live" | "/livez" => {
            let live = health.is_live();
            let body = json!({ "live": live, "workers": health.workers() });
            Some(Answer::json(status(live), &body))
        }
        "/ready" | "/readyz" => {
            let server = probes.server.get(ANSWER_AGE, health.ask_server()).await;
            let readiness = health.readiness_with(server);
            Some(Answer::json(status(readiness.ready), &json!(readiness)))
        }
        "/metrics" => Some(Answer::metrics(metrics::text().await?)),
        _ => None,
    }
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
