//! A state that cannot be made.

use durable::prelude::*;

#[workflow(queue = "orders")]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        Ok(ctx.state(|state| state.approved))
    }
}

fn main() {}
