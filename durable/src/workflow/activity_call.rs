//! A call of an activity from a workflow: options by the one precedence rule, then the SDK's future.

use std::future::Future;
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
use super::explained::Called;
use super::pending::PendingActivity;
use super::{WorkflowCode, WorkflowContext, failed_call, too_large};
use crate::definition::arguments::output::DecodedOutput;
use crate::definition::configured::configured_options;
use crate::definition::{Activity, Payload, Workflow};
use crate::error::InvalidCall;
use crate::error::call::ValueError;
use crate::options::{ActivityOptions, ActivityTimeouts, RetryOptions, limit};

type Outcome<A> =
    Result<<A as temporalio_common::ActivityDefinition>::Output, ActivityExecutionError>;

/// A call of an activity that has not been scheduled yet, and the future of its result.
///
/// Awaiting it, or polling it in [`join!`](super::join) or [`select!`](super::select), schedules the
/// activity on its own queue; [`start`](Self::start) schedules it at once and leaves the waiting for
/// later. Until then its options can be overridden: what the call sets beats the annotation, which
/// beats the configuration of the worker, which beats the built-in values of [`ActivityOptions`].
///
/// # Errors
/// [`ActivityExecutionError`]: the activity failed for good (its cause tells why), timed out or was
/// cancelled. In a workflow, `?` makes it the workflow's failure.
///
/// A call that cannot be made is such an error too, with an [`InvalidCall`](crate::error::InvalidCall)
/// as its cause: the input cannot be serialized, the merged options contradict each other, an id is
/// empty or too long, or 2,000 activities of this run are pending. An output that does not fit its type
/// is an error with an [`InvalidOutput`](crate::error::InvalidOutput).
#[must_use = "an activity is scheduled only when its call is awaited or started"]
pub struct ActivityCall<'a, W, A: Activity> {
    context: &'a WorkflowContext<W>,
    call: Option<Call<A>>,
    started: Option<StartedActivity<'a, A>>,
}

struct Call<A: Activity> {
    activity: A,
    input: A::Input,
    options: ActivityOptions,
    local: bool,
    detached: bool,
}

impl<'a, W: WorkflowCode<Input: Payload>, A: Activity> ActivityCall<'a, W, A> {
    /// A call on the activity's queue; made by generated code.
    pub fn new(context: &'a WorkflowContext<W>, activity: A, input: A::Input) -> Self {
        let options = ActivityOptions::default();
        let call = Call { activity, input, options, local: false, detached: false };
        Self { context, call: Some(call), started: None }
    }

    /// A call within the workflow's own worker; made by generated code.
    pub fn local(context: &'a WorkflowContext<W>, activity: A, input: A::Input) -> Self {
        let options = ActivityOptions::default();
        let call = Call { activity, input, options, local: true, detached: false };
        Self { context, call: Some(call), started: None }
    }

    /// Sets several options at once; what they leave out stays as it is.
    pub fn options(mut self, options: ActivityOptions) -> Self {
        self.call = self.call.map(|call| Call { options: options.or(call.options), ..call });
        self
    }

    /// The longest that one attempt may take; zero lifts the limit.
    pub fn start_to_close_timeout(self, timeout: Duration) -> Self {
        self.options(ActivityOptions::default().start_to_close_timeout(timeout))
    }

    /// The longest that all attempts together may take, waits included; zero lifts the limit.
    pub fn schedule_to_close_timeout(self, timeout: Duration) -> Self {
        self.options(ActivityOptions::default().schedule_to_close_timeout(timeout))
    }

    /// The longest that the activity may wait in its queue for a worker.
    pub fn schedule_to_start_timeout(self, timeout: Duration) -> Self {
        self.options(ActivityOptions::default().schedule_to_start_timeout(timeout))
    }

    /// The longest pause between two heartbeats; zero lifts the limit. Local activities have none.
    pub fn heartbeat_timeout(self, timeout: Duration) -> Self {
        self.options(ActivityOptions::default().heartbeat_timeout(timeout))
    }

    /// How often and how fast failed attempts are tried again; merges field by field.
    pub fn retry(self, retry: RetryOptions) -> Self {
        self.options(ActivityOptions::default().retry(retry))
    }

    /// Another queue than that of the annotation. Local activities have none.
    pub fn task_queue(self, queue: impl Into<String>) -> Self {
        self.options(ActivityOptions::default().task_queue(queue))
    }

    /// Priority and fairness among the tasks of the queue. Local activities have none.
    pub fn priority(self, priority: Priority) -> Self {
        self.options(ActivityOptions::default().priority(priority))
    }

    /// A line that the web UI shows with the activity.
    pub fn summary(self, summary: impl Into<String>) -> Self {
        self.options(ActivityOptions::default().summary(summary))
    }

    /// The activity's id within its workflow.
    pub fn activity_id(self, id: impl Into<String>) -> Self {
        self.options(ActivityOptions::default().activity_id(id))
    }

    /// What a cancelled call waits for.
    pub fn cancellation_type(self, cancellation: ActivityCancellationType) -> Self {
        self.options(ActivityOptions::default().cancellation_type(cancellation))
    }

