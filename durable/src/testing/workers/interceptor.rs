//! The interceptor between the workers of a test and its workflows. It records what runs, answers for
//! mocked workflows, and shortens the timeouts of calls whose mock times out.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use temporalio_common::ActivityCloseTimeouts;
use temporalio_common::RetryPolicy;
use temporalio_common::data_converters::RawValue;
use temporalio_common::error::{ActivityExecutionError, ApplicationFailure, IncomingError};
use temporalio_sdk::workflow_interceptors::{
    CancellableWorkflowOutboundFuture, ExecuteWorkflowInput, ExecuteWorkflowResult,
    HandleSignalInput, HandleSignalResult, HandleUpdateInput, HandleUpdateResult,
    InitializeWorkflowInput, InitializeWorkflowOutput, ScheduleActivityInput,
    ScheduleActivityResult, ScheduleLocalActivityInput, StartChildWorkflowInput,
    StartChildWorkflowResult, StartTimerInput, WorkflowInterceptor, WorkflowInterceptorConstructor,
    WorkflowInterceptorContext, WorkflowInterceptorFuture, WorkflowNext, WorkflowOutputValue,
};
use temporalio_sdk::{
    ActivityOptions, LocalActivityOptions, TimerResult, WorkflowContextView, WorkflowTermination,
};

use super::watch::Watch;
use crate::testing::mocks::{Input, MockActivity, MockedRun, Mocks, RunMock, TIMED_OUT_AFTER};

/// The timeout of a call that hangs.
const NEVER: Duration = Duration::from_secs(365 * 86_400);

/// Returns the constructor of the interceptor.
pub(super) fn constructor(
    watch: Arc<Watch>,
    mocks: Arc<Mocks>,
    task_timeout: Option<Duration>,
) -> WorkflowInterceptorConstructor {
    WorkflowInterceptorConstructor::new(move |view: &WorkflowContextView| {
        let mock = mocks.run_mock(view.workflow_type());
        watch.instance(view, mock.is_some());
        Interceptor {
            watch: Arc::clone(&watch),
            mocks: Arc::clone(&mocks),
            mock,
            task_timeout,
            input: RefCell::default(),
        }
    })
}

/// The next interceptor on the way into a workflow.
type Inbound<'a, Input, Output> = WorkflowNext<'a, Input, WorkflowInterceptorFuture<'a, Output>>;

/// The next interceptor on the way out of a workflow.
type Outbound<Input, Output> =
    WorkflowNext<'static, Input, CancellableWorkflowOutboundFuture<Output>>;

struct Interceptor {
    watch: Arc<Watch>,
    mocks: Arc<Mocks>,
    /// The mock that answers for this workflow, if it has one.
    mock: Option<RunMock>,
    /// The timeout of the workflow tasks of children, if it is not the server's default.
    task_timeout: Option<Duration>,
    /// The input of a mocked workflow whose `#[init]` takes it.
    input: RefCell<Option<MockedRun>>,
}

impl Interceptor {
    fn step(&self, context: &WorkflowInterceptorContext) {
        if !context.is_replaying_history_events() {
            self.watch.step();
        }
    }

    /// Runs a mocked workflow: calls its mock, and ends with the answer.
    async fn answer(
        context: WorkflowInterceptorContext,
        call: Option<MockedRun>,
        hangs: bool,
    ) -> ExecuteWorkflowResult {
        let Some(call) = call else {
            let undecodable = "the input of a mocked workflow does not decode";
            return Err(ApplicationFailure::non_retryable(undecodable).into());
        };
        let once = RetryPolicy::builder().maximum_attempts(1).build();
        let answered = if hangs {
            let timeout = ActivityCloseTimeouts::StartToClose(NEVER);
            let options = ActivityOptions::with_close_timeouts(timeout).retry_policy(once).build();
            context.execute_activity(MockActivity, call, options).await
        } else {
            let options = LocalActivityOptions::builder().retry_policy(once).build();
            context.execute_local_activity(MockActivity, call, options).await
        };
        match answered {
            Ok(output) => Ok(Box::new(output) as Box<dyn WorkflowOutputValue>),
            Err(error) => Err(own_failure(error)),
        }
    }
}

/// Returns the failure of a mock without the local activity around it, as if the workflow's own code
/// had failed with it.
fn own_failure(error: ActivityExecutionError) -> WorkflowTermination {
    let Some(IncomingError::Application(failure)) = error.cause() else {
        return error.into();
    };
    let message = failure.failure().map_or_else(|| failure.to_string(), |raw| raw.message.clone());
    let details = failure.raw_details().map(|details| RawValue::new(details.to_vec()));
    let builder = ApplicationFailure::builder(message)
        .maybe_type_name(failure.type_name().map(str::to_owned))
        .non_retryable(failure.is_non_retryable())
        .maybe_next_retry_delay(failure.next_retry_delay())
        .category(failure.category());
    match details {
        Some(details) => builder.details(details).build().into(),
        None => builder.build().into(),
    }
}

