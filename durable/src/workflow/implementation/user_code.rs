//! The only entrance to user code in a workflow: methods, futures, `Deserialize`, `Drop`.
//!
//! All code of a workflow's author is called by [`Execution::call`] or polled by [`UserFuture`]. While it
//! runs, the thread knows its workflow ([`current`]), which the watchdog of the worker sees too. Panics
//! are caught here. Anything else that applies to all user code belongs here too.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, pending};
use temporalio_common::data_converters::PayloadConverter;
use temporalio_sdk::{WorkflowContext, WorkflowContextView, WorkflowTermination};

use super::failed::Attempts;

pub(crate) use crate::definition::user_code::{Part, current};
use crate::definition::user_code::{Refusal, RunIds, UserCode, enter, refuse};
use crate::definition::{WorkerShutdown, Workflow, panic_message};
use crate::error::payload_limit::PayloadLimit;
use crate::error::task_size::{self, Run, Sent};
use crate::logs::{CodeLog, Kind, PanicPlace, RunLog, take_place};
use crate::metrics::mute_if;
use crate::workflow::waits::{Routine, Waits};

/// Decodes an input with the user's `Deserialize`. The decoder catches a panic of it.
pub(crate) fn decoding<R>(workflow_type: &'static str, decode: impl FnOnce() -> R) -> R {
    let _entered =
        enter(UserCode { part: Part::Decode, workflow_type: workflow_type.into(), run: None });
    decode()
}

/// A run of a workflow on this worker.
pub(crate) struct Execution {
    workflow_type: &'static str,
    run: Arc<RunIds>,
    log: RunLog,
    attempts: Attempts,
    has_ended: Cell<bool>,
    sent: Rc<Sent>,
    waits: Waits,
}

impl Execution {
    pub(crate) fn new<W: Workflow>(view: &WorkflowContextView) -> Rc<Self> {
        let (workflow_id, run_id) = (view.workflow_id(), view.run_id());
        let target = std::any::type_name::<W>();
        let (queue, attempt) = (view.task_queue(), view.attempt());
        Rc::new(Self {
            workflow_type: W::NAME,
            log: RunLog::new(target, W::NAME, workflow_id, run_id, queue, attempt),
            run: Arc::new(RunIds {
                workflow_id: workflow_id.to_owned(),
                run_id: run_id.to_owned(),
            }),
            attempts: Attempts::of(view),
            has_ended: Cell::new(false),
            sent: Rc::default(),
            waits: Waits::default(),
        })
    }

    pub(crate) fn run_id(&self) -> &str {
        &self.run.run_id
    }

    /// Returns the waits of the run.
    pub(crate) fn waits(&self) -> &Waits {
        &self.waits
    }

    /// Returns the text that answers the query `__stack_trace`.
    pub(super) fn stack_trace(&self) -> String {
        self.waits.trace(self.has_ended.get())
    }

    /// Calls user code. Its log lines and metrics are dropped if it `is_silent`.
    pub(crate) fn call<R>(
        &self,
        part: Part,
        is_silent: bool,
        call: impl FnOnce() -> R,
    ) -> Result<R, Unwound> {
        self.call_logged(part, &self.log_of(part), is_silent, call)
    }

    /// Calls user code that has its log already.
    fn call_logged<R>(
        &self,
        part: Part,
        log: &CodeLog,
        is_silent: bool,
        call: impl FnOnce() -> R,
    ) -> Result<R, Unwound> {
        task_size::note_ended(None);
        let run = Some(Arc::clone(&self.run));
        let _entered = enter(UserCode { part, workflow_type: self.workflow_type.into(), run });
        let _running = log.enter(is_silent);
        let _muted = mute_if(is_silent);
        catch_unwind(AssertUnwindSafe(call))
            .map_err(|payload| Unwound { payload, place: take_place() })
    }

    /// Logs that the run fails, from within its code.
    pub(crate) fn log_failed(&self, end: &WorkflowTermination, converter: &PayloadConverter) {
        self.attempts.log(end, converter);
    }

    /// Logs that the run fails before its code is called.
    pub(crate) fn failed_at_once<W>(
        &self,
        end: &WorkflowTermination,
        is_silent: bool,
        context: &WorkflowContext<W>,
    ) {
        let log = self.log.run();
        let _running = log.enter(is_silent);
        self.log_failed(end, context.payload_converter());
    }

    /// Logs that the workflow task fails.
    pub(crate) fn task_fails(&self, message: &str) {
        self.log.run().task_fails(|| tracing::error!("{message}; {RETRIED}"));
    }

