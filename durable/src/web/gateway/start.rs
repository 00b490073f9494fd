//! Starts: with and without a wait for the output.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, LOCATION, RETRY_AFTER};
use axum::response::Response;
use serde_json::{Value, json};

use super::access::{Caller, Refusal};
use super::idempotency::{Key, REPLAYED};
use super::request::Call;
use super::service::{Objects, Service, answer, failed};
use super::text::checked_id;
use super::{Operation, location};
use crate::client::{
    AnyWorkflow, AnyWorkflowHandle, Idempotency, StartCall, WorkflowExecutionDescription,
};
use crate::definition::{InvalidInput, WorkflowEntry};
use crate::error::Error;
use crate::options::WorkflowOptions;
use crate::web::Problem;

/// The memo of workflows that were started with an idempotency key.
const MEMO: &str = "durable.gateway.idempotency";
/// The pause that is recommended to callers that ask for a result again.
const AGAIN: HeaderValue = HeaderValue::from_static("1");

pub(super) async fn start(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let call = Call::new(request, &[]).await?;
    let started = begin(&service, call, Operation::Start).await?;
    let status = if started.replayed { StatusCode::OK } else { StatusCode::CREATED };
    let mut response = answer(status, &started.ids());
    started.mark(&mut response);
    Ok(response)
}

pub(super) async fn execute(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let call = Call::new(request, &["wait"]).await?;
    let wait = call.wait(service.limits.wait)?;
    let _place = service.place()?;
    let started = begin(&service, call, Operation::Execute).await?;
    let mut response = ended(&started.handle, started.entry, wait).await?;
    started.mark(&mut response);
    Ok(response)
}

/// Waits for the output of a workflow, and answers with it or with 202.
pub(super) async fn ended(
    handle: &AnyWorkflowHandle,
    entry: &WorkflowEntry,
    wait: Duration,
) -> Result<Response, Problem> {
    let mut body = ids(handle, entry);
    match handle.result_within(wait).await {
        Ok(output) => {
            body["status"] = json!("completed");
            body["output"] = output.to_json();
            Ok(answer(StatusCode::OK, &body))
        }
        Err(Error::NoResultYet { .. }) => {
            body["status"] = json!("running");
            let mut response = answer(StatusCode::ACCEPTED, &body);
            response.headers_mut().insert(RETRY_AFTER, AGAIN);
            Ok(response)
        }
        Err(error) => Err(failed(error)),
    }
}

fn ids(handle: &AnyWorkflowHandle, entry: &WorkflowEntry) -> Value {
    json!({
        "workflow_type": entry.name,
        "workflow_id": handle.id(),
        "run_id": handle.run_id(),
    })
}

/// A workflow that was started, now or by an earlier request with the same key.
struct Started<'a> {
    handle: AnyWorkflowHandle,
    entry: &'a WorkflowEntry,
    replayed: bool,
}

impl Started<'_> {
    fn ids(&self) -> Value {
        ids(&self.handle, self.entry)
    }

    /// Adds the place of the workflow, relative to that of the request.
    fn mark(&self, response: &mut Response) {
        let headers = response.headers_mut();
        let path = format!(
            "../workflows/{}/{}",
            location::encoded(self.entry.name),
            location::encoded(self.handle.id())
        );
        if let Ok(path) = HeaderValue::from_str(&path) {
            headers.insert(LOCATION, path);
        }
        if self.replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
    }
}

/// The content of a start.
struct Content {
    inputs: Vec<Value>,
    id: Option<String>,
    options: WorkflowOptions,
    delay: Option<Duration>,
    /// The content as JSON, for the fingerprint.
    whole: Value,
}

async fn content(service: &Service, call: &mut Call) -> Result<Content, Problem> {
    let mut fields = call.fields(service.limits.body).await?;
    let whole = fields.whole();
    let inputs = fields.inputs()?;
    let id = fields.id("workflow_id")?;
    let delay = fields.duration("start_delay")?;
    let mut options = WorkflowOptions::default();
    if let Some(timeout) = fields.duration("execution_timeout")? {
        options = options.execution_timeout(timeout);
    }
    if let Some(summary) = fields.text("summary")? {
        options = options.summary(summary);
    }
    fields.end()?;
    Ok(Content { inputs, id, options, delay, whole })
}

