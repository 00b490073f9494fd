//! An input that is more private than its workflow.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
pub struct Order {
    approved: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct OrderInput {
    order_id: String,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, input: OrderInput) -> WorkflowResult<bool> {
        Ok(ctx.state(|state| state.approved) && input.order_id.is_empty())
    }
}

fn main() {}
