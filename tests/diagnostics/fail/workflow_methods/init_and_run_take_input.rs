//! The input goes to one of them.

use durable::prelude::*;

#[workflow(queue = "orders")]
struct Order {
    order_id: String,
}

#[workflow_methods]
impl Order {
    #[init]
    fn new(order_id: String) -> Self {
        Self { order_id }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order_id: String) -> WorkflowResult<bool> {
        Ok(ctx.state(|state| state.order_id == order_id))
    }
}

fn main() {}
