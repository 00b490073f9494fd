//! A path in quotes.

use durable::prelude::*;

#[activity(queue = "payments", crate = "durable")]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
