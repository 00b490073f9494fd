//! The page on which people read and try the operations. It is part of the binary, and loads nothing from
//! elsewhere. It has no information of its own: it reads the document with the caller's credentials.

use std::sync::Arc;

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::service::Service;

/// Only the page's own files run, and it talks only to its own origin.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Adds the page and its files.
pub(super) fn add(router: Router<Arc<Service>>) -> Router<Arc<Service>> {
    let page = || async { file("text/html; charset=utf-8", include_str!("page.html")) };
    let script = || async { file("text/javascript; charset=utf-8", include_str!("page.js")) };
    let style = || async { file("text/css; charset=utf-8", include_str!("page.css")) };
    router
        .route("/docs", get(page))
        .route("/docs/page.js", get(script))
        .route("/docs/page.css", get(style))
}

fn file(media: &'static str, text: &'static str) -> Response {
    let mut response = text.into_response();
    let headers: [(HeaderName, &'static str); 6] = [
        (CONTENT_TYPE, media),
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
