//! The part of a description that only the history tells: the failure of the current task, timers, the
//! input, and the end.

use std::collections::HashSet;
use std::fmt;
use std::time::{Duration, SystemTime};

use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::{IntoRequest as _, Status};
use temporalio_client::{WorkflowExecutionDescription, WorkflowExecutionStatus};
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::common::v1::{
    Payloads as RawPayloads, WorkflowExecution,
};
use temporalio_common::protos::temporal::api::enums::v1::WorkflowTaskFailedCause;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_common::protos::temporal::api::history::v1::{
    HistoryEvent, WorkflowTaskFailedEventAttributes,
};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    GetWorkflowExecutionHistoryRequest, GetWorkflowExecutionHistoryReverseRequest,
};

use super::Operation;
use crate::client::Payloads;
use crate::error::{Failure, TaskFailure};

/// The number of events at the end of the history that are searched for a task failure and timers.
const LAST_EVENTS: i32 = 100;

/// A timer of a workflow that has not fired.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingTimer {
    /// The timer's id within the workflow.
    pub timer_id: String,
    /// The time from its start until it fires.
    pub duration: Duration,
    /// The time at which it fires.
    pub fires_at: Option<SystemTime>,
}

/// The end of a workflow.
#[derive(Clone)]
#[non_exhaustive]
pub enum WorkflowEnding {
    /// It completed with this output.
    Completed(Payloads),
    /// It failed, with all causes.
    Failed(Failure),
    /// It was cancelled.
    Cancelled,
    /// It was terminated.
    Terminated {
        /// The reason that was given.
        reason: String,
        /// The identity of the client that terminated it.
        identity: String,
    },
    /// It ran longer than it may.
    TimedOut,
    /// It continued as a new run.
    ContinuedAsNew {
        /// The id of the new run.
        run_id: String,
    },
}

/// Formats the end without the values of the output.
impl fmt::Debug for WorkflowEnding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Completed(output) => write!(f, "Completed({} values)", output.len()),
            Self::Failed(failure) => f.debug_tuple("Failed").field(failure).finish(),
            Self::Cancelled => f.write_str("Cancelled"),
            Self::Terminated { reason, .. } => {
                f.debug_struct("Terminated").field("reason", reason).finish_non_exhaustive()
            }
            Self::TimedOut => f.write_str("TimedOut"),
            Self::ContinuedAsNew { run_id } => {
                f.debug_struct("ContinuedAsNew").field("run_id", run_id).finish()
            }
        }
    }
}

#[derive(Clone, Default)]
pub(super) struct Past {
    pub(super) task_failure: Option<TaskFailure>,
    pub(super) timers: Vec<PendingTimer>,
    pub(super) input: Option<Payloads>,
    pub(super) ending: Option<WorkflowEnding>,
}

