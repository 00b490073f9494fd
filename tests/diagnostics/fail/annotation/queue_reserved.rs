//! A queue of the server's own.

use durable::prelude::*;

#[activity(queue = "__temporal_system")]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
