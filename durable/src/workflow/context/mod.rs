//! The contexts of `#[run]` and the handlers. They wrap the SDK's contexts, with the annotated struct as
//! state.

pub(super) mod attributes;
pub(super) mod cancellation;
mod continue_as_new;

pub use cancellation::Status;

use std::fmt;
use std::ops::Deref;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::FusedFuture;
use temporalio_sdk::{
    CancellableFuture, TimerOptions, TimerResult, WaitConditionOptions, WorkflowCancellationError,
    WorkflowCancellationToken,
};
use uuid::Uuid;

use crate::metrics::Metrics;
use crate::workflow::calls::pending::Pending;
use crate::workflow::context::cancellation::Cancellation;
use crate::workflow::implementation::adapter::WorkflowAdapter;
use crate::workflow::implementation::user_code::current;

/// The maximum duration of a timer on server 1.32.0: 100 years.
const LONGEST_TIMER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The context of `#[run]` and of async signals and updates.
///
/// It dereferences to the SDK's [`temporalio_sdk::WorkflowContext`], which provides `timer`, `random`,
/// `patched`, `memo`, `upsert_search_attributes` and more. The methods that are defined here work on the
/// annotated struct, or replace several calls.
pub struct WorkflowContext<W> {
    sdk: temporalio_sdk::WorkflowContext<WorkflowAdapter<W>>,
    cancellation: Cancellation,
    pending: Pending,
    /// The token that replaces the workflow's own in a detached context.
    detached: Option<WorkflowCancellationToken>,
}

impl<W> WorkflowContext<W> {
    pub(crate) fn new(sdk: temporalio_sdk::WorkflowContext<WorkflowAdapter<W>>) -> Self {
        let (cancellation, pending) =
            sdk.state(|adapter| (adapter.cancellation(), adapter.pending()));
        Self { sdk, cancellation, pending, detached: None }
    }

    /// Returns a context that is not cancelled with the workflow, for cleanup.
    ///
    /// Its activities, children, waits and timers continue when the workflow is cancelled. Its activities
    /// also continue when the built-in signal `cancel` arrives. Other SDKs call this a [detached
    /// scope](https://docs.temporal.io/develop/typescript/cancellation#cancellation-scopes).
    #[must_use]
    pub fn detached(&self) -> Self {
        Self { detached: Some(WorkflowCancellationToken::new()), ..self.clone() }
    }

