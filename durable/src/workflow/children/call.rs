//! The call of a child workflow: options by the one precedence rule, then the SDK's future.

use std::borrow::Cow;
use std::fmt::Display;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready as ready_or_pending};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{FusedFuture, ready};
use temporalio_common::Priority;
use temporalio_common::data_converters::PayloadConversionError;
use temporalio_common::error::ChildWorkflowStartError;
use temporalio_common::search_attributes::{SearchAttributeKey, SearchAttributeValue};
use temporalio_sdk::{
    ChildWorkflowCancellationType, ChildWorkflowOptions, ParentClosePolicy,
    WorkflowCancellationToken, WorkflowIdReusePolicy,
};

use super::signal::Peer;
use super::{ChildWorkflow, ChildWorkflowError};
use crate::definition::configured::configured_options;
use crate::definition::{Handles, Payload, Workflow};
use crate::options::{RetryOptions, WorkflowOptions, limit, workflow_option_setters};
use crate::workflow::explained::Called;
use crate::workflow::{WorkflowCode, WorkflowContext, too_large};

/// The call of a child workflow resolves to its output.
#[derive(Debug)]
#[non_exhaustive]
pub struct ToOutput;

/// The call of a child workflow resolves to its handle, once it is started.
#[derive(Debug)]
#[non_exhaustive]
pub struct ToHandle;

/// What `ShipWorkflow::start_child(ctx, ..)` returns: a call that resolves to the child's handle.
pub type StartChild<'a, P, C> = ChildCall<'a, P, C, ToHandle>;

/// A child workflow that has not been started yet, and the future of its output or its handle.
///
/// Awaiting it, or polling it in [`join!`](crate::workflow::join) or
/// [`select!`](crate::workflow::select), starts the child on its own queue, with the id that its
/// annotation's template makes of its input, or else a UUID. Until then its options can be set: what
/// the call sets beats the child's annotation, which beats the configuration of the parent's worker;
/// see [`WorkflowOptions`]. The Temporal concept is the
/// [child workflow](https://docs.temporal.io/child-workflows).
///
/// When the parent is cancelled, so is the child; when the parent ends in any way, the server does
/// with the child what [`parent_close_policy`](Self::parent_close_policy) says.
///
/// # Errors
/// [`ChildWorkflowError`]. Options that cannot be, once merged, fail the workflow task with an error
/// that names them.
#[must_use = "a child workflow is started only when its call is awaited"]
pub struct ChildCall<'a, P, C: Workflow, R = ToOutput> {
    context: &'a WorkflowContext<P>,
    call: Option<Box<Call<C>>>,
    starting: Option<Starting<'a, C>>,
    started: Option<ChildWorkflow<C>>,
    resolves_to: PhantomData<fn() -> R>,
}

struct Call<C: Workflow> {
    name: Cow<'static, str>,
    input: C::Input,
    id: Option<String>,
    options: WorkflowOptions,
    child: ChildWorkflowOptions,
    /// What was set and cannot be.
    problem: Option<String>,
}

type Starting<'a, C> =
    Pin<Box<dyn FusedFuture<Output = Result<ChildWorkflow<C>, ChildWorkflowError>> + 'a>>;

impl<'a, P, C: Workflow, R> ChildCall<'a, P, C, R> {
    /// A call with the child's annotated options; made by generated code.
    pub fn new(context: &'a WorkflowContext<P>, input: C::Input) -> Self {
        Self::named(context, Cow::Borrowed(C::NAME), input)
    }

    /// A call of the workflow type of this name.
    pub(crate) fn named(
        context: &'a WorkflowContext<P>,
        name: Cow<'static, str>,
        input: C::Input,
    ) -> Self {
        let options = WorkflowOptions::default();
        let child =
            ChildWorkflowOptions::builder().maybe_cancellation_token(context.token()).build();
        let call = Some(Box::new(Call { name, input, id: None, options, child, problem: None }));
        Self { context, call, starting: None, started: None, resolves_to: PhantomData }
    }

    fn with(mut self, change: impl FnOnce(&mut Call<C>)) -> Self {
        if let Some(call) = &mut self.call {
            change(call);
        }
        self
    }

    /// The child's workflow id; without it the annotation's template, or else a UUID.
    pub fn id(self, id: impl Into<String>) -> Self {
        self.with(|call| call.id = Some(id.into()))
    }

    /// Sets several options at once; what they leave out stays as it is.
    pub fn options(self, options: WorkflowOptions) -> Self {
        self.with(|call| call.options = options.or(std::mem::take(&mut call.options)))
    }

    workflow_option_setters!();

    /// What becomes of the child when the parent ends; by default it is terminated.
    pub fn parent_close_policy(self, policy: ParentClosePolicy) -> Self {
        self.with(|call| call.child.parent_close_policy = policy)
    }

    /// What a cancelled parent waits for; by default until the child has ended.
    pub fn cancellation_type(self, cancellation: ChildWorkflowCancellationType) -> Self {
        self.with(|call| call.child.cancel_type = cancellation)
    }

    /// Whether the id of an ended workflow may be used again; by default it may.
    pub fn id_reuse_policy(self, policy: WorkflowIdReusePolicy) -> Self {
        self.with(|call| call.child.id_reuse_policy = policy)
    }