impl WorkflowInterceptor for Interceptor {
    fn initialize_workflow(
        &self,
        view: WorkflowContextView,
        input: InitializeWorkflowInput,
        next: WorkflowNext<'_, InitializeWorkflowInput, InitializeWorkflowOutput>,
    ) -> InitializeWorkflowOutput {
        if let Some(mock) = &self.mock {
            *self.input.borrow_mut() = mock.call(view.workflow_type(), Input::Init(&input));
        }
        next.run(input)
    }

    fn execute<'a>(
        &'a self,
        context: WorkflowInterceptorContext,
        input: ExecuteWorkflowInput,
        next: Inbound<'a, ExecuteWorkflowInput, ExecuteWorkflowResult>,
    ) -> WorkflowInterceptorFuture<'a, ExecuteWorkflowResult> {
        self.step(&context);
        let Some(mock) = &self.mock else {
            return next.run(input);
        };
        let given = mock.call(context.workflow_type(), Input::Run(&input));
        let call = given.or_else(|| self.input.take());
        WorkflowInterceptorFuture::new(Self::answer(context, call, mock.hangs))
    }

    fn handle_signal<'a>(
        &'a self,
        context: WorkflowInterceptorContext,
        input: HandleSignalInput,
        next: Inbound<'a, HandleSignalInput, HandleSignalResult>,
    ) -> WorkflowInterceptorFuture<'a, HandleSignalResult> {
        self.step(&context);
        next.run(input)
    }

    fn handle_update<'a>(
        &'a self,
        context: WorkflowInterceptorContext,
        input: HandleUpdateInput,
        next: Inbound<'a, HandleUpdateInput, HandleUpdateResult>,
    ) -> WorkflowInterceptorFuture<'a, HandleUpdateResult> {
        self.step(&context);
        next.run(input)
    }

    fn start_timer(
        &self,
        context: WorkflowInterceptorContext,
        input: StartTimerInput,
        next: Outbound<StartTimerInput, TimerResult>,
    ) -> CancellableWorkflowOutboundFuture<TimerResult> {
        self.step(&context);
        next.run(input)
    }

    fn schedule_activity(
        &self,
        context: WorkflowInterceptorContext,
        mut input: ScheduleActivityInput,
        next: Outbound<ScheduleActivityInput, ScheduleActivityResult>,
    ) -> CancellableWorkflowOutboundFuture<ScheduleActivityResult> {
        self.step(&context);
        if self.mocks.activity_times_out(input.activity_type()) {
            let timeouts = &mut input.options_mut().close_timeouts;
            *timeouts = shortened(timeouts);
        }
        next.run(input)
    }

    fn schedule_local_activity(
        &self,
        context: WorkflowInterceptorContext,
        mut input: ScheduleLocalActivityInput,
        next: Outbound<ScheduleLocalActivityInput, ScheduleActivityResult>,
    ) -> CancellableWorkflowOutboundFuture<ScheduleActivityResult> {
        self.step(&context);
        if self.mocks.activity_times_out(input.activity_type()) {
            input.options_mut().start_to_close_timeout = Some(TIMED_OUT_AFTER);
        }
        next.run(input)
    }

    fn start_child_workflow(
        &self,
        context: WorkflowInterceptorContext,
        mut input: StartChildWorkflowInput,
        next: Outbound<StartChildWorkflowInput, StartChildWorkflowResult>,
    ) -> CancellableWorkflowOutboundFuture<StartChildWorkflowResult> {
        self.step(&context);
        if self.task_timeout.is_some() {
            input.options_mut().task_timeout = self.task_timeout;
        }
        if self.mocks.workflow_times_out(input.workflow_type()) {
            input.options_mut().run_timeout = Some(TIMED_OUT_AFTER);
        }
        next.run(input)
    }
}

/// Returns the same timeouts with a short one for each attempt.
fn shortened(timeouts: &ActivityCloseTimeouts) -> ActivityCloseTimeouts {
    let start_to_close: Duration = TIMED_OUT_AFTER;
    match timeouts {
        ActivityCloseTimeouts::ScheduleToClose(schedule_to_close)
        | ActivityCloseTimeouts::ScheduleAndStartToClose { schedule_to_close, .. } => {
            let schedule_to_close = *schedule_to_close;
            ActivityCloseTimeouts::ScheduleAndStartToClose { schedule_to_close, start_to_close }
        }
        _ => ActivityCloseTimeouts::StartToClose(start_to_close),
    }
}
