//! Calls of activities without the types of the activity and the workflow.
//!
//! Rustc compiles generic code once for each activity, in the user's crate. So the typed calls only hold the
//! types, and everything else is here.

use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::FusedFuture as _;
use temporalio_common::ActivityCloseTimeouts;
use temporalio_common::data_converters::PayloadConverter;
use temporalio_common::error::ActivityExecutionError;
use temporalio_sdk::{LocalActivityOptions, WorkflowCancellationToken};

use super::checks::Checks;
use super::failed;
use super::info::CallInfo;
use super::listed;
use super::pending::{Pending, PendingActivity};
use super::recorded::Recorded;
use super::refused::Refused;
use super::values::{Outcome, Running, UntypedActivity, UntypedValue};
use crate::definition::arguments::output::UndecodedOutput;
use crate::definition::configured::configured_options;
use crate::error::InvalidCall;
use crate::error::call::ValueError;
use crate::error::measured::{Bound, Measured};
use crate::error::payload_limit::Value;
use crate::options::{ActivityOptions, ActivityTimeouts, ConfiguredOptions, RetryOptions, limit};
use crate::workflow::waits::{Listed, Place, Waits};
use crate::workflow::{Parent, WorkflowContext};

/// The workflow that calls an activity.
pub(super) trait Caller {
    /// Returns the name and the queue of the workflow's annotation.
    fn annotation(&self) -> [&'static str; 2];
    fn configured(&self) -> Arc<ConfiguredOptions>;
    fn converter(&self) -> &PayloadConverter;
    fn pending(&self) -> &Pending;
    fn waits(&self) -> &Waits;
    /// Returns the length of the history, which identifies the current workflow task.
    fn task(&self) -> u32;
    /// Returns the token for an activity that is started now.
    fn token(&self) -> WorkflowCancellationToken;
    fn schedule(
        &self,
        activity: UntypedActivity,
        input: Measured<UntypedValue>,
        options: temporalio_sdk::ActivityOptions,
    ) -> Running<'_>;
    fn run_locally(
        &self,
        activity: UntypedActivity,
        input: Measured<UntypedValue>,
        options: LocalActivityOptions,
    ) -> Running<'_>;
}

impl<W: Parent> Caller for WorkflowContext<W> {
    fn annotation(&self) -> [&'static str; 2] {
        [W::NAME, W::QUEUE]
    }

    fn configured(&self) -> Arc<ConfiguredOptions> {
        configured_options(self)
    }

    fn converter(&self) -> &PayloadConverter {
        self.payload_converter()
    }

    fn pending(&self) -> &Pending {
        Self::pending(self)
    }

    fn waits(&self) -> &Waits {
        Self::waits(self)
    }

    fn task(&self) -> u32 {
        self.history_length()
    }

    fn token(&self) -> WorkflowCancellationToken {
        self.activity_token()
    }

    fn schedule(
        &self,
        activity: UntypedActivity,
        input: Measured<UntypedValue>,
        options: temporalio_sdk::ActivityOptions,
    ) -> Running<'_> {
        Box::pin(self.execute_activity(activity, input, options))
    }

    fn run_locally(
        &self,
        activity: UntypedActivity,
        input: Measured<UntypedValue>,
        options: LocalActivityOptions,
    ) -> Running<'_> {
        Box::pin(self.execute_local_activity(activity, input, options))
    }
}

/// A call that has not been scheduled yet.
pub(super) struct UntypedCall {
    pub(super) name: &'static str,
    pub(super) queue: &'static str,
    /// Returns the options of the annotation.
    pub(super) annotation: fn() -> ActivityOptions,
    pub(super) input: UntypedValue,
    pub(super) options: ActivityOptions,
    pub(super) local: bool,
    pub(super) detached: bool,
    pub(super) place: Place,
}

