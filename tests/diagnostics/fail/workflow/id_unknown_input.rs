//! An id template that names an input which the workflow does not have.

use durable::prelude::*;

#[workflow(queue = "orders", id = "order-{order_idd}")]
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
