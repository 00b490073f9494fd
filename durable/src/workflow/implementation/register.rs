//! The registration of annotated workflows.

use temporalio_sdk::workflows::WorkflowRegistrationError;

use super::adapter::WorkflowAdapter;
use super::built_in;
use super::tables::Named;
use crate::definition::entry::{Target, WorkflowHandlers};
use crate::definition::{HandlerDescription, Payload};
use crate::workflow::implementation::WorkflowCode;

/// Returns the descriptions of a workflow's handlers.
pub(crate) fn handlers<W: WorkflowCode>() -> WorkflowHandlers {
    WorkflowHandlers {
        signals: described(W::CODE.signals),
        queries: described(W::CODE.queries),
        updates: described(W::CODE.updates),
    }
}

fn described<H: Named>(handlers: &'static [H]) -> Vec<HandlerDescription> {
    handlers.iter().filter_map(Named::description).collect()
}

/// Registers an annotated workflow with a worker, or with a replayer of histories.
///
/// # Errors
/// Returns an error if a workflow of that name is already registered, which the registry rules out.
pub(crate) fn register<W: WorkflowCode>(
    target: &mut Target<'_>,
) -> Result<(), WorkflowRegistrationError>
where
    W::Input: Payload,
{
    built_in::log_replaced_handlers(W::NAME, W::CODE.signals, W::CODE.queries);
    match target {
        Target::Worker(options, _) => options.register_workflow::<WorkflowAdapter<W>>().map(drop),
        #[cfg(feature = "testing")]
        Target::Replayer(options) => options.register_workflow::<WorkflowAdapter<W>>().map(drop),
    }
}
