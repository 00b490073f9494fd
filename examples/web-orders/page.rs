//! The page, which is part of the program: no build step, and nothing from elsewhere.

use durable::web::axum::Router;
use durable::web::axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use durable::web::axum::response::{IntoResponse, Response};
use durable::web::axum::routing::get;

/// Scripts, styles and requests are those of this service alone, and nobody may frame the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Returns the routes of the page and its files.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let html = "text/html; charset=utf-8";
    let (css, js) = ("text/css; charset=utf-8", "text/javascript; charset=utf-8");
    Router::new()
        .route("/", get(move || file(html, include_str!("page/index.html"))))
        .route("/style.css", get(move || file(css, include_str!("page/style.css"))))
        .route("/app.js", get(move || file(js, include_str!("page/app.js"))))
}

async fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}
