//! A key that only workflows have.

use durable::prelude::*;

#[activity(queue = "payments", execution_timeout = "1h")]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
