//! Two ways to run.

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

    #[run]
    async fn run_again(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        Ok(false)
    }
}

fn main() {}
