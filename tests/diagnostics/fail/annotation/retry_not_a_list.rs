//! `retry` with an equals sign.

use durable::prelude::*;

#[activity(queue = "payments", retry = 3)]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