    /// Returns `true` if the workflow was asked to cancel: by the server, by the built-in signal `cancel`,
    /// or by [`request_cancel`](Self::request_cancel).
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.requested().is_cancelled()
    }

    /// Waits until the workflow is asked to cancel, as reported by [`is_cancelled`](Self::is_cancelled).
    /// Resolves to the reason, if one was given.
    #[must_use]
    pub fn cancelled(&self) -> impl FusedFuture<Output = Option<String>> + Unpin + '_ {
        let token = self.requested();
        let cancelled = async move {
            token.cancelled().await;
            token.reason()
        };
        Box::pin(cancelled.fuse())
    }

    /// Requests cancellation as the built-in signal `cancel` does. It cancels every running activity of
    /// this run, and [`is_cancelled`](Self::is_cancelled) returns `true` afterwards.
    ///
    /// The workflow itself is not cancelled, so it can wait and call further activities. Activities of a
    /// [detached](Self::detached) context or call continue. Only the first reason is kept.
    pub fn request_cancel(&self, reason: impl Into<String>) {
        self.cancel(Some(&reason.into()));
    }

    pub(crate) fn cancel(&self, reason: Option<&str>) {
        self.cancellation.request(|| self.sdk.cancellation_token(), reason);
        // Wakes the conditions, which may use `is_cancelled`.
        self.sdk.state_mut(|_| ());
    }

    fn requested(&self) -> &WorkflowCancellationToken {
        self.cancellation.requested(|| self.sdk.cancellation_token())
    }

    /// Returns the token for an activity that is started now.
    pub(crate) fn activity_token(&self) -> WorkflowCancellationToken {
        let attached = || self.cancellation.activities(|| self.sdk.cancellation_token());
        self.detached.clone().unwrap_or_else(attached)
    }

    /// Returns the pending calls of this run.
    pub(crate) fn pending(&self) -> &Pending {
        &self.pending
    }

    /// Returns the token for waits, timers, children and signals, or `None` if it is the workflow's.
    pub(crate) fn token(&self) -> Option<WorkflowCancellationToken> {
        self.detached.clone()
    }

    /// Reads the workflow's state.
    ///
    /// The borrow ends with the closure, so it is never held across an await.
    pub fn state<R>(&self, read: impl FnOnce(&W) -> R) -> R {
        self.sdk.state(|adapter| read(adapter.state()))
    }

    /// Changes the workflow's state, and wakes all waiting conditions.
    pub fn state_mut<R>(&self, change: impl FnOnce(&mut W) -> R) -> R {
        self.sdk.state_mut(|adapter| change(adapter.state_mut()))
    }

    /// Waits until a condition on the state holds.
    ///
    /// # Errors
    /// Returns an error if the workflow is cancelled first. `?` then ends the workflow as cancelled.
    pub fn wait_condition<'a>(
        &'a self,
        mut condition: impl FnMut(&W) -> bool + 'a,
    ) -> impl FusedFuture<Output = Result<(), WorkflowCancellationError>> + 'a {
        let options = WaitConditionOptions::builder().maybe_cancellation_token(self.token());
        let condition = move |adapter: &WorkflowAdapter<W>| condition(adapter.state());
        self.sdk.wait_condition_with_options(condition, options.build())
    }

    /// Waits until a condition on the state holds, for at most `timeout`. Resolves to `true` if the
    /// condition holds.
    ///
    /// The wait is a durable timer, so it continues if the worker restarts. It starts when the future is
    /// first polled.
    ///
    /// # Errors
    /// Returns an error if the workflow is cancelled first. `?` then ends the workflow as cancelled.
    pub fn wait_condition_timeout<'a>(
        &'a self,
        condition: impl FnMut(&W) -> bool + 'a,
        timeout: Duration,
    ) -> impl FusedFuture<Output = Result<bool, WorkflowCancellationError>> + Unpin + 'a {
        Box::pin(self.holds_within(condition, timeout).fuse())
    }

    async fn holds_within(
        &self,
        mut condition: impl FnMut(&W) -> bool,
        timeout: Duration,
    ) -> Result<bool, WorkflowCancellationError> {
        // No timer in the history if the condition already holds.
        if self.state(&mut condition) {
            return Ok(true);
        }
        let mut timer = self.timer(timeout);
        let mut holds = std::pin::pin!(self.wait_condition(condition));
        temporalio_sdk::workflows::select! {
            held = holds => {
                timer.cancel();
                held.map(|()| true)
            }
            elapsed = timer => match elapsed {
                TimerResult::Fired => Ok(false),
                // The timer is cancelled only with the workflow, and the condition with it.
                TimerResult::Cancelled => holds.await.map(|()| true),
            },
        }
    }

    /// Waits for a duration, by a durable timer that continues if the worker restarts.
    ///
    /// The timer starts when the future is first polled, also in [`select!`](crate::workflow::select) and
    /// [`join!`](crate::workflow::join). Dropping the future does not cancel the timer. Use [`timer`](Self::timer)
    /// for one that can be cancelled.
    ///
    /// # Errors
    /// Returns an error if the workflow is cancelled first. `?` then ends the workflow as cancelled.
    #[must_use = "a sleep starts only when it is awaited"]
    pub fn sleep(
        &self,
        duration: Duration,
    ) -> impl FusedFuture<Output = Result<(), WorkflowCancellationError>> + Unpin + '_ {
        let slept = async move {
            match self.timer(duration).await {
                TimerResult::Fired => Ok(()),
                TimerResult::Cancelled => self.wait_condition(|_| false).await,
            }
        };
        Box::pin(slept.fuse())
    }

    /// Starts a durable timer immediately. It is cancelled with this context.
    ///
    /// A duration of more than 100 years is reduced to 100 years, the maximum of server 1.32.0.
    pub fn timer(
        &self,
        options: impl Into<TimerOptions>,
    ) -> impl CancellableFuture<Output = TimerResult> {
        let mut options = options.into();
        // SDK 1.1.1 panics if a duration does not fit into a message.
        options.duration = options.duration.min(LONGEST_TIMER);
        options.cancellation_token = options.cancellation_token.or_else(|| self.token());
        self.sdk.timer(options)
    }

    /// Returns the workflow's time: the server's time at the start of the current workflow task.
    ///
    /// It is the same on every replay, and does not advance between two waits.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        // Every activation carries the time. It is missing only before the first one.
        self.sdk.workflow_time().unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// Returns a random UUID (version 4), which is the same on every replay.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.sdk.random::<u128>().to_be_bytes()).into_uuid()
    }

    /// Returns the metrics of the program, with the labels `workflow_type` and `task_queue`. Nothing is
    /// recorded while the workflow replays.
    ///
    /// If a worker dies within a workflow task, the next one runs the task again, and what it had recorded
    /// is recorded twice.
    pub fn metrics(&self) -> Metrics {
        metrics(self.sdk.task_queue())
    }
}

