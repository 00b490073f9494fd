//! An id template that formats.

use durable::prelude::*;

#[derive(Debug, Serialize, Deserialize)]
struct OrderInput {
    order_id: String,
}

#[workflow(queue = "orders", id = "order-{order_id:>8}")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>, input: OrderInput) -> WorkflowResult<String> {
        Ok(input.order_id)
    }
}

fn main() {}
