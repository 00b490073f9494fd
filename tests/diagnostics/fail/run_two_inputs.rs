//! A run with two inputs.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        order_id: String,
        amount: f64,
    ) -> WorkflowResult<bool> {
        drop((order_id, amount));
        Ok(ctx.state(|state| state.approved))
    }
}

fn main() {}
