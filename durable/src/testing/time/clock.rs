//! The clocks that the server keeps, one for each workflow, and the requests that move them.

use std::time::{Duration, SystemTime};

use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::{Code, IntoRequest as _, Status};
use temporalio_common::protos::temporal::api::common::v1::{
    FastForwardConfig, TimeSkippingConfig, TimeSkippingInfo, WorkflowExecution,
};
use temporalio_common::protos::temporal::api::enums::v1::{
    FastForwardPollingResult, WorkflowExecutionStatus,
};
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::workflow::v1::WorkflowExecutionOptions;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse, GetSystemInfoRequest,
    PollWorkflowExecutionTimeSkippingRequest, UpdateWorkflowExecutionOptionsRequest,
};

use crate::client::Client;
use crate::error::{Error, Result};
use crate::testing::error::TestingError;

/// The number of skips after which the server stops skipping for a workflow: enough for a timer on
/// every day of several years, and a bound for workflows that never end.
const MOST_SKIPS: i32 = 2000;

/// The longest wait, in real time, for a clock to reach its target.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// The interval between two checks of what keeps a clock from its target.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);

/// The interval between two checks for a running workflow task.
const TASK_CHECK_INTERVAL: Duration = Duration::from_millis(10);

/// The result of moving a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Moved {
    /// The clock shows the new time, or the workflow ended before that.
    Done,
    /// The clock will show the new time once these children have ended. They have clocks of their
    /// own.
    AfterChildren(Vec<String>),
    /// The workflow had already ended.
    Stopped,
}

/// The clocks of the workflows of a namespace.
pub(super) struct Clocks {
    client: Client,
}

impl Clocks {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Returns whether the server supports time skipping. It checks that before it looks for the
    /// workflow.
    pub(super) async fn are_skipping(&self) -> bool {
        let nobody = uuid::Uuid::new_v4().to_string();
        let asked = self.configure(&nobody, None).await;
        asked.map_or_else(|status| status.code() != Code::Unimplemented, |()| true)
    }

    /// Turns time skipping on for a workflow, up to its end.
    ///
    /// No workflow task of it may be running: the server (1.32.0) would discard the task's result
    /// and repeat it, together with its local activities.
    pub(super) async fn turn_on(&self, workflow_id: &str) {
        self.apply(workflow_id, None).await;
    }

    /// Requests that a workflow's clock advances by a duration, and does not wait for it.
    ///
    /// No workflow task of it may be running, as for [`turn_on`](Self::turn_on).
    pub(super) async fn advance(&self, workflow_id: &str, duration: Duration) {
        if let Some(forward) = fast_forward(duration) {
            self.apply(workflow_id, Some(forward)).await;
        }
    }

    async fn apply(&self, workflow_id: &str, forward: Option<FastForwardConfig>) {
        match self.configure(workflow_id, forward).await {
            Ok(()) => {}
            // A workflow that has ended needs no time, and a missing one is reported to the caller
            // that waits for it.
            Err(status) if status.code() == Code::NotFound => {}
            Err(status) => {
                tracing::warn!(workflow_id, %status, "cannot skip time; the workflow waits in real time");
            }
        }
    }

    /// Returns the server's description of a workflow, or `None` if it is not running.
    pub(super) async fn running(
        &self,
        workflow_id: &str,
    ) -> Option<DescribeWorkflowExecutionResponse> {
        self.describe(workflow_id).await.ok().filter(is_running)
    }

    /// Returns the history of a workflow's current run.
    pub(super) async fn events(&self, workflow_id: &str) -> Option<Vec<HistoryEvent>> {
        self.client.workflow(workflow_id).events().await.ok()
    }

    /// Moves a workflow's clock forward and stops it there.
    pub(super) async fn forward(&self, workflow_id: &str, duration: Duration) -> Result<Moved> {
        let Some(described) = self.between_tasks(workflow_id).await? else {
            return Ok(Moved::Stopped);
        };
        // A clock that waits for a child may not have reached its previous target yet.
        let duration = duration.saturating_add(left(&described).unwrap_or_default());
        let Some(forward) = fast_forward(duration) else {
            let reason = "the duration is longer than the server allows";
            return Err(not_skipped(workflow_id, reason));
        };
        let id = forward.id.clone();
        match self.configure(workflow_id, Some(forward)).await {
            Ok(()) => {}
            Err(status) if status.code() == Code::NotFound => return Ok(Moved::Done),
            Err(status) => return Err(self.unsupported(workflow_id, &status).await),
        }
        tokio::select! {
            arrived = self.arrived(workflow_id, &id) => arrived,
            in_the_way = self.in_the_way(workflow_id) => in_the_way,
        }
    }

