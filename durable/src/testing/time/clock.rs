//! The clocks that the server keeps, one for each workflow, and the calls that move them.

use std::time::{Duration, SystemTime};

use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::{Code, IntoRequest as _, Status};
use temporalio_common::protos::temporal::api::common::v1::{
    FastForwardConfig, TimeSkippingConfig, TimeSkippingInfo, WorkflowExecution,
};
use temporalio_common::protos::temporal::api::enums::v1::{
    FastForwardPollingResult, WorkflowExecutionStatus,
};
use temporalio_common::protos::temporal::api::workflow::v1::WorkflowExecutionOptions;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse, GetSystemInfoRequest,
    PollWorkflowExecutionTimeSkippingRequest, UpdateWorkflowExecutionOptionsRequest,
};

use crate::client::Client;
use crate::error::{Error, Result, TestingError};

/// How many times a workflow may skip before the server stops it: enough for a timer on every day of
/// some years, and a bound for workflows that never end.
const MOST_SKIPS: i32 = 2000;

/// How long time is moved before what is in flight is said to be in the way, in real time.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is looked at what is in the way of a clock that does not reach its target.
const LOOK: Duration = Duration::from_millis(250);

/// What became of a clock that was to be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Moved {
    /// It shows the new time, or the workflow ended on the way there.
    Done,
    /// It will, when these children have ended, which have clocks of their own.
    AfterChildren(Vec<String>),
    /// The workflow had ended already.
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

    /// Whether the server skips time: it says so before it looks for the workflow.
    pub(super) async fn are_skipping(&self) -> bool {
        let nobody = uuid::Uuid::new_v4().to_string();
        let asked = self.configure(&nobody, None).await;
        asked.map_or_else(|status| status.code() != Code::Unimplemented, |()| true)
    }

    /// Lets a workflow skip from now on, up to its end.
    pub(super) async fn skip_on(&self, workflow_id: &str) {
        match self.configure(workflow_id, None).await {
            Ok(()) => {}
            // What ended needs no time any more, and of what is missing its caller is told.
            Err(status) if status.code() == Code::NotFound => {}
            Err(status) => tracing::warn!(workflow_id, %status, "it goes on in real time"),
        }
    }

    /// What the server knows of a workflow, if it is running.
    pub(super) async fn running(
        &self,
        workflow_id: &str,
    ) -> Option<DescribeWorkflowExecutionResponse> {
        self.describe(workflow_id).await.ok().filter(is_running)
    }

    /// Whether a workflow skips.
    pub(super) async fn skips(&self, workflow_id: &str) -> bool {
        let described = self.describe(workflow_id).await;
        let info = described.ok().and_then(|described| time_of(&described));
        info.and_then(|info| info.effective_config).is_some_and(|config| config.enabled)
    }

    /// Moves a workflow's clock forward, and holds it there.
    pub(super) async fn forward(&self, workflow_id: &str, duration: Duration) -> Result<Moved> {
        let described = match self.describe(workflow_id).await {
            Ok(described) => described,
            Err(status) if status.code() == Code::NotFound => return Ok(Moved::Stopped),
            Err(status) => return Err(not_skipped(workflow_id, status.message())),
        };
        if !is_running(&described) {
            return Ok(Moved::Stopped);
        }
        let id = uuid::Uuid::new_v4().to_string();
        // A clock that waits for a child has not yet gone all the way that it was sent before.
        let duration = duration.saturating_add(left(&described).unwrap_or_default());
        let Ok(duration) = duration.try_into() else {
            return Err(not_skipped(workflow_id, "the server knows no duration that long"));
        };
        let forward = FastForwardConfig { id: id.clone(), duration: Some(duration) };
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

    /// Waits until the clock shows the time that it was sent to.
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
                // A poll that took too long is repeated.
                _ => {}
            }
        }
    }

    /// Waits until something is in the way for good: a child, or for too long: an activity.
    async fn in_the_way(&self, workflow_id: &str) -> Result<Moved> {
        let began = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(LOOK).await;
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
            if began.elapsed() > PATIENCE {
                let reason = if activities.is_empty() {
                    format!("nothing happened for {PATIENCE:?}")
                } else {
                    let activities = activities.join(", ");
                    format!(
                        "{activities} did not end within {PATIENCE:?}, and time is not \
                             skipped while an activity runs"
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
        // A server that does not know the field leaves it out.
        match options.and_then(|options| options.time_skipping_config) {
            Some(_) => Ok(()),
            None => Err(Status::unimplemented("it ignores the time skipping config")),
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

    /// The error of a server that does not skip time, or of one that would not this time.
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
            source: Box::new(status.clone()),
        }
        .into()
    }
}

/// What makes a workflow skip: up to its end, or as far as it is sent.
pub(super) fn config(forward: Option<FastForwardConfig>) -> TimeSkippingConfig {
    TimeSkippingConfig {
        enabled: true,
        // A child that starts on the way would skip up to its end, of which the parent's target says
        // nothing.
        disable_propagation: forward.is_some(),
        fast_forward_config: forward,
        max_session_skip_count: MOST_SKIPS,
    }
}

/// The workflow's current run.
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

fn time_of(described: &DescribeWorkflowExecutionResponse) -> Option<TimeSkippingInfo> {
    described.workflow_extended_info.as_ref()?.time_skipping_info.clone()
}

/// How far the clock has still to go of the way that it was sent before.
fn left(described: &DescribeWorkflowExecutionResponse) -> Option<Duration> {
    let info = time_of(described)?;
    let forward = info.fast_forward_info.filter(|forward| !forward.has_completed)?;
    let target: SystemTime = forward.target_time?.try_into().ok()?;
    let now: SystemTime = info.current_time?.try_into().ok()?;
    target.duration_since(now).ok()
}
