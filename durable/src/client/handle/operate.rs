//! Operations on running workflows and their activities: reset, pause and unpause.

use std::fmt;

use futures_util::TryStreamExt as _;
use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::{IntoRequest as _, Status};
use temporalio_client::{
    NamespacedClient as _, WorkflowDescribeOptions, WorkflowFetchHistoryOptions,
};
use temporalio_common::protos::temporal::api::common::v1::WorkflowExecution;
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    PauseActivityRequest, PauseWorkflowExecutionRequest, ResetWorkflowExecutionRequest,
    UnpauseActivityRequest, UnpauseWorkflowExecutionRequest, pause_activity_request,
    unpause_activity_request,
};
use uuid::Uuid;

use super::WorkflowHandle;
use crate::definition::Workflow;
use crate::error::{Error, Result};

/// The point of the history to which a workflow is reset. Everything after it is done again, by the code
/// of today.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResetPoint {
    /// The workflow task with this event, which is its start, completion, failure or timeout.
    Event(u64),
    /// The first workflow task: the workflow begins anew with its input.
    FirstWorkflowTask,
    /// The last workflow task that was completed.
    LastWorkflowTask,
    /// The first workflow task that workers of this build completed: nothing of the build remains.
    BuildId(String),
}

impl fmt::Display for ResetPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(id) => write!(f, "event {id}"),
            Self::FirstWorkflowTask => f.write_str("the first workflow task"),
            Self::LastWorkflowTask => f.write_str("the last workflow task"),
            Self::BuildId(id) => write!(f, "the point before build `{id}`"),
        }
    }
}

/// The activities of a workflow that are paused or unpaused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActivitySelection {
    /// The activity with this id, which [`PendingActivity`](super::PendingActivity) has.
    Id(String),
    /// The pending activities of this type.
    Type(String),
}

impl<W: Workflow> WorkflowHandle<W> {
    /// Ends the current run, and continues the workflow in a new one that shares its history up to this
    /// point. Returns the id of the new run. Signals and updates that came later are applied to it again.
    ///
    /// # Errors
    /// [`Error::NoResetPoint`]: the history has no such point. [`Error::NotFound`],
    /// [`Unreachable`](crate::error::ConnectionError::Unreachable), [`Error::Rpc`].
    pub async fn reset(&self, point: ResetPoint, reason: impl Into<String>) -> Result<String> {
        let (reason, operation) = (reason.into(), self.operation("reset"));
        let resetting = async {
            let described = self.is_described().await?;
            let workflow_task_finish_event_id = self.event_of(&described, point).await?;
            let request = ResetWorkflowExecutionRequest {
                namespace: self.client.namespace().to_owned(),
                workflow_execution: Some(described),
                reason,
                workflow_task_finish_event_id,
                request_id: Uuid::new_v4().to_string(),
                identity: self.client.sdk().identity(),
                ..ResetWorkflowExecutionRequest::default()
            };
            let mut client = self.client.sdk().clone();
            let reset = client.reset_workflow_execution(request.into_request()).await;
            Ok(reset.map_err(|status| operation.rpc(status))?.into_inner().run_id)
        };
        operation.within(None, resetting).await
    }

    /// Returns the id of the current run, or of the run that the handle is bound to.
    async fn is_described(&self) -> Result<WorkflowExecution> {
        let described = self.sdk().describe(WorkflowDescribeOptions::default()).await;
        let described = described.map_err(|error| self.operation("describe").interaction(error))?;
        let run_id = described.run_id().to_owned();
        Ok(WorkflowExecution { workflow_id: self.id().to_owned(), run_id })
    }

    /// Returns the id of the event to which the server resets.
    async fn event_of(&self, run: &WorkflowExecution, point: ResetPoint) -> Result<i64> {
        if let ResetPoint::Event(id) = point {
            return Ok(id.try_into().unwrap_or(i64::MAX));
        }
        let sdk = self.sdk_of(Some(run.run_id.clone()));
        let mut events = sdk.fetch_history(WorkflowFetchHistoryOptions::default());
        let operation = self.operation("fetch the history of");
        let mut found = None;
        while let Some(event) =
            events.try_next().await.map_err(|error| operation.interaction(error))?
        {
            if is_point(&event, &point) {
                found = Some(event.event_id);
                if point != ResetPoint::LastWorkflowTask {
                    break;
                }
            }
        }
        found.ok_or_else(|| Error::NoResetPoint {
            workflow_id: self.id().to_owned(),
            point: point.to_string(),
        })
    }

