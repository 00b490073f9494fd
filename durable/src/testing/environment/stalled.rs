//! The explanation for a test whose body does not end: what each of its running workflows waits for.

use std::time::Duration;

use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_common::protos::temporal::api::workflow::v1::PendingActivityInfo;
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse;

use super::TestEnv;
use crate::testing::time;

/// Returns the message of a test that took too long, with everything that is still running.
pub(super) async fn explain(env: &TestEnv, timeout: Duration) -> String {
    let mut lines = vec![format!("its body did not end within {timeout:?}")];
    for workflow_id in env.inner().time.workflow_ids() {
        if let Some(described) = env.inner().time.running(&workflow_id).await {
            let events = env.inner().client.workflow(&workflow_id).events().await;
            let waits = waits_for(&described, &events.unwrap_or_default());
            lines.push(format!("- workflow `{workflow_id}` is running: {waits}"));
        }
    }
    if lines.len() == 1 {
        lines.push("- none of its workflows is running".to_owned());
    }
    lines.join("\n")
}

/// Returns what a running workflow waits for, as far as the server knows.
fn waits_for(described: &DescribeWorkflowExecutionResponse, events: &[HistoryEvent]) -> String {
    if let Some(failure) = failed_task(events) {
        return format!("its workflow task fails: {failure}");
    }
    let activities = described.pending_activities.iter().map(activity);
    let children = described.pending_children.iter();
    let children = children.map(|child| format!("child workflow `{}`", child.workflow_id));
    let timers = time::timers_left(described, events);
    let has_timer = !timers.is_empty();
    let timers =
        timers.into_iter().map(|left| format!("a timer that fires in {}s", left.as_secs()));
    let waits: Vec<_> = activities.chain(children).chain(timers).collect();
    if described.pending_workflow_task.is_some() {
        return "its workflow task is waiting for a worker, or running on one".to_owned();
    }
    if waits.is_empty() {
        return "it waits for a signal or an update: it has no timer, activity or child".to_owned();
    }
    let waits = format!("it waits for {}", waits.join(", "));
    match (has_timer, described.pending_children.is_empty()) {
        (true, false) => format!("{waits}; the server skips no time of a workflow with a child"),
        (true, true) => {
            format!("{waits}; time skips only while a result is awaited, or by `skip`")
        }
        _ => waits,
    }
}

/// Returns the failure of the last workflow task, unless another has been completed since.
fn failed_task(events: &[HistoryEvent]) -> Option<String> {
    events.iter().rev().find_map(|event| match event.attributes.as_ref()? {
        Attributes::WorkflowTaskFailedEventAttributes(failed) => {
            Some(failed.failure.as_ref().map(|failure| failure.message.clone()))
        }
        Attributes::WorkflowTaskCompletedEventAttributes(_) => Some(None),
        _ => None,
    })?
}

fn activity(pending: &PendingActivityInfo) -> String {
    let name = pending.activity_type.as_ref().map_or("", |activity| activity.name.as_str());
    let attempt = pending.attempt;
    match &pending.last_failure {
        Some(failure) => {
            format!("activity `{name}`, attempt {attempt}, after: {}", failure.message)
        }
        None => format!("activity `{name}`, attempt {attempt}"),
    }
}
