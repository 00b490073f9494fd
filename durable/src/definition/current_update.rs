//! The update that the code of a workflow handles.
//!
//! SDK 1.1.1 tells the id of an update only to interceptors. One of them passes it to the handler as a context value.

use std::cell::Cell;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use temporalio_sdk::workflow_interceptors::{
    HandleUpdateInput, HandleUpdateResult, WorkflowInterceptorContext, WorkflowInterceptorFuture,
    WorkflowNext,
};
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

/// Handles an update, which its handler can find then.
pub(crate) fn handle<'a>(
    context: &WorkflowInterceptorContext,
    input: HandleUpdateInput,
    next: WorkflowNext<'a, HandleUpdateInput, WorkflowInterceptorFuture<'a, HandleUpdateResult>>,
) -> WorkflowInterceptorFuture<'a, HandleUpdateResult> {
    let update = CurrentUpdate { id: input.id().to_owned(), commands: Cell::new(0) };
    // A plain handler runs in `run`, so that is called in the future.
    let handle = async move { next.run(input).await };
    WorkflowInterceptorFuture::new(context.with_context_value::<Handled, _>(update, handle))
}
