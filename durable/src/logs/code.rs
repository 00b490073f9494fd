//! The spans around the code of workflows and activities.

use std::cell::Cell;

use tracing::Span;
use tracing::dispatcher::DefaultGuard;
use tracing::field::Value;
use tracing::span::Entered;

use super::panics::UserCode;
use super::silence;
use super::site::{Kind, span};

/// The logs of a run of a workflow.
pub(crate) struct RunLog {
    /// The path of the workflow's type.
    target: &'static str,
    span: Span,
}

impl RunLog {
    pub(crate) fn new(
        target: &'static str,
        workflow_type: &str,
        workflow_id: &str,
        run_id: &str,
        task_queue: &str,
        attempt: u32,
    ) -> Self {
        let values: [&dyn Value; 5] =
            [&workflow_type, &workflow_id, &run_id, &task_queue, &attempt];
        Self { target, span: span(Kind::Workflow, target, None, values) }
    }

    /// Returns the log of `#[run]`, and of anything else that is no handler.
    pub(crate) fn run(&self) -> CodeLog {
        CodeLog { workflow: self.span.clone(), part: Span::none() }
    }

    /// Returns the log of `#[init]`.
    pub(crate) fn init(&self) -> CodeLog {
        self.with(span(Kind::Init, self.target, Some(&self.span), []))
    }

    /// Returns the log of a handler.
    pub(crate) fn handler(&self, kind: Kind, name: &str) -> CodeLog {
        self.with(span(kind, self.target, Some(&self.span), [&name]))
    }

    fn with(&self, part: Span) -> CodeLog {
        CodeLog { workflow: self.span.clone(), part }
    }
}

/// The log of one piece of a workflow's code: its spans, and the silence while it replays.
pub(crate) struct CodeLog {
    workflow: Span,
    part: Span,
}

/// The code runs.
pub(crate) struct Running<'a> {
    /// Ends first, because the spans are of the subscriber itself.
    _silence: Option<DefaultGuard>,
    _user_code: UserCode,
    _part: Entered<'a>,
    _workflow: Entered<'a>,
}

impl CodeLog {
    /// Logs that the workflow task fails, also in a replay: a task that fails in its replay is no success of
    /// an earlier one. The SDK's own line about the same is dropped ([`take_said`]).
    pub(crate) fn task_fails(&self, log: impl FnOnce()) {
        let _running = self.enter(false);
        log();
        SAID.set(true);
    }

    /// Begins a call of the code.
    pub(crate) fn enter(&self, is_silent: bool) -> Running<'_> {
        // Both spans are entered, because filters may look for the outer one.
        let (workflow, part) = (self.workflow.enter(), self.part.enter());
        let silence = if is_silent { silence::begin() } else { None };
        Running {
            _silence: silence,
            _user_code: UserCode::enter(),
            _part: part,
            _workflow: workflow,
        }
    }
}

thread_local! {
    /// `true` once the failure of the current workflow task was logged.
    static SAID: Cell<bool> = const { Cell::new(false) };
}

/// Returns whether this thread has logged the failure of its workflow task just now, once.
#[cfg(any(feature = "cli", feature = "telemetry"))]
pub(crate) fn take_said() -> bool {
    SAID.take()
}

/// The ids of an attempt of an activity. Those of the workflow are empty for an activity that no workflow
/// called.
pub(crate) struct AttemptIds<'a> {
    pub(crate) activity_type: &'a str,
    pub(crate) activity_id: &'a str,
    pub(crate) attempt: u32,
    pub(crate) workflow_type: Option<&'a str>,
    pub(crate) workflow_id: Option<&'a str>,
    pub(crate) run_id: Option<&'a str>,
    pub(crate) task_queue: &'a str,
}

/// Creates the span of an attempt of an activity.
pub(crate) fn attempt(target: &'static str, ids: &AttemptIds<'_>) -> Span {
    let AttemptIds { activity_type, activity_id, attempt, task_queue, .. } = ids;
    let (workflow_type, workflow_id, run_id) = (&ids.workflow_type, &ids.workflow_id, &ids.run_id);
    let values: [&dyn Value; 7] =
        [activity_type, activity_id, attempt, workflow_type, workflow_id, run_id, task_queue];
    span(Kind::Activity, target, None, values)
}
