//! A key that `retry` does not have.

use durable::prelude::*;

#[activity(queue = "payments", retry(max_attempts = 3))]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
