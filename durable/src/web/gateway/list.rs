//! Lists of workflows, page by page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::workflow::v1::WorkflowExecutionInfo;

use super::Operation;
use super::access::Refusal;
use super::request::{Call, invalid};
use super::service::{Objects, Service, answer, failed};
use super::text::checked_id;
use super::workflows::utc;
use crate::client::STATUSES;
use crate::error::Error;
use crate::web::Problem;
use crate::web::answers::status_name;

/// The number of items of a page, unless the caller asks for another.
pub(super) const DEFAULT_PAGE: u32 = 50;

/// The types of a list that the caller may see.
pub(super) async fn visible<'a>(
    service: &'a Service,
    call: &Call,
    operation: Operation,
) -> Result<Vec<&'a str>, Refusal> {
    let asked: Vec<_> = call.all("type").collect();
    if !asked.is_empty() {
        let mut types = Vec::new();
        for name in asked {
            let objects = Objects { workflow_type: Some(name), ..Objects::default() };
            service.authorize(call, operation, objects).await?;
            types.push(service.catalogue.permitted(name, operation)?.name);
        }
        return Ok(types);
    }
    let (mut types, mut refusal) = (Vec::new(), None);
    for entry in service.catalogue.with(operation) {
        let objects = Objects { workflow_type: Some(entry.name), ..Objects::default() };
        match service.authorize(call, operation, objects).await {
            Ok(_) => types.push(entry.name),
            Err(refused) => refusal = Some(refused),
        }
    }
    match refusal {
        Some(refusal) if types.is_empty() => Err(refusal),
        _ if types.is_empty() => {
            let detail = "the gateway allows this list on no workflow type";
            Err(Problem::of(super::kind::FORBIDDEN, detail).into())
        }
        _ => Ok(types),
    }
}

/// A page that a caller asks for.
pub(super) struct Page {
    pub(super) size: u32,
    pub(super) token: Vec<u8>,
}

impl Page {
    pub(super) fn of(service: &Service, call: &Call) -> Result<Self, Problem> {
        let most = service.limits.page;
        let size = match call.parameter("limit")? {
            None => DEFAULT_PAGE.min(most),
            Some(text) => {
                let size = text.parse().ok().filter(|size| (1..=most).contains(size));
                size.ok_or_else(|| invalid("limit", &format!("must be from 1 to {most}")))?
            }
        };
        let token = call.parameter("page")?.unwrap_or_default();
        let token = BASE64_URL_SAFE_NO_PAD.decode(token);
        let token = token.map_err(|_| invalid("page", NO_TOKEN))?;
        Ok(Self { size, token })
    }

    /// Returns the token of the next page for the caller, or `None` at the end.
    pub(super) fn next(token: &[u8]) -> Option<String> {
        (!token.is_empty()).then(|| BASE64_URL_SAFE_NO_PAD.encode(token))
    }

    /// Returns the problem of a list that failed. With a token, it is most likely the cause.
    pub(super) fn failed(&self, error: Error) -> Problem {
        let is_refused = matches!(error, Error::InvalidQuery { .. } | Error::Rpc { .. });
        if is_refused && !self.token.is_empty() { invalid("page", NO_TOKEN) } else { failed(error) }
    }
}

const NO_TOKEN: &str = "is not the `next_page` of this list; begin without it";

pub(super) async fn workflows(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let known = ["type", "status", "id_prefix", "filter", "limit", "page"];
    let call = Call::new(request, &known).await?;
    let types = visible(&service, &call, Operation::List).await?;
    let page = Page::of(&service, &call)?;
    let mut list = service.client.list_all();
    for name in &types {
        list = list.workflow_type(*name);
    }
    for name in call.all("status") {
        let status = STATUSES.into_iter().find(|status| status_name(*status) == name);
        let problem = "is not a status; write one such as `running` or `timed_out`";
        list = list.status(status.ok_or_else(|| invalid("status", problem))?);
    }
    if let Some(prefix) = call.parameter("id_prefix")? {
        checked_id(prefix).map_err(|problem| invalid("id_prefix", problem))?;
        list = list.id_starting_with(prefix);
    }
    if let Some(filter) = call.parameter("filter")? {
        list = list.matching(filter);
    }
    let found = list.page(page.size, page.token.clone()).await;
    let (found, next) = found.map_err(|error| page.failed(error))?;
    let listed: Vec<_> = found.iter().map(item).filter(|item| is_visible(item, &types)).collect();
    let body = json!({ "workflows": listed, "next_page": Page::next(&next) });
    Ok(answer(StatusCode::OK, &body))
}

/// Returns whether an item of a list has one of these types, whatever the filter was.
fn is_visible(item: &Value, types: &[&str]) -> bool {
    item["workflow_type"].as_str().is_some_and(|name| types.contains(&name))
}

fn item(found: &WorkflowExecutionInfo) -> Value {
    let execution = found.execution.clone().unwrap_or_default();
    let time = |time: &Option<_>| utc(time.as_ref().and_then(proto_ts_to_system_time));
    json!({
        "workflow_type": found.r#type.as_ref().map(|of| &of.name),
        "workflow_id": execution.workflow_id,
        "run_id": execution.run_id,
        "task_queue": found.task_queue,
        "status": status_name(found.status().into()),
        "started_at": time(&found.start_time),
        "closed_at": time(&found.close_time),
    })
}
