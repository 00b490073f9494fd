//! The description of a workflow, with the failure of its current task.

use std::ops::Deref;

use temporalio_client::WorkflowExecutionDescription;
use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::{IntoRequest as _, Status};
use temporalio_common::protos::temporal::api::common::v1::WorkflowExecution;
use temporalio_common::protos::temporal::api::enums::v1::WorkflowTaskFailedCause;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_common::protos::temporal::api::history::v1::{
    HistoryEvent, WorkflowTaskFailedEventAttributes,
};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeWorkflowExecutionResponse, GetWorkflowExecutionHistoryReverseRequest,
};

use super::outcome::Operation;
use crate::error::TaskFailure;

/// The number of events at the end of the history that are searched for a task failure.
const LAST_EVENTS: i32 = 100;

/// The server's description of a workflow.
///
/// It dereferences to the SDK's [`WorkflowExecutionDescription`], with ids, status, times, queue,
/// memo, search attributes and history length.
#[derive(Debug, Clone)]
pub struct WorkflowDescription {
    described: WorkflowExecutionDescription,
    task_failure: Option<TaskFailure>,
}

impl WorkflowDescription {
    /// Returns the failure of the workflow's current task, or `None` if the task does not fail.
    #[must_use]
    pub fn task_failure(&self) -> Option<&TaskFailure> {
        self.task_failure.as_ref()
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

impl Operation<'_> {
    /// Adds the failure of the workflow's current task to the SDK's description.
    pub(crate) async fn with_task_failure(
        &self,
        described: WorkflowExecutionDescription,
    ) -> WorkflowDescription {
        // A caller that may not read the history gets the description without the failure.
        let task_failure = self.task_failure(described.raw()).await.unwrap_or_default();
        WorkflowDescription { described, task_failure }
    }

    /// Reads the failure of the workflow's current task from the end of its history. The SDK's
    /// description has only the number of the attempt.
    async fn task_failure(
        &self,
        described: &DescribeWorkflowExecutionResponse,
    ) -> Result<Option<TaskFailure>, Status> {
        let pending = described.pending_workflow_task.as_ref();
        let Some(pending) = pending.filter(|pending| pending.attempt > 1) else { return Ok(None) };
        let execution = described.workflow_execution_info.as_ref();
        let execution = execution.and_then(|info| info.execution.clone());
        let events = self.last_events(execution).await?;
        let Some((failed, cause)) = last_failure(events) else { return Ok(None) };
        let message = match failed.failure {
            Some(failure) => self.decode_failure(failure).await.to_string(),
            None => String::new(),
        };
        let namespace = self.client.namespace();
        Ok(Some(TaskFailure::new(pending.attempt, cause, message, namespace)))
    }

    /// Returns the last events of a workflow, in reverse order.
    async fn last_events(
        &self,
        execution: Option<WorkflowExecution>,
    ) -> Result<Vec<HistoryEvent>, Status> {
        let request = GetWorkflowExecutionHistoryReverseRequest {
            namespace: self.client.namespace().to_owned(),
            execution,
            maximum_page_size: LAST_EVENTS,
            ..GetWorkflowExecutionHistoryReverseRequest::default()
        };
        let mut client = self.client.sdk().clone();
        let page = client.get_workflow_execution_history_reverse(request.into_request()).await?;
        Ok(page.into_inner().history.unwrap_or_default().events)
    }
}

/// Returns the failure of the last task and its cause, unless a task was completed later.
fn last_failure(
    events: Vec<HistoryEvent>,
) -> Option<(WorkflowTaskFailedEventAttributes, WorkflowTaskFailedCause)> {
    let failed = events.into_iter().find_map(|event| match event.attributes? {
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
