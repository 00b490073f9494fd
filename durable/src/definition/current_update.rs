//! The update that the code of a workflow handles.
//!
//! SDK 1.1.1 tells the id of an update only to interceptors. One of them passes it to the handler as a context value.

use std::cell::Cell;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use temporalio_sdk::workflow_interceptors::WorkflowInterceptorContext;
use temporalio_sdk::{SyncWorkflowContext, WorkflowContext, WorkflowContextKey};

/// The key of the update among the context values of a workflow.
struct Handled;

impl WorkflowContextKey for Handled {
    type Value = CurrentUpdate;
}

/// The update that is being handled.
pub(crate) struct CurrentUpdate {
    pub(crate) id: String,
    /// The number of commands that it has sent to an entity.
    commands: Cell<u32>,
}

/// The name of a command that an update sends to an entity, which is the same when the update is called again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// The id of the update.
    pub(crate) update: String,
    /// The number of commands that the update has sent before.
    #[serde(default, skip_serializing_if = "is_first")]
    pub(crate) command: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_first(command: &u32) -> bool {
    *command == 0
}

impl CurrentUpdate {
    /// Returns the name of the update's next command.
    pub(crate) fn ask(&self) -> Asked {
        let command = self.commands.get();
        self.commands.set(command.saturating_add(1));
        Asked { update: self.id.clone(), command }
    }
}

/// Returns the update that the code handles which has this context.
pub(crate) fn current_update<W>(context: &WorkflowContext<W>) -> Option<Rc<CurrentUpdate>> {
    context.context_value::<Handled>()
}

/// Returns the id of the update that the code handles which has this context.
pub(crate) fn current_update_id<W>(context: &SyncWorkflowContext<W>) -> Option<String> {
    context.context_value::<Handled>().map(|update| update.id.clone())
}

/// Makes the update of this id the current one while its handler runs.
pub(crate) fn during<F: Future>(
    context: &WorkflowInterceptorContext,
    id: String,
    handler: F,
) -> impl Future<Output = F::Output> + use<F> {
    let update = CurrentUpdate { id, commands: Cell::new(0) };
    context.with_context_value::<Handled, _>(update, handler)
}
