//! The spans of HTTP requests that the program answers.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use hyper::{HeaderMap, StatusCode};
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::{FutureExt as _, SpanKind, Status};

use super::header::received;
use super::span::{NewIds, Span, Tracer};
use crate::instrumentation::IncomingRequest;

/// Answers a request within a span, below the span of its caller.
pub(super) fn answered(
    tracer: &Arc<Tracer>,
    request: &IncomingRequest,
    answering: BoxFuture<'static, StatusCode>,
) -> BoxFuture<'static, StatusCode> {
    let IncomingRequest { method, route, headers } = request;
    let caller = received(&Headers(headers));
    // The path itself may contain ids, of which there are any number.
    let name = match route {
        Some(route) => format!("{method} {route}"),
        None => method.to_string(),
    };
    let span = tracer.begin(name, SpanKind::Server, &caller, &NewIds::random());
    let context = span.within(&caller);
    let span = span.with("http.request.method", method.as_str());
    let span = span.with("http.route", route.as_deref().unwrap_or_default());
    let mut ending = Ending { tracer: Arc::clone(tracer), span: Some(span) };
    Box::pin(async move {
        let status = answering.with_context(context).await;
        ending.end(status);
        status
    })
}

/// Ends the span, also if the client goes away and the answer is dropped.
struct Ending {
    tracer: Arc<Tracer>,
    span: Option<Span>,
}

impl Ending {
    fn end(&mut self, status: StatusCode) {
        let Some(span) = self.span.take() else { return };
        let span = span.with_number("http.response.status_code", status.as_u16().into());
        let is_error = status.is_server_error();
        let status = if is_error { Status::error(status.to_string()) } else { Status::Unset };
        self.tracer.end(span, status);
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(span) = self.span.take() {
            self.tracer.end(span, Status::error("the client went away"));
        }
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(hyper::header::HeaderName::as_str).collect()
    }
}
