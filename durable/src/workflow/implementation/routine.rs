//! Polls the futures of user code: `#[run]`, signals and updates. A panic fails the workflow task.

use std::panic::resume_unwind;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, pending};

use super::untyped::UntypedRun;
use super::user_code::{HIDDEN_PANIC, Part, RETRIED, Unwound};
use crate::definition::user_code::Refusal;
use crate::definition::{WorkerShutdown, panic_message};
use crate::error::payload_limit::PayloadLimit;
use crate::error::task_size::{self, Run};
use crate::logs::{CodeLog, PanicPlace};
use crate::workflow::waits::Routine;

/// Starts a signal or update. After the end of `#[run]` it never resolves.
pub(super) fn handler<T: 'static>(
    run: &Rc<dyn UntypedRun>,
    part: Part,
    start: impl FnOnce() -> LocalBoxFuture<'static, T>,
) -> LocalBoxFuture<'static, T> {
    let execution = run.execution();
    if execution.has_ended() {
        return pending().boxed_local();
    }
    // A plain method runs in this call, an async one in the returned future.
    let (log, is_silent) = (execution.log_of(part), run.is_replaying());
    let start = || execution.call_logged(part, &log, is_silent, start);
    match task_size::within(&sized(run), start) {
        Ok(future) => UserFuture::with_log(run, part, log, future).boxed_local(),
        Err(unwound) => {
            fail_task(unwound, &**run, part, &execution.log_of(part));
            pending().boxed_local()
        }
    }
}

/// Returns a run as the checks of the sizes of its values see it.
fn sized(run: &Rc<dyn UntypedRun>) -> Rc<dyn Run> {
    Rc::<dyn UntypedRun>::clone(run)
}

/// Fails the workflow task with the message of a refusal, or of a panic and its place. Without a place,
/// the panic is resumed, and the SDK fails the task with it. Where failures are encrypted, the message of
/// a panic stays in the log, because that of a failed task is always plain.
fn fail_task(unwound: Unwound, run: &dyn UntypedRun, part: Part, log: &CodeLog) {
    let Unwound { payload, place } = unwound;
    let panic = match payload.downcast::<Refusal>() {
        Ok(refusal) => {
            log.task_fails(|| tracing::error!("{}; {RETRIED}", refusal.0));
            return run.fail_task(refusal.0);
        }
        Err(panic) => panic,
    };
    let is_hidden = PayloadLimit::of_workflows().hides_failures();
    if place.is_none() && !is_hidden {
        resume_unwind(panic);
    }
    let message = panic_message(&*panic);
    let location = place.as_ref().map(|place| &place.location);
    log.task_fails(|| tracing::error!(location, "{part} panicked: {message}; {RETRIED}"));
    run.fail_task(match place {
        Some(PanicPlace { location, stack }) if is_hidden => {
            format!("{HIDDEN_PANIC} (in {part}, at {location}; stack: {stack})")
        }
        Some(PanicPlace { location, stack }) => format!(
            "Workflow function panicked: {message} (in {part}, at {location}; stack: {stack})"
        ),
        None => HIDDEN_PANIC.to_owned(),
    });
}

const HANDED_OVER: &str =
    "the worker is shutting down; another worker runs the task and its local activities again";

/// A future of user code: `#[run]`, or a signal or update.
///
/// After the end of `#[run]`, signals and updates are no longer polled. SDK 1.1.1 would poll them in a
/// further activation of the same workflow task and send their commands after the command that ends the
/// workflow. The server refuses that again and again (sdk-rust #772 and #659).
pub(super) struct UserFuture<T> {
    run: Rc<dyn UntypedRun>,
    part: Part,
    log: CodeLog,
    routine: Routine,
    /// `None` after it has ended.
    future: Option<LocalBoxFuture<'static, T>>,
}

impl<T> UserFuture<T> {
    pub(super) fn new(
        run: &Rc<dyn UntypedRun>,
        part: Part,
        future: LocalBoxFuture<'static, T>,
    ) -> Self {
        Self::with_log(run, part, run.execution().log_of(part), future)
    }

    fn with_log(
        run: &Rc<dyn UntypedRun>,
        part: Part,
        log: CodeLog,
        future: LocalBoxFuture<'static, T>,
    ) -> Self {
        let routine = Routine::new(run.execution().waits(), part);
        Self { run: Rc::clone(run), part, log, routine, future: Some(future) }
    }
}

impl<T> Future for UserFuture<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        let Some(future) = &mut this.future else { return Poll::Pending };
        let (run, execution) = (&*this.run, this.run.execution());
        if execution.has_ended() {
            return Poll::Pending;
        }
        if WorkerShutdown::has_handed_over(execution.run_id()) {
            run.fail_task(HANDED_OVER.to_owned());
            return Poll::Pending;
        }
        this.routine.enter(run.time());
        let is_silent = run.is_replaying();
        let (part, log) = (this.part, &this.log);
        let poll = || execution.call_logged(part, log, is_silent, || future.poll_unpin(cx));
        let polled = task_size::within(&sized(&this.run), poll);
        if let Some(message) = overflow(run) {
            run.fail_task(message);
            return Poll::Pending;
        }
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => {
                execution.discard(this.future.take());
                execution.note_ended(part);
                Poll::Ready(output)
            }
            Err(unwound) => {
                fail_task(unwound, run, part, log);
                Poll::Pending
            }
        }
    }
}

/// Returns the message of a task whose commands the server wouldn't accept. What is in a history was
/// accepted.
fn overflow(run: &dyn UntypedRun) -> Option<String> {
    if run.is_replaying() {
        return None;
    }
    run.sent().overflow(run.task())
}

impl<T> Drop for UserFuture<T> {
    fn drop(&mut self) {
        let future = self.future.take();
        self.run.execution().discard(future);
    }
}

/// The user's future is boxed, so nothing is pinned in place.
impl<T> Unpin for UserFuture<T> {}
