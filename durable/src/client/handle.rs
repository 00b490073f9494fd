//! A handle of one workflow: its result, its state and its end.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

use temporalio_client::{
    WorkflowCancelOptions, WorkflowDescribeOptions, WorkflowExecutionInfo,
    WorkflowFetchHistoryOptions, WorkflowGetResultOptions, WorkflowHistory,
    WorkflowTerminateOptions,
};
use temporalio_common::data_converters::{TemporalDeserializable, TemporalSerializable};
#[cfg(feature = "testing")]
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::{SignalDefinition, UpdateDefinition};

use super::outcome::Doing;
use super::{Client, QueryCall, SignalCall, UpdateHandle, UpdateMethod, WorkflowDescription};
use crate::definition::exact::Exact;
use crate::definition::{CancelSignal, Handler, SignalTarget, StateQuery, Typed, Workflow};
use crate::error::{Error, Result};
use crate::options::WorkflowTimeouts;

/// How long it may take to find out why a workflow has no result yet.
const EXPLANATION: Duration = Duration::from_secs(5);

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

/// A handle of one workflow execution.
///
/// The generated handles (`OrderWorkflowHandle`) dereference to it and add the workflow's signals,
/// queries and updates as methods. It is cheap to clone.
///
/// Signals, queries, updates and descriptions go to the current run of the workflow, so they reach it
/// also after a retry or a continue-as-new; the result is that of the run that was started, or of
/// those that followed from it. The Temporal concept is the
/// [workflow execution](https://docs.temporal.io/workflow-execution).
pub struct WorkflowHandle<W> {
    client: Client,
    workflow_id: String,
    run_id: Option<String>,
    started_here: bool,
    /// The timeouts that it was started with, where this handle is of the start.
    timeouts: Option<WorkflowTimeouts>,
    workflow: PhantomData<fn() -> W>,
}

pub(super) type SdkHandle<W> =
    temporalio_client::WorkflowHandle<temporalio_client::Client, Typed<W>>;

impl<W: Workflow> WorkflowHandle<W> {
    pub(super) fn new(
        client: &Client,
        workflow_id: String,
        run_id: Option<String>,
        started_here: bool,
    ) -> Self {
        let client = client.clone();
        Self { client, workflow_id, run_id, started_here, timeouts: None, workflow: PhantomData }
    }

    /// The same handle, which knows what the workflow was started with.
    pub(super) fn with_timeouts(mut self, timeouts: WorkflowTimeouts) -> Self {
        self.timeouts = Some(timeouts);
        self
    }

    pub(super) fn started_with(&self) -> Option<WorkflowTimeouts> {
        self.timeouts
    }

    /// A handle of the workflow of this id; called by generated code. The server is not asked.
    #[must_use]
    pub fn existing(client: &Client, workflow_id: impl Into<String>) -> Self {
        Self::new(client, workflow_id.into(), None, false)
    }

    /// Returns a handle like this one, bound to one run of the workflow: everything goes to that run
    /// only.
    ///
    /// It is the workflow's generated handle, so signals, queries and updates stay methods.
    #[must_use]
    pub fn with_run_id(&self, run_id: impl Into<String>) -> W::Handle
    where
        W: HasHandle,
    {
        let run_id = Some(run_id.into());
        Self::new(&self.client, self.workflow_id.clone(), run_id, false).into()
    }

