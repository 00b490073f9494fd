//! An id template of a field that cannot be displayed.

use durable::prelude::*;

#[derive(Debug, Serialize, Deserialize)]
struct OrderInput {
    lines: Vec<String>,
}

#[workflow(queue = "orders", id = "order-{lines}")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>, input: OrderInput) -> WorkflowResult<usize> {
        Ok(input.lines.len())
    }
}

fn main() {}
