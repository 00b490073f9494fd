//! The times at which a workflow's clock has something to do, read from its history and from the
//! server's description of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use temporalio_common::protos::temporal::api::enums::v1::PendingActivityState;
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse;

use super::clock::clock_of;

/// A point of a workflow's time at which it goes on, by its own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    /// The time at which the wait began.
    pub(super) since: SystemTime,
    pub(super) at: SystemTime,
}

/// Returns the time that is left until each running timer fires.
pub(in crate::testing) fn timers_left(
    described: &DescribeWorkflowExecutionResponse,
    events: &[HistoryEvent],
) -> Vec<Duration> {
    let now = now(described, events);
    let timers = timers(events).into_iter();
    timers.map(|timer| timer.at.duration_since(now).unwrap_or_default()).collect()
}

/// Returns the timers that run.
pub(super) fn timers(events: &[HistoryEvent]) -> Vec<Due> {
    let mut timers = BTreeMap::new();
    for event in events {
        match event.attributes.as_ref() {
            Some(Attributes::TimerStartedEventAttributes(started)) => {
                let length =
                    started.start_to_fire_timeout.and_then(|length| length.try_into().ok());
                timers.insert(event.event_id, due(event, length));
            }
            Some(Attributes::TimerFiredEventAttributes(fired)) => {
                timers.remove(&fired.started_event_id);
            }
            Some(Attributes::TimerCanceledEventAttributes(cancelled)) => {
                timers.remove(&cancelled.started_event_id);
            }
            _ => {}
        }
    }
    timers.into_values().flatten().collect()
}

/// Returns the end of the wait before a run's first workflow task: the backoff of a retry, the delay
/// of a start, the time between two runs of a cron workflow.
pub(super) fn first_task(events: &[HistoryEvent]) -> Option<Due> {
    let scheduled = |event: &HistoryEvent| {
        matches!(event.attributes, Some(Attributes::WorkflowTaskScheduledEventAttributes(_)))
    };
    if events.iter().any(scheduled) {
        return None;
    }
    let first = events.first()?;
    let Attributes::WorkflowExecutionStartedEventAttributes(started) = first.attributes.as_ref()?
    else {
        return None;
    };
    due(first, started.first_workflow_task_backoff.and_then(|backoff| backoff.try_into().ok()))
}

/// Returns the ends of the waits between two attempts of an activity.
pub(super) fn retries(
    described: &DescribeWorkflowExecutionResponse,
    now: SystemTime,
) -> impl Iterator<Item = Due> {
    described.pending_activities.iter().filter_map(move |activity| {
        let at = activity.next_attempt_schedule_time?.try_into().ok()?;
        Some(Due { since: now, at })
    })
}

/// Returns the ends of the run and of the execution, where they have a timeout.
pub(super) fn timeouts(
    described: &DescribeWorkflowExecutionResponse,
    now: SystemTime,
) -> impl Iterator<Item = Due> {
    let info = described.workflow_extended_info.as_ref();
    let ends = info.map(|info| [info.run_expiration_time, info.execution_expiration_time]);
    let ends = ends.into_iter().flatten().flatten();
    ends.filter_map(move |at| Some(Due { since: now, at: at.try_into().ok()? }))
        // The server writes "never" as a time before everything.
        .filter(move |due| due.at > now)
}

/// Returns the time that a workflow's clock shows.
pub(super) fn now(
    described: &DescribeWorkflowExecutionResponse,
    events: &[HistoryEvent],
) -> SystemTime {
    let shown = clock_of(described).and_then(|clock| clock.current_time?.try_into().ok());
    // A clock that has never been moved still starts at the time of the parent's clock.
    shown.unwrap_or_else(|| SystemTime::now() + skipped_at_start(events).unwrap_or_default())
}

fn skipped_at_start(events: &[HistoryEvent]) -> Option<Duration> {
    let Attributes::WorkflowExecutionStartedEventAttributes(started) =
        events.first()?.attributes.as_ref()?
    else {
        return None;
    };
    let inherited = started.time_skipping_state_propagation.as_ref()?;
    inherited.initial_skipped_duration?.try_into().ok()
}

/// Returns whether a workflow task, an attempt of an activity or a Nexus operation is in flight.
pub(super) fn has_tasks(described: &DescribeWorkflowExecutionResponse) -> bool {
    let waits_for_retry = |activity: &PendingActivity| {
        activity.state() == PendingActivityState::Scheduled
            && activity.next_attempt_schedule_time.is_some()
    };
    described.pending_workflow_task.is_some()
        || !described.pending_nexus_operations.is_empty()
        || !described.pending_activities.iter().all(waits_for_retry)
}

type PendingActivity = temporalio_common::protos::temporal::api::workflow::v1::PendingActivityInfo;

/// Returns whether the server has not answered a signal to another workflow, its cancellation, or
/// the start of a child yet. None of them is part of a description.
pub(super) fn awaits_an_answer(events: &[HistoryEvent]) -> bool {
    use Attributes as A;
    let mut open = BTreeSet::new();
    for event in events {
        match event.attributes.as_ref() {
            Some(
                A::SignalExternalWorkflowExecutionInitiatedEventAttributes(_)
                | A::RequestCancelExternalWorkflowExecutionInitiatedEventAttributes(_)
                | A::StartChildWorkflowExecutionInitiatedEventAttributes(_),
            ) => {
                open.insert(event.event_id);
            }
            Some(A::ExternalWorkflowExecutionSignaledEventAttributes(it)) => {
                open.remove(&it.initiated_event_id);
            }
            Some(A::SignalExternalWorkflowExecutionFailedEventAttributes(it)) => {
                open.remove(&it.initiated_event_id);
            }
            Some(A::ExternalWorkflowExecutionCancelRequestedEventAttributes(it)) => {
                open.remove(&it.initiated_event_id);
            }
            Some(A::RequestCancelExternalWorkflowExecutionFailedEventAttributes(it)) => {
                open.remove(&it.initiated_event_id);
            }
            Some(A::ChildWorkflowExecutionStartedEventAttributes(it)) => {
                open.remove(&it.initiated_event_id);
            }
            Some(A::StartChildWorkflowExecutionFailedEventAttributes(it)) => {
                open.remove(&it.initiated_event_id);
            }
            _ => {}
        }
    }
    !open.is_empty()
}

fn due(event: &HistoryEvent, length: Option<Duration>) -> Option<Due> {
    let since = event.event_time?.try_into().ok()?;
    Some(Due { since, at: SystemTime::checked_add(&since, length?)? })
}
