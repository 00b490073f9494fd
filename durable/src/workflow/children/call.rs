//! Calls of child workflows from workflow code.

use std::borrow::Cow;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{FusedFuture, ready};
use temporalio_common::Priority;
use temporalio_common::error::ChildWorkflowStartError;
use temporalio_common::search_attributes::{SearchAttributeKey, SearchAttributeValue};
use temporalio_sdk::{
    ChildWorkflowCancellationType, ChildWorkflowOptions, ParentClosePolicy,
    WorkflowCancellationToken, WorkflowIdReusePolicy,
};

use super::signal::Peer;
use super::started::{StartedChild, Starting};
use super::{ChildWorkflowError, ChildWorkflowHandle};
use crate::definition::configured::configured_options;
use crate::definition::debug;
use crate::definition::{Payload, ToHandle, ToOutput, Workflow};
use crate::error::InvalidCall;
use crate::error::call::ValueError;
use crate::options::{RetryOptions, WorkflowOptions, cron, limit, workflow_option_setters};
use crate::workflow::calls::checks::Checks;
use crate::workflow::calls::failed;
use crate::workflow::calls::info::CallInfo;
use crate::workflow::calls::pending::Kind;
use crate::workflow::context::attributes;
use crate::workflow::implementation::outgoing;
use crate::workflow::waits::{Listed, Place, Subject};
use crate::workflow::{Parent, WorkflowContext};

/// The start of a child workflow that resolves to the child's output, as returned by
/// `ShipWorkflow::execute_child(ctx, ..)`.
pub type ExecuteChildCall<'a, P, C> = StartChildCall<'a, P, C, ToOutput>;

/// The start of a child workflow, as returned by `ShipWorkflow::start_child(ctx, ..)`.
///
/// Awaiting it, or polling it in [`join!`](crate::workflow::join) or [`select!`](crate::workflow::select),
/// starts the child on its own task queue and resolves to its output or its handle. The workflow id comes
/// from the template in the child's annotation, and is a UUID without one. [`start`](Self::start) starts
/// the child at once, so the output can be awaited later. Until then its options can be set. An option of
/// the call takes precedence over the child's annotation, which takes precedence over the configuration of
/// the parent's worker; see [`WorkflowOptions`]. The Temporal concept is the [child
/// workflow](https://docs.temporal.io/child-workflows).
///
/// When the parent is cancelled, so is the child. When the parent ends in any way,
/// [`parent_close_policy`](Self::parent_close_policy) determines what happens to the child.
///
/// # Errors
/// [`ChildWorkflowError`]. It is [`NotStarted`](ChildWorkflowError::NotStarted) for a call that cannot be
/// made: the input cannot be serialized, the id is empty or has over 1,000 bytes, the merged options
/// contradict each other, or 2,000 children of this run are pending.
#[must_use = "a child workflow is started only when its call is awaited or started"]
pub struct StartChildCall<'a, P, C: Workflow, R = ToHandle> {
    context: &'a WorkflowContext<P>,
    call: Option<Box<Call<C>>>,
    started: Option<StartedChild<'a, C, R>>,
}

