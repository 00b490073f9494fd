//! What the generated handle types have in common, whoever holds one: a program, a parent, or any
//! other workflow.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::ops::Deref;

use temporalio_common::{HasWorkflowDefinition, SignalDefinition, WorkflowDefinition};

use super::exact::Exact;
use super::{Workflow, WorkflowAnnotation};

/// A workflow with a generated handle type; `#[workflow]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has workflow methods but is not annotated as a workflow",
    label = "this struct has no `#[workflow]`",
    note = "put `#[workflow(queue = \"..\")]` on the struct"
)]
pub trait Handles: WorkflowAnnotation + Sized + 'static {
    /// The generated handle, such as `OrderWorkflowHandle<T>`, around what is known of the workflow.
    type HandleOf<T>: From<T> + Deref<Target = T>;
}

/// What signals of a workflow can be sent through; the generated handles' methods do.
///
/// Programs send them through a `WorkflowHandle`, workflows through a `ChildWorkflow` or an
/// `ExternalWorkflow`.
pub trait SignalTarget<W> {
    /// A signal on its way; awaiting it sends it.
    type Signal<'a, S: SignalDefinition<Workflow = W> + 'static>
    where
        Self: 'a;

    /// The signal with its input; called by generated code.
    fn signal_with<S>(&self, signal: S, input: S::Input) -> Self::Signal<'_, S>
    where
        S: SignalDefinition<Workflow = W> + 'static;
}

/// The workflow type as a value, which the SDK asks for; the user's struct is the workflow's state
/// and cannot be made by callers.
pub(crate) struct Typed<W> {
    name: Cow<'static, str>,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> Typed<W> {
    /// The type by its name, which is the annotation's unless there is none.
    pub(crate) fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), workflow: PhantomData }
    }
}

impl<W: Workflow> WorkflowDefinition for Typed<W> {
    type Input = W::Input;
    type Output = Exact<W::Output>;

    fn name(&self) -> &str {
        &self.name
    }
}

impl<W: Workflow> HasWorkflowDefinition for Typed<W> {
    type Run = W;
}
