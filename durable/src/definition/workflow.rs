//! The definition of a workflow.

use std::ops::Deref;

use temporalio_common::{HasWorkflowDefinition, WorkflowDefinition};

use super::sealed::Sealed;
use super::{Arguments, Parameter, SourceLocation};
use crate::options::WorkflowOptions;

/// The settings of a `#[workflow(queue = "..")]` annotation.
///
/// The attribute implements it. It is a supertrait of [`Workflow`], which `#[workflow_methods]`
/// implements.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has workflow methods but is not annotated as a workflow",
    label = "this struct has no `#[workflow]`",
    note = "put `#[workflow(queue = \"..\")]` on the struct"
)]
pub trait WorkflowAnnotation: Sealed + Sized + 'static {
    /// The generated handle, such as `OrderWorkflowHandle<T>`, which dereferences to `T`.
    type HandleOf<T>: From<T> + Deref<Target = T>;
    /// A type of the generated methods. It makes rustc report their absence.
    #[doc(hidden)]
    type Methods;

    /// The constants below as one, which rustc checks faster.
    #[doc(hidden)]
    const FACTS: WorkflowFacts;

    /// The workflow type's name on the server.
    const NAME: &'static str = Self::FACTS.name;
    /// The task queue of the workflow.
    const QUEUE: &'static str = Self::FACTS.queue;
    /// The place of the annotation.
    const SOURCE: SourceLocation = Self::FACTS.source;

    /// Returns the options that the annotation sets.
    #[must_use]
    fn options() -> WorkflowOptions {
        WorkflowOptions::default()
    }

    /// Returns the workflow id that the annotation's template produces for an input, or `None` if there
    /// is no template and the id is a UUID.
    #[must_use]
    fn workflow_id(_input: &<Self as WorkflowDefinition>::Input) -> Option<String>
    where
        Self: WorkflowDefinition,
    {
        None
    }
}

/// An annotated workflow.
///
/// `#[workflow]` and `#[workflow_methods]` implement it together, with the SDK's
/// [`WorkflowDefinition`] and [`HasWorkflowDefinition`], so that the struct also works with every
/// function of the SDK that takes a workflow type. The Temporal concept is the
/// [workflow definition](https://docs.temporal.io/workflow-definition).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a workflow",
    label = "this struct has no workflow methods",
    note = "write `#[workflow_methods] impl {Self} {{ #[run] async fn run(..) -> WorkflowResult<..> {{ .. }} }}`"
)]
pub trait Workflow: WorkflowAnnotation + HasWorkflowDefinition<Run = Self> {
    /// The inputs as a tuple: `()`, `(T,)`, `(T, U)` and so on.
    type Arguments: Arguments<Wire = <Self as WorkflowDefinition>::Input>;

    /// The constants below as one.
    #[doc(hidden)]
    const SIGNATURE: Signature;

    /// The inputs of the run in order. Each is sent as a separate payload.
    const PARAMETERS: &'static [Parameter] = Self::SIGNATURE.parameters;
    /// The output type as written in the source.
    const OUTPUT: &'static str = Self::SIGNATURE.output;
}

/// The constants of a `#[workflow]`.
#[doc(hidden)]
#[derive(Debug)]
pub struct WorkflowFacts {
    pub(crate) name: &'static str,
    pub(crate) queue: &'static str,
    pub(crate) source: SourceLocation,
}

/// The constants of a workflow's run.
#[doc(hidden)]
#[derive(Debug)]
pub struct Signature {
    pub(crate) parameters: &'static [Parameter],
    pub(crate) output: &'static str,
}

/// The inputs of a workflow as one value: `()`, `T`, or the tuple `(A, B, ..)`.
pub type InputOf<W> = <<W as Workflow>::Arguments as Arguments>::Value;

/// Converts the inputs of a workflow to the form in which they are sent.
pub(crate) fn wire<W: Workflow>(input: InputOf<W>) -> W::Input {
    W::Arguments::wire(input)
}
