//! Traits of the generated handle types, for programs, parent workflows and other workflows.

use std::borrow::Cow;
use std::marker::PhantomData;

use temporalio_common::{HasWorkflowDefinition, SignalDefinition, WorkflowDefinition};

use super::Workflow;
use super::arguments::answer::Exact;
use super::sealed::Sealed;

/// A handle through which the generated methods send signals to a workflow.
///
/// Programs use a `WorkflowHandle`, and workflows a `ChildWorkflowHandle` or an `ExternalWorkflowHandle`.
pub trait SignalTarget<W>: Sealed {
    /// The future that sends a signal.
    type Signal<'a, S: SignalDefinition<Workflow = W> + 'static>
    where
        Self: 'a;

    /// Creates the future that sends a signal.
    #[doc(hidden)]
    #[track_caller]
    fn signal_with<S>(&self, signal: S, input: S::Input) -> Self::Signal<'_, S>
    where
        S: SignalDefinition<Workflow = W> + 'static;
}

/// A workflow type as a value, which the SDK requires. Callers cannot create the user's struct, which is
/// the workflow's state.
pub(crate) struct Typed<W> {
    name: Cow<'static, str>,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> Typed<W> {
    /// Creates the workflow type with a name: that of the annotation, if there is one.
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
