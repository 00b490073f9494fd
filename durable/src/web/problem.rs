//! Problem details (RFC 9457): the body of an answer that reports an error.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::Value;

use super::kind::Kind;

/// The namespace of the types of this crate's problems.
const TYPES: &str = "urn:durable:problem:";

/// A problem, as `application/problem+json` of RFC 9457.
///
/// Every error of this crate converts to one. The code, and the type that ends with it, are stable. The
/// detail is for people. Neither contains values of the user, messages of the program's own errors, addresses
/// or secrets. If the process [shows values](crate::error::show_values), the detail ends with the cause.
///
/// ```json
/// {
///   "type": "urn:durable:problem:already-started",
///   "title": "The workflow is already started",
///   "status": 409,
///   "code": "already-started",
///   "detail": "workflow `order-7` is already started",
///   "workflow_id": "order-7",
///   "run_id": "01995d0c-7d1c-7b5f-8a5e-5f3a9c0f7f11"
/// }
/// ```
///
/// A program can answer with its own problems, and add to those of this crate:
///
/// ```
/// use durable::web::Problem;
/// use durable::web::axum::http::StatusCode;
/// use durable::{Error, Result};
///
/// /// Tells the caller why an order was not changed. The program's own message has no secrets.
/// fn told(changed: Result<String>) -> Result<String, Problem> {
///     changed.map_err(|error| match &error {
///         Error::UpdateFailed { failure, .. } => {
///             let message = failure.root().message().to_owned();
///             Problem::from(error).detail(message)
///         }
///         _ => Problem::from(error),
///     })
/// }
///
/// let sold_out = Problem::new(StatusCode::CONFLICT, "The item is sold out").with("item", "7");
/// assert_eq!(sold_out.status(), StatusCode::CONFLICT);
/// ```
#[derive(Clone)]
#[must_use = "a problem is only an answer if it is returned"]
pub struct Problem(Box<Content>);

/// The content of a problem, in a box so that a `Result` with a problem stays small.
#[derive(Clone)]
struct Content {
    status: StatusCode,
    /// `None` for a problem of the program's own without a type.
    type_uri: Option<Cow<'static, str>>,
    code: Option<&'static str>,
    title: Cow<'static, str>,
    detail: Option<String>,
    retry_after: Option<Duration>,
    members: Vec<(Cow<'static, str>, Value)>,
}

impl Problem {
    /// Creates a problem of the program's own. The title is the same for every problem of its kind.
    pub fn new(status: StatusCode, title: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Content {
            status,
            type_uri: None,
            code: None,
            title: title.into(),
            detail: None,
            retry_after: None,
            members: Vec::new(),
        }))
    }

    /// Creates a problem of one of this crate's kinds.
    pub(crate) fn of(kind: Kind, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(kind.status, kind.title);
        problem.0.type_uri = Some(format!("{TYPES}{}", kind.code).into());
        problem.0.code = Some(kind.code);
        problem.0.detail = Some(detail.into());
        problem.0.retry_after = kind.retry_after;
        problem
    }

    /// Sets the URI that identifies the problem's kind. Defaults to `about:blank` for a program's own problem.
    pub fn type_uri(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.0.type_uri = Some(uri.into());
        self
    }

    /// Sets the explanation of this occurrence.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Sets the header `Retry-After`, in whole seconds.
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.0.retry_after = Some(after);
        self
    }

    /// Adds a member to the body. It replaces an earlier one of the same name. The standard members and
    /// `code` can't be replaced.
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        let name = name.into();
        self.0.members.retain(|(other, _)| *other != name);
        if !STANDARD.contains(&&*name) {
            self.0.members.push((name, value.into()));
        }
        self
    }

    /// Returns the status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Returns the code of the problem, such as `already-started`, or `None` for a program's own.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code
    }
}

/// The members that each problem has.
const STANDARD: [&str; 6] = ["type", "title", "status", "code", "detail", "instance"];

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", self.0.type_uri.as_deref().unwrap_or("about:blank"))?;
        map.serialize_entry("title", &self.0.title)?;
        map.serialize_entry("status", &self.0.status.as_u16())?;
        if let Some(code) = self.0.code {
            map.serialize_entry("code", code)?;
        }
        if let Some(detail) = &self.0.detail {
            map.serialize_entry("detail", detail)?;
        }
        for (name, value) in &self.0.members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // Texts and JSON values are always JSON.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.0.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(after) = self.0.retry_after {
            // Zero seconds would be no pause.
            headers.insert(RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.detail {
            Some(detail) => f.write_str(detail),
            None => f.write_str(&self.0.title),
        }
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("status", &self.0.status)
            .field("code", &self.0.code)
            .field("detail", &self.0.detail)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Problem {}
