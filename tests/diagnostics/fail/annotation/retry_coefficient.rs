//! Waits that would get shorter.

use durable::prelude::*;

#[activity(queue = "payments", retry(backoff_coefficient = 0.5))]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
