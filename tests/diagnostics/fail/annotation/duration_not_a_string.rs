//! A duration that is a number.

use durable::prelude::*;

#[activity(queue = "payments", start_to_close_timeout = 30)]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
