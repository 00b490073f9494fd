//! The reason why a workflow doesn't go on, in a sentence.

use std::collections::BTreeSet;

use super::output::Times;
use crate::client::{ActivityState, PendingActivity, WorkflowDescription, WorkflowExecutionStatus};

/// Returns the sentence about a queue that no worker polls.
pub(super) fn no_worker(queue: &str) -> String {
    format!("no worker polls queue `{queue}`; start one with the command `serve`")
}

/// Returns the first reason why a workflow doesn't go on.
pub(super) fn reason(
    described: &WorkflowDescription,
    queues_without_worker: &BTreeSet<String>,
) -> String {
    let times = Times::relative();
    if described.status() != WorkflowExecutionStatus::Running {
        return format!("the workflow is {:?}", described.status()).to_lowercase();
    }
    if let Some(queue) = queues_without_worker.first() {
        return format!("no worker polls `{queue}`");
    }
    if let Some(failure) = described.task_failure() {
        let first = failure.message.lines().next().unwrap_or_default();
        return format!("its workflow task fails (attempt {}): {first}", failure.attempt);
    }
    let pending = described.pending_activities().iter();
    if let Some(worst) = pending.max_by_key(|activity| activity.attempt) {
        return activity(worst, times);
    }
    if let Some(child) = described.pending_children().first() {
        return format!("child workflow `{}`", child.workflow_id);
    }
    let next = described.pending_timers().iter().min_by_key(|timer| timer.fires_at);
    if let Some(fires) = next.and_then(|timer| times.at(timer.fires_at)) {
        return format!("a timer fires {fires}");
    }
    if described.pending_workflow_task().is_some() {
        return "a worker handles its workflow task".to_owned();
    }
    "a signal, an update or a condition".to_owned()
}

fn activity(pending: &PendingActivity, times: Times) -> String {
    let name = &pending.activity_type;
    let of = pending.maximum_attempts.map_or_else(String::new, |most| format!(" of {most}"));
    let attempt = pending.attempt;
    match pending.state {
        ActivityState::Paused | ActivityState::PauseRequested => {
            format!("activity `{name}` is paused")
        }
        ActivityState::Scheduled => match times.at(pending.next_attempt_at) {
            Some(next) if attempt > 1 => {
                format!("activity `{name}` attempt {attempt}{of}, next {next}")
            }
            _ => format!("activity `{name}` waits for a worker"),
        },
        _ => format!("activity `{name}` attempt {attempt}{of}"),
    }
}
