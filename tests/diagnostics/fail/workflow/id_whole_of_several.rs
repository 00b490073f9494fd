//! An id template with `{}`, where there are two inputs.

use durable::prelude::*;

#[workflow(queue = "orders", id = "order-{}")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(order_id: u64, email: String) -> WorkflowResult<String> {
        Ok(format!("{order_id} {email}"))
    }
}

fn main() {}