impl UntypedCall {
    pub(super) fn schedule<'a>(self, caller: &'a dyn Caller) -> UntypedStarted<'a> {
        let Self { name, queue, annotation, input, options, local, detached, place } = self;
        let token = if detached { WorkflowCancellationToken::new() } else { caller.token() };
        let configured = caller.configured();
        let mut checks = Checks::of(format!("the call of activity `{name}`"));
        let resolved = checks.merged(options.resolve(annotation(), configured.of_activity(name)));
        let workflow = caller.annotation();
        if local && workflow[1] != queue {
            checks.problem(on_another_queue([name, queue], workflow));
        }
        let id = resolved.as_ref().and_then(|resolved| resolved.options.activity_id.as_deref());
        let pending = if local || resolved.is_none() {
            None
        } else {
            checks.placed(caller.pending().activity(caller.task(), id))
        };
        let (options, timeouts) = match (checks.finish(), resolved) {
            (Ok(()), Some(resolved)) => (resolved.options, resolved.timeouts),
            (checked, _) => return UntypedStarted::refused(caller, name, checked),
        };
        let listed =
            listed::activity(caller.waits(), [name, queue], workflow, &options, local, place);
        let call_info = Some(CallInfo::new(name, caller.converter(), timeouts));
        let (activity, role) = (UntypedActivity(name), Value::new("input of activity", name));
        let running: Running<'a> = if local {
            let options = sdk_local_options(options, token);
            // The input is not sent and may have any size.
            let input = input.measured(role, Bound::None);
            Box::pin(Recorded(caller.run_locally(activity, input, options)))
        } else {
            let options = sdk_options(options, token, queue);
            caller.schedule(activity, input.measured(role, Bound::Workflow), options)
        };
        UntypedStarted { caller, name, running, pending, listed: Some(listed), call_info }
    }
}

/// Describes the error of a local activity that is annotated with another queue. A local activity runs in
/// the workflow's own worker, which serves the activities of the workflow's annotated queue, even if it
/// polls a queue of another name.
fn on_another_queue(activity: [&str; 2], workflow: [&str; 2]) -> String {
    let ([activity, queue], [workflow, own_queue]) = (activity, workflow);
    format!(
        "a local activity runs in the workflow's own worker, but `{activity}` is annotated with queue \
         `{queue}` and workflow `{workflow}` with queue `{own_queue}`; call it with `execute`, or annotate \
         it with the workflow's queue"
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

/// A scheduled activity.
pub(super) struct UntypedStarted<'a> {
    caller: &'a dyn Caller,
    name: &'static str,
    running: Running<'a>,
    /// The activity's entry among the pending activities. `None` for local and refused calls.
    pending: Option<PendingActivity>,
    /// The entry among the waits. `None` for a refused call, and after the end.
    listed: Option<Listed>,
    /// The data for error messages. `None` for a refused call.
    call_info: Option<CallInfo<ActivityTimeouts>>,
}

impl<'a> UntypedStarted<'a> {
    /// Creates a call that fails without being scheduled, because a value cannot be sent.
    fn refused(
        caller: &'a dyn Caller,
        name: &'static str,
        checked: Result<(), InvalidCall>,
    ) -> Self {
        let error = checked.err().unwrap_or_else(|| {
            InvalidCall::new(format!("the call of activity `{name}`"), "it has no options")
        });
        let error = failed::activity(name, ValueError::Call(error));
        let running = Box::pin(Refused(Some(Err(error))));
        Self { caller, name, running, pending: None, listed: None, call_info: None }
    }

    pub(super) fn cancel(&self) {
        self.running.as_ref().get_ref().cancel();
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.running.is_terminated()
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        let mut poll = self.running.as_mut().poll(cx);
        if let Some(pending) = &mut self.pending {
            poll = pending.polled(self.caller.task(), poll);
        }
        if poll.is_ready() {
            self.listed = None;
        }
        poll.map_err(|error| self.explain(failed::activity_ended(self.name, error)))
    }

    /// Returns the error of an output that does not fit its type.
    pub(super) fn undecoded(&self, error: UndecodedOutput) -> ActivityExecutionError {
        self.explain(failed::activity_output(self.name, error))
    }

    fn explain(&self, error: ActivityExecutionError) -> ActivityExecutionError {
        match &self.call_info {
            Some(call_info) => call_info.explain(error),
            None => error,
        }
    }
}