/// Returns the id that the workflow will have, unless it is random: the given one, or the template's.
fn id_of(entry: &WorkflowEntry, content: &Content) -> Result<Option<String>, Problem> {
    let template = entry.workflow_id(&content.inputs).map_err(problem_of_input)?;
    let id = content.id.clone().or(template);
    if let Some(id) = &id {
        checked_id(id).map_err(|problem| {
            super::fields::invalid("inputs", &format!("give an id that {problem}"))
        })?;
    }
    Ok(id)
}

pub(super) fn problem_of_input(error: InvalidInput) -> Problem {
    Problem::from(error)
}

/// Authorizes and carries out a start.
async fn begin(
    service: &Service,
    mut call: Call,
    operation: Operation,
) -> Result<Started<'_>, Refusal> {
    let workflow_type = call.path("workflow_type").to_owned();
    // The id may come from the input, so the input is read before the hook is asked. A caller that the hook
    // refuses learns nothing of it.
    let read = content(service, &mut call).await;
    let entry = service.catalogue.permitted(&workflow_type, operation);
    let id = match (&entry, &read) {
        (Ok(entry), Ok(content)) => Some(id_of(entry, content)),
        _ => None,
    };
    let known = id.as_ref().and_then(|id| id.as_ref().ok()).cloned().flatten();
    let objects = Objects {
        workflow_type: Some(&workflow_type),
        workflow_id: known.as_deref(),
        ..Objects::default()
    };
    let caller = service.authorize(&call, operation, objects).await?;
    let (entry, content) = (entry?, read?);
    id.transpose()?;
    let key = key_of(service, &call, &caller, entry, &content)?;
    let start = service.client.start_registered(entry, content.inputs.clone());
    let mut start = start.map_err(problem_of_input)?.options(content.options.clone());
    if let Some(delay) = content.delay {
        start = start.start_delay(delay);
    }
    if let Some(id) = &known {
        start = start.id(id);
    }
    match key {
        None => {
            let handle = start.await.map_err(failed)?;
            Ok(Started { handle, entry, replayed: false })
        }
        Some(key) => Ok(once(service, start, entry, known, &key).await?),
    }
}

fn key_of(
    service: &Service,
    call: &Call,
    caller: &Caller,
    entry: &WorkflowEntry,
    content: &Content,
) -> Result<Option<Key>, Problem> {
    let scope = ["start", caller.name(), entry.name];
    let key = Key::read(&call.parts.headers, &scope, &content.whole)?;
    if let Some(key) = &key {
        service.seen.check(key)?;
    }
    Ok(key)
}

/// Starts a workflow with a key. Without an id of its own, its id is made from the key.
async fn once<'a>(
    service: &Service,
    start: StartCall<AnyWorkflow>,
    entry: &'a WorkflowEntry,
    id: Option<String>,
    key: &Key,
) -> Result<Started<'a>, Problem> {
    let attempt = crate::id::unique();
    let mut memo = key.memo();
    memo["attempt"] = json!(attempt);
    let start = match &id {
        Some(_) => start,
        // Nobody else has this id, so it is also a key of the ended workflow.
        None => start.id(&key.id).idempotency(Idempotency::OncePerId),
    };
    let workflow_id = id.as_ref().unwrap_or(&key.id);
    let handle = match start.request_id(&key.id).memo(MEMO, memo).await {
        Ok(handle) => handle,
        Err(error @ Error::AlreadyStarted { .. }) => {
            let described = service.client.workflow(workflow_id).described().await;
            let described = described.map_err(failed)?;
            if described.workflow_type() != entry.name || memo_of(&described).is_none() {
                return Err(failed(error));
            }
            key.check_memo(memo_of(&described).as_ref())?;
            let handle = service.client.workflow(workflow_id).with_run_id(described.run_id());
            return Ok(Started { handle, entry, replayed: true });
        }
        Err(error) => return Err(failed(error)),
    };
    // The server answers a repeated request id like the first.
    let run_id = handle.run_id().unwrap_or_default().to_owned();
    let described = handle.clone().with_run_id(run_id).described().await;
    let memo = memo_of(&described.map_err(failed)?);
    key.check_memo(memo.as_ref())?;
    let replayed = memo.is_some_and(|memo| memo["attempt"] != json!(attempt));
    Ok(Started { handle, entry, replayed })
}

fn memo_of(described: &WorkflowExecutionDescription) -> Option<Value> {
    described.memo().get::<Value>(MEMO).ok().flatten()
}