    /// Pauses the workflow: its code and its activities get no new tasks until it is
    /// [unpaused](Self::unpause). The server (as of 1.32) must have the dynamic configuration
    /// `frontend.WorkflowPauseEnabled`.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Unreachable`](crate::error::ConnectionError::Unreachable), and
    /// [`Error::Rpc`], also if the server doesn't allow pauses.
    pub async fn pause(&self, reason: impl Into<String>) -> Result<()> {
        let request = PauseWorkflowExecutionRequest {
            namespace: self.client.namespace().to_owned(),
            workflow_id: self.id().to_owned(),
            run_id: self.bound_run(),
            identity: self.client.sdk().identity(),
            reason: reason.into(),
            request_id: Uuid::new_v4().to_string(),
        };
        let mut client = self.client.sdk().clone();
        let pausing = async move { client.pause_workflow_execution(request.into_request()).await };
        self.asked("pause", pausing).await
    }

    /// Continues a paused workflow.
    ///
    /// # Errors
    /// Those of [`pause`](Self::pause), also if the workflow isn't paused.
    pub async fn unpause(&self, reason: impl Into<String>) -> Result<()> {
        let request = UnpauseWorkflowExecutionRequest {
            namespace: self.client.namespace().to_owned(),
            workflow_id: self.id().to_owned(),
            run_id: self.bound_run(),
            identity: self.client.sdk().identity(),
            reason: reason.into(),
            request_id: Uuid::new_v4().to_string(),
        };
        let mut client = self.client.sdk().clone();
        let unpausing =
            async move { client.unpause_workflow_execution(request.into_request()).await };
        self.asked("unpause", unpausing).await
    }

    /// Pauses pending activities: they get no new attempts until they are
    /// [unpaused](Self::unpause_activities). An attempt that runs goes on.
    ///
    /// # Errors
    /// [`Error::NotFound`]: there is no such workflow, or it has no such pending activity.
    /// [`Unreachable`](crate::error::ConnectionError::Unreachable), [`Error::Rpc`].
    pub async fn pause_activities(
        &self,
        activities: ActivitySelection,
        reason: impl Into<String>,
    ) -> Result<()> {
        use pause_activity_request::Activity;
        let activity = match activities {
            ActivitySelection::Id(id) => Activity::Id(id),
            ActivitySelection::Type(name) => Activity::Type(name),
        };
        let request = PauseActivityRequest {
            namespace: self.client.namespace().to_owned(),
            execution: Some(self.bound_execution()),
            identity: self.client.sdk().identity(),
            reason: reason.into(),
            request_id: Uuid::new_v4().to_string(),
            activity: Some(activity),
        };
        let mut client = self.client.sdk().clone();
        let pausing = async move { client.pause_activity(request.into_request()).await };
        self.asked("pause an activity of", pausing).await
    }

    /// Continues paused activities with their next attempt.
    ///
    /// # Errors
    /// Those of [`pause_activities`](Self::pause_activities).
    pub async fn unpause_activities(&self, activities: ActivitySelection) -> Result<()> {
        use unpause_activity_request::Activity;
        let activity = match activities {
            ActivitySelection::Id(id) => Activity::Id(id),
            ActivitySelection::Type(name) => Activity::Type(name),
        };
        let request = UnpauseActivityRequest {
            namespace: self.client.namespace().to_owned(),
            execution: Some(self.bound_execution()),
            identity: self.client.sdk().identity(),
            activity: Some(activity),
            ..UnpauseActivityRequest::default()
        };
        let mut client = self.client.sdk().clone();
        let unpausing = async move { client.unpause_activity(request.into_request()).await };
        self.asked("unpause an activity of", unpausing).await
    }

    async fn asked<T>(
        &self,
        verb: &str,
        call: impl Future<Output = std::result::Result<T, Status>>,
    ) -> Result<()> {
        let operation = self.operation(verb);
        let asking = async { call.await.map(|_| ()).map_err(|status| operation.rpc(status)) };
        operation.within(None, asking).await
    }

    fn bound_run(&self) -> String {
        if self.started_here { None } else { self.run_id.clone() }.unwrap_or_default()
    }

    fn bound_execution(&self) -> WorkflowExecution {
        WorkflowExecution { workflow_id: self.id().to_owned(), run_id: self.bound_run() }
    }
}

/// Returns whether an event completes a workflow task at this point.
fn is_point(event: &HistoryEvent, point: &ResetPoint) -> bool {
    let Some(Attributes::WorkflowTaskCompletedEventAttributes(completed)) = &event.attributes
    else {
        return false;
    };
    match point {
        ResetPoint::Event(_) => false,
        ResetPoint::FirstWorkflowTask | ResetPoint::LastWorkflowTask => true,
        #[allow(deprecated, reason = "workers without a deployment version have only this one")]
        ResetPoint::BuildId(id) => {
            let of_version = completed.deployment_version.as_ref().map(|it| &it.build_id);
            let of_worker = completed.worker_version.as_ref().map(|it| &it.build_id);
            [of_version, of_worker, Some(&completed.binary_checksum)].contains(&Some(id))
        }
    }
}
