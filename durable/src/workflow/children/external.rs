//! Workflows that are known by their id.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use futures_util::FutureExt as _;
use futures_util::future::{FusedFuture, poll_fn, ready};
use temporalio_common::SignalDefinition;
use temporalio_common::error::CancelExternalWorkflowError;

use super::ExternalSignalCall;
use super::signal::Peer;
use crate::definition::{Sealed, SignalTarget, Workflow};
use crate::error::call::ValueError;
use crate::workflow::calls::checks::Checks;
use crate::workflow::calls::failed;
use crate::workflow::waits::Subject;
use crate::workflow::{Parent, WorkflowContext};

/// A handle for signalling and cancelling any workflow of this namespace by its id.
///
/// `OrderWorkflow::external(ctx, "order-7")` returns a generated handle that contains it. The handle's
/// methods are the workflow's signals. The Temporal concept is the [external
/// workflow](https://docs.temporal.io/sending-messages#signal-external).
pub struct ExternalWorkflowHandle<W> {
    peer: Peer,
    workflow: PhantomData<fn() -> W>,
}

impl<W> ExternalWorkflowHandle<W> {
    /// Creates a handle for a workflow id, without a request to the server.
    #[must_use]
    pub(crate) fn new<P>(context: &WorkflowContext<P>, workflow_id: impl Into<String>) -> Self
    where
        P: Parent,
    {
        Self { peer: Peer::new(context, workflow_id), workflow: PhantomData }
    }

    /// Returns the workflow's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.peer.sdk.workflow_id()
    }

    /// Requests the cancellation of the workflow, and waits until the server has delivered the request.
    ///
    /// # Errors
    /// Returns a [`CancelExternalWorkflowError`] if there is no such workflow, it has ended, or its id is
    /// empty or too long.
    #[track_caller]
    pub fn cancel(
        &self,
        reason: impl Into<String>,
    ) -> impl FusedFuture<Output = Result<(), CancelExternalWorkflowError>> {
        let mut checks = Checks::of("the cancellation of another workflow");
        checks.name("workflow id", self.id());
        let mut sent = Box::pin(match checks.finish() {
            Ok(()) => self.peer.sdk.cancel(Some(reason.into())).left_future(),
            Err(error) => {
                let error = failed::cancellation(ValueError::Call(error));
                ready(Err(error)).fuse().right_future()
            }
        });
        let mut entry = self.peer.entry(Location::caller());
        poll_fn(move |cx| {
            let poll = sent.poll_unpin(cx);
            entry.polled(poll.is_pending(), || {
                (Subject::CancelExternal { workflow_id: self.id().to_owned() }, None)
            });
            poll
        })
        .fuse()
    }
}

impl<W> Sealed for ExternalWorkflowHandle<W> {}

impl<W: Workflow> SignalTarget<W> for ExternalWorkflowHandle<W> {
    type Signal<'a, S: SignalDefinition<Workflow = W> + 'static> = ExternalSignalCall<'a, S>;

    #[track_caller]
    fn signal_with<S>(&self, signal: S, input: S::Input) -> ExternalSignalCall<'_, S>
    where
        S: SignalDefinition<Workflow = W> + 'static,
    {
        ExternalSignalCall::new(&self.peer, signal, input)
    }
}

impl<W> fmt::Debug for ExternalWorkflowHandle<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalWorkflowHandle")
            .field("workflow_id", &self.id())
            .finish_non_exhaustive()
    }
}