    /// Waits until no workflow task of a workflow is scheduled or running, and returns the server's
    /// description of it; `None` if the workflow has ended.
    async fn between_tasks(
        &self,
        workflow_id: &str,
    ) -> Result<Option<DescribeWorkflowExecutionResponse>> {
        let began = tokio::time::Instant::now();
        loop {
            match self.describe(workflow_id).await {
                Ok(described) if !is_running(&described) => return Ok(None),
                Ok(described) if described.pending_workflow_task.is_none() => {
                    return Ok(Some(described));
                }
                Ok(_) => {}
                Err(status) if status.code() == Code::NotFound => return Ok(None),
                Err(status) => return Err(not_skipped(workflow_id, status.message())),
            }
            if began.elapsed() > MAX_WAIT {
                let reason = format!("its workflow task did not complete within {MAX_WAIT:?}");
                return Err(not_skipped(workflow_id, &reason));
            }
            tokio::time::sleep(TASK_CHECK_INTERVAL).await;
        }
    }

    /// Waits until the clock shows its target time.
    async fn arrived(&self, workflow_id: &str, forward: &str) -> Result<Moved> {
        loop {
            let request = PollWorkflowExecutionTimeSkippingRequest {
                namespace: self.client.namespace().to_owned(),
                workflow_execution: Some(current(workflow_id)),
                fast_forward_id: forward.to_owned(),
            };
            let mut sdk = self.client.sdk().clone();
            let poll = sdk.poll_workflow_execution_time_skipping(request.into_request()).await;
            let poll = match poll {
                Ok(poll) => poll.into_inner(),
                Err(status) if status.code() == Code::NotFound => return Ok(Moved::Done),
                Err(status) => return Err(not_skipped(workflow_id, status.message())),
            };
            match poll.fast_forward_polling_result() {
                FastForwardPollingResult::FastForwardCompleted => return Ok(Moved::Done),
                FastForwardPollingResult::FastForwardFailed => {
                    let described = self.describe(workflow_id).await;
                    if described.is_ok_and(|described| is_running(&described)) {
                        return Err(not_skipped(workflow_id, &poll.failed_reason));
                    }
                    return Ok(Moved::Done);
                }
                // The poll timed out and is repeated.
                _ => {}
            }
        }
    }

    /// Waits until a child keeps the clock from its target, or an activity does so for too long.
    async fn in_the_way(&self, workflow_id: &str) -> Result<Moved> {
        let began = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(CHECK_INTERVAL).await;
            let Ok(described) = self.describe(workflow_id).await else { continue };
            let activities: Vec<_> = described
                .pending_activities
                .iter()
                .filter_map(|pending| pending.activity_type.as_ref())
                .map(|activity| format!("`{}`", activity.name))
                .collect();
            if activities.is_empty() && !described.pending_children.is_empty() {
                let children = described.pending_children.into_iter();
                return Ok(Moved::AfterChildren(children.map(|child| child.workflow_id).collect()));
            }
            if began.elapsed() > MAX_WAIT {
                let reason = if activities.is_empty() {
                    format!("the server did not move it within {MAX_WAIT:?}")
                } else {
                    let activities = activities.join(", ");
                    format!(
                        "{activities} did not end within {MAX_WAIT:?}, and time is not skipped \
                         while an activity runs; mock the activity"
                    )
                };
                return Err(not_skipped(workflow_id, &reason));
            }
        }
    }

    async fn configure(
        &self,
        workflow_id: &str,
        forward: Option<FastForwardConfig>,
    ) -> Result<(), Status> {
        let mut request = UpdateWorkflowExecutionOptionsRequest {
            namespace: self.client.namespace().to_owned(),
            workflow_execution: Some(current(workflow_id)),
            workflow_execution_options: Some(WorkflowExecutionOptions {
                time_skipping_config: Some(config(forward)),
                ..WorkflowExecutionOptions::default()
            }),
            ..UpdateWorkflowExecutionOptionsRequest::default()
        };
        request.update_mask.get_or_insert_default().paths.push("time_skipping_config".to_owned());
        let mut sdk = self.client.sdk().clone();
        let updated = sdk.update_workflow_execution_options(request.into_request()).await?;
        let options = updated.into_inner().workflow_execution_options;
        // A server without time skipping leaves the field out of its response.
        match options.and_then(|options| options.time_skipping_config) {
            Some(_) => Ok(()),
            None => Err(Status::unimplemented("the server ignores the time skipping config")),
        }
    }

    async fn describe(
        &self,
        workflow_id: &str,
    ) -> Result<DescribeWorkflowExecutionResponse, Status> {
        let request = DescribeWorkflowExecutionRequest {
            namespace: self.client.namespace().to_owned(),
            execution: Some(current(workflow_id)),
        };
        let mut sdk = self.client.sdk().clone();
        Ok(sdk.describe_workflow_execution(request.into_request()).await?.into_inner())
    }

    /// Returns the error for a server that does not support time skipping, or that refused it.
    async fn unsupported(&self, workflow_id: &str, status: &Status) -> Error {
        if status.code() != Code::Unimplemented {
            return not_skipped(workflow_id, status.message());
        }
        let mut sdk = self.client.sdk().clone();
        let info = sdk.get_system_info(GetSystemInfoRequest::default().into_request()).await;
        let version = info.map_or_else(|_| String::new(), |info| info.into_inner().server_version);
        TestingError::TimeSkippingUnsupported {
            address: self.client.address().to_owned(),
            version: if version.is_empty() { "unknown".to_owned() } else { version },
            source: status.clone().into(),
        }
        .into()
    }
}

