//! Counts what the commands of a workflow contain besides their values: names, ids, texts, headers.
//!
//! An interceptor sees all calls, also those of the SDK and of other interceptors, and the headers that
//! other interceptors have added.

use std::collections::HashMap;

use temporalio_common::RetryPolicy;
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_common::search_attributes::SearchAttributes;
use temporalio_sdk::workflow_interceptors::{
    CancelExternalWorkflowInput, CancelExternalWorkflowResult, CancellableWorkflowOutboundFuture,
    ScheduleActivityInput, ScheduleActivityResult, SignalWorkflowInput, SignalWorkflowResult,
    StartChildWorkflowInput, StartChildWorkflowResult, StartTimerInput, WorkflowInterceptor,
    WorkflowInterceptorConstructor, WorkflowInterceptorContext, WorkflowNext,
    WorkflowOutboundFuture,
};
use temporalio_sdk::{TimerResult, WorkflowContextView};

use super::payload_limit::size_of;
use super::task_size::count;
use crate::definition::user_code::noting_interceptor;

/// The size of a command without values and texts, in bytes. Values are counted with a command of their own.
const BARE: usize = 96;

/// Returns the interceptors that the code of workflows relies on, on workers and in replays.
///
/// They belong outside of all others, where the one that counts is the last one that a call passes.
pub(crate) fn outer_interceptors() -> [WorkflowInterceptorConstructor; 2] {
    let counting = WorkflowInterceptorConstructor::new(|_: &WorkflowContextView| Counting);
    [noting_interceptor(), counting]
}

struct Counting;

/// The texts of a command.
#[derive(Default)]
struct Texts(usize);

impl Texts {
    fn of(texts: &[&str]) -> Self {
        Self::default().with(texts.iter().map(|text| Some(*text)))
    }

    fn with<'a>(self, texts: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        Self(texts.into_iter().flatten().fold(self.0, |sum, text| sum + text.len() + 8))
    }

    fn headers(self, headers: &HashMap<String, Payload>) -> Self {
        headers.iter().fold(self, |sum, (name, header)| {
            Self(sum.0 + name.len() + size_of(std::slice::from_ref(header)) + 8)
        })
    }

    fn retry(self, policy: Option<&RetryPolicy>) -> Self {
        let types = policy.map(RetryPolicy::non_retryable_error_types).unwrap_or_default();
        self.with(types.iter().map(|name| Some(name.as_str())))
    }
}

type Next<Input, Output> = WorkflowNext<'static, Input, Output>;
type Cancellable<Output> = CancellableWorkflowOutboundFuture<Output>;

impl WorkflowInterceptor for Counting {
    fn start_timer(
        &self,
        _: WorkflowInterceptorContext,
        input: StartTimerInput,
        next: Next<StartTimerInput, Cancellable<TimerResult>>,
    ) -> Cancellable<TimerResult> {
        count(BARE + Texts::default().with([input.options().summary.as_deref()]).0);
        next.run(input)
    }

    fn schedule_activity(
        &self,
        _: WorkflowInterceptorContext,
        input: ScheduleActivityInput,
        next: Next<ScheduleActivityInput, Cancellable<ScheduleActivityResult>>,
    ) -> Cancellable<ScheduleActivityResult> {
        let options = input.options();
        let texts = Texts::of(&[input.activity_type()])
            .with(
                [&options.activity_id, &options.task_queue, &options.summary].map(Option::as_deref),
            )
            .retry(options.retry_policy.as_ref())
            .headers(input.headers());
        count(texts.0);
        next.run(input)
    }

    fn start_child_workflow(
        &self,
        _: WorkflowInterceptorContext,
        input: StartChildWorkflowInput,
        next: Next<StartChildWorkflowInput, Cancellable<StartChildWorkflowResult>>,
    ) -> Cancellable<StartChildWorkflowResult> {
        let options = input.options();
        let attributes = options.search_attributes.as_ref().map(SearchAttributes::to_proto);
        let texts = Texts::of(&[input.workflow_type()])
            .with([&options.workflow_id, &options.task_queue].map(Option::as_deref))
            .with([&options.static_summary, &options.static_details].map(Option::as_deref))
            .with([options.cron_schedule.as_deref()])
            .retry(options.retry_policy.as_ref())
            .headers(&attributes.unwrap_or_default().indexed_fields)
            .headers(input.headers());
        count(texts.0);
        next.run(input)
    }

    fn signal_workflow(
        &self,
        _: WorkflowInterceptorContext,
        input: SignalWorkflowInput,
        next: Next<SignalWorkflowInput, Cancellable<SignalWorkflowResult>>,
    ) -> Cancellable<SignalWorkflowResult> {
        let texts = Texts::of(&[input.signal_name()])
            .with([input.options().summary.as_deref()])
            .headers(input.headers());
        count(texts.0);
        next.run(input)
    }

    fn cancel_external_workflow(
        &self,
        _: WorkflowInterceptorContext,
        input: CancelExternalWorkflowInput,
        next: Next<
            CancelExternalWorkflowInput,
            WorkflowOutboundFuture<CancelExternalWorkflowResult>,
        >,
    ) -> WorkflowOutboundFuture<CancelExternalWorkflowResult> {
        count(BARE + Texts::of(&[&input.workflow_id]).with([input.reason.as_deref()]).0);
        next.run(input)
    }
}
