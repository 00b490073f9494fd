//! What `#[workflow]` says of a struct and `#[workflow_methods]` of its methods.

use temporalio_common::{HasWorkflowDefinition, WorkflowDefinition};

use super::{Arguments, HandlerDescription, Parameter, SourceLocation};
use crate::options::WorkflowOptions;

/// What `#[workflow(queue = "..")]` says of a struct.
///
/// The attribute implements it; [`Workflow`], which `#[workflow_methods]` implements, builds on it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has workflow methods but is not annotated as a workflow",
    label = "this struct has no `#[workflow]`",
    note = "put `#[workflow(queue = \"..\")]` on the struct"
)]
pub trait WorkflowAnnotation {
    /// The workflow type's name on the server.
    const NAME: &'static str;
    /// The task queue whose workers run it.
    const QUEUE: &'static str;
    /// Where the annotation stands.
    const SOURCE: SourceLocation;

    /// The options that the annotation sets; what it leaves out is `None`.
    #[must_use]
    fn options() -> WorkflowOptions {
        WorkflowOptions::default()
    }

    /// The workflow id that the annotation's template makes of an input, or `None` where it has no
    /// template and the id is a UUID.
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
pub trait Workflow:
    WorkflowAnnotation + HasWorkflowDefinition<Run = Self> + Sized + 'static
{
    /// The inputs as a tuple: `()`, `(T,)`, `(T, U)` and so on.
    type Arguments: Arguments<Wire = <Self as WorkflowDefinition>::Input>;

    /// The inputs of the run, in order; each travels as a payload of its own.
    const PARAMETERS: &'static [Parameter];
    /// The output type as the user wrote it.
    const OUTPUT: &'static str;
    /// The signals that the workflow handles.
    const SIGNALS: &'static [HandlerDescription];
    /// The queries that the workflow answers.
    const QUERIES: &'static [HandlerDescription];
    /// The updates that the workflow accepts.
    const UPDATES: &'static [HandlerDescription];
}
