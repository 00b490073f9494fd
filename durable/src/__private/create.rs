//! The values that generated code creates: calls, handles and descriptions.

use temporalio_common::{Priority, QueryDefinition, UpdateDefinition};

use super::{Parameter, SourceLocation};
use crate::client::{Client, HasHandle, QueryCall, StartCall, UpdateCall, WorkflowHandle};
use crate::definition::activity::ActivityFacts;
use crate::definition::handler::HandlerFacts;
use crate::definition::workflow::{Signature, WorkflowFacts};
use crate::definition::{Activity, Workflow};
use crate::workflow::implementation::{CodeFacts, QueryHandler, SignalHandler, UpdateHandler};
use crate::workflow::{
    ActivityCall, ExternalWorkflowHandle, Parent, StartChildCall, WorkflowContext,
};

/// Creates the start of a workflow.
pub fn start<W: Workflow, R>(client: &Client, input: W::Input) -> StartCall<W, R> {
    StartCall::new(client, input)
}

/// Creates a handle of the workflow with this id.
pub fn handle<W: HasHandle>(client: &Client, workflow_id: impl Into<String>) -> W::Handle {
    WorkflowHandle::existing(client, workflow_id).into()
}

/// Creates the start of a child workflow.
#[track_caller]
pub fn child<P, C: Workflow, R>(
    context: &WorkflowContext<P>,
    input: C::Input,
) -> StartChildCall<'_, P, C, R> {
    StartChildCall::new(context, input)
}

/// Creates a handle, for use in workflows, of the workflow with this id.
pub fn external<P: Parent, W: Workflow>(
    context: &WorkflowContext<P>,
    workflow_id: impl Into<String>,
) -> W::HandleOf<ExternalWorkflowHandle<W>> {
    ExternalWorkflowHandle::new(context, workflow_id).into()
}

/// Creates the call of an activity on its task queue.
#[track_caller]
pub fn activity<W, A: Activity>(
    context: &WorkflowContext<W>,
    _: A,
    input: A::Input,
) -> ActivityCall<'_, W, A> {
    ActivityCall::new(context, input)
}

/// Creates the call of an activity within the workflow's own worker.
#[track_caller]
pub fn local_activity<W, A: Activity>(
    context: &WorkflowContext<W>,
    _: A,
    input: A::Input,
) -> ActivityCall<'_, W, A> {
    ActivityCall::local(context, input)
}

/// Creates a query.
pub fn query<Q>(handle: &WorkflowHandle<Q::Workflow>, query: Q, input: Q::Input) -> QueryCall<Q>
where
    Q: QueryDefinition<Workflow: Workflow>,
{
    QueryCall::new(handle, query, input)
}

/// Creates an update.
pub fn update<U>(handle: &WorkflowHandle<U::Workflow>, update: U, input: U::Input) -> UpdateCall<U>
where
    U: UpdateDefinition<Workflow: Workflow>,
{
    UpdateCall::new(handle, update, input)
}

/// Creates a parameter.
#[must_use]
pub const fn parameter(name: &'static str, type_name: &'static str) -> Parameter {
    Parameter::new(name, type_name)
}

/// Creates the constants of a signal, query or update.
#[must_use]
pub const fn handler(
    name: &'static str,
    parameters: &'static [Parameter],
    output: &'static str,
    description: &'static str,
) -> HandlerFacts {
    HandlerFacts { name, description, parameters, output }
}

/// Creates the constants of a `#[workflow]`.
#[must_use]
pub const fn workflow_facts(
    name: &'static str,
    queue: &'static str,
    source: SourceLocation,
) -> WorkflowFacts {
    WorkflowFacts { name, queue, source }
}

/// Creates the constants of a workflow's run.
#[must_use]
pub const fn signature(parameters: &'static [Parameter], output: &'static str) -> Signature {
    Signature { parameters, output }
}

/// Creates the constants of a workflow's code.
#[must_use]
pub const fn code(
    has_init: bool,
    init_takes_input: bool,
    signals: &'static [SignalHandler],
    queries: &'static [QueryHandler],
    updates: &'static [UpdateHandler],
) -> CodeFacts {
    CodeFacts { is_declared: false, has_init, init_takes_input, signals, queries, updates }
}

/// Creates the constants of a workflow that is only declared.
#[must_use]
pub const fn declared_code(
    signals: &'static [SignalHandler],
    queries: &'static [QueryHandler],
    updates: &'static [UpdateHandler],
) -> CodeFacts {
    CodeFacts { is_declared: true, ..code(false, false, signals, queries, updates) }
}

/// Creates the constants of an activity.
#[must_use]
pub const fn activity_facts(
    name: &'static str,
    queue: &'static str,
    parameters: &'static [Parameter],
    output: &'static str,
    source: SourceLocation,
) -> ActivityFacts {
    ActivityFacts { name, queue, parameters, output, source }
}

/// Creates the location of an annotation.
#[must_use]
pub const fn source(file: &'static str, line: u32, column: u32) -> SourceLocation {
    SourceLocation::new(file, line, column)
}

/// Creates the priority of an annotation.
#[must_use]
pub fn priority(key: u32) -> Priority {
    Priority::builder().priority_key(key).build()
}