    /// The longest wait before a retry of a local activity that the worker sits out by itself; a longer
    /// one becomes a durable timer. By default 1 minute. Other activities have none.
    pub fn timer_backoff_threshold(self, threshold: Duration) -> Self {
        self.options(ActivityOptions::default().timer_backoff_threshold(threshold))
    }

    /// Lets the activity go on when the workflow is cancelled: for cleaning up.
    pub fn detached(mut self) -> Self {
        self.call = self.call.map(|call| Call { detached: true, ..call });
        self
    }

    /// Schedules the activity now; the result can be awaited later, or never.
    #[must_use = "what is returned is the result to wait for"]
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

const CALLED_OR_STARTED: &str = "a call is taken only to be started";

impl<A: Activity> Call<A> {
    fn schedule<W: WorkflowCode<Input: Payload>>(
        self,
        context: &WorkflowContext<W>,
    ) -> StartedActivity<'_, A> {
        let Self { activity, input, options, local, detached } = self;
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
        let called = Called::new(A::NAME, context.payload_converter(), timeouts);
        let started = if local {
            let options = sdk_local_options(options, token);
            let (activity, input) = too_large::local(activity, input);
            StartedActivity::new(
                context.execute_local_activity(activity, input, options),
                None,
                context,
            )
        } else {
            let options = sdk_options(options, token, A::QUEUE);
            let (activity, input) = too_large::scheduled(activity, input);
            StartedActivity::new(
                context.execute_activity(activity, input, options),
                pending,
                context,
            )
        };
        StartedActivity { called: Some(called), ..started }
    }
}

/// Describes the mistake of a local activity of another queue. It runs in the workflow's own worker, which has
/// the activities of the workflow's annotated queue, whatever the queue is called that it polls.
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

impl<W: WorkflowCode<Input: Payload>, A: Activity> Future for ActivityCall<'_, W, A> {
    type Output = Outcome<A>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.start_once().poll_unpin(cx)
    }
}

impl<W: WorkflowCode<Input: Payload>, A: Activity> FusedFuture for ActivityCall<'_, W, A> {
    fn is_terminated(&self) -> bool {
        self.started.as_ref().is_some_and(FusedFuture::is_terminated)
    }
}

/// Nothing in it is pinned in place: the running future is boxed.
impl<W, A: Activity> Unpin for ActivityCall<'_, W, A> {}

/// An activity that was scheduled: a future of its result, which can be cancelled.
#[must_use = "a started activity runs also when nobody waits for it"]
pub struct StartedActivity<'a, A: Activity> {
    running: Running<'a, A>,
    /// Its place among the pending activities, and the current task; none where it needs no place.
    pending: Option<(PendingActivity, Box<dyn Fn() -> u32 + 'a>)>,
    /// The words for its errors; none of a call that was refused.
    called: Option<Called<ActivityTimeouts>>,
}

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
    fn new<W: WorkflowCode<Input: Payload>>(
        running: impl CancellableFuture<
            Output = Result<DecodedOutput<A::Output>, ActivityExecutionError>,
        > + 'a,
        pending: Option<PendingActivity>,
        context: &'a WorkflowContext<W>,
    ) -> Self {
        let task = || Box::new(move || context.history_length()) as Box<dyn Fn() -> u32>;
        let pending = pending.map(|pending| (pending, task()));
        Self { running: Box::pin(running), pending, called: None }
    }

    /// A call with a value that cannot be sent is not made: its error says so.
    fn refused(checked: Result<(), InvalidCall>) -> Self {
        let error = checked.err().unwrap_or_else(|| {
            InvalidCall::new(format!("the call of activity `{}`", A::NAME), "it has no options")
        });
        let error = failed_call::activity::<A>(ValueError::Call(error));
        Self { running: Box::pin(Refused(Some(Err(error)))), pending: None, called: None }
    }

    /// Asks for the activity's cancellation. What the future then resolves to depends on the
    /// [`ActivityCancellationType`].
    pub fn cancel(&self) {
        self.running.as_ref().get_ref().cancel();
    }
}

impl<A: Activity> Future for StartedActivity<'_, A> {
    type Output = Outcome<A>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut poll = self.running.as_mut().poll(cx);
        if let Some((pending, task)) = &mut self.pending {
            poll = pending.polled(task(), poll);
        }
        poll.map(|result| {
            let output = result
                .map_err(failed_call::activity_ended::<A>)
                .and_then(failed_call::activity_output::<A>);
            output.map_err(|error| match &self.called {
                Some(called) => called.explain(error),
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

/// A call that was never scheduled: its result is there, and there is nothing to cancel.
struct Refused<T>(Option<T>);

impl<T> Future for Refused<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        self.0.take().map_or(Poll::Pending, Poll::Ready)
    }
}

impl<T> FusedFuture for Refused<T> {
    fn is_terminated(&self) -> bool {
        self.0.is_none()
    }
}

/// The result is handed out, never polled in place.
impl<T> Unpin for Refused<T> {}

impl<T> CancellableFuture for Refused<T> {
    fn cancel(&self) {}
}
