//! A request, taken apart: its path, its parameters and its body.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts as _, RawPathParams, Request};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::request::Parts;
use serde_json::Value;
use url::form_urlencoded;
use uuid::Uuid;

use super::fields::Fields;
use super::kind;
use super::text::{DURATION, checked_id, duration};
use crate::strict_json;
use crate::web::Problem;
use crate::web::kind as common;

/// A request.
pub(super) struct Call {
    pub(super) parts: Parts,
    path: HashMap<String, String>,
    query: Vec<(String, String)>,
    /// A body can't be shared between threads, which the state of a handler must.
    body: Mutex<Body>,
}

impl Call {
    /// Reads the path and the parameters, which must be among the known ones.
    pub(super) async fn new(request: Request, known: &[&str]) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let path = RawPathParams::from_request_parts(&mut parts, &()).await;
        // The rejection quotes the path.
        let path =
            path.map_err(|_| Problem::of(kind::INVALID_PATH, "the path is not UTF-8; encode it"))?;
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let query = parts.uri.query().unwrap_or_default();
        let query: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        if query.iter().any(|(name, _)| !known.contains(&name.as_str())) {
            let known = match known {
                [] => "it has none".to_owned(),
                known => format!("it has `{}`", known.join("`, `")),
            };
            let detail = format!("this path doesn't have such a parameter; {known}");
            return Err(Problem::of(kind::INVALID_PARAMETER, detail));
        }
        Ok(Self { parts, path, query, body: Mutex::new(body) })
    }

    /// Returns a part of the path.
    pub(super) fn path(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// Returns an id in the path.
    pub(super) fn id(&self, name: &str) -> Result<String, Problem> {
        let id = self.path(name);
        checked_id(id).map_err(|problem| {
            Problem::of(kind::INVALID_PATH, format!("the {} {problem}", name.replace('_', " ")))
        })?;
        Ok(id.to_owned())
    }

    /// Returns all values of a parameter.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.query.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Returns the value of a parameter that may be given once.
    pub(super) fn parameter(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut all = self.all(name);
        match (all.next(), all.next()) {
            (first, None) => Ok(first),
            _ => Err(invalid(name, "is given twice; remove one")),
        }
    }

    /// Returns the id of a run, if it is given.
    pub(super) fn run_id(&self) -> Result<Option<String>, Problem> {
        let run_id = self.parameter("run_id")?;
        if run_id.is_some_and(|id| Uuid::try_parse(id).is_err()) {
            return Err(invalid("run_id", "is not the id of a run, which is a UUID"));
        }
        Ok(run_id.map(str::to_owned))
    }

    /// Returns the wait that the caller asks for, but at most the longest.
    pub(super) fn wait(&self, longest: Duration) -> Result<Duration, Problem> {
        let Some(text) = self.parameter("wait")? else { return Ok(longest) };
        let wait = duration(text).ok_or_else(|| invalid("wait", DURATION))?;
        Ok(wait.min(longest))
    }

    /// Reads the body as an object of JSON. An empty body is an empty object.
    pub(super) async fn fields(&mut self, limit: usize) -> Result<Fields, Problem> {
        let media = self.parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        if !media.is_some_and(is_json) {
            // A web page can't send this type to another origin without that origin's consent.
            let detail =
                "send the header `Content-Type: application/json`, also with an empty body";
            return Err(Problem::of(common::NOT_JSON, detail));
        }
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner);
        let body = std::mem::take(body);
        let bytes = match axum::body::to_bytes(body, limit).await {
            Ok(bytes) => bytes,
            Err(error) if is_too_large(&error) => {
                let detail = format!("the body is larger than {limit} bytes");
                return Err(Problem::of(common::TOO_LARGE, detail));
            }
            Err(_) => return Err(Problem::of(common::INVALID_BODY, "the body ended early")),
        };
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Problem::of(common::INVALID_JSON, "the body is not UTF-8"))?;
        if text.trim().is_empty() {
            return Ok(Fields::default());
        }
        let value = strict_json::parse(text).map_err(|error| {
            // The message may quote a key, so only the place is told.
            let (line, column) = (error.line(), error.column());
            let detail = format!("the body is not JSON, at line {line} column {column}");
            Problem::of(common::INVALID_JSON, detail)
        })?;
        match value {
            Value::Object(fields) => Ok(Fields::new(fields)),
            _ => Err(Problem::of(common::INVALID_INPUT, "the body must be an object of JSON")),
        }
    }
}

/// Returns the problem of a parameter.
pub(super) fn invalid(name: &str, problem: &str) -> Problem {
    let detail = format!("the parameter `{name}` {problem}");
    Problem::of(kind::INVALID_PARAMETER, detail).with("parameter", name.to_owned())
}

fn is_json(media: &[u8]) -> bool {
    let essence = media.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        source = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_type_json_is_json() {
        for media in ["application/json", "Application/JSON; charset=utf-8", "application/json ;x"]
        {
            assert!(is_json(media.as_bytes()), "{media}");
        }
        for media in ["", "text/plain", "application/jsonp", "text/plain; application/json"] {
            assert!(!is_json(media.as_bytes()), "{media}");
        }
    }
}
