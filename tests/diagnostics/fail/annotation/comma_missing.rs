//! Two keys without a comma.

use durable::prelude::*;

#[activity(queue = "payments" name = "charge")]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
