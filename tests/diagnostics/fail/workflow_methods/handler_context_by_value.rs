//! A context by value.

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

    #[update]
    async fn approve(ctx: WorkflowContext<Self>) -> bool {
        ctx.state(|state| state.approved)
    }
}

fn main() {}
