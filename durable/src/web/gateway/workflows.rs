//! Operations on one workflow: describe, result, cancel, terminate.

use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::Operation;
use super::access::Refusal;
use super::request::Call;
use super::service::{Service, answer, failed};
use super::start::ended;
use crate::client::{ActivityState, AnyWorkflowHandle, PendingActivity, WorkflowDescription};
use crate::error::Result as CallResult;
use crate::web::answers::status_name;

pub(super) async fn describe(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let call = Call::new(request, &["run_id"]).await?;
    let target = service.target(&call, Operation::Describe).await?;
    let (handle, _) = service.find(&target).await?;
    let described = handle.describe().await.map_err(failed)?;
    Ok(answer(StatusCode::OK, &description(&described)))
}

/// Returns a description as JSON. It has no values of the workflow and no messages of failures.
fn description(described: &WorkflowDescription) -> Value {
    let children = described.pending_children().into_iter().map(|child| {
        json!({
            "workflow_id": child.workflow_id,
            "run_id": child.run_id,
            "workflow_type": child.workflow_type,
        })
    });
    json!({
        "workflow_type": described.workflow_type(),
        "workflow_id": described.id(),
        "run_id": described.run_id(),
        "task_queue": described.task_queue(),
        "status": status_name(described.status()),
        "stuck": described.is_stuck(),
        "cancel_requested": described.cancel_requested(),
        "started_at": utc(described.start_time()),
        "closed_at": utc(described.close_time()),
        "expires_at": utc(described.expires_at()),
        "history_length": described.history_length(),
        "pending_activities": described.pending_activities().iter().map(activity).collect::<Value>(),
        "pending_children": children.collect::<Value>(),
    })
}

fn activity(pending: &PendingActivity) -> Value {
    let state = match pending.state {
        ActivityState::Scheduled => "scheduled",
        ActivityState::Started => "started",
        ActivityState::CancelRequested => "cancel_requested",
        ActivityState::Paused => "paused",
        ActivityState::PauseRequested => "pause_requested",
    };
    json!({
        "activity_id": pending.activity_id,
        "activity_type": pending.activity_type,
        "state": state,
        "attempt": pending.attempt,
        "maximum_attempts": pending.maximum_attempts,
        "next_attempt_at": utc(pending.next_attempt_at),
    })
}

/// Formats a time as RFC 3339.
pub(super) fn utc(time: Option<SystemTime>) -> Option<String> {
    Some(humantime::format_rfc3339_millis(time?).to_string())
}

pub(super) async fn result(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let call = Call::new(request, &["run_id", "wait"]).await?;
    let wait = call.wait(service.limits.wait)?;
    let target = service.target(&call, Operation::Result).await?;
    let _place = service.place()?;
    let (handle, _) = service.find(&target).await?;
    Ok(ended(&handle, target.entry, wait).await?)
}

pub(super) async fn cancel(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let cancel = |handle: AnyWorkflowHandle, reason: String| {
        async move { handle.cancel(reason).await }.boxed()
    };
    end(&service, request, Operation::Cancel, cancel).await
}

pub(super) async fn terminate(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let terminate = |handle: AnyWorkflowHandle, reason: String| {
        async move { handle.terminate(reason).await }.boxed()
    };
    end(&service, request, Operation::Terminate, terminate).await
}

async fn end(
    service: &Service,
    request: Request,
    operation: Operation,
    end: fn(AnyWorkflowHandle, String) -> BoxFuture<'static, CallResult<()>>,
) -> Result<Response, Refusal> {
    let mut call = Call::new(request, &["run_id"]).await?;
    let target = service.target(&call, operation).await?;
    let mut fields = call.fields(service.limits.body).await?;
    let reason = fields.text("reason")?.unwrap_or_default();
    fields.end()?;
    let ending = |handle| end(handle, reason.clone());
    let ((), run_id) = service.on_current_run(&target, ending).await?;
    let body = json!({ "workflow_id": target.workflow_id, "run_id": run_id });
    Ok(answer(StatusCode::ACCEPTED, &body))
}
