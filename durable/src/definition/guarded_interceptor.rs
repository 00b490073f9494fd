//! Guards the interceptors of a program.
//!
//! SDK 1.1.1 calls their constructors outside of its guards, so a panic there would end the worker, and a
//! panic of `handle_query` fails the workflow task that happens to be open. Here a panic of an interceptor
//! fails the workflow task, or the query or update validation that it belongs to. The watchdog of the
//! worker sees the code of interceptors, too.
//!
//! An interceptor of activities that panics before it returns its future would lose the answer of the
//! attempt, which would end by its timeout.

use std::future::ready;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use temporalio_common::error::ApplicationFailure;
use temporalio_sdk::activities::ActivityError;
use temporalio_sdk::interceptors::{
    ActivityInboundInterceptor, ExecuteActivityInput, ExecuteActivityOutput, Next,
};
use temporalio_sdk::workflow_interceptors::{
    CancelExternalWorkflowInput, CancelExternalWorkflowResult, CancellableWorkflowOutboundFuture,
    ContinueAsNewInput, ContinueAsNewResult, ExecuteWorkflowInput, ExecuteWorkflowResult,
    HandleQueryInput, HandleQueryResult, HandleSignalInput, HandleSignalResult, HandleUpdateInput,
    HandleUpdateResult, ScheduleActivityInput, ScheduleActivityResult, ScheduleLocalActivityInput,
    SignalWorkflowInput, SignalWorkflowResult, StartChildWorkflowInput, StartChildWorkflowResult,
    StartTimerInput, SyncWorkflowInterceptorContext, ValidateUpdateInput, ValidateUpdateResult,
    WorkflowInterceptor, WorkflowInterceptorConstructor, WorkflowInterceptorContext,
    WorkflowInterceptorFuture, WorkflowNext, WorkflowOutboundFuture,
};
use temporalio_sdk::workflows::WorkflowError;
use temporalio_sdk::{TimerResult, WorkflowContextView};

use super::caught::{Guarded, caught, discard};
use super::user_code::{Part, RunIds, UserCode, enter};
use super::{encrypted_failures, quarantine};

/// Returns a constructor of the SDK for interceptors of a program.
pub(crate) fn guarded<I: WorkflowInterceptor>(
    constructor: impl Fn(&WorkflowContextView) -> I + Send + Sync + 'static,
) -> WorkflowInterceptorConstructor {
    WorkflowInterceptorConstructor::new(move |view: &WorkflowContextView| {
        let run =
            RunIds { workflow_id: view.workflow_id().to_owned(), run_id: view.run_id().to_owned() };
        let code = UserCode {
            part: Part::Interceptor,
            workflow_type: view.workflow_type().to_owned().into(),
            run: Some(Arc::new(run)),
        };
        let inner = match quarantine::reason(view.run_id()) {
            Some(reason) => Err(reason),
            None => within(&code, || Guarded::new(constructor(view))),
        };
        GuardedInterceptor { inner, code }
    })
}

const PANICKED: &str = "a workflow interceptor panicked: ";
/// The message of a failed task whose panic isn't sent.
const HIDDEN: &str = "a workflow interceptor panicked: the message is in the log of the worker, because failures are encrypted";

/// Calls code of an interceptor.
///
/// # Errors
/// Returns the message of a panic.
fn within<R>(code: &UserCode, call: impl FnOnce() -> R) -> Result<R, String> {
    let _entered = enter(code.clone());
    caught(call).map_err(|message| {
        // The panic of an inner interceptor passes the outer ones.
        if message.starts_with(PANICKED) { message } else { format!("{PANICKED}{message}") }
    })
}

/// Fails the workflow task: unwinds to the guard of the SDK or of the workflow's code. No panic hook
/// prints the message again.
fn unwind<R>(message: String) -> R {
    resume_unwind(Box::new(message))
}

/// Fails the workflow task from outside of the workflow's code. The message of a panic stays in the log where failures
/// are encrypted.
fn fail_task<R>(code: &UserCode, message: String) -> R {
    if !encrypted_failures::are_encrypted() || !message.starts_with(PANICKED) || message == HIDDEN {
        return unwind(message);
    }
    let run = code.run.as_deref();
    tracing::error!(
        workflow_type = &*code.workflow_type,
        workflow_id = run.map(|run| run.workflow_id.as_str()),
        run_id = run.map(|run| run.run_id.as_str()),
        "{message}; the workflow task fails and is tried again"
    );
    unwind(HIDDEN.to_owned())
}

/// An interceptor of a program.
///
/// It doesn't forward `initialize_workflow`. SDK 1.1.1 calls that method outside of its guards, and ends
/// the worker if it doesn't reach the next one.
struct GuardedInterceptor<I> {
    /// The interceptor, or the reason that there is none.
    inner: Result<Guarded<I>, String>,
    code: UserCode,
}

impl<I> GuardedInterceptor<I> {
    fn call<'a, R>(&'a self, call: impl FnOnce(&'a I) -> R) -> Result<R, String> {
        let inner = self.inner.as_ref().map_err(Clone::clone)?;
        within(&self.code, || call(inner.get()))
    }

    /// Calls a method that the workflow's code calls. The guard of that code sees the panic.
    fn run<'a, R>(&'a self, call: impl FnOnce(&'a I) -> R) -> R {
        self.call(call).unwrap_or_else(unwind)
    }

