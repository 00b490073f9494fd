//! A start with too few inputs, and with one of a wrong type.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(order_id: u64, email: String) -> WorkflowResult<String> {
        Ok(format!("{order_id} {email}"))
    }
}

async fn calls(client: &Client) -> durable::Result<()> {
    Order::start(client, 7).await?;
    Order::start(client, 7, 8).await?;
    Ok(())
}

fn main() {
    let _ = calls;
}
