//! Child workflows that are starting or started.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready as ready_or_pending};

use futures_util::FutureExt as _;
use futures_util::future::FusedFuture;
use temporalio_sdk::WorkflowCancellationToken;

use super::{ChildWorkflowError, ChildWorkflowHandle};
use crate::definition::debug;
use crate::definition::{ToHandle, ToOutput, Workflow};
use crate::workflow::waits::Listed;

pub(super) type Starting<'a, C> =
    Pin<Box<dyn FusedFuture<Output = Result<ChildWorkflowHandle<C>, ChildWorkflowError>> + 'a>>;

/// The future of a started child workflow's output or handle.
///
/// Returned by [`StartChildCall::start`](super::StartChildCall::start). Dropping it leaves the child running.
///
/// # Errors
/// [`ChildWorkflowError`].
#[must_use = "a started child workflow runs even if its future is dropped"]
pub struct StartedChild<'a, C: Workflow, R = ToOutput> {
    starting: Starting<'a, C>,
    child: Option<ChildWorkflowHandle<C>>,
    token: Option<WorkflowCancellationToken>,
    /// The entry among the waits. `None` for a refused call, and after the end.
    listed: Option<Listed>,
    resolves_to: PhantomData<fn() -> R>,
}

debug!([C: Workflow, R] StartedChild['_, C, R]: workflow = C::NAME);

impl<'a, C: Workflow, R> StartedChild<'a, C, R> {
    pub(super) fn new(
        starting: Starting<'a, C>,
        listed: Option<Listed>,
        token: Option<WorkflowCancellationToken>,
    ) -> Self {
        Self { starting, child: None, token, listed, resolves_to: PhantomData }
    }

    /// Requests the cancellation of the child, or withdraws its start if the server does not know of it
    /// yet. The [`ChildWorkflowCancellationType`](crate::workflow::ChildWorkflowCancellationType)
    /// determines what the future then resolves to, and when.
    pub fn cancel(&self, reason: impl Into<String>) {
        if let Some(token) = &self.token {
            token.cancel_with_reason(reason);
        }
    }

    fn poll_start(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<ChildWorkflowHandle<C>, ChildWorkflowError>> {
        if self.starting.is_terminated() {
            return Poll::Pending;
        }
        self.starting.poll_unpin(cx)
    }
}

impl<C: Workflow> Future for StartedChild<'_, C, ToOutput> {
    type Output = Result<C::Output, ChildWorkflowError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.child.is_none() {
            let started = ready_or_pending!(self.poll_start(cx));
            self.child = Some(started.inspect_err(|_| self.listed = None)?);
        }
        let poll = self.child.as_ref().map_or(Poll::Pending, |child| child.poll_result(cx));
        if poll.is_ready() {
            self.listed = None;
        }
        poll
    }
}

impl<C: Workflow> FusedFuture for StartedChild<'_, C, ToOutput> {
    fn is_terminated(&self) -> bool {
        match &self.child {
            Some(child) => child.has_given_result(),
            None => self.starting.is_terminated(),
        }
    }
}

impl<C: Workflow> Future for StartedChild<'_, C, ToHandle> {
    type Output = Result<C::HandleOf<ChildWorkflowHandle<C>>, ChildWorkflowError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let poll = self.poll_start(cx).map_ok(Into::into);
        if poll.is_ready() {
            self.listed = None;
        }
        poll
    }
}

impl<C: Workflow> FusedFuture for StartedChild<'_, C, ToHandle> {
    fn is_terminated(&self) -> bool {
        self.starting.is_terminated()
    }
}

/// The running future is boxed, so nothing is pinned in place.
impl<C: Workflow, R> Unpin for StartedChild<'_, C, R> {}