debug!([P, C: Workflow, R] StartChildCall['_, P, C, R]: workflow = C::NAME);

struct Call<C: Workflow> {
    name: Cow<'static, str>,
    input: C::Input,
    id: Option<String>,
    options: WorkflowOptions,
    child: ChildWorkflowOptions,
    place: Place,
    /// The problems of values that were set and cannot be sent.
    problems: Vec<String>,
}

impl<'a, P, C: Workflow, R> StartChildCall<'a, P, C, R> {
    /// Creates a call with the child's annotated options.
    #[track_caller]
    pub(crate) fn new(context: &'a WorkflowContext<P>, input: C::Input) -> Self {
        Self::named(context, Cow::Borrowed(C::NAME), input)
    }

    /// Creates a call of the workflow type with this name.
    #[track_caller]
    pub(crate) fn named(
        context: &'a WorkflowContext<P>,
        name: Cow<'static, str>,
        input: C::Input,
    ) -> Self {
        let options = WorkflowOptions::default();
        let child =
            ChildWorkflowOptions::builder().maybe_cancellation_token(context.token()).build();
        let place = Location::caller();
        let call = Call { name, input, id: None, options, child, place, problems: Vec::new() };
        Self { context, call: Some(Box::new(call)), started: None }
    }

    fn with(mut self, change: impl FnOnce(&mut Call<C>)) -> Self {
        if let Some(call) = &mut self.call {
            change(call);
        }
        self
    }

    /// Sets the child's workflow id. The default is the annotation's template, or else a UUID.
    pub fn id(self, id: impl Into<String>) -> Self {
        self.with(|call| call.id = Some(id.into()))
    }

    /// Sets several options at once. Options that are not set in `options` stay unchanged.
    pub fn options(self, options: WorkflowOptions) -> Self {
        self.with(|call| call.options = options.or(std::mem::take(&mut call.options)))
    }

    workflow_option_setters!();

    /// Sets what happens to the child when the parent ends. By default it is terminated.
    pub fn parent_close_policy(self, policy: ParentClosePolicy) -> Self {
        self.with(|call| call.child.parent_close_policy = policy)
    }

    /// Sets the event that a cancelled parent waits for. By default it waits for the end of the child.
    pub fn cancellation_type(self, cancellation: ChildWorkflowCancellationType) -> Self {
        self.with(|call| call.child.cancel_type = cancellation)
    }

    /// Sets the policy for the id of a workflow that has ended. By default the id may be used again.
    pub fn id_reuse_policy(self, policy: WorkflowIdReusePolicy) -> Self {
        self.with(|call| call.child.id_reuse_policy = policy)
    }

    /// Runs the child repeatedly, by a cron expression.
    pub fn cron_schedule(self, cron: impl Into<String>) -> Self {
        self.with(|call| call.child.cron_schedule = Some(cron.into()))
    }

    /// Sets a search attribute of the child. The server must know the attribute.
    pub fn search_attribute<T: SearchAttributeValue>(
        self,
        key: &SearchAttributeKey<T>,
        value: T,
    ) -> Self {
        self.with(|call| {
            let set = call.child.search_attributes.get_or_insert_default();
            match attributes::update(key, value) {
                Ok(update) => set.apply(update),
                Err(error) => call.problems.push(error.to_string()),
            }
        })
    }

    /// Starts the child, and keeps it running, even if the parent is cancelled, for cleanup.
    pub fn detached(self) -> Self {
        let token = WorkflowCancellationToken::new();
        self.with(|call| call.child.cancellation_token = Some(token))
    }
}

impl<'a, P, C, R> StartChildCall<'a, P, C, R>
where
    P: Parent,
    C: Workflow<Input: Payload>,
{
    /// Starts the child now. Its output or its handle can be awaited later, or ignored.
    #[must_use = "the returned future resolves to the output or the handle"]
    pub fn start(self) -> StartedChild<'a, C, R> {
        let Self { context, call, started } = self;
        let started = call
            .map(|mut call| {
                let token = call.child.cancellation_token.take();
                let token = token.unwrap_or_else(|| context.cancellation_token()).child_token();
                call.child.cancellation_token = Some(token.clone());
                let (starting, listed) = call.schedule(context);
                StartedChild::new(starting, listed, Some(token))
            })
            .or(started);
        started.unwrap_or_else(|| unreachable!("{CALLED_OR_STARTED}"))
    }

    fn start_once(&mut self) -> &mut StartedChild<'a, C, R> {
        if let Some(call) = self.call.take() {
            let (starting, listed) = call.schedule(self.context);
            self.started = Some(StartedChild::new(starting, listed, None));
        }
        self.started.as_mut().unwrap_or_else(|| unreachable!("{CALLED_OR_STARTED}"))
    }
}

const CALLED_OR_STARTED: &str = "a call is taken only when it is started";