impl<W> Deref for WorkflowContext<W> {
    type Target = temporalio_sdk::WorkflowContext<WorkflowAdapter<W>>;

    fn deref(&self) -> &Self::Target {
        &self.sdk
    }
}

impl<W> Clone for WorkflowContext<W> {
    fn clone(&self) -> Self {
        Self {
            sdk: self.sdk.clone(),
            cancellation: self.cancellation.clone(),
            pending: self.pending.clone(),
            detached: self.detached.clone(),
        }
    }
}

impl<W> fmt::Debug for WorkflowContext<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowContext")
            .field("workflow_id", &self.sdk.workflow_id())
            .field("run_id", &self.sdk.run_id())
            .finish_non_exhaustive()
    }
}

/// The context of plain signals and updates. They change the state through `&mut self` and cannot wait.
///
/// It dereferences to the SDK's [`temporalio_sdk::SyncWorkflowContext`].
pub struct SyncWorkflowContext<W> {
    sdk: temporalio_sdk::SyncWorkflowContext<WorkflowAdapter<W>>,
    cancellation: Cancellation,
}

impl<W> SyncWorkflowContext<W> {
    pub(crate) fn new(
        sdk: temporalio_sdk::SyncWorkflowContext<WorkflowAdapter<W>>,
        cancellation: Cancellation,
    ) -> Self {
        Self { sdk, cancellation }
    }

    /// Returns `true` if the workflow was asked to cancel. See [`WorkflowContext::is_cancelled`].
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.requested(|| self.sdk.cancellation_token()).is_cancelled()
    }

    /// Requests cancellation as the built-in signal `cancel` does. See
    /// [`WorkflowContext::request_cancel`].
    pub fn request_cancel(&self, reason: impl Into<String>) {
        self.cancellation.request(|| self.sdk.cancellation_token(), Some(&reason.into()));
    }

    /// Returns the workflow's time: the server's time at the start of the current workflow task.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.sdk.workflow_time().unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// Returns a random UUID (version 4), which is the same on every replay.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.sdk.random::<u128>().to_be_bytes()).into_uuid()
    }

    /// Returns the metrics of the program. See [`WorkflowContext::metrics`].
    pub fn metrics(&self) -> Metrics {
        metrics(self.sdk.task_queue())
    }
}

impl<W> Deref for SyncWorkflowContext<W> {
    type Target = temporalio_sdk::SyncWorkflowContext<WorkflowAdapter<W>>;

    fn deref(&self) -> &Self::Target {
        &self.sdk
    }
}

impl<W> fmt::Debug for SyncWorkflowContext<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncWorkflowContext")
            .field("workflow_id", &self.sdk.workflow_id())
            .field("run_id", &self.sdk.run_id())
            .finish_non_exhaustive()
    }
}

/// Returns the metrics of the workflow whose code this thread runs.
fn metrics(task_queue: &str) -> Metrics {
    Metrics::of(|| {
        let workflow_type = current().map(|code| code.workflow_type.into_owned());
        [
            ("workflow_type", workflow_type.unwrap_or_default()),
            ("task_queue", task_queue.to_owned()),
        ]
    })
}
