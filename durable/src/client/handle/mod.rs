//! Handles of workflows.

mod any;
mod calls;
mod completion;
mod description;
mod expired;
mod operate;
pub(super) mod outcome;
pub(super) mod updates;

pub use any::{AnyInput, AnyQuery, AnySignal, AnyUpdate, AnyWorkflow, AnyWorkflowHandle};
pub use calls::{QueryCall, SignalCall};
pub use completion::ActivityHandle;
pub use description::{
    ActivityState, PauseNote, PendingActivity, PendingChild, PendingTimer, PendingWorkflowTask,
    WorkflowDescription, WorkflowEnding,
};
pub use operate::{ActivitySelection, ResetPoint};
pub use updates::{UpdateCall, UpdateHandle, UpdateMethod};

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

#[cfg(feature = "cli")]
use futures_util::StreamExt as _;
use temporalio_client::{
    WorkflowCancelOptions, WorkflowDescribeOptions, WorkflowExecutionDescription,
    WorkflowExecutionInfo, WorkflowFetchHistoryOptions, WorkflowGetResultOptions, WorkflowHistory,
    WorkflowTerminateOptions,
};
#[cfg(any(feature = "cli", feature = "testing"))]
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;

use crate::client::Client;
#[cfg(feature = "cli")]
use crate::client::Listing;
use crate::client::handle::outcome::Operation;
use crate::client::start::request_amender;
use crate::definition::arguments::answer::Exact;
use crate::definition::{Typed, Workflow, caught_async};
use crate::error::{Error, Result};
use crate::options::WorkflowTimeouts;

/// The longest time to find out why a workflow has no result yet.
const DESCRIBE_TIMEOUT: Duration = Duration::from_secs(5);

/// A workflow with a generated handle type, whose signals, queries and updates are methods.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no handle type",
    note = "annotate the struct with `#[workflow(queue = \"..\")]` and its impl with `#[workflow_methods]`"
)]
pub trait HasHandle: Workflow {
    /// The generated handle, such as `OrderWorkflowHandle`.
    type Handle: From<WorkflowHandle<Self>>
        + Deref<Target = WorkflowHandle<Self>>
        + Clone
        + Send
        + Sync
        + 'static;
}

#[diagnostic::do_not_recommend]
impl<W: Workflow> HasHandle for W
where
    W::HandleOf<WorkflowHandle<W>>: Clone + Send + Sync + 'static,
{
    type Handle = W::HandleOf<WorkflowHandle<W>>;
}

/// A handle of one workflow execution.
///
/// The generated handles (`OrderWorkflowHandle`) dereference to it and add the workflow's signals,
/// queries and updates as methods. It is cheap to clone.
///
/// Signals, queries, updates and descriptions go to the current run of the workflow, also after a
/// retry or a continue-as-new. The result is that of the run that was started, or of the runs that
/// followed from it. The Temporal concept is the [workflow
/// execution](https://docs.temporal.io/workflow-execution).
pub struct WorkflowHandle<W> {
    client: Client,
    workflow_id: String,
    run_id: Option<String>,
    started_here: bool,
    /// The timeouts of the start, if the handle was returned by a start.
    timeouts: Option<WorkflowTimeouts>,
    workflow: PhantomData<fn() -> W>,
}

pub(crate) type SdkHandle<W> =
    temporalio_client::WorkflowHandle<temporalio_client::Client, Typed<W>>;

impl<W: Workflow> WorkflowHandle<W> {
    pub(crate) fn new(
        client: &Client,
        workflow_id: String,
        run_id: Option<String>,
        started_here: bool,
    ) -> Self {
        let client = client.clone();
        Self { client, workflow_id, run_id, started_here, timeouts: None, workflow: PhantomData }
    }

    /// Returns the same handle with the timeouts of the start.
    pub(crate) fn with_timeouts(mut self, timeouts: WorkflowTimeouts) -> Self {
        self.timeouts = Some(timeouts);
        self
    }

    pub(crate) fn started_with(&self) -> Option<WorkflowTimeouts> {
        self.timeouts
    }

    /// Returns a handle of the workflow with this id, without a request to the server.
    #[must_use]
    pub(crate) fn existing(client: &Client, workflow_id: impl Into<String>) -> Self {
        Self::new(client, workflow_id.into(), None, false)
    }

    /// Returns a handle of one run of the workflow: all calls go to that run only.
    ///
    /// It is the workflow's generated handle, with the signals, queries and updates as methods.
    #[must_use]
    pub fn with_run_id(&self, run_id: impl Into<String>) -> W::Handle
    where
        W: HasHandle,
    {
        let run_id = Some(run_id.into());
        Self::new(&self.client, self.workflow_id.clone(), run_id, false).into()
    }

