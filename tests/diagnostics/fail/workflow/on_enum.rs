//! An enum is no workflow.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
enum Order {
    #[default]
    New,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }
}

fn main() {}