    /// The workflow's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.workflow_id
    }

    /// The id of the run that was started, or that the handle is bound to.
    #[must_use]
    pub fn run_id(&self) -> Option<&str> {
        self.run_id.as_deref()
    }

    /// The client that the handle uses.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Waits for the workflow's output, across retries and continued runs.
    ///
    /// # Errors
    /// - [`Error::Failed`], with the chain of causes.
    /// - [`Error::Cancelled`], [`Error::Terminated`], [`Error::TimedOut`]: it ended so.
    /// - [`Error::NotFound`]: there is no such workflow.
    /// - [`Error::WrongType`]: the output is not of the annotated type.
    /// - [`Error::Unreachable`], [`Error::Rpc`]: the server did not answer, or refused.
    pub async fn result(&self) -> Result<W::Output> {
        self.client.waiting(&self.workflow_id).await;
        self.output().await
    }

    /// Waits for the output, as [`result`](Self::result) does, and leaves time alone.
    pub(super) async fn output(&self) -> Result<W::Output> {
        let run = self.sdk_of(self.run_id.clone());
        let result = run.get_result(WorkflowGetResultOptions::default()).await;
        match result.map_err(|error| self.doing("get the result of").result(error)) {
            Ok(Exact(output)) => Ok(output),
            Err(Error::TimedOut { workflow_id, .. }) => {
                Err(Error::TimedOut { workflow_id, timeout: self.expired_timeout().await })
            }
            Err(error) => Err(error),
        }
    }

    /// Waits for the workflow's output, at the longest for `timeout`; the workflow goes on.
    ///
    /// # Errors
    /// [`Error::NoResultYet`] when the time is over, with the failure of the workflow's task where it
    /// is that which keeps the workflow from going on, and those of [`result`](Self::result).
    pub async fn result_within(&self, timeout: Duration) -> Result<W::Output> {
        if let Ok(ended) = tokio::time::timeout(timeout, self.output()).await {
            return ended;
        }
        let described = tokio::time::timeout(EXPLANATION, self.describe()).await;
        let task_failure = described.ok().and_then(Result::ok).and_then(|described| {
            let failure = described.task_failure();
            failure.cloned().map(Box::new)
        });
        let workflow_id = self.workflow_id.clone();
        Err(Error::NoResultYet { workflow_id, waited: timeout, task_failure })
    }

    /// Returns what the server knows of the workflow: status, times, queue, memo, history length, and
    /// why its current task fails, if it does.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unreachable`], [`Error::Rpc`].
    pub async fn describe(&self) -> Result<WorkflowDescription> {
        let doing = self.doing("describe");
        let describing = async {
            let described = self.sdk().describe(WorkflowDescribeOptions::default()).await;
            let described = described.map_err(|error| doing.interaction(error))?;
            Ok(doing.with_task_failure(described).await)
        };
        doing.within(None, describing).await
    }

    /// Asks the workflow to cancel itself; it decides what to do.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when it has ended, [`Error::Unreachable`], [`Error::Rpc`].
    pub async fn cancel(&self, reason: impl Into<String>) -> Result<()> {
        let options = WorkflowCancelOptions::builder().reason(reason).build();
        let doing = self.doing("cancel");
        let cancelling = async {
            let cancelled = self.sdk().cancel(options).await;
            cancelled.map_err(|error| doing.interaction(error))
        };
        doing.within(None, cancelling).await
    }

    /// Sends the signal `cancel`, which every workflow has: its running activities are cancelled, and
    /// the rest is left to the workflow, which is not cancelled itself.
    ///
    /// A workflow with a signal of its own by that name handles it in its own way.
    pub fn request_cancel(&self, reason: impl Into<String>) -> SignalCall<CancelSignal<W>> {
        SignalCall::new(self, CancelSignal::new(), Some(reason.into()))
    }

    /// Asks the query `state`, which every workflow has: for the struct where it is `Serialize`, and
    /// else for a `durable::workflow::Status`.
    ///
    /// `T` is what the answer is read as: the struct, one of the same fields, or a
    /// `serde_json::Value`.
    pub fn state<T>(&self) -> QueryCall<StateQuery<W, T>>
    where
        T: TemporalSerializable + TemporalDeserializable + 'static,
    {
        QueryCall::new(self, StateQuery::new(), ())
    }

    /// Returns a handle of an update that was sent before, by the method that sends it and its id. The
    /// server is not asked.
    ///
    /// ```no_run
    /// # use durable::prelude::*;
    /// # #[workflow(queue = "carts", id = "cart-{}")]
    /// # #[derive(Default)]
    /// # struct CartWorkflow;
    /// # #[workflow_methods]
    /// # impl CartWorkflow {
    /// #     #[run]
    /// #     async fn run(_customer: u32) -> WorkflowResult<()> { Ok(()) }
    /// #     #[update]
    /// #     fn add(&mut self, _item: String) -> u64 { 1 }
    /// # }
    /// # async fn example(client: &Client) -> durable::Result<()> {
    /// let cart = CartWorkflow::handle(client, "cart-7");
    /// let items: u64 = cart.update_handle(CartWorkflowHandle::add, "pear-1").result().await?;
    /// # let _ = items;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn update_handle<H, A, M>(
        &self,
        _method: M,
        update_id: impl Into<String>,
    ) -> UpdateHandle<M::Update>
    where
        M: UpdateMethod<H, A, Update: Handler + UpdateDefinition<Workflow = W>>,
    {
        UpdateHandle::existing(self, M::Update::NAME, update_id.into())
    }

    /// Ends the workflow at once; its code is not asked.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when it has ended, [`Error::Unreachable`], [`Error::Rpc`].
    pub async fn terminate(&self, reason: impl Into<String>) -> Result<()> {
        let options = WorkflowTerminateOptions::builder().reason(reason).build();
        let doing = self.doing("terminate");
        let terminating = async {
            let terminated = self.sdk().terminate(options).await;
            terminated.map_err(|error| doing.interaction(error))
        };
        doing.within(None, terminating).await
    }

    /// The workflow's history, fetched page by page as it is read.
    #[must_use]
    pub fn history(&self) -> WorkflowHistory {
        let run = self.sdk_of(self.run_id.clone());
        run.fetch_history(WorkflowFetchHistoryOptions::default())
    }

    /// All events of the workflow's history.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unreachable`], [`Error::Rpc`].
    #[cfg(feature = "testing")]
    pub(crate) async fn events(&self) -> Result<Vec<HistoryEvent>> {
        let fetched = self.history().into_events().await;
        fetched.map_err(|error| self.doing("fetch the history of").interaction(error))
    }

    /// The SDK's handle, of the current run unless this one is bound to a run.
    #[must_use]
    pub(super) fn sdk(&self) -> SdkHandle<W> {
        self.sdk_of(if self.started_here { None } else { self.run_id.clone() })
    }

    /// The same handle of the SDK's, of another client of the SDK's.
    pub(super) fn sdk_with(&self, client: temporalio_client::Client) -> SdkHandle<W> {
        SdkHandle::new(client, self.sdk().info().clone())
    }

    pub(super) fn sdk_of(&self, run_id: Option<String>) -> SdkHandle<W> {
        let first_run = if self.started_here { self.run_id.clone() } else { None };
        let info = WorkflowExecutionInfo::builder()
            .namespace(self.client.namespace())
            .workflow_id(&self.workflow_id)
            .maybe_run_id(run_id)
            .maybe_first_execution_run_id(first_run)
            .build();
        SdkHandle::new(self.client.sdk().clone(), info)
    }

    pub(super) fn doing<'a>(&'a self, operation: &'a str) -> Doing<'a> {
        Doing { client: &self.client, workflow_id: &self.workflow_id, operation }
    }
}

impl<W: Workflow> SignalTarget<W> for WorkflowHandle<W> {
    type Signal<'a, S: SignalDefinition<Workflow = W> + 'static> = SignalCall<S>;

    fn signal_with<S>(&self, signal: S, input: S::Input) -> SignalCall<S>
    where
        S: SignalDefinition<Workflow = W> + 'static,
    {
        SignalCall::new(self, signal, input)
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
