//! The contexts that `#[run]` and the handlers get: the SDK's, with the annotated struct as state
//! and a few words more.

use std::convert::Infallible;
use std::fmt;
use std::ops::Deref;
use std::time::{Duration, SystemTime};

use futures_util::future::FusedFuture;
use temporalio_sdk::{
    CancellableFuture as _, ContinueAsNewOptions, TimerResult, WorkflowCancellationError,
    WorkflowTermination,
};
use uuid::Uuid;

use super::WorkflowCode;
use super::hosted::Hosted;
use crate::definition::Payload;
use crate::definition::arguments::Decoded;

/// The context of `#[run]` and of async signals and updates.
///
/// It dereferences to the SDK's [`temporalio_sdk::WorkflowContext`], whose methods are all there:
/// `timer`, `random`, `patched`, `memo`, `upsert_search_attributes`, `cancelled` and so on. What is
/// defined here works on the annotated struct, or saves a line.
pub struct WorkflowContext<W> {
    sdk: temporalio_sdk::WorkflowContext<Hosted<W>>,
}

impl<W> WorkflowContext<W> {
    pub(super) fn new(sdk: temporalio_sdk::WorkflowContext<Hosted<W>>) -> Self {
        Self { sdk }
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
        self.sdk.wait_condition(move |hosted| condition(hosted.state()))
    }

    /// Waits until a condition on the state holds, at the longest for `timeout`, and tells whether
    /// it holds.
    ///
    /// The wait is a durable timer: it outlives the worker.
    ///
    /// # Errors
    /// When the workflow is cancelled first; `?` then ends it as cancelled.
    pub async fn wait_condition_timeout(
        &self,
        mut condition: impl FnMut(&W) -> bool,
        timeout: Duration,
    ) -> Result<bool, WorkflowCancellationError> {
        // A condition that already holds needs no timer in the history.
        if self.state(&mut condition) {
            return Ok(true);
        }
        let mut timer = self.sdk.timer(timeout);
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
    /// # Errors
    /// When the workflow is cancelled first; `?` then ends it as cancelled.
    pub async fn sleep(&self, duration: Duration) -> Result<(), WorkflowCancellationError> {
        match self.sdk.timer(duration).await {
            TimerResult::Fired => Ok(()),
            TimerResult::Cancelled => self.wait_condition(|_| false).await,
        }
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
        uuid(&self.sdk)
    }
}

pub(super) fn uuid<W>(sdk: &temporalio_sdk::WorkflowContext<W>) -> Uuid {
    uuid::Builder::from_random_bytes(sdk.random::<u128>().to_be_bytes()).into_uuid()
}

impl<W: WorkflowCode<Input: Payload>> WorkflowContext<W> {
    /// Ends this run and continues the workflow with a new one.
    ///
    /// Write `ctx.continue_as_new(input, ContinueAsNewOptions::default())?;`. The new run starts
    /// with an empty history. See
    /// [Temporal's continue-as-new](https://docs.temporal.io/workflow-execution/continue-as-new).
    ///
    /// # Errors
    /// Always: the error is what ends the run.
    pub fn continue_as_new(
        &self,
        input: W::Input,
        options: ContinueAsNewOptions,
    ) -> Result<Infallible, WorkflowTermination> {
        self.sdk.continue_as_new(Decoded(Ok(input)), options)
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
        Self { sdk: self.sdk.clone() }
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
}

impl<W> SyncWorkflowContext<W> {
    pub(super) fn new(sdk: temporalio_sdk::SyncWorkflowContext<Hosted<W>>) -> Self {
        Self { sdk }
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
