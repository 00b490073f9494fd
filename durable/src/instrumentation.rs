//! The additions of telemetry to clients, workers and their drain. The feature `telemetry` installs them.

#![cfg_attr(not(feature = "telemetry"), allow(dead_code, reason = "only `telemetry` installs it"))]

use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use hyper::{HeaderMap, Method, StatusCode};
use temporalio_client::interceptors::ClientInterceptor;
use temporalio_common::protos::temporal::api::common::v1::Header;
use temporalio_sdk::WorkerOptions;
use temporalio_sdk::workflow_interceptors::WorkflowInterceptorConstructor;

/// The additions of telemetry.
pub(crate) struct Instrumentation {
    /// `None` without traces.
    pub(crate) traces: Option<Traces>,
    /// Exports what was recorded, within a time limit.
    pub(crate) flush: Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>,
}

/// The interceptors that make traces.
pub(crate) struct Traces {
    pub(crate) client: Arc<dyn ClientInterceptor>,
    pub(crate) workflow: WorkflowInterceptorConstructor,
    /// Adds the interceptor of activities to the options of a worker.
    pub(crate) activity: Box<dyn Fn(&mut WorkerOptions) + Send + Sync>,
    /// Adds a link to the caller's current span to the header of a workflow that starts on its own.
    pub(crate) link: fn(&mut Option<Header>),
    /// Answers an HTTP request within a span of the caller's trace.
    #[cfg_attr(not(feature = "axum"), allow(dead_code, reason = "only `web` answers requests"))]
    pub(crate) request: Box<Answer>,
}

/// The answer to a request, of which only the status is known here.
pub(crate) type Answer = dyn Fn(IncomingRequest, BoxFuture<'static, StatusCode>) -> BoxFuture<'static, StatusCode>
    + Send
    + Sync;

/// An HTTP request that the program answers.
#[cfg_attr(not(feature = "axum"), allow(dead_code, reason = "only `web` answers requests"))]
pub(crate) struct IncomingRequest {
    pub(crate) method: Method,
    /// The route that answers it, such as `/orders/{id}`.
    pub(crate) route: Option<String>,
    pub(crate) headers: HeaderMap,
}

static INSTALLED: OnceLock<Instrumentation> = OnceLock::new();

/// Installs the additions, for the clients and workers that are made from now on. Returns `false` if there are
/// some already.
#[cfg(feature = "telemetry")]
pub(crate) fn install(instrumentation: Instrumentation) -> bool {
    INSTALLED.set(instrumentation).is_ok()
}

/// Returns the interceptors that make traces, if there are any.
pub(crate) fn traces() -> Option<&'static Traces> {
    INSTALLED.get()?.traces.as_ref()
}

/// Adds the interceptor of activities to the options of a worker, and returns that of workflows.
pub(crate) fn add_to(options: &mut WorkerOptions) -> Option<WorkflowInterceptorConstructor> {
    let traces = traces()?;
    (traces.activity)(options);
    Some(traces.workflow.clone())
}

/// Adds a link to the caller's current span to the header of a workflow that starts on its own.
pub(crate) fn link(header: &mut Option<Header>) {
    if let Some(traces) = traces() {
        (traces.link)(header);
    }
}

/// Exports what was recorded, within a time limit.
pub(crate) async fn flush() {
    if let Some(installed) = INSTALLED.get() {
        (installed.flush)().await;
    }
}
