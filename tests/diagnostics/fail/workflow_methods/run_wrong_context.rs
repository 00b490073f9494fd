//! A run with the context of a plain handler.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(_ctx: &mut SyncWorkflowContext<Self>) -> WorkflowResult<bool> {
        Ok(true)
    }
}

fn main() {}
