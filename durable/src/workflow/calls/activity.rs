//! Calls of activities from workflow code.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::FusedFuture;
use temporalio_common::Priority;
use temporalio_common::error::ActivityExecutionError;
use temporalio_sdk::ActivityCancellationType;

use super::untyped::{UntypedCall, UntypedStarted};
use super::values::UntypedValue;
use crate::definition::{Activity, debug};
use crate::options::{ActivityOptions, RetryOptions};
use crate::workflow::{Parent, WorkflowContext};

type Outcome<A> =
    Result<<A as temporalio_common::ActivityDefinition>::Output, ActivityExecutionError>;

/// A call of an activity that has not been scheduled yet.
///
/// Awaiting it, or polling it in [`join!`](crate::workflow::join) or [`select!`](crate::workflow::select), schedules the
/// activity on its own task queue and resolves to its result. [`start`](Self::start) schedules it at once,
/// so the result can be awaited later. Until then its options can be set. An option of the call takes
/// precedence over the annotation, which takes precedence over the configuration of the worker, which
/// takes precedence over the defaults of [`ActivityOptions`].
///
/// # Errors
/// [`ActivityExecutionError`] if the activity failed for good, timed out or was cancelled. Its cause holds
/// the reason. In a workflow, `?` turns it into the failure of the workflow.
///
/// The same error, with an [`InvalidCall`](crate::error::InvalidCall) as its cause, is returned for a call
/// that cannot be made: the input cannot be serialized, the merged options contradict each other, an id is
/// empty or too long, or 2,000 activities of this run are pending. An output that does not fit its type
/// gives an error with an [`InvalidOutput`](crate::error::InvalidOutput).
#[must_use = "an activity is scheduled only when its call is awaited or started"]
pub struct ActivityCall<'a, W, A: Activity> {
    context: &'a WorkflowContext<W>,
    call: Option<UntypedCall>,
    started: Option<StartedActivity<'a, A>>,
}

