//! The only entrance to user code in a workflow: methods, futures, `Deserialize`, `Drop`.
//!
//! All code of a workflow's author is called by [`Execution`], and its futures are polled by
//! [`routine`](super::routine) through it. While it runs, the thread knows its workflow ([`current`]), which
//! the watchdog of the worker sees too. Panics are caught here. Anything else that applies to all user code
//! belongs here too.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use temporalio_common::data_converters::PayloadConverter;
use temporalio_sdk::{WorkflowContextView, WorkflowTermination};

use super::failed::Attempts;
use crate::definition::panic_message;
pub(crate) use crate::definition::user_code::{Part, current};
use crate::definition::user_code::{Refusal, RunIds, UserCode, enter, refuse};
use crate::error::payload_limit::PayloadLimit;
use crate::error::task_size::{self, Sent};
use crate::logs::{CodeLog, Kind, PanicPlace, RunLog, take_place};
use crate::metrics::mute_if;
use crate::workflow::waits::Waits;

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
    /// Creates a run of the workflow with this name, whose struct is the `target` of log lines.
    pub(crate) fn new(
        workflow_type: &'static str,
        target: &'static str,
        view: &WorkflowContextView,
    ) -> Rc<Self> {
        let (workflow_id, run_id) = (view.workflow_id(), view.run_id());
        let (queue, attempt) = (view.task_queue(), view.attempt());
        Rc::new(Self {
            workflow_type,
            log: RunLog::new(target, workflow_type, workflow_id, run_id, queue, attempt),
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

    /// Returns the ids of the run.
    pub(super) fn ids(&self) -> &RunIds {
        &self.run
    }

    pub(super) fn sent(&self) -> &Rc<Sent> {
        &self.sent
    }

    /// Returns `true` after the end of `#[run]`.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended.get()
    }

    /// Notes the end of user code of this run.
    pub(super) fn note_ended(&self, part: Part) {
        task_size::note_ended(Some(&self.sent));
        if part == Part::Run {
            self.has_ended.set(true);
        }
    }

    /// Calls user code that has its log already.
    pub(super) fn call_logged<R>(
        &self,
        part: Part,
        log: &CodeLog,
        is_silent: bool,
        call: impl FnOnce() -> R,
    ) -> Result<R, Unwound> {
        let (mut call, mut output) = (Some(call), None);
        self.enter(part, log, is_silent, &mut || {
            if let Some(call) = call.take() {
                output = Some(call());
            }
        })?;
        Ok(output.unwrap_or_else(|| unreachable!("{CALLED}")))
    }

    /// Calls user code. It knows no type, so that rustc compiles it once.
    fn enter(
        &self,
        part: Part,
        log: &CodeLog,
        is_silent: bool,
        call: &mut dyn FnMut(),
    ) -> Result<(), Unwound> {
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
    pub(crate) fn failed_at_once(
        &self,
        end: &WorkflowTermination,
        is_silent: bool,
        converter: &PayloadConverter,
    ) {
        let log = self.log.run();
        let _running = log.enter(is_silent);
        self.log_failed(end, converter);
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
        let mut value = Some(value);
        self.discard_by(&mut || drop(value.take()));
    }

    fn discard_by(&self, discard: &mut dyn FnMut()) {
        let log = self.log_of(Part::Drop);
        if let Err(unwound) = self.enter(Part::Drop, &log, true, discard) {
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

const CALLED: &str = "user code that does not unwind returns";

/// The message of a failed task whose panic is not sent.
pub(super) const HIDDEN_PANIC: &str = "the workflow's code panicked; the message is in the log of the worker, because failures are encrypted";

/// The payload of a panic or a refusal in user code.
pub(crate) struct Unwound {
    pub(super) payload: Box<dyn Any + Send>,
    /// The place of the panic, if a worker runs the code.
    pub(super) place: Option<PanicPlace>,
}

pub(super) const RETRIED: &str = "the workflow task fails and is tried again";

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
