//! The routes of a gateway.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value;

use super::access::Refusal;
use super::request::Call;
use super::service::{Objects, Service};
use super::{Operation, calls, kind, list, page, schedules, start, workflows};
use crate::web::Problem;

/// Returns the routes.
pub(super) fn all(service: Arc<Service>) -> Router {
    let has_document = service.catalogue.has_document();
    let mut router = Router::new()
        .route("/start/{workflow_type}", post(start::start))
        .route("/execute/{workflow_type}", post(start::execute))
        .route("/workflows", get(list::workflows))
        .route(WORKFLOW, get(workflows::describe))
        .route(&workflow("/result"), get(workflows::result))
        .route(&workflow("/cancel"), post(workflows::cancel))
        .route(&workflow("/terminate"), post(workflows::terminate))
        .route(&workflow("/signal/{name}"), post(calls::signal))
        .route(&workflow("/query/{name}"), post(calls::query))
        .route(&workflow("/update/{name}"), post(calls::update))
        .route(&workflow("/update/{name}/{update_id}"), get(calls::update_result))
        .route("/schedules", get(schedules::list))
        .route(SCHEDULE, get(schedules::describe).post(schedules::create).delete(schedules::delete))
        .route(&schedule("/pause"), post(schedules::pause))
        .route(&schedule("/unpause"), post(schedules::unpause))
        .route(&schedule("/trigger"), post(schedules::trigger));
    if has_document {
        router = page::add(router.route("/openapi.json", get(document)));
    }
    router.fallback(unknown_path).method_not_allowed_fallback(wrong_method).with_state(service)
}

pub(super) const WORKFLOW: &str = "/workflows/{workflow_type}/{workflow_id}";
pub(super) const SCHEDULE: &str = "/schedules/{workflow_type}/{schedule_id}";

fn workflow(rest: &str) -> String {
    format!("{WORKFLOW}{rest}")
}

fn schedule(rest: &str) -> String {
    format!("{SCHEDULE}{rest}")
}

async fn document(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let call = Call::new(request, &[]).await?;
    service.authorize(&call, Operation::Document, Objects::default()).await?;
    let mut response = super::service::answer(StatusCode::OK, &Value::Null);
    *response.body_mut() = service.document.clone().into();
    response.headers_mut().remove(axum::http::header::CONTENT_LENGTH);
    Ok(response)
}

async fn unknown_path() -> Problem {
    Problem::of(kind::UNKNOWN_PATH, "there is nothing at this path; see `openapi.json`")
}

async fn wrong_method() -> Problem {
    Problem::of(kind::WRONG_METHOD, "the path doesn't have this method; see the header `Allow`")
}