    fn future<'a, T: 'a>(
        &'a self,
        call: impl FnOnce(&'a I) -> WorkflowInterceptorFuture<'a, T>,
    ) -> WorkflowInterceptorFuture<'a, T> {
        let future = self.call(call).unwrap_or_else(|message| fail_task(&self.code, message));
        let future = Some(future);
        WorkflowInterceptorFuture::new(GuardedFuture { code: &self.code, future })
    }
}

/// A future of an interceptor.
struct GuardedFuture<'a, T> {
    code: &'a UserCode,
    /// `None` after it has ended.
    future: Option<WorkflowInterceptorFuture<'a, T>>,
}

impl<T> Future for GuardedFuture<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        let Some(future) = &mut this.future else { return Poll::Pending };
        let polled = within(this.code, || future.poll_unpin(cx))
            .unwrap_or_else(|message| fail_task(this.code, message));
        if polled.is_ready() {
            discard(this.future.take());
        }
        polled
    }
}

impl<T> Drop for GuardedFuture<'_, T> {
    fn drop(&mut self) {
        discard(self.future.take());
    }
}

type Inbound<'a, Input, Output> = WorkflowNext<'a, Input, WorkflowInterceptorFuture<'a, Output>>;
type Cancellable<Output> = CancellableWorkflowOutboundFuture<Output>;

/// Forwards methods that have a lifetime in their futures.
macro_rules! inbound {
    ($($method:ident($input:ty) -> $output:ty;)*) => {
        $(
            fn $method<'a>(
                &'a self,
                context: WorkflowInterceptorContext,
                input: $input,
                next: Inbound<'a, $input, $output>,
            ) -> WorkflowInterceptorFuture<'a, $output> {
                self.future(|inner| inner.$method(context, input, next))
            }
        )*
    };
}

/// Forwards methods whose panics are errors for the caller of a message.
macro_rules! answers {
    ($($method:ident($input:ty) -> $output:ty, $error:expr;)*) => {
        $(
            fn $method(
                &self,
                context: SyncWorkflowInterceptorContext,
                input: $input,
                next: WorkflowNext<'_, $input, $output>,
            ) -> $output {
                self.call(|inner| inner.$method(context, input, next))
                    .unwrap_or_else(|message| Err($error(message)))
            }
        )*
    };
}

/// Forwards the methods that the workflow's own code calls.
macro_rules! outbound {
    ($($method:ident($context:ty, $input:ty) -> $output:ty;)*) => {
        $(
            fn $method(
                &self,
                context: $context,
                input: $input,
                next: WorkflowNext<'static, $input, $output>,
            ) -> $output {
                self.run(|inner| inner.$method(context, input, next))
            }
        )*
    };
}

impl<I: WorkflowInterceptor> WorkflowInterceptor for GuardedInterceptor<I> {
    inbound! {
        execute(ExecuteWorkflowInput) -> ExecuteWorkflowResult;
        handle_signal(HandleSignalInput) -> HandleSignalResult;
        handle_update(HandleUpdateInput) -> HandleUpdateResult;
    }

    answers! {
        handle_query(HandleQueryInput) -> HandleQueryResult, encrypted_failures::of_query;
        validate_update(ValidateUpdateInput) -> ValidateUpdateResult,
            |message: String| WorkflowError::Execution(message.into());
    }

    outbound! {
        start_timer(WorkflowInterceptorContext, StartTimerInput) -> Cancellable<TimerResult>;
        schedule_activity(WorkflowInterceptorContext, ScheduleActivityInput)
            -> Cancellable<ScheduleActivityResult>;
        schedule_local_activity(WorkflowInterceptorContext, ScheduleLocalActivityInput)
            -> Cancellable<ScheduleActivityResult>;
        start_child_workflow(WorkflowInterceptorContext, StartChildWorkflowInput)
            -> Cancellable<StartChildWorkflowResult>;
        signal_workflow(WorkflowInterceptorContext, SignalWorkflowInput)
            -> Cancellable<SignalWorkflowResult>;
        cancel_external_workflow(WorkflowInterceptorContext, CancelExternalWorkflowInput)
            -> WorkflowOutboundFuture<CancelExternalWorkflowResult>;
        continue_as_new(SyncWorkflowInterceptorContext, ContinueAsNewInput) -> ContinueAsNewResult;
    }
}

/// The outermost interceptor of activities. It guards those inside of it; the SDK guards their futures.
///
/// It counts them too: SDK 1.1.1 keeps the task token of each activity for as long as its worker lives.
pub(crate) struct ActivityGuard {
    pub(crate) begun: Arc<AtomicU64>,
}

impl ActivityInboundInterceptor for ActivityGuard {
    fn execute_activity<'a>(
        &'a self,
        input: ExecuteActivityInput,
        next: Next<'a, ExecuteActivityInput, ExecuteActivityOutput<'a>>,
    ) -> ExecuteActivityOutput<'a> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        caught(|| next.run(input)).unwrap_or_else(|message| {
            let message = format!("an activity interceptor panicked: {message}");
            ready(Err(ActivityError::application(ApplicationFailure::new(anyhow::Error::msg(
                message,
            )))))
            .boxed()
        })
    }
}
