//! The web pages that may use the service: cross-origin requests of browsers.
//!
//! A browser lets a page read the answer of another origin only if that origin permits it, and asks
//! first with a preflight request. An origin is scheme, host and port, so `http://localhost:8233` and
//! `http://127.0.0.1:8233` are two.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, ORIGIN, VARY,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use url::{Host, Origin, Url};

use super::CodecServerError;
use super::protocol::Refusal;

/// The header with the namespace, which Temporal's tools send.
pub(super) const NAMESPACE: HeaderName = HeaderName::from_static("x-namespace");

/// The question of a browser whether a page of the internet may call this machine or its network.
const REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

/// The time in seconds for which a browser keeps the answer to a preflight request.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// The most refused origins that are logged, each once.
const MOST_LOGGED: usize = 32;

/// The origins that may use the service, and what their pages may send.
#[derive(Debug)]
pub(super) struct Cors {
    origins: HashSet<String>,
    is_open: bool,
    credentials: bool,
    headers: HeaderValue,
    refused: Mutex<HashSet<String>>,
}

/// The permission of a request.
pub(super) enum Verdict {
    /// The request comes from no web page, but from a program.
    NoPage,
    /// The page may read the answer. The origin to name in it.
    Allowed(HeaderValue),
    /// The page may not use the service.
    Refused(Refusal),
}

impl Cors {
    /// Checks the settings. `is_secured` tells whether requests need an authorization.
    pub(super) fn new(
        origins: &[String],
        headers: &[String],
        credentials: bool,
        is_secured: bool,
    ) -> Result<Self, CodecServerError> {
        let is_open = origins.iter().any(|origin| origin == "*");
        if is_open && credentials {
            let problem =
                "with credentials, every web page could use the login of whoever visits it";
            return Err(CodecServerError::EveryOrigin { problem });
        }
        if is_open && !is_secured {
            let problem = "without authorization, every web page could decode values";
            return Err(CodecServerError::EveryOrigin { problem });
        }
        let named = origins.iter().filter(|origin| *origin != "*");
        let origins = named.map(|origin| normal(origin)).collect::<Result<_, _>>()?;
        let headers = allowed_headers(headers)?;
        Ok(Self { origins, is_open, credentials, headers, refused: Mutex::default() })
    }

    pub(super) fn verdict(&self, headers: &HeaderMap) -> Verdict {
        let Some(origin) = headers.get(ORIGIN) else { return Verdict::NoPage };
        let text = origin.to_str().unwrap_or_default();
        if self.origins.contains(text) {
            return Verdict::Allowed(origin.clone());
        }
        if self.is_open {
            return Verdict::Allowed(HeaderValue::from_static("*"));
        }
        let reason = self.refusal(text);
        self.log(text, &reason);
        Verdict::Refused(Refusal::new(StatusCode::FORBIDDEN, reason))
    }

    /// Returns the reason against an origin. It names one that is allowed only to those whose page it is.
    fn refusal(&self, origin: &str) -> String {
        let twin = twin(origin).filter(|twin| self.origins.contains(twin));
        match twin {
            Some(twin) => format!(
                "the origin `{origin}` is not allowed; `{twin}` is allowed, which is another origin: open \
                 the web UI there, or allow both"
            ),
            None => format!("the origin `{origin}` is not allowed; add it to the allowed origins"),
        }
    }

    /// Logs the first request of a refused origin. Anybody may send any number of origins.
    fn log(&self, origin: &str, reason: &str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() < MOST_LOGGED && refused.insert(origin.to_owned()) {
            tracing::warn!("refused a request: {reason}");
        }
    }

    /// Returns the answer to a preflight request, if it is one.
    pub(super) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response> {
        let is_preflight =
            *method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        is_preflight.then(|| {
            let mut response = StatusCode::NO_CONTENT.into_response();
            let answer = response.headers_mut();
            answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
            answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, self.headers.clone());
            answer.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
            if headers.contains_key(REQUEST_PRIVATE_NETWORK) {
                answer.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
            }
            response
        })
    }

    /// Permits the page of an allowed origin to read an answer.
    pub(super) fn permit(&self, origin: HeaderValue, answer: &mut HeaderMap) {
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }

    /// Says that an answer depends on the origin, so that no cache gives it to another one.
    pub(super) fn vary(answer: &mut HeaderMap) {
        answer.append(VARY, HeaderValue::from_static("origin"));
    }
}

/// Returns an origin as browsers send it.
fn normal(origin: &str) -> Result<String, CodecServerError> {
    let invalid = |problem: &str| CodecServerError::InvalidOrigin {
        origin: crate::secret::without_credentials(origin),
        problem: problem.to_owned(),
    };
    let url = Url::parse(origin).map_err(|error| invalid(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("the scheme is not http or https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("an origin has no user"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("an origin has no path"));
    }
    Ok(url.origin().ascii_serialization())
}

/// Returns the other spelling of an origin on this machine: `localhost` for its address, and the reverse.
fn twin(origin: &str) -> Option<String> {
    let Origin::Tuple(scheme, host, port) = Url::parse(origin).ok()?.origin() else { return None };
    let twin = match &host {
        Host::Domain(name) if name == "localhost" => Host::parse("127.0.0.1").ok()?,
        Host::Ipv4(address) if address.is_loopback() => Host::Domain("localhost".to_owned()),
        _ => return None,
    };
    Some(Origin::Tuple(scheme, twin, port).ascii_serialization())
}

/// Returns the headers that pages may send: those of Temporal's web UI, and more.
fn allowed_headers(more: &[String]) -> Result<HeaderValue, CodecServerError> {
    let mut names = vec![CONTENT_TYPE, AUTHORIZATION, NAMESPACE];
    for name in more {
        let invalid = || CodecServerError::InvalidHeader { name: name.clone() };
        names.push(name.parse().map_err(|_| invalid())?);
    }
    let list: Vec<_> = names.iter().map(HeaderName::as_str).collect();
    // The names of headers are valid values.
    Ok(HeaderValue::from_str(&list.join(", ")).unwrap_or_else(|_| unreachable!("names are text")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_compared_as_browsers_send_them() {
        for (written, sent) in [
            ("http://localhost:8233", "http://localhost:8233"),
            ("HTTPS://UI.Example.com:443/", "https://ui.example.com"),
            ("http://[::1]:80", "http://[::1]"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(normal(written).expect(written), sent);
        }
        for invalid in ["", "localhost:8233", "ui", "null", "http://a/b", "http://u:p@a", "ftp://a"]
        {
            let error = normal(invalid).expect_err(invalid).to_string();
            assert!(error.starts_with("invalid origin `"), "{error}");
            assert!(!error.contains("u:p"), "{error}");
        }
    }

    #[test]
    fn every_origin_needs_authorization_and_no_credentials() {
        let open = ["*".to_owned()];
        Cors::new(&open, &[], false, true).expect("a token protects it");
        Cors::new(&open, &[], true, true).expect_err("credentials");
        Cors::new(&open, &[], false, false).expect_err("no authorization");
    }
}
