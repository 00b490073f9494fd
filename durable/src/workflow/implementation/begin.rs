//! The beginning of a run: its state, its input and the call of `#[run]`, without the type of the workflow.

use std::future::{pending, ready};
use std::rc::Rc;

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use temporalio_common::error::ApplicationFailure;
use temporalio_sdk::workflow_interceptors::WorkflowOutputValue;
use temporalio_sdk::{WorkflowContextView, WorkflowTermination};

use super::adapter::NoState;
use super::bad_input::undecodable;
use super::constants::Constants;
use super::dispatch::fail_task;
use super::outgoing;
use super::routine::UserFuture;
use super::untyped::UntypedRun;
use super::user_code::{Execution, Part, Unwound};
use crate::definition::arguments::DecodeError;
use crate::definition::{metadata, quarantine};
use crate::error::INVALID_INPUT;
use crate::workflow::calls::values::UntypedValue;

pub(super) type Ending =
    LocalBoxFuture<'static, Result<Box<dyn WorkflowOutputValue>, WorkflowTermination>>;

/// Returns the reason not to call `#[init]`, if there is one.
pub(super) fn without_state(
    workflow: &Constants,
    execution: &Execution,
    view: &WorkflowContextView,
    undecoded: Option<&DecodeError>,
) -> Option<NoState> {
    if let Some(reason) = quarantine::reason(execution.run_id()) {
        let (workflow_id, run_id) = (view.workflow_id(), view.run_id());
        tracing::error!(workflow_type = workflow.name, workflow_id, run_id, "{reason}");
        return Some(NoState::TaskFailure(reason));
    }
    if let Some(error) = undecoded {
        return Some(undecodable(workflow.name, workflow.parameters, error));
    }
    workflow.is_declared.then_some(NoState::Declared)
}

/// Returns the reason that there is no state after a panic of `#[init]`.
pub(super) fn panicked(workflow: &Constants, execution: &Execution, unwound: &Unwound) -> NoState {
    let init = format!("{} of workflow {}", Part::Init, workflow.name);
    let log = execution.log_of(Part::Init);
    NoState::TaskFailure(unwound.describe_task_failure(&init, &log))
}

/// Returns the end of a run whose `#[run]` is not called, or `None`.
pub(super) fn refused(
    workflow: &Constants,
    run: &Rc<dyn UntypedRun>,
    undecoded: Option<&DecodeError>,
) -> Option<Ending> {
    if workflow.is_declared {
        return Some(ready(Err(not_mocked(workflow.name).into())).boxed_local());
    }
    run.set_details(metadata::marked(workflow.name, workflow.queue, ""));
    let is_silent = run.is_replaying();
    let problem = match (run.no_state(is_silent), undecoded) {
        // The input of a quarantined run isn't decoded.
        (Some(problem @ (NoState::TaskFailure(_) | NoState::UndecodableInput(_))), _) => problem,
        (_, Some(error)) => undecodable(workflow.name, workflow.parameters, error),
        (_, None) => return None,
    };
    let message = match problem {
        NoState::UndecodableInput(message) => message,
        NoState::TaskFailure(message) => return Some(fail_task(&**run, message)),
        NoState::Declared | NoState::Dropped => return Some(pending().boxed_local()),
    };
    let failure = ApplicationFailure::builder(message)
        .type_name(INVALID_INPUT.to_owned())
        .non_retryable(true)
        .build();
    let failed = WorkflowTermination::from(failure);
    run.execution().failed_at_once(&failed, is_silent, run.converter());
    Some(ready(Err(failed)).boxed_local())
}

/// Runs the user's `#[run]`.
pub(super) fn run(
    workflow: &'static Constants,
    run: &Rc<dyn UntypedRun>,
    running: LocalBoxFuture<'static, Result<UntypedValue, WorkflowTermination>>,
) -> Ending {
    let own = Rc::clone(run);
    let started = async move {
        let result = running.await;
        let ended = outgoing::ended(workflow.name, result, own.converter(), || own.memo());
        // It's in the code of the run, so it's silent in a replay.
        ended.inspect_err(|end| own.execution().log_failed(end, own.converter()))
    };
    UserFuture::new(run, Part::Run, started.boxed_local()).boxed_local()
}

/// Creates the error of a declared workflow that a test serves without a mock of it.
fn not_mocked(workflow: &str) -> ApplicationFailure {
    let message = format!(
        "workflow {workflow} is declared here and served elsewhere; mock it in this test with \
         `env.mock_workflow::<{workflow}>()`"
    );
    ApplicationFailure::builder(message).non_retryable(true).build()
}
