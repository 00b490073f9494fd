//! Calls of activities from workflow code.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::FusedFuture;
use temporalio_common::error::ActivityExecutionError;
use temporalio_common::{ActivityCloseTimeouts, Priority};
use temporalio_sdk::{
    ActivityCancellationType, CancellableFuture, LocalActivityOptions, WorkflowCancellationToken,
};

use super::checks::Checks;
use super::failed;
use super::info::CallInfo;
use super::listed;
use super::pending::PendingActivity;
use super::recorded::Recorded;
use super::refused::Refused;
use crate::definition::arguments::output::DecodedOutput;
use crate::definition::configured::configured_options;
use crate::definition::debug;
use crate::definition::{Activity, Workflow};
use crate::error::InvalidCall;
use crate::error::call::ValueError;
use crate::options::{ActivityOptions, ActivityTimeouts, RetryOptions, limit};
use crate::workflow::implementation::outgoing;
use crate::workflow::waits::{Listed, Place};
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
    call: Option<Call<A>>,
    started: Option<StartedActivity<'a, A>>,
}

debug!([W, A: Activity] ActivityCall['_, W, A]: activity = A::NAME);

struct Call<A: Activity> {
    activity: A,
    input: A::Input,
    options: ActivityOptions,
    local: bool,
    detached: bool,
    place: Place,
}

impl<'a, W, A: Activity> ActivityCall<'a, W, A> {
    /// Creates a call on the activity's task queue.
    #[track_caller]
    pub(crate) fn new(context: &'a WorkflowContext<W>, activity: A, input: A::Input) -> Self {
        let options = ActivityOptions::default();
        let place = Location::caller();
        let call = Call { activity, input, options, local: false, detached: false, place };
        Self { context, call: Some(call), started: None }
    }

    /// Creates a call within the workflow's own worker.
    #[track_caller]
    pub(crate) fn local(context: &'a WorkflowContext<W>, activity: A, input: A::Input) -> Self {
        let options = ActivityOptions::default();
        let place = Location::caller();
        let call = Call { activity, input, options, local: true, detached: false, place };
        Self { context, call: Some(call), started: None }
    }
}

impl<'a, W: Parent, A: Activity> ActivityCall<'a, W, A> {
    /// Sets several options at once. Options that are not set in `options` stay unchanged.
    pub fn options(mut self, options: ActivityOptions) -> Self {
        self.call = self.call.map(|call| Call { options: options.or(call.options), ..call });
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
        self.call = self.call.map(|call| Call { detached: true, ..call });
        self
    }

    /// Schedules the activity now. Its result can be awaited later, or ignored.
    #[must_use = "the returned future resolves to the result"]
    pub fn start(self) -> StartedActivity<'a, A> {
        match (self.call, self.started) {
            (Some(call), _) => call.schedule(self.context),
            (None, Some(started)) => started,
            (None, None) => unreachable!("{CALLED_OR_STARTED}"),
        }
    }

    fn start_once(&mut self) -> &mut StartedActivity<'a, A> {
        if let Some(call) = self.call.take() {
            self.started = Some(call.schedule(self.context));
        }
        self.started.as_mut().unwrap_or_else(|| unreachable!("{CALLED_OR_STARTED}"))
    }
}

const CALLED_OR_STARTED: &str = "a call is taken only when it is started";

impl<A: Activity> Call<A> {
    fn schedule<W: Parent>(self, context: &WorkflowContext<W>) -> StartedActivity<'_, A> {
        let Self { activity, input, options, local, detached, place } = self;
        let token =
            if detached { WorkflowCancellationToken::new() } else { context.activity_token() };
        let configured = configured_options(context).of_activity(A::NAME);
        let mut checks = Checks::of(format!("the call of activity `{}`", A::NAME));
        let resolved = checks.merged(options.resolve(A::options(), configured));
        if local && W::QUEUE != A::QUEUE {
            checks.problem(on_another_queue::<W, A>());
        }
        let id = resolved.as_ref().and_then(|resolved| resolved.options.activity_id.as_deref());
        let pending = if local || resolved.is_none() {
            None
        } else {
            checks.placed(context.pending().activity(context.history_length(), id))
        };
        let (options, timeouts) = match (checks.finish(), resolved) {
            (Ok(()), Some(resolved)) => (resolved.options, resolved.timeouts),
            (checked, _) => return StartedActivity::refused(checked),
        };
        let call_info = CallInfo::new(A::NAME, context.payload_converter(), timeouts);
        let listed = listed::activity::<W, A>(context, &options, local, place);
        let started = if local {
            let options = sdk_local_options(options, token);
            let (activity, input) = outgoing::local(activity, input);
            let running = context.execute_local_activity(activity, input, options);
            StartedActivity::new(Recorded::new(running), None, context)
        } else {
            let options = sdk_options(options, token, A::QUEUE);
            let (activity, input) = outgoing::scheduled(activity, input);
            StartedActivity::new(
                context.execute_activity(activity, input, options),
                pending,
                context,
            )
        };
        StartedActivity { call_info: Some(call_info), listed: Some(listed), ..started }
    }
}

/// Describes the error of a local activity that is annotated with another queue. A local activity runs in
/// the workflow's own worker, which serves the activities of the workflow's annotated queue, even if it
/// polls a queue of another name.
fn on_another_queue<W: Workflow, A: Activity>() -> String {
    format!(
        "a local activity runs in the workflow's own worker, but `{}` is annotated with queue `{}` and \
         workflow `{}` with queue `{}`; call it with `execute`, or annotate it with the workflow's queue",
        A::NAME,
        A::QUEUE,
        W::NAME,
        W::QUEUE,
    )
}