    /// Returns the workflow's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.workflow_id
    }

    /// Returns the id of the run that was started, or that the handle is bound to.
    #[must_use]
    pub fn run_id(&self) -> Option<&str> {
        self.run_id.as_deref()
    }

    /// Returns the client that the handle uses.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Waits for the workflow's output, across retries and continued runs.
    ///
    /// # Errors
    /// - [`Error::Failed`]: the workflow failed, with the chain of causes.
    /// - [`Error::Cancelled`], [`Error::Terminated`], [`Error::TimedOut`]: the workflow ended in
    ///   this way.
    /// - [`Error::NotFound`]: there is no such workflow.
    /// - [`Error::WrongType`]: the output is not of the annotated type.
    /// - [`ConnectionError::Unreachable`](crate::error::ConnectionError::Unreachable), [`Error::Rpc`]: the server did not answer, or refused the request.
    pub async fn result(&self) -> Result<W::Output> {
        self.client.notify_waiting(&self.workflow_id).await;
        self.output().await
    }

    /// Waits for the output like [`result`](Self::result), without notifying the clock.
    pub(crate) async fn output(&self) -> Result<W::Output> {
        // The wait has no limit, so `Client::within` is not for it.
        let ended = caught_async(Box::pin(self.read_output())).await;
        ended.unwrap_or_else(|message| {
            let operation = format!("get the result of workflow `{}`", self.workflow_id);
            Err(Error::Panicked { operation, message })
        })
    }

    async fn read_output(&self) -> Result<W::Output> {
        let run = self.sdk_of(self.run_id.clone());
        let result = run.get_result(WorkflowGetResultOptions::default()).await;
        match result.map_err(|error| self.operation("get the result of").result(error)) {
            Ok(Exact(output)) => Ok(output),
            Err(Error::TimedOut { workflow_id, .. }) => {
                Err(Error::TimedOut { workflow_id, timeout: self.expired_timeout().await })
            }
            Err(error) => Err(error),
        }
    }

    /// Waits for the workflow's output for at most `timeout`. The workflow continues after it.
    ///
    /// # Errors
    /// [`Error::NoResultYet`] if the workflow has not ended in time, with the failure of the
    /// workflow's current task if there is one, and the errors of [`result`](Self::result).
    pub async fn result_within(&self, timeout: Duration) -> Result<W::Output> {
        if let Ok(ended) = tokio::time::timeout(timeout, self.output()).await {
            return ended;
        }
        let described = tokio::time::timeout(DESCRIBE_TIMEOUT, self.describe()).await;
        let task_failure = described.ok().and_then(Result::ok).and_then(|described| {
            let failure = described.task_failure();
            failure.cloned().map(Box::new)
        });
        let workflow_id = self.workflow_id.clone();
        Err(Error::NoResultYet { workflow_id, waited: timeout, task_failure })
    }

    /// Returns the description of the workflow: status, times, task queue, memo and history length;
    /// everything that a running workflow waits for, and the failure of its current task; the input and
    /// the end of an ended one.
    ///
    /// The history is asked for its last events, and for an ended workflow also for the first.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`ConnectionError::Unreachable`](crate::error::ConnectionError::Unreachable), [`Error::Rpc`].
    pub async fn describe(&self) -> Result<WorkflowDescription> {
        let operation = self.operation("describe");
        let describing = async {
            let sdk = self.sdk_with(self.describing().await?);
            let described = sdk.describe(WorkflowDescribeOptions::default()).await;
            let described = described.map_err(|error| operation.interaction(error))?;
            Ok(operation.explained(described).await)
        };
        operation.within(None, describing).await
    }

    /// Returns `true` if the workflow runs, and its workflow task fails or times out again and again. It
    /// is cheaper than [`describe`](Self::describe), which also tells the reason.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe).
    pub async fn is_stuck(&self) -> Result<bool> {
        Ok(description::is_stuck(&self.described().await?))
    }

    /// Returns the server's own description, which is cheaper than [`describe`](Self::describe).
    pub(crate) async fn described(&self) -> Result<WorkflowExecutionDescription> {
        let operation = self.operation("describe");
        let describing = async {
            let described = self.sdk().describe(WorkflowDescribeOptions::default()).await;
            described.map_err(|error| operation.interaction(error))
        };
        operation.within(None, describing).await
    }

    /// Returns a client that decodes the summary and the details of starts, which SDK 1.1.1 does not.
    async fn describing(&self) -> Result<temporalio_client::Client> {
        let sdk = self.client.sdk();
        if !self.client.has_codec {
            return Ok(sdk.clone());
        }
        let decoding = request_amender::amending(sdk, |_| {}).await;
        decoding.map_err(|error| self.client.unreachable(error))
    }

    /// Requests the cancellation of the workflow, which decides how to react.
    ///
    /// # Errors
    /// [`Error::NotFound`], also if the workflow has ended, [`ConnectionError::Unreachable`](crate::error::ConnectionError::Unreachable), [`Error::Rpc`].
    pub async fn cancel(&self, reason: impl Into<String>) -> Result<()> {
        let options = WorkflowCancelOptions::builder().reason(reason).build();
        let operation = self.operation("cancel");
        let cancelling = async {
            let cancelled = self.sdk().cancel(options).await;
            cancelled.map_err(|error| operation.interaction(error))
        };
        operation.within(None, cancelling).await
    }

    /// Ends the workflow at once, without running its code.
    ///
    /// # Errors
    /// [`Error::NotFound`], also if the workflow has ended, [`ConnectionError::Unreachable`](crate::error::ConnectionError::Unreachable), [`Error::Rpc`].
    pub async fn terminate(&self, reason: impl Into<String>) -> Result<()> {
        let options = WorkflowTerminateOptions::builder().reason(reason).build();
        let operation = self.operation("terminate");
        let terminating = async {
            let terminated = self.sdk().terminate(options).await;
            terminated.map_err(|error| operation.interaction(error))
        };
        operation.within(None, terminating).await
    }

    /// Returns the workflow's history, which is fetched page by page.
    #[must_use]
    pub fn history(&self) -> WorkflowHistory {
        let run = self.sdk_of(self.run_id.clone());
        run.fetch_history(WorkflowFetchHistoryOptions::default())
    }

    /// Returns the events of the history, with payloads that the client's codec has decoded. With
    /// `follow` it goes on with every new event until the run ends.
    #[cfg(feature = "cli")]
    pub(crate) fn decoded_history(&self, follow: bool) -> Listing<HistoryEvent> {
        let options = WorkflowFetchHistoryOptions::builder().wait_new_event(follow).build();
        let events = self.sdk_of(self.run_id.clone()).fetch_history(options);
        let handle = self.clone();
        Listing::new(events.then(move |event| {
            let handle = handle.clone();
            async move {
                let operation = handle.operation("fetch the history of");
                let mut event = event.map_err(|error| operation.interaction(error))?;
                let encoded = event.clone();
                let decoded = operation.decode(&mut event).await;
                Ok(if decoded.is_ok() { event } else { encoded })
            }
        }))
    }

    /// Returns all events of the workflow's history.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`ConnectionError::Unreachable`](crate::error::ConnectionError::Unreachable), [`Error::Rpc`].
    #[cfg(feature = "testing")]
    pub(crate) async fn events(&self) -> Result<Vec<HistoryEvent>> {
        let fetched = self.history().into_events().await;
        fetched.map_err(|error| self.operation("fetch the history of").interaction(error))
    }

    /// Returns the SDK's handle, of the current run unless this handle is bound to a run.
    #[must_use]
    pub(crate) fn sdk(&self) -> SdkHandle<W> {
        self.sdk_of(if self.started_here { None } else { self.run_id.clone() })
    }

    /// Returns the same SDK handle for another SDK client.
    pub(crate) fn sdk_with(&self, client: temporalio_client::Client) -> SdkHandle<W> {
        SdkHandle::new(client, self.sdk().info().clone())
    }

    pub(crate) fn sdk_of(&self, run_id: Option<String>) -> SdkHandle<W> {
        let first_run = if self.started_here { self.run_id.clone() } else { None };
        let info = WorkflowExecutionInfo::builder()
            .namespace(self.client.namespace())
            .workflow_id(&self.workflow_id)
            .maybe_run_id(run_id)
            .maybe_first_execution_run_id(first_run)
            .build();
        SdkHandle::new(self.client.sdk().clone(), info)
    }

    pub(crate) fn operation<'a>(&'a self, verb: &'a str) -> Operation<'a> {
        Operation { client: &self.client, workflow_id: &self.workflow_id, verb }
    }
}

impl<W> Clone for WorkflowHandle<W> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            workflow_id: self.workflow_id.clone(),
            run_id: self.run_id.clone(),
            started_here: self.started_here,
            timeouts: self.timeouts,
            workflow: PhantomData,
        }
    }
}

impl<W> fmt::Debug for WorkflowHandle<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowHandle")
            .field("workflow_id", &self.workflow_id)
            .field("run_id", &self.run_id)
            .finish_non_exhaustive()
    }
}
