//! A key that is set twice.

use durable::prelude::*;

#[activity(queue = "payments", queue = "orders")]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
