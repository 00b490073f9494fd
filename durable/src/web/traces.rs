//! Traces of requests.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;

use crate::instrumentation::{self, IncomingRequest};

/// A middleware that continues the trace of the caller, if the request has the header `traceparent`.
///
/// With traces on, each request is a span such as `POST /orders`, and the calls of workflows in its handler are
/// below it. Without the feature `telemetry`, or with traces off, it does nothing. It belongs outside of the
/// routes: add it last.
///
/// ```no_run
/// use durable::web::{self, axum::Router, axum::middleware::from_fn};
///
/// let app: Router = Router::new().layer(from_fn(web::trace));
/// ```
pub async fn trace(request: Request, next: Next) -> Response {
    let Some(traces) = instrumentation::traces() else { return next.run(request).await };
    let incoming = IncomingRequest {
        method: request.method().clone(),
        route: request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()),
        headers: request.headers().clone(),
    };
    // The room below knows no type of axum.
    let answered = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&answered);
    let answering = async move {
        let response = next.run(request).await;
        let status = response.status();
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(response);
        status
    };
    (traces.request)(incoming, answering.boxed()).await;
    let response = answered.lock().unwrap_or_else(PoisonError::into_inner).take();
    response.unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}
