//! A key without a value.

use durable::prelude::*;

#[activity(queue)]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
