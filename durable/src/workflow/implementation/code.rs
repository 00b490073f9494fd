//! The code of a workflow, as `#[workflow_methods]` generates it for the generic adapter.

use futures_util::future::LocalBoxFuture;
use temporalio_common::WorkflowDefinition;
use temporalio_sdk::{WorkflowContextView, WorkflowResult};

use super::tables::{QueryHandler, SignalHandler, UpdateHandler};
use crate::definition::exact::Json;
use crate::definition::{Payload, Workflow};
use crate::workflow::WorkflowContext;

/// The code of an annotated workflow.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has workflow methods but is not annotated as a workflow",
    label = "this struct has no `#[workflow]`",
    note = "put `#[workflow(queue = \"..\")]` on the struct"
)]
pub trait WorkflowCode: Workflow {
    /// The constants of the code, as one, which rustc checks faster.
    const CODE: CodeFacts;

    /// Returns the state for the built-in query `state`, or `None` if the struct is not `Serialize`.
    fn serialized(&self) -> Option<serde_json::Result<Json>> {
        None
    }

    /// Creates the workflow's state. The input is `Some` if `#[init]` takes it.
    fn init(
        context: &WorkflowContextView,
        input: Option<<Self as WorkflowDefinition>::Input>,
    ) -> Self;

    /// Runs the workflow. The input is `Some` unless `#[init]` takes it.
    fn run(
        context: WorkflowContext<Self>,
        input: Option<<Self as WorkflowDefinition>::Input>,
    ) -> LocalBoxFuture<'static, WorkflowResult<<Self as WorkflowDefinition>::Output>>;
}

/// The constants of a workflow's code.
#[doc(hidden)]
#[derive(Debug)]
pub struct CodeFacts {
    /// `true` if the workflow is only declared, without code.
    pub(crate) is_declared: bool,
    /// `true` if there is an `#[init]` method.
    pub(crate) has_init: bool,
    /// `true` if `#[init]` takes the input; otherwise `#[run]` takes it.
    pub(crate) init_takes_input: bool,
    pub(crate) signals: &'static [SignalHandler],
    pub(crate) queries: &'static [QueryHandler],
    pub(crate) updates: &'static [UpdateHandler],
}

/// A workflow that can call other workflows: every annotated workflow with code.
///
/// Functions that are shared by several workflows take `ctx: &WorkflowContext<P>` with `P: Parent`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a workflow with code",
    note = "annotate the struct with `#[workflow(queue = \"..\")]` and its impl with `#[workflow_methods]`"
)]
pub trait Parent: WorkflowCode + WorkflowDefinition<Input: Payload> {}

#[diagnostic::do_not_recommend]
impl<W: WorkflowCode<Input: Payload>> Parent for W {}
