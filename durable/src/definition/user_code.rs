//! The user code of workflows that a thread is running.
//!
//! A thread always knows its own ([`current`]). The watchdog of a worker sees it from outside
//! ([`UserThread`]): SDK 1.1.1 runs all workflows of a worker on one thread, so code that doesn't yield
//! stops them all.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use temporalio_sdk::WorkflowContextView;
use temporalio_sdk::workflow_interceptors::{
    HandleUpdateInput, HandleUpdateResult, WorkflowInterceptor, WorkflowInterceptorConstructor,
    WorkflowInterceptorContext, WorkflowInterceptorFuture, WorkflowNext,
};

use super::current_update;

/// The part of a workflow that user code belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The `Deserialize` of an input.
    Decode,
    Init,
    Run,
    Signal(&'static str),
    Update(&'static str),
    Validator(&'static str),
    Query(&'static str),
    /// The `Drop` of the state, or of what a future holds.
    Drop,
    /// A workflow interceptor, also its constructor.
    Interceptor,
}

impl Part {
    /// Returns `true` if the part can wait for activities in its async form.
    pub(crate) fn can_wait(self) -> bool {
        matches!(self, Self::Run | Self::Signal(_) | Self::Update(_))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode => f.write_str("the `Deserialize` of an input"),
            Self::Init => f.write_str("`#[init]`"),
            Self::Run => f.write_str("`#[run]`"),
            Self::Signal(name) => write!(f, "signal `{name}`"),
            Self::Update(name) => write!(f, "update `{name}`"),
            Self::Validator(name) => write!(f, "the validator of update `{name}`"),
            Self::Query(name) => write!(f, "query `{name}`"),
            Self::Drop => f.write_str("a `Drop`"),
            Self::Interceptor => f.write_str("a workflow interceptor"),
        }
    }
}

/// The ids of a run of a workflow.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RunIds {
    pub(crate) workflow_id: String,
    pub(crate) run_id: String,
}

/// The user code that a thread is running.
#[derive(Debug, Clone)]
pub(crate) struct UserCode {
    pub(crate) part: Part,
    pub(crate) workflow_type: Cow<'static, str>,
    /// The run. `None` while the input of a handler is decoded, because SDK 1.1.1 does not tell for which
    /// run.
    pub(crate) run: Option<Arc<RunIds>>,
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of workflow `{}`", self.part, self.workflow_type)?;
        match &self.run {
            Some(run) => write!(f, " (workflow id `{}`)", run.workflow_id),
            None => Ok(()),
        }
    }
}

/// The user code that one thread is running, for that thread and for others.
///
/// Only its own thread writes to it, and a watchdog reads it a few times a second. So its lock is
/// practically never waited for.
#[derive(Debug, Default)]
pub(crate) struct UserThread(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The number of times that the thread has entered user code.
    entries: u64,
    code: Option<UserCode>,
}

thread_local! {
    static THREAD: Arc<UserThread> = Arc::default();
    /// The run of which this thread decodes the input next.
    static STARTING: RefCell<Option<UserCode>> = const { RefCell::new(None) };
}

impl UserThread {
    /// Returns the one of the calling thread.
    pub(crate) fn of_this_thread() -> Arc<Self> {
        THREAD.with(Arc::clone)
    }

