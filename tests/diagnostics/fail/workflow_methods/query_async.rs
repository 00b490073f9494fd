//! A query that waits.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        Ok(ctx.state(|state| state.approved))
    }

    #[query]
    async fn approved(&self) -> bool {
        self.approved
    }
}

fn main() {}
