//! The pending work of a workflow, as the server describes it.

use std::fmt;
use std::time::SystemTime;

use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::enums::v1::{
    PendingActivityState, PendingWorkflowTaskState,
};
use temporalio_common::protos::temporal::api::workflow::v1::{
    PendingActivityInfo, PendingChildExecutionInfo, PendingWorkflowTaskInfo,
    WorkflowExecutionPauseInfo, pending_activity_info,
};

use super::Operation;
use crate::client::Payloads;
use crate::error::Failure;

/// A workflow task: the server has something new for the workflow's code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingWorkflowTask {
    /// The number of the attempt, counted from 1. More than one means that the task failed or timed out.
    pub attempt: u32,
    /// True if a worker is handling the task; false if the task waits for a worker.
    pub is_started: bool,
    /// The time since which this attempt waits.
    pub scheduled_at: Option<SystemTime>,
    /// The time since which the task waits, all attempts included.
    pub first_scheduled_at: Option<SystemTime>,
    /// The time at which a worker took this attempt.
    pub started_at: Option<SystemTime>,
}

impl PendingWorkflowTask {
    pub(super) fn new(raw: &PendingWorkflowTaskInfo) -> Self {
        Self {
            attempt: raw.attempt.try_into().unwrap_or_default(),
            is_started: raw.state() == PendingWorkflowTaskState::Started,
            scheduled_at: raw.scheduled_time.as_ref().and_then(proto_ts_to_system_time),
            first_scheduled_at: raw
                .original_scheduled_time
                .as_ref()
                .and_then(proto_ts_to_system_time),
            started_at: raw.started_time.as_ref().and_then(proto_ts_to_system_time),
        }
    }
}

/// The state of a pending activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActivityState {
    /// It waits for a worker, or for its next attempt.
    Scheduled,
    /// A worker runs it.
    Started,
    /// A worker runs it, and was asked to cancel it.
    CancelRequested,
    /// It is paused.
    Paused,
    /// A worker runs it, and it is paused after this attempt.
    PauseRequested,
}

/// A pause of a workflow or an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PauseNote {
    /// The reason that was given.
    pub reason: String,
    /// The identity of the client that paused it.
    pub identity: String,
    /// The time of the pause.
    pub paused_at: Option<SystemTime>,
}

impl PauseNote {
    pub(super) fn of_workflow(raw: &WorkflowExecutionPauseInfo) -> Self {
        Self {
            reason: raw.reason.clone(),
            identity: raw.identity.clone(),
            paused_at: raw.paused_time.as_ref().and_then(proto_ts_to_system_time),
        }
    }

    fn of_activity(raw: &pending_activity_info::PauseInfo) -> Self {
        use pending_activity_info::pause_info::PausedBy;
        let (reason, identity) = match &raw.paused_by {
            Some(PausedBy::Manual(by)) => (by.reason.clone(), by.identity.clone()),
            Some(PausedBy::Rule(by)) => (by.reason.clone(), by.identity.clone()),
            None => (String::new(), String::new()),
        };
        let paused_at = raw.pause_time.as_ref().and_then(proto_ts_to_system_time);
        Self { reason, identity, paused_at }
    }
}

/// An activity that has not ended.
#[derive(Clone)]
#[non_exhaustive]
pub struct PendingActivity {
    /// The activity's id within the workflow.
    pub activity_id: String,
    /// The name of the activity's type.
    pub activity_type: String,
    /// The activity's state.
    pub state: ActivityState,
    /// The number of the current or next attempt, counted from 1.
    pub attempt: u32,
    /// The largest number of attempts; `None` without a limit.
    pub maximum_attempts: Option<u32>,
    /// The queue on which it waits for a worker.
    pub task_queue: Option<String>,
    /// The failure of the last attempt, with all its causes.
    pub last_failure: Option<Failure>,
    /// The details of the last heartbeat.
    pub heartbeat: Payloads,
    /// The time of the last heartbeat.
    pub last_heartbeat_at: Option<SystemTime>,
    /// The time at which it was scheduled first.
    pub scheduled_at: Option<SystemTime>,
    /// The time at which the last attempt was started.
    pub last_started_at: Option<SystemTime>,
    /// The time of the next attempt, if it waits for one.
    pub next_attempt_at: Option<SystemTime>,
    /// The time at which it times out, attempts included.
    pub expires_at: Option<SystemTime>,
    /// The identity of the worker that has or had the last attempt.
    pub last_worker: Option<String>,
    /// The pause, if it is paused.
    pub pause: Option<PauseNote>,
}

impl PendingActivity {
    pub(super) fn new(raw: &PendingActivityInfo, operation: &Operation<'_>) -> Self {
        let time = |time: &Option<_>| time.as_ref().and_then(proto_ts_to_system_time);
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let options = raw.activity_options.as_ref();
        let queue = options.and_then(|options| options.task_queue.as_ref());
        let heartbeat = raw.heartbeat_details.clone().unwrap_or_default().payloads;
        let failure = raw.last_failure.clone();
        Self {
            activity_id: raw.activity_id.clone(),
            activity_type: raw.activity_type.clone().unwrap_or_default().name,
            state: state(raw.state()),
            attempt: raw.attempt.try_into().unwrap_or_default(),
            maximum_attempts: u32::try_from(raw.maximum_attempts).ok().filter(|most| *most > 0),
            task_queue: queue.and_then(|queue| text(&queue.name)),
            // The SDK has decoded the payloads of the description.
            last_failure: failure.map(|failure| operation.decoded_failure(failure)),
            heartbeat: Payloads::from(heartbeat),
            last_heartbeat_at: time(&raw.last_heartbeat_time),
            scheduled_at: time(&raw.scheduled_time),
            last_started_at: time(&raw.last_started_time),
            next_attempt_at: time(&raw.next_attempt_schedule_time),
            expires_at: time(&raw.expiration_time),
            last_worker: text(&raw.last_worker_identity),
            pause: raw.pause_info.as_ref().filter(|_| raw.paused).map(PauseNote::of_activity),
        }
    }
}

/// Formats the activity without the values of its heartbeat.
impl fmt::Debug for PendingActivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingActivity")
            .field("activity_id", &self.activity_id)
            .field("activity_type", &self.activity_type)
            .field("state", &self.state)
            .field("attempt", &self.attempt)
            .field("last_failure", &self.last_failure)
            .finish_non_exhaustive()
    }
}

fn state(raw: PendingActivityState) -> ActivityState {
    match raw {
        PendingActivityState::Started => ActivityState::Started,
        PendingActivityState::CancelRequested => ActivityState::CancelRequested,
        PendingActivityState::Paused => ActivityState::Paused,
        PendingActivityState::PauseRequested => ActivityState::PauseRequested,
        PendingActivityState::Scheduled | PendingActivityState::Unspecified => {
            ActivityState::Scheduled
        }
    }
}

/// A child workflow that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingChild {
    /// The child's id.
    pub workflow_id: String,
    /// The id of the child's run; empty until it is started.
    pub run_id: String,
    /// The name of the child's type.
    pub workflow_type: String,
}

impl PendingChild {
    pub(super) fn new(raw: &PendingChildExecutionInfo) -> Self {
        Self {
            workflow_id: raw.workflow_id.clone(),
            run_id: raw.run_id.clone(),
            workflow_type: raw.workflow_type_name.clone(),
        }
    }
}