    /// Returns the user code that the thread is running, and the number of the entry. The thread has
    /// yielded in between if the next call returns another number.
    pub(crate) fn running(&self) -> Option<(u64, UserCode)> {
        let state = self.state();
        Some((state.entries, state.code.clone()?))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the workflow code that this thread is running, or `None` in an activity, a test or any other
/// code.
pub(crate) fn current() -> Option<UserCode> {
    THREAD.try_with(|thread| thread.state().code.clone()).ok().flatten()
}

/// The reason that a call is not allowed in workflow code, or can't be answered by this worker. User code
/// unwinds with it, and the workflow task fails with it.
pub(crate) struct Refusal(pub(crate) String);

/// Unwinds out of the workflow code that this thread runs, without a panic: the panic hook would print
/// another message, with the wrong location.
pub(crate) fn refuse(code: &UserCode, message: String) -> ! {
    if code.part == Part::Interceptor {
        // The guards of interceptors know texts only.
        resume_unwind(Box::new(message));
    }
    resume_unwind(Box::new(Refusal(message)))
}

/// Marks the thread as running user code until it is dropped, also by a panic. Marks nest: a `Drop` runs
/// within a method.
pub(crate) struct Entered(Option<UserCode>);

/// Notes that the thread runs user code.
pub(crate) fn enter(code: UserCode) -> Entered {
    let outer = THREAD.try_with(|thread| {
        let mut state = thread.state();
        if state.code.is_none() {
            state.entries += 1;
        }
        state.code.replace(code)
    });
    Entered(outer.ok().flatten())
}

impl Drop for Entered {
    fn drop(&mut self) {
        let outer = self.0.take();
        // The thread may be ending.
        let _ = THREAD.try_with(|thread| thread.state().code = outer);
    }
}

/// Returns an interceptor that notes what SDK 1.1.1 doesn't tell the code of a workflow: the run whose input is
/// decoded next, and the update that is handled.
pub(crate) fn noting_interceptor() -> WorkflowInterceptorConstructor {
    WorkflowInterceptorConstructor::new(|view: &WorkflowContextView| {
        let run =
            RunIds { workflow_id: view.workflow_id().to_owned(), run_id: view.run_id().to_owned() };
        STARTING.set(Some(UserCode {
            part: Part::Decode,
            workflow_type: view.workflow_type().to_owned().into(),
            run: Some(Arc::new(run)),
        }));
        Noting
    })
}

struct Noting;

impl WorkflowInterceptor for Noting {
    fn handle_update<'a>(
        &'a self,
        context: WorkflowInterceptorContext,
        input: HandleUpdateInput,
        next: WorkflowNext<
            'a,
            HandleUpdateInput,
            WorkflowInterceptorFuture<'a, HandleUpdateResult>,
        >,
    ) -> WorkflowInterceptorFuture<'a, HandleUpdateResult> {
        let id = input.id().to_owned();
        // A plain handler runs in `run`, so that is called in the future.
        let handler = async move { next.run(input).await };
        WorkflowInterceptorFuture::new(current_update::during(&context, id, handler))
    }
}

/// Returns the decoding of an input with which a run starts on this thread, once. There is none on
/// threads without workflows, and without [`noting_interceptor`].
pub(crate) fn take_starting() -> Option<UserCode> {
    STARTING.take()
}

/// A workflow whose code doesn't yield: it computes or blocks, and the thread of its worker with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StuckWorkflow {
    /// The queue of the worker.
    pub queue: String,
    /// The type of the workflow.
    pub workflow_type: String,
    /// The workflow id, or `None` if the input of a handler is being decoded, for which the SDK doesn't
    /// tell the run.
    pub workflow_id: Option<String>,
    /// The run id, or `None` like the workflow id.
    pub run_id: Option<String>,
    /// The code that runs, such as `` `#[run]` `` or `` query `status` ``.
    pub code: String,
}

impl StuckWorkflow {
    pub(crate) fn new(queue: &str, code: &UserCode) -> Self {
        let run = code.run.as_deref();
        Self {
            queue: queue.to_owned(),
            workflow_type: code.workflow_type.clone().into_owned(),
            workflow_id: run.map(|run| run.workflow_id.clone()),
            run_id: run.map(|run| run.run_id.clone()),
            code: code.part.to_string(),
        }
    }
}

impl fmt::Display for StuckWorkflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of workflow `{}`", self.code, self.workflow_type)?;
        match (&self.workflow_id, &self.run_id) {
            (Some(workflow_id), Some(run_id)) => {
                write!(f, " (workflow id `{workflow_id}`, run id `{run_id}`)")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Part, UserCode, UserThread, current, enter};

    fn code(part: Part) -> UserCode {
        UserCode { part, workflow_type: "Order".into(), run: None }
    }

    fn running(thread: &UserThread) -> Option<(u64, Part)> {
        thread.running().map(|(entry, code)| (entry, code.part))
    }

    #[test]
    fn another_thread_sees_the_innermost_code_and_each_entry_once() {
        let (asks, questions) = std::sync::mpsc::channel::<Arc<UserThread>>();
        let (answers, answered) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for thread in questions {
                answers.send(running(&thread)).unwrap();
            }
        });
        let seen = || {
            asks.send(UserThread::of_this_thread()).unwrap();
            answered.recv().unwrap()
        };
        assert_eq!(seen(), None);
        let run = enter(code(Part::Run));
        assert_eq!(seen(), Some((1, Part::Run)));
        let inner = enter(code(Part::Drop));
        assert_eq!(seen(), Some((1, Part::Drop)));
        drop(inner);
        assert_eq!(seen(), Some((1, Part::Run)));
        drop(run);
        assert_eq!(seen(), None);
        let unwound = std::panic::catch_unwind(|| {
            let _query = enter(code(Part::Query("status")));
            std::panic::resume_unwind(Box::new(()));
        });
        assert!(unwound.is_err());
        assert!(current().is_none());
        let _again = enter(code(Part::Run));
        assert_eq!(seen(), Some((3, Part::Run)));
    }
}
