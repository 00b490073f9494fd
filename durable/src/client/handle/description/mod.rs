//! The description of a workflow: its state, everything that it waits for, and how it ended.

mod past;
mod pending;

pub use past::{PendingTimer, WorkflowEnding};
pub use pending::{ActivityState, PauseNote, PendingActivity, PendingChild, PendingWorkflowTask};

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;
use std::time::SystemTime;

use temporalio_client::{WorkflowExecutionDescription, WorkflowExecutionStatus};
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::enums::v1::TaskQueueType;

use super::outcome::Operation;
use crate::client::{Client, Payloads};
use crate::error::{Result, TaskFailure};
use past::Past;

/// The server's description of a workflow.
///
/// It dereferences to the SDK's [`WorkflowExecutionDescription`], with ids, status, times, queue,
/// memo, search attributes and history length.
///
/// ```no_run
/// # async fn example(client: &durable::Client) -> durable::Result<()> {
/// let order = client.workflow("order-7").describe().await?;
/// if let Some(failure) = order.task_failure() {
///     println!("stuck: {failure}");
/// }
/// for activity in order.pending_activities() {
///     println!("{} attempt {}", activity.activity_type, activity.attempt);
/// }
/// for queue in order.queues_without_worker().await? {
///     println!("no worker polls {queue}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WorkflowDescription {
    client: Client,
    described: WorkflowExecutionDescription,
    pending_activities: Vec<PendingActivity>,
    past: Past,
}

impl WorkflowDescription {
    /// Returns `true` if the workflow runs, and its workflow task fails or times out again and again.
    /// Such a workflow makes no progress.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        is_stuck(&self.described)
    }

    /// Returns the failure of the workflow's current task, or `None` if the task does not fail.
    #[must_use]
    pub fn task_failure(&self) -> Option<&TaskFailure> {
        self.past.task_failure.as_ref()
    }

    /// Returns the workflow task that waits for a worker, or that a worker is handling.
    #[must_use]
    pub fn pending_workflow_task(&self) -> Option<PendingWorkflowTask> {
        self.raw().pending_workflow_task.as_ref().map(PendingWorkflowTask::new)
    }

    /// Returns the activities that have not ended.
    #[must_use]
    pub fn pending_activities(&self) -> &[PendingActivity] {
        &self.pending_activities
    }

    /// Returns the child workflows that have not ended.
    #[must_use]
    pub fn pending_children(&self) -> Vec<PendingChild> {
        self.raw().pending_children.iter().map(PendingChild::new).collect()
    }

    /// Returns the running timers, as far as the last 100 events of the history tell. The server (as of
    /// 1.32) has no list of them.
    #[must_use]
    pub fn pending_timers(&self) -> &[PendingTimer] {
        &self.past.timers
    }

    /// Returns the pause of the workflow, or `None` if it isn't paused.
    #[must_use]
    pub fn pause(&self) -> Option<PauseNote> {
        let extended = self.raw().workflow_extended_info.as_ref()?;
        extended.pause_info.as_ref().map(PauseNote::of_workflow)
    }

    /// Returns `true` if the cancellation of the workflow was requested.
    #[must_use]
    pub fn cancel_requested(&self) -> bool {
        self.raw().workflow_extended_info.as_ref().is_some_and(|extended| extended.cancel_requested)
    }

    /// Returns the input of an ended workflow. It is `None` for a running one, and if the history can't
    /// be read.
    #[must_use]
    pub fn input(&self) -> Option<&Payloads> {
        self.past.input.as_ref()
    }

    /// Returns the end of the workflow: its output, or the failure with all its causes. It is `None` for
    /// a running workflow, and if the history can't be read.
    #[must_use]
    pub fn ending(&self) -> Option<&WorkflowEnding> {
        self.past.ending.as_ref()
    }

    /// Returns the time at which the current run times out, if there is a limit.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        let extended = self.raw().workflow_extended_info.as_ref()?;
        extended.run_expiration_time.as_ref().and_then(proto_ts_to_system_time)
    }

    /// Asks the server for the queues that the running workflow waits for, and that no worker polls: its
    /// own queue, and those of its pending activities. A worker that hasn't polled for two minutes counts
    /// as gone.
    ///
    /// # Errors
    /// [`Unreachable`](crate::error::ConnectionError::Unreachable) and [`Rpc`](crate::Error::Rpc).
    pub async fn queues_without_worker(&self) -> Result<BTreeSet<String>> {
        let mut missing = BTreeSet::new();
        if self.status() != WorkflowExecutionStatus::Running {
            return Ok(missing);
        }
        let waiting = self.pending_activities.iter().filter_map(|activity| {
            let is_waiting = activity.state == ActivityState::Scheduled;
            Some((activity.task_queue.as_deref().filter(|_| is_waiting)?, TaskQueueType::Activity))
        });
        let own = (self.task_queue(), TaskQueueType::Workflow);
        let queues: BTreeSet<_> =
            waiting.chain([own]).map(|(queue, kind)| (queue, kind as i32)).collect();
        for (queue, kind) in queues {
            if !self.client.task_queue(queue).is_polled(kind).await? {
                missing.insert(queue.to_owned());
            }
        }
        Ok(missing)
    }

    /// Returns the SDK's description.
    #[must_use]
    pub fn into_sdk(self) -> WorkflowExecutionDescription {
        self.described
    }
}

impl Deref for WorkflowDescription {
    type Target = WorkflowExecutionDescription;

    fn deref(&self) -> &Self::Target {
        &self.described
    }
}

/// Formats the description without the values of inputs, outputs and heartbeats.
impl fmt::Debug for WorkflowDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowDescription")
            .field("id", &self.id())
            .field("run_id", &self.run_id())
            .field("workflow_type", &self.workflow_type())
            .field("status", &self.status())
            .field("task_failure", &self.task_failure())
            .field("pending_activities", &self.pending_activities)
            .field("ending", &self.ending())
            .finish_non_exhaustive()
    }
}

/// Returns whether the workflow task of a running workflow is being retried.
pub(crate) fn is_stuck(described: &WorkflowExecutionDescription) -> bool {
    let task = described.raw().pending_workflow_task.as_ref();
    described.status() == WorkflowExecutionStatus::Running && task.is_some_and(|it| it.attempt > 1)
}

impl Operation<'_> {
    /// Adds the pending activities, and what the history tells, to the SDK's description.
    pub(crate) async fn explained(
        &self,
        described: WorkflowExecutionDescription,
    ) -> WorkflowDescription {
        // A caller that may not read the history gets the description without the rest.
        let past = self.past(&described).await.unwrap_or_default();
        let mut pending_activities = Vec::new();
        for pending in &described.raw().pending_activities {
            pending_activities.push(PendingActivity::new(pending, self));
        }
        WorkflowDescription { client: self.client.clone(), described, pending_activities, past }
    }
}