/// The configuration that turns time skipping on, up to the workflow's end or up to a target.
pub(super) fn config(forward: Option<FastForwardConfig>) -> TimeSkippingConfig {
    TimeSkippingConfig {
        enabled: true,
        // A child that skips by itself would not wait for its parent's signals; see `family`.
        disable_propagation: true,
        fast_forward_config: forward,
        max_session_skip_count: MOST_SKIPS,
    }
}

/// Returns a target for a clock, or `None` if the server's protocol cannot express the duration.
fn fast_forward(duration: Duration) -> Option<FastForwardConfig> {
    let duration = Some(duration.try_into().ok()?);
    Some(FastForwardConfig { id: uuid::Uuid::new_v4().to_string(), duration })
}

/// Returns the current run of a workflow id.
fn current(workflow_id: &str) -> WorkflowExecution {
    WorkflowExecution { workflow_id: workflow_id.to_owned(), run_id: String::new() }
}

fn not_skipped(workflow_id: &str, reason: &str) -> Error {
    let (workflow_id, reason) = (workflow_id.to_owned(), reason.to_owned());
    TestingError::NotSkipped { workflow_id, reason }.into()
}

fn is_running(described: &DescribeWorkflowExecutionResponse) -> bool {
    let info = described.workflow_execution_info.as_ref();
    info.is_some_and(|info| info.status() == WorkflowExecutionStatus::Running)
}

/// Returns the id of a workflow's parent.
pub(super) fn parent_of(described: &DescribeWorkflowExecutionResponse) -> Option<String> {
    let parent = described.workflow_execution_info.as_ref()?.parent_execution.as_ref()?;
    Some(parent.workflow_id.clone())
}

/// Returns the state of a workflow's clock; `None` if it has never been moved.
pub(super) fn clock_of(described: &DescribeWorkflowExecutionResponse) -> Option<&TimeSkippingInfo> {
    described.workflow_extended_info.as_ref()?.time_skipping_info.as_ref()
}

/// Returns whether time skipping is on for a workflow, up to its end.
pub(super) fn skips(described: &DescribeWorkflowExecutionResponse) -> bool {
    clock_of(described).is_some_and(|clock| {
        let enabled = clock.effective_config.as_ref().is_some_and(|config| config.enabled);
        enabled && clock.fast_forward_info.is_none()
    })
}

/// Returns the time that is left until the clock reaches the target that it was given before.
pub(super) fn left(described: &DescribeWorkflowExecutionResponse) -> Option<Duration> {
    let clock = clock_of(described)?;
    let forward = clock.fast_forward_info.as_ref().filter(|forward| !forward.has_completed)?;
    let target: SystemTime = forward.target_time?.try_into().ok()?;
    let now: SystemTime = clock.current_time?.try_into().ok()?;
    target.duration_since(now).ok()
}