impl<C: Workflow<Input: Payload>> Call<C> {
    /// Starts the child, and adds it to the waits of the parent.
    fn schedule<P>(self, context: &WorkflowContext<P>) -> (Starting<'_, C>, Option<Listed>)
    where
        P: Parent,
    {
        let Self { name, input, id, options, child, place, problems } = self;
        let id = id.or_else(|| C::workflow_id(&input));
        let id = id.unwrap_or_else(|| context.uuid().to_string());
        let configured = configured_options(context).of_workflow(&name);
        let mut checks = Checks::of(format!("the start of child workflow `{name}`"));
        for problem in problems {
            checks.problem(problem);
        }
        checks.name("workflow type", &name);
        checks.name("workflow id", &id);
        if let Some(Err(problem)) = child.cron_schedule.as_deref().map(cron::check) {
            checks.problem(problem);
        }
        let resolved = checks.merged(options.resolve(C::options(), configured));
        checks.placed(context.pending().place(Kind::Child));
        let (options, timeouts) = match (checks.finish(), resolved) {
            (Ok(()), Some(resolved)) => (resolved.options, resolved.timeouts),
            (checked, _) => return (refused(&name, &id, checked), None),
        };
        let call_info = CallInfo::new(name.clone(), context.payload_converter(), timeouts);
        let subject = Subject::Child { name: name.clone(), id: id.clone() };
        let listed = context.waits().add(subject, options.summary.clone(), place);
        let options = sdk_options::<C>(options, child, id.clone());
        let (child, input) = outgoing::child::<C>(name.clone(), input);
        let starting = context.start_child_workflow(child, input, options);
        let peer = Peer::new(context, id.clone());
        let (pending, waits) = (context.pending(), context.waits());
        let child = async move {
            let started = starting.await.map_err(|error| call_info.explain_start(&id, error));
            let started = started.map_err(|error| not_started(&name, &id, error))?;
            Ok(ChildWorkflowHandle::new(peer, call_info, started, pending, waits))
        };
        (Box::pin(child.fuse()), Some(listed))
    }
}

/// Converts the error of a child that was not started. An error about its input becomes `NotStarted`.
fn not_started(name: &str, id: &str, error: ChildWorkflowStartError) -> ChildWorkflowError {
    match &error {
        ChildWorkflowStartError::Serialization(conversion) => match ValueError::of(conversion) {
            Some(value) => ChildWorkflowError::NotStarted(failed::child(name, id, value)),
            None => error.into(),
        },
        _ => error.into(),
    }
}

fn sdk_options<C: Workflow>(
    options: WorkflowOptions,
    child: ChildWorkflowOptions,
    id: String,
) -> ChildWorkflowOptions {
    let mut sdk = child;
    sdk.workflow_id = Some(id);
    sdk.task_queue = Some(options.task_queue.unwrap_or_else(|| C::QUEUE.to_owned()));
    sdk.execution_timeout = limit(options.execution_timeout);
    sdk.run_timeout = limit(options.run_timeout);
    sdk.task_timeout = limit(options.task_timeout);
    sdk.retry_policy = options.retry.map(RetryOptions::into_policy);
    sdk.priority = options.priority;
    sdk.static_summary = options.summary;
    sdk.static_details = options.details;
    sdk
}

/// Creates a call that fails without starting the child, because a value cannot be sent.
fn refused<'a, C: Workflow>(
    name: &str,
    id: &str,
    checked: Result<(), InvalidCall>,
) -> Starting<'a, C> {
    let error = checked.err().unwrap_or_else(|| {
        InvalidCall::new(format!("the start of child workflow `{name}`"), "it has no options")
    });
    let error = failed::child(name, id, ValueError::Call(error));
    Box::pin(ready(Err(ChildWorkflowError::NotStarted(error))))
}

impl<P, C> Future for StartChildCall<'_, P, C, ToOutput>
where
    P: Parent,
    C: Workflow<Input: Payload>,
{
    type Output = Result<C::Output, ChildWorkflowError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.start_once().poll_unpin(cx)
    }
}

impl<P, C> FusedFuture for StartChildCall<'_, P, C, ToOutput>
where
    P: Parent,
    C: Workflow<Input: Payload>,
{
    fn is_terminated(&self) -> bool {
        self.started.as_ref().is_some_and(FusedFuture::is_terminated)
    }
}

impl<P, C> Future for StartChildCall<'_, P, C, ToHandle>
where
    P: Parent,
    C: Workflow<Input: Payload>,
{
    type Output = Result<C::HandleOf<ChildWorkflowHandle<C>>, ChildWorkflowError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.start_once().poll_unpin(cx)
    }
}

impl<P, C> FusedFuture for StartChildCall<'_, P, C, ToHandle>
where
    P: Parent,
    C: Workflow<Input: Payload>,
{
    fn is_terminated(&self) -> bool {
        self.started.as_ref().is_some_and(FusedFuture::is_terminated)
    }
}

/// The running future is boxed, so nothing is pinned in place.
impl<P, C: Workflow, R> Unpin for StartChildCall<'_, P, C, R> {}