fn close_timeouts(options: &ActivityOptions) -> ActivityCloseTimeouts {
    let start = limit(options.start_to_close_timeout);
    let schedule = limit(options.schedule_to_close_timeout);
    match (start, schedule) {
        (Some(start_to_close), Some(schedule_to_close)) => {
            ActivityCloseTimeouts::ScheduleAndStartToClose { schedule_to_close, start_to_close }
        }
        (None, Some(schedule_to_close)) => {
            ActivityCloseTimeouts::ScheduleToClose(schedule_to_close)
        }
        (start, None) => ActivityCloseTimeouts::StartToClose(start.unwrap_or_default()),
    }
}

fn sdk_options(
    options: ActivityOptions,
    token: WorkflowCancellationToken,
    queue: &str,
) -> temporalio_sdk::ActivityOptions {
    temporalio_sdk::ActivityOptions::with_close_timeouts(close_timeouts(&options))
        .task_queue(options.task_queue.unwrap_or_else(|| queue.to_owned()))
        .maybe_schedule_to_start_timeout(limit(options.schedule_to_start_timeout))
        .maybe_heartbeat_timeout(limit(options.heartbeat_timeout))
        .maybe_retry_policy(options.retry.map(RetryOptions::into_policy))
        .maybe_priority(options.priority)
        .maybe_summary(options.summary)
        .maybe_activity_id(options.activity_id)
        .maybe_cancellation_type(options.cancellation_type)
        .cancellation_token(token)
        .build()
}

fn sdk_local_options(
    options: ActivityOptions,
    token: WorkflowCancellationToken,
) -> LocalActivityOptions {
    LocalActivityOptions::builder()
        .maybe_start_to_close_timeout(limit(options.start_to_close_timeout))
        .maybe_schedule_to_close_timeout(limit(options.schedule_to_close_timeout))
        .maybe_schedule_to_start_timeout(limit(options.schedule_to_start_timeout))
        .maybe_retry_policy(options.retry.map(RetryOptions::into_policy))
        .maybe_summary(options.summary)
        .maybe_activity_id(options.activity_id)
        .maybe_cancel_type(options.cancellation_type)
        .maybe_timer_backoff_threshold(options.timer_backoff_threshold)
        .cancellation_token(token)
        .build()
}

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
    running: Running<'a, A>,
    /// The activity's entry among the pending activities, with a function that returns the current task.
    /// `None` for local and refused calls.
    pending: Option<(PendingActivity, Box<dyn Fn() -> u32 + 'a>)>,
    /// The entry among the waits. `None` for a refused call, and after the end.
    listed: Option<Listed>,
    /// The data for error messages. `None` for a refused call.
    call_info: Option<CallInfo<ActivityTimeouts>>,
}

debug!([A: Activity] StartedActivity['_, A]: activity = A::NAME);

type Running<'a, A> = Pin<
    Box<
        dyn CancellableFuture<
                Output = Result<
                    DecodedOutput<<A as temporalio_common::ActivityDefinition>::Output>,
                    ActivityExecutionError,
                >,
            > + 'a,
    >,
>;

impl<'a, A: Activity> StartedActivity<'a, A> {
    fn new<W: Parent>(
        running: impl CancellableFuture<
            Output = Result<DecodedOutput<A::Output>, ActivityExecutionError>,
        > + 'a,
        pending: Option<PendingActivity>,
        context: &'a WorkflowContext<W>,
    ) -> Self {
        let task = || Box::new(move || context.history_length()) as Box<dyn Fn() -> u32>;
        let pending = pending.map(|pending| (pending, task()));
        Self { running: Box::pin(running), pending, listed: None, call_info: None }
    }

    /// Creates a call that fails without being scheduled, because a value cannot be sent.
    fn refused(checked: Result<(), InvalidCall>) -> Self {
        let error = checked.err().unwrap_or_else(|| {
            InvalidCall::new(format!("the call of activity `{}`", A::NAME), "it has no options")
        });
        let error = failed::activity(A::NAME, ValueError::Call(error));
        Self {
            running: Box::pin(Refused(Some(Err(error)))),
            pending: None,
            listed: None,
            call_info: None,
        }
    }

    /// Requests the cancellation of the activity. The [`ActivityCancellationType`] determines the result
    /// of the future.
    pub fn cancel(&self) {
        self.running.as_ref().get_ref().cancel();
    }
}

impl<A: Activity> Future for StartedActivity<'_, A> {
    type Output = Outcome<A>;

    #[allow(clippy::result_large_err, reason = "the error is the SDK's")]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut poll = self.running.as_mut().poll(cx);
        if let Some((pending, task)) = &mut self.pending {
            poll = pending.polled(task(), poll);
        }
        if poll.is_ready() {
            self.listed = None;
        }
        poll.map(|result| {
            let output = result
                .map_err(|error| failed::activity_ended(A::NAME, error))
                .and_then(failed::activity_output::<A>);
            output.map_err(|error| match &self.call_info {
                Some(call_info) => call_info.explain(error),
                None => error,
            })
        })
    }
}

impl<A: Activity> FusedFuture for StartedActivity<'_, A> {
    fn is_terminated(&self) -> bool {
        self.running.is_terminated()
    }
}
