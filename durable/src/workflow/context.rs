//! The contexts that `#[run]` and the handlers get: the SDK's, with the annotated struct as state
//! and a few words more.

use std::convert::Infallible;
use std::fmt;
use std::ops::Deref;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::FusedFuture;
use temporalio_sdk::{
    CancellableFuture, ContinueAsNewOptions, TimerOptions, TimerResult, WaitConditionOptions,
    WorkflowCancellationError, WorkflowCancellationToken, WorkflowTermination,
};
use uuid::Uuid;

use super::WorkflowCode;
use super::cancellation::Cancellation;
use super::continue_as_new;
use super::hosted::Hosted;
use super::pending::Pending;
use crate::definition::{InputOf, Payload, wire};

/// The longest timer of server 1.32.0: 100 years.
const LONGEST_TIMER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The context of `#[run]` and of async signals and updates.
///
/// It dereferences to the SDK's [`temporalio_sdk::WorkflowContext`], whose methods are all there:
/// `timer`, `random`, `patched`, `memo`, `upsert_search_attributes`, `cancelled` and so on. What is
/// defined here works on the annotated struct, or saves a line.
pub struct WorkflowContext<W> {
    sdk: temporalio_sdk::WorkflowContext<Hosted<W>>,
    cancellation: Cancellation,
    pending: Pending,
    /// What this context waits by instead of the workflow's own token.
    detached: Option<WorkflowCancellationToken>,
}

impl<W> WorkflowContext<W> {
    pub(super) fn new(sdk: temporalio_sdk::WorkflowContext<Hosted<W>>) -> Self {
        let (cancellation, pending) = sdk.state(|hosted| (hosted.cancellation(), hosted.pending()));
        Self { sdk, cancellation, pending, detached: None }
    }

    /// A context in which nothing is cancelled with the workflow: for cleaning up.
    ///
    /// Activities and children that are called by it, its waits and its timers go on when the workflow
    /// is cancelled, and activities also when the built-in signal `cancel` comes. It is the
    /// [detached scope](https://docs.temporal.io/develop/typescript/cancellation#cancellation-scopes)
    /// of other SDKs.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self { detached: Some(WorkflowCancellationToken::new()), ..self.clone() }
    }

    /// Whether the workflow was asked to cancel: by the server, by the built-in signal `cancel`, or by
    /// [`request_cancel`](Self::request_cancel).
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.requested().is_cancelled()
    }

    /// Resolves when the workflow is asked to cancel, as [`is_cancelled`](Self::is_cancelled) tells;
    /// with the reason where one was given.
    #[must_use]
    pub fn cancelled(&self) -> impl FusedFuture<Output = Option<String>> + Unpin + '_ {
        let token = self.requested();
        let cancelled = async move {
            token.cancelled().await;
            token.reason()
        };
        Box::pin(cancelled.fuse())
    }

    /// Does what the built-in signal `cancel` does: stops every activity of this run that is running,
    /// has [`is_cancelled`](Self::is_cancelled) tell so, and leaves the rest to the workflow.
    ///
    /// The workflow itself is not cancelled, so it can wait and call further activities. Activities of
    /// a [detached](Self::detached) context or call go on. Of several reasons the first counts.
    pub fn request_cancel(&self, reason: impl Into<String>) {
        self.cancel(Some(&reason.into()));
    }

    pub(super) fn cancel(&self, reason: Option<&str>) {
        self.cancellation.request(|| self.sdk.cancellation_token(), reason);
        // Conditions may look at `is_cancelled`.
        self.sdk.state_mut(|_| ());
    }

    fn requested(&self) -> &WorkflowCancellationToken {
        self.cancellation.requested(|| self.sdk.cancellation_token())
    }

    /// The token for an activity that is started now.
    pub(super) fn activity_token(&self) -> WorkflowCancellationToken {
        let attached = || self.cancellation.activities(|| self.sdk.cancellation_token());
        self.detached.clone().unwrap_or_else(attached)
    }

    /// The calls of this run that are pending.
    pub(super) fn pending(&self) -> &Pending {
        &self.pending
    }

    /// The token for everything else, where it is not the workflow's.
    pub(super) fn token(&self) -> Option<WorkflowCancellationToken> {
        self.detached.clone()
    }

    /// Reads the workflow's state.
    ///
    /// The borrow ends with the closure, so it is never held while the workflow waits.
    pub fn state<R>(&self, read: impl FnOnce(&W) -> R) -> R {
        self.sdk.state(|hosted| read(hosted.state()))
    }

    /// Changes the workflow's state, and lets every waiting condition look again.
    pub fn state_mut<R>(&self, change: impl FnOnce(&mut W) -> R) -> R {
        self.sdk.state_mut(|hosted| change(hosted.state_mut()))
    }

    /// Waits until a condition on the state holds.
    ///
    /// # Errors
    /// When the workflow is cancelled first; `?` then ends it as cancelled.
    pub fn wait_condition<'a>(
        &'a self,
        mut condition: impl FnMut(&W) -> bool + 'a,
    ) -> impl FusedFuture<Output = Result<(), WorkflowCancellationError>> + 'a {
        let options = WaitConditionOptions::builder().maybe_cancellation_token(self.token());
        let condition = move |hosted: &Hosted<W>| condition(hosted.state());
        self.sdk.wait_condition_with_options(condition, options.build())
    }

    /// Waits until a condition on the state holds, at the longest for `timeout`, and tells whether
    /// it holds.
    ///
    /// The wait is a durable timer: it outlives the worker. It begins when the future is first polled.
    ///
    /// # Errors
    /// When the workflow is cancelled first; `?` then ends it as cancelled.
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
        // A condition that already holds needs no timer in the history.
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
                // A timer that nobody cancels here ends only with the workflow's cancellation, of
                // which the condition is told too.
                TimerResult::Cancelled => holds.await.map(|()| true),
            },
        }
    }

    /// Waits for a duration, by a durable timer: it outlives the worker.
    ///
    /// The timer starts when the future is first polled, in [`select!`](super::select) and
    /// [`join!`](super::join) too. Dropping the future does not cancel it; [`timer`](Self::timer) gives
    /// one that can be cancelled.
    ///
    /// # Errors
    /// When the workflow is cancelled first; `?` then ends it as cancelled.
    #[must_use = "a sleep begins when it is awaited"]
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

    /// Starts a durable timer at once, as the SDK does. It is cancelled with this context.
    ///
    /// A duration of more than 100 years counts as 100 years, which is the longest timer of the server.
    pub fn timer(
        &self,
        options: impl Into<TimerOptions>,
    ) -> impl CancellableFuture<Output = TimerResult> {
        let mut options = options.into();
        // The SDK 1.1.1 panics where a duration does not fit into a message.
        options.duration = options.duration.min(LONGEST_TIMER);
        options.cancellation_token = options.cancellation_token.or_else(|| self.token());
        self.sdk.timer(options)
    }

    /// The workflow's time: that of the server when the current workflow task was started.
    ///
    /// It is the same on every replay, and stands still between two waits.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        // Every activation carries the time; there is none only before the first.
        self.sdk.workflow_time().unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// A random UUID (version 4) that is the same on every replay.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.sdk.random::<u128>().to_be_bytes()).into_uuid()
    }
}

