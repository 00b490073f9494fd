//! Calls of handlers: signals, queries and updates.

use std::future::IntoFuture as _;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::response::Response;
use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::Operation;
use super::access::Refusal;
use super::catalogue::handler;
use super::idempotency::Key;
use super::request::Call;
use super::service::{Service, Target, answer};
use super::start::problem_of_input;
use crate::client::{AnyWorkflowHandle, Payloads};
use crate::definition::HandlerKind;
use crate::error::Result as CallResult;
use crate::web::Problem;
use crate::web::kind as common;

/// A call of a handler whose inputs are checked.
struct Checked {
    name: &'static str,
    inputs: Vec<Value>,
    key: Option<Key>,
}

/// Reads the inputs of a call, and checks them against the handler's types.
async fn checked(
    service: &Service,
    call: &mut Call,
    target: &Target<'_>,
    of: HandlerKind,
) -> Result<Checked, Problem> {
    let handler = handler(target.entry, of, call.path("name"))?;
    let mut fields = call.fields(service.limits.body).await?;
    let whole = fields.whole();
    let inputs = fields.inputs()?;
    fields.end()?;
    handler.check_input(&inputs).map_err(problem_of_input)?;
    let run_id = target.run_id.as_deref().unwrap_or_default();
    let (name, id, caller) = (target.entry.name, &target.workflow_id, target.caller.name());
    let scope = [of.name(), caller, name, id, run_id, handler.name];
    let key = match of {
        HandlerKind::Query => None,
        HandlerKind::Signal | HandlerKind::Update => {
            Key::read(&call.parts.headers, &scope, &whole)?
        }
    };
    if let Some(key) = &key {
        service.seen.check(key)?;
    }
    Ok(Checked { name: handler.name, inputs, key })
}

pub(super) async fn signal(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let mut call = Call::new(request, &["run_id"]).await?;
    let target = service.target(&call, Operation::Signal).await?;
    let Checked { name, inputs, key } =
        checked(&service, &mut call, &target, HandlerKind::Signal).await?;
    let request_id = key.map_or_else(crate::id::unique, |key| key.id);
    let send = move |handle: AnyWorkflowHandle| {
        let signal = handle.signal(name, inputs.clone()).request_id(&request_id);
        signal.into_future()
    };
    let ((), run_id) = service.on_current_run(&target, send).await?;
    let body = json!({ "workflow_id": target.workflow_id, "run_id": run_id, "signal": name });
    Ok(answer(StatusCode::ACCEPTED, &body))
}

/// The longest wait for the answer of a query, unless the caller asks for another.
const ANSWER: Duration = Duration::from_secs(10);

/// The shortest wait for the answer of a query, which a busy worker needs too.
const SHORTEST_ANSWER: Duration = Duration::from_secs(2);

pub(super) async fn query(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let mut call = Call::new(request, &["run_id", "wait"]).await?;
    let longest = service.limits.wait;
    let asked = call.parameter("wait")?.map(|_| call.wait(longest)).transpose()?;
    let wait = asked.unwrap_or(ANSWER).max(SHORTEST_ANSWER).min(longest);
    let mut target = service.target(&call, Operation::Query).await?;
    target.must_have_begun = true;
    let Checked { name, inputs, .. } =
        checked(&service, &mut call, &target, HandlerKind::Query).await?;
    let _place = service.place()?;
    let ask = move |handle: AnyWorkflowHandle| {
        handle.query(name, inputs.clone()).call_timeout(wait).into_future()
    };
    let (output, run_id) = service.on_current_run(&target, ask).await?;
    let body = json!({
        "workflow_id": target.workflow_id,
        "run_id": run_id,
        "query": name,
        "output": output.to_json(),
    });
    Ok(answer(StatusCode::OK, &body))
}

/// Returns the id of an update: that of its handler and of the key. With the name in it, an id can't be used
/// to read the output of another handler's update.
fn update_id(name: &str, key: Option<&Key>) -> String {
    match key {
        Some(key) => format!("{name}.{}", key.id),
        None => format!("{name}.{}", crate::id::unique()),
    }
}

pub(super) async fn update(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let mut call = Call::new(request, &["run_id", "wait"]).await?;
    let wait = call.wait(service.limits.wait)?;
    let target = service.target(&call, Operation::Update).await?;
    let Checked { name, inputs, key } =
        checked(&service, &mut call, &target, HandlerKind::Update).await?;
    let _place = service.place()?;
    let id = update_id(name, key.as_ref());
    let send = {
        let id = id.clone();
        move |handle: AnyWorkflowHandle| {
            let update = handle.update(name, inputs.clone()).update_id(&id).into_future();
            async move { within(wait, update).await }.boxed()
        }
    };
    let (output, run_id) = service.on_current_run(&target, send).await?;
    Ok(updated(&target, &run_id, name, &id, output.as_ref()))
}

/// Waits for the output of an update, for at most this time.
async fn within(
    wait: Duration,
    output: impl Future<Output = CallResult<Payloads>>,
) -> CallResult<Option<Payloads>> {
    match tokio::time::timeout(wait, output).await {
        Ok(ended) => ended.map(Some),
        Err(_) => Ok(None),
    }
}

fn updated(
    target: &Target<'_>,
    run_id: &str,
    name: &str,
    id: &str,
    output: Option<&Payloads>,
) -> Response {
    let mut body = json!({
        "workflow_id": target.workflow_id,
        "run_id": run_id,
        "update": name,
        "update_id": id,
        "status": if output.is_some() { "completed" } else { "sent" },
    });
    if let Some(output) = output {
        body["output"] = output.to_json();
        return answer(StatusCode::OK, &body);
    }
    let mut response = answer(StatusCode::ACCEPTED, &body);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

pub(super) async fn update_result(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let call = Call::new(request, &["run_id", "wait"]).await?;
    let wait = call.wait(service.limits.wait)?;
    let target = service.target(&call, Operation::Update).await?;
    let name = handler(target.entry, HandlerKind::Update, call.path("name"))?.name;
    let id = call.id("update_id")?;
    let suffix = id.strip_prefix(name).and_then(|id| id.strip_prefix('.'));
    if suffix.is_none_or(|suffix| suffix.contains('.')) {
        return Err(unknown_update(&target, &id).into());
    }
    let _place = service.place()?;
    let ask = {
        let id = id.clone();
        move |handle: AnyWorkflowHandle| {
            let update = handle.update_handle(name, &id);
            async move { within(wait, async move { update.result().await }).await }.boxed()
        }
    };
    let (output, run_id) = service.on_current_run(&target, ask).await?;
    Ok(updated(&target, &run_id, name, &id, output.as_ref()))
}

fn unknown_update(target: &Target<'_>, update_id: &str) -> Problem {
    let detail = format!("workflow `{}` has no such update", target.workflow_id);
    let problem = Problem::of(common::UPDATE_NOT_FOUND, detail);
    problem.with("workflow_id", &*target.workflow_id).with("update_id", update_id)
}
