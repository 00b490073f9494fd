//! The contexts of `#[run]` and the handlers. They wrap the SDK's contexts, with the annotated struct as
//! state.

pub(super) mod attributes;
pub(super) mod cancellation;
mod continue_as_new;
mod waiting;

pub use cancellation::Status;

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;
use std::time::SystemTime;

use temporalio_sdk::WorkflowCancellationToken;
use uuid::Uuid;

use crate::definition::current_update::{CurrentUpdate, current_update, current_update_id};
use crate::metrics::Metrics;
use crate::workflow::calls::pending::Pending;
use crate::workflow::context::cancellation::Cancellation;
use crate::workflow::implementation::adapter::WorkflowAdapter;
use crate::workflow::implementation::user_code::current;
use crate::workflow::waits::Waits;

/// The context of `#[run]` and of async signals and updates.
///
/// It dereferences to the SDK's [`temporalio_sdk::WorkflowContext`], which provides `timer`, `random`,
/// `patched`, `memo`, `upsert_search_attributes` and more. The methods that are defined here work on the
/// annotated struct, or replace several calls.
pub struct WorkflowContext<W> {
    sdk: temporalio_sdk::WorkflowContext<WorkflowAdapter<W>>,
    cancellation: Cancellation,
    pending: Pending,
    waits: Waits,
    /// The token that replaces the workflow's own in a detached context.
    detached: Option<WorkflowCancellationToken>,
}

impl<W> WorkflowContext<W> {
    pub(crate) fn new(sdk: temporalio_sdk::WorkflowContext<WorkflowAdapter<W>>) -> Self {
        let (cancellation, pending, waits) =
            sdk.state(|adapter| (adapter.cancellation(), adapter.pending(), adapter.waits()));
        Self { sdk, cancellation, pending, waits, detached: None }
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

    /// Requests cancellation as the built-in signal `cancel` does. It cancels every running activity of
    /// this run, and [`is_cancelled`](Self::is_cancelled) returns `true` afterwards.
    ///
    /// The workflow itself is not cancelled, so it can wait and call further activities. Activities of a
    /// [detached](Self::detached) context or call continue. Only the first reason is kept.
    pub fn request_cancel(&self, reason: impl Into<String>) {
        self.cancel(Some(&reason.into()));
    }

    pub(crate) fn cancel(&self, reason: Option<&str>) {
        self.cancellation.request(&|| self.sdk.cancellation_token(), reason);
        // Wakes the conditions, which may use `is_cancelled`.
        self.sdk.state_mut(|_| ());
    }

    fn requested(&self) -> &WorkflowCancellationToken {
        self.cancellation.requested(&|| self.sdk.cancellation_token())
    }

    /// Returns the token for an activity that is started now.
    pub(crate) fn activity_token(&self) -> WorkflowCancellationToken {
        let attached = || self.cancellation.activities(&|| self.sdk.cancellation_token());
        self.detached.clone().unwrap_or_else(attached)
    }

    /// Returns the pending calls of this run.
    pub(crate) fn pending(&self) -> &Pending {
        &self.pending
    }

    /// Returns the waits of this run.
    pub(crate) fn waits(&self) -> &Waits {
        &self.waits
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

    /// Returns the id of the update that this code handles, or `None` in `#[run]` and signals.
    ///
    /// The server handles an update of one id once in a run. A call that coincides with the end of a run may
    /// come to the next run again, with the same id. Carry the ids to the next run if an update must not be
    /// handled twice. An [entity](crate::workflow::entity) does it.
    #[must_use]
    pub fn update_id(&self) -> Option<String> {
        self.current_update().map(|update| update.id.clone())
    }

    pub(crate) fn current_update(&self) -> Option<Rc<CurrentUpdate>> {
        current_update(&self.sdk)
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
            waits: self.waits.clone(),
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
        self.cancellation.requested(&|| self.sdk.cancellation_token()).is_cancelled()
    }

    /// Requests cancellation as the built-in signal `cancel` does. See
    /// [`WorkflowContext::request_cancel`].
    pub fn request_cancel(&self, reason: impl Into<String>) {
        self.cancellation.request(&|| self.sdk.cancellation_token(), Some(&reason.into()));
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

    /// Returns the id of the update that this code handles. See [`WorkflowContext::update_id`].
    #[must_use]
    pub fn update_id(&self) -> Option<String> {
        current_update_id(&self.sdk)
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
