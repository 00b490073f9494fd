//! Routes for probes, by Kubernetes' conventions.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::client::ClientService;
use crate::error::{Error, Result};
use crate::worker::{Kept, WorkerHealth, WorkerState};

/// The server's time to answer. A Kubernetes probe waits for a second.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(800);

/// The time for which an answer of the server is passed on.
const ANSWER_AGE: Duration = Duration::from_secs(1);

/// Returns the routes `GET /livez` and `GET /readyz` for the probes of an orchestrator.
///
/// `/livez` is 200 as long as the process answers. `/readyz` is 200 if the Temporal server answers and accepts
/// the credentials, or if Temporal is disabled by the configuration, and otherwise 503 with the reasons. The
/// server has 0.8 seconds, and its answer is used for a second, so many probes cause few calls. The bodies have
/// neither addresses nor the text of the server, which are logged.
///
/// ```no_run
/// use durable::Client;
/// use durable::client::ClientService;
/// use durable::web::{self, axum::Router};
///
/// let temporal = ClientService::new(Client::builder());
/// let app: Router = Router::new().merge(web::health(&temporal)).with_state(temporal);
/// ```
pub fn health<S: Clone + Send + Sync + 'static>(service: &ClientService) -> Router<S> {
    routes(service, None)
}

/// Returns the routes of [`health`] for a process that serves task queues too.
///
/// `/livez` is 503 once a worker was given up, and `/readyz` unless every worker runs. The
/// [health listener](crate::Workers::health_address) of a process with workers alone answers at the same paths.
pub fn health_with_workers<S: Clone + Send + Sync + 'static>(
    service: &ClientService,
    workers: &WorkerHealth,
) -> Router<S> {
    routes(service, Some(workers.clone()))
}

fn routes<S: Clone + Send + Sync + 'static>(
    service: &ClientService,
    workers: Option<WorkerHealth>,
) -> Router<S> {
    let probes = Arc::new(Probes { service: service.clone(), workers, reason: Kept::default() });
    let of_readiness = Arc::clone(&probes);
    let live = move || {
        let live = probes.workers.as_ref().is_none_or(WorkerHealth::is_live);
        std::future::ready(answer(live, &json!({ "live": live })))
    };
    let ready = move || {
        let probes = Arc::clone(&of_readiness);
        async move { probes.readiness().await }
    };
    Router::new().route("/livez", get(live)).route("/readyz", get(ready))
}

struct Probes {
    service: ClientService,
    workers: Option<WorkerHealth>,
    /// The reason why the server doesn't answer, if there is one.
    reason: Kept<Option<&'static str>>,
}

impl Probes {
    async fn readiness(&self) -> Response {
        let workers = self.workers.as_ref().map(WorkerHealth::workers).unwrap_or_default();
        let not_running = workers.iter().filter(|worker| worker.state != WorkerState::Running);
        let mut reasons: Vec<_> = not_running
            .map(|worker| format!("the worker of queue `{}` is {}", worker.queue, worker.state))
            .collect();
        if self.service.is_enabled() {
            let reason = self.reason.get(ANSWER_AGE, self.ask()).await;
            reasons.extend(reason.map(str::to_owned));
        }
        let ready = reasons.is_empty();
        let enabled = self.service.is_enabled();
        answer(ready, &json!({ "ready": ready, "enabled": enabled, "reasons": reasons }))
    }

    /// Asks the server. Connecting goes on after the time for the answer, so that it ends at all.
    async fn ask(&self) -> Option<&'static str> {
        let service = self.service.clone();
        let asking = tokio::spawn(async move { service.health().await.map(drop) });
        match tokio::time::timeout(ANSWER_TIMEOUT, asking).await {
            Ok(Ok(asked)) => reason(&asked),
            _ => Some("the Temporal server gave no answer in time"),
        }
    }
}

fn reason(asked: &Result<()>) -> Option<&'static str> {
    let error = asked.as_ref().err()?;
    tracing::warn!("the service is not ready: {error}");
    Some(match error {
        Error::Connection(error) if error.is_misuse() => {
            "the connection to the Temporal server is refused, or its settings are invalid"
        }
        _ => "the Temporal server does not answer",
    })
}

fn answer(good: bool, body: &Value) -> Response {
    let status = if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