impl Operation<'_> {
    /// Reads the history: its end, and for an ended workflow also its first event.
    pub(super) async fn past(
        &self,
        described: &WorkflowExecutionDescription,
    ) -> Result<Past, Status> {
        let raw = described.raw();
        let execution = raw.workflow_execution_info.as_ref();
        let execution = execution.and_then(|info| info.execution.clone());
        if matches!(
            described.status(),
            WorkflowExecutionStatus::Running | WorkflowExecutionStatus::Paused
        ) {
            let mut events = self.last_events(execution, LAST_EVENTS).await?;
            let timers = timers(&events);
            let pending = raw.pending_workflow_task.as_ref();
            let pending = pending.filter(|pending| pending.attempt > 1);
            let task_failure = match pending.zip(last_failure(&mut events)) {
                None => None,
                Some((pending, (failed, cause))) => {
                    let message = match failed.failure {
                        Some(failure) => self.decode_failure(failure).await.to_string(),
                        None => String::new(),
                    };
                    let namespace = self.client.namespace();
                    Some(TaskFailure::new(pending.attempt, cause, message, namespace))
                }
            };
            return Ok(Past { task_failure, timers, ..Past::default() });
        }
        let (first, last) =
            tokio::try_join!(self.first_event(execution.clone()), self.last_events(execution, 1))?;
        let input = match first.and_then(|event| event.attributes) {
            Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) => {
                Some(self.values(started.input).await)
            }
            _ => None,
        };
        let ending = match last.into_iter().next().and_then(|event| event.attributes) {
            Some(attributes) => self.ending(attributes).await,
            None => None,
        };
        Ok(Past { input, ending, ..Past::default() })
    }

    /// Returns the end that the last event of a history records.
    async fn ending(&self, attributes: Attributes) -> Option<WorkflowEnding> {
        Some(match attributes {
            Attributes::WorkflowExecutionCompletedEventAttributes(completed) => {
                WorkflowEnding::Completed(self.values(completed.result).await)
            }
            Attributes::WorkflowExecutionFailedEventAttributes(failed) => WorkflowEnding::Failed(
                self.decode_failure(failed.failure.unwrap_or_default()).await,
            ),
            Attributes::WorkflowExecutionCanceledEventAttributes(_) => WorkflowEnding::Cancelled,
            Attributes::WorkflowExecutionTimedOutEventAttributes(_) => WorkflowEnding::TimedOut,
            Attributes::WorkflowExecutionTerminatedEventAttributes(terminated) => {
                let (reason, identity) = (terminated.reason, terminated.identity);
                WorkflowEnding::Terminated { reason, identity }
            }
            Attributes::WorkflowExecutionContinuedAsNewEventAttributes(continued) => {
                WorkflowEnding::ContinuedAsNew { run_id: continued.new_execution_run_id }
            }
            _ => return None,
        })
    }

    /// Decodes payloads as the client's codec does. Those that it can't decode remain as they are.
    async fn values(&self, payloads: Option<RawPayloads>) -> Payloads {
        let mut payloads = payloads.unwrap_or_default();
        let encoded = payloads.clone();
        match self.decode(&mut payloads).await {
            Ok(()) => Payloads::from(payloads.payloads),
            Err(_) => Payloads::from(encoded.payloads),
        }
    }

    async fn first_event(
        &self,
        execution: Option<WorkflowExecution>,
    ) -> Result<Option<HistoryEvent>, Status> {
        let request = GetWorkflowExecutionHistoryRequest {
            namespace: self.client.namespace().to_owned(),
            execution,
            maximum_page_size: 1,
            ..GetWorkflowExecutionHistoryRequest::default()
        };
        let mut client = self.client.sdk().clone();
        let page = client.get_workflow_execution_history(request.into_request()).await?;
        Ok(page.into_inner().history.unwrap_or_default().events.into_iter().next())
    }

    /// Returns the last events of a workflow, in reverse order.
    async fn last_events(
        &self,
        execution: Option<WorkflowExecution>,
        count: i32,
    ) -> Result<Vec<HistoryEvent>, Status> {
        let request = GetWorkflowExecutionHistoryReverseRequest {
            namespace: self.client.namespace().to_owned(),
            execution,
            maximum_page_size: count,
            ..GetWorkflowExecutionHistoryReverseRequest::default()
        };
        let mut client = self.client.sdk().clone();
        let page = client.get_workflow_execution_history_reverse(request.into_request()).await?;
        Ok(page.into_inner().history.unwrap_or_default().events)
    }
}

/// Returns the timers that were started and have neither fired nor been cancelled, first started first.
/// The events are in reverse order.
fn timers(events: &[HistoryEvent]) -> Vec<PendingTimer> {
    let mut over = HashSet::new();
    let mut timers = Vec::new();
    for event in events {
        match &event.attributes {
            Some(Attributes::TimerFiredEventAttributes(fired)) => {
                over.insert(fired.timer_id.as_str());
            }
            Some(Attributes::TimerCanceledEventAttributes(cancelled)) => {
                over.insert(cancelled.timer_id.as_str());
            }
            Some(Attributes::TimerStartedEventAttributes(started))
                if !over.contains(started.timer_id.as_str()) =>
            {
                let lasts = started.start_to_fire_timeout;
                let duration: Duration =
                    lasts.and_then(|lasts| lasts.try_into().ok()).unwrap_or_default();
                let started_at = event.event_time.as_ref().and_then(proto_ts_to_system_time);
                timers.push(PendingTimer {
                    timer_id: started.timer_id.clone(),
                    duration,
                    fires_at: started_at.and_then(|at| at.checked_add(duration)),
                });
            }
            _ => {}
        }
    }
    timers.reverse();
    timers
}

/// Returns the failure of the last task and its cause, unless a task was completed later. The events are
/// in reverse order.
fn last_failure(
    events: &mut Vec<HistoryEvent>,
) -> Option<(WorkflowTaskFailedEventAttributes, WorkflowTaskFailedCause)> {
    let failed = events.drain(..).find_map(|event| match event.attributes? {
        Attributes::WorkflowTaskFailedEventAttributes(failed) => Some(Some(failed)),
        Attributes::WorkflowTaskCompletedEventAttributes(_) => Some(None),
        _ => None,
    })??;
    let cause = failed.cause();
    // These are not caused by the code: the server creates the task again with the new events.
    let passes = matches!(
        cause,
        WorkflowTaskFailedCause::UnhandledCommand
            | WorkflowTaskFailedCause::ResetWorkflow
            | WorkflowTaskFailedCause::ForceCloseCommand
            | WorkflowTaskFailedCause::FailoverCloseCommand
    );
    (!passes).then_some((failed, cause))
}
