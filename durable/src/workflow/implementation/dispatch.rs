//! The decoding and the calls of handlers for the SDK, without the type of the workflow.

use std::any::Any;
use std::future::{pending, ready};
use std::rc::Rc;

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use temporalio_common::data_converters::PayloadConverter;
use temporalio_common::protos::temporal::api::common::v1::Payloads;
use temporalio_sdk::WorkflowContextView;
use temporalio_sdk::workflow_interceptors::WorkflowOutputValue;
use temporalio_sdk::workflows::{
    UpdateDefinitionDescriptor, WorkflowDefinitionDescriptor, WorkflowError,
};

use super::bad_input::{decoded, unreadable};
use super::constants::Constants;
use super::query_output::{QueryOutput, sealed};
use super::routine;
use super::tables::{Named as _, Undeliverable, Unreadable, UpdateFuture, bad_call, list, search};
use super::untyped::{UntypedAdapter, UntypedRun};
use super::user_code::Part;
use crate::definition::arguments::undecoded::Undecoded;
use crate::definition::{STACK_TRACE, quarantine, updates};
use crate::error::report::links;

type Decoded = Result<Option<Box<dyn Any>>, WorkflowError>;

/// Describes a workflow for the SDK.
pub(super) fn definition(workflow: &Constants) -> WorkflowDefinitionDescriptor {
    updates::note_definition(workflow.name, workflow.updates.names());
    let updates = workflow.updates.own().iter().map(|update| UpdateDefinitionDescriptor {
        name: update.name.to_owned(),
        has_validator: update.has_validator,
    });
    let owned = |names: Vec<&'static str>| names.into_iter().map(str::to_owned).collect();
    WorkflowDefinitionDescriptor {
        workflow_type: workflow.name.to_owned(),
        has_init: workflow.has_init,
        init_takes_input: workflow.init_takes_input,
        signals: owned(workflow.signals.names()),
        queries: owned(workflow.queries.names()),
        updates: updates.collect(),
    }
}

pub(super) fn decode_signal(
    workflow: &Constants,
    name: &str,
    payloads: Payloads,
    converter: &PayloadConverter,
) -> Box<dyn Any> {
    let Some(handler) = workflow.signals.find(name) else {
        let known = list(&workflow.signals.names());
        let reason = format!("the workflow has no such signal; its signals are {known}");
        return Box::new(Undeliverable::unknown(reason));
    };
    let decoded = decoded(workflow.name, handler.decoder(), payloads, converter);
    decoded.unwrap_or_else(|undecoded| match undecoded {
        Undecoded::Invalid(reason) => Box::new(Undeliverable::invalid(reason)),
        Undecoded::UnknownEncoding(reason) => unreadable("signal", workflow.name, name, &reason),
    })
}

pub(super) fn signal(
    workflow: &Constants,
    run: &Rc<dyn UntypedRun>,
    name: &str,
    input: Box<dyn Any>,
) -> LocalBoxFuture<'static, Result<(), WorkflowError>> {
    let input = match input.downcast::<Unreadable>() {
        Ok(unreadable) => return fail_task(&**run, unreadable.0),
        Err(input) => input,
    };
    let handler = workflow.signals.find(name);
    let has_state = || run.no_state(run.is_replaying()).is_none();
    match (input.downcast::<Undeliverable>(), handler) {
        (Err(input), Some(handler)) if has_state() => {
            let start = || (handler.dispatch)(&**run, input);
            routine::handler(run, Part::Signal(handler.name), start)
        }
        // A workflow without a state handles no signals.
        (Err(input), _) => {
            run.execution().discard(input);
            ready(Ok(())).boxed_local()
        }
        (Ok(undeliverable), _) => {
            undeliverable.report(&**run, workflow.name, name);
            ready(Ok(())).boxed_local()
        }
    }
}

pub(super) fn decode_query(
    workflow: &Constants,
    name: &str,
    payloads: &Payloads,
    converter: &PayloadConverter,
) -> Decoded {
    if is_stack_trace(workflow, name) {
        return Ok(Some(Box::new(())));
    }
    sealed(workflow.queries.known("query", workflow.name, name).and_then(|handler| {
        decoded(workflow.name, handler.decoder(), payloads.clone(), converter)
            .map(Some)
            .map_err(|reason| bad_call("query", workflow.name, name, &reason.to_string()))
    }))
}

pub(super) fn query(
    workflow: &Constants,
    adapter: &dyn UntypedAdapter,
    view: WorkflowContextView,
    name: &str,
    input: Box<dyn Any>,
) -> Result<Box<dyn WorkflowOutputValue>, WorkflowError> {
    if is_stack_trace(workflow, name) {
        return Ok(Box::new(QueryOutput::new(adapter.execution().stack_trace())));
    }
    sealed(workflow.queries.known("query", workflow.name, name).and_then(|handler| {
        require_state(adapter, "query", workflow.name, name, false)?;
        let answer = || (handler.dispatch)(adapter, view, input);
        self::answer(workflow, adapter, Part::Query(handler.name), answer)
    }))
}

