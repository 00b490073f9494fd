//! What `#[workflow_methods]` makes of the methods: the code of a workflow, in a form that the
//! generic host can drive.

use futures_util::future::LocalBoxFuture;
use temporalio_common::WorkflowDefinition;
use temporalio_sdk::workflows::WorkflowRegistrationError;
use temporalio_sdk::{WorkflowContextView, WorkflowResult};

use super::hosted::Hosted;
use super::{QueryHandler, SignalHandler, UpdateHandler, WorkflowContext};
use crate::definition::entry::Target;
use crate::definition::exact::Json;
use crate::definition::{Payload, Workflow};

/// The code of an annotated workflow; implemented by generated code.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has workflow methods but is not annotated as a workflow",
    label = "this struct has no `#[workflow]`",
    note = "put `#[workflow(queue = \"..\")]` on the struct"
)]
pub trait WorkflowCode: Workflow {
    /// Whether it is only declared, and has no code.
    const IS_DECLARED: bool = false;
    /// Whether the user wrote an `#[init]` method.
    const HAS_INIT: bool;
    /// Whether the input goes to `#[init]`; otherwise it goes to `#[run]`.
    const INIT_TAKES_INPUT: bool;
    /// The signals, by name.
    const SIGNAL_HANDLERS: &'static [SignalHandler<Self>];
    /// The queries, by name.
    const QUERY_HANDLERS: &'static [QueryHandler<Self>];
    /// The updates, by name.
    const UPDATE_HANDLERS: &'static [UpdateHandler<Self>];

    /// The state, for the built-in query `state`; `None` where the struct is not `Serialize`.
    fn serialized(&self) -> Option<serde_json::Result<Json>> {
        None
    }

    /// Makes the workflow's state; the input is there if `INIT_TAKES_INPUT`.
    fn init(
        context: &WorkflowContextView,
        input: Option<<Self as WorkflowDefinition>::Input>,
    ) -> Self;

    /// Runs the workflow; the input is there unless `INIT_TAKES_INPUT`.
    fn run(
        context: WorkflowContext<Self>,
        input: Option<<Self as WorkflowDefinition>::Input>,
    ) -> LocalBoxFuture<'static, WorkflowResult<<Self as WorkflowDefinition>::Output>>;
}

/// A workflow that calls others: every annotated one.
///
/// Functions of workflow code that serve several workflows take `ctx: &WorkflowContext<P>` with
/// `P: Parent`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a workflow with code",
    note = "annotate the struct with `#[workflow(queue = \"..\")]` and its impl with `#[workflow_methods]`"
)]
pub trait Parent: WorkflowCode + WorkflowDefinition<Input: Payload> {}

#[diagnostic::do_not_recommend]
impl<W: WorkflowCode<Input: Payload>> Parent for W {}

/// Registers an annotated workflow with a worker, or with a replayer of histories.
///
/// # Errors
/// When it already has a workflow of that name, which the registry rules out.
pub(crate) fn register<W: WorkflowCode>(
    target: &mut Target<'_>,
) -> Result<(), WorkflowRegistrationError>
where
    W::Input: Payload,
{
    super::built_in::say_what_is_replaced::<W>();
    match target {
        Target::Worker(options, _) => options.register_workflow::<Hosted<W>>().map(drop),
        #[cfg(feature = "testing")]
        Target::Replayer(options) => options.register_workflow::<Hosted<W>>().map(drop),
    }
}
