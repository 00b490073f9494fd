//! The handle of a started child workflow.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_util::future::FusedFuture;
use temporalio_common::SignalDefinition;
use temporalio_common::error::ChildWorkflowExecutionError;
use temporalio_sdk::{CancellableFutureWithReason, StartedChildWorkflow};

use super::signal::Peer;
use super::{ChildWorkflowError, ExternalSignalCall};
use crate::definition::arguments::output::DecodedOutput;
use crate::definition::debug;
use crate::definition::{Sealed, SignalTarget, Workflow};
use crate::options::WorkflowTimeouts;
use crate::workflow::calls::failed;
use crate::workflow::calls::info::CallInfo;
use crate::workflow::calls::pending::{Kind, Pending, PendingCall};
use crate::workflow::implementation::outgoing;
use crate::workflow::waits::{Entry, Subject, Waits};

type Running<C> = Pin<
    Box<
        dyn CancellableFutureWithReason<
            Output = Result<
                DecodedOutput<<C as temporalio_common::WorkflowDefinition>::Output>,
                ChildWorkflowExecutionError,
            >,
        >,
    >,
>;

/// A handle for the result, the signals and the cancellation of a started child workflow.
///
/// `ShipWorkflow::start_child(ctx, ..).await?` returns a generated handle that contains it. The handle's
/// methods are the child's signals. Dropping it leaves the child running. The Temporal concept is the
/// [child workflow](https://docs.temporal.io/child-workflows).
pub struct ChildWorkflowHandle<C: Workflow> {
    peer: Peer,
    run_id: String,
    result: Rc<PendingCall<Running<C>>>,
    call_info: CallInfo<WorkflowTimeouts>,
    waits: Waits,
}

impl<C: Workflow> ChildWorkflowHandle<C> {
    pub(super) fn new(
        peer: Peer,
        call_info: CallInfo<WorkflowTimeouts>,
        started: StartedChildWorkflow<outgoing::StartedChild<C>>,
        pending: &Pending,
        waits: &Waits,
    ) -> Self {
        let run_id = started.run_id.clone();
        let running: Running<C> = Box::pin(started.result());
        let result = pending.made(Kind::Child, running);
        Self { peer, run_id, result, call_info, waits: waits.clone() }
    }

    /// Returns the child's workflow id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.peer.sdk.workflow_id()
    }

    /// Returns the id of the started run.
    #[must_use]
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// Waits for the child's output. The output is returned once; later calls return a future that never
    /// resolves.
    ///
    /// # Errors
    /// Returns [`ChildWorkflowError::Execution`] if the child failed, was cancelled or terminated, or
    /// timed out.
    #[track_caller]
    pub fn result(&self) -> ChildResult<'_, C> {
        ChildResult { child: self, entry: Entry::new(&self.waits, Location::caller()) }
    }

    /// Requests the cancellation of the child. The
    /// [`ChildWorkflowCancellationType`](crate::workflow::ChildWorkflowCancellationType) determines what
    /// [`result`](Self::result) then resolves to, and when.
    pub fn cancel(&self, reason: impl Into<String>) {
        self.result.with(|running| running.as_ref().get_ref().cancel_with_reason(reason.into()));
    }

    pub(super) fn poll_result(
        &self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<C::Output, ChildWorkflowError>> {
        self.result.poll(cx).map(|output| {
            let output = output.and_then(|output| {
                failed::child_output::<C>(self.call_info.type_name(), self.id(), output)
            });
            output.map_err(|error| self.call_info.explain(self.id(), error).into())
        })
    }
}

impl<C: Workflow> ChildWorkflowHandle<C> {
    /// Returns `true` if the result was taken.
    pub(super) fn has_given_result(&self) -> bool {
        self.result.is_terminated()
    }
}

impl<C: Workflow> Sealed for ChildWorkflowHandle<C> {}

impl<C: Workflow> SignalTarget<C> for ChildWorkflowHandle<C> {
    type Signal<'a, S: SignalDefinition<Workflow = C> + 'static> = ExternalSignalCall<'a, S>;

    #[track_caller]
    fn signal_with<S>(&self, signal: S, input: S::Input) -> ExternalSignalCall<'_, S>
    where
        S: SignalDefinition<Workflow = C> + 'static,
    {
        ExternalSignalCall::new(&self.peer, signal, input)
    }
}

impl<C: Workflow> fmt::Debug for ChildWorkflowHandle<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildWorkflowHandle")
            .field("workflow_id", &self.id())
            .field("run_id", &self.run_id)
            .finish_non_exhaustive()
    }
}

/// The future of a child workflow's result, returned by [`ChildWorkflowHandle::result`].
#[must_use = "a future does nothing unless it is awaited"]
pub struct ChildResult<'a, C: Workflow> {
    child: &'a ChildWorkflowHandle<C>,
    entry: Entry,
}

debug!([C: Workflow] ChildResult['_, C]: child);

impl<C: Workflow> Future for ChildResult<'_, C> {
    type Output = Result<C::Output, ChildWorkflowError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let child = self.child;
        let poll = child.poll_result(cx);
        self.entry.polled(poll.is_pending(), || {
            let name = child.call_info.type_name().to_owned().into();
            (Subject::Child { name, id: child.id().to_owned() }, None)
        });
        poll
    }
}

impl<C: Workflow> FusedFuture for ChildResult<'_, C> {
    fn is_terminated(&self) -> bool {
        self.child.has_given_result()
    }
}
