//! Signals from one workflow to another.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::{FusedFuture, ready};
use temporalio_common::SignalDefinition;
use temporalio_common::error::WorkflowSignalError;
use temporalio_sdk::{
    ExternalWorkflowHandle as SdkExternalHandle, SignalWorkflowOptions, WorkflowCancellationToken,
};

use crate::definition::Workflow;
use crate::definition::debug;
use crate::error::call::ValueError;
use crate::workflow::calls::checks::Checks;
use crate::workflow::calls::failed;
use crate::workflow::calls::pending::{Kind, Pending, PendingCall};
use crate::workflow::implementation::outgoing;
use crate::workflow::waits::{Entry, Place, Subject, Waits};
use crate::workflow::{Parent, WorkflowContext};

/// The target of signals, by its workflow id. The SDK drops the signal method of a child together with its
/// result, so signals to children use the child's id as well.
pub(super) struct Peer {
    pub(super) sdk: SdkExternalHandle,
    pending: Pending,
    waits: Waits,
    /// The cancellation token of a detached context.
    token: Option<WorkflowCancellationToken>,
}

impl Peer {
    pub(super) fn new<P>(context: &WorkflowContext<P>, workflow_id: impl Into<String>) -> Self
    where
        P: Parent,
    {
        let sdk = context.external_workflow(workflow_id, None);
        let (pending, waits) = (context.pending().clone(), context.waits().clone());
        Self { sdk, pending, waits, token: context.token() }
    }

    /// Returns the entry of a call among the waits of the workflow.
    pub(super) fn entry(&self, place: Place) -> Entry {
        Entry::new(&self.waits, place)
    }

    fn send<S>(&self, signal: S, input: S::Input, options: SignalWorkflowOptions) -> Sent
    where
        S: SignalDefinition<Workflow: Workflow> + 'static,
    {
        let mut checks = Checks::of(format!("the signal `{}` to another workflow", signal.name()));
        checks.name("signal name", signal.name());
        checks.name("workflow id", self.sdk.workflow_id());
        checks.placed(self.pending.place(Kind::Signal));
        let sending: Sending = match checks.finish() {
            Ok(()) => {
                let (signal, input) = outgoing::signal(signal, input);
                Box::pin(self.sdk.signal(signal, input, options))
            }
            Err(error) => Box::pin(ready(Err(failed::signal(ValueError::Call(error)))).fuse()),
        };
        self.pending.made(Kind::Signal, sending)
    }
}

/// A signal to another workflow, returned by the signal methods of generated handles in workflow code.
///
/// Awaiting it, or polling it in [`join!`](super::super::join) or [`select!`](super::super::select), sends
/// it and waits until the server has delivered it.
///
/// # Errors
/// Returns a [`WorkflowSignalError`] if there is no such workflow, it has ended, or the calling workflow
/// is cancelled first. In a workflow, `?` turns it into the failure of the workflow. A signal that cannot
/// be sent, because its input cannot be serialized or the id is empty or too long, has an
/// [`InvalidCall`](crate::error::InvalidCall) as its reason.
#[must_use = "a signal is sent only when this is awaited"]
pub struct ExternalSignalCall<'a, S: SignalDefinition> {
    target: &'a Peer,
    signal: Option<(S, S::Input)>,
    options: SignalWorkflowOptions,
    sent: Option<Sent>,
    entry: Entry,
    /// The name of the sent signal.
    name: String,
}

debug!([S: SignalDefinition] ExternalSignalCall['_, S]:);

type Sending = Pin<Box<dyn FusedFuture<Output = Result<(), WorkflowSignalError>>>>;

/// A signal that was sent or refused.
type Sent = Rc<PendingCall<Sending>>;

impl<'a, S: SignalDefinition> ExternalSignalCall<'a, S> {
    #[track_caller]
    pub(super) fn new(target: &'a Peer, signal: S, input: S::Input) -> Self {
        let (entry, name) = (target.entry(Location::caller()), signal.name().to_owned());
        let mut options = SignalWorkflowOptions::default();
        options.cancellation_token.clone_from(&target.token);
        Self { target, signal: Some((signal, input)), options, sent: None, entry, name }
    }

    /// Sets a one-line summary that the web UI shows with the signal.
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.options.summary = Some(summary.into());
        self
    }

    /// Sends the signal even if the workflow is cancelled, for cleanup.
    pub fn detached(mut self) -> Self {
        self.options.cancellation_token = Some(WorkflowCancellationToken::new());
        self
    }
}

impl<S: SignalDefinition<Workflow: Workflow> + 'static> Future for ExternalSignalCall<'_, S> {
    type Output = Result<(), WorkflowSignalError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Some((signal, input)) = this.signal.take() {
            this.sent = Some(this.target.send(signal, input, this.options.clone()));
        }
        let sent = this.sent.as_ref().map_or(Poll::Pending, |sent| sent.poll(cx));
        this.entry.polled(sent.is_pending(), || {
            let workflow_id = this.target.sdk.workflow_id().to_owned();
            (Subject::Signal { name: this.name.clone(), workflow_id }, this.options.summary.clone())
        });
        sent.map_err(failed::signal_ended)
    }
}

impl<S: SignalDefinition<Workflow: Workflow> + 'static> FusedFuture for ExternalSignalCall<'_, S> {
    fn is_terminated(&self) -> bool {
        self.sent.as_ref().is_some_and(|sent| sent.is_terminated())
    }
}

/// The running future is boxed, so nothing is pinned in place.
impl<S: SignalDefinition> Unpin for ExternalSignalCall<'_, S> {}