    /// Returns the log of a part of the workflow.
    pub(super) fn log_of(&self, part: Part) -> CodeLog {
        match part {
            Part::Run | Part::Decode | Part::Drop | Part::Interceptor => self.log.run(),
            Part::Init => self.log.init(),
            Part::Signal(name) => self.log.handler(Kind::Signal, name),
            Part::Update(name) => self.log.handler(Kind::Update, name),
            Part::Validator(name) => self.log.handler(Kind::Validator, name),
            Part::Query(name) => self.log.handler(Kind::Query, name),
        }
    }

    /// Drops a value of the user's, and logs a panic. The value is gone in any case. SDK 1.1.1 drops
    /// workflows outside of its guards, so a panic would end the worker.
    ///
    /// It is silent: a run is dropped whenever it leaves the cache, which is no event of the workflow.
    pub(crate) fn discard<T>(&self, value: T) {
        if let Err(unwound) = self.call(Part::Drop, true, || drop(value)) {
            tracing::error!(
                workflow_type = self.workflow_type,
                workflow_id = self.run.workflow_id,
                run_id = self.run.run_id,
                "{}",
                unwound.describe("the `Drop` of a value of the workflow")
            );
        }
    }
}

/// The message of a failed task whose panic is not sent.
const HIDDEN_PANIC: &str = "the workflow's code panicked; the message is in the log of the worker, because failures are encrypted";

/// The payload of a panic or a refusal in user code.
pub(crate) struct Unwound {
    payload: Box<dyn Any + Send>,
    /// The place of the panic, if a worker runs the code.
    place: Option<PanicPlace>,
}

const RETRIED: &str = "the workflow task fails and is tried again";

impl Unwound {
    /// Returns the message of the refusal, or describes the panic of `code`.
    pub(crate) fn describe(&self, code: &str) -> String {
        match self.payload.downcast_ref::<Refusal>() {
            Some(Refusal(message)) => message.clone(),
            None => format!("{code} panicked: {}", panic_message(self.payload.as_ref())),
        }
    }

    /// Returns the message of a workflow task that fails because there is no state. It is what
    /// [`describe`](Self::describe) returns, but where failures are encrypted the message of a panic stays in
    /// the log.
    pub(super) fn describe_task_failure(&self, code: &str, log: &CodeLog) -> String {
        let message = self.describe(code);
        if self.payload.is::<Refusal>() || !PayloadLimit::of_workflows().hides_failures() {
            return message;
        }
        log.task_fails(|| tracing::error!("{message}; {RETRIED}"));
        format!("{HIDDEN_PANIC} (in {code})")
    }

    /// Fails the workflow task with the message of a refusal, or of a panic and its place. Without a place,
    /// the panic is resumed, and the SDK fails the task with it. Where failures are encrypted, the message of
    /// a panic stays in the log, because that of a failed task is always plain.
    fn fail_task<W>(self, context: &WorkflowContext<W>, part: Part, log: &CodeLog) {
        let panic = match self.payload.downcast::<Refusal>() {
            Ok(refusal) => {
                log.task_fails(|| tracing::error!("{}; {RETRIED}", refusal.0));
                return context.force_task_fail(refusal.0);
            }
            Err(panic) => panic,
        };
        let is_hidden = PayloadLimit::of_workflows().hides_failures();
        if self.place.is_none() && !is_hidden {
            resume_unwind(panic);
        }
        let message = panic_message(&*panic);
        let location = self.place.as_ref().map(|place| &place.location);
        log.task_fails(|| tracing::error!(location, "{part} panicked: {message}; {RETRIED}"));
        context.force_task_fail(match self.place {
            Some(PanicPlace { location, stack }) if is_hidden => {
                format!("{HIDDEN_PANIC} (in {part}, at {location}; stack: {stack})")
            }
            Some(PanicPlace { location, stack }) => format!(
                "Workflow function panicked: {message} (in {part}, at {location}; stack: {stack})"
            ),
            None => HIDDEN_PANIC.to_owned(),
        });
    }
}

/// Refuses a direct call of an activity's function in workflow code, where it would run again on every
/// replay. Tests, activities and other code may call it.
///
/// It unwinds out of the workflow code and fails the workflow task, with a message that suggests
/// `instead`.
pub fn called_as_function(activity: &'static str, instead: &'static str) {
    let Some(code) = current() else { return };
    let place =
        if code.part.can_wait() { "" } else { " in `#[run]`, or in an async signal or update" };
    let message = format!(
        "activity `{activity}` was called as a function by {code}, where it would run again on every \
         replay; write `{instead}`{place}"
    );
    refuse(&code, message);
}