/// Returns `true` for the query that this crate answers, unless the user has a handler for it.
fn is_stack_trace(workflow: &Constants, name: &str) -> bool {
    name == STACK_TRACE && search(workflow.queries.own(), name).is_none()
}

pub(super) fn decode_update(
    workflow: &Constants,
    name: &str,
    payloads: Payloads,
    converter: &PayloadConverter,
) -> Decoded {
    let handler = workflow.updates.known("update", workflow.name, name)?;
    match decoded(workflow.name, handler.decoder(), payloads, converter) {
        Ok(input) => Ok(Some(input)),
        Err(Undecoded::Invalid(reason)) => Err(bad_call("update", workflow.name, name, &reason)),
        Err(Undecoded::UnknownEncoding(reason)) => {
            Ok(Some(unreadable("update", workflow.name, name, &reason)))
        }
    }
}

pub(super) fn update(
    workflow: &Constants,
    run: &Rc<dyn UntypedRun>,
    name: &str,
    input: Box<dyn Any>,
) -> UpdateFuture {
    let input = match input.downcast::<Unreadable>() {
        Ok(unreadable) => return fail_task(&**run, unreadable.0),
        Err(input) => input,
    };
    let checked = workflow.updates.known("update", workflow.name, name).and_then(|handler| {
        let (mut checked, is_silent) = (Ok(()), run.is_replaying());
        run.adapter(&mut |adapter| {
            checked = require_state(adapter, "update", workflow.name, name, is_silent);
        });
        checked.map(|()| handler)
    });
    match checked {
        Ok(handler) => {
            let start = || (handler.dispatch)(&**run, input);
            routine::handler(run, Part::Update(handler.name), start)
        }
        Err(error) => ready(Err(error)).boxed_local(),
    }
}

pub(super) fn validate(
    workflow: &Constants,
    adapter: &dyn UntypedAdapter,
    view: WorkflowContextView,
    name: &str,
    input: Box<dyn Any>,
) -> Result<(), WorkflowError> {
    let handler = workflow.updates.known("update", workflow.name, name)?;
    require_state(adapter, "update", workflow.name, name, false)?;
    // The validator has no context to fail the task with. The update itself, which follows, does it.
    if input.is::<Unreadable>() {
        return Ok(());
    }
    let validate = || (handler.validate)(adapter, view, input);
    answer(workflow, adapter, Part::Validator(handler.name), validate)
}

/// Calls a query or a validator. A panic becomes an error for the caller: SDK 1.1.1 has no guard for
/// queries, and a panic of one in a workflow task would fail the task.
fn answer<R>(
    workflow: &Constants,
    adapter: &dyn UntypedAdapter,
    part: Part,
    answer: impl FnOnce() -> Result<R, WorkflowError>,
) -> Result<R, WorkflowError> {
    let execution = adapter.execution();
    if matches!(part, Part::Query(_)) && quarantine::is_stuck_in(execution.run_id(), part) {
        let message = format!(
            "{part} of workflow {} is not answered: an earlier call of it for this run does not yield",
            workflow.name
        );
        return Err(WorkflowError::Execution(message.into()));
    }
    let answer = || answer().inspect_err(check_display);
    // A query or validator never runs again, also while the run replays for it.
    execution.call(part, false, answer).unwrap_or_else(|unwound| {
        let handler = format!("{part} of workflow {}", workflow.name);
        Err(WorkflowError::Execution(unwound.describe(&handler).into()))
    })
}

fn require_state(
    adapter: &dyn UntypedAdapter,
    kind: &str,
    workflow: &str,
    name: &str,
    is_silent: bool,
) -> Result<(), WorkflowError> {
    match adapter.no_state(is_silent) {
        None => Ok(()),
        Some(_) => Err(bad_call(kind, workflow, name, "the workflow has no state")),
    }
}

/// Fails the workflow task, which the server retries.
pub(super) fn fail_task<T: 'static>(
    run: &dyn UntypedRun,
    message: String,
) -> LocalBoxFuture<'static, T> {
    run.execution().task_fails(&message);
    run.fail_task(message);
    pending().boxed_local()
}

/// Formats an error and its causes once inside the guard, to catch a panic of the user's `Display`. SDK
/// 1.1.1 formats them outside of its guards.
fn check_display(error: &WorkflowError) {
    let WorkflowError::Execution(error) = error else { return };
    links(&**error).for_each(|link| drop(link.to_string()));
}
