//! The answers to requests.
//!
//! The order matters: a page that isn't allowed and a caller without authorization cost no memory, because
//! the body is read after both were checked.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE,
};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::access::{Guard, Operation};
use super::coding::{SharedCodec, coded};
use super::cors::{Cors, NAMESPACE, Verdict};
use super::failures::Failures;
use super::protocol::{self, Refusal};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Everything that the answers need.
pub(super) struct Service {
    pub(super) codec: SharedCodec,
    pub(super) cors: Cors,
    pub(super) guard: Guard,
    pub(super) body_limit: usize,
    pub(super) timeout: Duration,
    pub(super) places: Semaphore,
    pub(super) encoding: Arc<Failures>,
    pub(super) decoding: Arc<Failures>,
}

/// Answers a request.
pub(super) async fn answer(State(service): State<Arc<Service>>, request: Request) -> Response {
    let (mut response, origin) = match service.cors.verdict(request.headers()) {
        Verdict::NoPage => (service.answer(request).await, None),
        Verdict::Allowed(origin) => (service.answer(request).await, Some(origin)),
        Verdict::Refused(refusal) => (refusal.into_response(), None),
    };
    let headers = response.headers_mut();
    Cors::vary(headers);
    // Answers are values in plain text.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(origin) = origin {
        service.cors.permit(origin, headers);
    }
    response
}

impl Service {
    async fn answer(&self, request: Request) -> Response {
        let (path, method) = (request.uri().path().to_owned(), request.method().clone());
        if let Some(preflight) = self.cors.preflight(&method, request.headers()) {
            return preflight;
        }
        if path == "/health" {
            return match method {
                Method::GET | Method::HEAD => Json(json!({ "status": "ok" })).into_response(),
                _ => not_allowed("GET"),
            };
        }
        let Some((operation, namespace)) = requested(&path) else {
            let reason = "not found; use POST with a path that ends with /encode or /decode";
            return Refusal::new(StatusCode::NOT_FOUND, reason).into_response();
        };
        if method != Method::POST {
            return not_allowed("POST");
        }
        let answer = self.coded(operation, namespace, request).await;
        answer.unwrap_or_else(Refusal::into_response)
    }

    async fn coded(
        &self,
        operation: Operation,
        namespace: Option<&str>,
        request: Request,
    ) -> Result<Response, Refusal> {
        let headers = request.headers();
        let named = headers.get(NAMESPACE).and_then(|name| name.to_str().ok());
        let namespace = named.or(namespace).map(str::to_owned);
        let deadline = Instant::now() + self.timeout;
        let late = |what: &str| {
            let reason = format!("{what} within {:?}; try again later", self.timeout);
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, reason)
        };
        let checked = timeout_at(deadline, self.guard.check(operation, namespace, headers)).await;
        checked.map_err(|_| late("the authorization was not checked"))??;
        let Ok(place) = timeout_at(deadline, self.places.acquire()).await else {
            return Err(late("the requests before this one were not done"));
        };
        let body = timeout_at(deadline, self.body(request)).await;
        let body = body.map_err(|_| {
            let reason = format!("the body was not sent within {:?}", self.timeout);
            Refusal::new(StatusCode::REQUEST_TIMEOUT, reason)
        })?;
        let payloads = protocol::read(&body?)?;
        let counts = match operation {
            Operation::Encode => &self.encoding,
            Operation::Decode => &self.decoding,
        };
        let coded = timeout_at(deadline, coded(&self.codec, operation, payloads)).await;
        let coded = coded.unwrap_or_else(|_| Err(late("the codec did not answer")));
        drop(place);
        match &coded {
            Ok(_) => counts.succeeded(),
            Err(refusal) => counts.failed(&refusal.reason),
        }
        let written = protocol::write(coded?).map_err(|_| {
            let reason = "the answer cannot be written as JSON";
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, reason)
        })?;
        Ok(([(CONTENT_TYPE, JSON)], Body::from(written)).into_response())
    }

    /// Reads the body. One that is too large is refused before it is read, if it says so.
    async fn body(&self, request: Request) -> Result<axum::body::Bytes, Refusal> {
        let limit = self.body_limit;
        let too_large = || {
            let reason =
                format!("the body has more than {limit} bytes; raise the limit of the server");
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, reason)
        };
        let length = request.headers().get(CONTENT_LENGTH).and_then(|text| text.to_str().ok());
        if length.and_then(|text| text.parse().ok()).is_some_and(|length: usize| length > limit) {
            return Err(too_large());
        }
        to_bytes(request.into_body(), limit).await.map_err(|error| {
            let source = std::error::Error::source(&error);
            if source.is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>) {
                return too_large();
            }
            Refusal::new(StatusCode::BAD_REQUEST, "the body cannot be read to its end")
        })
    }
}

/// Returns the operation and the namespace that a path names. Only its end counts, so a service can be
/// mounted anywhere.
fn requested(path: &str) -> Option<(Operation, Option<&str>)> {
    let mut parts = path.rsplit('/');
    let operation = match parts.next()? {
        "encode" => Operation::Encode,
        "decode" => Operation::Decode,
        _ => return None,
    };
    Some((operation, parts.next().filter(|namespace| !namespace.is_empty())))
}

fn not_allowed(method: &'static str) -> Response {
    let refusal =
        Refusal::new(StatusCode::METHOD_NOT_ALLOWED, format!("method not allowed; use {method}"));
    let mut response = refusal.into_response();
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(method));
    response
}

impl Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({ "error": self.reason }))).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, bearer);
        }
        response
    }
}
