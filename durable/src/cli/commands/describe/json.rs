//! The JSON of a description. docs/cli.md documents its keys.

use serde_json::{Value, json};

use super::{Described, memo, search_attributes};
use crate::cli::output::{utc, values};
use crate::client::{
    PauseNote, PendingActivity, PendingWorkflowTask, WorkflowDescription, WorkflowEnding,
};
use crate::error::{Failure, TaskFailure};

pub(super) fn workflow(
    Described { workflow, queues_without_worker, details }: &Described,
) -> Value {
    let mut described = json!({
        "workflow_id": workflow.id(),
        "run_id": workflow.run_id(),
        "workflow_type": workflow.workflow_type(),
        "task_queue": workflow.task_queue(),
        "status": format!("{:?}", workflow.status()),
        "stuck": workflow.is_stuck(),
        "cancel_requested": workflow.cancel_requested(),
        "paused": workflow.pause().as_ref().map(pause),
        "started_at": utc(workflow.start_time()),
        "closed_at": utc(workflow.close_time()),
        "expires_at": utc(workflow.expires_at()),
        "history_length": workflow.history_length(),
        "parent_id": workflow.parent_id(),
        "summary": workflow.static_summary(),
        "details": workflow.static_details(),
        "current_details": details,
        "memo": memo(workflow),
        "search_attributes": search_attributes(workflow),
        "queues_without_worker": queues_without_worker,
        "task_failure": workflow.task_failure().map(task_failure),
    });
    // One literal with all of them would be too deep for the macro.
    for pending in [pending(workflow), ending(workflow)] {
        if let (Value::Object(all), Value::Object(more)) = (&mut described, pending) {
            all.extend(more);
        }
    }
    described
}

fn pending(workflow: &WorkflowDescription) -> Value {
    let activities = workflow.pending_activities().iter().map(activity);
    let children = workflow.pending_children().into_iter().map(|child| {
        json!({
            "workflow_id": child.workflow_id,
            "run_id": child.run_id,
            "workflow_type": child.workflow_type,
        })
    });
    let timers = workflow.pending_timers().iter().map(|timer| {
        json!({
            "timer_id": timer.timer_id,
            "duration_seconds": timer.duration.as_secs_f64(),
            "fires_at": utc(timer.fires_at),
        })
    });
    json!({
        "pending_workflow_task": workflow.pending_workflow_task().as_ref().map(workflow_task),
        "pending_activities": activities.collect::<Value>(),
        "pending_children": children.collect::<Value>(),
        "pending_timers": timers.collect::<Value>(),
    })
}

fn ending(workflow: &WorkflowDescription) -> Value {
    let (mut output, mut failed, mut reason, mut next) = (Value::Null, None, None, None);
    match workflow.ending() {
        Some(WorkflowEnding::Completed(value)) => output = values(value),
        Some(WorkflowEnding::Failed(chain)) => failed = Some(failure(chain)),
        Some(WorkflowEnding::Terminated { reason: given, .. }) => reason = Some(given),
        Some(WorkflowEnding::ContinuedAsNew { run_id }) => next = Some(run_id),
        _ => {}
    }
    json!({
        "input": workflow.input().map(values),
        "output": output,
        "failure": failed,
        "termination_reason": reason,
        "next_run_id": next,
    })
}

fn task_failure(failure: &TaskFailure) -> Value {
    json!({
        "attempt": failure.attempt,
        "cause": failure.cause,
        "message": failure.message,
        "missing_search_attribute": failure.missing_search_attribute,
    })
}

fn workflow_task(task: &PendingWorkflowTask) -> Value {
    json!({
        "attempt": task.attempt,
        "started": task.is_started,
        "scheduled_at": utc(task.scheduled_at),
        "first_scheduled_at": utc(task.first_scheduled_at),
        "started_at": utc(task.started_at),
    })
}

fn activity(pending: &PendingActivity) -> Value {
    let heartbeat = Some(&pending.heartbeat).filter(|details| !details.is_empty());
    json!({
        "activity_id": pending.activity_id,
        "activity_type": pending.activity_type,
        "state": super::text::state(pending.state),
        "attempt": pending.attempt,
        "maximum_attempts": pending.maximum_attempts,
        "task_queue": pending.task_queue,
        "last_failure": pending.last_failure.as_ref().map(failure),
        "heartbeat_details": heartbeat.map(values),
        "last_heartbeat_at": utc(pending.last_heartbeat_at),
        "scheduled_at": utc(pending.scheduled_at),
        "last_started_at": utc(pending.last_started_at),
        "next_attempt_at": utc(pending.next_attempt_at),
        "expires_at": utc(pending.expires_at),
        "last_worker": pending.last_worker,
        "paused": pending.pause.as_ref().map(pause),
    })
}

fn pause(pause: &PauseNote) -> Value {
    json!({
        "reason": pause.reason,
        "identity": pause.identity,
        "paused_at": utc(pause.paused_at),
    })
}

/// Returns a failure with all its causes: each with its text, its message, and its type if it has one.
fn failure(chain: &Failure) -> Value {
    json!({
        "text": chain.to_string(),
        "message": chain.message(),
        "type": chain.type_name(),
        "cause": chain.cause().map(failure),
    })
}