impl<W: WorkflowCode<Input: Payload>> WorkflowContext<W> {
    /// Ends this run and continues the workflow with a new one.
    ///
    /// Write `ctx.continue_as_new(input, ContinueAsNewOptions::default())?;`. Several inputs are a
    /// tuple, `(order_id, email)`. The new run starts with an empty history. It keeps the memo and the
    /// search attributes as this run has set them, headers, timeouts, retry policy and priority; static
    /// summary and details stay with the first run (server 1.32.0). See
    /// [Temporal's continue-as-new](https://docs.temporal.io/workflow-execution/continue-as-new).
    ///
    /// # Errors
    /// Always: the error is what ends the run. Where the input or an option cannot be sent, it fails the
    /// workflow with an [`InvalidCall`](crate::error::InvalidCall).
    pub fn continue_as_new(
        &self,
        input: InputOf<W>,
        options: ContinueAsNewOptions,
    ) -> Result<Infallible, WorkflowTermination> {
        Err(continue_as_new::ended::<W>(&self.sdk, wire::<W>(input), options))
    }
}

impl<W> Deref for WorkflowContext<W> {
    type Target = temporalio_sdk::WorkflowContext<Hosted<W>>;

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

/// The context of plain signals and updates, which change the state through `&mut self` and cannot
/// wait.
///
/// It dereferences to the SDK's [`temporalio_sdk::SyncWorkflowContext`].
pub struct SyncWorkflowContext<W> {
    sdk: temporalio_sdk::SyncWorkflowContext<Hosted<W>>,
    cancellation: Cancellation,
}

impl<W> SyncWorkflowContext<W> {
    pub(super) fn new(
        sdk: temporalio_sdk::SyncWorkflowContext<Hosted<W>>,
        cancellation: Cancellation,
    ) -> Self {
        Self { sdk, cancellation }
    }

    /// Whether the workflow was asked to cancel; see [`WorkflowContext::is_cancelled`].
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.requested(|| self.sdk.cancellation_token()).is_cancelled()
    }

    /// Does what the built-in signal `cancel` does; see [`WorkflowContext::request_cancel`].
    pub fn request_cancel(&self, reason: impl Into<String>) {
        self.cancellation.request(|| self.sdk.cancellation_token(), Some(&reason.into()));
    }

    /// The workflow's time: that of the server when the current workflow task was started.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.sdk.workflow_time().unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// A random UUID (version 4) that is the same on every replay.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.sdk.random::<u128>().to_be_bytes()).into_uuid()
    }
}

impl<W> Deref for SyncWorkflowContext<W> {
    type Target = temporalio_sdk::SyncWorkflowContext<Hosted<W>>;

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