debug!([W, A: Activity] ActivityCall['_, W, A]: activity = A::NAME);

impl<'a, W, A: Activity> ActivityCall<'a, W, A> {
    /// Creates a call on the activity's task queue.
    #[track_caller]
    pub(crate) fn new(context: &'a WorkflowContext<W>, input: A::Input) -> Self {
        Self { context, call: Some(Self::untyped(input)), started: None }
    }

    /// Creates a call within the workflow's own worker.
    #[track_caller]
    pub(crate) fn local(context: &'a WorkflowContext<W>, input: A::Input) -> Self {
        let call = UntypedCall { local: true, ..Self::untyped(input) };
        Self { context, call: Some(call), started: None }
    }

    #[track_caller]
    fn untyped(input: A::Input) -> UntypedCall {
        UntypedCall {
            name: A::NAME,
            queue: A::QUEUE,
            annotation: A::options,
            input: UntypedValue::new(input),
            options: ActivityOptions::default(),
            local: false,
            detached: false,
            place: Location::caller(),
        }
    }
}

impl<'a, W: Parent, A: Activity> ActivityCall<'a, W, A> {
    /// Sets several options at once. Options that are not set in `options` stay unchanged.
    pub fn options(mut self, options: ActivityOptions) -> Self {
        if let Some(call) = &mut self.call {
            call.options = options.or(std::mem::take(&mut call.options));
        }
        self
    }

    /// Sets the maximum duration of one attempt. Zero removes the limit.
    pub fn start_to_close_timeout(self, timeout: Duration) -> Self {
        self.options(ActivityOptions::default().start_to_close_timeout(timeout))
    }

    /// Sets the maximum duration of all attempts together, including the waits between them. Zero removes
    /// the limit.
    pub fn schedule_to_close_timeout(self, timeout: Duration) -> Self {
        self.options(ActivityOptions::default().schedule_to_close_timeout(timeout))
    }

    /// Sets the maximum time that the activity waits in its task queue for a worker.
    pub fn schedule_to_start_timeout(self, timeout: Duration) -> Self {
        self.options(ActivityOptions::default().schedule_to_start_timeout(timeout))
    }

    /// Sets the maximum time between two heartbeats. Zero removes the limit. Local activities have no
    /// heartbeats.
    pub fn heartbeat_timeout(self, timeout: Duration) -> Self {
        self.options(ActivityOptions::default().heartbeat_timeout(timeout))
    }

    /// Sets the retry options. They are merged field by field.
    pub fn retry(self, retry: RetryOptions) -> Self {
        self.options(ActivityOptions::default().retry(retry))
    }

    /// Sets the task queue, instead of the annotated one. Local activities have no task queue.
    pub fn task_queue(self, queue: impl Into<String>) -> Self {
        self.options(ActivityOptions::default().task_queue(queue))
    }

    /// Sets the priority and fairness among the tasks of the queue. Local activities have no priority.
    pub fn priority(self, priority: Priority) -> Self {
        self.options(ActivityOptions::default().priority(priority))
    }

    /// Sets a one-line summary that the web UI shows with the activity.
    pub fn summary(self, summary: impl Into<String>) -> Self {
        self.options(ActivityOptions::default().summary(summary))
    }

    /// Sets the activity's id, which is unique within its workflow.
    pub fn activity_id(self, id: impl Into<String>) -> Self {
        self.options(ActivityOptions::default().activity_id(id))
    }

    /// Sets the event that a cancelled call waits for.
    pub fn cancellation_type(self, cancellation: ActivityCancellationType) -> Self {
        self.options(ActivityOptions::default().cancellation_type(cancellation))
    }

    /// Sets the maximum delay before a retry of a local activity that the worker waits for by itself. A
    /// longer delay becomes a durable timer. The default is 1 minute. Other activities ignore it.
    pub fn timer_backoff_threshold(self, threshold: Duration) -> Self {
        self.options(ActivityOptions::default().timer_backoff_threshold(threshold))
    }

    /// Keeps the activity running when the workflow is cancelled, for cleanup.
    pub fn detached(mut self) -> Self {
        if let Some(call) = &mut self.call {
            call.detached = true;
        }
        self
    }

    /// Schedules the activity now. Its result can be awaited later, or ignored.
    #[must_use = "the returned future resolves to the result"]
    pub fn start(self) -> StartedActivity<'a, A> {
        match (self.call, self.started) {
            (Some(call), _) => StartedActivity::new(call.schedule(self.context)),
            (None, Some(started)) => started,
            (None, None) => unreachable!("{CALLED_OR_STARTED}"),
        }
    }

    fn start_once(&mut self) -> &mut StartedActivity<'a, A> {
        if let Some(call) = self.call.take() {
            self.started = Some(StartedActivity::new(call.schedule(self.context)));
        }
        self.started.as_mut().unwrap_or_else(|| unreachable!("{CALLED_OR_STARTED}"))
    }
}

const CALLED_OR_STARTED: &str = "a call is taken only when it is started";

impl<W: Parent, A: Activity> Future for ActivityCall<'_, W, A> {
    type Output = Outcome<A>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.start_once().poll_unpin(cx)
    }
}

impl<W: Parent, A: Activity> FusedFuture for ActivityCall<'_, W, A> {
    fn is_terminated(&self) -> bool {
        self.started.as_ref().is_some_and(FusedFuture::is_terminated)
    }
}

/// The running future is boxed, so nothing is pinned in place.
impl<W, A: Activity> Unpin for ActivityCall<'_, W, A> {}

/// The future of a scheduled activity's result. The activity can be cancelled through it.
#[must_use = "a started activity runs even if its future is dropped"]
pub struct StartedActivity<'a, A: Activity> {
    started: UntypedStarted<'a>,
    activity: PhantomData<fn() -> A>,
}

debug!([A: Activity] StartedActivity['_, A]: activity = A::NAME);

impl<'a, A: Activity> StartedActivity<'a, A> {
    fn new(started: UntypedStarted<'a>) -> Self {
        Self { started, activity: PhantomData }
    }

    /// Requests the cancellation of the activity. The [`ActivityCancellationType`] determines the result
    /// of the future.
    pub fn cancel(&self) {
        self.started.cancel();
    }
}

impl<A: Activity> Future for StartedActivity<'_, A> {
    type Output = Outcome<A>;

    #[allow(clippy::result_large_err, reason = "the error is the SDK's")]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let output = match self.started.poll(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Ready(Ok(output)) => output,
        };
        Poll::Ready(match output.decode() {
            Ok(output) => Ok(output),
            Err(error) => Err(self.started.undecoded(error)),
        })
    }
}

impl<A: Activity> FusedFuture for StartedActivity<'_, A> {
    fn is_terminated(&self) -> bool {
        self.started.is_terminated()
    }
}