    /// Runs the child again and again, by a cron expression.
    pub fn cron_schedule(self, cron: impl Into<String>) -> Self {
        self.with(|call| call.child.cron_schedule = Some(cron.into()))
    }

    /// Attaches a value that workflows can be searched by; the server must know the attribute.
    pub fn search_attribute<T: SearchAttributeValue>(
        self,
        key: &SearchAttributeKey<T>,
        value: T,
    ) -> Self {
        self.with(|call| {
            let attributes = call.child.search_attributes.get_or_insert_default();
            match key.try_value_set(value) {
                Ok(update) => attributes.apply(update),
                Err(error) => {
                    call.problem = Some(format!("the search attribute `{}`: {error}", key.name()));
                }
            }
        })
    }

    /// Lets the child start, and go on, when the parent is cancelled: for cleaning up.
    pub fn detached(self) -> Self {
        let token = WorkflowCancellationToken::new();
        self.with(|call| call.child.cancellation_token = Some(token))
    }
}

impl<C: Workflow<Input: Payload>> Call<C> {
    fn schedule<P>(self, context: &WorkflowContext<P>) -> Starting<'_, C>
    where
        P: WorkflowCode<Input: Payload>,
    {
        let Self { name, input, id, options, child, problem } = self;
        if let Some(problem) = problem {
            return refused(&name, problem);
        }
        if name.is_empty() {
            return refused(&name, "the workflow type is empty");
        }
        let id = id.or_else(|| C::workflow_id(&input));
        let id = id.unwrap_or_else(|| context.uuid().to_string());
        let configured = configured_options(context).of_workflow(&name);
        let options = match options.resolve(C::options(), configured) {
            Ok(_) if id.is_empty() => return refused(&name, "the workflow id is empty"),
            Ok(resolved) => resolved,
            Err(error) => return refused(&name, error),
        };
        let called = Called::new(name.clone(), context.payload_converter(), options.timeouts);
        let options = sdk_options::<C>(options.options, child, id.clone());
        let (child, input) = too_large::child::<C>(name, input);
        let starting = context.start_child_workflow(child, input, options);
        let signals = Peer::new(context, id);
        let child = async move {
            let started = starting.await;
            let started =
                started.map_err(|error| called.explain_start(signals.sdk.workflow_id(), error))?;
            Ok(ChildWorkflow::new(signals, started, called))
        };
        Box::pin(child.fuse())
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

/// Impossible options are a mistake in the code, so they fail the workflow task: a corrected
/// deployment goes on from there.
fn refused<'a, C: Workflow>(name: &str, problem: impl Display) -> Starting<'a, C> {
    let problem = format!("child workflow {name}: {problem}");
    let error = PayloadConversionError::EncodingError(problem.into());
    Box::pin(ready(Err(ChildWorkflowStartError::Serialization(error).into())))
}

impl<P, C, R> ChildCall<'_, P, C, R>
where
    P: WorkflowCode<Input: Payload>,
    C: Workflow<Input: Payload>,
{
    fn poll_start(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<ChildWorkflow<C>, ChildWorkflowError>> {
        if let Some(call) = self.call.take() {
            self.starting = Some(call.schedule(self.context));
        }
        match &mut self.starting {
            Some(starting) if !starting.is_terminated() => starting.poll_unpin(cx),
            _ => Poll::Pending,
        }
    }

    /// Whether the start has been waited for.
    fn is_started(&self) -> bool {
        self.starting.as_ref().is_some_and(FusedFuture::is_terminated)
    }
}

impl<P, C> Future for ChildCall<'_, P, C, ToOutput>
where
    P: WorkflowCode<Input: Payload>,
    C: Workflow<Input: Payload>,
{
    type Output = Result<C::Output, ChildWorkflowError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.started.is_none() {
            self.started = Some(ready_or_pending!(self.poll_start(cx))?);
        }
        self.started.as_ref().map_or(Poll::Pending, |child| child.result().poll_unpin(cx))
    }
}

impl<P, C> FusedFuture for ChildCall<'_, P, C, ToOutput>
where
    P: WorkflowCode<Input: Payload>,
    C: Workflow<Input: Payload>,
{
    fn is_terminated(&self) -> bool {
        match &self.started {
            Some(child) => child.result().is_terminated(),
            None => self.is_started(),
        }
    }
}

impl<P, C> Future for ChildCall<'_, P, C, ToHandle>
where
    P: WorkflowCode<Input: Payload>,
    C: Workflow<Input: Payload> + Handles,
{
    type Output = Result<C::HandleOf<ChildWorkflow<C>>, ChildWorkflowError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_start(cx).map_ok(Into::into)
    }
}

impl<P, C> FusedFuture for ChildCall<'_, P, C, ToHandle>
where
    P: WorkflowCode<Input: Payload>,
    C: Workflow<Input: Payload> + Handles,
{
    fn is_terminated(&self) -> bool {
        self.is_started()
    }
}

/// Nothing in it is pinned in place: the running future is boxed.
impl<P, C: Workflow, R> Unpin for ChildCall<'_, P, C, R> {}