/// Starts a signal or update. After the end of `#[run]` it never resolves.
pub(crate) fn handler<W: 'static, T: 'static>(
    context: &WorkflowContext<W>,
    execution: &Rc<Execution>,
    part: Part,
    start: impl FnOnce() -> LocalBoxFuture<'static, T>,
) -> LocalBoxFuture<'static, T> {
    if execution.has_ended.get() {
        return pending().boxed_local();
    }
    // A plain method runs in this call, an async one in the returned future.
    let run = SizedRun::shared(context, execution);
    let (log, is_silent) = (execution.log_of(part), context.is_replaying_history_events());
    match task_size::within(&run, || execution.call_logged(part, &log, is_silent, start)) {
        Ok(future) => UserFuture::with_log(context, execution, part, log, future).boxed_local(),
        Err(unwound) => {
            unwound.fail_task(context, part, &execution.log_of(part));
            pending().boxed_local()
        }
    }
}

/// A run, as the checks of the sizes of its values see it.
struct SizedRun<W> {
    context: WorkflowContext<W>,
    execution: Rc<Execution>,
}

impl<W: 'static> SizedRun<W> {
    fn shared(context: &WorkflowContext<W>, execution: &Rc<Execution>) -> Rc<dyn Run> {
        Rc::new(Self { context: context.clone(), execution: Rc::clone(execution) })
    }
}

impl<W> Run for SizedRun<W> {
    fn is_replaying(&self) -> bool {
        self.context.is_replaying_history_events()
    }

    fn task(&self) -> u32 {
        self.context.history_length()
    }

    fn mark(&self, id: &str) -> bool {
        self.context.patched(id)
    }

    fn sent(&self) -> &Rc<Sent> {
        &self.execution.sent
    }
}

const HANDED_OVER: &str =
    "the worker is shutting down; another worker runs the task and its local activities again";

/// A future of user code: `#[run]`, or a signal or update.
///
/// After the end of `#[run]`, signals and updates are no longer polled. SDK 1.1.1 would poll them in a
/// further activation of the same workflow task and send their commands after the command that ends the
/// workflow. The server refuses that again and again (sdk-rust #772 and #659).
pub(crate) struct UserFuture<W, T> {
    context: WorkflowContext<W>,
    execution: Rc<Execution>,
    part: Part,
    log: CodeLog,
    run: Rc<dyn Run>,
    routine: Routine,
    /// `None` after it has ended.
    future: Option<LocalBoxFuture<'static, T>>,
}

impl<W: 'static, T> UserFuture<W, T> {
    pub(crate) fn new(
        context: &WorkflowContext<W>,
        execution: &Rc<Execution>,
        part: Part,
        future: LocalBoxFuture<'static, T>,
    ) -> Self {
        Self::with_log(context, execution, part, execution.log_of(part), future)
    }

    fn with_log(
        context: &WorkflowContext<W>,
        execution: &Rc<Execution>,
        part: Part,
        log: CodeLog,
        future: LocalBoxFuture<'static, T>,
    ) -> Self {
        let run = SizedRun::shared(context, execution);
        let execution = Rc::clone(execution);
        let routine = Routine::new(&execution.waits, part);
        Self { context: context.clone(), execution, part, log, run, routine, future: Some(future) }
    }
}

impl<W, T> Future for UserFuture<W, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        let Some(future) = &mut this.future else { return Poll::Pending };
        if this.execution.has_ended.get() {
            return Poll::Pending;
        }
        if WorkerShutdown::has_handed_over(this.execution.run_id()) {
            this.context.force_task_fail(HANDED_OVER);
            return Poll::Pending;
        }
        this.routine.enter(this.context.workflow_time());
        let is_silent = this.context.is_replaying_history_events();
        let (part, log) = (this.part, &this.log);
        let poll = || this.execution.call_logged(part, log, is_silent, || future.poll_unpin(cx));
        let polled = task_size::within(&this.run, poll);
        if let Some(message) = this.overflow() {
            this.context.force_task_fail(message);
            return Poll::Pending;
        }
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => {
                this.execution.discard(this.future.take());
                task_size::note_ended(Some(&this.execution.sent));
                if this.part == Part::Run {
                    this.execution.has_ended.set(true);
                }
                Poll::Ready(output)
            }
            Err(unwound) => {
                unwound.fail_task(&this.context, this.part, &this.log);
                Poll::Pending
            }
        }
    }
}

impl<W, T> UserFuture<W, T> {
    /// Returns the message of a task whose commands the server wouldn't accept. What is in a history was
    /// accepted.
    fn overflow(&self) -> Option<String> {
        if self.context.is_replaying_history_events() {
            return None;
        }
        self.execution.sent.overflow(self.context.history_length())
    }
}

impl<W, T> Drop for UserFuture<W, T> {
    fn drop(&mut self) {
        self.execution.discard(self.future.take());
    }
}

/// The user's future is boxed, so nothing is pinned in place.
impl<W, T> Unpin for UserFuture<W, T> {}
